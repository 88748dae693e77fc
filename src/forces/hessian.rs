//! The Hessian d2U/dx dx as a matrix: off-diagonal blocks -B, diagonal blocks sum_j B, with
//! B = U'' n n^T + (U'/r)(1 - n n^T); the second term is the pre-stress.

use super::sums::{self, Pair};
use crate::error::{Error, Result};
use crate::model::{Model, PeriodicBox};
use faer::Mat;
use faer::sparse::{SparseColMat, Triplet};

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

/// Lower triangle of H + shift 1 as a sparse matrix [3N, 3N].
///
/// # Errors
/// `Error::Internal` when the matrix library refuses the triplets.
pub fn sparse_lower(
    model: &Model,
    cell: &PeriodicBox,
    positions: &[f64],
    shift: f64,
) -> Result<SparseColMat<usize, f64>> {
    let size = positions.len();
    let mut diagonal = vec![[[0.0; 3]; 3]; size / 3];
    let mut triplets = Vec::new();
    sums::for_each_pair(model, cell, positions, |pair| {
        let block = block(pair);
        for a in 0..3 {
            for b in 0..3 {
                diagonal[pair.i][a][b] += block[a][b];
                diagonal[pair.j][a][b] += block[a][b];
                // j > i: the block lies below the diagonal
                triplets.push(Triplet::new(3 * pair.j + a, 3 * pair.i + b, -block[a][b]));
            }
        }
    });
    for (atom, block) in diagonal.iter().enumerate() {
        for a in 0..3 {
            for b in 0..=a {
                let shift = if a == b { shift } else { 0.0 };
                triplets.push(Triplet::new(3 * atom + a, 3 * atom + b, block[a][b] + shift));
            }
        }
    }
    SparseColMat::try_new_from_triplets(size, size, &triplets)
        .map_err(|error| Error::Internal(format!("sparse Hessian: {error:?}")))
}
