//! What the stages of a deck will cost: costs of tasks, as measured in a campaign's files or estimated from force calls, and
//! a replay of the work queue with them.

use super::campaign::file_stage;
use super::{excite_cost, relax_cost};
use crate::error::Result;
use crate::files::StageReader;
use crate::forces::LANES;
use crate::input::{Deck, Stage, parse_deck};
use crate::landscape::{EVALUATIONS_OF_DESCENT, run_groups};
use crate::modes::{ElasticSettings, FollowedPaths, ModeCount, SpectraOf};
use crate::parallel::{Machine, POLL, blocks, replay};
use crate::random::{self, Stream, stream};
use crate::sampling::{PrepareMethod, RelaxSettings};
use rand::RngExt;
use rand_distr::{Distribution, LogNormal};
use std::path::Path;

/// Force evaluations that a quench takes from T_exp, as seen on the models of the papers.
const CALLS_PER_QUENCH: f64 = 450.0;
const CALLS_PER_RECOGNISED_QUENCH: f64 = 200.0;
/// Minima per quench, and candidates per minimum, of the same runs.
pub const MINIMA_PER_QUENCH: f64 = 0.15;
pub const CANDIDATES_PER_MINIMUM: f64 = 0.3;
/// Force evaluations of a path per image, with splitting, saddle and descent.
const CALLS_PER_IMAGE: f64 = 220.0;
/// Steps to equilibrate a glass when nothing is known of its relaxation time.
const STEPS_TO_EQUILIBRATE: f64 = 200_000.0;
/// Force evaluations of a quench after a step of strain, and what a double well costs under strain.
const CALLS_PER_STRAIN: f64 = 700.0;
const CALLS_PER_COUPLING: f64 = 80_000.0;
/// A force evaluation of a descent in force calls at rest: the passes of the minimiser, and a list made anew every dozen.
pub(super) const CALL_OF_QUENCH: f64 = 3.0;
/// Seconds of a double well in one unit.
const SECONDS_PER_DOUBLET: f64 = 0.03;

/// Of the full spectrum of a matrix, per cube of its dimension; of one of the lowest modes, per unknown.
const SECONDS_OF_FULL_SPECTRUM: f64 = 1.3e-10;
const SECONDS_OF_LOWEST_MODE: f64 = 1e-6;
/// Minima at the ends of double wells, per candidate pair, and the share of paths whose splitting is below 10 k_B T_Q.
const SPECTRA_PER_PAIR: f64 = 1.3;
const ACTIVE_SHARE: f64 = 0.1;

/// Tasks that are replayed at most; what is beyond them is shared evenly.
const MOST_TASKS: f64 = 2e6;

/// A message between ranks, and what rank 0 takes for one: a cluster's network.
const LATENCY: f64 = 2e-5;
const WORD: f64 = 2e-6;

/// Seconds of a force call on one configuration, alone and as one of a batch.
#[derive(Clone, Copy)]
pub struct CallSeconds {
    pub single: f64,
    pub batch: f64,
}

/// What the deck says of a stage before anything is measured.
#[derive(Clone, Copy)]
struct Rough {
    stage: Stage,
    tasks: f64,
    /// Of all tasks together.
    seconds: f64,
    bytes: f64,
    /// Standard deviation of the logarithm of a task's cost, as seen in small campaigns.
    spread: f64,
}

/// What a stage will cost.
pub struct Forecast {
    pub stage: Stage,
    pub tasks: u64,
    /// Of all tasks together [s].
    pub core: f64,
    /// From the first task to the last on all ranks [s], and the share of it that ranks are idle.
    pub wall: f64,
    pub idle: f64,
    /// The longest task [s]: no number of ranks makes the stage shorter, teams left out.
    pub longest: f64,
    /// Of the stage's file.
    pub bytes: f64,
    /// Whether the costs are those of tasks in the campaign's directory.
    pub measured: bool,
}

fn roughly(deck: &Deck, calls: CallSeconds) -> Vec<Rough> {
    let mut all = roughly_to_tunnel(deck, calls);
    all.extend(roughly_modes(deck, &all));
    if let Some(excite) = &deck.excite {
        let (tasks, seconds, bytes) = excite_cost::rough(deck, excite, calls);
        all.push(Rough { stage: Stage::Excite, tasks, seconds, bytes, spread: 0.4 });
    }
    all
}

/// Spectra and followed paths, from the numbers of glasses, minima and pairs expected.
fn roughly_modes(deck: &Deck, earlier: &[Rough]) -> Option<Rough> {
    let modes = deck.modes.as_ref()?;
    let glasses = deck.prepare.as_ref().map_or(1, |prepare| prepare.glasses).max(1) as f64;
    let pairs = earlier.iter().find(|rough| rough.stage == Stage::Connect).map_or(0.0, |rough| rough.tasks);
    let spectra = match modes.of {
        SpectraOf::Glasses => glasses,
        SpectraOf::Minima => pairs / CANDIDATES_PER_MINIMUM,
        SpectraOf::DoubleWells => SPECTRA_PER_PAIR * pairs,
    };
    let unknowns = 3.0 * deck.model.particles as f64;
    let each = match modes.count {
        ModeCount::All => SECONDS_OF_FULL_SPECTRUM * unknowns.powi(3),
        ModeCount::Lowest(count) => SECONDS_OF_LOWEST_MODE * count as f64 * unknowns,
    };
    let followed = match modes.paths {
        _ if !modes.follows_paths() => 0.0,
        FollowedPaths::None => 0.0,
        FollowedPaths::Active => ACTIVE_SHARE * pairs,
        FollowedPaths::All => pairs,
    };
    let tasks = spectra + followed;
    let seconds = spectra * each + followed * (1 + modes.path_points) as f64 * each;
    let vectors = if modes.eigenvectors { 8.0 * unknowns } else { 0.0 };
    let bytes = spectra * modes.modes(deck.model.particles) as f64 * (33.0 + vectors);
    Some(Rough { stage: Stage::Modes, tasks, seconds, bytes, spread: 0.5 })
}

fn roughly_to_tunnel(deck: &Deck, calls: CallSeconds) -> Vec<Rough> {
    let CallSeconds { single, batch } = calls;
    let n = deck.model.particles as f64;
    let glasses = deck.prepare.as_ref().map_or(1, |prepare| prepare.glasses).max(1) as f64;
    let mut all = Vec::new();
    if let Some(prepare) = &deck.prepare {
        let imported = prepare.method == PrepareMethod::Import;
        let steps = match prepare.temperature.is_infinite() {
            _ if imported => 0.0,
            // random positions
            true => 0.0,
            false => STEPS_TO_EQUILIBRATE.min(prepare.equilibration.max_steps as f64),
        };
        // every glass is quenched, if only for e_IS
        let quench = CALL_OF_QUENCH * EVALUATIONS_OF_DESCENT * n.cbrt();
        let seconds = glasses * (1.3 * steps + quench) * single;
        let tasks = if imported { 0.0 } else { glasses };
        all.push(Rough { stage: Stage::Prepare, tasks, seconds, bytes: glasses * n * 40.0, spread: 0.3 });
    }
    all.extend(deck.relax.as_ref().map(|relax| liquids(deck, relax, single)));
    let strained = |wells: f64| deck.elastic.as_ref().map(|elastic| strained(deck, elastic, wells, batch));
    let Some(explore) = &deck.explore else {
        all.extend(strained(0.0));
        return all;
    };
    let runs = glasses * explore.runs as f64;
    let quenches = runs * explore.quenches as f64;
    let steps = quenches * explore.quench_every as f64 + runs * explore.equilibration_steps as f64;
    let minima = quenches * MINIMA_PER_QUENCH;
    let calls = if explore.recognition { CALLS_PER_RECOGNISED_QUENCH } else { CALLS_PER_QUENCH };
    // what bisection leaves out depends on the glass: these are the figures of every snapshot quenched
    let seconds = steps * single + quenches * calls * 1.5 * batch;
    let tasks = glasses * run_groups(explore.runs).len() as f64;
    let bytes = minima * n * 24.0 + quenches * 28.0;
    all.push(Rough { stage: Stage::Explore, tasks, seconds, bytes, spread: 0.4 });
    let Some(connect) = &deck.connect else {
        all.extend(strained(0.0));
        return all;
    };
    let pairs = minima * CANDIDATES_PER_MINIMUM;
    let seconds = pairs * connect.images as f64 * CALLS_PER_IMAGE * 1.5 * batch;
    all.push(Rough { stage: Stage::Connect, tasks: pairs, seconds, bytes: pairs * n * 48.0, spread: 0.8 });
    if let Some(tunnel) = &deck.tunnel {
        let tasks = pairs * (tunnel.units.len() + tunnel.reduced_mass.len()) as f64;
        let seconds = tasks * SECONDS_PER_DOUBLET;
        all.push(Rough { stage: Stage::Tunnel, tasks, seconds, bytes: tasks * 120.0, spread: 0.5 });
    }
    all.extend(strained(pairs));
    all
}

/// Samples of liquids.
fn liquids(deck: &Deck, relax: &RelaxSettings, single: f64) -> Rough {
    let (tasks, seconds, spread, bytes) = relax_cost::rough(deck.model.preset, relax, single);
    Rough { stage: Stage::Relax, tasks, seconds, bytes, spread }
}

/// The glasses under strain, and their double wells.
fn strained(deck: &Deck, elastic: &ElasticSettings, wells: f64, batch: f64) -> Rough {
    let glasses = deck.prepare.as_ref().map_or(1, |prepare| prepare.glasses).max(1) as f64;
    let wells = if elastic.coupling { wells } else { 0.0 };
    let strains = elastic.strains().len() as f64;
    let calls = glasses * strains * LANES as f64 * CALLS_PER_STRAIN + wells * CALLS_PER_COUPLING;
    let bytes = glasses * strains * LANES as f64 * 25.0 + wells * 150.0;
    Rough { stage: Stage::Elastic, tasks: glasses + wells, seconds: calls * 1.5 * batch, bytes, spread: 0.5 }
}

/// The stages of a deck on so many ranks of one thread each. `directory`: where files of the same campaign may be.
///
/// # Errors
/// `Storage` when a file of the directory cannot be read.
pub fn forecasts(deck: &Deck, calls: CallSeconds, directory: &Path, ranks: usize) -> Result<Vec<Forecast>> {
    let draw = |rough: &Rough| {
        let recorded = Recorded::look(deck, calls, directory, rough.stage)?;
        Ok(match recorded {
            Some(recorded) => forecast(rough, recorded.rounds(rough), recorded.bytes(rough), true, ranks),
            None => forecast(rough, vec![estimated(rough)], rough.bytes, false, ranks),
        })
    };
    roughly(deck, calls).iter().map(draw).collect()
}

/// The tasks of a round, at most [`MOST_TASKS`] of them.
struct Round {
    costs: Vec<f64>,
    /// How many there really are for each of them.
    weight: f64,
}

fn forecast(rough: &Rough, rounds: Vec<Round>, bytes: f64, measured: bool, ranks: usize) -> Forecast {
    let machine = Machine { ranks, threads: 1, latency: LATENCY, word: WORD, poll: POLL, several: true };
    let mut told =
        Forecast { stage: rough.stage, tasks: 0, core: 0.0, wall: 0.0, idle: 0.0, longest: 0.0, bytes, measured };
    for Round { costs, weight } in rounds {
        let core: f64 = costs.iter().sum();
        let wall = match rough.stage {
            Stage::Tunnel => blocks(&costs, ranks),
            _ => replay(&costs, machine).makespan,
        };
        told.tasks += (costs.len() as f64 * weight).round() as u64;
        told.core += core * weight;
        told.wall += wall + core * (weight - 1.0) / ranks as f64;
        told.longest = costs.iter().copied().fold(told.longest, f64::max);
    }
    if told.wall > 0.0 {
        told.idle = (1.0 - told.core / (told.wall * ranks as f64)).max(0.0);
    }
    told
}

/// How many tasks to draw for `due` ones, and the weight of each.
fn drawn(due: f64) -> (usize, f64) {
    let count = due.min(MOST_TASKS).round().max(if due > 0.0 { 1.0 } else { 0.0 });
    (count as usize, if count > 0.0 { (due / count).max(1.0) } else { 1.0 })
}

fn draws(round: u64) -> Stream {
    stream(0, random::Stage::Bootstrap, 0, round)
}

/// Costs around the mean of the estimate.
fn estimated(rough: &Rough) -> Round {
    let (count, weight) = drawn(rough.tasks);
    let mean = rough.seconds / rough.tasks.max(1.0);
    let spread = LogNormal::new(-rough.spread * rough.spread / 2.0, rough.spread).ok();
    let mut random = draws(0);
    let mut cost = || mean * spread.map_or(1.0, |spread| spread.sample(&mut random));
    Round { costs: (0..count).map(|_| cost()).collect(), weight }
}

/// The tasks of a stage that has been run.
struct Recorded {
    /// Seconds of each, by round.
    rounds: Vec<Vec<f64>>,
    bytes: f64,
    /// What the deck of that run would have let expect.
    rough: Rough,
}

impl Recorded {
    /// The stage's file of a campaign of the same model and size, if there is one that tells what its tasks cost.
    fn look(deck: &Deck, calls: CallSeconds, directory: &Path, stage: Stage) -> Result<Option<Self>> {
        let path = directory.join(file_stage(stage).file_name());
        if !path.is_file() {
            return Ok(None);
        }
        let reader = StageReader::open(directory, file_stage(stage))?;
        let Ok(earlier) = parse_deck(&reader.header().deck, &path) else { return Ok(None) };
        let alike = earlier.model.preset == deck.model.preset && earlier.model.particles == deck.model.particles;
        let rough = roughly(&earlier, calls).into_iter().find(|rough| rough.stage == stage && rough.tasks > 0.0);
        let Some(rough) = rough.filter(|_| alike && reader.has("/timing/tasks/seconds")) else { return Ok(None) };
        let seconds: Vec<f64> = reader.read("/timing/tasks/seconds")?;
        let mut rounds: Vec<Vec<f64>> = Vec::new();
        for (round, seconds) in reader.read::<u32>("/timing/tasks/round")?.into_iter().zip(seconds) {
            rounds.resize_with(rounds.len().max(round as usize + 1), Vec::new);
            rounds[round as usize].push(seconds);
        }
        let bytes = std::fs::metadata(&path).map_or(0.0, |data| data.len() as f64);
        Ok(Some(Recorded { rounds, bytes, rough }))
    }

    /// Drawn from the recorded ones, in number and length as the two decks differ; those of connect in the order in which
    /// they were begun, by falling distance. Elsewhere the order is random: that a glass's energy tells something of its
    /// cost is left out.
    fn rounds(&self, rough: &Rough) -> Vec<Round> {
        let more = rough.tasks / self.rough.tasks;
        let longer = rough.seconds / rough.tasks / (self.rough.seconds / self.rough.tasks);
        let round = |(number, recorded): (usize, &Vec<f64>)| {
            // an extended campaign has the costs of what was added only; the number of pairs is known from nothing else
            let counted = matches!(rough.stage, Stage::Prepare | Stage::Relax | Stage::Explore);
            let (count, weight) = drawn(if counted { rough.tasks } else { recorded.len() as f64 * more });
            let mut random = draws(number as u64);
            let mut drawn: Vec<usize> = (0..count).map(|_| random.random_range(0..recorded.len())).collect();
            if rough.stage == Stage::Connect {
                drawn.sort_unstable();
            }
            Round { costs: drawn.into_iter().map(|task| longer * recorded[task]).collect(), weight }
        };
        self.rounds.iter().filter(|recorded| !recorded.is_empty()).enumerate().map(round).collect()
    }

    fn bytes(&self, rough: &Rough) -> f64 {
        self.bytes * rough.bytes / self.rough.bytes
    }
}
