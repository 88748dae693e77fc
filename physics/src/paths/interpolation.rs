//! Initial guess of a path and its refinement by splines.

use super::spline::CubicSpline;
use super::vectors::{distance, largest_component, normalise};
use crate::error::Result;
use crate::forces::PairSum;

/// A band with larger forces contains overlaps [epsilon / sigma].
const OVERLAP_FORCE: f64 = 500.0;
/// Longest move of a coordinate in one sweep of the overlap removal [sigma].
const REPAIR_STEP: f64 = 0.03;
const REPAIR_SWEEPS: usize = 200;

/// `count` images [count][3N] on the straight line from a to b, including the ends.
pub fn straight(a: &[f64], b: &[f64], count: usize) -> Vec<f64> {
    let mut images = Vec::with_capacity(count * a.len());
    for k in 0..count {
        let xi = k as f64 / (count - 1) as f64;
        images.extend(a.iter().zip(b).map(|(a, b)| a + xi * (b - a)));
    }
    images
}

/// Sums of the distances between consecutive images: the chord arc length of each [M].
pub fn chord_lengths(images: &[f64], coordinates: usize) -> Vec<f64> {
    let mut lengths = vec![0.0];
    let mut total = 0.0;
    for (left, right) in images.chunks_exact(coordinates).zip(images.chunks_exact(coordinates).skip(1)) {
        total += distance(left, right);
        lengths.push(total);
    }
    lengths
}

/// The not-a-knot cubic spline of each coordinate through images [M][3N], by chord arc length.
pub struct Curve {
    coordinates: Vec<CubicSpline>,
    knots: Vec<f64>,
}

impl Curve {
    /// # Errors
    /// When two images coincide or a coordinate is not finite.
    pub fn new(images: &[f64], coordinates: usize) -> Result<Self> {
        let knots = chord_lengths(images, coordinates);
        let splines = (0..coordinates)
            .map(|k| {
                let values: Vec<f64> = images.iter().skip(k).step_by(coordinates).copied().collect();
                CubicSpline::new(&knots, &values)
            })
            .collect::<Result<Vec<_>>>()?;
        Ok(Self { coordinates: splines, knots })
    }

    /// Positions [3N] at chord arc length u.
    pub fn at(&self, u: f64) -> Vec<f64> {
        self.coordinates.iter().map(|spline| spline.value(u)).collect()
    }

    /// Unit tangent [3N] at chord arc length u.
    pub fn tangent(&self, u: f64) -> Vec<f64> {
        let mut tangent: Vec<f64> = self.coordinates.iter().map(|spline| spline.first_derivative(u)).collect();
        normalise(&mut tangent);
        tangent
    }

    /// True arc length of the curve at each of its images [M]: four-point Gauss quadrature of |dx/du|.
    pub fn arc_lengths(&self) -> Vec<f64> {
        const NODES: [(f64, f64); 4] = [
            (0.069_431_844_202_973_71, 0.173_927_422_568_726_93),
            (0.330_009_478_207_571_87, 0.326_072_577_431_273_07),
            (0.669_990_521_792_428_1, 0.326_072_577_431_273_07),
            (0.930_568_155_797_026_3, 0.173_927_422_568_726_93),
        ];
        let mut lengths = vec![0.0];
        let mut total = 0.0;
        for pair in self.knots.windows(2) {
            let width = pair[1] - pair[0];
            for (node, weight) in NODES {
                let u = pair[0] + node * width;
                let speed: f64 = self.coordinates.iter().map(|spline| spline.first_derivative(u).powi(2)).sum();
                total += weight * width * speed.sqrt();
            }
            lengths.push(total);
        }
        lengths
    }

    /// `count` images [count][3N] at equal chord arc lengths; the ends are reproduced exactly.
    pub fn resampled(&self, count: usize) -> Vec<f64> {
        let total = self.knots[self.knots.len() - 1];
        (0..count).flat_map(|k| self.at(total * k as f64 / (count - 1) as f64)).collect()
    }
}

/// The images [M][3N], of cumulative chord lengths `chord` [M], at equal distances on the straight segments between
/// them. Unlike a spline this damps zigzags from image to image.
pub fn evenly(images: &[f64], chord: &[f64], coordinates: usize) -> Vec<f64> {
    let last = chord.len() - 1;
    let mut even = Vec::with_capacity(images.len());
    let mut segment = 0;
    for k in 0..=last {
        let length = chord[last] * k as f64 / last as f64;
        while segment + 2 < chord.len() && chord[segment + 1] < length {
            segment += 1;
        }
        let width = chord[segment + 1] - chord[segment];
        let share = if width > 0.0 { ((length - chord[segment]) / width).clamp(0.0, 1.0) } else { 0.0 };
        let (left, right) = images[segment * coordinates..(segment + 2) * coordinates].split_at(coordinates);
        even.extend(left.iter().zip(right).map(|(left, right)| left + share * (right - left)));
    }
    even
}

/// Moves particles of the interior images [M][3N] apart where they overlap, until no force exceeds `OVERLAP_FORCE`.
/// Each coordinate moves along its force by at most `REPAIR_STEP` per sweep; coincident particles are first separated
/// in a direction determined by their indices. Returns the number of force evaluations.
pub fn repair_overlaps(sum: &mut PairSum<1>, images: &mut [f64], forces: &mut [f64]) -> u64 {
    let coordinates = 3 * sum.particles();
    let count = images.len() / coordinates;
    let mut evaluations = 0;
    for k in 1..count.saturating_sub(1) {
        let range = k * coordinates..(k + 1) * coordinates;
        let (image, force) = (&mut images[range.clone()], &mut forces[range]);
        for _ in 0..REPAIR_SWEEPS {
            let largest = largest_component(force);
            if largest.is_finite() && largest <= OVERLAP_FORCE {
                break;
            }
            if !largest.is_finite() || largest > 1e12 {
                part_coincident(sum, image);
            }
            for (x, f) in image.iter_mut().zip(force.iter()) {
                if f.is_finite() {
                    *x += (f / OVERLAP_FORCE * REPAIR_STEP).clamp(-REPAIR_STEP, REPAIR_STEP);
                }
            }
            sum.forces(crate::forces::as_lanes(image), crate::forces::as_lanes_mut(force));
            evaluations += 1;
        }
    }
    evaluations
}

/// Separates pairs closer than a tenth of sigma_ij along an axis that depends only on the indices.
fn part_coincident(sum: &PairSum<1>, image: &mut [f64]) {
    let (model, cell) = (sum.model(), sum.cell());
    let particles = image.len() / 3;
    for i in 0..particles {
        for j in i + 1..particles {
            let d = cell.difference(image, i, j);
            let sigma = model.mixture.sigma(i, j);
            if d[0] * d[0] + d[1] * d[1] + d[2] * d[2] < 0.01 * sigma * sigma {
                let axis = (i + j) % 3;
                image[3 * i + axis] += 0.1 * sigma;
                image[3 * j + axis] -= 0.1 * sigma;
            }
        }
    }
}
