//! The results of `connect` for one glass.

use crate::paths::{ConnectOutcome, ConnectRounds, ConnectedWell, MinimaLibrary, PairKey, RoundPair};
use std::collections::BTreeMap;

/// All results of `connect` for one glass.
pub struct GlassPaths {
    pub glass: usize,
    pub library: MinimaLibrary,
    pub rounds: ConnectRounds,
    /// Pairs that are not double wells, by round and key.
    pub rejected: Vec<(RoundPair, ConnectOutcome)>,
    /// The time at which each pair became a candidate.
    pub candidate_times: BTreeMap<PairKey, f64>,
}

impl GlassPaths {
    /// The double wells by (a, b).
    pub fn wells(&self) -> Vec<&ConnectedWell> {
        let mut wells: Vec<&ConnectedWell> =
            self.rounds.wells().iter().filter(|well| well.double_well.status.is_double_well()).collect();
        wells.sort_by_key(|well| (well.double_well.a, well.double_well.b));
        wells
    }

    /// The time at which a double well was first seen: when its candidate satisfied the visit rule. Parts of a split
    /// path inherit it.
    pub fn first_seen(&self, well: &ConnectedWell) -> f64 {
        let candidate = self.rounds.candidates().get(well.parent);
        candidate.and_then(|candidate| self.candidate_times.get(&candidate.key)).copied().unwrap_or(f64::NAN)
    }
}
