//! Writes modes.h5.

use super::columns::{
    EIGENVECTORS, FOLLOWED, HessianOf, NonlinearOf, OVERLAPS, SPECTRA, TANGENTS, THIRD_ORDER, TangentOf,
    ZERO_POINT_DIFFERENCES, ZERO_POINTS,
};
use super::density::write_density_of_states;
use super::layout::LAYOUT;
use super::record::{FollowedPath, MinimumSpectrum};
use crate::error::Result;
use crate::files::{Rows, StageFile};
use crate::modes::SpectrumRecord;
use crate::runtime::Journal;
use crate::stage::Stage;
use crate::stages::Context;
use crate::stages::connect::WellEnds;

/// Writes modes.h5; `ends` of all double wells, if their spectra were requested.
///
/// # Errors
/// `Storage` when the directory cannot be written to.
pub fn write(
    context: &Context<'_>,
    spectra: &[MinimumSpectrum],
    paths: &[FollowedPath],
    ends: &[WellEnds],
    particles: usize,
    journal: Journal<'_>,
) -> Result<()> {
    let mut file = context.create_file(Stage::Modes, &LAYOUT)?;
    write_spectra(context, &mut file, spectra, particles)?;
    write_nonlinear(context, &mut file, spectra)?;
    write_paths(context, &mut file, paths)?;
    write_zero_points(context, &mut file, spectra, ends)?;
    write_density_of_states(context, &mut file, spectra, particles)?;
    context.finish(file, Some(journal))
}

/// The rows of data that belong to tasks: `count` rows for each task, in the order of the keys.
fn rows_of<T>(context: &Context<'_>, tasks: &[T], key: fn(&T) -> u64, count: fn(&T) -> usize) -> Result<Rows> {
    let keys: Vec<(u64, u64)> = tasks.iter().map(|task| (key(task), count(task) as u64)).collect();
    Rows::by_key(context.ranks, &keys)
}

fn write_spectra(
    context: &Context<'_>,
    file: &mut StageFile<'_>,
    spectra: &[MinimumSpectrum],
    particles: usize,
) -> Result<()> {
    let settings = context.section(&context.deck.modes, Stage::Modes)?;
    file.set_length("", "K", settings.modes(particles))?;
    file.set_length("", "N", particles)?;
    let key = |spectrum: &MinimumSpectrum| spectrum.row;
    let rows = rows_of(context, spectra, key, |_| 1)?;
    file.write_columns(SPECTRA, &rows, spectra)?;
    if settings.third_order {
        file.write_columns(THIRD_ORDER, &rows, spectra)?;
    }
    if settings.eigenvectors {
        file.write_columns(EIGENVECTORS, &rows, spectra)?;
    }
    let rows = rows_of(context, spectra, key, |spectrum| spectrum.record.overlaps.len())?;
    file.write_columns(OVERLAPS, &rows, spectra.iter().flat_map(|spectrum| &spectrum.record.overlaps))
}

fn write_nonlinear(context: &Context<'_>, file: &mut StageFile<'_>, spectra: &[MinimumSpectrum]) -> Result<()> {
    let rows = rows_of(context, spectra, |spectrum| spectrum.row, |spectrum| spectrum.record.nonlinear.len())?;
    let modes = spectra.iter().flat_map(|spectrum| {
        let all = spectrum.record.nonlinear.iter();
        all.map(move |mode| NonlinearOf { spectrum: spectrum.row, mode })
    });
    let points = modes.clone().map(|row| row.mode.profile.energy.len()).max().unwrap_or(0);
    file.set_length("", "Q", context.ranks.max_u64(points as u64) as usize)?;
    file.write_columns(NonlinearOf::COLUMNS, &rows, modes)
}

fn write_paths(context: &Context<'_>, file: &mut StageFile<'_>, paths: &[FollowedPath]) -> Result<()> {
    let rows = |count: fn(&FollowedPath) -> usize| rows_of(context, paths, |path| path.double_well, count);
    let tangents = paths.iter().flat_map(|path| {
        let all = path.record.tangents.iter();
        all.map(move |tangent| TangentOf { double_well: path.double_well, tangent: *tangent })
    });
    file.write_columns(TANGENTS, &rows(|path| path.record.tangents.len())?, tangents)?;
    let hessians = paths.iter().flat_map(|path| {
        let all = path.record.hessians.iter();
        all.map(move |point| HessianOf { double_well: path.double_well, point })
    });
    file.write_columns(HessianOf::COLUMNS, &rows(|path| path.record.hessians.len())?, hessians)?;
    let rows = rows(|_| 1)?;
    file.write_columns(FOLLOWED, &rows, paths)?;
    for (number, unit) in context.units().iter().enumerate() {
        let of_unit = paths.iter().map(|path| path.quantum[number]);
        file.write_columns_of_unit(&unit.name, ZERO_POINTS, &rows, of_unit)?;
    }
    Ok(())
}

/// Differences, for every double well, between the zero-point sums of its two minima, on rank 0.
fn write_zero_points(
    context: &Context<'_>,
    file: &mut StageFile<'_>,
    spectra: &[MinimumSpectrum],
    ends: &[WellEnds],
) -> Result<()> {
    let of = |spectrum: &MinimumSpectrum| {
        let SpectrumRecord { zero_point, rattlers, .. } = &spectrum.record;
        ((spectrum.glass, spectrum.minimum), *zero_point, rattlers.clone())
    };
    let mine: Vec<((usize, i64), f64, Vec<u32>)> = spectra.iter().map(of).collect();
    let mut all = context.ranks.all_gather(&mine)?.concat();
    all.sort_by_key(|(key, ..)| *key);
    let of = |glass: u32, minimum: u32| {
        let key = (glass as usize, i64::from(minimum));
        all.binary_search_by_key(&key, |(key, ..)| *key).ok()
    };
    // a difference in the number of rattlers would change the number of modes by three each
    let difference = |a: usize, b: usize| if all[a].2 == all[b].2 { all[b].1 - all[a].1 } else { f64::NAN };
    let differences = ends.iter().map(|ends| match (of(ends.glass, ends.a), of(ends.glass, ends.b)) {
        (Some(a), Some(b)) => difference(a, b),
        _ => f64::NAN,
    });
    file.write_small_columns(ZERO_POINT_DIFFERENCES, &differences.collect::<Vec<f64>>())
}
