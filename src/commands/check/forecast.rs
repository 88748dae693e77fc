//! Estimated cost of the stages of a deck: costs of tasks, measured in a campaign's files or estimated from force
//! calls, and a replay of the work queue with them.

use crate::error::Result;
use crate::files::StageReader;
use crate::input::{Deck, parse_deck};
use crate::parallel::{Machine, POLL, blocks, replay};
use crate::random::{self, Stream, stream};
use crate::stage::Stage;
use crate::stages::cost::{Begun, Correction, Cost, Expected, ForceCall};
use crate::stages::work;
use rand::RngExt;
use rand_distr::{Distribution, LogNormal};
use std::path::Path;

/// Largest number of tasks that are replayed; the remaining work is assumed to be shared evenly.
const MOST_TASKS: f64 = 2e6;

/// Latency of a message between ranks, and the time that rank 0 needs to answer it, on a cluster's network [s].
const LATENCY: f64 = 2e-5;
const WORD: f64 = 2e-6;

/// The estimated cost of a stage.
pub struct Forecast {
    pub stage: Stage,
    pub tasks: u64,
    /// CPU time of all tasks together [s].
    pub core: f64,
    /// Wall time from the first task to the last on all ranks [s], and the fraction of it during which ranks are idle.
    pub wall: f64,
    pub idle: f64,
    /// The longest task [s]: without teams of ranks, the stage takes at least this long on any number of ranks.
    pub longest: f64,
    /// Size of the stage's file.
    pub bytes: f64,
    /// Whether the estimate rests on measured costs of tasks in the campaign's directory.
    pub measured: bool,
}

/// The stages of a deck and their estimated costs.
fn costs(deck: &Deck, call: &ForceCall) -> Vec<(Stage, Cost)> {
    Stage::ALL.into_iter().filter_map(|stage| Some((stage, work(stage).cost(deck, call)?))).collect()
}

/// The stages of a deck on `ranks` ranks of one thread each. `directory`: where files of the same campaign may be.
///
/// # Errors
/// `Storage` when a file of the directory cannot be read.
pub fn forecasts(deck: &Deck, call: &ForceCall, directory: &Path, ranks: usize) -> Result<Vec<Forecast>> {
    let draw = |(stage, cost): &(Stage, Cost)| {
        let recorded = Recorded::look(deck, call, directory, *stage)?;
        let (rounds, bytes) = match &recorded {
            Some(recorded) => (recorded.rounds(cost), recorded.bytes(cost)),
            None => (vec![estimated(cost)], cost.bytes),
        };
        Ok(forecast(*stage, cost.begun, rounds, ranks).of_file(bytes, recorded.is_some()))
    };
    costs(deck, call).iter().map(draw).collect()
}

/// The counts of a campaign of the same model and size, relative to those that are expected from its deck.
///
/// # Errors
/// `Storage` when a file of the directory cannot be read.
pub fn found_so_far(deck: &Deck, directory: &Path) -> Result<Correction> {
    let mut correction = Correction::default();
    let Some((reader, earlier)) = of_the_same(deck, directory, Stage::Explore)? else { return Ok(correction) };
    let expected = Expected::of(&earlier);
    let minima = rows(&reader, "/minima/energy")?;
    if minima > 0.0 && expected.minima > 0.0 {
        correction.minima = minima / expected.minima;
    }
    let Some((reader, earlier)) = of_the_same(deck, directory, Stage::Connect)? else { return Ok(correction) };
    let expected = Expected::of(&earlier);
    let (wells, rejected) = (rows(&reader, "/double_wells/asymmetry")?, rows(&reader, "/rejected/status")?);
    if wells > 0.0 && expected.wells > 0.0 {
        correction.wells = wells / (expected.wells * correction.minima);
        correction.pairs = (wells + rejected) / (expected.pairs * correction.minima);
    }
    Ok(correction)
}

/// The file of a stage, if it belongs to a campaign of the same model and size, with its deck.
fn of_the_same(deck: &Deck, directory: &Path, stage: Stage) -> Result<Option<(StageReader, Deck)>> {
    let path = directory.join(stage.file_name());
    if !path.is_file() {
        return Ok(None);
    }
    let reader = StageReader::open(directory, stage)?;
    let Ok(earlier) = parse_deck(&reader.header().deck, &path) else { return Ok(None) };
    let alike = earlier.model.potential == deck.model.potential && earlier.model.particles == deck.model.particles;
    Ok(alike.then_some((reader, earlier)))
}

fn rows(reader: &StageReader, path: &str) -> Result<f64> {
    Ok(reader.shape(path)?.first().copied().unwrap_or(0) as f64)
}

/// The tasks of a round, at most [`MOST_TASKS`].
struct Round {
    costs: Vec<f64>,
    /// Number of actual tasks that each entry of `costs` represents.
    weight: f64,
}

impl Forecast {
    fn of_file(self, bytes: f64, measured: bool) -> Self {
        Self { bytes, measured, ..self }
    }
}

fn forecast(stage: Stage, begun: Begun, rounds: Vec<Round>, ranks: usize) -> Forecast {
    let machine = Machine { ranks, threads: 1, latency: LATENCY, word: WORD, poll: POLL, several: true };
    let mut all =
        Forecast { stage, tasks: 0, core: 0.0, wall: 0.0, idle: 0.0, longest: 0.0, bytes: 0.0, measured: false };
    for Round { costs, weight } in rounds {
        let core: f64 = costs.iter().sum();
        let wall = match begun {
            Begun::Dealt => blocks(&costs, ranks),
            _ => replay(&costs, machine).makespan,
        };
        all.tasks += (costs.len() as f64 * weight).round() as u64;
        all.core += core * weight;
        all.wall += wall + core * (weight - 1.0) / ranks as f64;
        all.longest = costs.iter().copied().fold(all.longest, f64::max);
    }
    if all.wall > 0.0 {
        all.idle = (1.0 - all.core / (all.wall * ranks as f64)).max(0.0);
    }
    all
}

/// How many tasks to draw in place of `due`, and the weight of each.
fn drawn(due: f64) -> (usize, f64) {
    let count = due.min(MOST_TASKS).round().max(if due > 0.0 { 1.0 } else { 0.0 });
    (count as usize, if count > 0.0 { (due / count).max(1.0) } else { 1.0 })
}

fn draws(round: u64) -> Stream {
    stream(0, random::Purpose::Bootstrap, 0, round)
}

/// Random costs around the estimated mean.
fn estimated(cost: &Cost) -> Round {
    let (count, weight) = drawn(cost.tasks);
    let mean = cost.seconds / cost.tasks.max(1.0);
    let spread = LogNormal::new(-cost.spread * cost.spread / 2.0, cost.spread).ok();
    let mut random = draws(0);
    let mut draw = || mean * spread.map_or(1.0, |spread| spread.sample(&mut random));
    Round { costs: (0..count).map(|_| draw()).collect(), weight }
}

/// The tasks of a stage that has been run.
struct Recorded {
    /// Seconds of each task, by round.
    rounds: Vec<Vec<f64>>,
    bytes: f64,
    /// The estimated cost for the deck of that run.
    expected: Cost,
}

impl Recorded {
    /// Reads the stage's file if it belongs to a campaign of the same model and size and contains the costs of its
    /// tasks.
    fn look(deck: &Deck, call: &ForceCall, directory: &Path, stage: Stage) -> Result<Option<Self>> {
        let Some((reader, earlier)) = of_the_same(deck, directory, stage)? else { return Ok(None) };
        let expected = work(stage).cost(&earlier, call).filter(|cost| cost.tasks > 0.0);
        let Some(expected) = expected.filter(|_| reader.has("/timing/tasks/seconds")) else { return Ok(None) };
        let seconds: Vec<f64> = reader.read("/timing/tasks/seconds")?;
        let mut rounds: Vec<Vec<f64>> = Vec::new();
        for (round, seconds) in reader.read::<u32>("/timing/tasks/round")?.into_iter().zip(seconds) {
            rounds.resize_with(rounds.len().max(round as usize + 1), Vec::new);
            rounds[round as usize].push(seconds);
        }
        let bytes = std::fs::metadata(reader.path()).map_or(0.0, |data| data.len() as f64);
        Ok(Some(Recorded { rounds, bytes, expected }))
    }

    /// Draws tasks from the recorded ones; their number and length are scaled by the ratio of the two decks' estimates.
    /// For a stage that starts its longest tasks first, they are sorted by length; otherwise their order is random,
    /// which neglects that the cost of a glass depends on its energy.
    fn rounds(&self, cost: &Cost) -> Vec<Round> {
        let more = cost.tasks / self.expected.tasks;
        let longer = cost.seconds / cost.tasks / (self.expected.seconds / self.expected.tasks);
        let round = |(number, recorded): (usize, &Vec<f64>)| {
            // an extended campaign recorded only the costs of what was added; the number of pairs has no other source
            let counted = cost.begun == Begun::Counted;
            let (count, weight) = drawn(if counted { cost.tasks } else { recorded.len() as f64 * more });
            let mut random = draws(number as u64);
            let mut drawn: Vec<usize> = (0..count).map(|_| random.random_range(0..recorded.len())).collect();
            if cost.begun == Begun::LongestFirst {
                drawn.sort_unstable();
            }
            Round { costs: drawn.into_iter().map(|task| longer * recorded[task]).collect(), weight }
        };
        self.rounds.iter().filter(|recorded| !recorded.is_empty()).enumerate().map(round).collect()
    }

    fn bytes(&self, cost: &Cost) -> f64 {
        self.bytes * cost.bytes / self.expected.bytes
    }
}
