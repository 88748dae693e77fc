//! The coupling of a double well to strain: gamma_ab = (1/2) d(dV)/d eps_ab of its asymmetry and (1/2) dE/d eps_ab of its
//! splitting, by linear response.
//!
//! eps is the symmetric strain tensor. Energies change by the sum over all nine components, dU = V sigma_ab eps_ab (ab
//! and ba both counted), that is by 2 gamma_ab eps_ab summed over all nine; gamma_xy is the derivative with respect to
//! a single component, not to the engineering strain 2 eps_xy.
//!
//! At a stationary point the energy changes only by W = V sigma_ab: the response of the particles contributes nothing
//! to first order. So d(dV) = W(b) - W(a), exactly. Along the path (tangent t, force f = |f| t downhill) points move
//! sideways by u, |f| P u' = P [Xi - H u - |f| D t], P projecting across the tangent, starting from u = H^+ Xi at the
//! saddle: the path remains one of steepest descent. This is solved by backward differences of second order from point
//! to point. Pieces of the path are stretched by t.(D dx + du), and V(xi) at fixed xi = s/d changes by W(xi) + V'(xi d)
//! (xi dd - ds). Beyond the minima the curvature k of the parabola changes by dk = U''' : v v (D r + u_min), with v the
//! mode along which the path arrives.
//!
//! Neglected: errors of the steps of the path (differences and chords, of second order in the step), the approximation
//! of v in a Krylov subspace, and, for finite strains, terms beyond first-order perturbation theory of the levels.

use super::elasticity::{Response, STRAINS, affine_response, strain_direction};
use super::transverse::transverse_response;
use crate::error::Result;
use crate::forces::deformation::{self, Gradient, IDENTITY, deformed};
use crate::forces::{PairBlocks, PairSum, as_lanes, as_lanes_mut};
use crate::model::{Model, PeriodicBox};
use crate::paths::spline::CubicSpline;
use crate::paths::{HessianAt, PathPoints, softest_mode_along};
use crate::tunnelling::{Perturbation, Profile};
use serde::{Deserialize, Serialize};

/// Products for the mode along which the path arrives, as for the curvatures in the file.
const MODE_PRODUCTS: usize = 80;

/// Displacements under the six strains [6][3N].
pub type Displacements = Vec<Vec<f64>>;

/// W = V sigma_ab of the six strains at a configuration [3N], over all pairs: a rattler at one minimum may bear forces
/// at the other.
pub fn work_at(model: &Model, cell: &PeriodicBox, positions: &[f64]) -> [f64; 6] {
    let stress = deformation::stress(model, cell, &IDENTITY, positions);
    STRAINS.map(|(a, b)| stress[a][b] * cell.volume())
}

/// d(dV)/d eps_ab of two minima a and b: 2 gamma_ab [epsilon].
pub fn asymmetry_derivatives(model: &Model, cell: &PeriodicBox, a: &[f64], b: &[f64]) -> [f64; 6] {
    let (at_a, at_b) = (work_at(model, cell, a), work_at(model, cell, b));
    std::array::from_fn(|p| at_b[p] - at_a[p])
}

/// The response of a point of a path to the six strains.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PointResponse {
    /// W [6].
    pub work: [f64; 6],
    /// Non-affine displacements; at a minimum the full ones, else those across the path.
    pub displacements: Displacements,
    pub converged: bool,
}

/// The response of a minimum at the end of a path to strain.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct EndResponse {
    pub point: PointResponse,
    /// dk of the mode along the path [epsilon / sigma^2].
    pub curvature: [f64; 6],
}

/// The glass and its pair sums.
pub struct Strained<'a> {
    pub model: &'a Model,
    pub cell: &'a PeriodicBox,
    pub sum: &'a mut PairSum<1>,
    /// [N], or empty when there are no rattlers.
    pub left_out: &'a [bool],
    pub most_bytes: u64,
}

impl Strained<'_> {
    /// Response at the saddle [3N]: its displacements follow from the full inverse of its Hessian, which has one
    /// negative mode.
    ///
    /// # Errors
    /// `Error::Numerical` when the Hessian is singular beyond translations.
    pub fn stationary(&self, positions: &[f64]) -> Result<PointResponse> {
        let response = Response::new(self.model, self.cell, positions, self.left_out, self.most_bytes)?;
        Ok(PointResponse {
            work: work_at(self.model, self.cell, positions),
            displacements: response.fields,
            converged: true,
        })
    }

    /// Response at a minimum [3N]; `tangent` [3N] is that of the path.
    ///
    /// # Errors
    /// As `stationary`.
    pub fn end(&mut self, positions: &[f64], tangent: &[f64]) -> Result<EndResponse> {
        let point = self.stationary(positions)?;
        let mode = softest_mode_along(&mut HessianAt::new(self.sum, positions), tangent, MODE_PRODUCTS);
        let curvature = match mode {
            Some((_, mode)) => self.curvature_derivatives(positions, &mode, &point.displacements),
            None => [f64::NAN; 6],
        };
        Ok(EndResponse { point, curvature })
    }

    /// U''' : v v (D r + u) for the six strains.
    fn curvature_derivatives(&self, positions: &[f64], v: &[f64], displacements: &Displacements) -> [f64; 6] {
        let directions = STRAINS.map(strain_direction);
        let mut derivatives = [0.0; 6];
        deformation::for_each_pair(self.model, self.cell, &IDENTITY, positions, |pair| {
            let (i, j) = (3 * pair.i, 3 * pair.j);
            let between = |x: &[f64]| -> [f64; 3] { std::array::from_fn(|k| x[i + k] - x[j + k]) };
            let n = pair.d.map(|d| d / pair.r);
            let b = (pair.second - pair.slope_over_r) / pair.r;
            let a = pair.third - 3.0 * b;
            let y = between(v);
            let (along, square) = (dot3(n, y), dot3(y, y));
            for (p, direction) in directions.iter().enumerate() {
                let (affine, follow) = (deformed(direction, pair.d), between(&displacements[p]));
                let w = std::array::from_fn(|k| affine[k] + follow[k]);
                let radial = dot3(n, w);
                derivatives[p] += a * along * along * radial + b * (square * radial + 2.0 * along * dot3(y, w));
            }
        });
        derivatives
    }

    /// Response at a point [3N] further down the path than `before` and, if given, `earlier` (positions and responses):
    /// backward differences of second order.
    pub fn point(&mut self, positions: &[f64], before: Answered<'_>, earlier: Option<Answered<'_>>) -> PointResponse {
        let affine = affine_response(self.model, self.cell, positions, self.left_out);
        let mut force = vec![0.0; positions.len()];
        self.sum.forces(as_lanes(positions), as_lanes_mut(&mut force));
        let strength = norm(&force);
        let tangent: Vec<f64> = force.iter().map(|f| f / strength).collect();
        let step = distance(positions, before.0);
        // |f| u' = shift u - past
        let (shift, past) = match earlier {
            None => (strength / step, scaled(&before.1.displacements, strength / step)),
            Some(earlier) => {
                let ratio = step / distance(before.0, earlier.0);
                let factor = strength / step / (1.0 + ratio);
                let mut past = scaled(&before.1.displacements, factor * (1.0 + ratio).powi(2));
                for (past, displacements) in past.iter_mut().zip(&earlier.1.displacements) {
                    past.iter_mut().zip(displacements).for_each(|(p, u)| *p -= factor * ratio * ratio * u);
                }
                (factor * (1.0 + 2.0 * ratio), past)
            }
        };
        let right: Vec<Vec<f64>> = STRAINS
            .iter()
            .enumerate()
            .map(|(p, strain)| {
                let turned = affine_field(&strain_direction(*strain), &tangent);
                let held = affine.forces[p].iter().zip(&turned).zip(&past[p]);
                held.map(|((force, turned), past)| force - strength * turned + past).collect()
            })
            .collect();
        let blocks = PairBlocks::new(self.model, self.cell, positions, self.left_out);
        let starts = &before.1.displacements;
        let solved = transverse_response(&blocks, &tangent, shift, &right, starts, self.left_out);
        let converged = solved.converged && before.1.converged;
        PointResponse {
            work: work_at(self.model, self.cell, positions),
            displacements: solved.displacements,
            converged,
        }
    }
}

/// Positions [3N] of a point and its response.
pub type Answered<'a> = (&'a [f64], &'a PointResponse);

fn scaled(displacements: &Displacements, factor: f64) -> Displacements {
    displacements.iter().map(|field| field.iter().map(|u| factor * u).collect()).collect()
}

fn distance(x: &[f64], y: &[f64]) -> f64 {
    x.iter().zip(y).map(|(x, y)| (x - y).powi(2)).sum::<f64>().sqrt()
}

/// D x for every particle's three components.
fn affine_field(direction: &Gradient, x: &[f64]) -> Vec<f64> {
    x.as_chunks::<3>().0.iter().flat_map(|x| deformed(direction, *x)).collect()
}

fn dot3(a: [f64; 3], b: [f64; 3]) -> f64 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

fn norm(a: &[f64]) -> f64 {
    a.iter().map(|a| a * a).sum::<f64>().sqrt()
}

/// t.(D dx + du) of the piece of a path from one point to the next, for the six strains [sigma].
pub fn stretches(from: Answered<'_>, to: Answered<'_>) -> [f64; 6] {
    let step: Vec<f64> = to.0.iter().zip(from.0).map(|(x, y)| x - y).collect();
    let length = norm(&step);
    std::array::from_fn(|p| {
        let affine = affine_field(&strain_direction(STRAINS[p]), &step);
        let moved = to.1.displacements[p].iter().zip(&from.1.displacements[p]).map(|(u, v)| u - v);
        let change = affine.iter().zip(moved).zip(&step).map(|((d, u), step)| (d + u) * step).sum::<f64>();
        change / length
    })
}

/// A path under the six strains.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PathResponse {
    /// W of every point [n][6].
    pub work: Vec<[f64; 6]>,
    /// Change of every piece's length [n - 1][6].
    pub stretches: Vec<[f64; 6]>,
    /// dk at a and at b.
    pub curvature: [[f64; 6]; 2],
}

impl PathResponse {
    /// dd / d eps_ab [sigma].
    pub fn length(&self) -> [f64; 6] {
        std::array::from_fn(|p| self.stretches.iter().map(|stretch| stretch[p]).sum())
    }

    /// The changes of a profile of this double well (`profile` ends at the minima, its saddle at `top`) by the six
    /// strains; each side of the saddle is as long as that of the path.
    ///
    /// # Errors
    /// `Error::Numerical` when the path does not define a spline.
    pub fn perturbations(&self, path: &PathPoints, profile: &Profile, top: f64) -> Result<Vec<Perturbation>> {
        let (length, saddle) = (path.length(), path.arc_length[path.saddle]);
        let slopes = path.energy_spline()?;
        // where paths.h5 has no curvature, the continuation beyond the minimum uses that of the spline
        let energies = CubicSpline::new(&profile.xi, &profile.energy)?;
        let on_path = |xi: f64| match xi <= top {
            true => saddle * (xi / top),
            false => saddle + (length - saddle) * ((xi - top) / (1.0 - top)),
        };
        let change_of_length = self.length();
        (0..6)
            .map(|p| {
                let mut so_far = 0.0;
                let changes: Vec<f64> = (0..path.arc_length.len())
                    .map(|point| {
                        so_far += point.checked_sub(1).map_or(0.0, |piece| self.stretches[piece][p]);
                        let s = path.arc_length[point];
                        let shift = s / length * change_of_length[p] - so_far;
                        self.work[point][p] - self.work[0][p] + slopes.first_derivative(s) * shift
                    })
                    .collect();
                let changes = CubicSpline::new(&path.arc_length, &changes)?;
                let stretch = change_of_length[p] / length;
                let curvature = std::array::from_fn(|end| {
                    let k = profile.curvature[end].unwrap_or_else(|| energies.second_derivative(end as f64));
                    self.curvature[end][p] * profile.length * profile.length + 2.0 * k * stretch
                });
                let energy = profile.xi.iter().map(|xi| changes.value(on_path(*xi))).collect();
                Ok(Perturbation { energy, curvature, stretch })
            })
            .collect()
    }
}
