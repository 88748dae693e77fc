//! Energy differences of nearly equal configurations.

use super::{NeighbourList, sums};
use crate::model::{Model, PeriodicBox};

/// U(b) - U(a) for each b of `others` [M][3N], summed pair by pair to avoid cancellation; the plain counterpart is
/// [`sums::energy_difference`]. Pairs are listed once, within the cutoff of a plus twice the largest displacement of a
/// particle from a to any b.
pub fn energy_differences<B: AsRef<[f64]>>(model: &Model, cell: &PeriodicBox, a: &[f64], others: &[B]) -> Vec<f64> {
    let furthest = others.iter().map(|b| furthest_move(cell, a, b.as_ref())).fold(0.0, f64::max);
    let list = NeighbourList::within(model, cell, a, 2.0 * furthest);
    let mut differences = vec![0.0; others.len()];
    for i in 0..list.particles() {
        for j in list.neighbours(i) {
            let energy = |x: &[f64]| sums::pair(model, i, j, cell.difference(x, i, j)).map_or(0.0, |pair| pair.energy);
            let before = energy(a);
            for (difference, b) in differences.iter_mut().zip(others) {
                *difference += energy(b.as_ref()) - before;
            }
        }
    }
    differences
}

/// The largest displacement of a particle, by minimum image.
fn furthest_move(cell: &PeriodicBox, a: &[f64], b: &[f64]) -> f64 {
    let atoms = a.as_chunks::<3>().0.iter().zip(b.as_chunks::<3>().0);
    let squared = atoms.map(|(a, b)| {
        let d = cell.minimum_image([b[0] - a[0], b[1] - a[1], b[2] - a[2]]);
        d.iter().map(|d| d * d).sum::<f64>()
    });
    squared.fold(0.0, f64::max).sqrt()
}
