//! Stage `relax`: liquids in equilibrium, followed by molecular dynamics or by its hybrid with swaps.

use super::reader::read_samples;
use super::rows::write;
use crate::error::{Error, Result};
use crate::model::Configuration;
use crate::runtime::Rounds;
use crate::sampling::{LiquidDynamics, LiquidName, LiquidState, LiquidTask, RelaxSettings};
use crate::stage::Stage;
use crate::stages::{BuiltOn, Context, Earlier};
use crate::statistics::{EnsembleStatus, LiquidEnsemble, LiquidSample};

/// Every sample of the deck, by decreasing temperature, molecular dynamics before swaps: the index is the number of the
/// task.
pub fn names(settings: &RelaxSettings) -> Vec<LiquidName> {
    let mut names = Vec::new();
    for temperature in settings.falling_temperatures() {
        for dynamics in LiquidDynamics::ALL.into_iter().filter(|dynamics| settings.dynamics.contains(dynamics)) {
            names.extend((0..settings.samples as u64).map(|sample| LiquidName { temperature, dynamics, sample }));
        }
    }
    names
}

crate::files::persisted!(Relax, algorithm 1: LiquidState, LiquidSample);

/// Follows the samples that do not exist yet, and writes relaxation.h5.
///
/// # Errors
/// Numerical failures, a directory that cannot be written.
pub fn run(context: &Context<'_>, earlier: Earlier) -> Result<()> {
    let settings = context.section(&context.deck.relax, Stage::Relax)?;
    let names = names(settings);
    let mut samples = match earlier {
        Earlier::Part => context.ranks.agree(read_samples(context))?,
        Earlier::Nothing => Vec::new(),
    };
    // the coldest liquids are the slowest
    let known = |key: &u64| samples.iter().any(|sample| sample.name == names[*key as usize]);
    let missing: Vec<u64> = (0..names.len() as u64).rev().filter(|key| !known(key)).collect();
    let mut progress = context.progress(Stage::Relax, missing.len());
    let mut journal = context.journal(&RECORDS, BuiltOn::Deck, Rounds::One)?;
    let model = &context.deck.model;
    let (potential, seed) = (&model.potential, context.deck.campaign.seed);
    let begin = |key: u64, state: Option<LiquidState>| {
        let name = names[key as usize];
        if let Some(state) = state {
            return Ok(LiquidTask::resume(potential, settings, name, seed, state));
        }
        let (cell, species, diameters) = (model.cell(), model.species(), model.diameters());
        let unplaced = Configuration { cell, positions: Vec::new(), species, diameters };
        LiquidTask::start(potential, unplaced, settings, name, seed)
    };
    let finish = |key: u64, task: LiquidTask| {
        let run = task.result().ok_or_else(|| Error::Internal("a liquid has no result".to_owned()))?;
        Ok(LiquidSample::new(names[key as usize], run))
    };
    let done =
        context.workers(Stage::Relax).run(&mut journal, &missing, model.particles, &mut progress, begin, finish)?;
    drop(progress);
    let mine: Vec<LiquidSample> = done.into_iter().map(|(_, sample)| sample).collect();
    samples.extend(context.ranks.all_gather(&mine)?.concat());
    let place = |sample: &LiquidSample| names.iter().position(|name| *name == sample.name);
    samples.retain(|sample| place(sample).is_some());
    samples.sort_by_key(place);
    let ensembles = ensembles(settings, &samples);
    for ensemble in ensembles.iter().flatten() {
        let at = format!("relax at temperature {}", ensemble.temperature);
        match ensemble.status {
            EnsembleStatus::Converged => {}
            EnsembleStatus::Short => log::warn!("{at}: measurement.max_steps cut a sample short"),
            EnsembleStatus::NotEquilibrated => {
                log::warn!("{at}: a sample is not equilibrated, see /samples/equilibrated")
            }
            EnsembleStatus::NotReached => log::warn!("{at}: F_s has not fallen to 1/e; raise measurement.max_steps"),
        }
    }
    let file = write(context, &samples, &ensembles)?;
    context.finish(file, Some(journal))
}

/// The means, by [dynamics of the deck, md first][decreasing temperature].
fn ensembles(settings: &RelaxSettings, samples: &[LiquidSample]) -> Vec<Vec<LiquidEnsemble>> {
    let asked = LiquidDynamics::ALL.into_iter().filter(|dynamics| settings.dynamics.contains(dynamics));
    let of = |dynamics: LiquidDynamics| {
        let at = |temperature: &f64| {
            let theirs: Vec<&LiquidSample> = samples
                .iter()
                .filter(|sample| sample.name.dynamics == dynamics && sample.name.temperature == *temperature)
                .collect();
            LiquidEnsemble::of(&theirs)
        };
        settings.falling_temperatures().iter().filter_map(at).collect()
    };
    asked.map(of).collect()
}
