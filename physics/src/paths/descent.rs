//! Steepest descent from a saddle to a minimum: the intrinsic reaction coordinate.

use super::krylov::{HessianAt, Krylov};
use super::vectors::{add_scaled, dot, norm, scale};
use crate::forces::{PairSum, as_lanes, as_lanes_mut};
use serde::{Deserialize, Serialize};

/// Largest dimension of the Krylov subspace of a step.
const MAX_DIMENSION: usize = 80;
/// The subspace is large enough when its last two directions contain less than this fraction of the step.
const TRUNCATION: f64 = 1e-3;
/// Curvatures below this do not determine the intervals of time [epsilon / sigma^2], times the law's unit of stiffness.
const SOFTEST: f64 = 1e-6;
/// Largest number of time intervals over which a step is summed.
const MOST_INTERVALS: usize = 10_000;
/// Bound on the number of steps of one side.
const MAX_STEPS: usize = 4000;

/// Why a descent stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum DescentStop {
    Running,
    /// The remaining path of the quadratic model was shorter than a step and has been taken.
    Arrived,
    StepLimit,
}

/// One side of a running descent; serialisable.
///
/// Each step follows dx/dt = -(g + H (x - x_0)) of the local quadratic model exactly (Page & McIver 1988,
/// doi:10.1063/1.454172), with H in the Krylov subspace of g: x(t) = x_0 - sum_k c_k (1 - exp(-lambda_k t)) / lambda_k
/// e_k, c_k = g.e_k, until its arc length, the integral of [sum_k c_k^2 exp(-2 lambda_k t)]^1/2, equals the step. Stiff
/// directions relax within a step at no extra cost.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Descent {
    pub positions: Vec<f64>,
    /// (arc length from the saddle, energy) at the end of each step.
    pub points: Vec<(f64, f64)>,
    /// Arc length so far [sigma].
    pub length: f64,
    pub evaluations: u64,
    pub stop: DescentStop,
    /// Starting points of the last two steps, for the tangent at the end.
    pub previous: Vec<f64>,
    step: f64,
    /// Dimension of the subspace of the last step: that of the next one is about the same.
    dimension: usize,
}

impl Descent {
    /// From the saddle [3N] along `mode` (unit vector, pointing downhill to the wanted side), with arc steps `step`
    /// [sigma].
    pub fn new(saddle: &[f64], mode: &[f64], step: f64) -> Self {
        let mut positions = saddle.to_vec();
        add_scaled(&mut positions, step, mode);
        Self {
            positions,
            points: Vec::new(),
            length: step,
            evaluations: 0,
            stop: DescentStop::Running,
            previous: saddle.to_vec(),
            step,
            dimension: 0,
        }
    }

    /// Sets the arc step [sigma] from here on.
    pub fn set_step(&mut self, step: f64) {
        self.step = step;
    }

    /// One arc step.
    pub fn iterate(&mut self, sum: &mut PairSum<1>) {
        let mut force = vec![0.0; self.positions.len()];
        let energy = sum.forces(as_lanes(&self.positions), as_lanes_mut(&mut force))[0];
        self.evaluations += 1;
        self.points.push((self.length, energy));
        let strength = norm(&force);
        if strength == 0.0 {
            self.stop = DescentStop::Arrived;
            return;
        }
        if self.points.len() >= MAX_STEPS || !strength.is_finite() {
            self.stop = DescentStop::StepLimit;
            return;
        }
        let start = self.positions.clone();
        let floor = SOFTEST * sum.model().law.stiffness_unit();
        let mut hessian = HessianAt::new(sum, &start);
        let mut krylov = Krylov::new(&force);
        loop {
            krylov.extend(&mut hessian);
            let m = krylov.dimension();
            let last = m >= MAX_DIMENSION || krylov.exhausted;
            // a look costs as much as some products
            if !last && (m < self.dimension.saturating_sub(4).max(6) || !m.is_multiple_of(4)) {
                continue;
            }
            let flow = Flow::new(&krylov, strength);
            let (time, arc) = flow.time_of(self.step, floor);
            let coefficients = flow.coefficients(time);
            let tail = coefficients[m.saturating_sub(2)..].iter().fold(0.0_f64, |t, c| t.max(c.abs()));
            if last || tail < TRUNCATION * arc {
                let moved = krylov.combine(&coefficients);
                add_scaled(&mut self.positions, 1.0, &moved);
                self.dimension = m;
                self.length += arc;
                self.evaluations += hessian.products;
                // a short remaining path does not determine a direction
                if time.is_finite() || arc > 0.5 * self.step {
                    self.previous = start;
                }
                if time.is_infinite() {
                    self.stop = DescentStop::Arrived;
                }
                return;
            }
        }
    }

    /// Unit vector [3N] at the end of the path, pointing from the minimum back to the saddle.
    pub fn end_tangent(&self, minimum: &[f64]) -> Vec<f64> {
        let mut tangent = super::vectors::difference(&self.previous, minimum);
        let length = norm(&tangent);
        if length > 0.0 {
            scale(&mut tangent, 1.0 / length);
        }
        tangent
    }
}

/// The quadratic model's descent in the Krylov subspace.
struct Flow {
    values: Vec<f64>,
    /// Ritz vectors [m][k].
    vectors: Vec<Vec<f64>>,
    /// Force along each Ritz vector.
    forces: Vec<f64>,
}

impl Flow {
    fn new(krylov: &Krylov, strength: f64) -> Self {
        let ritz = krylov.ritz();
        let forces = ritz.vectors[0].iter().map(|c| c * strength).collect();
        Self { values: ritz.values, vectors: ritz.vectors, forces }
    }

    /// Speed ds/dt at time t.
    fn speed(&self, t: f64) -> f64 {
        self.forces.iter().zip(&self.values).map(|(f, v)| (f * (-v * t).exp()).powi(2)).sum::<f64>().sqrt()
    }

    /// Arc length between two times, by four-point Gauss quadrature.
    fn arc(&self, from: f64, to: f64) -> f64 {
        const NODES: [(f64, f64); 2] =
            [(0.339_981_043_584_856_26, 0.652_145_154_862_546_1), (0.861_136_311_594_052_6, 0.347_854_845_137_453_9)];
        let (middle, half) = (0.5 * (from + to), 0.5 * (to - from));
        NODES.iter().map(|(x, w)| w * half * (self.speed(middle - half * x) + self.speed(middle + half * x))).sum()
    }

    /// The time at which the arc length is `step`, and the arc length reached: (infinity, total) when the model's path
    /// ends before.
    fn time_of(&self, step: f64, floor: f64) -> (f64, f64) {
        let stiffest = self.values.iter().fold(floor, |m, v| m.max(v.abs()));
        let softest = self.values.first().copied().unwrap_or(0.0);
        let longest = 0.3 / softest.abs().max(floor);
        let (mut time, mut arc) = (0.0, 0.0);
        let mut interval = (0.1 / stiffest).min(longest);
        // far more intervals than any path takes: ends also if the speed is NaN
        for _ in 0..MOST_INTERVALS {
            let piece = self.arc(time, time + interval);
            if arc + piece >= step {
                return (self.bisect(time, interval, step - arc), step);
            }
            arc += piece;
            time += interval;
            // nothing grows, and the rest is negligible
            if softest > 0.0 && self.speed(time) < 1e-9 * softest * step {
                return (f64::INFINITY, arc);
            }
            interval = (1.3 * interval).min(longest);
        }
        (f64::INFINITY, arc)
    }

    fn bisect(&self, time: f64, interval: f64, wanted: f64) -> f64 {
        let (mut low, mut high) = (0.0, interval);
        for _ in 0..50 {
            let middle = 0.5 * (low + high);
            if self.arc(time, time + middle) < wanted {
                low = middle;
            } else {
                high = middle;
            }
        }
        time + 0.5 * (low + high)
    }

    /// Displacement at time t in the Lanczos basis [m].
    fn coefficients(&self, t: f64) -> Vec<f64> {
        let along: Vec<f64> = self
            .forces
            .iter()
            .zip(&self.values)
            .map(|(f, v)| {
                if t.is_infinite() {
                    f / v
                } else if (v * t).abs() < 1e-8 {
                    f * t
                } else {
                    -f * (-v * t).exp_m1() / v
                }
            })
            .collect();
        self.vectors.iter().map(|row| dot(row, &along)).collect()
    }
}
