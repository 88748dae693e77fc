//! The results of `explore` for one glass.

use crate::landscape::{GlassLibrary, Growth, Persistence, RunRecord};
use crate::model::PeriodicBox;
use crate::statistics::Survival;

/// The merged library of one glass and the statistics of its runs.
pub struct Explored {
    pub number: usize,
    pub cell: PeriodicBox,
    /// Time step of the runs.
    pub time_step: f64,
    /// Without the positions of its minima.
    pub library: GlassLibrary,
    pub growth: Vec<Growth>,
    pub persistence: Vec<Persistence>,
    /// Of the residences whose beginning was observed.
    pub survival: Vec<Survival>,
    pub runs: Vec<RunRecord>,
    /// Number of configurations from which the runs started, in turn.
    pub starts: usize,
    /// The tasks whose results hold the minima.
    pub tasks: Vec<u64>,
}
