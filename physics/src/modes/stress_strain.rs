//! Stress-strain curves and the slope of their elastic branch.

use nalgebra::{Matrix3, Vector3};
use serde::{Deserialize, Serialize};

/// What happened between two strains.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// The step is elastic.
    None,
    /// The step is not reversible: a plastic event.
    Rearrangement,
    /// Contacts of a packing opened or closed.
    ContactChange,
    /// The quench did not reach a minimum; the curve ends.
    Unconverged,
}

/// One strain of a curve, relative to the unstrained minimum.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// gamma, or ln V/V_0.
    pub strain: f64,
    /// Stress minus that at zero strain, sigma_ab or -p [epsilon / sigma^3].
    pub stress: f64,
    /// Energy minus that at zero strain [epsilon].
    pub energy: f64,
    /// V times the stress itself: the derivative of the energy with respect to the strain [epsilon].
    pub force: f64,
    /// |non-affine displacement| from the unstrained minimum [sigma].
    pub nonaffine: f64,
    /// The same from the last strain, per strain [sigma].
    pub speed: f64,
    /// Work done since the last strain minus the increase of the energy [epsilon].
    pub energy_drop: f64,
    /// Contacts that opened or closed.
    pub contacts: u64,
    /// Distance between the start of a plastic event and the minimum reached when the strain is reversed [sigma].
    pub distance: f64,
    pub event: Event,
}

impl Point {
    /// A strain without a minimum.
    pub fn unconverged(strain: f64) -> Self {
        Self {
            strain,
            stress: f64::NAN,
            energy: f64::NAN,
            force: f64::NAN,
            nonaffine: f64::NAN,
            speed: f64::NAN,
            energy_drop: f64::NAN,
            contacts: 0,
            distance: f64::NAN,
            event: Event::Unconverged,
        }
    }
}

/// One direction of strain.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Curve {
    pub points: Vec<Point>,
}

impl Curve {
    /// Whether a quench has failed.
    pub fn broken(&self) -> bool {
        self.points.last().is_some_and(|point| point.event == Event::Unconverged)
    }

    /// The points before the first event.
    pub fn elastic(&self) -> &[Point] {
        let end = self.points.iter().position(|point| point.event != Event::None).unwrap_or(self.points.len());
        &self.points[..end]
    }
}

/// The slope of an elastic branch at zero strain.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Slope {
    /// [epsilon / sigma^3]; NaN when there is no elastic branch.
    pub value: f64,
    /// Standard error of the fit.
    pub error: f64,
    /// Points fitted.
    pub points: u64,
    /// The strain up to which both directions are elastic.
    pub elastic_strain: f64,
}

/// stress / strain = G + A strain + B strain^2 through the elastic points of both directions up to `window`, weighted
/// by 1 / strain^2, because the error of the polynomial grows with the strain.
pub fn elastic_slope(forwards: &Curve, backwards: &Curve, window: f64) -> Slope {
    let reach = |curve: &Curve| curve.elastic().last().map_or(0.0, |point| point.strain.abs());
    let elastic_strain = reach(forwards).min(reach(backwards));
    let inside = |point: &&Point| point.strain.abs() <= window * (1.0 + 1e-9);
    let points: Vec<(f64, f64)> = [forwards, backwards]
        .into_iter()
        .flat_map(|curve| curve.elastic().iter().filter(inside))
        .map(|point| (point.strain, point.stress / point.strain))
        .collect();
    let none = Slope { value: f64::NAN, error: f64::NAN, points: points.len() as u64, elastic_strain };
    let Some(largest) = points.iter().map(|(strain, _)| strain.abs()).reduce(f64::max) else { return none };
    // fewer points, fewer terms
    let terms = points.len().saturating_sub(1).clamp(1, 3);
    let (mut matrix, mut right) = (Matrix3::zeros(), Vector3::zeros());
    let row = |strain: f64| {
        let x = strain / largest;
        Vector3::from_fn(|k, _| if k < terms { x.powi(k as i32) } else { 0.0 })
    };
    for &(strain, secant) in &points {
        let (row, weight) = (row(strain), (largest / strain).powi(2));
        matrix += weight * row * row.transpose();
        right += weight * secant * row;
    }
    (terms..3).for_each(|k| matrix[(k, k)] = 1.0);
    let Some(inverse) = matrix.try_inverse() else { return none };
    let fit = inverse * right;
    let off = |(strain, secant): &(f64, f64)| ((largest / strain) * (secant - row(*strain).dot(&fit))).powi(2);
    let misfit: f64 = points.iter().map(off).sum();
    let free = points.len() as f64 - terms as f64;
    let error = if free > 0.0 { (misfit / free * inverse[(0, 0)]).sqrt() } else { f64::NAN };
    Slope { value: fit[0], error, ..none }
}
