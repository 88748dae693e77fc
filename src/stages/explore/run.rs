//! Stage `explore`: runs of each glass into its library of minima.

use super::layout::LAYOUT;
use crate::error::Result;
use crate::files::{Rows, StageFile, StageReader};
use crate::landscape::{
    ExplorationState, ExplorationTask, GlassLibrary, Growth, Identity, Persistence, RunRecord, run_groups,
};
use crate::model::PeriodicBox;
use crate::runtime::Rounds;
use crate::stage::Stage;
use crate::stages::Context;
use crate::stages::prepare::configuration;
use crate::stages::prepare::glasses_file;
use std::collections::BTreeMap;

/// A counter of the runs by name.
type Named = (&'static str, fn(&RunRecord) -> u64);

/// The merged library of one glass and what its runs say beside it.
struct Explored {
    glass: usize,
    cell: PeriodicBox,
    library: GlassLibrary,
    growth: Vec<Growth>,
    persistence: Vec<Persistence>,
    runs: Vec<RunRecord>,
}

crate::files::persisted!(Explore, algorithm 1: ExplorationState, Vec<RunRecord>);

/// Explores every glass and writes landscape.h5.
///
/// # Errors
/// glasses.h5 missing or damaged, numerical failures, a directory that cannot be written.
pub fn run(context: &Context<'_>) -> Result<()> {
    let settings = context.section(&context.deck.explore, Stage::Explore)?;
    let (reader, _, particles) = context.ranks.agree(glasses_file(&context.directory))?;
    let preset = context.deck.model.preset;
    let groups = run_groups(settings.runs);
    // a glass keeps its keys when the deck asks for more of them
    let inherent: Vec<f64> = context.ranks.agree(reader.read("/glasses/inherent_energy"))?;
    let keys: Vec<u64> = costliest_first(&inherent)
        .flat_map(|glass| (0..groups.len() as u64).map(move |group| key(glass, group)))
        .collect();
    let mut progress = context.progress(Stage::Explore, keys.len());
    let seed = context.deck.campaign.seed;
    let begin = |key: u64, state: Option<ExplorationState>| {
        let (glass, group) = of_key(key);
        let configuration = configuration(&reader, glass)?;
        let model = preset.model(&configuration);
        Ok(match state {
            Some(state) => ExplorationTask::resume(&model, &configuration, settings, state),
            None => ExplorationTask::start(&model, &configuration, settings, seed, glass, groups[group].clone()),
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
    let mut file = context.create_file(Stage::Explore, &LAYOUT)?;
    write_minima(context, &mut file, &explored, particles, settings.time_step)?;
    write_visits(context, &mut file, &explored, settings.time_step)?;
    write_runs(context, &mut file, &explored)?;
    write_times(context, &mut file, &explored, settings.time_step)?;
    context.finish(file, Some(journal))
}

/// Glasses by falling energy of their inherent structures: the less stable a glass, the more minima it visits and the longer
/// its quenches (a correlation of 0.7 between cost and energy). Whoever comes last should be quick.
fn costliest_first(inherent_energy: &[f64]) -> impl Iterator<Item = u64> {
    let mut glasses: Vec<usize> = (0..inherent_energy.len()).collect();
    glasses.sort_by(|&g, &h| inherent_energy[h].total_cmp(&inherent_energy[g]));
    glasses.into_iter().map(|glass| glass as u64)
}

/// Collective: the libraries of this rank's glasses; the runs of a glass meet on one rank.
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
            let identity = Identity::new(context.deck.model.preset.model(&configuration), configuration.cell);
            let library = GlassLibrary::merge(&identity, &runs);
            let growth = library.growth(settings.quench_every);
            let persistence = library.persistence();
            runs.iter_mut().for_each(RunRecord::forget_minima);
            Ok(Explored { glass, cell: configuration.cell, library, growth, persistence, runs })
        })
        .collect();
    context.ranks.agree(merged)
}

/// The task of a group of runs of a glass.
fn key(glass: u64, group: u64) -> u64 {
    glass << 32 | group
}

fn of_key(key: u64) -> (u64, usize) {
    (key >> 32, (key & 0xffff_ffff) as usize)
}

/// Places `count(glass)` rows of each glass by rising glass.
fn rows(context: &Context<'_>, explored: &[Explored], count: impl Fn(&Explored) -> usize) -> Result<Rows> {
    let keys: Vec<(usize, u64)> = explored.iter().map(|glass| (glass.glass, count(glass) as u64)).collect();
    Rows::by_key(context.ranks, &keys)
}

/// A column: the values of every glass one after the other.
fn column<T>(explored: &[Explored], values: impl Fn(&Explored) -> Vec<T>) -> Vec<T> {
    explored.iter().flat_map(values).collect()
}

/// The number of the glass, once for each of its `count` rows.
fn glass_column(explored: &[Explored], count: impl Fn(&Explored) -> usize) -> Vec<u32> {
    column(explored, |glass| vec![glass.glass as u32; count(glass)])
}

fn write_minima(
    context: &Context<'_>,
    file: &mut StageFile<'_>,
    explored: &[Explored],
    particles: usize,
    time_step: f64,
) -> Result<()> {
    let count = |glass: &Explored| glass.library.minima.len();
    let rows = rows(context, explored, count)?;
    let positions = column(explored, |glass| {
        let mut all: Vec<f64> = Vec::with_capacity(count(glass) * 3 * particles);
        for minimum in &glass.library.minima {
            let start = all.len();
            all.extend_from_slice(&minimum.positions);
            glass.cell.wrap(&mut all[start..]);
        }
        all
    });
    let indices = column(explored, |glass| (0..count(glass) as u32).collect());
    file.write("/minima/glass", &rows, &[], &glass_column(explored, count))?;
    file.write("/minima/index", &rows, &[], &indices)?;
    file.write("/minima/position", &rows, &[particles as u64, 3], &positions)?;
    let each = |value: fn(&crate::landscape::LibraryMinimum) -> f64| {
        column(explored, |glass| glass.library.minima.iter().map(value).collect())
    };
    file.write("/minima/energy", &rows, &[], &each(|minimum| minimum.energy))?;
    file.write("/minima/residual", &rows, &[], &each(|minimum| minimum.residual))?;
    let first_seen = column(explored, |glass| {
        glass.library.minima.iter().map(|minimum| minimum.first_step as f64 * time_step).collect()
    });
    file.write("/minima/first_seen", &rows, &[], &first_seen)?;
    let visits: Vec<i64> =
        column(explored, |glass| glass.library.minima.iter().map(|minimum| minimum.visits as i64).collect());
    file.write("/minima/visits", &rows, &[], &visits)?;
    let rattlers: Vec<u32> =
        column(explored, |glass| glass.library.minima.iter().map(|minimum| minimum.rattlers as u32).collect());
    file.write("/minima/rattlers", &rows, &[], &rattlers)?;
    let class: Vec<u32> =
        column(explored, |glass| glass.library.minima.iter().map(|minimum| minimum.permutation_class).collect());
    file.write("/minima/permutation_class", &rows, &[], &class)
}

fn write_visits(context: &Context<'_>, file: &mut StageFile<'_>, explored: &[Explored], time_step: f64) -> Result<()> {
    let count = |glass: &Explored| glass.library.visits.len();
    let visits = rows(context, explored, count)?;
    let each = |value: fn(&crate::landscape::LibraryVisit) -> i64| -> Vec<i64> {
        column(explored, |glass| glass.library.visits.iter().map(value).collect())
    };
    file.write("/visits/glass", &visits, &[], &glass_column(explored, count))?;
    let run: Vec<u32> = each(|visit| visit.run as i64).into_iter().map(|run| run as u32).collect();
    file.write("/visits/run", &visits, &[], &run)?;
    file.write("/visits/step", &visits, &[], &each(|visit| visit.step as i64))?;
    file.write("/visits/minimum", &visits, &[], &each(|visit| visit.minimum.map_or(-1, i64::from)))?;
    file.write("/visits/force_evaluations", &visits, &[], &each(|visit| visit.force_evaluations as i64))?;
    let inferred: Vec<bool> =
        column(explored, |glass| glass.library.visits.iter().map(|visit| visit.inferred).collect());
    file.write("/visits/inferred", &visits, &[], &inferred)?;
    let count = |glass: &Explored| glass.library.transitions.len();
    let transitions = rows(context, explored, count)?;
    let each = |value: fn(&crate::landscape::Transition) -> u32| -> Vec<u32> {
        column(explored, |glass| glass.library.transitions.iter().map(value).collect())
    };
    file.write("/transitions/glass", &transitions, &[], &glass_column(explored, count))?;
    file.write("/transitions/from", &transitions, &[], &each(|transition| transition.from))?;
    file.write("/transitions/to", &transitions, &[], &each(|transition| transition.to))?;
    let counts: Vec<i64> = column(explored, |glass| glass.library.transitions.iter().map(|t| t.count as i64).collect());
    file.write("/transitions/count", &transitions, &[], &counts)?;
    let first_seen =
        column(explored, |glass| glass.library.transitions.iter().map(|t| t.first_step as f64 * time_step).collect());
    file.write("/transitions/first_seen", &transitions, &[], &first_seen)
}

fn write_runs(context: &Context<'_>, file: &mut StageFile<'_>, explored: &[Explored]) -> Result<()> {
    let count = |glass: &Explored| glass.runs.len();
    let runs = rows(context, explored, count)?;
    let number: Vec<u32> = column(explored, |glass| glass.runs.iter().map(|run| run.run as u32).collect());
    file.write("/runs/glass", &runs, &[], &glass_column(explored, count))?;
    file.write("/runs/run", &runs, &[], &number)?;
    let moved = column(explored, |glass| glass.runs.iter().map(|run| run.mean_squared_displacement).collect());
    file.write("/runs/mean_squared_displacement", &runs, &[], &moved)?;
    let diffusing: Vec<bool> = column(explored, |glass| glass.runs.iter().map(RunRecord::diffusing).collect());
    file.write("/runs/diffusing", &runs, &[], &diffusing)?;
    let inferred: Vec<i64> = column(explored, |glass| glass.runs.iter().map(|run| run.inferred as i64).collect());
    file.write("/runs/inferred", &runs, &[], &inferred)?;
    let temperature = column(explored, |glass| glass.runs.iter().map(RunRecord::temperature).collect());
    file.write("/runs/temperature", &runs, &[], &temperature)?;
    let glasses = rows(context, explored, |_| 1)?;
    let sums: [Named; 3] = [
        ("audited", |run| run.recognition.audited),
        ("disagreed", |run| run.recognition.disagreed),
        ("recognised", |run| run.recognition.recognised),
    ];
    for (name, value) in sums {
        let values: Vec<i64> = explored.iter().map(|glass| glass.runs.iter().map(value).sum::<u64>() as i64).collect();
        file.write(&format!("/recognition/{name}"), &glasses, &[], &values)?;
    }
    Ok(())
}

fn write_times(context: &Context<'_>, file: &mut StageFile<'_>, explored: &[Explored], time_step: f64) -> Result<()> {
    let count = |glass: &Explored| glass.growth.len();
    let growth = rows(context, explored, count)?;
    file.write("/growth/glass", &growth, &[], &glass_column(explored, count))?;
    let time = column(explored, |glass| glass.growth.iter().map(|row| row.steps as f64 * time_step).collect());
    file.write("/growth/time", &growth, &[], &time)?;
    let minima: Vec<i64> = column(explored, |glass| glass.growth.iter().map(|row| row.minima as i64).collect());
    file.write("/growth/minima", &growth, &[], &minima)?;
    let transitions: Vec<i64> =
        column(explored, |glass| glass.growth.iter().map(|row| row.transitions as i64).collect());
    file.write("/growth/transitions", &growth, &[], &transitions)?;
    let count = |glass: &Explored| glass.persistence.len();
    let stays = rows(context, explored, count)?;
    file.write("/persistence/glass", &stays, &[], &glass_column(explored, count))?;
    let run: Vec<u32> = column(explored, |glass| glass.persistence.iter().map(|stay| stay.run as u32).collect());
    file.write("/persistence/run", &stays, &[], &run)?;
    let minimum: Vec<u32> = column(explored, |glass| glass.persistence.iter().map(|stay| stay.minimum).collect());
    file.write("/persistence/minimum", &stays, &[], &minimum)?;
    let censored: Vec<bool> =
        column(explored, |glass| glass.persistence.iter().map(|stay| stay.left_censored).collect());
    file.write("/persistence/left_censored", &stays, &[], &censored)?;
    let time = column(explored, |glass| glass.persistence.iter().map(|stay| stay.steps as f64 * time_step).collect());
    file.write("/persistence/time", &stays, &[], &time)
}
