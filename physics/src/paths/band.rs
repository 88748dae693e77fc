//! Forces on the images of a band: improved tangent, springs, climbing image.

use super::vectors::{add_scaled, difference, distance, largest_component, normalise, scale};

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

/// Largest component of the force perpendicular to the path; for the climbing image of the whole force.
pub fn perpendicular_residual(force: &[f64], tangent: &[f64], climbing: bool) -> f64 {
    if climbing {
        return largest_component(force);
    }
    largest_component(&super::lbfgs::perpendicular(force.to_vec(), tangent))
}

/// How far image k should move along its tangent. It follows its springs, k (|R+ - R| - |R - R-|), by the relaxed
/// fraction k / (k + 0.1) / 4 of the difference of the distances (a string: 1 / 4). Springs act only along the path, so
/// that a band at rest has equal distances for any k; the fraction keeps their relaxation stable for any k. The move is
/// at most a fifth of the distance to a neighbour, so that images cannot overtake each other. The climbing image
/// (doi:10.1063/1.1329672) goes to the top of the parabola through its own and its neighbours' energies.
pub fn tangential_move(
    images: &[f64],
    energies: &[f64],
    along: f64,
    coordinates: usize,
    k: usize,
    share: f64,
    climbing: bool,
) -> f64 {
    let image = |k: usize| &images[k * coordinates..(k + 1) * coordinates];
    let ahead = distance(image(k + 1), image(k));
    let behind = distance(image(k), image(k - 1));
    let longest = 0.2 * ahead.min(behind);
    if !climbing {
        return (share * (ahead - behind)).clamp(-longest, longest);
    }
    let slopes = (energies[k + 1] - energies[k]) / ahead - (energies[k] - energies[k - 1]) / behind;
    let curvature = (2.0 * slopes / (ahead + behind)).abs();
    // the force points downhill: the top is in the opposite direction
    (-along / curvature.max(1e-3)).clamp(-longest, longest)
}

/// The neighbour that determines the tangent of image k on a slope; none at a top or in a valley.
pub fn uphill_neighbour(energies: &[f64], k: usize) -> Option<usize> {
    let (ahead, behind) = (energies[k + 1] > energies[k], energies[k - 1] > energies[k]);
    match (ahead, behind) {
        (true, false) => Some(k + 1),
        (false, true) => Some(k - 1),
        _ => None,
    }
}

/// The highest interior image, if it is higher than both ends.
pub fn highest_interior(energies: &[f64]) -> Option<usize> {
    let last = energies.len() - 1;
    let top = (1..last).max_by(|&i, &j| energies[i].total_cmp(&energies[j]).then(j.cmp(&i)))?;
    (energies[top] > energies[0] && energies[top] > energies[last]).then_some(top)
}

/// Interior images that are local minima, more than `depth` below the highest image on each side up to the next lower
/// point: the intermediate minima of a band.
pub fn intermediate_minima(energies: &[f64], depth: f64) -> Vec<usize> {
    let last = energies.len() - 1;
    let mut found = Vec::new();
    for k in 1..last {
        if energies[k] <= energies[k - 1] && energies[k] < energies[k + 1] {
            // how far one must climb on a side before the energy falls below this point, or to the top of that side
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
