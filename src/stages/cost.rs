//! Estimates of the cost of stages before anything has been measured: constants and types that several stages share.

pub use super::expected::{Correction, Expected};
use crate::files::PORTION_BYTES;
use crate::input::Deck;

/// Force evaluations of a quench from T_exp, as measured for the models of the papers.
pub const CALLS_PER_QUENCH: f64 = 450.0;
pub const CALLS_PER_RECOGNISED_QUENCH: f64 = 200.0;
/// Cost of a force evaluation of a quench, in force calls at fixed positions: it includes the vector operations of the
/// minimiser and a new neighbour list about every twelve calls.
pub const CALL_OF_QUENCH: f64 = 3.0;
/// Cost of a force call of a batch when it moves from one configuration to the next: neighbour lists and minimiser.
pub const CALL_OF_BATCH: f64 = 1.5;

/// Resident memory of a process with MPI and HDF5 before any work, as measured with Open MPI on Linux [bytes].
pub const PROCESS: f64 = 28e6;
/// Factor for freed blocks that the allocator keeps, and for neighbour lists longer than those of a lattice; it is
/// smaller for a preparation, which allocates less.
const SLACK: f64 = 1.35;
const SLACK_OF_PREPARATION: f64 = 1.1;

/// Bytes per particle of one configuration [3] in f64.
pub const VECTOR: f64 = 24.0;
/// Forces, step and six secant pairs (f32) of the minimiser, for one configuration.
pub const MINIMISER: f64 = 2.0 * VECTOR + 6.0 * 2.0 * 0.5 * VECTOR;
/// A preparation: configurations, velocities, forces, displacements, reference positions of F_s.
pub const PREPARATION: f64 = 20.0 * VECTOR;

/// Cost of a force call on this machine.
#[derive(Clone, Copy, Debug)]
pub struct ForceCall {
    /// Seconds per configuration, for a single one and for one of a batch.
    pub single: f64,
    pub batch: f64,
    /// Bytes of the pair sums with their neighbour lists, for one configuration and for a batch.
    pub single_bytes: f64,
    pub batch_bytes: f64,
    /// What the campaign has found so far.
    pub correction: Correction,
}

impl ForceCall {
    /// Bytes of a batch of quenches.
    pub fn quench_bytes(&self, particles: f64) -> f64 {
        use crate::forces::LANES;
        self.batch_bytes + particles * (LANES as f64 * MINIMISER + lanes_of_queue())
    }
}

/// Bytes of the results that a thread finishes between two checkpoints, `bytes` for each task, and at most those of the tasks of
/// one of `ranks` ranks: the results themselves, and what is written of them.
pub fn unsaved(deck: &Deck, cost: &Cost, ranks: usize, bytes: f64) -> f64 {
    const COPIES: f64 = 2.0;
    let of_a_task = (cost.seconds / cost.tasks.max(1.0)).max(f64::MIN_POSITIVE);
    let finished = deck.campaign.checkpoint_interval.as_secs_f64() / of_a_task;
    COPIES * bytes * finished.max(1.0).min((cost.tasks / ranks.max(1) as f64).ceil())
}

/// Bytes that a rank holds in addition to `records` while it writes them in portions: of each portion the records, a column, and
/// the bytes of the column while they grow.
pub fn portion(records: f64) -> f64 {
    const COPIES: f64 = 4.0;
    COPIES * records.min(PORTION_BYTES as f64)
}

/// Positions and forces of a batch, bytes per particle.
pub fn lanes_of_queue() -> f64 {
    2.0 * VECTOR * crate::forces::LANES as f64
}

/// Cost of the tasks of a stage.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cost {
    pub tasks: f64,
    /// Of all tasks together [s].
    pub seconds: f64,
    /// Size of the stage's file.
    pub bytes: f64,
    /// Standard deviation of the logarithm of a task's cost, as measured in small campaigns.
    pub spread: f64,
    pub begun: Begun,
}

/// The order in which tasks are started.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Begun {
    /// On demand, as ranks become free; the deck sets their number.
    Counted,
    /// On demand; their number depends on earlier results.
    Found,
    /// On demand, the longest first.
    LongestFirst,
    /// Assigned to the ranks in advance.
    Dealt,
}

/// Memory of a rank in one stage [bytes].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Memory {
    /// The process itself and the results gathered before they are written.
    pub process: f64,
    /// Additional memory of each thread.
    pub task: f64,
    /// The part of `process` used by a thousand minima found by this rank.
    pub thousand_minima: f64,
}

impl Memory {
    /// With `unsaved` bytes of results of each thread that no checkpoint holds yet.
    pub fn with_unsaved(self, unsaved: f64) -> Self {
        Self { task: self.task + unsaved, ..self }
    }

    /// For tasks whose data structures hold `task` bytes, and `gathered` bytes of results.
    pub fn of(task: f64, gathered: f64) -> Self {
        Self { process: PROCESS + gathered, task: SLACK * task, thousand_minima: 0.0 }
    }

    /// The same for the preparation of liquids.
    pub fn of_preparation(task: f64, gathered: f64) -> Self {
        Self { process: PROCESS + gathered, task: SLACK_OF_PREPARATION * task, thousand_minima: 0.0 }
    }
}
