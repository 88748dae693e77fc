//! Stage `tunnel`: the Schroedinger equation along each path, for each requested unit of energy.

use super::before::Before;
use super::rows::{Solved, write};
use super::splitting::Levels;
use super::statistics::Ensemble;
use crate::error::{Error, Result};
use crate::files::{RowRange, Rows, StageReader, TaskCost, TaskKey};
use crate::stage::Stage;
use crate::stages::Context;
use crate::stages::connect::DoubleWellReader;
use crate::tunnelling::{Doublet, LevelsStatus, Profile, TunnelSettings, solve, splitting_reflected, units_of};
use std::time::Instant;

/// Solves every double well for every unit and writes tunnelling.h5; with `spectra`, also the differences of zero-point
/// energies from modes.h5. Units that an earlier tunnelling.h5 has for the same paths are not solved again.
///
/// # Errors
/// paths.h5 is missing or damaged, or the directory cannot be written to.
pub fn run(context: &Context<'_>, spectra: bool) -> Result<()> {
    let settings = context.section(&context.deck.tunnel, Stage::Tunnel)?;
    let wells = DoubleWellReader::open(context.ranks, &context.directory)?;
    let total = wells.total();
    let (rank, size) = (context.ranks.rank() as u64, context.ranks.size() as u64);
    let first = total * rank / size;
    let count = total * (rank + 1) / size - first;
    let curves = context.ranks.agree(wells.curves(first, count))?;
    let lengths = context.ranks.agree(wells.lengths(settings.length, first, count))?;
    let ends = context.ranks.agree(wells.ends(first, count))?;
    let exchange = context.ranks.agree(wells.exchange(first, count))?;
    let rows = Rows::new(context.ranks, total, vec![RowRange { first, count }])?;
    let ensemble = Ensemble::read(context, &wells)?;
    let zero_points = match spectra {
        true => Some(context.ranks.agree(zero_point_differences(context, first, count))?),
        false => None,
    };
    let mut tasks = Vec::new();
    let mut units = Vec::new();
    let all_units = units_of(&context.deck.model.potential, settings);
    let before = Before::open(context, &all_units, total)?;
    for (round, unit) in all_units.into_iter().enumerate() {
        if before.of(&unit).is_some() {
            log::info!("tunnel: the levels of {} are kept", unit.name);
            units.push((unit, None));
            continue;
        }
        let one = |well: usize| {
            let start = Instant::now();
            let profile =
                lengths.get(well).map_or_else(|| curves.profile(well), |d| curves.profile(well).with_length(*d));
            let levels = levels(&profile, unit.reduced_mass, settings)?;
            let key = TaskKey { round: round as u32, task: first + well as u64 };
            Ok((levels, TaskCost { key, seconds: start.elapsed().as_secs_f64() }))
        };
        let (levels, costs): (Vec<Levels>, Vec<TaskCost>) =
            context.workers(Stage::Tunnel).in_pieces(count, one)?.into_iter().unzip();
        tasks.extend(costs);
        units.push((unit, Some(levels)));
    }
    if units.iter().all(|(_, levels)| levels.is_none()) {
        tasks = context.ranks.agree(before.costs(context.ranks.rank()))?;
    }
    let glass = ends.iter().map(|ends| ends.glass).collect();
    write(context, &Solved { rows, glass, exchange, units, zero_points }, &before, &ensemble, tasks)
}

/// Whether tunnelling.h5 lacks the differences of zero-point energies that modes.h5 holds.
///
/// # Errors
/// `Storage` when a file cannot be read.
pub fn lacks_zero_points(context: &Context<'_>) -> Result<bool> {
    let asked = context.deck.modes.as_ref().is_some_and(|modes| modes.has_zero_points());
    if !asked || !context.runs(Stage::Modes) {
        return Ok(false);
    }
    let (tunnelling, modes) = (Stage::Tunnel.file_name(), Stage::Modes.file_name());
    if [tunnelling, modes].iter().any(|name| !context.directory.join(name).is_file()) {
        return Ok(false);
    }
    let has = |stage: Stage| Ok(StageReader::open(&context.directory, stage)?.has("/zero_point_difference"));
    Ok(has(Stage::Modes)? && !has(Stage::Tunnel)?)
}

/// The differences of zero-point energies in modes.h5 for some rows of /double_wells.
fn zero_point_differences(context: &Context<'_>, first: u64, count: u64) -> Result<Vec<f64>> {
    let reader = StageReader::open(&context.directory, Stage::Modes)?;
    reader.read_rows("/zero_point_difference", first, count)
}

/// A path whose profile cannot be solved gives a row of NaN instead of ending the campaign.
fn levels(profile: &Profile, reduced_mass: f64, settings: &TunnelSettings) -> Result<Levels> {
    let doublet = match solve(profile, None, reduced_mass, settings) {
        Err(Error::Numerical(_)) => Doublet::unsolved(settings.levels.max(2), LevelsStatus::NoProfile),
        other => other?,
    };
    let reflected = match splitting_reflected(profile, reduced_mass, settings) {
        Err(Error::Numerical(_)) => f64::NAN,
        other => other?,
    };
    Ok(Levels { doublet, reflected })
}
