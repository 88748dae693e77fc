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

/// Where no component is larger than this fraction of an edge, all differences lie within half an edge: images are then
/// unique up to a common translation, which the mean removes.
const UNAMBIGUOUS: f64 = 0.25;

/// Displacements b - a [3N] of the particles for which `counted` holds, without the translation of the whole glass; the
/// others are 0.
///
/// The image of a particle depends on the translation: the translation that most particles share (`common_shift`) is
/// removed first, then images are taken, then the mean is subtracted.
pub fn displacement_field(cell: &PeriodicBox, a: &[f64], b: &[f64], counted: impl Fn(usize) -> bool) -> Vec<f64> {
    let mut field = differences(cell, a, b, &counted, [0.0; 3]);
    let ambiguous = |d: &[f64; 3]| (0..3).any(|k| d[k].abs() > UNAMBIGUOUS * cell.edges[k]);
    if field.as_chunks::<3>().0.iter().any(ambiguous) {
        field = differences(cell, a, b, &counted, common_shift(cell, &field, &counted));
    }
    let (mut mean, mut count) = ([0.0; 3], 0.0);
    for (i, d) in field.as_chunks::<3>().0.iter().enumerate() {
        if counted(i) {
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

/// Minimum images of b - a - shift [3N] of the counted particles, 0 for the others.
pub(super) fn differences(
    cell: &PeriodicBox,
    a: &[f64],
    b: &[f64],
    counted: &impl Fn(usize) -> bool,
    shift: [f64; 3],
) -> Vec<f64> {
    let mut field = vec![0.0; a.len()];
    let atoms = a.as_chunks::<3>().0.iter().zip(b.as_chunks::<3>().0).zip(field.as_chunks_mut::<3>().0);
    for (i, ((a, b), d)) in atoms.enumerate() {
        if counted(i) {
            *d = cell.minimum_image(std::array::from_fn(|k| b[k] - a[k] - shift[k]));
        }
    }
    field
}

/// The translation that most particles share, from their differences [3N] in any images: on each axis, a circle of the
/// edge's length, the median of the shortest arc that holds more than half of the particles. The few that moved far do not
/// affect it. O(N log N).
pub(super) fn common_shift(cell: &PeriodicBox, differences: &[f64], counted: &impl Fn(usize) -> bool) -> [f64; 3] {
    let members: Vec<&[f64; 3]> =
        differences.as_chunks::<3>().0.iter().enumerate().filter(|(i, _)| counted(*i)).map(|(_, d)| d).collect();
    let n = members.len();
    let held = n / 2 + 1;
    std::array::from_fn(|k| {
        let edge = cell.edges[k];
        let mut around: Vec<f64> = members.iter().map(|d| d[k].rem_euclid(edge)).collect();
        around.sort_unstable_by(f64::total_cmp);
        let at = |i: usize| if i < n { around[i] } else { around[i - n] + edge };
        let arc = |first: usize| at(first + held - 1) - at(first);
        let shortest = (0..n).min_by(|&i, &j| arc(i).total_cmp(&arc(j)));
        shortest.map_or(0.0, |first| at(first + held / 2))
    })
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
