//! The results of `explore` for one glass.

use crate::landscape::{GlassLibrary, Growth, Persistence, RunRecord};
use crate::model::PeriodicBox;

/// The merged library of one glass and the statistics of its runs.
pub struct Explored {
    pub number: usize,
    pub cell: PeriodicBox,
    /// Time step of the runs.
    pub time_step: f64,
    pub library: GlassLibrary,
    pub growth: Vec<Growth>,
    pub persistence: Vec<Persistence>,
    pub runs: Vec<RunRecord>,
}
