//! The results of `connect` for one glass.

use crate::files::Row;
use crate::landscape::Identity;
use crate::paths::{
    CandidateRule, ConnectOutcome, ConnectRounds, ConnectedWell, MinimaLibrary, RoundPair, separation_field,
};
use crate::stages::explore::{Clock, Sighting};
use crate::systems::LocalSystems;

/// The rounds of one glass, on the rank that owns it.
pub struct Owned {
    pub glass: usize,
    pub identity: Identity,
    /// Particles with one kind are indistinguishable [N].
    pub kinds: Vec<u64>,
    pub library: MinimaLibrary,
    pub rounds: ConnectRounds,
    /// Pairs that are not double wells, by round and key.
    pub rejected: Vec<(RoundPair, ConnectOutcome)>,
    pub kept: KeptRows,
}

/// All results of `connect` for one glass.
pub struct GlassPaths {
    pub glass: usize,
    pub identity: Identity,
    pub library: MinimaLibrary,
    pub rounds: ConnectRounds,
    /// Pairs that are not double wells, by round and key.
    pub rejected: Vec<(RoundPair, ConnectOutcome)>,
    /// What is kept of an earlier paths.h5.
    pub kept: KeptRows,
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
#[derive(Clone, Debug, Default)]
pub struct KeptRows {
    /// Double wells by (a, b), with their rows.
    pub wells: Vec<((usize, usize), u64)>,
    /// First row in /rejected, and the number of rows.
    pub rejected: (u64, u64),
}

/// The double wells of a glass by (a, b): new ones, and rows of an earlier file.
pub fn wells<'r>(rounds: &'r ConnectRounds, kept: &KeptRows) -> Vec<((usize, usize), Row<&'r ConnectedWell>)> {
    let found = rounds.wells().iter().filter(|well| well.double_well.status.is_double_well());
    let found = found.map(|well| ((well.double_well.a, well.double_well.b), Row::New(well)));
    let kept = kept.wells.iter().map(|(ends, row)| (*ends, Row::Kept(*row)));
    let mut wells: Vec<((usize, usize), Row<&ConnectedWell>)> = found.chain(kept).collect();
    wells.sort_by_key(|(ends, _)| *ends);
    wells
}

impl GlassPaths {
    /// The double wells by (a, b): new ones, and rows of an earlier file.
    pub fn wells(&self) -> Vec<Row<&ConnectedWell>> {
        wells(&self.rounds, &self.kept).into_iter().map(|(_, row)| row).collect()
    }

    /// r_AB [3N] of a double well.
    pub fn displacement(&self, well: usize) -> Vec<f64> {
        let (a, b) = self.places[well].ends;
        separation_field(&self.identity, &self.library.minima()[a].positions, &self.library.minima()[b].positions)
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
