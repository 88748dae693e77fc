//! Passes over whole rows that a list needs: how far particles have moved, and who may be a neighbour.

use super::{Kernel, dispatch};
use crate::model::{PeriodicBox, nearest};

dispatch! {
    /// Largest squared displacement of any particle in any lane since `reference` was taken (flat [3N][L] with stride
    /// L).
    pub fn furthest_move(lanes: usize, positions: &[f64], reference: &[f64]) -> f64 = furthest_body
}

dispatch! {
    /// Minimum-image squared distances of particle `i` to the particles i+1 ... N-1, from coordinates [3][N].
    pub fn candidates(cell: &PeriodicBox, coordinates: &[Vec<f64>; 3], i: usize, squared: &mut [f64]) = candidates_body
}

dispatch! {
    /// For each candidate neighbour of particle `i` the smallest squared minimum-image distance over the lanes of
    /// `positions` (flat [3N][8]).
    pub fn closest_lanes(cell: &PeriodicBox, positions: &[f64], i: usize, neighbours: &[(u32, f64)], squared: &mut Vec<f64>)
        = closest_body
}

#[inline(always)]
fn closest_body(cell: &PeriodicBox, positions: &[f64], i: usize, neighbours: &[(u32, f64)], squared: &mut Vec<f64>) {
    let rows = positions.as_chunks::<8>().0;
    let inverse = cell.edges.map(|edge| 1.0 / edge);
    let xi = &rows[3 * i..3 * i + 3];
    squared.clear();
    for (j, _) in neighbours {
        let xj = &rows[3 * *j as usize..3 * *j as usize + 3];
        let mut r2 = [0.0; 8];
        for k in 0..3 {
            for l in 0..8 {
                let d = xi[k][l] - xj[k][l];
                let d = d - cell.edges[k] * nearest(d * inverse[k]);
                r2[l] += d * d;
            }
        }
        let mut least = r2[0];
        for r2 in r2 {
            least = if r2 < least { r2 } else { least };
        }
        squared.push(least);
    }
}

#[inline(always)]
fn furthest_body(lanes: usize, positions: &[f64], reference: &[f64]) -> f64 {
    let mut furthest = [0.0_f64; 8];
    if lanes == 8 {
        let (positions, reference) = (positions.as_chunks::<8>().0, reference.as_chunks::<8>().0);
        for (x, y) in positions.chunks_exact(3).zip(reference.chunks_exact(3)) {
            for l in 0..8 {
                let (dx, dy, dz) = (x[0][l] - y[0][l], x[1][l] - y[1][l], x[2][l] - y[2][l]);
                let moved = dx * dx + dy * dy + dz * dz;
                furthest[l] = if moved > furthest[l] { moved } else { furthest[l] };
            }
        }
    } else {
        for (x, y) in positions.chunks_exact(3).zip(reference.chunks_exact(3)) {
            let (dx, dy, dz) = (x[0] - y[0], x[1] - y[1], x[2] - y[2]);
            furthest[0] = furthest[0].max(dx * dx + dy * dy + dz * dz);
        }
    }
    furthest.into_iter().fold(0.0, f64::max)
}

#[inline(always)]
fn candidates_body(cell: &PeriodicBox, coordinates: &[Vec<f64>; 3], i: usize, squared: &mut [f64]) {
    let inverse = cell.edges.map(|edge| 1.0 / edge);
    let [x, y, z] = coordinates;
    let (xi, yi, zi) = (x[i], y[i], z[i]);
    let rows = squared.iter_mut().zip(&x[i + 1..]).zip(&y[i + 1..]).zip(&z[i + 1..]);
    for (((squared, &xj), &yj), &zj) in rows {
        let (mut dx, mut dy, mut dz) = (xi - xj, yi - yj, zi - zj);
        dx -= cell.edges[0] * nearest(dx * inverse[0]);
        dy -= cell.edges[1] * nearest(dy * inverse[1]);
        dz -= cell.edges[2] * nearest(dz * inverse[2]);
        *squared = dx * dx + dy * dy + dz * dz;
    }
}
