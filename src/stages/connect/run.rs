//! Stage `connect`: minimum-energy paths between minima that are connected by transitions in the dynamics, in rounds.

use super::before::Before;
use super::record::{GlassPaths, KeptRows, Owned};
use super::rows::write;
use super::systems::with_systems;
use super::task::{PairState, PairTask};
use crate::error::{Error, Result};
use crate::files::{Rows, SharedRecords, StageReader};
use crate::landscape::{Displacement, Identity, kinds};
use crate::parallel::{decode, encode};
use crate::paths::{ConnectOutcome, ConnectRounds, EndMinimum, MinimaLibrary, PairKey, RoundPair, batches, candidates};
use crate::runtime::{Journal, Rounds};
use crate::stage::Stage;
use crate::stages::explore::LandscapeReader;
use crate::stages::prepare::configuration;
use crate::stages::prepare::glasses_file;
use crate::stages::{BuiltOn, Context, Earlier};
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
        let end = |index: usize| (index >= explored).then(|| own.library.minima()[index].clone());
        PairWithEnds { glass: own.glass, pair, found: [end(pair.key.a), end(pair.key.b)] }
    }
}

crate::files::persisted!(Connect, algorithm 2: PairState, (usize, PairKey, ConnectOutcome));

/// Connects all candidates and writes paths.h5. With an earlier paths.h5 that differs by the units of [tunnel] only, the paths
/// that matter for a unit and were not refined are solved again, and every other row is kept.
///
/// # Errors
/// landscape.h5 is missing or damaged, numerical failures, a directory that cannot be written to.
pub fn run(context: &Context<'_>, earlier: Earlier) -> Result<()> {
    let settings = context.section(&context.deck.connect, Stage::Connect)?;
    let (reader, glasses, particles) = context.ranks.agree(glasses_file(&context.directory))?;
    let landscape = LandscapeReader::open(context.ranks, &context.directory, glasses)?;
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
    for round in 0.. {
        let pairs = context.ranks.sum_u64(owned.iter().map(|own| own.rounds.pairs().len() as u64).sum());
        if pairs == 0 {
            break;
        }
        log::info!("connect: round {round}, {pairs} pairs");
        let shared = shared_pairs(context, &owned, &landscape)?;
        let outcomes = solver.solve(&mut journal, &shared, pairs)?;
        drop(shared);
        let merged = owned.iter_mut().try_for_each(|own| merge(own, &outcomes));
        context.ranks.agree(merged)?;
        journal.next_round();
    }
    let paths = owned.into_iter().map(|own| with_systems(own, &landscape, settings));
    let paths = context.ranks.agree(paths.collect::<Result<Vec<GlassPaths>>>())?;
    write(context, &paths, particles, before.as_ref(), journal)
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
            let minima = (0..landscape.minima(glass))
                .map(|index| landscape.minimum(glass, index))
                .collect::<Result<Vec<EndMinimum>>>()?;
            let configuration = configuration(reader, glass as u64)?;
            let cell = configuration.cell;
            let candidates = candidates(&landscape.transitions(glass)?, settings);
            let (found, (rounds, kept)) = match before {
                Some(before) => (before.found(glass, minima.len())?, before.rounds(glass, candidates)?),
                None => (Vec::new(), (ConnectRounds::new(candidates), KeptRows::default())),
            };
            let model = potential.model(&configuration);
            Ok(Owned {
                glass,
                kinds: kinds(&model.mixture),
                identity: Identity::new(model, cell).with_origin(&landscape.origin(glass, potential)?),
                library: MinimaLibrary::new(cell, minima).with_found(found),
                rounds,
                rejected: Vec::new(),
                kept,
            })
        })
        .collect()
}

/// Collective: writes the pairs of this round to disk; in a large campaign they would not fit into the memory of every
/// rank.
///
/// Pairs are numbered by decreasing distance of their ends, then by glass and key, independent of the number of ranks.
/// The longest searches are among the most distant pairs (in the later half by distance the longest search took a fifth
/// to a third of the longest time overall), so that the tasks started last are short.
fn shared_pairs(context: &Context<'_>, owned: &[Owned], landscape: &LandscapeReader) -> Result<SharedRecords> {
    let ranks = context.ranks;
    let records = owned.iter().flat_map(|own| {
        let explored = landscape.minima(own.glass);
        own.rounds.pairs().iter().map(move |pair| {
            let [a, b] = [pair.key.a, pair.key.b].map(|end| &own.library.minima()[end].positions);
            let distance = Displacement::between(own.library.cell(), a, b).distance;
            // the bits of non-negative floating-point numbers increase with their value
            Ok(((!distance.to_bits(), own.glass, pair.key), encode(&PairWithEnds::of(own, *pair, explored))?))
        })
    });
    let records = ranks.agree(records.collect::<Result<Vec<_>>>())?;
    let (_, records): (Vec<_>, Vec<Vec<u8>>) = ranks.sorted_by_key(records, |(key, _)| *key)?.into_iter().unzip();
    let rows = Rows::by_key(ranks, &[(ranks.rank(), records.len() as u64)])?;
    SharedRecords::write(ranks, &context.directory, Stage::Connect, &rows, &records)
}

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
    /// Solves the pairs of a round on all ranks and sends the outcomes to the ranks that own the glasses.
    fn solve(
        &self,
        journal: &mut Journal<'_>,
        shared: &SharedRecords,
        pairs: u64,
    ) -> Result<BTreeMap<(usize, PairKey), ConnectOutcome>> {
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
        // a result carries the name of its pair, so that a result from a checkpoint is never identified by its number
        // alone
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
        let done = if workers.can_team_up(journal, &keys, most)? {
            workers.run_in_teams(journal, &keys, (self.particles, most), &mut progress, begin, finish)?
        } else {
            workers.run(journal, &keys, self.particles, &mut progress, begin, finish)?
        };
        let size = context.ranks.size();
        let sent = done.into_iter().map(|(_, (glass, key, outcome))| (glass % size, (glass, key, outcome))).collect();
        let received = context.ranks.exchange(sent)?;
        Ok(received.into_iter().map(|(_, (glass, key, outcome))| ((glass, key), outcome)).collect())
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

/// Merges the outcomes of a round into the library of a glass, in the order of the keys.
fn merge(own: &mut Owned, outcomes: &BTreeMap<(usize, PairKey), ConnectOutcome>) -> Result<()> {
    let pairs = own.rounds.pairs().to_vec();
    let ordered = pairs
        .iter()
        .map(|pair| {
            let outcome = outcomes.get(&(own.glass, pair.key)).cloned();
            outcome.ok_or_else(|| Error::Internal(format!("the outcome of pair {:?} was lost", pair.key)))
        })
        .collect::<Result<Vec<ConnectOutcome>>>()?;
    let statuses = own.rounds.merge(&own.identity, &mut own.library, &ordered)?;
    let judged = pairs.into_iter().zip(ordered).zip(statuses);
    own.rejected.extend(
        judged
            .filter(|(_, status)| !status.is_double_well())
            .map(|((pair, outcome), status)| (pair, ConnectOutcome { status, ..outcome })),
    );
    Ok(())
}
