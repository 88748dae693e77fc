//! Reads landscape.h5 for `connect`: each rank knows the rows of every glass and reads only those it needs.

use crate::error::{Error, Result};
use crate::files::{GlassRows, StageReader};
use crate::model::Potential;
use crate::parallel::Ranks;
use crate::paths::{ConnectSettings, EndMinimum, PairKey};
use crate::stage::Stage;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Relative rounding of a time: far less than the interval of snapshots in the longest explorations.
pub const ROUNDING: f64 = 1e-9;

/// landscape.h5, open on every rank.
pub struct LandscapeReader {
    reader: StageReader,
    minima: GlassRows,
    visits: GlassRows,
    transitions: GlassRows,
    growth: GlassRows,
}

impl LandscapeReader {
    /// Collective: opens the file of a campaign of `glasses` glasses.
    ///
    /// # Errors
    /// `Storage` when it is missing or damaged.
    pub fn open(ranks: &Ranks, directory: &Path, glasses: usize) -> Result<Self> {
        let reader = ranks.agree(StageReader::open(directory, Stage::Explore))?;
        let rows = |path: &str| GlassRows::look(ranks, &reader, path, glasses);
        let (minima, visits) = (rows("/minima/glass")?, rows("/visits/glass")?);
        let (transitions, growth) = (rows("/transitions/glass")?, rows("/growth/glass")?);
        Ok(Self { minima, visits, transitions, growth, reader })
    }

    /// (from, to, count) of a glass.
    ///
    /// # Errors
    /// `Storage` when the file cannot be read.
    pub fn transitions(&self, glass: usize) -> Result<Vec<(usize, usize, u64)>> {
        let (first, rows) = self.transitions.of(glass);
        let from: Vec<u32> = self.reader.read_rows("/transitions/from", first, rows)?;
        let to: Vec<u32> = self.reader.read_rows("/transitions/to", first, rows)?;
        let count: Vec<i64> = self.reader.read_rows("/transitions/count", first, rows)?;
        let ends = from.into_iter().zip(to).zip(count);
        Ok(ends.map(|((from, to), count)| (from as usize, to as usize, count.max(0) as u64)).collect())
    }

    /// The clock of /growth/time.
    ///
    /// # Errors
    /// `Storage` when the keys in the file do not tell it.
    pub fn clock(&self) -> Result<Clock> {
        let keys = &self.reader.header().deck_keys;
        let value = |key: &str| {
            let text = keys.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(" = "));
            text.ok_or_else(|| self.reader.unusable(format!("does not tell {key}")))
        };
        match (value("explore.time_step")?.parse(), value("explore.quench_every")?.parse()) {
            (Ok(time_step), Ok(quench_every)) => Ok(Clock { time_step, quench_every }),
            _ => Err(self.reader.unusable("has a time_step or quench_every that is no number".into())),
        }
    }

    /// The numbers of snapshots after which /growth reports on a glass, increasing.
    ///
    /// # Errors
    /// `Storage` when the file cannot be read.
    pub fn reported(&self, glass: usize) -> Result<Vec<u64>> {
        let clock = self.clock()?;
        let (first, count) = self.growth.of(glass);
        let times: Vec<f64> = self.reader.read_rows("/growth/time", first, count)?;
        Ok(times.into_iter().map(|time| clock.snapshots(time)).collect())
    }

    /// Positions of the first minimum of the glass, for models that recognise minima by displacements from it; empty
    /// for the others.
    ///
    /// # Errors
    /// `Storage` when the file cannot be read.
    pub fn origin(&self, glass: usize, potential: &Potential) -> Result<Vec<f64>> {
        let (first, count) = self.visits.of(glass);
        if !potential.law().has_contacts() {
            return Ok(Vec::new());
        }
        let visited: Vec<i64> = self.reader.read_rows("/visits/minimum", first, count)?;
        match visited.into_iter().find(|minimum| *minimum >= 0) {
            Some(minimum) => Ok(self.minimum(glass, minimum as usize)?.positions),
            None => Ok(Vec::new()),
        }
    }

    /// The time that was explored of a glass, on the clock of /growth/time.
    ///
    /// # Errors
    /// `Storage` when the keys in the file do not tell the clock.
    pub fn explored(&self, glass: usize) -> Result<f64> {
        Ok(self.clock()?.time(self.visits.of(glass).1))
    }

    /// Number of distinct minima of a glass that were observed until a time on the clock of /growth/time: n_IS(t), at any time.
    ///
    /// # Errors
    /// `Storage` when the file cannot be read.
    pub fn minima_until(&self, glass: usize, time: f64) -> Result<u64> {
        let (first, count) = self.visits.of(glass);
        let visits = self.clock()?.snapshots_until(time).min(count);
        let minima: Vec<i64> = self.reader.read_rows("/visits/minimum", first, visits)?;
        Ok(minima.into_iter().filter(|minimum| *minimum >= 0).collect::<BTreeSet<i64>>().len() as u64)
    }

    /// The file.
    pub fn file(&self) -> &StageReader {
        &self.reader
    }

    /// Number of minima of a glass.
    pub fn minima(&self, glass: usize) -> usize {
        self.minima.of(glass).1 as usize
    }

    /// A minimum of a glass.
    ///
    /// # Errors
    /// `Storage` when there is no such minimum or the file cannot be read.
    pub fn minimum(&self, glass: usize, index: usize) -> Result<EndMinimum> {
        let (first, rows) = self.minima.of(glass);
        let number = |path: &str| match self.reader.read_rows::<f64>(path, first + index as u64, 1)?[..] {
            [value] if (index as u64) < rows => Ok(value),
            _ => Err(Error::storage(self.reader.path(), format!("{path} has no minimum {index} of glass {glass}"))),
        };
        Ok(EndMinimum {
            index,
            energy: number("/minima/energy")?,
            residual: number("/minima/residual")?,
            positions: self.reader.read_rows("/minima/position", first + index as u64, 1)?,
        })
    }
}

/// The clock of an exploration: without equilibration, over the runs in order.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Clock {
    time_step: f64,
    quench_every: u64,
}

impl Clock {
    /// The time after a number of snapshots, with the same rounding as in /growth/time.
    pub fn time(&self, snapshots: u64) -> f64 {
        (snapshots * self.quench_every) as f64 * self.time_step
    }

    /// The number of snapshots whose time is not after this one, but for rounding.
    pub fn snapshots_until(&self, time: f64) -> u64 {
        (time / self.time(1) * (1.0 + ROUNDING)).floor() as u64
    }

    fn snapshots(&self, time: f64) -> u64 {
        (time / self.time(1)).round() as u64
    }
}

/// When a pair became a candidate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Sighting {
    /// Snapshots of the glass until then, over the runs in order.
    pub snapshots: u64,
    pub run: u32,
}

/// When the pairs of a glass were seen, in the order of (run, step).
#[derive(Clone, Debug, Default)]
pub struct Sightings {
    /// The first transition of each pair.
    pub first: BTreeMap<PairKey, Sighting>,
    /// The transition that fulfilled the visit rule of the deck, where one did.
    pub fulfilled: BTreeMap<PairKey, Sighting>,
}

/// When the pairs of a glass were seen.
///
/// # Errors
/// `Storage` when the file cannot be read.
pub fn sightings(landscape: &LandscapeReader, glass: usize, settings: &ConnectSettings) -> Result<Sightings> {
    let reader = &landscape.reader;
    let (first, count) = landscape.visits.of(glass);
    let run: Vec<u32> = reader.read_rows("/visits/run", first, count)?;
    let minimum: Vec<i64> = reader.read_rows("/visits/minimum", first, count)?;
    let mut counts: BTreeMap<PairKey, (u64, u64)> = BTreeMap::new();
    let mut seen = Sightings::default();
    for visit in 1..minimum.len() {
        let (from, to) = (minimum[visit - 1], minimum[visit]);
        if run[visit - 1] != run[visit] || from < 0 || to < 0 || from == to {
            continue;
        }
        let key = PairKey::new(from as usize, to as usize);
        let both = counts.entry(key).or_default();
        if from < to {
            both.0 += 1;
        } else {
            both.1 += 1;
        }
        let sighting = Sighting { snapshots: visit as u64 + 1, run: run[visit] };
        seen.first.entry(key).or_insert(sighting);
        if settings.visits.fulfilled(both.0, both.1, settings.minimum_visits) {
            seen.fulfilled.entry(key).or_insert(sighting);
        }
    }
    Ok(seen)
}
