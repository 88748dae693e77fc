//! The columns of tunnelling.h5.

use crate::files::columns::Take::*;
use crate::files::columns::{Column, asked_column, column};
use crate::files::layout::names;
use crate::files::name_of;
use crate::paths::CandidateRule;
use crate::statistics::DensityEstimate;
use crate::tunnelling::{Doublet, PathLength};

/// The quantum properties of a double well.
pub struct DoubletOf<'d> {
    pub doublet: &'d Doublet,
    /// E < k_B T_Q, and not an exchange.
    pub active: bool,
    /// E with reflected wells [epsilon].
    pub reflected: f64,
    /// The decay rate [1/s]; NaN for a unit without physical constants.
    pub rate: f64,
}

impl<'d> DoubletOf<'d> {
    /// `/<unit>`, one row for each double well.
    pub const COLUMNS: &'d [Column<Self>] = &[
        column(
            "/<unit>/levels",
            "[P,L]",
            "epsilon",
            "lowest energy levels of each double well, above the lower minimum",
            F64s(|row| row.doublet.levels.clone()),
        ),
        column("/<unit>/splitting", "[P]", "epsilon", "E = e_2 - e_1", F64(|row| row.doublet.splitting)),
        column(
            "/<unit>/splitting_reflected",
            "[P]",
            "epsilon",
            "the same with V continued by reflecting each well about its minimum, instead of by parabolas",
            F64(|row| row.reflected),
        ),
        column(
            "/<unit>/diagonal_splitting",
            "[P]",
            "epsilon",
            "Delta = asymmetry + (omega_2 - omega_1)/(2 sqrt(m~))",
            F64(|row| row.doublet.diagonal_splitting),
        ),
        column(
            "/<unit>/tunnelling_element",
            "[P]",
            "epsilon",
            "Delta_0 by WKB; NaN where there is no turning point",
            F64(|row| row.doublet.tunnelling_element),
        ),
        column(
            "/<unit>/decay_rate",
            "[P]",
            "epsilon/hbar",
            "decay rate, attempt frequency 1/T_period; NaN where there is no turning point",
            F64(|row| row.doublet.decay_rate),
        ),
        column(
            "/<unit>/decay_rate_per_second",
            "[P]",
            "1/s",
            "the same in physical units; NaN if the unit has no physical constants",
            F64(|row| row.rate),
        ),
        column(
            "/<unit>/decay_rate_paper",
            "[P]",
            "epsilon/hbar",
            "decay rate of J. Chem. Phys. 158, 014501, Eq. 14",
            F64(|row| row.doublet.decay_rate_paper),
        ),
        column(
            "/<unit>/kind",
            "[P]",
            "1",
            "kind of the lowest two levels; none where there are no levels",
            Name(names::KIND, |row| row.doublet.kind.map_or_else(|| Ok("none".to_owned()), |kind| name_of(&kind))),
        ),
        column(
            "/<unit>/below_floor",
            "[P]",
            "1",
            "whether the splitting is within rounding (about 1e-11)",
            Bool(|row| row.doublet.below_floor),
        ),
        column(
            "/<unit>/convergence",
            "[P]",
            "1",
            "largest relative change of a level in the last doubling of the grid",
            F64(|row| row.doublet.convergence),
        ),
        column(
            "/<unit>/splitting_convergence",
            "[P]",
            "1",
            "relative change of E in the last doubling of the grid",
            F64(|row| row.doublet.splitting_convergence),
        ),
        column(
            "/<unit>/status",
            "[P]",
            "1",
            "how the calculation of the levels ended",
            Name(names::LEVELS, |row| name_of(&row.doublet.status)),
        ),
        column(
            "/<unit>/active",
            "[P]",
            "1",
            "whether E < k_B T_Q and the double well is not an exchange",
            Bool(|row| row.active),
        ),
    ];
}

/// Zero-point energies from modes.h5 for each double well.
pub const ZERO_POINTS: &[Column<f64>] = &[asked_column(
    "/zero_point_difference",
    "[P]",
    "epsilon/sqrt(m~)",
    "sum of (omega_b - omega_a)/2 over the 3N-3 modes",
    F64(|difference| *difference),
)];

/// How double wells are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counting {
    /// Every row, as in the papers.
    Rows,
    /// One for each local system: its representative.
    Local,
}

/// Which kinds are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counted {
    All,
    Tunnelling,
}

/// How V continues beyond the minima.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Continuation {
    Parabola,
    Reflected,
}

/// n0 by one rule, way of counting, kind and continuation.
pub struct EstimateOf {
    pub rule: CandidateRule,
    pub counting: Counting,
    pub kind: Counted,
    pub length: PathLength,
    pub continuation: Continuation,
    pub n0: DensityEstimate,
}

impl EstimateOf {
    /// The papers' rule and count.
    pub fn is_headline(&self) -> bool {
        let papers = (CandidateRule::BothWays, Counting::Rows, Counted::All, Continuation::Parabola);
        (self.rule, self.counting, self.kind, self.continuation) == papers
    }

    /// `/<unit>/n0`.
    pub const COLUMNS: &'static [Column<Self>] = &[
        column(
            "/<unit>/n0/rule",
            "[R]",
            "1",
            "candidate rule: double wells that this rule or a stricter one joins (/double_wells/rule in paths.h5)",
            Name(names::RULE, |row| Ok(row.rule.name().to_owned())),
        ),
        column(
            "/<unit>/n0/counting",
            "[R]",
            "1",
            "rows: every double well, as in the papers; local: one for each local system, its member in the lowest \
             surroundings",
            Name(names::COUNTING, |row| {
                Ok(match row.counting {
                    Counting::Rows => "rows",
                    Counting::Local => "local",
                }
                .to_owned())
            }),
        ),
        column(
            "/<unit>/n0/kind",
            "[R]",
            "1",
            "kinds that are counted; exchanges never are",
            Name(names::COUNTED_KIND, |row| {
                Ok(match row.kind {
                    Counted::All => "all",
                    Counted::Tunnelling => "tunnelling",
                }
                .to_owned())
            }),
        ),
        column(
            "/<unit>/n0/length",
            "[R]",
            "1",
            "length d in the Schroedinger equation (tunnel.length): arc, that of the path (/double_wells/length in \
             paths.h5), band or distance",
            Name(names::LENGTH, |row| Ok(row.length.name().to_owned())),
        ),
        column(
            "/<unit>/n0/continuation",
            "[R]",
            "1",
            "V beyond the minima: parabola, with the curvature of the path at the minimum; reflected, each well about its \
             minimum (splitting_reflected)",
            Name(names::CONTINUATION, |row| {
                Ok(match row.continuation {
                    Continuation::Parabola => "parabola",
                    Continuation::Reflected => "reflected",
                }
                .to_owned())
            }),
        ),
        column(
            "/<unit>/n0/value",
            "[R]",
            "1/epsilon",
            "n0 = n(k_B T_Q) / k_B T_Q, per atom",
            F64(|row| row.n0.density),
        ),
        column("/<unit>/n0/lower", "[R]", "1/epsilon", "its lower 68 % limit", F64(|row| row.n0.lower)),
        column("/<unit>/n0/upper", "[R]", "1/epsilon", "its upper 68 % limit", F64(|row| row.n0.upper)),
        column(
            "/<unit>/n0/wells",
            "[R]",
            "1",
            "number of double wells or local systems with a splitting below k_B T_Q",
            I64(|row| row.n0.count as i64),
        ),
        column(
            "/<unit>/n0/headline",
            "[R]",
            "1",
            "true for one row, that of the papers: both_ways, rows, all, parabola; its value is n0 of /<unit>/density",
            Bool(EstimateOf::is_headline),
        ),
    ];
}
