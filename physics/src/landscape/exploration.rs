//! The exploration of a glass: molecular dynamics at T_exp with quenches at intervals.
//!
//! Up to eight isoconfigurational runs of one glass (the same positions, fresh velocities) advance together, one per
//! lane. Snapshots wait until there are enough to fill the lanes of the minimiser; the schedule decides which of them
//! are quenched.

use super::identity::Identity;
use super::outcome::Quench;
use super::quench::{quench_batch, quench_watched};
use super::recognition::{Member, REMEMBERED, Recogniser, Recognition, RecognitionCount};
use super::run_library::{MinimaIndex, Minimum, Visit};
use super::schedule::{Fate, Snapshot, Turn, wanted};
use super::settings::{ExploreSettings, QuenchSettings};
use super::waypoints;
use crate::error::Result;
use crate::forces::{LANES, PairSum};
use crate::model::{Configuration, Model};
use crate::random::{Purpose, Stream, stream};
use crate::sampling::{DynamicsSettings, DynamicsState, run_lanes};
use crate::task::{Progress, Task, in_steps};
use rand::RngExt;
use serde::{Deserialize, Serialize};

const LARGEST_BUFFER: usize = 64;
/// Particles of all the snapshots of a buffer that is not at its limits.
const BUFFERED_PARTICLES: usize = 100_000;

/// Particles of all the snapshots that wait for bisection, as long as each run has one interval.
const BISECTED_PARTICLES: usize = 2_000_000;

/// Number of quenches in a queue: what is recognised in a queue depends on its members. Fewer for large glasses, so
/// that a queue takes no more than seconds.
fn queue(particles: usize) -> usize {
    (BUFFERED_PARTICLES / particles.max(1)).clamp(LANES, LARGEST_BUFFER)
}

/// Number of waiting snapshots, over all runs of a group, at which their intervals of `stride` are settled: enough for
/// a queue of interval ends, as far as memory allows.
fn buffer(particles: usize, stride: u64) -> usize {
    let ends = queue(particles);
    ends.saturating_mul(stride as usize).min(BISECTED_PARTICLES / particles.max(1)).max(ends)
}

/// The largest number of configurations that a group of runs of this size holds in addition to the batches: waiting
/// snapshots, and the end points of the quenches of a queue.
pub fn configurations_held(particles: usize, settings: &ExploreSettings) -> u64 {
    let runs = settings.runs.min(LANES) as u64;
    let all = runs * settings.quenches;
    // quenching begins at the first end of an interval with enough waiting
    let intervals = (buffer(particles, settings.interval()) as u64).div_ceil(runs * settings.interval()).max(1);
    let waiting = runs * (intervals * settings.interval() + 1);
    let quenches = (2 * queue(particles) as u64).min(waiting).min(all);
    let ways = match settings.recognition {
        Recognition::Waypoints => waypoints::configurations_held(runs, quenches),
        Recognition::None | Recognition::Minima => 0,
    };
    waiting.min(all) + quenches + ways
}

/// A run whose mean squared displacement exceeds this [sigma^2] (about twice the Lindemann length squared) and ...
const CAGE: f64 = 0.1;
/// ... has grown by this factor over the second half of the run is a liquid, not a glass.
const DIFFUSIVE_GROWTH: f64 = 1.5;

/// The results of one run of one glass.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunRecord {
    pub glass: u64,
    pub run: u64,
    found: MinimaIndex,
    /// One per snapshot, in order of increasing step.
    pub visits: Vec<Visit>,
    /// (number of the snapshot, mean squared displacement since the first [sigma^2]) at snapshots 2, 4, 8, ...
    pub displacement_trace: Vec<(u64, f64)>,
    /// Mean squared displacement from the first snapshot to the last, thermal motion included [sigma^2].
    pub mean_squared_displacement: f64,
    /// Sum over snapshots of the temperature 2K/(3N-3) [epsilon / k_B].
    temperature_sum: f64,
    snapshots: u64,
    /// Force evaluations of the quenches.
    pub force_evaluations: u64,
    /// Snapshots that were not quenched, because both ends of their interval were in one minimum.
    pub inferred: u64,
    pub recognition: RecognitionCount,
}

impl RunRecord {
    /// Minima in the order in which quenches found them (with `bisect` the ends of an interval come before what is between).
    pub fn minima(&self) -> &[Minimum] {
        self.found.minima()
    }

    /// Drops the minima, which a library has taken over.
    pub fn forget_minima(&mut self) {
        self.found = MinimaIndex::default();
    }

    /// Mean of 2K/(3N-3) over the snapshots [epsilon / k_B]; NaN before the first.
    pub fn temperature(&self) -> f64 {
        self.temperature_sum / self.snapshots as f64
    }

    /// Whether the particles leave their cages: the mean squared displacement is above 0.1 sigma^2 and still grew by half
    /// since the last snapshot 2^k in the first half of the run.
    pub fn diffusing(&self) -> bool {
        let half = self.displacement_trace.iter().rev().find(|&&(snapshots, _)| 2 * snapshots <= self.snapshots);
        let grows = half.is_none_or(|&(_, before)| self.mean_squared_displacement > DIFFUSIVE_GROWTH * before);
        self.mean_squared_displacement > CAGE && grows
    }
}

/// One run between two snapshots.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct RunState {
    /// Positions of the first snapshot [3N].
    origin: Vec<f64>,
    record: RunRecord,
    /// Minima of the record, each once, in the order of their latest visits, the latest first.
    recent: Vec<u32>,
    /// Selects the quenches that are audited.
    audit: Stream,
    /// By rising step.
    waiting: Vec<Snapshot>,
}

/// A group of runs between two slices.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct ExplorationState {
    /// Trajectories, in run order.
    dynamics: Vec<DynamicsState>,
    runs: Vec<RunState>,
    /// Snapshots taken of each run.
    taken: u64,
    /// Enough snapshots were waiting, and they are being quenched.
    draining: bool,
}

/// Explores up to eight runs of one glass.
pub struct ExplorationTask {
    settings: ExploreSettings,
    quench: QuenchSettings,
    dynamics: DynamicsSettings,
    identity: Identity,
    single: PairSum<1>,
    moving: PairSum<LANES>,
    quenching: PairSum<LANES>,
    state: ExplorationState,
}

/// The groups of runs that are explored together: runs 8g ... 8g + 7.
pub fn run_groups(runs: usize) -> Vec<std::ops::Range<u64>> {
    (0..runs as u64).step_by(LANES).map(|first| first..(first + LANES as u64).min(runs as u64)).collect()
}

impl ExplorationTask {
    /// Starts the given runs (at most `LANES`) of one glass from its positions with fresh Maxwell velocities.
    pub fn start(
        model: &Model,
        glass: &Configuration,
        settings: &ExploreSettings,
        seed: u64,
        number: u64,
        runs: std::ops::Range<u64>,
    ) -> Self {
        Self::start_from(model, glass, &[], settings, seed, (number, runs))
    }

    /// The same for a glass with further starting configurations [3N]: run r starts from number r mod n, 0 being the
    /// glass.
    pub fn start_from(
        model: &Model,
        glass: &Configuration,
        further: &[Vec<f64>],
        settings: &ExploreSettings,
        seed: u64,
        (number, runs): (u64, std::ops::Range<u64>),
    ) -> Self {
        let mut task = Self::resume(model, glass, settings, ExplorationState::default());
        for run in runs.take(LANES) {
            let random = stream(seed, Purpose::Explore, number, run);
            let start = run as usize % (further.len() + 1);
            let mut positions = start.checked_sub(1).map_or(&glass.positions, |start| &further[start]).clone();
            if start > 0 {
                // the same images as the glass, whose order in space the lists use
                glass.cell.unwrap_near(&mut positions, &glass.positions);
            }
            let dynamics = DynamicsState::start(&mut task.single, positions, settings.temperature, random);
            task.state.dynamics.push(dynamics);
            let (record, audit) = (RunRecord::new(number, run), stream(seed, Purpose::Audit, number, run));
            let (origin, recent, waiting) = (Vec::new(), Vec::new(), Vec::new());
            task.state.runs.push(RunState { origin, record, recent, audit, waiting });
        }
        task
    }

    /// Continues from a state of the same glass; with more `quenches` than before the runs are extended (with `bisect` what was
    /// the last snapshot stays quenched).
    pub fn resume(model: &Model, glass: &Configuration, settings: &ExploreSettings, state: ExplorationState) -> Self {
        let (cell, x) = (glass.cell, &glass.positions);
        Self {
            quench: QuenchSettings::from(settings),
            dynamics: DynamicsSettings {
                time_step: settings.time_step,
                temperature: settings.temperature,
                thermostat: settings.thermostat,
                thermostat_time: settings.thermostat_time,
            },
            settings: settings.clone(),
            identity: Identity::new(model.clone(), cell),
            single: PairSum::new(model.clone(), cell).ordered_if_large(x),
            moving: PairSum::new(model.clone(), cell).ordered_if_large(x),
            quenching: PairSum::new(model.clone(), cell).ordered_if_large(x),
            state,
        }
    }

    /// The results of the runs so far, in run order.
    pub fn records(&self) -> Vec<RunRecord> {
        self.state.runs.iter().map(|run| run.record.clone()).collect()
    }

    fn finished_moving(&self) -> bool {
        self.state.taken >= self.settings.quenches
    }

    /// MD step of the next snapshot: the first after the equilibration, then every `quench_every`.
    fn next_snapshot(&self) -> u64 {
        self.settings.equilibration_steps + self.state.taken * self.settings.quench_every
    }

    /// Moves all runs towards the next snapshot and takes it when it is reached; returns the force evaluations.
    fn advance_dynamics(&mut self, budget: u64) -> Result<u64> {
        let done = self.state.dynamics.first().map_or(0, |state| state.step);
        let members = self.state.dynamics.len() as u64;
        let steps = (self.next_snapshot() - done).min((budget / members.max(1)).max(1));
        match self.state.dynamics.as_mut_slice() {
            [alone] => alone.run(&mut self.single, &self.dynamics, steps)?,
            several => run_lanes(several, &mut self.moving, &self.dynamics, steps)?,
        }
        if done + steps == self.next_snapshot() {
            self.take_snapshots();
        }
        Ok(steps * members)
    }

    fn take_snapshots(&mut self) {
        let number = self.state.taken;
        self.state.taken += 1;
        for (run, dynamics) in self.state.runs.iter_mut().zip(&self.state.dynamics) {
            run.note_snapshot(dynamics, self.state.taken);
            let audited = run.audit.random_bool(self.settings.audit);
            let fate = Fate::Waiting(dynamics.positions.clone());
            run.waiting.push(Snapshot { number, step: dynamics.step, audited, fate });
        }
        let stride = self.settings.interval();
        let waiting: usize = self.state.runs.iter().map(|run| run.waiting.len()).sum();
        let enough = waiting >= buffer(self.single.particles(), stride) && Snapshot::ends_interval(number, stride);
        self.state.draining |= enough || self.finished_moving();
    }

    /// The next quenches as (run, waiting snapshot) with their turns, in the order of the queue: small depths first.
    fn next_quenches(&self) -> Vec<(Member, usize)> {
        let stride = self.settings.interval();
        let mut starts = Vec::new();
        for (member, run) in self.state.runs.iter().enumerate() {
            let found = &run.record.found;
            let same = |a: &Minimum, b: &Minimum| found.same(&self.identity, a, b);
            for (depth, place) in wanted(&run.waiting, run.last_minimum(), stride, same) {
                let snapshot = &run.waiting[place];
                let (turn, audited) = (snapshot.turn(depth, stride), snapshot.audited);
                starts.push((depth, snapshot.number, Member { run: member, turn, audited }, place));
            }
        }
        // stable: the runs of one snapshot stay in order
        starts.sort_by_key(|&(depth, number, ..)| (depth, number));
        // all ends of a buffer at once, and no more than that number of snapshots in between
        starts.truncate(2 * queue(self.single.particles()));
        starts.into_iter().map(|(.., member, place)| (member, place)).collect()
    }

    /// Quenches the waiting snapshots that the schedule requests next, or enters all in the record if it
    /// requests none; returns the force evaluations.
    fn advance_quenches(&mut self) -> u64 {
        let starts = self.next_quenches();
        if starts.is_empty() {
            self.state.draining = false;
            let stride = self.settings.interval();
            self.state.runs.iter_mut().for_each(|run| run.enter_waiting(&self.identity, stride));
            return 0;
        }
        let mut spent = 0;
        for ((member, place), quench) in starts.iter().zip(self.quench(&starts)) {
            let snapshot = &mut self.state.runs[member.run].waiting[*place];
            let force_evaluations = quench.force_evaluations;
            let minimum = Minimum::reached(&self.identity, quench, snapshot.step);
            snapshot.fate = Fate::Quenched { depth: member.turn.depth(), minimum, force_evaluations };
            spent += force_evaluations;
        }
        spent
    }

    fn quench(&mut self, starts: &[(Member, usize)]) -> Vec<Quench> {
        let runs = &self.state.runs;
        let positions: Vec<&[f64]> =
            starts.iter().map(|(member, place)| runs[member.run].waiting[*place].positions()).collect();
        if self.settings.recognition == Recognition::None {
            return quench_batch(&mut self.quenching, &positions, &self.quench);
        }
        let members = starts.iter().map(|(member, _)| *member).collect();
        let recent: Vec<Vec<&Minimum>> = runs.iter().map(RunState::recent_minima).collect();
        let stride = self.settings.interval();
        let waiting: Vec<Vec<(Turn, &Minimum)>> =
            runs.iter().map(|run| run.waiting.iter().filter_map(|s| s.quenched(stride)).collect()).collect();
        let mut recogniser = Recogniser::new(&self.identity, self.settings.recognition, members, &recent, &waiting);
        let quenches = quench_watched(&mut self.quenching, &positions, &self.quench, &mut recogniser);
        let counts = recogniser.counts().to_vec();
        for (run, count) in self.state.runs.iter_mut().zip(&counts) {
            run.record.recognition.add(count);
        }
        quenches
    }

    fn must_quench(&self) -> bool {
        self.state.draining && self.state.runs.iter().any(|run| !run.waiting.is_empty())
    }
}

impl RunRecord {
    fn new(glass: u64, run: u64) -> Self {
        Self {
            glass,
            run,
            found: MinimaIndex::default(),
            visits: Vec::new(),
            displacement_trace: Vec::new(),
            mean_squared_displacement: 0.0,
            temperature_sum: 0.0,
            snapshots: 0,
            force_evaluations: 0,
            inferred: 0,
            recognition: RecognitionCount::default(),
        }
    }
}

impl RunState {
    fn recent_minima(&self) -> Vec<&Minimum> {
        self.recent.iter().map(|&index| &self.record.minima()[index as usize]).collect()
    }

    /// The minimum of the latest visit of the record.
    fn last_minimum(&self) -> Option<&Minimum> {
        let index = self.record.visits.last()?.minimum?;
        self.record.minima().get(index as usize)
    }

    /// Moves the waiting snapshots into the record: minima in the order of their turns, visits by step. A snapshot that
    /// was not quenched is assigned the minimum of the one before it.
    fn enter_waiting(&mut self, identity: &Identity, stride: u64) {
        let mut entries: Vec<(Turn, usize)> = Vec::new();
        for (place, snapshot) in self.waiting.iter().enumerate() {
            entries.extend(snapshot.quenched(stride).map(|(turn, _)| (turn, place)));
        }
        entries.sort_unstable();
        let mut waiting = std::mem::take(&mut self.waiting);
        let mut indices = vec![None; waiting.len()];
        for (_, place) in entries {
            if let Fate::Quenched { minimum, .. } = &mut waiting[place].fate
                && let Some(minimum) = minimum.take()
            {
                indices[place] = Some(self.record.found.enter(identity, minimum).index);
            }
        }
        for (snapshot, index) in waiting.iter().zip(indices) {
            let (minimum, force_evaluations) = match snapshot.fate {
                Fate::Quenched { force_evaluations, .. } => (index, Some(force_evaluations)),
                Fate::Waiting(_) => (self.record.visits.last().and_then(|visit| visit.minimum), None),
            };
            let visit = Visit {
                step: snapshot.step,
                minimum,
                force_evaluations: force_evaluations.unwrap_or(0),
                inferred: force_evaluations.is_none(),
            };
            self.note_visit(&visit);
        }
    }

    fn note_visit(&mut self, visit: &Visit) {
        self.record.force_evaluations += visit.force_evaluations;
        self.record.inferred += u64::from(visit.inferred);
        self.record.visits.push(*visit);
        let Some(index) = visit.minimum else { return };
        self.record.found.visited(index, visit.step);
        self.recent.retain(|&other| other != index);
        self.recent.insert(0, index);
        self.recent.truncate(REMEMBERED);
    }

    /// Records temperature and displacement at snapshot number `taken` (1 is the first).
    fn note_snapshot(&mut self, dynamics: &DynamicsState, taken: u64) {
        let positions = &dynamics.positions;
        self.record.temperature_sum += dynamics.temperature();
        self.record.snapshots += 1;
        if taken == 1 {
            self.origin.clone_from(positions);
        }
        let squares: f64 = positions.iter().zip(&self.origin).map(|(x, x0)| (x - x0) * (x - x0)).sum();
        self.record.mean_squared_displacement = 3.0 * squares / positions.len() as f64;
        if taken > 1 && taken.is_power_of_two() {
            self.record.displacement_trace.push((taken, self.record.mean_squared_displacement));
        }
    }
}

impl Task for ExplorationTask {
    type State = ExplorationState;

    fn advance(&mut self, force_calls: u64) -> Result<Progress> {
        let is_done = |task: &Self| task.state.runs.is_empty() || task.finished_moving() && !task.must_quench();
        in_steps(self, force_calls, is_done, |task, left| {
            if task.must_quench() { Ok(task.advance_quenches()) } else { task.advance_dynamics(left) }
        })
    }

    fn state(&self) -> ExplorationState {
        self.state.clone()
    }

    fn fraction(&self) -> f64 {
        let runs = self.state.runs.len() as u64;
        let quenched: usize = self.state.runs.iter().map(|run| run.record.visits.len()).sum();
        let wanted = runs * self.settings.quenches;
        if wanted == 0 { 1.0 } else { quenched as f64 / wanted as f64 }
    }
}
