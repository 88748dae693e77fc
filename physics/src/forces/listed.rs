//! Sums over the pairs of one configuration by neighbour lists, for glasses too large to visit all pairs.

use super::NeighbourList;
use super::sums::{self, Pair};
use crate::model::{Model, PeriodicBox};

/// Calls `visit` for every interacting pair i < j, in increasing order of i, then of j, as [`sums::for_each_pair`]
/// does.
pub fn for_each_pair(model: &Model, cell: &PeriodicBox, positions: &[f64], mut visit: impl FnMut(&Pair)) {
    let list = NeighbourList::of(model, cell, positions);
    for i in 0..list.particles() {
        for j in list.neighbours(i) {
            if let Some(pair) = sums::pair(model, i, j, cell.difference(positions, i, j)) {
                visit(&pair);
            }
        }
    }
}

/// Configurational stress (1/V) sum_{i<j} (U'/r) d_a d_b, positive in tension [epsilon sigma^-3].
pub fn stress(model: &Model, cell: &PeriodicBox, positions: &[f64]) -> [[f64; 3]; 3] {
    let mut stress = [[0.0; 3]; 3];
    for_each_pair(model, cell, positions, |pair| sums::add_stress(pair, &mut stress));
    let volume = cell.volume();
    stress.map(|row| row.map(|s| s / volume))
}
