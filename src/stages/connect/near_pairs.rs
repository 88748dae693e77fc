//! What is known of the near pairs of a glass.

use crate::paths::{PairKey, PathStatus};
use crate::screening::{NearPairs, Solved};
use std::collections::BTreeMap;

/// Why a pair was chosen besides its transitions or a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Searched {
    /// The predictor found it promising.
    Screened,
    /// At random, to see what the search misses.
    Audit,
}

/// The near pairs of the explored minima of a glass.
#[derive(Default)]
pub struct PairsOfGlass {
    pub near: NearPairs,
    /// (T_ab, T_ba) of every pair with transitions.
    pub counts: BTreeMap<PairKey, (u64, u64)>,
    /// E predicted for each near pair when it was last ranked, NaN for those that never were [epsilon].
    pub predicted: Vec<f64>,
    pub searched: BTreeMap<PairKey, Searched>,
    /// The outcome of every pair whose path was sought.
    pub statuses: BTreeMap<PairKey, PathStatus>,
    /// What these paths have shown, for the predictor; empty unless the deck asks for it.
    pub solved: BTreeMap<PairKey, Solved>,
}
