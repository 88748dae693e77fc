//! Configurations along the steepest-descent path of a double well.

use super::descent::{Descent, DescentStop};
use super::ends::bring_near;
use super::krylov::{HessianAt, lowest_mode};
use super::vectors::{distance, dot, scale};
use crate::error::{Error, Result};
use crate::forces::{PairSum, as_lanes, as_lanes_mut};
use crate::model::{Model, PeriodicBox};
use serde::{Deserialize, Serialize};

/// Products for the unstable mode of a saddle, and how exact it must be, times the law's unit of stiffness.
const MODE_PRODUCTS: usize = 200;
const MODE_TOLERANCE: f64 = 1e-6;
/// A path that ends further than this many steps from a minimum has not arrived there.
const ARRIVED: f64 = 3.0;

/// Points along the path from minimum a to minimum b by way of the saddle.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PathPoints {
    /// From a [n]: 0 at a, the length of the path at b [sigma].
    pub arc_length: Vec<f64>,
    /// [n][3N], continuous; the first and the last are the minima.
    pub positions: Vec<Vec<f64>>,
    /// Total energy [n] [epsilon].
    pub energy: Vec<f64>,
    /// Which point is the saddle.
    pub saddle: usize,
    /// Evaluations of forces and products with the Hessian.
    pub evaluations: u64,
}

/// The two descents of a path on their way; a plain record.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PathWalk {
    saddle: Vec<f64>,
    energy: f64,
    /// Towards b, then towards a.
    sides: [Descent; 2],
    /// Points passed on each side, the saddle left out: arc length from it, positions [3N].
    passed: [Vec<(f64, Vec<f64>)>; 2],
    evaluations: u64,
}

impl PathWalk {
    /// From the saddle [3N], by arc steps [sigma] towards a and towards b; `towards_b` [3N] tells the sides apart.
    pub fn new(sum: &mut PairSum<1>, saddle: &[f64], towards_b: &[f64], steps: [f64; 2]) -> Self {
        let mut force = vec![0.0; saddle.len()];
        let [energy] = sum.forces(as_lanes(saddle), as_lanes_mut(&mut force));
        let tolerance = MODE_TOLERANCE * sum.model().law.stiffness_unit();
        let mut hessian = HessianAt::new(sum, saddle);
        let (_, mut mode, _) = lowest_mode(&mut hessian, towards_b, MODE_PRODUCTS, tolerance);
        let evaluations = hessian.products + 1;
        if dot(&mode, towards_b) < 0.0 {
            scale(&mut mode, -1.0);
        }
        let forwards = Descent::new(saddle, &mode, steps[1]);
        scale(&mut mode, -1.0);
        let backwards = Descent::new(saddle, &mode, steps[0]);
        let passed = [Vec::new(), Vec::new()];
        Self { saddle: saddle.to_vec(), energy, sides: [forwards, backwards], passed, evaluations }
    }

    /// One arc step; true when both sides have ended.
    pub fn advance(&mut self, sum: &mut PairSum<1>) -> bool {
        let running = |side: &Descent| side.stop == DescentStop::Running;
        let Some(k) = self.sides.iter().position(running) else { return true };
        let side = &mut self.sides[k];
        self.passed[k].push((side.length, side.positions.clone()));
        let before = side.evaluations;
        side.iterate(sum);
        self.evaluations += side.evaluations - before;
        !self.sides.iter().any(running)
    }

    /// Evaluations so far.
    pub fn evaluations(&self) -> u64 {
        self.evaluations
    }

    /// The path, closed on the minima a and b [3N] and their energies, images continuous with the saddle.
    ///
    /// # Errors
    /// `Error::Numerical` when a side does not lead to its minimum.
    pub fn finish(self, a: (&[f64], f64), b: (&[f64], f64), loose: &[bool]) -> Result<PathPoints> {
        let [mut forwards, mut backwards] = self.sides;
        let [mut to_b, mut to_a] = self.passed;
        // the softest mode may point either way where the path bends
        let apart = |x: &[f64], y: &[f64]| distance_without(x, y, loose);
        let straight = apart(&forwards.positions, b.0) + apart(&backwards.positions, a.0);
        if straight > apart(&forwards.positions, a.0) + apart(&backwards.positions, b.0) {
            std::mem::swap(&mut forwards, &mut backwards);
            std::mem::swap(&mut to_b, &mut to_a);
        }
        for (side, end) in [(&forwards, b), (&backwards, a)] {
            let short = side.step() * ARRIVED;
            if side.stop != DescentStop::Arrived || apart(&side.positions, end.0) > short {
                return Err(Error::Numerical("the path down from the saddle does not lead to its minimum".to_owned()));
            }
        }
        let length_a = backwards.length + apart(&backwards.positions, a.0);
        let length_b = forwards.length + apart(&forwards.positions, b.0);
        let mut path = PathPoints {
            arc_length: vec![0.0],
            positions: vec![a.0.to_vec()],
            energy: vec![a.1],
            saddle: 0,
            evaluations: self.evaluations,
        };
        // points almost upon an end tell no direction
        let far = |length: f64, step: f64| move |s: f64| length - s > 0.05 * step;
        let (far_a, far_b) = (far(length_a, backwards.step()), far(length_b, forwards.step()));
        for ((s, x), (_, energy)) in to_a.into_iter().zip(&backwards.points).rev() {
            if far_a(s) {
                path.push(length_a - s, x, *energy);
            }
        }
        path.saddle = path.arc_length.len();
        path.push(length_a, self.saddle, self.energy);
        for ((s, x), (_, energy)) in to_b.into_iter().zip(&forwards.points) {
            if far_b(s) {
                path.push(length_a + s, x, *energy);
            }
        }
        path.push(length_a + length_b, b.0.to_vec(), b.1);
        Ok(path)
    }
}

impl PathPoints {
    fn push(&mut self, arc_length: f64, positions: Vec<f64>, energy: f64) {
        self.arc_length.push(arc_length);
        self.positions.push(positions);
        self.energy.push(energy);
    }

    /// The length of the path [sigma].
    pub fn length(&self) -> f64 {
        self.arc_length.last().copied().unwrap_or(f64::NAN)
    }
}

/// |x - y|, loose particles left out.
fn distance_without(x: &[f64], y: &[f64], loose: &[bool]) -> f64 {
    if loose.is_empty() {
        return distance(x, y);
    }
    let held = |k: &usize| !loose[k / 3];
    (0..x.len()).filter(held).map(|k| (x[k] - y[k]).powi(2)).sum::<f64>().sqrt()
}

/// The path between the minima a and b over `saddle` [3N] in arc steps of about `step` [sigma]: steepest descent from the
/// saddle's unstable mode to both sides.
///
/// # Errors
/// `Error::Numerical` when the descent from the saddle does not lead to both.
pub fn path_points(
    model: &Model,
    cell: &PeriodicBox,
    (a, b): (&[f64], &[f64]),
    saddle: &[f64],
    step: f64,
) -> Result<PathPoints> {
    let mut sum = PairSum::new(model.clone(), *cell).ordered_if_large(a);
    let (a, b) = (bring_near(cell, saddle, a), bring_near(cell, saddle, b));
    path_points_with(&mut sum, (&a, &b), saddle, [step, step])
}

/// The same with pair sums of the caller's, which may be those of a deformed box; a and b are continuous with the saddle.
///
/// # Errors
/// As `path_points`.
pub fn path_points_with(
    sum: &mut PairSum<1>,
    (a, b): (&[f64], &[f64]),
    saddle: &[f64],
    steps: [f64; 2],
) -> Result<PathPoints> {
    let towards_b: Vec<f64> = b.iter().zip(a).map(|(b, a)| b - a).collect();
    let mut walk = PathWalk::new(sum, saddle, &towards_b, steps);
    while !walk.advance(sum) {}
    let mut force = vec![0.0; a.len()];
    let [energy_a] = sum.forces(as_lanes(a), as_lanes_mut(&mut force));
    let [energy_b] = sum.forces(as_lanes(b), as_lanes_mut(&mut force));
    walk.finish((a, energy_a), (b, energy_b), &[])
}
