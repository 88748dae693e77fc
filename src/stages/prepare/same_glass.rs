//! Whether two configurations are the same glass.

use crate::model::Configuration;

/// Particles closer than this are at the same place [sigma].
const PLACE: f64 = 0.1;
/// Share of the particles that are at the same place in two configurations of one glass.
const SHARE: f64 = 0.95;
/// Relative differences of edges and diameters that come from the digits of a file.
const DIGITS: f64 = 1e-5;
const DIGITS_OF_DIAMETERS: f64 = 1e-9;
/// Particles whose displacement is tried as the common translation.
const TRIALS: usize = 16;
/// Particles by which a translation is judged first, how close they must be [sigma], and how many of them.
const SAMPLE: usize = 64;
const NEAR: f64 = 0.3;
const SHARE_OF_SAMPLE: f64 = 0.7;

/// The translation of `other` relative to `glass` if they are the same glass: the same box, row by row the same species
/// and diameters, and, once it is removed, at least 95 % of the particles within 0.1 sigma of each other by minimum image.
pub fn translation(glass: &Configuration, other: &Configuration) -> Option<[f64; 3]> {
    if !are_alike(glass, other) {
        return None;
    }
    let n = glass.particles();
    let pair = Pair { glass, other };
    let every = |wanted: usize| (0..n).step_by(n.div_ceil(wanted).max(1));
    for trial in every(TRIALS) {
        let mut shift = pair.displacement(trial, [0.0; 3]);
        if pair.share(every(SAMPLE), shift, NEAR) < SHARE_OF_SAMPLE {
            continue;
        }
        // the mean over those that have not moved far, which the others do not affect
        for _ in 0..3 {
            let near: Vec<[f64; 3]> =
                (0..n).map(|i| pair.displacement(i, shift)).filter(|d| length(*d) < NEAR).collect();
            let mean = |k: usize| near.iter().map(|d| d[k]).sum::<f64>() / near.len().max(1) as f64;
            (0..3).for_each(|k| shift[k] += mean(k));
        }
        if pair.share(0..n, shift, PLACE) >= SHARE {
            return Some(shift);
        }
    }
    None
}

fn are_alike(glass: &Configuration, other: &Configuration) -> bool {
    let close = |a: f64, b: f64, digits: f64| (a - b).abs() <= digits * a.abs();
    let edges = glass.cell.edges.iter().zip(other.cell.edges);
    let diameters = glass.diameters.iter().zip(&other.diameters);
    glass.species == other.species
        && edges.into_iter().all(|(a, b)| close(*a, b, DIGITS))
        && diameters.into_iter().all(|(a, b)| close(*a, *b, DIGITS_OF_DIAMETERS))
}

struct Pair<'c> {
    glass: &'c Configuration,
    other: &'c Configuration,
}

impl Pair<'_> {
    /// Displacement of a particle by minimum image, beyond `shift`.
    fn displacement(&self, i: usize, shift: [f64; 3]) -> [f64; 3] {
        let (a, b) = (&self.glass.positions[3 * i..], &self.other.positions[3 * i..]);
        self.glass.cell.minimum_image(std::array::from_fn(|k| b[k] - a[k] - shift[k]))
    }

    fn share(&self, particles: impl Iterator<Item = usize>, shift: [f64; 3], limit: f64) -> f64 {
        let (mut all, mut near) = (0, 0);
        for i in particles {
            all += 1;
            near += usize::from(length(self.displacement(i, shift)) < limit);
        }
        f64::from(near as u32) / f64::from(all.max(1) as u32)
    }
}

fn length(d: [f64; 3]) -> f64 {
    (d[0] * d[0] + d[1] * d[1] + d[2] * d[2]).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::PeriodicBox;
    use crate::random::{Purpose, stream};
    use rand::RngExt;

    #[test]
    fn a_glass_is_known_by_its_places() {
        let cell = PeriodicBox { edges: [8.0, 9.0, 10.0] };
        let n = 200;
        let mut random = stream(1, Purpose::Bootstrap, 0, 0);
        let positions: Vec<f64> = (0..3 * n).map(|k| cell.edges[k % 3] * random.random_range(0.0..1.0)).collect();
        let glass = Configuration { cell, positions, species: vec![0; n], diameters: vec![1.0; n] };
        // all vibrate, a few have left their places, and the whole has moved by half a box
        let moved = |leaving: usize, random: &mut crate::random::Stream| {
            let mut other = glass.clone();
            for (i, atom) in other.positions.chunks_exact_mut(3).enumerate() {
                let far = if i < leaving { 1.0 } else { 0.0 };
                (0..3).for_each(|k| atom[k] += far + 0.05 * random.random_range(-1.0..1.0) + [4.0, -4.4, 5.1][k]);
            }
            cell.wrap(&mut other.positions);
            other
        };
        let shift = translation(&glass, &moved(9, &mut random)).unwrap();
        let off = cell.minimum_image([shift[0] - 4.0, shift[1] + 4.4, shift[2] - 5.1]);
        assert!(length(off) < 0.01, "{shift:?}");
        assert_eq!(translation(&glass, &glass), Some([0.0; 3]));
        assert_eq!(translation(&glass, &moved(11, &mut random)), None);
        let mut other = glass.clone();
        other.species[7] = 1;
        assert_eq!(translation(&glass, &other), None);
        let positions = (0..3 * n).map(|k| cell.edges[k % 3] * random.random_range(0.0..1.0)).collect();
        assert_eq!(translation(&glass, &Configuration { positions, ..glass.clone() }), None);
    }
}
