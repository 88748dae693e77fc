//! Watches over quenches, which may end them early.

use super::minimisers::Look;
use super::outcome::Quench;

/// Watches the lanes of a queue of quenches.
pub(super) trait Watch {
    /// Whether a lane should be shown now.
    fn wants(&self, evaluations: u64, residual: f64) -> bool;
    /// A known minimum with which the quench may end.
    fn look(&mut self, look: &Look<'_>) -> Option<Quench>;
    /// A quench has reached its end.
    fn ended(&mut self, start: usize, quench: &Quench);
}

/// Watches nothing.
pub(super) struct Unwatched;

impl Watch for Unwatched {
    fn wants(&self, _: u64, _: f64) -> bool {
        false
    }
    fn look(&mut self, _: &Look<'_>) -> Option<Quench> {
        None
    }
    fn ended(&mut self, _: usize, _: &Quench) {}
}
