//! The order in which the Hessian and the third order hold the particles and their pairs, and vectors in the lanes.

use super::sums::{self, Pair};
use super::{LANES, NeighbourList};
use crate::model::{Model, PeriodicBox};

/// The stored pairs of a configuration.
pub(super) struct PairRows<T> {
    /// [N] place in memory -> particle.
    pub order: Vec<usize>,
    /// [N + 1] where the pairs of each place begin, together with the later places, increasing.
    pub first: Vec<usize>,
    pub pairs: Vec<T>,
}

/// The results of `keep` (called with the later place, whether that is particle i of the pair, and the pair) for all
/// pairs of `model` at `positions` [3N] whose particles are both included; `left_out` is [N], or empty if all are.
pub(super) fn pair_rows<T>(
    model: &Model,
    cell: &PeriodicBox,
    positions: &[f64],
    left_out: &[bool],
    mut keep: impl FnMut(usize, bool, &Pair) -> T,
) -> PairRows<T> {
    let order = in_space(cell, positions);
    let mut place = vec![0; order.len()];
    for (k, &particle) in order.iter().enumerate() {
        place[particle] = k;
    }
    let is_out = |i: usize| left_out.get(i).copied().unwrap_or(false);
    let list = NeighbourList::of(model, cell, positions);
    let mut rows: Vec<Vec<(usize, T)>> = order.iter().map(|_| Vec::new()).collect();
    for i in (0..order.len()).filter(|&i| !is_out(i)) {
        for j in list.neighbours(i).filter(|&j| !is_out(j)) {
            let Some(pair) = sums::pair(model, i, j, cell.difference(positions, i, j)) else { continue };
            let (low, high) = (place[i].min(place[j]), place[i].max(place[j]));
            rows[low].push((high, keep(high, place[i] == high, &pair)));
        }
    }
    let (mut first, mut pairs) = (vec![0], Vec::new());
    for mut row in rows {
        row.sort_unstable_by_key(|(high, _)| *high);
        pairs.extend(row.into_iter().map(|(_, kept)| kept));
        first.push(pairs.len());
    }
    PairRows { order, first, pairs }
}

/// At most `LANES` vectors [3N] by particle, as lanes [3N][LANES] by place; lanes without a vector are 0.
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
