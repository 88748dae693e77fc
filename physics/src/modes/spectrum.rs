//! All eigenvalues of the Hessian of one configuration.

use super::symmetric::symmetric_eigen;
use crate::error::Result;
use crate::forces::hessian;
use crate::model::{Model, PeriodicBox};
use serde::Serialize;

/// Eigenvalues of the Hessian [epsilon / (m sigma^2)], omega^2 at a minimum, and participation ratios.
#[derive(Clone, Debug, Serialize)]
pub struct Spectrum {
    /// [3N], increasing.
    pub eigenvalues: Vec<f64>,
    /// [3N]; `None` for zero modes, where it has no meaning.
    pub participation_ratio: Vec<Option<f64>>,
}

/// Eigenvalues below this fraction of the largest are zero modes (translations, rattlers).
const ZERO_MODE: f64 = 1e-10;

/// P(v) = [N sum_i |v_i|^4]^-1 for |v| = 1, `vector` [3N]: 1/N for one particle, 1 when all move by the same amount.
pub fn participation_ratio(vector: &[f64]) -> f64 {
    let fourth: f64 = vector.as_chunks::<3>().0.iter().map(|v| (v[0] * v[0] + v[1] * v[1] + v[2] * v[2]).powi(2)).sum();
    3.0 / (vector.len() as f64 * fourth)
}

/// The full spectrum of the Hessian at `positions` [3N]; cost about 9 (3N)^3, memory 2 (3N)^2 numbers.
///
/// # Errors
/// `Error::Numerical` when the eigenvalue iteration does not converge, also for input that is not finite.
pub fn dense_spectrum(model: &Model, cell: &PeriodicBox, positions: &[f64]) -> Result<Spectrum> {
    let matrix = hessian::dense(model, cell, positions);
    let (eigenvalues, vectors) = symmetric_eigen(matrix.as_ref())?;
    let largest = eigenvalues.iter().fold(0.0_f64, |largest, value| largest.max(value.abs()));
    let participation_ratio = eigenvalues
        .iter()
        .enumerate()
        .map(|(mode, value)| {
            (value.abs() > ZERO_MODE * largest).then(|| participation_ratio(vectors.col_as_slice(mode)))
        })
        .collect();
    Ok(Spectrum { eigenvalues, participation_ratio })
}

/// omega = |lambda|^1/2 of an eigenvalue of the Hessian for mass 1, with the sign of lambda: negative for an unstable mode.
pub fn frequency(eigenvalue: f64) -> f64 {
    eigenvalue.signum() * eigenvalue.abs().sqrt()
}
