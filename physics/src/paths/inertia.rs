//! The number of negative eigenvalues of the Hessian.

use crate::error::Result;
use crate::forces::{PairBlocks, count_below};
use crate::model::{Model, PeriodicBox};

/// Shift that lifts the three zero modes of translation (and rattlers) above zero without affecting the count of other
/// modes [epsilon / sigma^2], times the law's unit of stiffness.
const SHIFT: f64 = 1e-5;

/// Number of eigenvalues of the Hessian at `positions` [3N] below -1e-5 (-2e-8 for the harmonic law).
///
/// # Errors
/// `Error::Numerical` when the factorisation breaks down.
pub fn negative_modes(model: &Model, cell: &PeriodicBox, positions: &[f64]) -> Result<usize> {
    count_below(&PairBlocks::new(model, cell, positions, &[]), -SHIFT * model.law.stiffness_unit())
}

/// The same; -1 where the factorisation broke down and nothing was counted.
pub(super) fn counted_modes(model: &Model, cell: &PeriodicBox, positions: &[f64]) -> i64 {
    negative_modes(model, cell, positions).map_or(-1, |count| count as i64)
}
