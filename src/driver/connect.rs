//! Stage `connect`: minimum-energy paths between minima that the dynamics went between, in rounds.

use super::Progress;
use super::campaign::{Context, glasses_file};
use super::connect_files::{GlassPaths, write};
use super::journal::Journal;
use super::pair_task::{PairState, PairTask};
use super::prepare::configuration;
use super::tunnel::{Unit, units_of};
use crate::error::{Error, Result};
use crate::files::{Stage as FileStage, StageReader};
use crate::input::Stage;
use crate::landscape::{ExploreSettings, Identity, QuenchSettings};
use crate::model::Preset;
use crate::paths::{
    ConnectOutcome, ConnectRounds, ConnectSettings, EndMinimum, MinimaLibrary, PairKey, RoundPair, candidates,
};
use crate::tunnelling::TunnelSettings;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The small columns of landscape.h5, on every rank.
struct Landscape {
    reader: StageReader,
    /// Row of the first minimum of each glass, and one past the last.
    first: Vec<u64>,
    energy: Vec<f64>,
    residual: Vec<f64>,
    first_seen: Vec<f64>,
    /// First row and number of the visits of each glass.
    visits: Vec<(u64, u64)>,
    /// (from, to, count) of each glass.
    transitions: Vec<Vec<(usize, usize, u64)>>,
}

impl Landscape {
    fn open(directory: &std::path::Path, glasses: usize) -> Result<Self> {
        let reader = StageReader::open(directory, FileStage::Explore)?;
        let glass: Vec<u32> = reader.read("/minima/glass")?;
        let first = (0..=glasses).map(|g| glass.partition_point(|other| (*other as usize) < g) as u64).collect();
        let visited: Vec<u32> = reader.read("/visits/glass")?;
        let begin = |g: usize| visited.partition_point(|other| (*other as usize) < g) as u64;
        let visits = (0..glasses).map(|g| (begin(g), begin(g + 1) - begin(g))).collect();
        let of: Vec<u32> = reader.read("/transitions/glass")?;
        let from: Vec<u32> = reader.read("/transitions/from")?;
        let to: Vec<u32> = reader.read("/transitions/to")?;
        let count: Vec<i64> = reader.read("/transitions/count")?;
        let mut transitions = vec![Vec::new(); glasses];
        for row in 0..of.len() {
            let Some(list) = transitions.get_mut(of[row] as usize) else {
                return Err(Error::storage(
                    reader.path(),
                    format!("transition {row} is of glass {}, there are {glasses}", of[row]),
                ));
            };
            list.push((from[row] as usize, to[row] as usize, count[row].max(0) as u64));
        }
        Ok(Self {
            energy: reader.read("/minima/energy")?,
            residual: reader.read("/minima/residual")?,
            first_seen: reader.read("/minima/first_seen")?,
            first,
            visits,
            transitions,
            reader,
        })
    }

    /// dt of the exploration, from the first visit and the first-seen time of the minimum that was seen last.
    fn time_step(&self, glass: usize, step: &[i64], minimum: &[i64]) -> f64 {
        let seen = &self.first_seen[self.first[glass] as usize..self.first[glass + 1] as usize];
        let latest = (0..seen.len()).max_by(|&i, &j| seen[i].total_cmp(&seen[j]));
        let visit = latest.and_then(|latest| minimum.iter().position(|m| *m == latest as i64));
        match (latest, visit) {
            (Some(latest), Some(visit)) if step[visit] > 0 => seen[latest] / step[visit] as f64,
            _ => f64::NAN,
        }
    }

    /// Positions of the glass's first minimum, where models that recognise minima by displacements measure from; empty
    /// for the others.
    fn origin(&self, glass: usize, preset: Preset) -> Result<Vec<f64>> {
        let (first, count) = self.visits[glass];
        if preset != Preset::Harmonic {
            return Ok(Vec::new());
        }
        let visited: Vec<i64> = self.reader.read_rows("/visits/minimum", first, count)?;
        match visited.into_iter().find(|minimum| *minimum >= 0) {
            Some(minimum) => Ok(self.minimum(glass, minimum as usize)?.positions),
            None => Ok(Vec::new()),
        }
    }

    fn minima(&self, glass: usize) -> usize {
        (self.first[glass + 1] - self.first[glass]) as usize
    }

    fn minimum(&self, glass: usize, index: usize) -> Result<EndMinimum> {
        let row = self.first[glass] + index as u64;
        Ok(EndMinimum {
            index,
            positions: self.reader.read_rows("/minima/position", row, 1)?,
            energy: self.energy[row as usize],
            residual: self.residual[row as usize],
        })
    }
}

/// When each candidate of a glass came to be one: the time, within its run, of the visit that fulfilled the rule, in the
/// order of (run, step).
fn candidate_times(landscape: &Landscape, glass: usize, settings: &ConnectSettings) -> Result<BTreeMap<PairKey, f64>> {
    let reader = &landscape.reader;
    let (first, count) = landscape.visits[glass];
    let run: Vec<u32> = reader.read_rows("/visits/run", first, count)?;
    let step: Vec<i64> = reader.read_rows("/visits/step", first, count)?;
    let minimum: Vec<i64> = reader.read_rows("/visits/minimum", first, count)?;
    let time_step = landscape.time_step(glass, &step, &minimum);
    let mut counts: BTreeMap<PairKey, (u64, u64)> = BTreeMap::new();
    let mut times = BTreeMap::new();
    for visit in 1..minimum.len() {
        let (from, to) = (minimum[visit - 1], minimum[visit]);
        if run[visit - 1] != run[visit] || from < 0 || to < 0 || from == to {
            continue;
        }
        let key = PairKey::new(from as usize, to as usize);
        let both = counts.entry(key).or_default();
        if from < to {
            both.0 += 1;
        } else {
            both.1 += 1;
        }
        if settings.visits.fulfilled(both.0, both.1, settings.minimum_visits) {
            times.entry(key).or_insert(step[visit] as f64 * time_step);
        }
    }
    Ok(times)
}

/// The rounds of one glass on the rank that owns it.
struct Owned {
    glass: usize,
    identity: Identity,
    library: MinimaLibrary,
    rounds: ConnectRounds,
    rejected: Vec<(RoundPair, ConnectOutcome)>,
}

/// A pair of one round, known to all ranks.
#[derive(Clone, Serialize, Deserialize)]
struct Work {
    glass: usize,
    pair: RoundPair,
}

/// Connects all candidates and writes paths.h5.
///
/// # Errors
/// landscape.h5 missing or damaged, numerical failures, a directory that cannot be written.
pub fn run(context: &Context<'_>) -> Result<()> {
    let settings = context.section(&context.deck.connect, Stage::Connect)?;
    let (reader, glasses, particles) = context.ranks.agree(glasses_file(&context.directory))?;
    let landscape = context.ranks.agree(Landscape::open(&context.directory, glasses))?;
    let mut owned = context.ranks.agree(own(context, &reader, &landscape, glasses))?;
    let solver = Solver { context, glasses: &reader, landscape: &landscape, particles };
    let mut journal = Journal::open(context, Stage::Connect)?;
    for round in 0.. {
        let pending: Vec<Work> = owned
            .iter()
            .flat_map(|own| own.rounds.pairs().iter().map(|pair| Work { glass: own.glass, pair: *pair }))
            .collect();
        let mut work: Vec<Work> = context.ranks.all_gather(&pending)?.concat();
        if work.is_empty() {
            break;
        }
        work.sort_by_key(|work| (work.glass, work.pair.key));
        log::info!("connect: round {round}, {} pairs", work.len());
        let found = found_ends(context, &owned, &landscape)?;
        let outcomes = solver.solve(&mut journal, &work, &found)?;
        let merged = owned.iter_mut().try_for_each(|own| merge(own, &outcomes));
        context.ranks.agree(merged)?;
        journal.next_round();
    }
    let paths = owned.into_iter().map(|own| {
        let candidate_times = candidate_times(&landscape, own.glass, settings)?;
        let Owned { glass, library, rounds, rejected, .. } = own;
        Ok(GlassPaths { glass, candidate_times, library, rounds, rejected })
    });
    let paths = context.ranks.agree(paths.collect::<Result<Vec<GlassPaths>>>())?;
    write(context, &paths, particles, settings, journal)
}

/// The candidates of this rank's glasses.
fn own(context: &Context<'_>, reader: &StageReader, landscape: &Landscape, glasses: usize) -> Result<Vec<Owned>> {
    let settings = context.section(&context.deck.connect, Stage::Connect)?;
    let preset = context.deck.model.preset;
    (context.ranks.rank()..glasses)
        .step_by(context.ranks.size())
        .map(|glass| {
            let minima = (0..landscape.minima(glass))
                .map(|index| landscape.minimum(glass, index))
                .collect::<Result<Vec<EndMinimum>>>()?;
            let configuration = configuration(reader, glass as u64)?;
            let cell = configuration.cell;
            Ok(Owned {
                glass,
                identity: Identity::new(preset.model(&configuration), cell)
                    .with_origin(&landscape.origin(glass, preset)?),
                library: MinimaLibrary::new(cell, minima),
                rounds: ConnectRounds::new(candidates(&landscape.transitions[glass], settings)),
                rejected: Vec::new(),
            })
        })
        .collect()
}

/// The minima found by splitting that this round's pairs end in, on all ranks: few, and not in landscape.h5.
fn found_ends(
    context: &Context<'_>,
    owned: &[Owned],
    landscape: &Landscape,
) -> Result<BTreeMap<(usize, usize), EndMinimum>> {
    let mut mine = BTreeMap::new();
    for own in owned {
        let explored = landscape.minima(own.glass);
        let ends = own.rounds.pairs().iter().flat_map(|pair| [pair.key.a, pair.key.b]);
        for index in ends.filter(|index| *index >= explored) {
            mine.insert((own.glass, index), own.library.minima()[index].clone());
        }
    }
    let all = context.ranks.all_gather(&mine.into_iter().collect::<Vec<_>>())?;
    Ok(all.into_iter().flatten().collect())
}

struct Solver<'s> {
    context: &'s Context<'s>,
    glasses: &'s StageReader,
    landscape: &'s Landscape,
    particles: usize,
}

impl Solver<'_> {
    /// Solves the pairs of a round on all ranks; the outcomes meet on the ranks that own the glasses.
    fn solve(
        &self,
        journal: &mut Journal<'_>,
        work: &[Work],
        found: &BTreeMap<(usize, usize), EndMinimum>,
    ) -> Result<BTreeMap<(usize, PairKey), ConnectOutcome>> {
        let context = self.context;
        let settings = context.section(&context.deck.connect, Stage::Connect)?;
        let preset = context.deck.model.preset;
        let quench = quench_settings(context);
        let units = units_that_matter(context);
        let mut progress = Progress::new(context, "connect", work.len());
        let end = |glass: usize, index: usize| match found.get(&(glass, index)) {
            Some(minimum) => Ok(minimum.clone()),
            None => self.landscape.minimum(glass, index),
        };
        let begin = |index: u64, state: Option<PairState>| {
            let Work { glass, pair } = &work[index as usize];
            let configuration = configuration(self.glasses, *glass as u64)?;
            let model = preset.model(&configuration);
            let ends = (end(*glass, pair.key.a)?, end(*glass, pair.key.b)?);
            let origin = self.landscape.origin(*glass, preset)?;
            let task = PairTask::new(&model, &configuration.cell, ends, settings, &units, &quench, &origin);
            Ok(match state {
                Some(state) => task.resume(state),
                None => task,
            })
        };
        let finish = |_: u64, task: PairTask| {
            task.into_outcome().ok_or_else(|| Error::Internal("a connected pair has no outcome".to_owned()))
        };
        let keys: Vec<u64> = (0..work.len() as u64).collect();
        let done = context.workers("connect").run(journal, &keys, self.particles, &mut progress, begin, finish)?;
        let size = context.ranks.size();
        let sent = done
            .into_iter()
            .map(|(index, outcome)| {
                let Work { glass, pair } = &work[index as usize];
                (glass % size, (*glass, pair.key, outcome))
            })
            .collect();
        let received = context.ranks.exchange(sent)?;
        Ok(received.into_iter().map(|(_, (glass, key, outcome))| ((glass, key), outcome)).collect())
    }
}

/// Merges the outcomes of a round into the library of a glass, in key order.
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

/// Minima found on the way are quenched as those of the exploration were.
fn quench_settings(context: &Context<'_>) -> QuenchSettings {
    match &context.deck.explore {
        Some(explore) => QuenchSettings::from(explore),
        None => QuenchSettings::from(&ExploreSettings::defaults(context.deck.model.preset)),
    }
}

/// The units whose k_B T_Q decides which paths are followed by descent: the deck's, else the model's materials.
fn units_that_matter(context: &Context<'_>) -> Vec<Unit> {
    let preset = context.deck.model.preset;
    match &context.deck.tunnel {
        Some(settings) => units_of(preset, settings),
        None => units_of(preset, &TunnelSettings::default()),
    }
}
