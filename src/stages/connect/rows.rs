//! Writes paths.h5.

use super::before::Before;
use super::columns::{CandidateOf, FoundMinimum, RejectedPair, WellOf};
use super::layout::LAYOUT;
use super::pair_columns::{PairOf, SCREENING};
use super::place_columns::{GrowthOf, PARTS, PartOf, PlaceOf, SystemOf};
use super::record::{GlassPaths, StoredWell};
use super::screen::ScreenRound;
use crate::error::Result;
use crate::files::columns::Column;
use crate::files::{PORTION_BYTES, Row, Rows, StageFile};
use crate::paths::{ConnectSettings, MinimaLibrary, PROFILE_POINTS};
use crate::runtime::Journal;
use crate::stage::Stage;
use crate::stages::Context;
use crate::stages::explore::LandscapeReader;

/// Writes paths.h5; `before`: the file from which rows are kept.
///
/// # Errors
/// `Storage` when the directory cannot be written to.
pub fn write(
    context: &Context<'_>,
    (paths, searched, landscape): (&[GlassPaths], &[ScreenRound], &LandscapeReader),
    particles: usize,
    before: Option<&Before>,
    journal: Journal<'_>,
) -> Result<()> {
    let settings = context.section(&context.deck.connect, Stage::Connect)?;
    let mut file = context.create_file(Stage::Connect, &LAYOUT)?;
    let displacements = settings.pairs.displacements;
    let lengths = [("N", particles), ("K", PROFILE_POINTS), ("I", settings.images), ("L", displacements)];
    for (letter, length) in lengths.into_iter().chain([("T", displacements - 1)]) {
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
    let wells = Wells { journal: &journal, paths, firsts: &firsts, most: wells_at_once(particles, settings) };
    let of_wells = rows(|glass| glass.wells().len())?;
    wells.write(&mut file, WellOf::COLUMNS, &of_wells, before)?;
    if settings.store_images {
        wells.write(&mut file, WellOf::IMAGES, &of_wells, before)?;
    }
    write_places(context, &mut file, paths, Places { landscape, paths: paths.iter(), particles, glass: None })?;
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
        let all = paths.found.iter();
        all.map(move |minimum| FoundMinimum { glass: paths.glass, minimum })
    });
    file.write_columns(FoundMinimum::COLUMNS, &rows(|glass| glass.found.len())?, found)?;
    let near = paths.iter().flat_map(|glass| (0..glass.pairs.near.len()).map(move |k| PairOf { glass, settings, k }));
    file.write_columns(PairOf::COLUMNS, &rows(|glass| glass.pairs.near.len())?, near)?;
    let of_search = Rows::on_rank_zero(context.ranks, searched.len() as u64);
    file.write_columns(SCREENING, &of_search, &searched[..of_search.held() as usize])?;
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
        let row = |(glass, first_candidate, well): (&'w GlassPaths, i64, Row<StoredWell>)| match well {
            Row::Kept(row) => Ok(Row::Kept(row)),
            Row::New(stored) => {
                let well = stored.read(self.journal, glass.glass)?;
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

/// The places of the double wells of this rank's glasses in portions, with their displacements: from the minima of one glass
/// at a time.
struct Places<'p> {
    landscape: &'p LandscapeReader,
    paths: std::slice::Iter<'p, GlassPaths>,
    particles: usize,
    /// A glass, its minima, and the number of its first double well that is still to be written.
    glass: Option<(&'p GlassPaths, MinimaLibrary, usize)>,
}

impl<'p> Places<'p> {
    fn next(&mut self) -> Result<Option<Vec<Row<PlaceOf<'p>>>>> {
        let most = (PORTION_BYTES / (self.particles * 3 * size_of::<f64>()).max(1)).max(1);
        loop {
            if let Some((glass, library, first)) = &mut self.glass {
                let portion = *first..glass.places.len().min(*first + most);
                if !portion.is_empty() {
                    *first = portion.end;
                    let row = |well| PlaceOf { glass, well, displacement: glass.displacement(library, well) };
                    return Ok(Some(portion.map(row).map(Row::New).collect()));
                }
                self.glass = None;
            }
            let Some(glass) = self.paths.find(|glass| !glass.places.is_empty()) else { return Ok(None) };
            self.glass = Some((glass, glass.library(self.landscape)?, 0));
        }
    }
}

/// Columns that depend on all double wells of a glass: nothing of an earlier file is kept.
fn write_places(
    context: &Context<'_>,
    file: &mut StageFile<'_>,
    paths: &[GlassPaths],
    mut places: Places<'_>,
) -> Result<()> {
    let rows = |count: fn(&GlassPaths) -> usize| rows(context, paths, count);
    let well_rows = rows(|glass| glass.places.len())?;
    file.write_columns_in_portions(PlaceOf::COLUMNS, &well_rows, None, || places.next())?;
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
