//! The results of `connect` for one glass.

use crate::error::{Error, Result};
use crate::files::{Row, TaskKey};
use crate::model::PeriodicBox;
use crate::paths::{Candidate, ConnectOutcome, ConnectedWell, EndMinimum, PairKey, RoundPair};
use crate::runtime::Journal;
use std::collections::BTreeMap;

/// All results of `connect` for one glass.
pub struct GlassPaths {
    pub glass: usize,
    pub cell: PeriodicBox,
    /// The minima found by splitting paths.
    pub minima: Vec<EndMinimum>,
    /// With their outcomes.
    pub candidates: Vec<Candidate>,
    /// The double wells that were found, by round and key.
    pub wells: Vec<WellPlace>,
    /// Pairs that are not double wells, by round and key: their numbers.
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

/// Where the checkpoints hold a double well: all of them need not fit into the memory of a rank.
#[derive(Clone, Copy, Debug)]
pub struct WellPlace {
    /// Its pair, and the lower and the upper minimum.
    pub key: PairKey,
    pub ends: (usize, usize),
    /// Row of the glass's candidate from which it originates.
    pub parent: usize,
    pub task: TaskKey,
}

/// The result of a task: the glass, the pair and its outcome.
pub type PairResult = (usize, PairKey, ConnectOutcome);

impl WellPlace {
    /// The double well.
    ///
    /// # Errors
    /// `Storage` when it cannot be read.
    pub fn read(&self, journal: &Journal<'_>, glass: usize) -> Result<ConnectedWell> {
        let outcome = outcome(journal.result(self.task)?.result, (glass, self.key))?;
        let double_well = outcome.double_well.ok_or_else(|| Error::Internal(format!("{:?} has no path", self.key)))?;
        Ok(ConnectedWell { key: self.key, parent: self.parent, double_well })
    }
}

/// The outcome of the pair of a glass from the result of its task. A result carries the name of its pair, so that one from a
/// checkpoint is never identified by its number alone.
///
/// # Errors
/// `Internal` when it is the result of another pair.
pub fn outcome((glass, key, outcome): PairResult, due: (usize, PairKey)) -> Result<ConnectOutcome> {
    match (glass, key) == due {
        true => Ok(outcome),
        false => Err(Error::Internal(format!("{:?} of glass {} has the result of another pair", due.1, due.0))),
    }
}

impl GlassPaths {
    /// The double wells by (a, b): new ones, and rows of an earlier file.
    pub fn wells(&self) -> Vec<Row<WellPlace>> {
        let found = self.wells.iter().map(|well| (well.ends, Row::New(*well)));
        let kept = self.kept.wells.iter().map(|(ends, row)| (*ends, Row::Kept(*row)));
        let mut wells: Vec<((usize, usize), Row<WellPlace>)> = found.chain(kept).collect();
        wells.sort_by_key(|(ends, _)| *ends);
        wells.into_iter().map(|(_, row)| row).collect()
    }

    /// The time at which a double well was first seen: when its candidate satisfied the visit rule. Parts of a split
    /// path inherit it.
    pub fn first_seen(&self, well: &ConnectedWell) -> f64 {
        let candidate = self.candidates.get(well.parent);
        candidate.and_then(|candidate| self.candidate_times.get(&candidate.key)).copied().unwrap_or(f64::NAN)
    }
}
