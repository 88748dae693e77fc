//! The two minima of a path: placed next to each other, and their separation.

use super::vectors::{add_scaled, largest_component};
use crate::forces::{PairSum, as_lanes, as_lanes_mut};
use crate::landscape::{Candidate, Identity, Same, displacement_field};
use crate::model::PeriodicBox;

/// Forces [epsilon / sigma] that a rattler may exert where it is placed: the rounding of coordinates.
const LOOSE_FORCE: f64 = 1e-12;

/// b [3N] in the images closest to a, with a's centre of mass: the end of a path from a to b.
pub fn bring_near(cell: &PeriodicBox, a: &[f64], b: &[f64]) -> Vec<f64> {
    displacement_field(cell, a, b, |_| true).iter().zip(a).map(|(d, a)| a + d).collect()
}

/// A minimum at the end of a path.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct EndMinimum {
    /// Index within the glass.
    pub index: usize,
    /// [3N]
    pub positions: Vec<f64>,
    /// Total energy [epsilon].
    pub energy: f64,
    /// Largest force component [epsilon / sigma].
    pub residual: f64,
}

/// The rattlers at either of two minima [N]; empty when there are none.
pub fn loose(identity: &Identity, a: &[f64], b: &[f64]) -> Vec<bool> {
    let either: Vec<bool> = identity.rattlers(a).iter().zip(identity.rattlers(b)).map(|(a, b)| *a || b).collect();
    if either.contains(&true) { either } else { Vec::new() }
}

/// b - a [3N] by minimum image without rattlers: theirs is zero, and the mean of the others is subtracted.
pub fn displacement_without(cell: &PeriodicBox, a: &[f64], b: &[f64], loose: &[bool]) -> Vec<f64> {
    displacement_field(cell, a, b, |i| loose.is_empty() || !loose[i])
}

/// The displacement field r_AB = b - a [3N] between two minima: minimum images, without the translation of the whole glass; 0
/// for rattlers of either.
pub fn separation_field(identity: &Identity, a: &[f64], b: &[f64]) -> Vec<f64> {
    displacement_without(identity.cell(), a, b, &loose(identity, a, b))
}

/// b [3N] as the end of a path from a: in the images closest to a, without motion of the whole glass, with rattlers at
/// their positions in a unless they would exert forces there.
pub fn end_near(sum: &mut PairSum<1>, a: &[f64], b: &[f64], loose: &[bool]) -> Vec<f64> {
    let cell = *sum.cell();
    if loose.is_empty() {
        return bring_near(&cell, a, b);
    }
    let mut fixed = a.to_vec();
    add_scaled(&mut fixed, 1.0, &displacement_without(&cell, a, b, loose));
    let mut residual = |x: &[f64]| {
        let mut forces = vec![0.0; x.len()];
        sum.forces(as_lanes(x), as_lanes_mut(&mut forces));
        largest_component(&forces)
    };
    if residual(&fixed) <= LOOSE_FORCE.max(10.0 * residual(b)) { fixed } else { bring_near(&cell, a, b) }
}

/// Images [M][3N] with every rattler at its position in the first image, so that it does not affect measurements.
pub fn images_without(images: &[f64], loose: &[bool]) -> Vec<f64> {
    let coordinates = 3 * loose.len();
    let mut fixed = images.to_vec();
    let of_loose = |k: &usize| loose[*k / 3];
    for image in fixed.chunks_exact_mut(coordinates.max(1)) {
        (0..coordinates).filter(of_loose).for_each(|k| image[k] = images[k]);
    }
    fixed
}

/// Compares two quenches (positions [3N], energy): the same minimum, one with identical particles exchanged, or
/// different. Displacements of harmonic packings are measured from the identity's origin, else from `a`.
pub fn compare(identity: &Identity, a: (&[f64], f64), b: (&[f64], f64)) -> Same {
    if (a.1 - b.1).abs() > identity.energy_tolerance(a.1.abs().max(b.1.abs())) {
        return Same::Different;
    }
    let (loose_a, loose_b) = (identity.rattlers(a.0), identity.rattlers(b.0));
    let first = Candidate { positions: a.0, energy: a.1, rattlers: &loose_a };
    let second = Candidate { positions: b.0, energy: b.1, rattlers: &loose_b };
    identity.compare(&first, &second, identity.origin().unwrap_or(a.0))
}

/// Whether two quenches are the same minimum.
pub fn is_same_minimum(identity: &Identity, a: (&[f64], f64), b: (&[f64], f64)) -> bool {
    compare(identity, a, b) == Same::Identical
}
