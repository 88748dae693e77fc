//! The doublet of a profile to which the zero-point energy of the other modes is added.

use super::{Doublet, Profile, TunnelSettings, solve};
use crate::error::{Error, Result};
use crate::paths::spline::{CubicSpline, StationaryKind};

/// The data are continued beyond each minimum by this share of the path, and by twice as far as the minimum has moved.
const BEYOND: f64 = 0.1;
/// Points of the continuation at each end.
const POINTS_BEYOND: usize = 20;
/// Beyond the minima the zero-point energy takes away at most this share of the well's curvature.
const SOFTENING: f64 = 0.9;

/// The levels of V(s) + (Z(s) - Z(0)) / m~^1/2 along a path, Z = (1/2) sum omega_perp(s): the vibrations across the path follow it
/// adiabatically. Beside the plain levels, never in their place.
///
/// `arc_length` [n] from 0 to the profile's length [sigma] and `zero_point` [n] are Z at points of the path
/// [(epsilon / m)^1/2 / sigma], splined between them. Beyond the path's ends nothing is known of Z: there V goes on as the parabola of
/// its curvature, as in [`solve`], and Z as that of its own value, slope and curvature at the end, which may soften the well by
/// nine tenths at most. With a slope of Z the wells' bottoms move, inwards or beyond the ends: they are looked for anew, and the
/// doublet (its asymmetry, its wells, its barrier) is that of the two new minima on both sides of the new highest point. Where two are not
/// left, it is that of a single well, of kind `no_barrier`. Positions in the doublet are those of the profile given, s/d; the lower well may
/// have changed sides. Levels are on the zero of V.
///
/// # Errors
/// `Error::Numerical` as [`solve`], and when the arc lengths do not rise from 0 to the length of the profile.
pub fn splitting_with_zero_point(
    profile: &Profile,
    arc_length: &[f64],
    zero_point: &[f64],
    reduced_mass: f64,
    settings: &TunnelSettings,
) -> Result<Doublet> {
    let length = profile.length;
    let ends = (arc_length.first().copied().unwrap_or(f64::NAN), arc_length.last().copied().unwrap_or(f64::NAN));
    if !(ends.0.abs() < 1e-9 * length && (ends.1 - length).abs() < 1e-6 * length) {
        return Err(Error::Numerical(format!(
            "zero-point energies along a path must reach from its one end, 0, to the other, {length}: they reach from {} to {}",
            ends.0, ends.1
        )));
    }
    if !(reduced_mass.is_finite() && reduced_mass > 0.0) {
        return Err(Error::Numerical(format!("the reduced mass must be a positive number, got {reduced_mass}")));
    }
    let xi: Vec<f64> = arc_length.iter().map(|s| s / ends.1).collect();
    let first = zero_point.first().copied().unwrap_or(0.0);
    let added: Vec<f64> = zero_point.iter().map(|z| (z - first) / reduced_mass.sqrt()).collect();
    let (xi, energy) = effective(profile, &CubicSpline::new(&xi, &added)?)?;
    let spline = CubicSpline::new(&xi, &energy)?;
    // without two wells the ends of the path stand for them
    let [a, b] = wells(&spline).unwrap_or([0.0, 1.0]);
    let moved = Profile {
        xi: xi.iter().map(|xi| (xi - a) / (b - a)).collect(),
        energy,
        length: length * (b - a),
        curvature: [None, None],
    };
    let mut doublet = solve(&moved, None, reduced_mass, settings)?;
    doublet.turning_points = doublet.turning_points.map(|xi| a + xi * (b - a));
    Ok(doublet)
}

/// V + Z on the profile's points between its minima and on points beyond them, by xi; `added` is the spline of Z in epsilon.
fn effective(profile: &Profile, added: &CubicSpline) -> Result<(Vec<f64>, Vec<f64>)> {
    let plain = CubicSpline::new(&profile.xi, &profile.energy)?;
    let beyond = [0, 1].map(|side| {
        let end = side as f64;
        let outwards = 2.0 * end - 1.0;
        let [z, slope, second, _] = added.derivatives(end);
        let curvature = profile.curvature[side].unwrap_or_else(|| plain.second_derivative(end));
        let (value, slope) = (plain.value(end) + z, slope * outwards);
        let curvature = curvature + second.max(-SOFTENING * curvature.max(0.0));
        let to_minimum = if slope < 0.0 && curvature > 0.0 { -slope / curvature } else { 0.0 };
        let reach = BEYOND + 2.0 * to_minimum;
        (1..=POINTS_BEYOND).map(move |k| {
            let u = reach * k as f64 / POINTS_BEYOND as f64;
            (end + outwards * u, value + u * (slope + 0.5 * u * curvature))
        })
    });
    let [left, right] = beyond;
    let inside = profile.xi.iter().zip(&profile.energy).filter(|(xi, _)| (-1e-12..=1.0 + 1e-12).contains(*xi));
    let inside = inside.map(|(xi, v)| (*xi, v + added.value(*xi)));
    Ok(left.rev().chain(inside).chain(right).unzip())
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
