//! The saddle on top of a path, to the tolerance of a minimum.

use super::krylov::{HessianAt, lowest_mode, minres};
use super::lbfgs::PerpendicularMemory;
use super::vectors::{add_scaled, dot, largest_component, norm, remove_translation, scale};
use crate::forces::{PairSum, as_lanes, as_lanes_mut};
use crate::model::Law;
use serde::{Deserialize, Serialize};

const MEMORY: usize = 8;
/// Inverse of a stiff curvature [sigma^2 / epsilon], over the law's unit of stiffness.
const FIRST_SCALE: f64 = 1.0 / 500.0;
/// Longest step [sigma].
const STEP_CAP: f64 = 0.1;
/// Products spent on the mode in one iteration.
const MODE_PRODUCTS: usize = 12;
/// Newton steps that no longer reduce a residual below this have reached the rounding of the forces.
const ROUNDING_FLOOR: f64 = 1e-11;
/// Newton steps begin below this largest force component [epsilon / sigma], times the law's unit of stiffness.
const NEWTON_FROM: f64 = 2e-2;
/// By how much MINRES lowers the residual in a Newton step.
const NEWTON_REDUCTION: f64 = 1e-3;
const NEWTON_PRODUCTS: usize = 600;
const MAX_ITERATIONS: u64 = 500;

/// Why the search for a saddle stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum SaddleStop {
    Running,
    Converged,
    StepLimit,
}

/// A running saddle search; serialisable.
///
/// Far from the saddle the lowest mode is followed uphill by Newton's step along it, quasi-Newton steps go downhill
/// across it; in the quadratic region Newton steps by MINRES with exact Hessian products take over.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SaddleSearch {
    pub positions: Vec<f64>,
    /// Lowest mode [3N], normalised.
    pub mode: Vec<f64>,
    /// Its eigenvalue [epsilon / sigma^2].
    pub curvature: f64,
    pub energy: f64,
    /// Largest force component.
    pub residual: f64,
    /// Evaluations of forces and products with the Hessian.
    pub evaluations: u64,
    pub stop: SaddleStop,
    iterations: u64,
    memory: PerpendicularMemory,
    newton_below: f64,
    /// The law's unit of stiffness, see [`Law::stiffness_unit`].
    unit: f64,
    /// Positions and residual before the last Newton step, to return to.
    before_newton: Option<(Vec<f64>, f64)>,
}

impl SaddleSearch {
    /// From positions near the top of a path and the path's tangent there [3N], for particles of this law.
    pub fn new(positions: &[f64], tangent: &[f64], law: Law) -> Self {
        let unit = law.stiffness_unit();
        Self {
            positions: positions.to_vec(),
            mode: tangent.to_vec(),
            curvature: 0.0,
            energy: f64::NAN,
            residual: f64::INFINITY,
            evaluations: 0,
            stop: SaddleStop::Running,
            iterations: 0,
            memory: PerpendicularMemory::new(MEMORY, FIRST_SCALE / unit),
            newton_below: NEWTON_FROM * unit,
            unit,
            before_newton: None,
        }
    }

    /// One step towards the saddle; ends at residual < `tolerance`.
    pub fn iterate(&mut self, sum: &mut PairSum<1>, tolerance: f64) {
        self.iterations += 1;
        let mut force = vec![0.0; self.positions.len()];
        self.energy = sum.forces(as_lanes(&self.positions), as_lanes_mut(&mut force))[0];
        self.evaluations += 1;
        self.residual = largest_component(&force);
        if let Some((positions, residual)) = self.before_newton.take()
            && (self.residual >= 0.5 * residual || self.residual.is_nan())
        {
            // not in the quadratic region after all
            self.positions = positions;
            self.newton_below = 0.1 * residual;
            self.memory.clear();
            if residual < ROUNDING_FLOOR {
                // a tolerance below the rounding of the forces: the residual cannot be reduced further
                self.residual = residual;
                self.finish(sum);
            } else if self.newton_below < tolerance {
                self.stop = SaddleStop::StepLimit;
            }
            return;
        }
        if self.residual < tolerance {
            self.finish(sum);
        } else if self.iterations >= MAX_ITERATIONS || self.residual.is_nan() {
            self.stop = SaddleStop::StepLimit;
        } else if self.residual < self.newton_below {
            self.newton_step(sum, &mut force);
        } else {
            self.mode_step(sum, &force);
        }
    }

    fn newton_step(&mut self, sum: &mut PairSum<1>, force: &mut [f64]) {
        remove_translation(force);
        let mut hessian = HessianAt::new(sum, &self.positions);
        let mut step = minres(&mut hessian, force, NEWTON_REDUCTION, NEWTON_PRODUCTS);
        self.evaluations += hessian.products;
        let length = norm(&step);
        if length > STEP_CAP {
            scale(&mut step, STEP_CAP / length);
        }
        self.before_newton = Some((self.positions.clone(), self.residual));
        add_scaled(&mut self.positions, 1.0, &step);
    }

    fn mode_step(&mut self, sum: &mut PairSum<1>, force: &[f64]) {
        let mut hessian = HessianAt::new(sum, &self.positions);
        let (curvature, mut mode, _) = lowest_mode(&mut hessian, &self.mode, MODE_PRODUCTS, 0.1 * self.unit);
        self.evaluations += hessian.products;
        if dot(&mode, &self.mode) < 0.0 {
            scale(&mut mode, -1.0);
        }
        let along = dot(force, &mode);
        let climb = if curvature < 0.0 { along / curvature } else { -STEP_CAP * along.signum() };
        let mut step = self.memory.step(force, &mode, None, STEP_CAP);
        add_scaled(&mut step, climb.clamp(-STEP_CAP, STEP_CAP), &mode);
        (self.curvature, self.mode) = (curvature, mode);
        add_scaled(&mut self.positions, 1.0, &step);
    }

    /// The unstable mode at the saddle, with the sense of the given tangent.
    fn finish(&mut self, sum: &mut PairSum<1>) {
        let mut hessian = HessianAt::new(sum, &self.positions);
        let (curvature, mut mode, _) = lowest_mode(&mut hessian, &self.mode, 200, 1e-6 * self.unit);
        self.evaluations += hessian.products;
        if dot(&mode, &self.mode) < 0.0 {
            scale(&mut mode, -1.0);
        }
        (self.curvature, self.mode) = (curvature, mode);
        self.stop = SaddleStop::Converged;
    }
}
