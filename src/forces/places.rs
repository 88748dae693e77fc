//! The order in which the Hessian and the third order hold the particles, and vectors in the lanes.

use super::LANES;
use crate::model::PeriodicBox;

/// Vectors [3N] by particle, at most `LANES` of them, as lanes [3N][LANES] by place; lanes without a vector are 0.
pub(super) fn to_lanes<V: AsRef<[f64]>>(order: &[usize], vectors: &[V]) -> Vec<[f64; LANES]> {
    let mut rows = vec![[0.0; LANES]; 3 * order.len()];
    for (lane, vector) in vectors.iter().take(LANES).enumerate() {
        let vector = vector.as_ref();
        for (place, &particle) in order.iter().enumerate() {
            for k in 0..3 {
                rows[3 * place + k][lane] = vector[3 * particle + k];
            }
        }
    }
    rows
}

/// One lane as a vector [3N] by particle.
pub(super) fn from_lane(order: &[usize], rows: &[[f64; LANES]], lane: usize) -> Vec<f64> {
    let mut vector = vec![0.0; rows.len()];
    for (atom, &particle) in rows.as_chunks::<3>().0.iter().zip(order) {
        for k in 0..3 {
            vector[3 * particle + k] = atom[k][lane];
        }
    }
    vector
}

/// The particles along a Z-order curve through the box.
pub(super) fn in_space(cell: &PeriodicBox, positions: &[f64]) -> Vec<usize> {
    const BITS: u32 = 10;
    let key = |atom: &[f64]| {
        let mut key = 0_u64;
        for k in 0..3 {
            let share = atom[k] / cell.edges[k];
            let cell = ((share - share.floor()) * f64::from(1 << BITS)) as u64;
            for bit in 0..BITS {
                key |= (cell >> bit & 1) << (3 * bit + k as u32);
            }
        }
        key
    };
    let keys: Vec<u64> = positions.chunks_exact(3).map(key).collect();
    let mut order: Vec<usize> = (0..keys.len()).collect();
    order.sort_by_key(|&i| (keys[i], i));
    order
}
