//! Which pairs of minima are joined.

use super::{ConnectSettings, PathStatus};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Two different minima of a glass, the smaller index first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct PairKey {
    pub a: usize,
    pub b: usize,
}

impl PairKey {
    pub fn new(i: usize, j: usize) -> Self {
        Self { a: i.min(j), b: i.max(j) }
    }
}

/// A pair of minima that the dynamics went between, and what became of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Candidate {
    /// Indices within the glass, the smaller one first.
    pub key: PairKey,
    /// T_{a->b} and T_{b->a} summed over the runs.
    pub count_ab: u64,
    pub count_ba: u64,
    /// `None` while the pair is not solved.
    pub status: Option<PathStatus>,
}

/// Candidates of one glass by rising (a, b), from its transitions (from, to, count); pairs met several times add up.
pub fn candidates(transitions: &[(usize, usize, u64)], settings: &ConnectSettings) -> Vec<Candidate> {
    let mut counts: BTreeMap<PairKey, (u64, u64)> = BTreeMap::new();
    for &(from, to, count) in transitions.iter().filter(|(from, to, _)| from != to) {
        let both = counts.entry(PairKey::new(from, to)).or_default();
        if from < to {
            both.0 += count;
        } else {
            both.1 += count;
        }
    }
    let visited_enough = |(ab, ba): (u64, u64)| settings.visits.fulfilled(ab, ba, settings.minimum_visits);
    counts
        .into_iter()
        .filter(|(_, counts)| visited_enough(*counts))
        .map(|(key, (count_ab, count_ba))| Candidate { key, count_ab, count_ba, status: None })
        .collect()
}
