//! The columns of paths.h5 for near pairs and their search.

use super::record::GlassPaths;
use super::screen::ScreenRound;
use crate::files::columns::Take::*;
use crate::files::columns::{Column, column};
use crate::files::layout::names;
use crate::files::name_of;
use crate::paths::ConnectSettings;

/// A near pair of a glass.
pub struct PairOf<'p> {
    pub glass: &'p GlassPaths,
    pub settings: &'p ConnectSettings,
    /// Its number within the glass.
    pub k: usize,
}

impl<'p> PairOf<'p> {
    /// /pairs.
    pub const COLUMNS: &'p [Column<Self>] = &[
        column(
            "/pairs/glass",
            "[Q]",
            "1",
            "glass of a pair of explored minima within connect.pairs.largest_distance and largest_difference",
            U32(|row| row.glass.glass as u32),
        ),
        column("/pairs/a", "[Q]", "1", "the lower minimum", U32(|row| row.glass.pairs.near.key(row.k).a as u32)),
        column("/pairs/b", "[Q]", "1", "the other minimum", U32(|row| row.glass.pairs.near.key(row.k).b as u32)),
        column(
            "/pairs/distance",
            "[Q]",
            "sigma",
            "Euclidean distance |r_AB| between the minima, without the translation of the whole glass and without \
             rattlers",
            F64(|row| row.glass.pairs.near.distance(row.k)),
        ),
        column(
            "/pairs/energy_difference",
            "[Q]",
            "epsilon",
            "|V(b) - V(a)|",
            F64(|row| row.glass.pairs.near.geometry(row.k).energy_difference),
        ),
        column(
            "/pairs/participation_ratio",
            "[Q]",
            "1",
            "number of particles that move: [sum d_i^2]^2 / sum d_i^4",
            F64(|row| row.glass.pairs.near.geometry(row.k).participation_ratio),
        ),
        column(
            "/pairs/largest_displacements",
            "[Q,L]",
            "sigma",
            "displacements |d_i| of the particles that move most, decreasing",
            F64s(|row| row.glass.pairs.near.geometry(row.k).largest_displacements),
        ),
        column(
            "/pairs/separations",
            "[Q,T]",
            "sigma",
            "distances, in a, of the particle that moves most from those that follow",
            F64s(|row| row.glass.pairs.near.geometry(row.k).separations),
        ),
        column(
            "/pairs/exchange",
            "[Q]",
            "1",
            "whether the minima are the same structure with identical particles exchanged",
            Bool(|row| row.glass.pairs.near.is_exchange(row.k)),
        ),
        column(
            "/pairs/count_ab",
            "[Q]",
            "1",
            "number of transitions observed from a to b",
            I64(|row| row.count().0 as i64),
        ),
        column(
            "/pairs/count_ba",
            "[Q]",
            "1",
            "number of transitions observed from b to a",
            I64(|row| row.count().1 as i64),
        ),
        column(
            "/pairs/status",
            "[Q]",
            "1",
            "outcome of its path, or not_sought",
            Name(names::PAIR, |row| {
                let status = row.glass.pairs.statuses.get(&row.glass.pairs.near.key(row.k));
                status.map_or_else(|| Ok("not_sought".to_owned()), name_of)
            }),
        ),
        column(
            "/pairs/predicted_splitting",
            "[Q]",
            "epsilon",
            "splitting E that the predictor expected when the pair was last ranked (candidates = \"screened\", in the \
             model's first material); NaN if it never was",
            F64(|row| row.glass.pairs.predicted[row.k]),
        ),
        column(
            "/pairs/chosen",
            "[Q]",
            "1",
            "why its path was sought: transitions, list, screened (the predictor found it promising), audit (at \
             random), part (a path was split into it), or no",
            Name(names::CHOSEN, |row| Ok(row.glass.chosen(row.k, row.settings).to_owned())),
        ),
    ];

    fn count(&self) -> (u64, u64) {
        self.glass.pairs.counts.get(&self.glass.pairs.near.key(self.k)).copied().unwrap_or_default()
    }
}

/// /screening: one row for each round of the search.
pub const SCREENING: &[Column<ScreenRound>] = &[
    column(
        "/screening/round",
        "[E]",
        "1",
        "a search among near pairs, or the audit at the end (candidates = \"screened\")",
        Name(names::SCREENING, |row| Ok(if row.audit { "audit" } else { "search" }.to_owned())),
    ),
    column(
        "/screening/open",
        "[E]",
        "1",
        "number of near pairs before the round whose paths have not been sought",
        I64(|row| row.open as i64),
    ),
    column("/screening/chosen", "[E]", "1", "number of those chosen", I64(|row| row.chosen as i64)),
    column(
        "/screening/double_wells",
        "[E]",
        "1",
        "number of double wells found, parts of split paths included",
        I64(|row| row.double_wells as i64),
    ),
    column(
        "/screening/active",
        "[E]",
        "1",
        "number of those with a splitting below k_B T_Q in the model's first material",
        I64(|row| row.active as i64),
    ),
    column(
        "/screening/missed",
        "[E]",
        "1",
        "active systems among the near pairs that were never chosen, estimated from the audit; NaN for a search",
        F64(|row| row.missed[0]),
    ),
    column("/screening/missed_lower", "[E]", "1", "lower end of its 68 % interval", F64(|row| row.missed[1])),
    column("/screening/missed_upper", "[E]", "1", "upper end of its 68 % interval", F64(|row| row.missed[2])),
];
