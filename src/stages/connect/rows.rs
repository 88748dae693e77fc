//! Writes paths.h5.

use super::columns::{CandidateOf, FoundMinimum, RejectedPair, WellOf};
use super::layout::LAYOUT;
use super::record::GlassPaths;
use crate::error::Result;
use crate::files::{Rows, StageFile};
use crate::paths::{ConnectSettings, PROFILE_POINTS};
use crate::runtime::Journal;
use crate::stage::Stage;
use crate::stages::Context;

/// Writes paths.h5.
///
/// # Errors
/// `Storage` when the directory cannot be written to.
pub fn write(
    context: &Context<'_>,
    paths: &[GlassPaths],
    particles: usize,
    settings: &ConnectSettings,
    journal: Journal<'_>,
) -> Result<()> {
    let mut file = context.create_file(Stage::Connect, &LAYOUT)?;
    for (letter, length) in [("N", particles), ("K", PROFILE_POINTS), ("I", settings.images)] {
        file.set_length("", letter, length)?;
    }
    let rows = |count: fn(&GlassPaths) -> usize| rows(context, paths, count);
    let candidate_rows = rows(|glass| glass.rounds.candidates().len())?;
    // row of the first candidate of each of this rank's glasses
    let firsts: Vec<i64> = candidate_rows.ranges().iter().map(|range| range.first as i64).collect();
    let candidates = paths.iter().flat_map(|paths| {
        let all = paths.rounds.candidates().iter();
        all.map(move |candidate| CandidateOf { glass: paths.glass, candidate })
    });
    file.write_columns(CandidateOf::COLUMNS, &candidate_rows, candidates)?;
    write_wells(&mut file, &rows(|glass| glass.wells().len())?, paths, &firsts, settings)?;
    let rejected = paths.iter().zip(&firsts).flat_map(|(paths, &first_candidate)| {
        let all = paths.rejected.iter();
        all.map(move |(pair, outcome)| RejectedPair { glass: paths.glass, first_candidate, pair, outcome })
    });
    file.write_columns(RejectedPair::COLUMNS, &rows(|glass| glass.rejected.len())?, rejected)?;
    let found = paths.iter().flat_map(|paths| {
        let all = paths.library.found().iter();
        all.map(move |minimum| FoundMinimum { glass: paths.glass, minimum })
    });
    file.write_columns(FoundMinimum::COLUMNS, &rows(|glass| glass.library.found().len())?, found)?;
    context.finish(file, Some(journal))
}

/// Assigns `count(glass)` rows to each glass, in increasing order of the glasses.
fn rows(context: &Context<'_>, paths: &[GlassPaths], count: fn(&GlassPaths) -> usize) -> Result<Rows> {
    let keys: Vec<(usize, u64)> = paths.iter().map(|glass| (glass.glass, count(glass) as u64)).collect();
    Rows::by_key(context.ranks, &keys)
}

fn write_wells(
    file: &mut StageFile<'_>,
    rows: &Rows,
    paths: &[GlassPaths],
    firsts: &[i64],
    settings: &ConnectSettings,
) -> Result<()> {
    let wells: Vec<WellOf> = paths
        .iter()
        .zip(firsts)
        .flat_map(|(glass, &first_candidate)| {
            glass.wells().into_iter().map(move |well| WellOf { glass, first_candidate, well })
        })
        .collect();
    file.write_columns(WellOf::COLUMNS, rows, &wells)?;
    if settings.store_images {
        file.write_columns(WellOf::IMAGES, rows, &wells)?;
    }
    Ok(())
}
