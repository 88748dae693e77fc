//! Writes landscape.h5.

use super::columns::{
    GrowthOf, MinimumOf, RECOGNITION, RUNS, STARTS, StartOf, StayOf, SurvivalOf, TransitionOf, VISITS, VisitOf,
};
use super::layout::LAYOUT;
use super::record::Explored;
use crate::error::{Error, Result};
use crate::files::{PORTION_BYTES, Row, Rows, TaskKey};
use crate::landscape::{LibraryMinimum, RunRecord};
use crate::runtime::Journal;
use crate::stage::Stage;
use crate::stages::Context;
use std::collections::BTreeMap;

/// Collective: every rank passes the glasses whose runs it has merged.
///
/// # Errors
/// `Storage` when the file cannot be written.
pub fn write(context: &Context<'_>, explored: &[Explored], particles: usize, journal: Journal<'_>) -> Result<()> {
    let mut file = context.create_file(Stage::Explore, &LAYOUT)?;
    file.set_length("", "N", particles)?;
    let rows = |count: fn(&Explored) -> usize| rows(context, explored, count);
    let mut minima = Minima { journal: &journal, explored: explored.iter(), particles, glass: None };
    let of_minima = rows(|glass| glass.library.minima.len())?;
    file.write_columns_in_portions(MinimumOf::COLUMNS, &of_minima, None, || minima.next())?;
    let visits = explored.iter().flat_map(|glass| {
        let all = glass.library.visits.iter();
        all.map(move |visit| VisitOf { glass: glass.number, visit: *visit })
    });
    file.write_columns(VISITS, &rows(|glass| glass.library.visits.len())?, visits)?;
    let transitions = explored.iter().flat_map(|glass| {
        let all = glass.library.transitions.iter();
        all.map(move |transition| TransitionOf { glass, transition: *transition })
    });
    file.write_columns(TransitionOf::COLUMNS, &rows(|glass| glass.library.transitions.len())?, transitions)?;
    let runs = explored.iter().flat_map(|glass| &glass.runs);
    file.write_columns(RUNS, &rows(|glass| glass.runs.len())?, runs)?;
    let starts = explored
        .iter()
        .flat_map(|glass| glass.runs.iter().map(move |run| StartOf { start: run.run as usize % glass.starts.max(1) }));
    file.write_columns(STARTS, &rows(|glass| glass.runs.len())?, starts)?;
    file.write_columns(RECOGNITION, &rows(|_| 1)?, explored)?;
    let growth =
        explored.iter().flat_map(|glass| glass.growth.iter().map(move |growth| GrowthOf { glass, growth: *growth }));
    file.write_columns(GrowthOf::COLUMNS, &rows(|glass| glass.growth.len())?, growth)?;
    let stays =
        explored.iter().flat_map(|glass| glass.persistence.iter().map(move |stay| StayOf { glass, stay: *stay }));
    file.write_columns(StayOf::COLUMNS, &rows(|glass| glass.persistence.len())?, stays)?;
    let survival =
        explored.iter().flat_map(|glass| glass.survival.iter().map(move |row| SurvivalOf { glass, row: *row }));
    file.write_columns(SurvivalOf::COLUMNS, &rows(|glass| glass.survival.len())?, survival)?;
    context.finish(file, Some(journal))
}

/// The minima of this rank's glasses in portions, with their positions, which are read again.
struct Minima<'e, 'r> {
    journal: &'e Journal<'r>,
    explored: std::slice::Iter<'e, Explored>,
    particles: usize,
    /// A glass and those of its minima that are still to be written.
    glass: Option<(&'e Explored, std::iter::Enumerate<std::vec::IntoIter<LibraryMinimum>>)>,
}

impl<'e> Minima<'e, '_> {
    fn next(&mut self) -> Result<Option<Vec<Row<MinimumOf<'e>>>>> {
        let most = (PORTION_BYTES / (self.particles * 3 * size_of::<f64>()).max(1)).max(1);
        loop {
            if let Some((glass, left)) = &mut self.glass {
                let row = |(index, minimum)| Row::New(MinimumOf { glass, index, minimum });
                let portion: Vec<_> = left.by_ref().take(most).map(row).collect();
                if !portion.is_empty() {
                    return Ok(Some(portion));
                }
                self.glass = None;
            }
            let Some(glass) = self.explored.next() else { return Ok(None) };
            self.glass = Some((glass, with_positions(self.journal, glass)?.into_iter().enumerate()));
        }
    }
}

/// The minima of a glass with their positions: each is known by the run and the step of its first visit.
fn with_positions(journal: &Journal<'_>, glass: &Explored) -> Result<Vec<LibraryMinimum>> {
    let mut minima = glass.library.minima.clone();
    let places: BTreeMap<(u64, u64), usize> =
        minima.iter().enumerate().map(|(k, minimum)| ((minimum.first_run, minimum.first_step), k)).collect();
    for &task in &glass.tasks {
        for run in journal.result::<Vec<RunRecord>>(TaskKey { round: 0, task })?.result {
            for minimum in run.minima() {
                let place = places.get(&(run.run, minimum.first_step));
                if let Some(due) = place.map(|&place| &mut minima[place])
                    && due.energy.to_bits() == minimum.energy.to_bits()
                {
                    due.positions.clone_from(&minimum.positions);
                }
            }
        }
    }
    match minima.iter().position(|minimum| minimum.positions.is_empty()) {
        Some(lost) => Err(Error::Internal(format!("no run has minimum {lost} of glass {}", glass.number))),
        None => Ok(minima),
    }
}

/// Assigns `count(glass)` rows to each glass, in increasing order of the glasses.
fn rows(context: &Context<'_>, explored: &[Explored], count: fn(&Explored) -> usize) -> Result<Rows> {
    let keys: Vec<(usize, u64)> = explored.iter().map(|glass| (glass.number, count(glass) as u64)).collect();
    Rows::by_key(context.ranks, &keys)
}
