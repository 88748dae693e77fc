//! How far two configurations of one glass are apart.

use crate::model::PeriodicBox;
use serde::{Deserialize, Serialize};

/// Measures of a displacement field d_i = r_i^b - r_i^a.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Displacement {
    /// sqrt(sum_i |d_i|^2), without 1/sqrt(N) [sigma].
    pub distance: f64,
    /// [sum_i |d_i|^2]^2 / sum_i |d_i|^4 over atoms (doi:10.1063/5.0128820, Eq. 16): 1 when one atom moves, N when all
    /// move alike; 0 without displacement.
    pub participation_ratio: f64,
    /// The same over Cartesian components (doi:10.1103/PhysRevLett.124.225901): not rotation invariant.
    pub participation_ratio_components: f64,
}

/// Minimum-image displacements b - a [3N] of the particles for which `counted` holds, without their mean (a whole-glass
/// translation); the others are 0.
pub fn displacement_field(cell: &PeriodicBox, a: &[f64], b: &[f64], counted: impl Fn(usize) -> bool) -> Vec<f64> {
    let mut field = vec![0.0; a.len()];
    let (mut mean, mut count) = ([0.0; 3], 0.0);
    let atoms = a.as_chunks::<3>().0.iter().zip(b.as_chunks::<3>().0).zip(field.as_chunks_mut::<3>().0);
    for (i, ((a, b), d)) in atoms.enumerate() {
        if counted(i) {
            *d = cell.minimum_image([b[0] - a[0], b[1] - a[1], b[2] - a[2]]);
            (0..3).for_each(|k| mean[k] += d[k]);
            count += 1.0;
        }
    }
    for (i, d) in field.as_chunks_mut::<3>().0.iter_mut().enumerate() {
        if counted(i) {
            (0..3).for_each(|k| d[k] -= mean[k] / count);
        }
    }
    field
}

impl Displacement {
    /// Of the field b - a by minimum image, mean removed.
    pub fn between(cell: &PeriodicBox, a: &[f64], b: &[f64]) -> Self {
        Self::of(&displacement_field(cell, a, b, |_| true))
    }

    /// Of a field [3N].
    pub fn of(field: &[f64]) -> Self {
        let (mut squares, mut fourths, mut component_fourths) = (0.0, 0.0, 0.0);
        for d in field.as_chunks::<3>().0 {
            let square = d[0] * d[0] + d[1] * d[1] + d[2] * d[2];
            squares += square;
            fourths += square * square;
            component_fourths += d[0].powi(4) + d[1].powi(4) + d[2].powi(4);
        }
        let ratio = |fourths: f64| if fourths > 0.0 { squares * squares / fourths } else { 0.0 };
        Self {
            distance: squares.sqrt(),
            participation_ratio: ratio(fourths),
            participation_ratio_components: ratio(component_fourths),
        }
    }
}
