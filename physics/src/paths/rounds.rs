//! The rounds of a glass: all pairs solved in any order, merged in key order, the parts of split paths solved next.

use super::candidates::{Candidate, PairKey};
use super::connect::{ConnectOutcome, FoundMinimum, Waypoint};
use super::ends::is_same_minimum;
use super::{DoubleWell, EndMinimum, PathStatus};
use crate::error::{Error, Result};
use crate::landscape::Identity;
use crate::model::PeriodicBox;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// How often the parts of a split path may split again.
const MAX_DEPTH: u32 = 6;

/// The minima of a glass, those of the exploration first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MinimaLibrary {
    cell: PeriodicBox,
    minima: Vec<EndMinimum>,
    explored: usize,
}

impl MinimaLibrary {
    /// From the minima of the exploration in the order of their indices 0, 1, ...
    pub fn new(cell: PeriodicBox, minima: Vec<EndMinimum>) -> Self {
        Self { cell, explored: minima.len(), minima }
    }

    pub fn cell(&self) -> &PeriodicBox {
        &self.cell
    }

    pub fn minima(&self) -> &[EndMinimum] {
        &self.minima
    }

    /// The same with minima that were found by an earlier run.
    pub fn with_found(mut self, found: Vec<EndMinimum>) -> Self {
        self.minima.extend(found);
        self
    }

    /// The minima found since the exploration.
    pub fn found(&self) -> &[EndMinimum] {
        &self.minima[self.explored..]
    }

    /// Index of a minimum; a new one gets the next number.
    pub fn recognise(&mut self, identity: &Identity, found: &FoundMinimum) -> usize {
        let this = (found.positions.as_slice(), found.energy);
        let known = self.minima.iter().position(|m| is_same_minimum(identity, (&m.positions, m.energy), this));
        known.unwrap_or_else(|| {
            let mut positions = found.positions.clone();
            self.cell.wrap(&mut positions);
            let index = self.minima.len();
            self.minima.push(EndMinimum { index, positions, energy: found.energy, residual: found.residual });
            index
        })
    }
}

/// A pair to be solved in this round.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct RoundPair {
    pub key: PairKey,
    /// Row of the glass's candidate from which it originates.
    pub parent: usize,
    depth: u32,
}

/// A double well and the candidate from which it originates.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ConnectedWell {
    pub key: PairKey,
    pub parent: usize,
    pub double_well: DoubleWell,
}

/// The state of the rounds of one glass; serialisable.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ConnectRounds {
    candidates: Vec<Candidate>,
    wells: Vec<ConnectedWell>,
    pairs: Vec<RoundPair>,
    seen: BTreeSet<PairKey>,
    /// The parts of every path that was split.
    parts: BTreeMap<PairKey, BTreeSet<PairKey>>,
}

impl ConnectRounds {
    /// The first round: all candidates, in increasing order of their keys.
    pub fn new(mut candidates: Vec<Candidate>) -> Self {
        candidates.sort_by_key(|candidate| candidate.key);
        let pairs = candidates
            .iter()
            .enumerate()
            .map(|(parent, candidate)| RoundPair { key: candidate.key, parent, depth: 0 })
            .collect();
        let seen = candidates.iter().map(|candidate| candidate.key).collect();
        Self { candidates, wells: Vec::new(), pairs, seen, parts: BTreeMap::new() }
    }

    /// Some pairs of a glass once more, with the row of the candidate that each originates from: all candidates have their
    /// outcome, and no pair among `known` is solved again. `pairs` are in increasing order of their keys; `parts` are those of
    /// the paths that were split before (path, part).
    pub fn again(
        candidates: Vec<Candidate>,
        pairs: &[(PairKey, usize)],
        known: BTreeSet<PairKey>,
        parts: &[(PairKey, PairKey)],
    ) -> Self {
        let is_candidate = |key: PairKey, parent: usize| candidates.get(parent).is_some_and(|row| row.key == key);
        let pair =
            |&(key, parent): &(PairKey, usize)| RoundPair { key, parent, depth: u32::from(!is_candidate(key, parent)) };
        let mut split: BTreeMap<PairKey, BTreeSet<PairKey>> = BTreeMap::new();
        for (path, part) in parts {
            split.entry(*path).or_default().insert(*part);
        }
        Self { pairs: pairs.iter().map(pair).collect(), wells: Vec::new(), seen: known, candidates, parts: split }
    }

    /// Whether a pair is a candidate itself; for candidates that are sorted.
    pub fn is_candidate(&self, key: PairKey) -> bool {
        self.candidates.binary_search_by_key(&key, |candidate| candidate.key).is_ok()
    }

    /// Whether a pair was solved, or is about to be.
    pub fn knows(&self, key: PairKey) -> bool {
        self.seen.contains(&key)
    }

    /// Further candidates, which the next round solves; those that are known are left out.
    pub fn add(&mut self, candidates: Vec<Candidate>) {
        for candidate in candidates {
            if self.seen.insert(candidate.key) {
                self.pairs.push(RoundPair { key: candidate.key, parent: self.candidates.len(), depth: 0 });
                self.candidates.push(candidate);
            }
        }
        self.pairs.sort_by_key(|pair| pair.key);
    }

    /// Sorts the candidates by their keys. Returned is the new row of each candidate, by its old row.
    pub fn sort_candidates(&mut self) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.candidates.len()).collect();
        order.sort_by_key(|&row| self.candidates[row].key);
        let mut rows = vec![0; order.len()];
        order.iter().enumerate().for_each(|(new, &old)| rows[old] = new);
        self.candidates.sort_by_key(|candidate| candidate.key);
        self.pairs.iter_mut().for_each(|pair| pair.parent = rows[pair.parent]);
        self.wells.iter_mut().for_each(|well| well.parent = rows[well.parent]);
        rows
    }

    /// The pairs of this round in increasing order of their keys; none when all are done.
    pub fn pairs(&self) -> &[RoundPair] {
        &self.pairs
    }

    /// The candidates with their outcomes.
    pub fn candidates(&self) -> &[Candidate] {
        &self.candidates
    }

    /// The paths so far, by round and increasing key.
    pub fn wells(&self) -> &[ConnectedWell] {
        &self.wells
    }

    /// (path, part) of every path that was split, by increasing keys.
    pub fn parts(&self) -> impl Iterator<Item = (PairKey, PairKey)> + '_ {
        self.parts.iter().flat_map(|(path, parts)| parts.iter().map(|part| (*path, *part)))
    }

    /// The rows of the candidates to whose paths each pair belongs, increasing: its own, and those whose paths were split
    /// into it, at once or in several steps.
    pub fn parents(&self) -> BTreeMap<PairKey, Vec<usize>> {
        let mut parents: BTreeMap<PairKey, Vec<usize>> = BTreeMap::new();
        for (row, candidate) in self.candidates.iter().enumerate() {
            let (mut reached, mut open) = (BTreeSet::from([candidate.key]), vec![candidate.key]);
            while let Some(key) = open.pop() {
                open.extend(self.parts.get(&key).into_iter().flatten().filter(|part| reached.insert(**part)));
            }
            reached.into_iter().for_each(|key| parents.entry(key).or_default().push(row));
        }
        parents
    }

    /// Takes the outcomes of this round, in the order of `pairs()`: recognises and numbers new minima, keeps the paths,
    /// and makes the parts of split paths the next round; each pair is solved only once.
    ///
    /// Returns the outcome for each pair, in that order.
    ///
    /// # Errors
    /// `Error::Internal` when the numbers of outcomes and pairs differ.
    pub fn merge(
        &mut self,
        identity: &Identity,
        library: &mut MinimaLibrary,
        outcomes: &[ConnectOutcome],
    ) -> Result<Vec<PathStatus>> {
        if outcomes.len() != self.pairs.len() {
            let (pairs, got) = (self.pairs.len(), outcomes.len());
            return Err(Error::Internal(format!("a round of {pairs} pairs was merged with {got} outcomes")));
        }
        let (mut statuses, mut wells, mut outcomes) = (Vec::new(), Vec::new(), outcomes.iter());
        let next =
            |_: &RoundPair| outcomes.next().cloned().ok_or_else(|| Error::Internal("an outcome is lost".to_owned()));
        self.merge_each(identity, library, next, |pair, status, outcome| {
            statuses.push(status);
            if let Some(double_well) = outcome.double_well {
                wells.push(ConnectedWell { key: pair.key, parent: pair.parent, double_well });
            }
        })?;
        self.wells.append(&mut wells);
        Ok(statuses)
    }

    /// The same with one outcome in memory at a time: each is asked for in the order of `pairs()` and handed on with its
    /// status; no path is kept.
    ///
    /// # Errors
    /// Those of `outcome_of`.
    pub fn merge_each(
        &mut self,
        identity: &Identity,
        library: &mut MinimaLibrary,
        mut outcome_of: impl FnMut(&RoundPair) -> Result<ConnectOutcome>,
        mut hand_on: impl FnMut(RoundPair, PathStatus, ConnectOutcome),
    ) -> Result<()> {
        let mut next = Vec::new();
        for pair in std::mem::take(&mut self.pairs) {
            let outcome = outcome_of(&pair)?;
            let mut status = outcome.status;
            let found: Vec<usize> = outcome.found.iter().map(|found| library.recognise(identity, found)).collect();
            if status == PathStatus::Split && pair.depth >= MAX_DEPTH {
                status = PathStatus::SplitTooOften;
            } else if status == PathStatus::Split {
                self.divide(pair, &outcome, &found, &mut next);
            }
            if pair.depth == 0 {
                self.candidates[pair.parent].status = Some(status);
            }
            hand_on(pair, status, outcome);
        }
        next.sort_by_key(|pair: &RoundPair| pair.key);
        self.pairs = next;
        Ok(())
    }

    /// Adds the parts of a split path that have not occurred before.
    fn divide(&mut self, pair: RoundPair, outcome: &ConnectOutcome, found: &[usize], next: &mut Vec<RoundPair>) {
        let (lower, upper) = outcome.ends;
        let stops: Vec<usize> = outcome
            .chain
            .iter()
            .map(|waypoint| match waypoint {
                Waypoint::A => lower,
                Waypoint::B => upper,
                Waypoint::Found(k) => found[*k],
            })
            .collect();
        for part in stops.windows(2).filter(|part| part[0] != part[1]) {
            let key = PairKey::new(part[0], part[1]);
            self.parts.entry(pair.key).or_default().insert(key);
            if self.seen.insert(key) {
                next.push(RoundPair { key, parent: pair.parent, depth: pair.depth + 1 });
            }
        }
    }
}
