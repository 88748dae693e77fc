//! paths.h5: candidates, double wells, what was rejected, minima found by splitting.

use super::layout::LAYOUT;
use crate::error::Result;
use crate::files::{Rows, StageFile, name_of};
use crate::paths::{
    ConnectOutcome, ConnectRounds, ConnectSettings, ConnectedWell, MinimaLibrary, PROFILE_POINTS, PairKey, PathStatus,
    RoundPair,
};
use crate::runtime::Journal;
use crate::stage::Stage;
use crate::stages::Context;
use std::collections::BTreeMap;

/// A column of the double wells by name.
type Named<T> = (&'static str, fn(&ConnectedWell) -> T);

/// Everything `connect` knows of one glass.
pub struct GlassPaths {
    pub glass: usize,
    pub library: MinimaLibrary,
    pub rounds: ConnectRounds,
    /// Pairs that are no double well, by round and key.
    pub rejected: Vec<(RoundPair, ConnectOutcome)>,
    /// When each candidate came to be one.
    pub candidate_times: BTreeMap<PairKey, f64>,
}

impl GlassPaths {
    /// The double wells by (a, b).
    fn wells(&self) -> Vec<&ConnectedWell> {
        let mut wells: Vec<&ConnectedWell> =
            self.rounds.wells().iter().filter(|well| well.double_well.status.is_double_well()).collect();
        wells.sort_by_key(|well| (well.double_well.a, well.double_well.b));
        wells
    }

    /// When a double well was first seen: when its candidate fulfilled the visit rule; parts of a split path inherit it.
    fn first_seen(&self, well: &ConnectedWell) -> f64 {
        let candidate = self.rounds.candidates().get(well.parent);
        candidate.and_then(|candidate| self.candidate_times.get(&candidate.key)).copied().unwrap_or(f64::NAN)
    }
}

/// Writes paths.h5.
///
/// # Errors
/// A directory that cannot be written.
pub fn write(
    context: &Context<'_>,
    paths: &[GlassPaths],
    particles: usize,
    settings: &ConnectSettings,
    journal: Journal<'_>,
) -> Result<()> {
    let mut file = context.create_file(Stage::Connect, &LAYOUT)?;
    let counts: Vec<(usize, u64)> =
        paths.iter().map(|glass| (glass.glass, glass.rounds.candidates().len() as u64)).collect();
    let parents = first_candidates(context, &counts)?;
    write_candidates(context, &mut file, paths, &counts)?;
    write_wells(context, &mut file, paths, particles, &parents, settings)?;
    write_rejected(context, &mut file, paths, &parents)?;
    write_found(context, &mut file, paths, particles)?;
    context.finish(file, Some(journal))
}

/// Row of the first candidate of each of this rank's glasses.
fn first_candidates(context: &Context<'_>, counts: &[(usize, u64)]) -> Result<Vec<i64>> {
    Ok(Rows::by_key(context.ranks, counts)?.ranges().iter().map(|range| range.first as i64).collect())
}

fn write_candidates(
    context: &Context<'_>,
    file: &mut StageFile<'_>,
    paths: &[GlassPaths],
    counts: &[(usize, u64)],
) -> Result<()> {
    let rows = Rows::by_key(context.ranks, counts)?;
    let candidates = || paths.iter().flat_map(|glass| glass.rounds.candidates().iter().map(|c| (glass.glass, c)));
    let glass: Vec<u32> = candidates().map(|(glass, _)| glass as u32).collect();
    let a: Vec<u32> = candidates().map(|(_, candidate)| candidate.key.a as u32).collect();
    let b: Vec<u32> = candidates().map(|(_, candidate)| candidate.key.b as u32).collect();
    let count_ab: Vec<i64> = candidates().map(|(_, candidate)| candidate.count_ab as i64).collect();
    let count_ba: Vec<i64> = candidates().map(|(_, candidate)| candidate.count_ba as i64).collect();
    let status = candidates()
        .map(|(_, candidate)| name_of(&candidate.status.unwrap_or(PathStatus::NotConverged)))
        .collect::<Result<Vec<String>>>()?;
    file.write("/candidates/glass", &rows, &[], &glass)?;
    file.write("/candidates/a", &rows, &[], &a)?;
    file.write("/candidates/b", &rows, &[], &b)?;
    file.write("/candidates/count_ab", &rows, &[], &count_ab)?;
    file.write("/candidates/count_ba", &rows, &[], &count_ba)?;
    file.write("/candidates/status", &rows, &[], &status)
}

fn write_wells(
    context: &Context<'_>,
    file: &mut StageFile<'_>,
    paths: &[GlassPaths],
    particles: usize,
    parents: &[i64],
    settings: &ConnectSettings,
) -> Result<()> {
    let of_glass: Vec<Vec<&ConnectedWell>> = paths.iter().map(GlassPaths::wells).collect();
    let counts: Vec<(usize, u64)> =
        paths.iter().zip(&of_glass).map(|(glass, wells)| (glass.glass, wells.len() as u64)).collect();
    let rows = Rows::by_key(context.ranks, &counts)?;
    let wells: Vec<(usize, &ConnectedWell)> =
        of_glass.iter().enumerate().flat_map(|(g, wells)| wells.iter().map(move |well| (g, *well))).collect();
    let at = |name: &str| format!("/double_wells/{name}");
    let numbers: [Named<f64>; 14] = [
        ("asymmetry", |w| w.double_well.asymmetry),
        ("activation", |w| w.double_well.activation),
        ("barrier", |w| w.double_well.barrier),
        ("length", |w| w.double_well.length),
        ("band_length", |w| w.double_well.band_length),
        ("distance", |w| w.double_well.separation.distance),
        ("participation_ratio", |w| w.double_well.separation.participation_ratio),
        ("participation_ratio_components", |w| w.double_well.separation.participation_ratio_components),
        ("saddle_energy", |w| w.double_well.saddle_energy),
        ("saddle_residual", |w| w.double_well.saddle_residual),
        ("curvature_a", |w| w.double_well.curvature_a),
        ("curvature_b", |w| w.double_well.curvature_b),
        ("curvature_saddle", |w| w.double_well.curvature_saddle),
        ("first_seen", |_| f64::NAN),
    ];
    for (name, value) in numbers {
        let column: Vec<f64> = match name {
            "first_seen" => wells.iter().map(|(g, w)| paths[*g].first_seen(w)).collect(),
            _ => wells.iter().map(|(_, well)| value(well)).collect(),
        };
        file.write(&at(name), &rows, &[], &column)?;
    }
    let indices: [Named<usize>; 4] = [
        ("a", |w| w.double_well.a),
        ("b", |w| w.double_well.b),
        ("negative_modes", |w| w.double_well.negative_modes as usize),
        ("rattlers", |w| w.double_well.rattlers as usize),
    ];
    for (name, value) in indices {
        let column: Vec<u32> = wells.iter().map(|(_, well)| value(well) as u32).collect();
        file.write(&at(name), &rows, &[], &column)?;
    }
    let glass: Vec<u32> = wells.iter().map(|(g, _)| paths[*g].glass as u32).collect();
    file.write(&at("glass"), &rows, &[], &glass)?;
    let parent: Vec<i64> = wells.iter().map(|(g, well)| parents[*g] + well.parent as i64).collect();
    file.write(&at("parent"), &rows, &[], &parent)?;
    let exchange: Vec<bool> = wells.iter().map(|(_, well)| well.double_well.exchange).collect();
    file.write(&at("exchange"), &rows, &[], &exchange)?;
    let calls: Vec<i64> = wells.iter().map(|(_, well)| well.double_well.force_evaluations as i64).collect();
    file.write(&at("force_evaluations"), &rows, &[], &calls)?;
    write_names(file, &rows, &wells)?;
    write_vectors(file, &rows, paths, &wells, particles, settings)
}

fn write_names(file: &mut StageFile<'_>, rows: &Rows, wells: &[(usize, &ConnectedWell)]) -> Result<()> {
    let status = wells.iter().map(|(_, well)| name_of(&well.double_well.status)).collect::<Result<Vec<String>>>()?;
    file.write("/double_wells/status", rows, &[], &status)?;
    let method =
        wells.iter().map(|(_, well)| name_of(&well.double_well.length_method)).collect::<Result<Vec<String>>>()?;
    file.write("/double_wells/length_method", rows, &[], &method)
}

fn write_vectors(
    file: &mut StageFile<'_>,
    rows: &Rows,
    paths: &[GlassPaths],
    wells: &[(usize, &ConnectedWell)],
    particles: usize,
    settings: &ConnectSettings,
) -> Result<()> {
    let points = [PROFILE_POINTS as u64];
    let concat = |values: fn(&ConnectedWell) -> &[f64]| -> Vec<f64> {
        wells.iter().flat_map(|(_, well)| values(well)).copied().collect()
    };
    file.write("/double_wells/profile/arc_length", rows, &points, &concat(|w| &w.double_well.profile.arc_length))?;
    file.write("/double_wells/profile/energy", rows, &points, &concat(|w| &w.double_well.profile.energy))?;
    let shape = [particles as u64, 3];
    let mut saddles = Vec::with_capacity(wells.len() * 3 * particles);
    for (g, well) in wells {
        let start = saddles.len();
        saddles.extend_from_slice(&well.double_well.saddle_position);
        paths[*g].library.cell().wrap(&mut saddles[start..]);
    }
    file.write("/double_wells/saddle_position", rows, &shape, &saddles)?;
    file.write("/double_wells/tangent_a", rows, &shape, &concat(|w| &w.double_well.tangent_a))?;
    if settings.store_images {
        let shape = [settings.images as u64, particles as u64, 3];
        file.write("/double_wells/images", rows, &shape, &concat(|w| &w.double_well.images))?;
    }
    Ok(())
}

fn write_rejected(
    context: &Context<'_>,
    file: &mut StageFile<'_>,
    paths: &[GlassPaths],
    parents: &[i64],
) -> Result<()> {
    let counts: Vec<(usize, u64)> = paths.iter().map(|glass| (glass.glass, glass.rejected.len() as u64)).collect();
    let rows = Rows::by_key(context.ranks, &counts)?;
    let all = || paths.iter().enumerate().flat_map(|(g, glass)| glass.rejected.iter().map(move |row| (g, row)));
    let glass: Vec<u32> = all().map(|(g, _)| paths[g].glass as u32).collect();
    let a: Vec<u32> = all().map(|(_, (pair, _))| pair.key.a as u32).collect();
    let b: Vec<u32> = all().map(|(_, (pair, _))| pair.key.b as u32).collect();
    let parent: Vec<i64> = all().map(|(g, (pair, _))| parents[g] + pair.parent as i64).collect();
    let status = all().map(|(_, (_, outcome))| name_of(&outcome.status)).collect::<Result<Vec<String>>>()?;
    let of_path = |value: fn(&crate::paths::DoubleWell) -> f64| -> Vec<f64> {
        all().map(|(_, (_, outcome))| outcome.double_well.as_ref().map_or(f64::NAN, value)).collect()
    };
    let calls: Vec<i64> = all().map(|(_, (_, outcome))| outcome.force_evaluations as i64).collect();
    file.write("/rejected/glass", &rows, &[], &glass)?;
    file.write("/rejected/a", &rows, &[], &a)?;
    file.write("/rejected/b", &rows, &[], &b)?;
    file.write("/rejected/parent", &rows, &[], &parent)?;
    file.write("/rejected/status", &rows, &[], &status)?;
    file.write("/rejected/activation", &rows, &[], &of_path(|well| well.activation))?;
    file.write("/rejected/distance", &rows, &[], &of_path(|well| well.separation.distance))?;
    file.write("/rejected/force_evaluations", &rows, &[], &calls)
}

fn write_found(context: &Context<'_>, file: &mut StageFile<'_>, paths: &[GlassPaths], particles: usize) -> Result<()> {
    let counts: Vec<(usize, u64)> =
        paths.iter().map(|glass| (glass.glass, glass.library.found().len() as u64)).collect();
    let rows = Rows::by_key(context.ranks, &counts)?;
    let found = || paths.iter().flat_map(|glass| glass.library.found().iter().map(|m| (glass.glass, m)));
    let glass: Vec<u32> = found().map(|(glass, _)| glass as u32).collect();
    let index: Vec<u32> = found().map(|(_, minimum)| minimum.index as u32).collect();
    let energy: Vec<f64> = found().map(|(_, minimum)| minimum.energy).collect();
    let residual: Vec<f64> = found().map(|(_, minimum)| minimum.residual).collect();
    // the library keeps them in the box
    let positions: Vec<f64> = found().flat_map(|(_, minimum)| minimum.positions.iter().copied()).collect();
    file.write("/minima/glass", &rows, &[], &glass)?;
    file.write("/minima/index", &rows, &[], &index)?;
    file.write("/minima/energy", &rows, &[], &energy)?;
    file.write("/minima/residual", &rows, &[], &residual)?;
    file.write("/minima/position", &rows, &[particles as u64, 3], &positions)
}
