//! The Hessian along a minimum-energy path: its lowest eigenvalues, the projections of their modes on the path, and the
//! zero-point energy across it (Mocanu et al., J. Chem. Phys. 158, 014501 (2023), appendix C and Fig. 13,
//! doi:10.1063/5.0128820).

use super::overlap::overlaps;
use super::zero_point::{ZeroPoint, perpendicular_zero_point};
use super::{Completeness, lowest_modes};
use crate::error::{Error, Result};
use crate::landscape::rattlers;
use crate::model::{Model, PeriodicBox};
use crate::paths::PathPoints;
use serde::{Deserialize, Serialize};

/// Eigenvalues kept at each point.
pub const LOWEST_ALONG_PATH: usize = 10;
/// Projections kept at each point.
pub const PROJECTED_ALONG_PATH: usize = 6;

/// The lowest modes at one point of a path.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PointModes {
    /// From minimum a [sigma].
    pub arc_length: f64,
    /// The `LOWEST_ALONG_PATH` lowest eigenvalues of the Hessian, without translations, increasing, including negative
    /// ones [epsilon / sigma^2]; fewer if the glass has fewer.
    pub eigenvalues: Vec<f64>,
    /// |t.v| of the `PROJECTED_ALONG_PATH` lowest with the unit tangent t.
    pub projections: Vec<f64>,
}

/// Arc lengths [points] along a path: both minima, the saddle, and points at equal distances on each side of the
/// saddle.
///
/// # Errors
/// `Error::Usage` for fewer than three points; `Error::Numerical` when there is no path.
pub fn path_arc_lengths(path: &PathPoints, points: usize) -> Result<Vec<f64>> {
    if points < 3 {
        return Err(Error::Usage(format!("{points} points along a path: both minima and the saddle are three")));
    }
    Ok(path.profile(points)?.arc_length)
}

/// Arc lengths for the zero-point energy along a path: those of [`path_arc_lengths`] and one further point beyond each
/// minimum, on a straight line along the tangent there, at the spacing of the others, for the slope of Z at the
/// minimum. (Along the path itself the tangent still turns near the minimum.)
///
/// # Errors
/// As [`path_arc_lengths`].
pub fn zero_point_arc_lengths(path: &PathPoints, points: usize) -> Result<Vec<f64>> {
    let inner = path_arc_lengths(path, points)?;
    let (first, last) = (inner[1] - inner[0], inner[points - 1] - inner[points - 2]);
    Ok([-first].into_iter().chain(inner).chain([path.length() + last]).collect())
}

/// The rattlers at either end of a path [N]: excluded from every spectrum along it. All false except for harmonic
/// packings.
pub fn path_rattlers(model: &Model, cell: &PeriodicBox, path: &PathPoints) -> Vec<bool> {
    let (a, b) = (path.position(0), path.position(path.count() - 1));
    rattlers(model, cell, a).into_iter().zip(rattlers(model, cell, b)).map(|(a, b)| a || b).collect()
}

/// The lowest modes at arc length `s` of a path, without `rattlers` [N] (or empty): one step of the work along it.
///
/// # Errors
/// As [`lowest_modes`].
pub fn point_modes(
    model: &Model,
    cell: &PeriodicBox,
    path: &PathPoints,
    s: f64,
    rattlers: &[bool],
    completeness: Completeness,
) -> Result<PointModes> {
    let held = path.position(0).len() / 3 - rattlers.iter().filter(|loose| **loose).count();
    let count = LOWEST_ALONG_PATH.min((3 * held).saturating_sub(3));
    let modes = lowest_modes(model, cell, &path.at(s), rattlers, count, completeness)?;
    let tangent = path.tangent_at(s);
    let projected = modes.vectors.iter().take(PROJECTED_ALONG_PATH);
    let projections = projected.map(|mode| overlaps(&tangent, mode).scalar).collect();
    Ok(PointModes { arc_length: s, eigenvalues: modes.eigenvalues, projections })
}

/// The zero-point energy of the 3N - 4 modes across a path at arc length `s`: one step, a dense eigenvalue problem.
///
/// # Errors
/// As [`perpendicular_zero_point`].
pub fn point_zero_point(
    model: &Model,
    cell: &PeriodicBox,
    path: &PathPoints,
    s: f64,
    rattlers: &[bool],
) -> Result<ZeroPoint> {
    perpendicular_zero_point(model, cell, &path.at(s), &path.tangent_at(s), rattlers)
}
