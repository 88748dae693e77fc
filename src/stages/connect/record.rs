//! The results of `connect` for one glass.

use super::near_pairs::PairsOfGlass;
use crate::error::{Error, Result};
use crate::files::{Row, TaskKey};
use crate::landscape::Identity;
use crate::model::PeriodicBox;
use crate::paths::{
    CandidateRule, ConnectOutcome, ConnectRounds, ConnectedWell, EndMinimum, MinimaLibrary, PairKey, RoundPair,
    separation_field,
};
use crate::runtime::Journal;
use crate::stages::explore::{Clock, LandscapeReader, Sighting};
use crate::systems::LocalSystems;

/// The rounds of one glass, on the rank that owns it.
pub struct Owned {
    pub glass: usize,
    pub identity: Identity,
    /// Particles with one kind are indistinguishable [N].
    pub kinds: Vec<u64>,
    /// The minima found by splitting paths.
    pub found: Vec<EndMinimum>,
    pub rounds: ConnectRounds,
    /// The double wells that were found, by round and key.
    pub wells: Vec<StoredWell>,
    /// Pairs that are not double wells, by round and key: their numbers.
    pub rejected: Vec<(RoundPair, ConnectOutcome)>,
    pub kept: KeptRows,
    pub pairs: PairsOfGlass,
}

/// All results of `connect` for one glass.
pub struct GlassPaths {
    pub glass: usize,
    pub identity: Identity,
    /// The minima found by splitting paths.
    pub found: Vec<EndMinimum>,
    /// With the candidates and their outcomes.
    pub rounds: ConnectRounds,
    /// The double wells that were found, by round and key.
    pub wells: Vec<StoredWell>,
    /// Pairs that are not double wells, by round and key: their numbers.
    pub rejected: Vec<(RoundPair, ConnectOutcome)>,
    /// What is kept of an earlier paths.h5.
    pub kept: KeptRows,
    pub pairs: PairsOfGlass,
    /// The place of each double well in the glass, in the order of [`GlassPaths::wells`].
    pub places: Vec<WellPlace>,
    pub systems: LocalSystems,
    pub clock: Clock,
    /// Numbers of snapshots after which double wells are counted.
    pub reported: Vec<u64>,
}

/// What is known of a double well among the others of its glass.
#[derive(Clone, Copy, Debug)]
pub struct WellPlace {
    /// Indices of its minima.
    pub ends: (usize, usize),
    pub exchange: bool,
    /// The strictest rule, and the earliest sighting, of all candidates to whose paths it belongs.
    pub rule: CandidateRule,
    pub seen: Option<Sighting>,
}

/// Rows of an earlier paths.h5.
#[derive(Default)]
pub struct KeptRows {
    /// Double wells by their minima (a, b).
    pub wells: Vec<((usize, usize), u64)>,
    /// (first, count) of /rejected.
    pub rejected: (u64, u64),
}

/// Where the checkpoints hold a double well: all of them need not fit into the memory of a rank.
#[derive(Clone, Copy, Debug)]
pub struct StoredWell {
    /// Its pair, and the lower and the upper minimum.
    pub key: PairKey,
    pub ends: (usize, usize),
    /// Row of the glass's candidate from which it originates.
    pub parent: usize,
    pub task: TaskKey,
}

/// The result of a task: the glass, the pair and its outcome.
pub type PairResult = (usize, PairKey, ConnectOutcome);

impl StoredWell {
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

/// All minima of a glass, those `found` by splitting paths last: of all glasses of a rank they need not fit into its memory.
///
/// # Errors
/// `Storage` when landscape.h5 cannot be read.
pub fn minima_of(
    landscape: &LandscapeReader,
    glass: usize,
    cell: &PeriodicBox,
    found: &[EndMinimum],
) -> Result<MinimaLibrary> {
    let explored = 0..landscape.minima(glass);
    let minima = explored.map(|index| landscape.minimum(glass, index)).collect::<Result<Vec<EndMinimum>>>()?;
    Ok(MinimaLibrary::new(*cell, minima).with_found(found.to_vec()))
}

/// The double wells of a glass by (a, b): new ones, and rows of an earlier file.
pub fn wells(found: &[StoredWell], kept: &KeptRows) -> Vec<((usize, usize), Row<StoredWell>)> {
    let found = found.iter().map(|well| (well.ends, Row::New(*well)));
    let kept = kept.wells.iter().map(|(ends, row)| (*ends, Row::Kept(*row)));
    let mut wells: Vec<((usize, usize), Row<StoredWell>)> = found.chain(kept).collect();
    wells.sort_by_key(|(ends, _)| *ends);
    wells
}

impl Owned {
    /// All minima of the glass.
    ///
    /// # Errors
    /// `Storage` when landscape.h5 cannot be read.
    pub fn library(&self, landscape: &LandscapeReader) -> Result<MinimaLibrary> {
        minima_of(landscape, self.glass, self.identity.cell(), &self.found)
    }
}

impl GlassPaths {
    /// The double wells by (a, b): new ones, and rows of an earlier file.
    pub fn wells(&self) -> Vec<Row<StoredWell>> {
        wells(&self.wells, &self.kept).into_iter().map(|(_, row)| row).collect()
    }

    /// All minima of the glass.
    ///
    /// # Errors
    /// `Storage` when landscape.h5 cannot be read.
    pub fn library(&self, landscape: &LandscapeReader) -> Result<MinimaLibrary> {
        minima_of(landscape, self.glass, self.identity.cell(), &self.found)
    }

    /// r_AB [3N] of a double well, from all minima of the glass.
    pub fn displacement(&self, library: &MinimaLibrary, well: usize) -> Vec<f64> {
        let (a, b) = self.places[well].ends;
        separation_field(&self.identity, &library.minima()[a].positions, &library.minima()[b].positions)
    }

    /// When a double well was first seen, on the clock of /growth/time; NaN when no transition was.
    pub fn first_seen(&self, well: usize) -> f64 {
        self.places[well].seen.map_or(f64::NAN, |seen| self.clock.time(seen.snapshots))
    }

    /// Numbers of double wells and of local systems without exchanges that were seen within `snapshots`.
    pub fn seen_within(&self, snapshots: u64) -> (usize, usize) {
        let seen = |place: &WellPlace| !place.exchange && place.seen.is_some_and(|seen| seen.snapshots <= snapshots);
        let mut found = vec![false; self.systems.systems.len()];
        let mut wells = 0;
        for (_, &local) in self.places.iter().zip(&self.systems.local).filter(|(place, _)| seen(place)) {
            found[local] = true;
            wells += 1;
        }
        (wells, found.into_iter().filter(|found| *found).count())
    }
}
