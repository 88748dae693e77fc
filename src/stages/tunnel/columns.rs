//! The columns of tunnelling.h5.

use crate::files::columns::Take::*;
use crate::files::columns::{Column, asked_column, column};
use crate::files::layout::names;
use crate::files::name_of;
use crate::tunnelling::Doublet;

/// The quantum properties of a double well.
pub struct DoubletOf<'d> {
    pub doublet: &'d Doublet,
    /// E < k_B T_Q, and not an exchange.
    pub active: bool,
}

impl<'d> DoubletOf<'d> {
    /// /<unit>, one row for each double well.
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
