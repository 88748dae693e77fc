//! Stage `prepare`: independent glasses.

use super::import::import;
use super::reader::read_glasses;
use super::record::{GlassRecord, StartRecord};
use super::rows::write;
use super::task::{GlassState, GlassTask};
use crate::error::Result;
use crate::forces::{listed, sums};
use crate::landscape::{Quench, StopReason};
use crate::model::{Configuration, Potential};
use crate::runtime::Rounds;
use crate::sampling::{PrepareMethod, PrepareTask, PreparedGlass};
use crate::stage::Stage;
use crate::stages::{BuiltOn, Context, Earlier};

crate::files::persisted!(Prepare, algorithm 1: GlassState, GlassRecord);

/// Prepares the glasses of the deck that do not exist yet, and writes glasses.h5.
///
/// # Errors
/// Unusable imported files, numerical failures, a directory that cannot be written.
pub fn run(context: &Context<'_>, earlier: Earlier) -> Result<()> {
    let deck = &context.deck;
    let settings = context.section(&deck.prepare, Stage::Prepare)?;
    let mut records = Vec::new();
    let mut starts: Vec<StartRecord> = Vec::new();
    let mut known = 0;
    if earlier == Earlier::Part {
        let (count, mine) = context.ranks.agree(read_glasses(context))?;
        known = count;
        records = mine;
    }
    let mut journal = None;
    if settings.method == PrepareMethod::Import {
        let (glasses, further) = context.ranks.agree(import(context, known))?;
        records.extend(glasses);
        starts = further;
    } else {
        let missing: Vec<u64> = (known as u64..settings.glasses as u64).collect();
        let mut progress = context.progress(Stage::Prepare, missing.len());
        let journal = journal.insert(context.journal(&RECORDS, BuiltOn::Deck, Rounds::One)?);
        let (potential, particles, seed) = (&deck.model.potential, deck.model.particles, deck.campaign.seed);
        let begin = |glass: u64, state: Option<GlassState>| {
            if let Some(state) = state {
                return Ok(GlassTask::resume(potential, settings, state));
            }
            let model = &deck.model;
            let (cell, species, diameters) = (model.cell(), model.species(), model.diameters());
            let unplaced = Configuration { cell, positions: Vec::new(), species, diameters };
            let prepare = PrepareTask::with_particles(potential, unplaced, settings.clone(), seed, glass)?;
            Ok(GlassTask::new(potential, prepare))
        };
        let finish = |glass: u64, task: GlassTask| {
            let (prepared, quenched) = task.into_glass()?;
            let found = (quenched.energy / prepared.configuration.particles() as f64, quenched.stop);
            let prepared = if settings.method == PrepareMethod::Quench {
                at_rest(potential, prepared, quenched)
            } else {
                prepared
            };
            Ok(GlassRecord::from_prepared(glass as usize, prepared, found))
        };
        let done = context.workers(Stage::Prepare).run(journal, &missing, particles, &mut progress, begin, finish)?;
        records.extend(done.into_iter().map(|(_, record)| record));
    }
    if settings.method != PrepareMethod::Import {
        for glass in gathered_glasses(context, records.iter().filter(|record| !record.equilibrated))? {
            log::warn!("glass {glass} is not equilibrated: see /glasses/equilibrated in glasses.h5");
        }
    }
    let unquenched = records.iter().filter(|record| record.inherent_stop == StopReason::StepLimit);
    for glass in gathered_glasses(context, unquenched)? {
        log::warn!(
            "the quench of glass {glass} stopped before it reached a minimum: see /glasses/inherent_status in \
             glasses.h5"
        );
    }
    write(context, &records, &starts, journal)
}

/// The numbers of these glasses on all ranks, in increasing order.
fn gathered_glasses<'r>(context: &Context<'_>, records: impl Iterator<Item = &'r GlassRecord>) -> Result<Vec<usize>> {
    let mine: Vec<usize> = records.map(|record| record.glass).collect();
    let mut all = context.ranks.all_gather(&mine)?.concat();
    all.sort_unstable();
    Ok(all)
}

/// The glass obtained by quenching a liquid, at T = 0.
fn at_rest(potential: &Potential, liquid: PreparedGlass, quenched: Quench) -> PreparedGlass {
    let mut configuration = Configuration { positions: quenched.positions, ..liquid.configuration };
    configuration.cell.wrap(&mut configuration.positions);
    let stress = listed::stress(&potential.model(&configuration), &configuration.cell, &configuration.positions);
    let (potential_energy, pressure) = (quenched.energy, sums::pressure(&stress));
    PreparedGlass { configuration, potential_energy, pressure, ..liquid }
}
