//! What the stages say of their cost before anything is measured: figures that several of them share.

use crate::input::Deck;

/// Force evaluations that a quench takes from T_exp, as seen on the models of the papers.
pub const CALLS_PER_QUENCH: f64 = 450.0;
pub const CALLS_PER_RECOGNISED_QUENCH: f64 = 200.0;
/// Minima per quench, and candidates per minimum, of the same runs.
pub const MINIMA_PER_QUENCH: f64 = 0.15;
pub const CANDIDATES_PER_MINIMUM: f64 = 0.3;
/// A force evaluation of a descent in force calls at rest: the passes of the minimiser, and a list made anew every dozen.
pub const CALL_OF_QUENCH: f64 = 3.0;
/// A force call of a batch in passing from one configuration to the next: lists and minimiser.
pub const CALL_OF_BATCH: f64 = 1.5;

/// Resident memory of a process with MPI and HDF5 that has done nothing yet, as seen with Open MPI on Linux [bytes].
pub const PROCESS: f64 = 28e6;
/// Freed blocks that the allocator keeps between those in use, and lists longer than those of a lattice; a preparation makes
/// and drops less.
const SLACK: f64 = 1.35;
const SLACK_OF_PREPARATION: f64 = 1.1;

/// Bytes per particle of one configuration [3] in f64.
pub const VECTOR: f64 = 24.0;
/// Forces, step and six pairs in f32 of the minimiser, for one configuration.
pub const MINIMISER: f64 = 2.0 * VECTOR + 6.0 * 2.0 * 0.5 * VECTOR;
/// A preparation: configurations, velocities, forces, displacements, origins of F_s.
pub const PREPARATION: f64 = 20.0 * VECTOR;

/// A force call on this machine.
#[derive(Clone, Copy, Debug)]
pub struct ForceCall {
    /// Seconds of a configuration, alone and as one of a batch.
    pub single: f64,
    pub batch: f64,
    /// Bytes of the pair sums with their lists, for one configuration and for a batch.
    pub single_bytes: f64,
    pub batch_bytes: f64,
}

impl ForceCall {
    /// Bytes of a batch of quenches.
    pub fn quench_bytes(&self, particles: f64) -> f64 {
        use crate::forces::LANES;
        self.batch_bytes + particles * (LANES as f64 * MINIMISER + lanes_of_queue())
    }
}

/// Positions and forces of a batch, bytes per particle.
pub fn lanes_of_queue() -> f64 {
    2.0 * VECTOR * crate::forces::LANES as f64
}

/// What the tasks of a stage cost.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cost {
    pub tasks: f64,
    /// Of all tasks together.
    pub seconds: f64,
    /// Of the stage's file.
    pub bytes: f64,
    /// Standard deviation of the logarithm of a task's cost, as seen in small campaigns.
    pub spread: f64,
    pub begun: Begun,
}

/// How tasks are begun.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Begun {
    /// As ranks become free; their number is the deck's.
    Counted,
    /// As ranks become free; their number is known from earlier results alone.
    Found,
    /// The same, in the order of their length.
    LongestFirst,
    /// Dealt to the ranks beforehand.
    Dealt,
}

/// Bytes of a rank in one stage.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Memory {
    /// The process itself and what is gathered before it is written.
    pub process: f64,
    /// What each thread holds beside that.
    pub task: f64,
    /// The part of `process` that a thousand minima found by this rank hold.
    pub thousand_minima: f64,
}

impl Memory {
    /// Of tasks that hold `task` bytes, as their data structures have them, and `gathered` bytes of results.
    pub fn of(task: f64, gathered: f64) -> Self {
        Self { process: PROCESS + gathered, task: SLACK * task, thousand_minima: 0.0 }
    }

    /// The same of liquids that are prepared.
    pub fn of_preparation(task: f64, gathered: f64) -> Self {
        Self { process: PROCESS + gathered, task: SLACK_OF_PREPARATION * task, thousand_minima: 0.0 }
    }
}

/// Numbers that a deck lets expect.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Expected {
    pub glasses: f64,
    /// Runs and quenches of all glasses.
    pub runs: f64,
    pub quenches: f64,
    pub minima: f64,
    /// Pairs to connect.
    pub pairs: f64,
}

impl Expected {
    pub fn of(deck: &Deck) -> Self {
        let glasses = deck.prepare.as_ref().map_or(1, |prepare| prepare.glasses).max(1) as f64;
        let runs = deck.explore.as_ref().map_or(0.0, |explore| glasses * explore.runs as f64);
        let quenches = deck.explore.as_ref().map_or(0.0, |explore| runs * explore.quenches as f64);
        let minima = quenches * MINIMA_PER_QUENCH;
        let pairs = if deck.connect.is_some() { minima * CANDIDATES_PER_MINIMUM } else { 0.0 };
        Self { glasses, runs, quenches, minima, pairs }
    }

    /// Glasses of the rank that has most.
    pub fn share(&self, ranks: usize) -> f64 {
        (self.glasses / ranks.max(1) as f64).max(1.0)
    }
}
