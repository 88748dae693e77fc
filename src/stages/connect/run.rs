//! Stage `connect`: minimum-energy paths between minima that are connected by transitions in the dynamics, or that a list
//! names, in rounds.

use super::before::Before;
use super::near_pairs::PairsOfGlass;
use super::pairs::list_near;
use super::record::{GlassPaths, KeptRows, Owned, PairResult, StoredWell, outcome};
use super::rows::write;
use super::screen::{Screen, is_screened, shown};
use super::systems::with_systems;
use super::task::{PairState, PairTask};
use crate::error::{Error, Result};
use crate::files::{Rows, SharedRecords, StageReader, TaskKey};
use crate::landscape::{Displacement, Identity, kinds};
use crate::parallel::{decode, encode};
use crate::paths::{
    ConnectOutcome, ConnectRounds, DoubleWell, EndMinimum, PairKey, RoundPair, batches, candidates, transition_counts,
};
use crate::runtime::{Journal, Rounds};
use crate::stage::Stage;
use crate::stages::explore::LandscapeReader;
use crate::stages::prepare::configuration;
use crate::stages::prepare::glasses_file;
use crate::stages::{BuiltOn, Context, Earlier};
use crate::tunnelling::Unit;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Mutex;

/// A pair of one round, readable by any rank, with those of its end minima that are not in landscape.h5 because they
/// were found by splitting paths.
#[derive(Serialize, Deserialize)]
struct PairWithEnds {
    glass: usize,
    pair: RoundPair,
    found: [Option<EndMinimum>; 2],
}

impl PairWithEnds {
    fn of(own: &Owned, pair: RoundPair, explored: usize) -> Self {
        let end = |index: usize| index.checked_sub(explored).map(|found| own.found[found].clone());
        PairWithEnds { glass: own.glass, pair, found: [end(pair.key.a), end(pair.key.b)] }
    }
}

crate::files::persisted!(Connect, algorithm 3: PairState, PairResult);

/// Connects all candidates and writes paths.h5. With an earlier paths.h5 that differs by the units of [tunnel] only, the paths
/// that matter for a unit and were not refined are solved again, and every other row is kept.
///
/// # Errors
/// landscape.h5 is missing or damaged, numerical failures, a directory that cannot be written to.
pub fn run(context: &Context<'_>, earlier: Earlier) -> Result<()> {
    let settings = context.section(&context.deck.connect, Stage::Connect)?;
    let (reader, glasses, particles) = context.ranks.agree(glasses_file(&context.directory))?;
    let landscape = LandscapeReader::open(context.ranks, &context.directory, glasses)?;
    if let Some(list) = &context.deck.listed {
        context.ranks.agree(list.check(&(0..glasses).map(|glass| landscape.minima(glass)).collect::<Vec<usize>>()))?;
    }
    let before = match earlier {
        Earlier::Part => Some(Before::open(context, glasses)?),
        Earlier::Nothing => None,
    };
    if let Some(before) = &before {
        log::info!("connect: other units, {} paths are refined for them", before.again());
    }
    let mut owned = context.ranks.agree(own(context, &reader, &landscape, glasses, before.as_ref()))?;
    let solver = Solver { context, glasses: &reader, landscape: &landscape, particles, counted: Mutex::default() };
    // with earlier paths, the numbers of the tasks mean others
    let built_on = if before.is_some() { Stage::Connect } else { Stage::Explore };
    let mut journal = context.journal(&RECORDS, BuiltOn::AllGlasses(built_on), Rounds::Several)?;
    let mut screen = (is_screened(context) && before.is_none()).then(|| Screen::new(context)).transpose()?;
    list_near(context, &mut owned, &landscape)?;
    for round in 0.. {
        let mut pairs = open_pairs(context, &owned);
        if pairs == 0
            && let Some(screen) = &mut screen
            && screen.next(&mut owned)?
        {
            pairs = open_pairs(context, &owned);
        }
        if pairs == 0 {
            break;
        }
        log::info!("connect: round {round}, {pairs} pairs");
        let (shared, tasks) = shared_pairs(context, &owned, &landscape)?;
        solver.solve(&mut journal, &shared, pairs)?;
        drop(shared);
        let unit = screen.as_ref().map(|screen| &screen.unit);
        let merged = owned.iter_mut().try_for_each(|own| merge(own, &landscape, &mut journal, &tasks, unit));
        context.ranks.agree(merged)?;
        journal.next_round();
    }
    owned.iter_mut().for_each(sort_candidates);
    let paths = owned.into_iter().map(|own| with_systems(own, &landscape, settings));
    let paths = context.ranks.agree(paths.collect::<Result<Vec<GlassPaths>>>())?;
    let rounds = match &before {
        Some(before) => context.ranks.agree(before.screening())?,
        None => screen.map_or_else(Vec::new, |screen| screen.rounds),
    };
    write(context, (&paths, &rounds, &landscape), particles, before.as_ref(), journal)
}

/// Collective: the number of pairs that are to be solved in this round.
fn open_pairs(context: &Context<'_>, owned: &[Owned]) -> u64 {
    context.ranks.sum_u64(owned.iter().map(|own| own.rounds.pairs().len() as u64).sum())
}

/// Rows of candidates are in the order of their keys; those of a search come after the others until it has ended.
fn sort_candidates(own: &mut Owned) {
    let rows = own.rounds.sort_candidates();
    own.wells.iter_mut().for_each(|well| well.parent = rows[well.parent]);
    own.rejected.iter_mut().for_each(|(pair, _)| pair.parent = rows[pair.parent]);
}

/// The candidates of this rank's glasses.
fn own(
    context: &Context<'_>,
    reader: &StageReader,
    landscape: &LandscapeReader,
    glasses: usize,
    before: Option<&Before>,
) -> Result<Vec<Owned>> {
    let settings = context.section(&context.deck.connect, Stage::Connect)?;
    let potential = &context.deck.model.potential;
    (context.ranks.rank()..glasses)
        .step_by(context.ranks.size())
        .map(|glass| {
            let configuration = configuration(reader, glass as u64)?;
            let cell = configuration.cell;
            let listed = context.deck.listed.as_ref().map(|list| list.of_glass(glass));
            let counts = transition_counts(&landscape.transitions(glass)?);
            let candidates = match before.filter(|_| is_screened(context)) {
                // the search is not repeated
                Some(before) => before.candidates(glass)?,
                None => candidates(&counts, settings, listed.as_deref()),
            };
            let (found, (rounds, kept)) = match before {
                Some(before) => (before.found(glass, landscape.minima(glass))?, before.rounds(glass, candidates)?),
                None => (Vec::new(), (ConnectRounds::new(candidates), KeptRows::default())),
            };
            let pairs = match before {
                Some(before) => PairsOfGlass { counts, ..before.near_pairs(glass)? },
                None => PairsOfGlass { counts, ..PairsOfGlass::default() },
            };
            let model = potential.model(&configuration);
            Ok(Owned {
                glass,
                kinds: kinds(&model.mixture),
                identity: Identity::new(model, cell).with_origin(&landscape.origin(glass, potential)?),
                found,
                rounds,
                wells: Vec::new(),
                rejected: Vec::new(),
                kept,
                pairs,
            })
        })
        .collect()
}

/// Collective: writes the pairs of this round to disk; in a large campaign they would not fit into the memory of every
/// rank.
///
/// Pairs are numbered by decreasing distance of their ends, then by glass and key, independent of the number of ranks.
/// The longest searches are among the most distant pairs (in the later half by distance the longest search took a fifth
/// to a third of the longest time overall), so that the tasks started last are short. Returned with the numbers of the pairs
/// of this rank's glasses.
fn shared_pairs(context: &Context<'_>, owned: &[Owned], landscape: &LandscapeReader) -> Result<(SharedRecords, Tasks)> {
    let ranks = context.ranks;
    let of_glass = |own: &Owned| {
        let (library, explored) = (own.library(landscape)?, landscape.minima(own.glass));
        let record = |pair: &RoundPair| {
            let [a, b] = [pair.key.a, pair.key.b].map(|end| &library.minima()[end].positions);
            let distance = Displacement::between(library.cell(), a, b).distance;
            // the bits of non-negative floating-point numbers increase with their value
            Ok(((!distance.to_bits(), own.glass, pair.key), encode(&PairWithEnds::of(own, *pair, explored))?))
        };
        own.rounds.pairs().iter().map(record).collect::<Result<Vec<_>>>()
    };
    // a glass without pairs costs nothing
    let records = owned.iter().filter(|own| !own.rounds.pairs().is_empty()).map(of_glass);
    let records = ranks.agree(records.collect::<Result<Vec<_>>>())?.concat();
    let (names, records): (Vec<_>, Vec<Vec<u8>>) = ranks.sorted_by_key(records, |(key, _)| *key)?.into_iter().unzip();
    let rows = Rows::by_key(ranks, &[(ranks.rank(), records.len() as u64)])?;
    let first = rows.ranges().first().map_or(0, |range| range.first);
    let numbered =
        names.into_iter().zip(first..).map(|((_, glass, key), task)| (glass % ranks.size(), (glass, key, task)));
    let tasks = ranks.exchange(numbered.collect())?.into_iter().map(|(_, (glass, key, task))| ((glass, key), task));
    let shared = SharedRecords::write(ranks, &context.directory, Stage::Connect, &rows, &records)?;
    Ok((shared, tasks.collect()))
}

/// The tasks of a round by glass and pair.
type Tasks = BTreeMap<(usize, PairKey), u64>;

struct Solver<'s> {
    context: &'s Context<'s>,
    glasses: &'s StageReader,
    landscape: &'s LandscapeReader,
    particles: usize,
    counted: Mutex<Counted>,
}

/// Negative modes of minima (glass, index) of double wells that this rank has solved: each is counted once.
type Counted = BTreeMap<(usize, usize), i64>;

impl Solver<'_> {
    /// Solves the pairs of a round on all ranks; checkpoints hold the results.
    fn solve(&self, journal: &mut Journal<'_>, shared: &SharedRecords, pairs: u64) -> Result<()> {
        let context = self.context;
        let settings = context.section(&context.deck.connect, Stage::Connect)?;
        let potential = &context.deck.model.potential;
        let quench = context.quench_settings();
        let units = context.units();
        let mut progress = context.progress(Stage::Connect, pairs as usize);
        let end = |glass: usize, index: usize, found: Option<EndMinimum>| match found {
            Some(minimum) => Ok(minimum),
            None => self.landscape.minimum(glass, index),
        };
        let of = |index: u64| shared.read(index).and_then(|bytes| decode::<PairWithEnds>(&bytes));
        let begin = |index: u64, state: Option<PairState>| {
            let PairWithEnds { glass, pair, found: [a, b] } = of(index)?;
            let configuration = configuration(self.glasses, glass as u64)?;
            let model = potential.model(&configuration);
            let ends = (end(glass, pair.key.a, a)?, end(glass, pair.key.b, b)?);
            let origin = self.landscape.origin(glass, potential)?;
            let of_glass = (glass, &model, &configuration.cell);
            let task = PairTask::new(of_glass, ends, settings, &units, &quench, &origin)
                .with_counts(|index| self.count_of(glass, index));
            Ok(match state {
                Some(state) if state.is_of(glass, pair.key) => task.resume(state),
                _ => task,
            })
        };
        let counted = &self.counted;
        let finish = |index: u64, task: PairTask| {
            let PairWithEnds { glass, pair, .. } = of(index)?;
            let outcome = task.into_outcome();
            let outcome = outcome.ok_or_else(|| Error::Internal("a connected pair has no outcome".to_owned()))?;
            remember(counted, glass, &outcome);
            Ok((glass, pair.key, outcome))
        };
        let keys: Vec<u64> = (0..pairs).collect();
        let workers = context.workers(Stage::Connect);
        let most = batches(settings.images);
        match workers.can_team_up(journal, &keys, most)? {
            true => {
                let size = (self.particles, most);
                workers.run_in_teams_to_checkpoints(journal, &keys, size, &mut progress, begin, finish)
            }
            false => workers.run_to_checkpoints(journal, &keys, self.particles, &mut progress, begin, finish),
        }
    }
}

impl Solver<'_> {
    fn count_of(&self, glass: usize, minimum: usize) -> Option<i64> {
        self.counted.lock().ok()?.get(&(glass, minimum)).copied()
    }
}

fn remember(counted: &Mutex<Counted>, glass: usize, outcome: &ConnectOutcome) {
    if let (Some(well), Ok(mut counted)) = (&outcome.double_well, counted.lock()) {
        // -1 has not been counted: only the ends of double wells are
        let ends = [(well.a, well.negative_modes_a), (well.b, well.negative_modes_b)];
        counted.extend(ends.into_iter().filter(|(_, count)| *count >= 0).map(|(end, count)| ((glass, end), count)));
    }
}

/// Merges the outcomes of a round into the library of a glass, in the order of the keys, one after the other from the
/// checkpoints. `screened_in`: the unit of the search among near pairs, if there is one.
fn merge(
    own: &mut Owned,
    landscape: &LandscapeReader,
    journal: &mut Journal<'_>,
    tasks: &Tasks,
    screened_in: Option<&Unit>,
) -> Result<()> {
    if own.rounds.pairs().is_empty() {
        return Ok(());
    }
    let mut library = own.library(landscape)?;
    let Owned { glass, identity, found, rounds, wells, rejected, pairs, .. } = own;
    let round = journal.round();
    let task_of = |pair: &RoundPair| {
        let task = tasks.get(&(*glass, pair.key)).copied();
        task.map(|task| TaskKey { round, task }).ok_or_else(|| Error::Internal(format!("{:?} has no task", pair.key)))
    };
    let outcome_of = |pair: &RoundPair| {
        let done = journal.result::<PairResult>(task_of(pair)?)?;
        journal.note_cost(&done);
        outcome(done.result, (*glass, pair.key))
    };
    rounds.merge_each(identity, &mut library, outcome_of, |pair, status, outcome| {
        let well = outcome.double_well.as_ref().filter(|well| well.status.is_double_well());
        pairs.statuses.insert(pair.key, status);
        if let Some(unit) = screened_in {
            pairs.solved.insert(pair.key, shown(unit, well.filter(|_| status.is_double_well())));
        }
        if let (Some(well), Ok(task)) = (well, task_of(&pair)) {
            wells.push(StoredWell { key: pair.key, ends: (well.a, well.b), parent: pair.parent, task });
        }
        if !status.is_double_well() {
            let double_well = outcome.double_well.map(DoubleWell::numbers);
            rejected.push((pair, ConnectOutcome { status, double_well, found: Vec::new(), ..outcome }));
        }
    })?;
    *found = library.found().to_vec();
    Ok(())
}
