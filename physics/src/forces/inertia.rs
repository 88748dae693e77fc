//! The number of eigenvalues of the Hessian below a value, by the inertia of a sparse factorisation (Sylvester): H -
//! value 1 = L D L^T, and the signs of D are those of the eigenvalues of H - value 1.

use super::factors::{FactorShape, Factors};
use super::{LANES, PairBlocks};
use crate::error::{Error, Result};
use faer::Mat;

/// A factorisation without pivoting can break down near an eigenvalue; its backward error must stay below this fraction
/// of the largest eigenvalue.
const BACKWARD_ERROR: f64 = 1e-8;

/// Number of eigenvalues of H below `value` [epsilon / sigma^2], including those of the translations (0). Memory grows
/// roughly as N^(4/3).
///
/// # Errors
/// `Error::Numerical` when the factorisation breaks down or is not accurate.
pub fn count_below(hessian: &PairBlocks, value: f64) -> Result<usize> {
    Ok(count_below_within(hessian, value, u64::MAX)?.unwrap_or(0))
}

/// The same if the factors take at most `most_bytes`; `None` if they would take more.
///
/// # Errors
/// As [`count_below`].
pub fn count_below_within(hessian: &PairBlocks, value: f64, most_bytes: u64) -> Result<Option<usize>> {
    let failed = |what: String| Error::Numerical(format!("eigenvalues of the Hessian below {value}: {what}"));
    let matrix = hessian.sparse_lower(value, &[])?;
    let shape = FactorShape::new(hessian, &matrix)?;
    if shape.bytes() > most_bytes {
        return Ok(None);
    }
    let factors = Factors::new(shape, &matrix).map_err(|error| failed(error.to_string()))?;
    let error = backward_error(hessian, value, &factors);
    if error.is_nan() || error > BACKWARD_ERROR {
        return Err(failed(format!("the error of the factorisation is {error:e} of the largest eigenvalue")));
    }
    Ok(Some(factors.negative()))
}

/// |(H - value) x - b| / (|x| bound) for the solution x of a right-hand side b.
fn backward_error(hessian: &PairBlocks, value: f64, factors: &Factors) -> f64 {
    let rows = 3 * hessian.particles();
    // irregular but deterministic
    let b = Mat::from_fn(rows, 1, |i, _| ((i * 7919 + 13) % 101) as f64 / 101.0 - 0.5);
    let mut x = b.clone();
    factors.solve(&mut x);
    let z: Vec<_> = (0..rows).map(|i| [x[(i, 0)]; LANES]).collect();
    let mut product = vec![[0.0; LANES]; rows];
    hessian.times(&z, &mut product);
    let (mut residual, mut norm) = (0.0, 0.0);
    for i in 0..rows {
        residual += (product[i][0] - value * x[(i, 0)] - b[(i, 0)]).powi(2);
        norm += x[(i, 0)] * x[(i, 0)];
    }
    (residual / norm).sqrt() / hessian.bound().max(f64::MIN_POSITIVE)
}
