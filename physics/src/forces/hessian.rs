//! The Hessian d2U/dx dx as a matrix: off-diagonal blocks -B, diagonal blocks sum_j B, with
//! B = U'' n n^T + (U'/r)(1 - n n^T); the second term is the pre-stress.

use super::sums::{self, Pair};
use crate::model::{Model, PeriodicBox};
use faer::Mat;

/// The 3x3 block B of one pair.
pub fn block(pair: &Pair) -> [[f64; 3]; 3] {
    let n = pair.d.map(|d| d / pair.r);
    std::array::from_fn(|a| {
        std::array::from_fn(|b| {
            let along = n[a] * n[b];
            let across = if a == b { 1.0 - along } else { -along };
            pair.second * along + pair.slope_over_r * across
        })
    })
}

/// The full Hessian [3N, 3N].
pub fn dense(model: &Model, cell: &PeriodicBox, positions: &[f64]) -> Mat<f64> {
    let size = positions.len();
    let mut hessian = Mat::zeros(size, size);
    sums::for_each_pair(model, cell, positions, |pair| {
        let block = block(pair);
        let (i, j) = (3 * pair.i, 3 * pair.j);
        for a in 0..3 {
            for b in 0..3 {
                hessian[(i + a, i + b)] += block[a][b];
                hessian[(j + a, j + b)] += block[a][b];
                hessian[(i + a, j + b)] -= block[a][b];
                hessian[(j + a, i + b)] -= block[a][b];
            }
        }
    });
    hessian
}
