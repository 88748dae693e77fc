//! Stage `explore`: merges the runs of each glass into its library of minima.

use super::record::Explored;
use super::rows::write;
use crate::error::Result;
use crate::files::{StageReader, TaskKey};
use crate::landscape::{ExplorationState, ExplorationTask, GlassLibrary, Identity, RunRecord, run_groups};
use crate::runtime::{Journal, Rounds};
use crate::stage::Stage;
use crate::stages::Context;
use crate::stages::prepare::Starts;
use crate::stages::prepare::configuration;
use crate::stages::prepare::glasses_file;
use crate::statistics::kaplan_meier;

crate::files::persisted!(Explore, algorithm 1: ExplorationState, Vec<RunRecord>);

/// Explores every glass and writes landscape.h5.
///
/// # Errors
/// glasses.h5 is missing or damaged, numerical failures, a directory that cannot be written to.
pub fn run(context: &Context<'_>) -> Result<()> {
    let settings = context.section(&context.deck.explore, Stage::Explore)?;
    let (reader, glasses, particles) = context.ranks.agree(glasses_file(&context.directory))?;
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
    let workers = context.workers(Stage::Explore);
    workers.run_to_checkpoints(&mut journal, &keys, particles, &mut progress, begin, finish)?;
    drop(progress);
    let mine = (context.ranks.rank()..glasses).step_by(context.ranks.size());
    let tasks =
        |glass: usize| (0..groups(glass as u64).len() as u64).map(move |group| key(glass as u64, group)).collect();
    let explored =
        mine.map(|glass| merged(context, &reader, &mut journal, (glass, starts.of(glass as u64), tasks(glass))));
    let explored = context.ranks.agree(explored.collect::<Result<Vec<Explored>>>())?;
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

/// The library of a glass from the results of its tasks, without the positions of its minima: those of all glasses of a
/// rank need not fit into its memory.
fn merged(
    context: &Context<'_>,
    reader: &StageReader,
    journal: &mut Journal<'_>,
    (glass, starts, tasks): (usize, usize, Vec<u64>),
) -> Result<Explored> {
    let settings = context.section(&context.deck.explore, Stage::Explore)?;
    let mut runs = Vec::new();
    for &task in &tasks {
        let done = journal.result::<Vec<RunRecord>>(TaskKey { round: 0, task })?;
        journal.note_cost(&done);
        runs.extend(done.result);
    }
    runs.sort_by_key(|run| run.run);
    let configuration = configuration(reader, glass as u64)?;
    let identity = Identity::new(context.deck.model.potential.model(&configuration), configuration.cell);
    let mut library = GlassLibrary::merge(&identity, &runs);
    let growth = library.growth(settings.quench_every);
    let persistence = library.persistence();
    let begun = library.residences().into_iter().filter(|stay| !stay.left_censored);
    let survival = kaplan_meier(&begun.map(|stay| (stay.steps, !stay.right_censored)).collect::<Vec<_>>());
    runs.iter_mut().for_each(RunRecord::forget_minima);
    library.minima.iter_mut().for_each(|minimum| minimum.positions = Vec::new());
    let (cell, time_step) = (configuration.cell, settings.time_step);
    Ok(Explored { number: glass, cell, time_step, library, growth, persistence, survival, runs, starts, tasks })
}

/// The key of a group of runs of a glass.
fn key(glass: u64, group: u64) -> u64 {
    glass << 32 | group
}

fn of_key(key: u64) -> (u64, usize) {
    (key >> 32, (key & 0xffff_ffff) as usize)
}
