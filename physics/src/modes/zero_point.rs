//! Zero-point energies from the Hessian, with and without the motion along a path.

use super::krylov::Space;
use super::symmetric::large_symmetric_eigenvalues;
use crate::error::{Error, Result};
use crate::forces::PairBlocks;
use crate::model::{Model, PeriodicBox};
use faer::Mat;
use serde::{Deserialize, Serialize};

/// Eigenvalues below this fraction of the largest are zero modes.
const ZERO_MODE: f64 = 1e-10;
/// Directions that are projected out are lifted to this multiple of the bound on the spectrum.
const LIFT: f64 = 2.0;

/// The zero-point energy of a set of modes.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct ZeroPoint {
    /// (1/2) sum of omega = lambda^1/2 over the positive eigenvalues [(epsilon / m)^1/2 / sigma]; over m~^1/2 it is an energy
    /// in epsilon.
    pub energy: f64,
    /// Positive eigenvalues.
    pub modes: usize,
    /// Negative eigenvalues, which are left out.
    pub negative: usize,
    /// Zero to rounding: translations if they are among the given eigenvalues, particles without contacts.
    pub zero: usize,
}

impl ZeroPoint {
    /// Of eigenvalues lambda of the Hessian [epsilon / sigma^2] in any order, m = 1.
    pub fn of(eigenvalues: &[f64]) -> Self {
        let largest = eigenvalues.iter().fold(0.0_f64, |largest, value| largest.max(value.abs()));
        let count = |is: &dyn Fn(f64) -> bool| eigenvalues.iter().filter(|value| is(**value)).count();
        let floor = ZERO_MODE * largest;
        let (modes, negative) = (count(&|value| value > floor), count(&|value| value < -floor));
        let frequencies = eigenvalues.iter().filter(|value| **value > floor).map(|value| value.sqrt());
        Self { energy: 0.5 * frequencies.sum::<f64>(), modes, negative, zero: eigenvalues.len() - modes - negative }
    }
}

/// The positive eigenvalues of a Hessian.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PositiveEigenvalues {
    /// ln prod lambda over them, lambda in epsilon / sigma^2.
    pub log_product: f64,
    /// Numbers of negative eigenvalues and of those that are zero to rounding, both left out.
    pub negative: usize,
    pub zero: usize,
}

/// The positive eigenvalues of the Hessian at `positions` [3N], without translations: 3N - 3 at a minimum, 3N - 4 at a transition
/// state. One dense eigenvalue problem without vectors.
///
/// # Errors
/// `Error::Numerical` when the eigenvalues do not converge.
pub fn positive_eigenvalues(model: &Model, cell: &PeriodicBox, positions: &[f64]) -> Result<PositiveEigenvalues> {
    let eigenvalues = eigenvalues_without(model, cell, positions, None, &[])?;
    let ZeroPoint { negative, zero, .. } = ZeroPoint::of(&eigenvalues);
    let positive = eigenvalues.iter().skip(negative + zero);
    Ok(PositiveEigenvalues { log_product: positive.map(|value| value.ln()).sum(), negative, zero })
}

/// The zero-point energy at `positions` [3N]: 3N - 3 modes, without translations; `rattlers` [N] (or empty) are
/// excluded with all their pairs. One dense eigenvalue problem without vectors.
///
/// # Errors
/// `Error::Numerical` when the eigenvalues do not converge.
pub fn zero_point(model: &Model, cell: &PeriodicBox, positions: &[f64], rattlers: &[bool]) -> Result<ZeroPoint> {
    Ok(ZeroPoint::of(&eigenvalues_without(model, cell, positions, None, rattlers)?))
}

/// The same across a path: 3N - 4 modes, also without the `tangent` [3N].
///
/// # Errors
/// `Error::Usage` when the tangent is zero; `Error::Numerical` when the eigenvalues do not converge.
pub fn perpendicular_zero_point(
    model: &Model,
    cell: &PeriodicBox,
    positions: &[f64],
    tangent: &[f64],
    rattlers: &[bool],
) -> Result<ZeroPoint> {
    Ok(ZeroPoint::of(&eigenvalues_without(model, cell, positions, Some(tangent), rattlers)?))
}

/// (1/2) sum omega at b minus that at a, over the 3N - 3 modes of each minimum [(epsilon / m)^1/2 / sigma]; `rattlers`
/// [N] are those at either minimum, or empty.
///
/// # Errors
/// As [`zero_point`].
pub fn zero_point_difference(
    model: &Model,
    cell: &PeriodicBox,
    a: &[f64],
    b: &[f64],
    rattlers: &[bool],
) -> Result<f64> {
    Ok(zero_point(model, cell, b, rattlers)?.energy - zero_point(model, cell, a, rattlers)?.energy)
}

/// Increasing eigenvalues of the Hessian with translations, rattlers and `tangent` projected out.
fn eigenvalues_without(
    model: &Model,
    cell: &PeriodicBox,
    positions: &[f64],
    tangent: Option<&[f64]>,
    rattlers: &[bool],
) -> Result<Vec<f64>> {
    let hessian = PairBlocks::new(model, cell, positions, rattlers);
    let space = Space::new(&hessian, rattlers);
    let size = 3 * hessian.particles();
    let mut matrix = hessian.sparse_lower(0.0, &[])?.to_dense();
    let lift = LIFT * hessian.bound();
    // translations have eigenvalue zero: (1/n) on equal components of all included particles lifts them
    let share = lift / space.count.max(1) as f64;
    for j in 0..size {
        for i in j..size {
            if i % 3 == j % 3 && space.held[i / 3] && space.held[j / 3] {
                matrix[(i, j)] += share;
            } else if i == j {
                matrix[(i, j)] += lift;
            }
        }
    }
    let mut kept = space.dimension();
    if let Some(tangent) = tangent {
        lift_tangent(&mut matrix, &in_places(&hessian, &space, tangent)?, lift);
        kept = kept.saturating_sub(1);
    }
    let mut values = large_symmetric_eigenvalues(matrix)?;
    values.truncate(kept);
    Ok(values)
}

/// The tangent [3N] in the order of places, without translation and rattlers, normalised.
fn in_places(hessian: &PairBlocks, space: &Space, tangent: &[f64]) -> Result<Vec<f64>> {
    let mut t: Vec<f64> = hessian.order().iter().flat_map(|&i| tangent[3 * i..3 * i + 3].iter().copied()).collect();
    space.remove_translation(&mut t);
    let length = t.iter().map(|x| x * x).sum::<f64>().sqrt();
    if length.is_nan() || length <= 0.0 {
        return Err(Error::Usage("the tangent of a path is zero for the particles that are held".into()));
    }
    t.iter_mut().for_each(|x| *x /= length);
    Ok(t)
}

/// H <- (1 - t t) H (1 - t t) + lift t t, lower triangle, t free of translations.
fn lift_tangent(matrix: &mut Mat<f64>, t: &[f64], lift: f64) {
    let size = t.len();
    let mut product = vec![0.0; size];
    for j in 0..size {
        product[j] += matrix[(j, j)] * t[j];
        for i in j + 1..size {
            product[i] += matrix[(i, j)] * t[j];
            product[j] += matrix[(i, j)] * t[i];
        }
    }
    let along = t.iter().zip(&product).map(|(t, h)| t * h).sum::<f64>() + lift;
    for j in 0..size {
        for i in j..size {
            matrix[(i, j)] += along * t[i] * t[j] - t[i] * product[j] - product[i] * t[j];
        }
    }
}
