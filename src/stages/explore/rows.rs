//! Writes landscape.h5.

use super::columns::{GrowthOf, MinimumOf, RECOGNITION, RUNS, StayOf, TransitionOf, VISITS, VisitOf};
use super::layout::LAYOUT;
use super::record::Explored;
use crate::error::Result;
use crate::files::Rows;
use crate::runtime::Journal;
use crate::stage::Stage;
use crate::stages::Context;

/// Collective: every rank passes the glasses whose runs it has merged.
///
/// # Errors
/// `Storage` when the file cannot be written.
pub fn write(context: &Context<'_>, explored: &[Explored], particles: usize, journal: Journal<'_>) -> Result<()> {
    let mut file = context.create_file(Stage::Explore, &LAYOUT)?;
    file.set_length("", "N", particles)?;
    let rows = |count: fn(&Explored) -> usize| rows(context, explored, count);
    let minima = explored.iter().flat_map(|glass| {
        let all = glass.library.minima.iter().enumerate();
        all.map(move |(index, minimum)| MinimumOf { glass, index, minimum })
    });
    file.write_columns(MinimumOf::COLUMNS, &rows(|glass| glass.library.minima.len())?, minima)?;
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
    file.write_columns(RECOGNITION, &rows(|_| 1)?, explored)?;
    let growth =
        explored.iter().flat_map(|glass| glass.growth.iter().map(move |growth| GrowthOf { glass, growth: *growth }));
    file.write_columns(GrowthOf::COLUMNS, &rows(|glass| glass.growth.len())?, growth)?;
    let stays =
        explored.iter().flat_map(|glass| glass.persistence.iter().map(move |stay| StayOf { glass, stay: *stay }));
    file.write_columns(StayOf::COLUMNS, &rows(|glass| glass.persistence.len())?, stays)?;
    context.finish(file, Some(journal))
}

/// Assigns `count(glass)` rows to each glass, in increasing order of the glasses.
fn rows(context: &Context<'_>, explored: &[Explored], count: fn(&Explored) -> usize) -> Result<Rows> {
    let keys: Vec<(usize, u64)> = explored.iter().map(|glass| (glass.number, count(glass) as u64)).collect();
    Rows::by_key(context.ranks, &keys)
}
