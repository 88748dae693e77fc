//! Energy profiles on a fixed number of points.

use super::{CubicSpline, PathProfile};
use crate::error::Result;

/// Number of points of every profile in the files.
pub const PROFILE_POINTS: usize = 101;

impl PathProfile {
    /// Resamples (arc length, energy above a) [knots], from 0 on, by a not-a-knot cubic spline; the saddle at
    /// `saddle` and both ends are among the points, which are equally spaced on each side of the saddle.
    ///
    /// # Errors
    /// When the arc lengths do not rise or a number is not finite.
    pub fn resample(knots: &[f64], energies: &[f64], saddle: f64, points: usize) -> Result<Self> {
        let spline = CubicSpline::new(knots, energies)?;
        let end = spline.range().1;
        let segments = points - 1;
        let left = ((segments as f64 * saddle / end).round() as usize).clamp(1, segments - 1);
        let arc_length: Vec<f64> = (0..points)
            .map(|k| match k {
                k if k == segments => end,
                k if k <= left => saddle * (k as f64 / left as f64),
                k => saddle + (end - saddle) * ((k - left) as f64 / (segments - left) as f64),
            })
            .collect();
        let energy = arc_length.iter().map(|&s| spline.value(s)).collect();
        Ok(Self { arc_length, energy })
    }

    /// The same profile on `points` points, the highest one kept.
    ///
    /// # Errors
    /// When the profile has fewer than two points.
    pub fn with_points(&self, points: usize) -> Result<Self> {
        let top = (1..self.energy.len().saturating_sub(1))
            .max_by(|&i, &j| self.energy[i].total_cmp(&self.energy[j]).then(j.cmp(&i)))
            .unwrap_or(0);
        Self::resample(&self.arc_length, &self.energy, self.arc_length[top], points.max(3))
    }
}
