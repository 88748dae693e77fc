//! Plain sums over all pairs, without lists or SIMD: the reference for every fast path.
//!
//! With d = x_i - x_j by minimum image, r = |d|, n = d / r and U the pair energy:
//! F_i = -sum_j (U'/r) d; H z by B = U'' n n^T + (U'/r)(1 - n n^T); third order by b = (U'' - U'/r) / r,
//! a = U''' - 3 b.

use crate::model::{Derivatives, Model, PeriodicBox};

/// One interacting pair i < j: the minimum-image difference x_i - x_j, its length, and U, U'/r, U'', U''' there.
#[derive(Clone, Copy, Debug)]
pub struct Pair {
    pub i: usize,
    pub j: usize,
    pub d: [f64; 3],
    pub r: f64,
    pub energy: f64,
    pub slope_over_r: f64,
    pub second: f64,
    pub third: f64,
}

/// U and its derivatives by r for particles i and j at the difference d; `None` from the cutoff on.
#[inline]
pub fn pair(model: &Model, i: usize, j: usize, d: [f64; 3]) -> Option<Pair> {
    let parameters = model.mixture.pair(i, j);
    let r2 = d[0] * d[0] + d[1] * d[1] + d[2] * d[2];
    let x2 = r2 * parameters.inverse_sigma_squared;
    let cutoff = model.law.cutoff();
    if x2 >= cutoff * cutoff {
        return None;
    }
    let Derivatives { value, slope_over_x, second, third } = model.law.derivatives(x2);
    let scale = parameters.epsilon * parameters.inverse_sigma_squared;
    Some(Pair {
        i,
        j,
        d,
        r: r2.sqrt(),
        energy: parameters.epsilon * value,
        slope_over_r: scale * slope_over_x,
        second: scale * second,
        third: scale * parameters.inverse_sigma_squared.sqrt() * third,
    })
}

/// Calls `visit` for every interacting pair i < j, in increasing order of i, then of j.
pub fn for_each_pair(model: &Model, cell: &PeriodicBox, positions: &[f64], mut visit: impl FnMut(&Pair)) {
    let n = positions.len() / 3;
    for i in 0..n {
        for j in i + 1..n {
            if let Some(pair) = pair(model, i, j, cell.difference(positions, i, j)) {
                visit(&pair);
            }
        }
    }
}

/// The same under a homogeneous deformation: the pair's d is F d, d by minimum image in the reference. Forces and products
/// are those of the deformed box.
pub fn for_each_deformed_pair(
    model: &Model,
    cell: &PeriodicBox,
    gradient: &[[f64; 3]; 3],
    positions: &[f64],
    mut visit: impl FnMut(&Pair),
) {
    let n = positions.len() / 3;
    for i in 0..n {
        for j in i + 1..n {
            let d = cell.difference(positions, i, j);
            let d = gradient.map(|row| row[0] * d[0] + row[1] * d[1] + row[2] * d[2]);
            if let Some(pair) = pair(model, i, j, d) {
                visit(&pair);
            }
        }
    }
}

/// Total potential energy; `forces` [3N] is overwritten with F = -dU/dx.
pub fn energy_and_forces(model: &Model, cell: &PeriodicBox, positions: &[f64], forces: &mut [f64]) -> f64 {
    forces.fill(0.0);
    let mut energy = 0.0;
    for_each_pair(model, cell, positions, |pair| {
        energy += pair.energy;
        for k in 0..3 {
            let f = pair.slope_over_r * pair.d[k];
            forces[3 * pair.i + k] -= f;
            forces[3 * pair.j + k] += f;
        }
    });
    energy
}

/// Configurational stress (1/V) sum_{i<j} (U'/r) d_a d_b, positive in tension [epsilon sigma^-3].
pub fn stress(model: &Model, cell: &PeriodicBox, positions: &[f64]) -> [[f64; 3]; 3] {
    let mut stress = [[0.0; 3]; 3];
    for_each_pair(model, cell, positions, |pair| add_stress(pair, &mut stress));
    let volume = cell.volume();
    stress.map(|row| row.map(|s| s / volume))
}

/// The contribution of a pair to V times the stress.
pub(super) fn add_stress(pair: &Pair, stress: &mut [[f64; 3]; 3]) {
    for a in 0..3 {
        for b in 0..3 {
            stress[a][b] += pair.slope_over_r * pair.d[a] * pair.d[b];
        }
    }
}

/// Configurational pressure -(1/3V) sum r U' = -trace(stress)/3, without the ideal part rho T.
pub fn pressure(stress: &[[f64; 3]; 3]) -> f64 {
    -(stress[0][0] + stress[1][1] + stress[2][2]) / 3.0
}

/// H z [3N] for one vector z [3N]: (H z)_i = sum_j B (z_i - z_j).
pub fn hessian_times(model: &Model, cell: &PeriodicBox, positions: &[f64], z: &[f64]) -> Vec<f64> {
    let mut product = vec![0.0; z.len()];
    for_each_pair(model, cell, positions, |pair| {
        let y = difference(z, pair);
        let u = dot(pair.d, y) / pair.r;
        for k in 0..3 {
            let n = pair.d[k] / pair.r;
            let term = (pair.second - pair.slope_over_r) * u * n + pair.slope_over_r * y[k];
            product[3 * pair.i + k] += term;
            product[3 * pair.j + k] -= term;
        }
    });
    product
}

/// Third-order contractions with one vector z [3N]: (U:zz) [3N] and U:zzz.
pub fn third_order(model: &Model, cell: &PeriodicBox, positions: &[f64], z: &[f64]) -> (Vec<f64>, f64) {
    let mut contraction = vec![0.0; z.len()];
    let mut full = 0.0;
    for_each_pair(model, cell, positions, |pair| {
        let b = (pair.second - pair.slope_over_r) / pair.r;
        let a = pair.third - 3.0 * b;
        let y = difference(z, pair);
        let u = dot(pair.d, y) / pair.r;
        let w = dot(y, y);
        full += a * u * u * u + 3.0 * b * u * w;
        for k in 0..3 {
            let term = (a * u * u + b * w) * pair.d[k] / pair.r + 2.0 * b * u * y[k];
            contraction[3 * pair.i + k] += term;
            contraction[3 * pair.j + k] -= term;
        }
    });
    (contraction, full)
}

/// U(b) - U(a) summed pair by pair to avoid cancellation between nearly equal configurations.
pub fn energy_difference(model: &Model, cell: &PeriodicBox, a: &[f64], b: &[f64]) -> f64 {
    let n = a.len() / 3;
    let energy_at =
        |positions: &[f64], i, j| pair(model, i, j, cell.difference(positions, i, j)).map_or(0.0, |pair| pair.energy);
    let mut sum = 0.0;
    for i in 0..n {
        for j in i + 1..n {
            sum += energy_at(b, i, j) - energy_at(a, i, j);
        }
    }
    sum
}

fn difference(z: &[f64], pair: &Pair) -> [f64; 3] {
    let (i, j) = (3 * pair.i, 3 * pair.j);
    [z[i] - z[j], z[i + 1] - z[j + 1], z[i + 2] - z[j + 2]]
}

fn dot(a: [f64; 3], b: [f64; 3]) -> f64 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}
