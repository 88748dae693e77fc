//! Stage `prepare`: independent glasses.

use super::Progress;
use super::campaign::{Context, Earlier};
use super::glass_task::{GlassState, GlassTask, inherent_settings};
use super::journal::Journal;
use crate::error::{Error, Result};
use crate::files::{Rows, Stage as FileStage, StageReader, name_of};
use crate::forces::{PairSum, as_lanes, as_lanes_mut, listed, sums};
use crate::input::{self, Stage};
use crate::landscape::{Quench, StopReason, inherent_structure};
use crate::model::{Configuration, PeriodicBox, Preset};
use crate::records::GlassRecord;
use crate::sampling::{PrepareMethod, PrepareTask, PreparedGlass};

crate::files::persisted!(Prepare, algorithm 1: GlassState, GlassRecord);

/// Prepares the glasses of the deck that are not there yet, and writes glasses.h5.
///
/// # Errors
/// Unusable imported files, numerical failures, a directory that cannot be written.
pub fn run(context: &Context<'_>, earlier: Earlier) -> Result<()> {
    let deck = &context.deck;
    let settings = context.section(&deck.prepare, Stage::Prepare)?;
    let mut records = Vec::new();
    let mut known = 0;
    if earlier == Earlier::Part {
        let (count, mine) = context.ranks.agree(read_glasses(context))?;
        known = count;
        records = mine;
    }
    let mut journal = None;
    if settings.method == PrepareMethod::Import {
        let imported = context.ranks.agree(import(context, known))?;
        records.extend(imported);
    } else {
        let missing: Vec<u64> = (known as u64..settings.glasses as u64).collect();
        let mut progress = Progress::new(context, "prepare", missing.len());
        let journal = journal.insert(Journal::open(context, Stage::Prepare)?);
        let (preset, particles, seed) = (deck.model.preset, deck.model.particles, deck.campaign.seed);
        let begin = |glass: u64, state: Option<GlassState>| {
            if let Some(state) = state {
                return Ok(GlassTask::resume(preset, settings, state));
            }
            let model = &deck.model;
            let (cell, species, diameters) = (model.cell(), model.species(), model.diameters());
            let unplaced = Configuration { cell, positions: Vec::new(), species, diameters };
            let prepare = PrepareTask::with_particles(preset, unplaced, settings.clone(), seed, glass)?;
            Ok(GlassTask::new(preset, prepare))
        };
        let finish = |glass: u64, task: GlassTask| {
            let (prepared, quenched) = task.into_glass()?;
            let found = (quenched.energy / prepared.configuration.particles() as f64, quenched.stop);
            let prepared =
                if settings.method == PrepareMethod::Quench { at_rest(preset, prepared, quenched) } else { prepared };
            Ok(GlassRecord::from_prepared(glass as usize, prepared, found))
        };
        let done = context.workers("prepare").run(journal, &missing, particles, &mut progress, begin, finish)?;
        records.extend(done.into_iter().map(|(_, record)| record));
    }
    if settings.method != PrepareMethod::Import {
        for glass in told_together(context, records.iter().filter(|record| !record.equilibrated))? {
            log::warn!("glass {glass} is not equilibrated: see /glasses/equilibrated in glasses.h5");
        }
    }
    let unquenched = records.iter().filter(|record| record.inherent_stop == StopReason::StepLimit);
    for glass in told_together(context, unquenched)? {
        log::warn!(
            "the quench of glass {glass} stopped before its minimum: see /glasses/inherent_status in glasses.h5"
        );
    }
    write(context, &records, journal)
}

/// The numbers of the glasses that all ranks have to tell of, rising.
fn told_together<'r>(context: &Context<'_>, records: impl Iterator<Item = &'r GlassRecord>) -> Result<Vec<usize>> {
    let mine: Vec<usize> = records.map(|record| record.glass).collect();
    let mut all = context.ranks.all_gather(&mine)?.concat();
    all.sort_unstable();
    Ok(all)
}

/// The glass that a liquid was quenched to, at T = 0.
fn at_rest(preset: Preset, liquid: PreparedGlass, quenched: Quench) -> PreparedGlass {
    let mut configuration = Configuration { positions: quenched.positions, ..liquid.configuration };
    configuration.cell.wrap(&mut configuration.positions);
    let stress = listed::stress(&preset.model(&configuration), &configuration.cell, &configuration.positions);
    let (potential_energy, pressure) = (quenched.energy, sums::pressure(&stress));
    PreparedGlass { configuration, potential_energy, pressure, ..liquid }
}

/// Every configuration of the imported files beyond the first `known`; each rank takes its share.
fn import(context: &Context<'_>, known: usize) -> Result<Vec<GlassRecord>> {
    let preset = context.deck.model.preset;
    let mut records = Vec::new();
    let mut glass = 0;
    for file in input::import_files(&context.deck)? {
        let configurations = read_any(&file, preset)?;
        for mut configuration in configurations {
            let index = glass;
            glass += 1;
            input::check_particles(&context.deck, &file, configuration.particles())?;
            if index < known || index % context.ranks.size() != context.ranks.rank() {
                continue;
            }
            configuration.cell.wrap(&mut configuration.positions);
            let model = preset.model(&configuration);
            let mut sum = PairSum::<1>::new(model.clone(), configuration.cell);
            let mut forces = vec![0.0; configuration.positions.len()];
            let [energy] = sum.forces(as_lanes(&configuration.positions), as_lanes_mut(&mut forces));
            let stress = listed::stress(&model, &configuration.cell, &configuration.positions);
            let settings = inherent_settings(preset);
            let quenched = inherent_structure(&model, &configuration, &settings);
            let found = (quenched.energy / configuration.particles() as f64, quenched.stop);
            let temperature = context.deck.prepare.as_ref().map_or(f64::NAN, |prepare| prepare.temperature);
            let pressure = configuration.density() * temperature + sums::pressure(&stress);
            records.push(GlassRecord::imported(index, configuration, energy, pressure, found));
        }
    }
    if let Some(settings) = &context.deck.prepare
        && settings.glasses > glass
    {
        return Err(Error::Deck {
            file: context.deck.file.clone(),
            message: format!("prepare.glasses = {} but the files hold {glass} configurations", settings.glasses),
        });
    }
    Ok(records)
}

/// Configurations of a text file or of a glasses.h5.
///
/// # Errors
/// `Input` when the file cannot be used.
pub(super) fn read_any(file: &std::path::Path, preset: Preset) -> Result<Vec<Configuration>> {
    let is_hdf5 = file.extension().is_some_and(|extension| extension == "h5");
    if !is_hdf5 {
        return input::read_configurations(file, preset);
    }
    let reader = StageReader::open_input(file, FileStage::Prepare)?;
    let count = reader.shape("/glasses/energy")?.first().copied().unwrap_or(0);
    (0..count).map(|glass| configuration(&reader, glass)).collect()
}

/// One glass of an open glasses.h5.
///
/// # Errors
/// `Storage` (or `Input`) when the data sets are not there or have other shapes.
pub fn configuration(reader: &StageReader, glass: u64) -> Result<Configuration> {
    let edges: Vec<f64> = reader.read_rows("/glasses/box", glass, 1)?;
    let [x, y, z] = edges[..] else {
        return Err(Error::storage(reader.path(), "/glasses/box does not have three edges"));
    };
    let species: Vec<u32> = reader.read_rows("/glasses/species", glass, 1)?;
    Ok(Configuration {
        cell: PeriodicBox { edges: [x, y, z] },
        positions: reader.read_rows("/glasses/position", glass, 1)?,
        species: species.into_iter().map(|species| species as u8).collect(),
        diameters: reader.read_rows("/glasses/diameter", glass, 1)?,
    })
}

/// Number of glasses that are there, and this rank's share of them.
fn read_glasses(context: &Context<'_>) -> Result<(usize, Vec<GlassRecord>)> {
    let reader = StageReader::open(&context.directory, FileStage::Prepare)?;
    let count = reader.shape("/glasses/energy")?.first().copied().unwrap_or(0);
    let inherent_status = reader.read_text("/glasses/inherent_status")?;
    let trace_glass: Vec<u32> = reader.read("/glasses/equilibration/glass")?;
    let trace_time: Vec<f64> = reader.read("/glasses/equilibration/time")?;
    let trace_energy: Vec<f64> = reader.read("/glasses/equilibration/energy")?;
    let mut records = Vec::new();
    let size = context.ranks.size() as u64;
    for glass in (0..count).filter(|glass| glass % size == context.ranks.rank() as u64) {
        let number = |path: &str| -> Result<f64> {
            let rows: Vec<f64> = reader.read_rows(path, glass, 1)?;
            rows.first().copied().ok_or_else(|| Error::storage(reader.path(), format!("{path} has no row {glass}")))
        };
        let stop = match inherent_status[glass as usize].as_str() {
            "converged" => StopReason::Converged,
            "stalled" => StopReason::Stalled,
            _ => StopReason::StepLimit,
        };
        let flag = reader.read_rows::<bool>("/glasses/equilibrated", glass, 1)?;
        let of_glass = |values: &[f64]| -> Vec<f64> {
            values.iter().zip(&trace_glass).filter(|(_, g)| u64::from(**g) == glass).map(|(v, _)| *v).collect()
        };
        records.push(GlassRecord {
            glass: glass as usize,
            configuration: configuration(&reader, glass)?,
            energy_per_particle: number("/glasses/energy")?,
            inherent_energy_per_particle: number("/glasses/inherent_energy")?,
            inherent_stop: stop,
            pressure: number("/glasses/pressure")?,
            equilibrated: flag.first() == Some(&true),
            relaxation_time: number("/glasses/relaxation_time")?,
            swap_acceptance: number("/glasses/swap_acceptance")?,
            trace_time: of_glass(&trace_time),
            trace_energy: of_glass(&trace_energy),
        });
    }
    Ok((count as usize, records))
}

fn write(context: &Context<'_>, records: &[GlassRecord], journal: Option<Journal<'_>>) -> Result<()> {
    let mut file = context.create_file(Stage::Prepare)?;
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
