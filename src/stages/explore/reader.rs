//! Reads landscape.h5 for `connect`: each rank knows the rows of every glass and reads only those it needs.

use crate::error::{Error, Result};
use crate::files::{GlassRows, StageReader};
use crate::model::Potential;
use crate::parallel::Ranks;
use crate::paths::{ConnectSettings, EndMinimum, PairKey};
use crate::stage::Stage;
use std::collections::BTreeMap;
use std::path::Path;

/// landscape.h5, open on every rank.
pub struct LandscapeReader {
    reader: StageReader,
    minima: GlassRows,
    visits: GlassRows,
    transitions: GlassRows,
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
        let transitions = rows("/transitions/glass")?;
        Ok(Self { minima, visits, transitions, reader })
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

    /// The time step of the exploration, from the first visit and the first-seen time of the minimum that was seen
    /// last.
    fn time_step(&self, glass: usize, step: &[i64], minimum: &[i64]) -> Result<f64> {
        let (first, rows) = self.minima.of(glass);
        let seen: Vec<f64> = self.reader.read_rows("/minima/first_seen", first, rows)?;
        let latest = (0..seen.len()).max_by(|&i, &j| seen[i].total_cmp(&seen[j]));
        let visit = latest.and_then(|latest| minimum.iter().position(|m| *m == latest as i64));
        Ok(match (latest, visit) {
            (Some(latest), Some(visit)) if step[visit] > 0 => seen[latest] / step[visit] as f64,
            _ => f64::NAN,
        })
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

/// When each pair of a glass became a candidate: the time, within its run, of the visit that satisfied the rule (for the
/// pairs of a list, of their first transition), in the order of (run, step).
pub fn candidate_times(
    landscape: &LandscapeReader,
    glass: usize,
    settings: &ConnectSettings,
) -> Result<BTreeMap<PairKey, f64>> {
    let reader = &landscape.reader;
    let (first, count) = landscape.visits.of(glass);
    let run: Vec<u32> = reader.read_rows("/visits/run", first, count)?;
    let step: Vec<i64> = reader.read_rows("/visits/step", first, count)?;
    let minimum: Vec<i64> = reader.read_rows("/visits/minimum", first, count)?;
    let time_step = landscape.time_step(glass, &step, &minimum)?;
    let mut counts: BTreeMap<PairKey, (u64, u64)> = BTreeMap::new();
    let mut times = BTreeMap::new();
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
        if settings.is_joined(both.0, both.1) {
            times.entry(key).or_insert(step[visit] as f64 * time_step);
        }
    }
    Ok(times)
}
