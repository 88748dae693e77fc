//! What is known of an explored glass.

use crate::landscape::{GlassLibrary, Growth, Persistence, RunRecord};
use crate::model::PeriodicBox;

/// The merged library of one glass and what its runs say beside it.
pub struct Explored {
    pub number: usize,
    pub cell: PeriodicBox,
    /// dt of the runs.
    pub time_step: f64,
    pub library: GlassLibrary,
    pub growth: Vec<Growth>,
    pub persistence: Vec<Persistence>,
    pub runs: Vec<RunRecord>,
}
