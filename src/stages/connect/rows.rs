//! Writes paths.h5.

use super::before::Before;
use super::columns::{CandidateOf, FoundMinimum, RejectedPair, WellOf};
use super::layout::LAYOUT;
use super::record::{GlassPaths, WellPlace};
use crate::error::Result;
use crate::files::columns::Column;
use crate::files::{PORTION_BYTES, Row, Rows, StageFile};
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
    let candidate_rows = rows(|glass| glass.candidates.len())?;
    // row of the first candidate of each of this rank's glasses
    let firsts: Vec<i64> = candidate_rows.ranges().iter().map(|range| range.first as i64).collect();
    let candidates = paths.iter().flat_map(|paths| {
        let all = paths.candidates.iter();
        all.map(move |candidate| CandidateOf { glass: paths.glass, candidate })
    });
    file.write_columns(CandidateOf::COLUMNS, &candidate_rows, candidates)?;
    let wells = Wells { journal: &journal, paths, firsts: &firsts, most: wells_at_once(particles, settings) };
    let of_wells = rows(|glass| glass.wells().len())?;
    wells.write(&mut file, WellOf::COLUMNS, &of_wells, before)?;
    if settings.store_images {
        wells.write(&mut file, WellOf::IMAGES, &of_wells, before)?;
    }
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
        let all = paths.minima.iter();
        all.map(move |minimum| FoundMinimum { glass: paths.glass, minimum })
    });
    file.write_columns(FoundMinimum::COLUMNS, &rows(|glass| glass.minima.len())?, found)?;
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

/// The double wells of this rank's glasses.
struct Wells<'w, 'r> {
    journal: &'w Journal<'r>,
    paths: &'w [GlassPaths],
    /// Row of the first candidate of each glass.
    firsts: &'w [i64],
    /// How many are in memory at a time.
    most: usize,
}

impl<'w> Wells<'w, '_> {
    /// Collective: writes columns in portions of double wells, which are read again.
    fn write(
        &self,
        file: &mut StageFile<'_>,
        columns: &[Column<WellOf<'w>>],
        rows: &Rows,
        before: Option<&Before>,
    ) -> Result<()> {
        let of_glass = |(glass, first): (&'w GlassPaths, &'w i64)| {
            glass.wells().into_iter().map(move |well| (glass, *first, well))
        };
        let mut all = self.paths.iter().zip(self.firsts).flat_map(of_glass);
        let row = |(glass, first_candidate, well): (&'w GlassPaths, i64, Row<WellPlace>)| match well {
            Row::Kept(row) => Ok(Row::Kept(row)),
            Row::New(place) => {
                let well = place.read(self.journal, glass.glass)?;
                Ok(Row::New(WellOf { glass, first_candidate, well }))
            }
        };
        file.write_columns_in_portions(columns, rows, before.map(Before::reader), || {
            let portion = all.by_ref().take(self.most).map(row).collect::<Result<Vec<_>>>()?;
            Ok(Some(portion).filter(|portion| !portion.is_empty()))
        })
    }
}

/// Number of double wells of a portion: saddle, three directions and, if they are stored, the images.
fn wells_at_once(particles: usize, settings: &ConnectSettings) -> usize {
    let vectors = 4 + if settings.store_images { settings.images } else { 0 };
    (PORTION_BYTES / (vectors * particles * 3 * size_of::<f64>()).max(1)).max(1)
}
