//! The two minima of a path: placed next to each other, and their separation.

use super::vectors::{add_scaled, dot, largest_component, remove_translation};
use crate::forces::{PairSum, as_lanes, as_lanes_mut};
use crate::landscape::{Candidate, Identity, Same, displacement_field};
use crate::model::PeriodicBox;

/// Forces [epsilon / sigma] that a rattler may exert where it is placed: the rounding of coordinates.
const LOOSE_FORCE: f64 = 1e-12;

/// The difference between two configurations of one glass, without motion of the whole glass.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Separation {
    /// sqrt(sum_i |r_i^b - r_i^a|^2) [sigma]
    pub distance: f64,
    /// [sum_i d_i^2]^2 / sum_i d_i^4 with d_i the displacement of particle i (doi:10.1063/5.0128820, Eq. 16); 0 when
    /// nothing moves.
    pub participation_ratio: f64,
    /// The same over the 3N Cartesian components, as in doi:10.1103/PhysRevLett.124.225901; not rotation invariant.
    pub participation_ratio_components: f64,
}

/// b - a [3N] by minimum image, without motion of the whole glass.
pub fn displacement(cell: &PeriodicBox, a: &[f64], b: &[f64]) -> Vec<f64> {
    let mut d = vec![0.0; a.len()];
    for ((d, a), b) in d.chunks_exact_mut(3).zip(a.chunks_exact(3)).zip(b.chunks_exact(3)) {
        d.copy_from_slice(&cell.minimum_image([b[0] - a[0], b[1] - a[1], b[2] - a[2]]));
    }
    remove_translation(&mut d);
    d
}

/// b [3N] in the images closest to a, with a's centre of mass: the end of a path from a to b.
pub fn bring_near(cell: &PeriodicBox, a: &[f64], b: &[f64]) -> Vec<f64> {
    displacement(cell, a, b).iter().zip(a).map(|(d, a)| a + d).collect()
}

/// Distance and participation ratios of a displacement field [3N].
pub fn separation(displacement: &[f64]) -> Separation {
    let squared = dot(displacement, displacement);
    let fourth_components: f64 = displacement.iter().map(|d| d.powi(4)).sum();
    let fourth: f64 = displacement.chunks_exact(3).map(|d| dot(d, d).powi(2)).sum();
    let ratio = |fourth: f64| if fourth > 0.0 { squared * squared / fourth } else { 0.0 };
    Separation {
        distance: squared.sqrt(),
        participation_ratio: ratio(fourth),
        participation_ratio_components: ratio(fourth_components),
    }
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
    match loose.is_empty() {
        true => displacement(cell, a, b),
        false => displacement_field(cell, a, b, |i| !loose[i]),
    }
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
