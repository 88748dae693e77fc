//! The doublet of a profile that includes the zero-point energy of the other modes.

use super::{Doublet, LevelsStatus, Profile, TunnelSettings, solve};
use crate::error::{Error, Result};
use crate::paths::spline::{CubicSpline, StationaryKind};

/// V is continued beyond each minimum by this fraction of the path, and by twice the displacement of the minimum.
const BEYOND: f64 = 0.1;
/// Points of the continuation at each end.
const POINTS_BEYOND: usize = 20;
/// Largest distance of the ends of the path from the range of Z, as a fraction of the length.
const AT_END: f64 = 1e-6;

/// The levels of V(s) + (Z(s) - Z(0)) / m~^1/2 along a path, Z = (1/2) sum omega_perp(s): the vibrations across the
/// path follow it adiabatically. Computed in addition to the levels of V, never in their place.
///
/// `zero_point` [n] is Z [(epsilon / m)^1/2 / sigma] at arc lengths `arc_length` [n], increasing, of the path of the
/// profile: from 0 or below to its length or above [sigma]; Z is a spline between them. Outside the path V continues as
/// the parabola of its curvature, as in [`solve`], and Z beyond its outermost points on the straight line through the
/// two outermost, to the order to which V is known there. (The curvature of Z is not used: it would be that of a
/// difference of few points.) A slope of Z moves the minima of the wells, inwards or beyond the ends: they are searched
/// for again, and the doublet (its asymmetry, its wells, its barrier) is that of the two new minima on both sides of
/// the new highest point. If two are not left, it is that of a single well, of kind `no_barrier` and without a diagonal
/// splitting (NaN). Positions in the doublet are those of the given profile, s/d; the lower well may be on the other
/// side than before. Levels are relative to the zero of V.
///
/// # Errors
/// `Error::Numerical` as [`solve`], and when the arc lengths do not increase or do not extend from end to end.
pub fn splitting_with_zero_point(
    profile: &Profile,
    arc_length: &[f64],
    zero_point: &[f64],
    reduced_mass: f64,
    settings: &TunnelSettings,
) -> Result<Doublet> {
    let length = profile.length;
    let (first, last) = (arc_length.first().copied(), arc_length.last().copied());
    let reaches = |first: f64, last: f64| first <= AT_END * length && last >= length * (1.0 - AT_END);
    if !first.zip(last).is_some_and(|(first, last)| reaches(first, last)) {
        return Err(Error::Numerical(format!(
            "zero-point energies along a path must extend from one end, 0, to the other, {length}: they extend from \
             {first:?} to {last:?}"
        )));
    }
    if !(reduced_mass.is_finite() && reduced_mass > 0.0) {
        return Err(Error::Numerical(format!("the reduced mass must be a positive number, got {reduced_mass}")));
    }
    let plain = CubicSpline::new(&profile.xi, &profile.energy)?;
    let curvature = [0, 1].map(|end| profile.curvature[end].unwrap_or_else(|| plain.second_derivative(end as f64)));
    if curvature.iter().any(|curvature| curvature.is_nan() || *curvature <= 0.0) {
        return Ok(Doublet::unsolved(settings.levels.max(2), LevelsStatus::Unbound));
    }
    let added = Added::new(arc_length, zero_point, length, reduced_mass)?;
    let (xi, energy) = effective(profile, &plain, curvature, &added);
    let spline = CubicSpline::new(&xi, &energy)?;
    // without two wells the ends of the path are used
    let found = wells(&spline);
    let [a, b] = found.unwrap_or([0.0, 1.0]);
    let moved = Profile {
        xi: xi.iter().map(|xi| (xi - a) / (b - a)).collect(),
        energy,
        length: length * (b - a),
        curvature: [None, None],
    };
    let mut doublet = solve(&moved, None, reduced_mass, settings)?;
    if found.is_none() {
        doublet.diagonal_splitting = f64::NAN;
    }
    doublet.turning_points = doublet.turning_points.map(|xi| a + xi * (b - a));
    Ok(doublet)
}

/// (Z - Z(0)) / m~^1/2 by xi: a spline, and straight lines beyond it.
struct Added {
    spline: CubicSpline,
    /// Slopes of the secants of the first and the last two points.
    slopes: [f64; 2],
    at_a: f64,
    scale: f64,
}

impl Added {
    fn new(arc_length: &[f64], zero_point: &[f64], length: f64, reduced_mass: f64) -> Result<Self> {
        let xi: Vec<f64> = arc_length.iter().map(|s| s / length).collect();
        let spline = CubicSpline::new(&xi, zero_point)?;
        let secant = |i: usize| (zero_point[i + 1] - zero_point[i]) / (xi[i + 1] - xi[i]);
        let slopes = [secant(0), secant(xi.len() - 2)];
        Ok(Self { at_a: spline.value(0.0), spline, slopes, scale: 1.0 / reduced_mass.sqrt() })
    }

    fn value(&self, xi: f64) -> f64 {
        let (first, last) = self.spline.range();
        let inner = xi.clamp(first, last);
        let slope = if xi < first { self.slopes[0] } else { self.slopes[1] };
        (self.spline.value(inner) - self.at_a + slope * (xi - inner)) * self.scale
    }
}

/// V + Z on the profile's points between its minima and on points beyond them, by xi.
fn effective(profile: &Profile, plain: &CubicSpline, curvature: [f64; 2], added: &Added) -> (Vec<f64>, Vec<f64>) {
    let beyond = [0, 1].map(|side| {
        let (end, curvature) = (side as f64, curvature[side]);
        let outwards = 2.0 * end - 1.0;
        let slope = added.slopes[side] * outwards * added.scale;
        let reach = BEYOND + 2.0 * (-slope / curvature).max(0.0);
        let value = plain.value(end);
        (1..=POINTS_BEYOND).map(move |k| {
            let u = reach * k as f64 / POINTS_BEYOND as f64;
            let xi = end + outwards * u;
            (xi, value + 0.5 * u * u * curvature + added.value(xi))
        })
    });
    let [left, right] = beyond;
    let inside = profile.xi.iter().zip(&profile.energy).filter(|(xi, _)| (-1e-12..=1.0 + 1e-12).contains(*xi));
    let inside = inside.map(|(xi, v)| (*xi, v + added.value(*xi)));
    left.rev().chain(inside).chain(right).unzip()
}

/// The lowest minimum on each side of the highest maximum that has minima on both.
fn wells(spline: &CubicSpline) -> Option<[f64; 2]> {
    let stationary = spline.stationary_points();
    let minima = || stationary.iter().filter(|point| point.kind == StationaryKind::Minimum);
    let (first, last) = (minima().next()?.position, minima().next_back()?.position);
    let top = spline.highest_maximum(first, last)?.position;
    let lowest = |left: bool| {
        let side = minima().filter(|point| (point.position < top) == left);
        side.min_by(|a, b| a.value.total_cmp(&b.value)).map(|point| point.position)
    };
    Some([lowest(true)?, lowest(false)?])
}
