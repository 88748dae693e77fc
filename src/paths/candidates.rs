//! Which pairs of minima are connected.

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

/// A pair of minima with transitions between them, and its outcome.
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

/// The rules by which a pair of minima becomes a candidate, the strictest first: each also joins the pairs of those before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum CandidateRule {
    /// The visit rule of the deck, `minimum_visits` and `visits`: that of the papers.
    BothWays,
    /// At least one transition, in either direction.
    OneWay,
}

impl CandidateRule {
    /// From the strictest to the loosest.
    pub const ALL: [Self; 2] = [Self::BothWays, Self::OneWay];

    /// Its name in files.
    pub fn name(self) -> &'static str {
        match self {
            Self::BothWays => "both_ways",
            Self::OneWay => "one_way",
        }
    }

    /// The rule with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|rule| rule.name() == name)
    }
}

impl Candidate {
    /// The strictest rule that joins the pair.
    pub fn rule(&self, settings: &ConnectSettings) -> CandidateRule {
        match settings.visits.fulfilled(self.count_ab, self.count_ba, settings.minimum_visits) {
            true => CandidateRule::BothWays,
            false => CandidateRule::OneWay,
        }
    }
}

/// Candidates of one glass by increasing (a, b), from its transitions (from, to, count); counts of a pair that occurs
/// several times are added.
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
