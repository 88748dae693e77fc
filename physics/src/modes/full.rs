//! All modes of a glass, with their vectors.
//!
//! The Hessian of the particles that are not rattlers is assembled from its pairs and diagonalised as a full matrix;
//! the three translations are lifted to the top of the spectrum, where they are identified and left out. The results
//! are checked by residuals, orthonormality and the trace.

use super::krylov::Space;
use super::lowest::LowestModes;
use super::participation_ratio;
use super::symmetric::{fixed, large_symmetric_eigen};
use crate::error::{Error, Result};
use crate::forces::{LANES, PairBlocks};
use crate::model::{Model, PeriodicBox};
use crate::random::{Purpose, Stream, stream};
use faer::linalg::matmul::matmul;
use faer::{Accum, Mat};
use rand_distr::{Distribution, StandardNormal};

/// Largest |H v - lambda v| relative to the bound on the eigenvalues.
const RESIDUAL: f64 = 1e-11;
/// Largest component of V^T V x - x for normally distributed x.
const ORTHONORMALITY: f64 = 1e-10;
/// Largest error of the lifted translations, and of the sum of all eigenvalues, relative to the bound.
const TRANSLATIONS: f64 = 1e-11;

/// All 3 N' - 3 modes of the Hessian at `positions` [3N] without the three translations, N' the number of particles
/// that are not `rattlers` [N] (or empty): eigenvalues increasing, as [`LowestModes`] of everything. Cost about 9
/// (3N')^3, memory 6 (3N')^2 numbers. Results are bitwise identical on any number of threads.
///
/// # Errors
/// `Error::Usage` when all particles are rattlers; `Error::Numerical` when the iteration does not converge, or a check
/// of residuals, orthonormality, translations or trace fails, also for input that is not finite.
pub fn full_modes(model: &Model, cell: &PeriodicBox, positions: &[f64], rattlers: &[bool]) -> Result<LowestModes> {
    let hessian = PairBlocks::new(model, cell, positions, rattlers);
    let space = Space::new(&hessian, rattlers);
    if space.count == 0 {
        return Err(Error::Usage("a glass whose particles are all rattlers has no modes; leave this glass out".into()));
    }
    let held: Vec<usize> = (0..hessian.particles()).filter(|&place| space.held[place]).collect();
    let lift = hessian.bound();
    let mut matrix = hessian.dense_lower(&held);
    let trace: f64 = (0..matrix.nrows()).map(|i| matrix[(i, i)]).sum();
    // the translations, eigenvectors of eigenvalue 0, are given the eigenvalue `lift`, which no other exceeds
    for j in 0..matrix.ncols() {
        for i in (j..matrix.nrows()).step_by(3) {
            matrix[(i, j)] += lift / held.len() as f64;
        }
    }
    let (mut eigenvalues, vectors) = large_symmetric_eigen(matrix)?;
    let translations = eigenvalues.split_off(space.dimension());
    let sum: f64 = eigenvalues.iter().sum();
    let off = translations.iter().map(|value| (value - lift).abs()).fold((sum - trace).abs(), f64::max);
    if off.is_nan() || off > TRANSLATIONS * lift * (held.len() as f64).sqrt() {
        return Err(Error::Numerical(format!(
            "the three translations or the trace of the Hessian have an error of {off:e} (stiffness {lift:e})"
        )));
    }
    orthonormal(&vectors)?;
    let residuals = residuals(&hessian, &held, &eigenvalues, &vectors);
    let worst = residuals.iter().copied().fold(0.0, f64::max);
    if worst > RESIDUAL * lift {
        return Err(Error::Numerical(format!("the modes have a residual of {worst:e} (stiffness {lift:e})")));
    }
    let share_of_all = hessian.particles() as f64 / held.len() as f64;
    let particle_of: Vec<usize> = held.iter().map(|&place| hessian.order()[place]).collect();
    let in_order_of_particles = |mode: usize| {
        let mut vector = vec![0.0; positions.len()];
        for (atom, &particle) in vectors.col_as_slice(mode).as_chunks::<3>().0.iter().zip(&particle_of) {
            vector[3 * particle..3 * particle + 3].copy_from_slice(atom);
        }
        vector
    };
    let vectors: Vec<Vec<f64>> = (0..eigenvalues.len()).map(in_order_of_particles).collect();
    Ok(LowestModes {
        participation_ratio: vectors.iter().map(|v| share_of_all * participation_ratio(v)).collect(),
        eigenvalues,
        vectors,
        residuals,
        counted: true,
    })
}

/// Checks V^T V x = x for eight random x: a wrong entry of V^T V shows in each of these, at a thousandth of the cost of
/// V^T V.
fn orthonormal(vectors: &Mat<f64>) -> Result<()> {
    let n = vectors.nrows();
    let mut random: Stream = stream(0, Purpose::Modes, 1, 0);
    let x = Mat::<f64>::from_fn(n, LANES, |_, _| StandardNormal.sample(&mut random));
    let (mut image, mut back) = (Mat::<f64>::zeros(n, LANES), Mat::<f64>::zeros(n, LANES));
    matmul(image.as_mut(), Accum::Replace, vectors.as_ref(), x.as_ref(), 1.0, fixed());
    matmul(back.as_mut(), Accum::Replace, vectors.transpose(), image.as_ref(), 1.0, fixed());
    for k in 0..n {
        for l in 0..LANES {
            let off = (back[(k, l)] - x[(k, l)]).abs();
            if off.is_nan() || off > ORTHONORMALITY {
                return Err(Error::Numerical(format!("mode {k} is orthonormal to the others only to {off:e}")));
            }
        }
    }
    Ok(())
}

/// |H v - lambda v| of each mode; the columns of `vectors` hold the components of the particles at the places `held`.
fn residuals(hessian: &PairBlocks, held: &[usize], values: &[f64], vectors: &Mat<f64>) -> Vec<f64> {
    let rows = 3 * hessian.particles();
    let mut block = vec![[0.0; LANES]; rows];
    let mut product = block.clone();
    let mut residuals = Vec::with_capacity(values.len());
    for start in (0..values.len()).step_by(LANES) {
        // lanes beyond the last mode repeat it
        let columns: [&[f64]; LANES] = std::array::from_fn(|l| vectors.col_as_slice((start + l).min(values.len() - 1)));
        for (k, &place) in held.iter().enumerate() {
            for a in 0..3 {
                block[3 * place + a] = std::array::from_fn(|l| columns[l][3 * k + a]);
            }
        }
        hessian.times(&block, &mut product);
        let value: [f64; LANES] = std::array::from_fn(|l| values[(start + l).min(values.len() - 1)]);
        let mut off = [0.0; LANES];
        for (h, v) in product.iter().zip(&block) {
            for l in 0..LANES {
                off[l] += (h[l] - value[l] * v[l]).powi(2);
            }
        }
        residuals.extend(off.iter().take(values.len() - start).map(|x| x.sqrt()));
    }
    residuals
}
