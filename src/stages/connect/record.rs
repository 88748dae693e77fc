//! The results of `connect` for one glass.

use crate::files::Row;
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
    /// What is kept of an earlier paths.h5.
    pub kept: KeptRows,
}

/// Rows of an earlier paths.h5.
#[derive(Clone, Debug, Default)]
pub struct KeptRows {
    /// Double wells by (a, b), with their rows.
    pub wells: Vec<((usize, usize), u64)>,
    /// First row in /rejected, and the number of rows.
    pub rejected: (u64, u64),
}

impl GlassPaths {
    /// The double wells by (a, b): new ones, and rows of an earlier file.
    pub fn wells(&self) -> Vec<Row<&ConnectedWell>> {
        let found = self.rounds.wells().iter().filter(|well| well.double_well.status.is_double_well());
        let found = found.map(|well| ((well.double_well.a, well.double_well.b), Row::New(well)));
        let kept = self.kept.wells.iter().map(|(ends, row)| (*ends, Row::Kept(*row)));
        let mut wells: Vec<((usize, usize), Row<&ConnectedWell>)> = found.chain(kept).collect();
        wells.sort_by_key(|(ends, _)| *ends);
        wells.into_iter().map(|(_, row)| row).collect()
    }

    /// The time at which a double well was first seen: when its candidate satisfied the visit rule. Parts of a split
    /// path inherit it.
    pub fn first_seen(&self, well: &ConnectedWell) -> f64 {
        let candidate = self.rounds.candidates().get(well.parent);
        candidate.and_then(|candidate| self.candidate_times.get(&candidate.key)).copied().unwrap_or(f64::NAN)
    }
}
