//! Writes glasses.h5.

use super::layout::LAYOUT;
use super::record::GlassRecord;
use crate::error::Result;
use crate::files::{Rows, name_of};
use crate::runtime::Journal;
use crate::stage::Stage;
use crate::stages::Context;

/// Collective: every rank gives its glasses.
///
/// # Errors
/// `Storage` when the file cannot be written.
pub fn write(context: &Context<'_>, records: &[GlassRecord], journal: Option<Journal<'_>>) -> Result<()> {
    let mut file = context.create_file(Stage::Prepare, &LAYOUT)?;
    let n = context.deck.model.particles as u64;
    let keys: Vec<(usize, u64)> = records.iter().map(|record| (record.glass, 1)).collect();
    let rows = Rows::by_key(context.ranks, &keys)?;
    let numbers = |value: fn(&GlassRecord) -> f64| -> Vec<f64> { records.iter().map(value).collect() };
    let concat =
        |values: fn(&GlassRecord) -> &[f64]| -> Vec<f64> { records.iter().flat_map(values).copied().collect() };
    let species: Vec<u32> =
        records.iter().flat_map(|record| &record.configuration.species).map(|s| u32::from(*s)).collect();
    file.write("/glasses/position", &rows, &[n, 3], &concat(|r| &r.configuration.positions))?;
    file.write("/glasses/diameter", &rows, &[n], &concat(|r| &r.configuration.diameters))?;
    file.write("/glasses/species", &rows, &[n], &species)?;
    file.write("/glasses/box", &rows, &[3], &concat(|r| &r.configuration.cell.edges))?;
    file.write("/glasses/energy", &rows, &[], &numbers(|r| r.energy_per_particle))?;
    file.write("/glasses/inherent_energy", &rows, &[], &numbers(|r| r.inherent_energy_per_particle))?;
    let status = records.iter().map(|record| name_of(&record.inherent_stop)).collect::<Result<Vec<String>>>()?;
    file.write("/glasses/inherent_status", &rows, &[], &status)?;
    file.write("/glasses/pressure", &rows, &[], &numbers(|r| r.pressure))?;
    let equilibrated: Vec<bool> = records.iter().map(|record| record.equilibrated).collect();
    file.write("/glasses/equilibrated", &rows, &[], &equilibrated)?;
    file.write("/glasses/relaxation_time", &rows, &[], &numbers(|r| r.relaxation_time))?;
    file.write("/glasses/swap_acceptance", &rows, &[], &numbers(|r| r.swap_acceptance))?;
    let keys: Vec<(usize, u64)> = records.iter().map(|record| (record.glass, record.trace_time.len() as u64)).collect();
    let rows = Rows::by_key(context.ranks, &keys)?;
    let glass: Vec<u32> =
        records.iter().flat_map(|record| vec![record.glass as u32; record.trace_time.len()]).collect();
    file.write("/glasses/equilibration/glass", &rows, &[], &glass)?;
    file.write("/glasses/equilibration/time", &rows, &[], &concat(|r| &r.trace_time))?;
    file.write("/glasses/equilibration/energy", &rows, &[], &concat(|r| &r.trace_energy))?;
    context.finish(file, journal)
}
