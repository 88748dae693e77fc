//! Points of a minimum-energy path, and positions at any arc length between them.

use super::interpolation::{Curve, chord_lengths};
use super::vectors::normalise;
use super::{CubicSpline, PathProfile, PathStatus};
use crate::error::{Error, Result};
use serde::{Deserialize, Serialize};

/// A minimum-energy path as points from minimum a to minimum b, including the saddle. Near both minima the points
/// become ever denser: each step there is a fraction of the remaining path.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PathPoints {
    /// `Converged`; without points: `NegativeModes` (the saddle has no unstable mode), `WrongMinima` (the descent leads
    /// to minima other than a and b), `DescentFailed` (it did not reach a minimum or its length did not converge).
    pub status: PathStatus,
    /// [n] from 0 at a to the length at b [sigma].
    pub arc_length: Vec<f64>,
    /// [n] above a [epsilon].
    pub energy: Vec<f64>,
    /// [n][3N] continuous with a, without motion of the whole glass [sigma].
    pub positions: Vec<f64>,
    /// [n][3N] unit tangents from a to b.
    pub tangents: Vec<f64>,
    /// The index of the saddle among the points.
    pub saddle: usize,
    /// Forces and products with the Hessian.
    pub evaluations: u64,
}

impl PathPoints {
    /// A path that was not found.
    pub(super) fn none(status: PathStatus, evaluations: u64) -> Self {
        let (arc_length, energy, positions, tangents) = Default::default();
        Self { status, arc_length, energy, positions, tangents, saddle: 0, evaluations }
    }

    /// Through `positions` [n][3N] of energies [n]; `unstable_mode` [3N] (either sense) is the tangent at point `saddle`.
    pub(super) fn through(
        positions: Vec<f64>,
        energy: Vec<f64>,
        saddle: usize,
        unstable_mode: &[f64],
        evaluations: u64,
    ) -> Result<Self> {
        let coordinates = unstable_mode.len();
        let curve = Curve::new(&positions, coordinates)?;
        let knots = chord_lengths(&positions, coordinates);
        let mut tangents: Vec<f64> = knots.iter().flat_map(|&u| curve.tangent(u)).collect();
        let at_saddle = &mut tangents[saddle * coordinates..(saddle + 1) * coordinates];
        let sense: f64 = at_saddle.iter().zip(unstable_mode).map(|(t, m)| t * m).sum();
        at_saddle.iter_mut().zip(unstable_mode).for_each(|(t, m)| *t = m * sense.signum());
        let arc_length = curve.arc_lengths();
        Ok(Self { status: PathStatus::Converged, arc_length, energy, positions, tangents, saddle, evaluations })
    }

    /// Number of points n.
    pub fn count(&self) -> usize {
        self.arc_length.len()
    }

    /// Arc length from a to b [sigma].
    pub fn length(&self) -> f64 {
        self.arc_length.last().copied().unwrap_or(f64::NAN)
    }

    /// Positions of point k [3N].
    pub fn position(&self, k: usize) -> &[f64] {
        let coordinates = self.positions.len() / self.count();
        &self.positions[k * coordinates..(k + 1) * coordinates]
    }

    /// Unit tangent at point k [3N].
    pub fn tangent(&self, k: usize) -> &[f64] {
        let coordinates = self.tangents.len() / self.count();
        &self.tangents[k * coordinates..(k + 1) * coordinates]
    }

    /// Positions [3N] at arc length s: the cubic of each segment with the points' tangents; beyond a minimum (s < 0 or
    /// above the length) on a straight line along the path's tangent there.
    pub fn at(&self, s: f64) -> Vec<f64> {
        let (k, width, t) = self.segment(s);
        let beyond = s - s.clamp(0.0, self.length());
        if beyond != 0.0 {
            let end = if beyond < 0.0 { 0 } else { self.count() - 1 };
            return self.position(end).iter().zip(self.tangent(end)).map(|(x, t)| x + beyond * t).collect();
        }
        let weights = [
            (1.0 + 2.0 * t) * (1.0 - t) * (1.0 - t),
            width * t * (1.0 - t) * (1.0 - t),
            t * t * (3.0 - 2.0 * t),
            width * t * t * (t - 1.0),
        ];
        self.combined(k, weights)
    }

    /// Unit tangent [3N] at arc length s: the derivative of `at`; beyond a minimum that of the minimum.
    pub fn tangent_at(&self, s: f64) -> Vec<f64> {
        let (k, width, t) = self.segment(s);
        let slope = 6.0 * t * (t - 1.0) / width;
        let mut tangent = self.combined(k, [slope, (1.0 - t) * (1.0 - 3.0 * t), -slope, t * (3.0 * t - 2.0)]);
        normalise(&mut tangent);
        tangent
    }

    /// `images` positions [images][3N] at equal arc lengths, both minima among them.
    pub fn equally_spaced(&self, images: usize) -> Vec<f64> {
        let last = images.saturating_sub(1).max(1) as f64;
        (0..images).flat_map(|k| self.at(self.length() * k as f64 / last)).collect()
    }

    /// The energy profile on `points` points, the saddle and both ends among them.
    ///
    /// # Errors
    /// `Error::Numerical` when there is no path.
    pub fn profile(&self, points: usize) -> Result<PathProfile> {
        if self.count() < 3 {
            return Err(Error::Numerical(format!("a path of status {:?} has no profile", self.status)));
        }
        PathProfile::resample(&self.arc_length, &self.energy, self.arc_length[self.saddle], points)
    }

    /// V(s) as a spline through the energies of the points.
    ///
    /// # Errors
    /// `Error::Numerical` when there is no path.
    pub fn energy_spline(&self) -> Result<CubicSpline> {
        CubicSpline::new(&self.arc_length, &self.energy)
    }

    /// The segment that holds s, its width, and where s lies in it, 0 ... 1.
    fn segment(&self, s: f64) -> (usize, f64, f64) {
        let k = self.arc_length.partition_point(|&knot| knot <= s).saturating_sub(1).min(self.count() - 2);
        let width = self.arc_length[k + 1] - self.arc_length[k];
        (k, width, ((s - self.arc_length[k]) / width).clamp(0.0, 1.0))
    }

    /// w0 x_k + w1 t_k + w2 x_(k+1) + w3 t_(k+1).
    fn combined(&self, k: usize, [w0, w1, w2, w3]: [f64; 4]) -> Vec<f64> {
        let left = self.position(k).iter().zip(self.tangent(k));
        let right = self.position(k + 1).iter().zip(self.tangent(k + 1));
        left.zip(right).map(|((x, t), (y, u))| w0 * x + w1 * t + (w2 * y + w3 * u)).collect()
    }
}
