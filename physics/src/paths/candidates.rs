//! Which pairs of minima are connected.

use super::{CandidateRule, ConnectSettings, PathStatus};
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

impl Candidate {
    /// The strictest rule that joins the pair.
    pub fn rule(&self, settings: &ConnectSettings) -> CandidateRule {
        if settings.visits.fulfilled(self.count_ab, self.count_ba, settings.minimum_visits) {
            CandidateRule::BothWays
        } else if self.count_ab + self.count_ba > 0 {
            CandidateRule::OneWay
        } else if settings.candidates == CandidateRule::Screened {
            CandidateRule::Screened
        } else {
            CandidateRule::List
        }
    }
}

/// (T_ab, T_ba) of the pairs of one glass from its transitions (from, to, count); counts of a pair that occurs several times are
/// added.
pub fn transition_counts(transitions: &[(usize, usize, u64)]) -> BTreeMap<PairKey, (u64, u64)> {
    let mut counts: BTreeMap<PairKey, (u64, u64)> = BTreeMap::new();
    for &(from, to, count) in transitions.iter().filter(|(from, to, _)| from != to) {
        let both = counts.entry(PairKey::new(from, to)).or_default();
        if from < to {
            both.0 += count;
        } else {
            both.1 += count;
        }
    }
    counts
}

/// Candidates of one glass by increasing (a, b), from the counts of its transitions. `listed` are the pairs of the glass in a
/// list: if there is one, they are the candidates.
pub fn candidates(
    counts: &BTreeMap<PairKey, (u64, u64)>,
    settings: &ConnectSettings,
    listed: Option<&[PairKey]>,
) -> Vec<Candidate> {
    let of_pair = |key: &PairKey| (*key, counts.get(key).copied().unwrap_or_default());
    let chosen: BTreeMap<PairKey, (u64, u64)> = match listed {
        Some(listed) => listed.iter().map(of_pair).collect(),
        None => {
            counts.iter().filter(|(_, (ab, ba))| settings.is_joined(*ab, *ba)).map(|(key, _)| of_pair(key)).collect()
        }
    };
    chosen.into_iter().map(|(key, (count_ab, count_ba))| Candidate { key, count_ab, count_ba, status: None }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Preset;

    /// Pairs seen in both directions, in one, twice in one, and a visit of the same minimum.
    const TRANSITIONS: [(usize, usize, u64); 6] = [(0, 1, 2), (1, 0, 1), (4, 2, 1), (0, 3, 2), (5, 5, 9), (0, 3, 1)];

    fn chosen(rule: CandidateRule, listed: Option<&[PairKey]>) -> Vec<(usize, usize, u64, u64)> {
        let settings = ConnectSettings { candidates: rule, ..ConnectSettings::defaults(Preset::Tlj) };
        let rows = candidates(&transition_counts(&TRANSITIONS), &settings, listed);
        rows.into_iter().map(|row| (row.key.a, row.key.b, row.count_ab, row.count_ba)).collect()
    }

    #[test]
    fn each_rule_chooses_its_pairs() {
        assert_eq!(chosen(CandidateRule::BothWays, None), [(0, 1, 2, 1)]);
        assert_eq!(chosen(CandidateRule::Screened, None), [(0, 1, 2, 1)]);
        assert_eq!(chosen(CandidateRule::OneWay, None), [(0, 1, 2, 1), (0, 3, 3, 0), (2, 4, 0, 1)]);
        let listed = [PairKey::new(6, 2), PairKey::new(0, 3)];
        assert_eq!(chosen(CandidateRule::List, Some(&listed)), [(0, 3, 3, 0), (2, 6, 0, 0)]);
    }
}
