//! Stage `explore`: merges the runs of each glass into its library of minima.

use super::record::Explored;
use super::rows::write;
use crate::error::Result;
use crate::files::StageReader;
use crate::landscape::{ExplorationState, ExplorationTask, GlassLibrary, Identity, RunRecord, run_groups};
use crate::runtime::Rounds;
use crate::stage::Stage;
use crate::stages::Context;
use crate::stages::prepare::Starts;
use crate::stages::prepare::configuration;
use crate::stages::prepare::glasses_file;
use std::collections::BTreeMap;

crate::files::persisted!(Explore, algorithm 1: ExplorationState, Vec<RunRecord>);

/// Explores every glass and writes landscape.h5.
///
/// # Errors
/// glasses.h5 is missing or damaged, numerical failures, a directory that cannot be written to.
pub fn run(context: &Context<'_>) -> Result<()> {
    let settings = context.section(&context.deck.explore, Stage::Explore)?;
    let (reader, _, particles) = context.ranks.agree(glasses_file(&context.directory))?;
    let potential = &context.deck.model.potential;
    // every starting configuration of a glass has its runs
    let starts = context.ranks.agree(Starts::look(&reader))?;
    let groups = |glass: u64| run_groups(settings.runs * starts.of(glass));
    // the keys of a glass stay the same when the deck requests more glasses
    let inherent: Vec<f64> = context.ranks.agree(reader.read("/glasses/inherent_energy"))?;
    let keys: Vec<u64> = costliest_first(&inherent)
        .flat_map(|glass| (0..groups(glass).len() as u64).map(move |group| key(glass, group)))
        .collect();
    let mut progress = context.progress(Stage::Explore, keys.len());
    let seed = context.deck.campaign.seed;
    let begin = |key: u64, state: Option<ExplorationState>| {
        let (glass, group) = of_key(key);
        let configuration = configuration(&reader, glass)?;
        let model = potential.model(&configuration);
        Ok(match state {
            Some(state) => ExplorationTask::resume(&model, &configuration, settings, state),
            None => {
                let further = (1..starts.of(glass)).map(|start| starts.positions(&reader, glass, start));
                let further = further.collect::<Result<Vec<Vec<f64>>>>()?;
                let runs = groups(glass)[group].clone();
                ExplorationTask::start_from(&model, &configuration, &further, settings, seed, (glass, runs))
            }
        })
    };
    let finish = |_: u64, task: ExplorationTask| Ok(task.records());
    let mut journal = context.journal(&RECORDS, context.on_glasses(), Rounds::One)?;
    let done = context.workers(Stage::Explore).run(&mut journal, &keys, particles, &mut progress, begin, finish)?;
    drop(progress);
    let explored = merged(context, &reader, done.into_iter().flat_map(|(_, records)| records))?;
    let diffusing: Vec<(u64, u64)> = explored
        .iter()
        .flat_map(|glass| glass.runs.iter().filter(|run| run.diffusing()).map(|run| (run.glass, run.run)))
        .collect();
    let mut all = context.ranks.all_gather(&diffusing)?.concat();
    all.sort_unstable();
    for (glass, run) in all {
        log::warn!("glass {glass} run {run} diffuses: it is a liquid at explore.temperature");
    }
    write(context, &explored, particles, journal)
}

/// Glasses by decreasing energy of their inherent structures: the less stable a glass, the more minima it visits and
/// the longer its quenches take (correlation of cost and energy: 0.7). The tasks started last should be short.
fn costliest_first(inherent_energy: &[f64]) -> impl Iterator<Item = u64> {
    let mut glasses: Vec<usize> = (0..inherent_energy.len()).collect();
    glasses.sort_by(|&g, &h| inherent_energy[h].total_cmp(&inherent_energy[g]));
    glasses.into_iter().map(|glass| glass as u64)
}

/// Collective: the libraries of this rank's glasses; the runs of a glass are gathered on one rank.
fn merged(
    context: &Context<'_>,
    reader: &StageReader,
    records: impl Iterator<Item = RunRecord>,
) -> Result<Vec<Explored>> {
    let settings = context.section(&context.deck.explore, Stage::Explore)?;
    let owner = |glass: u64| glass as usize % context.ranks.size();
    let records: Vec<(usize, RunRecord)> = records.map(|record| (owner(record.glass), record)).collect();
    let mut runs_of: BTreeMap<usize, Vec<RunRecord>> = BTreeMap::new();
    for (_, record) in context.ranks.exchange(records)? {
        runs_of.entry(record.glass as usize).or_default().push(record);
    }
    let merged: Result<Vec<Explored>> = runs_of
        .into_iter()
        .map(|(glass, mut runs)| {
            runs.sort_by_key(|run| run.run);
            let configuration = configuration(reader, glass as u64)?;
            let identity = Identity::new(context.deck.model.potential.model(&configuration), configuration.cell);
            let library = GlassLibrary::merge(&identity, &runs);
            let growth = library.growth(settings.quench_every);
            let persistence = library.persistence();
            runs.iter_mut().for_each(RunRecord::forget_minima);
            let (cell, time_step) = (configuration.cell, settings.time_step);
            Ok(Explored { number: glass, cell, time_step, library, growth, persistence, runs })
        })
        .collect();
    context.ranks.agree(merged)
}

/// The key of a group of runs of a glass.
fn key(glass: u64, group: u64) -> u64 {
    glass << 32 | group
}

fn of_key(key: u64) -> (u64, usize) {
    (key >> 32, (key & 0xffff_ffff) as usize)
}
