//! Forces on the images of a band: improved tangent, springs, climbing image.

use super::vectors::{add_scaled, difference, dot, largest_component, norm, normalise, scale};

/// What acts on a band at one moment.
pub struct BandForces {
    /// [M-2][3N]: what moves the interior images.
    pub moving: Vec<f64>,
    /// Largest component of the force perpendicular to the path over all interior images, and of the whole force on
    /// the climbing image [epsilon / sigma].
    pub residual: f64,
}

/// Improved tangent (doi:10.1063/1.1323224, Eqs. 8-11) at interior image k, normalised [3N]: towards the higher
/// neighbour, both weighted by energy at an extremum.
pub fn improved_tangent(images: &[f64], energies: &[f64], coordinates: usize, k: usize) -> Vec<f64> {
    let image = |k: usize| &images[k * coordinates..(k + 1) * coordinates];
    let mut forward = difference(image(k + 1), image(k));
    let mut backward = difference(image(k), image(k - 1));
    let (up, down) = (energies[k + 1] - energies[k], energies[k - 1] - energies[k]);
    let mut tangent = if up > 0.0 && down <= 0.0 {
        forward
    } else if up <= 0.0 && down > 0.0 {
        backward
    } else {
        let (large, small) = (up.abs().max(down.abs()), up.abs().min(down.abs()));
        let (ahead, behind) = if up > down { (large, small) } else { (small, large) };
        if large > 0.0 {
            scale(&mut forward, ahead);
            scale(&mut backward, behind);
        }
        add_scaled(&mut forward, 1.0, &backward);
        forward
    };
    normalise(&mut tangent);
    tangent
}

/// Nudged-elastic-band forces: F_perp + k (|R+ - R| - |R - R-|) tau on each interior image, F - 2 (F.tau) tau on the
/// climbing one (doi:10.1063/1.1329672). `images`, `forces` [M][3N], `energies` [M]; `spring` [epsilon / sigma^2],
/// 0 for a string.
pub fn band_forces(
    images: &[f64],
    energies: &[f64],
    forces: &[f64],
    coordinates: usize,
    spring: f64,
    climbing: Option<usize>,
) -> BandForces {
    let count = energies.len();
    let mut moving = Vec::with_capacity((count - 2) * coordinates);
    let mut residual = 0.0_f64;
    for k in 1..count - 1 {
        let image = |k: usize| &images[k * coordinates..(k + 1) * coordinates];
        let tangent = improved_tangent(images, energies, coordinates, k);
        let mut force = forces[k * coordinates..(k + 1) * coordinates].to_vec();
        let along = dot(&force, &tangent);
        if climbing == Some(k) {
            add_scaled(&mut force, -2.0 * along, &tangent);
        } else {
            add_scaled(&mut force, -along, &tangent);
        }
        let largest = largest_component(&force);
        residual = if largest.is_nan() { f64::NAN } else { residual.max(largest) };
        if climbing != Some(k) && spring > 0.0 {
            let ahead = norm(&difference(image(k + 1), image(k)));
            let behind = norm(&difference(image(k), image(k - 1)));
            add_scaled(&mut force, spring * (ahead - behind), &tangent);
        }
        moving.extend_from_slice(&force);
    }
    BandForces { moving, residual }
}

/// The highest interior image when it stands above both ends.
pub fn highest_interior(energies: &[f64]) -> Option<usize> {
    let last = energies.len() - 1;
    let top = (1..last).max_by(|&i, &j| energies[i].total_cmp(&energies[j]).then(j.cmp(&i)))?;
    (energies[top] > energies[0] && energies[top] > energies[last]).then_some(top)
}

/// Interior images that are local minima, deeper than `depth` below the highest image on each side as far as the next
/// deeper point: the intermediate minima of a band.
pub fn intermediate_minima(energies: &[f64], depth: f64) -> Vec<usize> {
    let last = energies.len() - 1;
    let mut found = Vec::new();
    for k in 1..last {
        if energies[k] <= energies[k - 1] && energies[k] < energies[k + 1] {
            // how far one must climb on a side before going below this point, or to the top of that side
            let left = climb(energies[..k].iter().rev(), energies[k]);
            let right = climb(energies[k + 1..].iter(), energies[k]);
            if left > depth && right > depth {
                found.push(k);
            }
        }
    }
    found
}

fn climb<'a>(side: impl Iterator<Item = &'a f64>, from: f64) -> f64 {
    let mut highest = from;
    for &energy in side {
        if energy < from {
            break;
        }
        highest = highest.max(energy);
    }
    highest - from
}
