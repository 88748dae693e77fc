//! Writes paths.h5.

use super::before::Before;
use super::columns::{CandidateOf, FoundMinimum, RejectedPair, WellOf};
use super::layout::LAYOUT;
use super::place_columns::{GrowthOf, PARTS, PartOf, PlaceOf, SystemOf};
use super::record::GlassPaths;
use crate::error::Result;
use crate::files::columns::Column;
use crate::files::{Row, Rows, StageFile};
use crate::paths::{ConnectSettings, PROFILE_POINTS};
use crate::runtime::Journal;
use crate::stage::Stage;
use crate::stages::Context;

/// Writes paths.h5; `before`: the file from which rows are kept.
///
/// # Errors
/// `Storage` when the directory cannot be written to.
pub fn write(
    context: &Context<'_>,
    paths: &[GlassPaths],
    particles: usize,
    before: Option<&Before>,
    journal: Journal<'_>,
) -> Result<()> {
    let settings = context.section(&context.deck.connect, Stage::Connect)?;
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
    write_wells(&mut file, &rows(|glass| glass.wells().len())?, (paths, &firsts), settings, before)?;
    write_places(context, &mut file, paths)?;
    let rejected = paths.iter().zip(&firsts).flat_map(|(paths, &first_candidate)| {
        let (first, count) = paths.kept.rejected;
        let all = paths.rejected.iter();
        let new = move |(pair, outcome)| RejectedPair { glass: paths.glass, first_candidate, pair, outcome };
        (first..first + count).map(Row::Kept).chain(all.map(move |(pair, outcome)| Row::New(new((pair, outcome)))))
    });
    let rejected: Vec<Row<RejectedPair>> = rejected.collect();
    let of_rejected = rows(|glass| glass.kept.rejected.1 as usize + glass.rejected.len())?;
    write_columns(&mut file, RejectedPair::COLUMNS, &of_rejected, &rejected, before)?;
    let found = paths.iter().flat_map(|paths| {
        let all = paths.library.found().iter();
        all.map(move |minimum| FoundMinimum { glass: paths.glass, minimum })
    });
    file.write_columns(FoundMinimum::COLUMNS, &rows(|glass| glass.library.found().len())?, found)?;
    let costs = match before {
        Some(before) => context.ranks.agree(before.costs(context.ranks.rank(), journal.costs()))?,
        None => journal.costs().to_vec(),
    };
    context.finish_with(file, Some(journal), costs)
}

/// Columns with rows of the earlier file, if there is one.
fn write_columns<R>(
    file: &mut StageFile<'_>,
    columns: &[Column<R>],
    rows: &Rows,
    order: &[Row<R>],
    before: Option<&Before>,
) -> Result<()> {
    match before {
        Some(before) => file.write_columns_with_kept("", columns, rows, (order, before.reader())),
        None => file.write_columns(columns, rows, order.iter().filter_map(Row::record)),
    }
}

/// Assigns `count(glass)` rows to each glass, in increasing order of the glasses.
fn rows(context: &Context<'_>, paths: &[GlassPaths], count: fn(&GlassPaths) -> usize) -> Result<Rows> {
    let keys: Vec<(usize, u64)> = paths.iter().map(|glass| (glass.glass, count(glass) as u64)).collect();
    Rows::by_key(context.ranks, &keys)
}

fn write_wells(
    file: &mut StageFile<'_>,
    rows: &Rows,
    (paths, firsts): (&[GlassPaths], &[i64]),
    settings: &ConnectSettings,
    before: Option<&Before>,
) -> Result<()> {
    let wells: Vec<Row<WellOf>> = paths
        .iter()
        .zip(firsts)
        .flat_map(|(glass, &first_candidate)| {
            glass.wells().into_iter().map(move |row| match row {
                Row::Kept(row) => Row::Kept(row),
                Row::New(well) => Row::New(WellOf { glass, first_candidate, well }),
            })
        })
        .collect();
    write_columns(file, WellOf::COLUMNS, rows, &wells, before)?;
    if settings.store_images {
        write_columns(file, WellOf::IMAGES, rows, &wells, before)?;
    }
    Ok(())
}

/// Columns that depend on all double wells of a glass: nothing of an earlier file is kept.
fn write_places(context: &Context<'_>, file: &mut StageFile<'_>, paths: &[GlassPaths]) -> Result<()> {
    let rows = |count: fn(&GlassPaths) -> usize| rows(context, paths, count);
    let well_rows = rows(|glass| glass.places.len())?;
    let wells = paths.iter().flat_map(|glass| (0..glass.places.len()).map(move |well| PlaceOf { glass, well }));
    file.write_columns(PlaceOf::COLUMNS, &well_rows, wells)?;
    let systems = paths.iter().zip(well_rows.ranges()).flat_map(|(glass, range)| {
        let first_well = range.first as i64;
        (0..glass.systems.systems.len()).map(move |number| SystemOf { glass, first_well, number })
    });
    file.write_columns(SystemOf::COLUMNS, &rows(|glass| glass.systems.systems.len())?, systems)?;
    let growth = paths.iter().flat_map(|glass| {
        let all = glass.reported.iter();
        all.map(move |&snapshots| GrowthOf { glass, snapshots })
    });
    file.write_columns(GrowthOf::COLUMNS, &rows(|glass| glass.reported.len())?, growth)?;
    let parts: Vec<PartOf> = paths
        .iter()
        .flat_map(|glass| glass.rounds.parts().map(|(path, part)| PartOf { glass: glass.glass, path, part }))
        .collect();
    file.write_columns(PARTS, &rows(|glass| glass.rounds.parts().count())?, &parts)
}
