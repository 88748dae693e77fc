//! The interface of a minimiser: a method, the supply of its starts, and its stopping criteria.

use crate::forces::PairSum;
use crate::forces::lanes::{Columns, Configurations};
use crate::landscape::outcome::Quench;

/// When a minimisation stops.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StoppingCriteria {
    /// Largest force component in magnitude at a minimum [epsilon / sigma].
    pub force_tolerance: f64,
    /// Bound on the force evaluations.
    pub max_evaluations: u64,
}

/// One minimiser.
pub trait Method {
    /// Whether a descent can be continued from the positions of an accepted point.
    const RESTARTABLE: bool = false;
    /// Whether no accepted point is higher than the one before.
    const MONOTONIC: bool = false;

    /// Minimises the starts of the supply.
    fn minimise<const L: usize>(sum: &mut PairSum<L>, supply: &mut impl Supply, criteria: &StoppingCriteria)
    where
        Configurations: Columns<L>;
}

/// The source of the starts of quenches, one by one, and the destination of the results.
pub trait Supply {
    /// The number and the positions [3N] of the next start; none when there is nothing to do now.
    fn next(&mut self) -> Option<(usize, Vec<f64>)>;
    /// Whether the quench of this start should be shown now.
    fn wants(&self, start: usize, evaluations: u64, energy: f64, residual: f64) -> bool;
    /// A quench that ends this one early, if any.
    fn look(&mut self, look: &Look<'_>) -> Option<Quench>;
    /// A quench has ended, on its own or by a look.
    fn ended(&mut self, start: usize, quench: Quench);
}

/// A running quench.
pub struct Look<'a> {
    /// Number of the start.
    pub start: usize,
    pub evaluations: u64,
    /// Total [epsilon].
    pub energy: f64,
    /// Largest force component in magnitude [epsilon / sigma].
    pub residual: f64,
    /// [3N]
    pub positions: &'a [f64],
    /// [3N]
    pub forces: &'a [f64],
}
