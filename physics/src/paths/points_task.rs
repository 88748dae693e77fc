//! From the saddle of a known double well down to its minima: the points of the path.

use super::ends::{bring_near, displacement_without, is_same_minimum, loose};
use super::krylov::{HessianAt, lowest_mode};
use super::points::PathPoints;
use super::vectors::{add_scaled, dot, norm, scale};
use super::{Descent, DescentStop, PathStatus};
use crate::error::{Error, Result};
use crate::forces::{PairSum, as_lanes, as_lanes_mut};
use crate::landscape::{Identity, Quench, QuenchSettings, displacement_field, quench};
use crate::model::{Model, PeriodicBox};
use crate::task::{Progress, Task, in_counted_steps};
use serde::{Deserialize, Serialize};

/// A side is assumed to be at least this fraction of both.
const SHORTEST_SIDE: f64 = 5e-3;
/// Products spent on the unstable mode.
const MODE_PRODUCTS: usize = 200;
/// |H v - lambda v| of the unstable mode [epsilon / sigma^2], times the law's unit of stiffness.
const MODE_TOLERANCE: f64 = 1e-6;

/// The resolution with which a path is followed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PathPointsSettings {
    /// Steps on each side in the first pass, without those near the minimum; doubled in each further pass.
    pub first_steps: f64,
    /// Relative change of the length of both sides at which halving the step ends.
    pub length_change: f64,
    pub most_passes: u32,
    /// A step is at most this fraction of the remaining distance to the minimum ...
    pub nearing: f64,
    /// ... and the last piece is shorter than this fraction of the path.
    pub closest: f64,
    pub quench: QuenchSettings,
}

impl Default for PathPointsSettings {
    fn default() -> Self {
        Self {
            first_steps: 20.0,
            length_change: 1e-3,
            most_passes: 6,
            nearing: 0.25,
            closest: 3e-4,
            quench: QuenchSettings::default(),
        }
    }
}

/// One side of the path: the descent and the starting points of its steps.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Side {
    descent: Descent,
    /// [steps][3N]; the saddle is not among them.
    positions: Vec<f64>,
    /// Longest step [sigma].
    step: f64,
    arrived: bool,
}

impl Side {
    fn new(saddle: &[f64], mode: &[f64], step: f64) -> Self {
        Self { descent: Descent::new(saddle, mode, step), positions: Vec::new(), step, arrived: false }
    }
}

/// The state of the task; serialisable.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PathPointsState {
    /// Minima [3N], next to the saddle.
    a: Vec<f64>,
    b: Vec<f64>,
    /// [3N] next to a.
    saddle: Vec<f64>,
    /// Rattlers of a harmonic packing [N]; empty for every other model.
    loose: Vec<bool>,
    /// [3N], once it is known.
    unstable_mode: Option<Vec<f64>>,
    /// Along and against the unstable mode.
    sides: Vec<Side>,
    steps: [f64; 2],
    pass: u32,
    previous_lengths: Option<[f64; 2]>,
    evaluations: u64,
    done: Option<Box<PathPoints>>,
}

/// Follows the path of a known double well from its saddle to both minima.
///
/// A step is one arc step of the descent: some ten to eighty products with the Hessian.
pub struct PathPointsTask {
    sum: PairSum<1>,
    identity: Identity,
    settings: PathPointsSettings,
    state: PathPointsState,
}

/// The points of the path from `a` over `saddle` to `b` (each [3N], in any periodic images, with residuals far below
/// the force at the last step: 1e-7 is sufficient). Runs the task without interruption: a few thousand evaluations.
///
/// # Errors
/// `Error::Numerical` when the points do not define a curve. A path that is not found is reported by its status.
pub fn path_points(
    model: &Model,
    cell: &PeriodicBox,
    a: &[f64],
    b: &[f64],
    saddle: &[f64],
    settings: &PathPointsSettings,
) -> Result<PathPoints> {
    let mut task = PathPointsTask::new(model, cell, a, b, saddle, settings);
    task.run_to_end()?;
    task.into_points()
}

impl PathPointsTask {
    /// See [`path_points`].
    pub fn new(
        model: &Model,
        cell: &PeriodicBox,
        a: &[f64],
        b: &[f64],
        saddle: &[f64],
        settings: &PathPointsSettings,
    ) -> Self {
        let loose = loose(&Identity::new(model.clone(), *cell), a, b);
        let saddle = near(cell, a, saddle, &loose);
        let b = near(cell, &saddle, b, &loose);
        let state = PathPointsState {
            a: a.to_vec(),
            b,
            saddle,
            loose,
            unstable_mode: None,
            sides: Vec::new(),
            steps: [0.0; 2],
            pass: 0,
            previous_lengths: None,
            evaluations: 0,
            done: None,
        };
        Self::resume(model, cell, settings, state)
    }

    /// Resumes from a saved state.
    pub fn resume(model: &Model, cell: &PeriodicBox, settings: &PathPointsSettings, state: PathPointsState) -> Self {
        let identity = Identity::new(model.clone(), *cell);
        let sum = PairSum::new(model.clone(), *cell).ordered_if_large(&state.a);
        Self { sum, identity, settings: settings.clone(), state }
    }

    /// Minima are recognised by their displacements from this one [3N], the library's first (harmonic packings only).
    pub fn with_origin(mut self, origin: &[f64]) -> Self {
        self.identity = self.identity.with_origin(origin);
        self
    }

    /// The points, once the task is done.
    pub fn points(&self) -> Option<&PathPoints> {
        self.state.done.as_deref()
    }

    /// The points of a task that is done.
    ///
    /// # Errors
    /// `Error::Internal` when it is not.
    pub fn into_points(self) -> Result<PathPoints> {
        let unfinished = || Error::Internal("the points of an unfinished path were requested".into());
        self.state.done.map(|points| *points).ok_or_else(unfinished)
    }

    fn step(&mut self) -> Result<()> {
        let Some(mode) = &self.state.unstable_mode else {
            self.find_mode();
            return Ok(());
        };
        if let Some(k) = self.state.sides.iter().position(|side| !side.arrived) {
            self.descend(k);
            return Ok(());
        }
        let state = &self.state;
        if state.sides.iter().any(|side| side.descent.stop == DescentStop::StepLimit) {
            self.fail(PathStatus::DescentFailed);
            return Ok(());
        }
        let lengths = [0, 1].map(|k| state.sides[k].descent.length + self.remaining(&state.sides[k].descent.positions));
        let close =
            |old: [f64; 2]| (0..2).all(|k| (lengths[k] - old[k]).abs() < self.settings.length_change * lengths[k]);
        if state.previous_lengths.is_some_and(close) {
            return self.arrive();
        }
        if state.pass + 1 >= self.settings.most_passes {
            self.fail(PathStatus::DescentFailed);
            return Ok(());
        }
        let steps = state.steps.map(|step| 0.5 * step);
        let sides = both_sides(&state.saddle, mode, steps);
        let state = &mut self.state;
        (state.sides, state.steps, state.previous_lengths) = (sides, steps, Some(lengths));
        state.pass += 1;
        Ok(())
    }

    /// The unstable mode of the saddle and the steps of both sides.
    fn find_mode(&mut self) {
        let state = &mut self.state;
        let unit = self.sum.model().law.stiffness_unit();
        let across: Vec<f64> = state.b.iter().zip(&state.a).map(|(b, a)| b - a).collect();
        // the mode need not be along b - a: the start contains every direction
        let size = norm(&across) / (across.len() as f64).sqrt();
        let start: Vec<f64> =
            across.iter().enumerate().map(|(i, x)| x + size * (((i * 7919 + 13) % 101) as f64 / 101.0 - 0.5)).collect();
        let mut hessian = HessianAt::new(&mut self.sum, &state.saddle);
        let (curvature, mode, _) = lowest_mode(&mut hessian, &start, MODE_PRODUCTS, MODE_TOLERANCE * unit);
        state.evaluations += hessian.products;
        if curvature.is_nan() || curvature >= 0.0 {
            self.fail(PathStatus::NegativeModes);
            return;
        }
        let cell = self.sum.cell();
        let sides = [&state.a, &state.b].map(|end| norm(&displacement_without(cell, &state.saddle, end, &state.loose)));
        let shortest = SHORTEST_SIDE * (sides[0] + sides[1]);
        let [left, right] = sides.map(|side| side.max(shortest) / self.settings.first_steps);
        let to_b = displacement_without(cell, &state.saddle, &state.b, &state.loose);
        state.steps = if dot(&mode, &to_b) >= 0.0 { [right, left] } else { [left, right] };
        state.sides = both_sides(&state.saddle, &mode, state.steps);
        state.unstable_mode = Some(mode);
    }

    /// Distance to the nearer of the two minima.
    fn remaining(&self, positions: &[f64]) -> f64 {
        let state = &self.state;
        let to = |end: &[f64]| norm(&displacement_without(self.sum.cell(), positions, end, &state.loose));
        to(&state.a).min(to(&state.b))
    }

    /// One arc step of side k, shorter near a minimum.
    fn descend(&mut self, k: usize) {
        let remaining = self.remaining(&self.state.sides[k].descent.positions);
        let [one, other] = self.state.steps.map(|step| step * self.settings.first_steps);
        let passes = f64::from(1 << self.state.pass.min(30));
        let closest = (self.settings.closest * passes * (one + other)).min(0.1 * passes * one.min(other));
        let side = &mut self.state.sides[k];
        if remaining < closest {
            side.arrived = true;
            return;
        }
        side.positions.extend_from_slice(&side.descent.positions);
        side.descent.set_step(side.step.min(self.settings.nearing * remaining));
        let before = side.descent.evaluations;
        side.descent.iterate(&mut self.sum);
        self.state.evaluations += side.descent.evaluations - before;
        side.arrived = side.descent.stop != DescentStop::Running;
    }

    /// Determines which minima the sides have reached, and makes the points.
    fn arrive(&mut self) -> Result<()> {
        let state = &self.state;
        let ends = state.sides.iter().map(|side| side.descent.positions.as_slice());
        let arrivals: Vec<Quench> = ends.map(|end| quench(&mut self.sum, end, &self.settings.quench)).collect();
        let mut evaluations = arrivals.iter().map(|quench| quench.force_evaluations).sum::<u64>();
        let mut energy = |positions: &[f64]| {
            let mut force = vec![0.0; positions.len()];
            evaluations += 1;
            self.sum.forces(as_lanes(positions), as_lanes_mut(&mut force))[0]
        };
        let energies = [energy(&state.a), energy(&state.saddle), energy(&state.b)];
        let reached = |end: &[f64], energy: f64, k: usize| {
            let arrival = (arrivals[k].positions.as_slice(), arrivals[k].energy);
            is_same_minimum(&self.identity, (end, energy), arrival)
        };
        let both = |k: usize| reached(&state.a, energies[0], k) && reached(&state.b, energies[2], 1 - k);
        let to_a = match (both(0), both(1)) {
            (true, _) => 0,
            (_, true) => 1,
            _ => {
                self.state.evaluations += evaluations;
                let arrived = arrivals.iter().all(Quench::at_minimum);
                self.fail(if arrived { PathStatus::WrongMinima } else { PathStatus::DescentFailed });
                return Ok(());
            }
        };
        self.state.evaluations += evaluations;
        let points = self.lay(to_a, energies)?;
        self.state.done = Some(Box::new(points));
        self.state.sides.clear();
        Ok(())
    }

    /// The points from a by side `to_a`, over the saddle, to b; `energies` are those of a, the saddle and b.
    fn lay(&self, to_a: usize, energies: [f64; 3]) -> Result<PathPoints> {
        let state = &self.state;
        let coordinates = state.saddle.len();
        let (left, right) = (&state.sides[to_a], &state.sides[1 - to_a]);
        // rattlers stay where the descent left them
        let end = |side: &Side, minimum: &[f64]| {
            let mut end = side.descent.positions.clone();
            let step = displacement_without(self.sum.cell(), &end, minimum, &state.loose);
            add_scaled(&mut end, 1.0, &step);
            end
        };
        let mut positions = end(left, &state.a);
        let mut above_a = vec![0.0];
        for (x, point) in left.positions.chunks_exact(coordinates).zip(&left.descent.points).rev() {
            positions.extend_from_slice(x);
            above_a.push(point.1 - energies[0]);
        }
        let saddle = above_a.len();
        positions.extend_from_slice(&state.saddle);
        above_a.push(energies[1] - energies[0]);
        for (x, point) in right.positions.chunks_exact(coordinates).zip(&right.descent.points) {
            positions.extend_from_slice(x);
            above_a.push(point.1 - energies[0]);
        }
        positions.extend(end(right, &state.b));
        above_a.push(energies[2] - energies[0]);
        let mode = state.unstable_mode.as_deref().unwrap_or_default();
        PathPoints::through(positions, above_a, saddle, mode, state.evaluations)
    }

    fn fail(&mut self, status: PathStatus) {
        self.state.done = Some(Box::new(PathPoints::none(status, self.state.evaluations)));
        self.state.sides.clear();
    }
}

fn both_sides(saddle: &[f64], mode: &[f64], steps: [f64; 2]) -> Vec<Side> {
    let mut against = mode.to_vec();
    scale(&mut against, -1.0);
    vec![Side::new(saddle, mode, steps[0]), Side::new(saddle, &against, steps[1])]
}

/// `positions` [3N] in the images closest to `reference`, without motion of the other particles as a whole.
fn near(cell: &PeriodicBox, reference: &[f64], positions: &[f64], loose: &[bool]) -> Vec<f64> {
    if loose.is_empty() {
        return bring_near(cell, reference, positions);
    }
    let mut near = positions.to_vec();
    cell.unwrap_near(&mut near, reference);
    let field = displacement_field(cell, reference, positions, |i| !loose[i]);
    // the shift of the other particles is applied to the rattlers too
    let held = loose.iter().position(|loose| !loose).unwrap_or(0);
    let shift: [f64; 3] = std::array::from_fn(|k| reference[3 * held + k] + field[3 * held + k] - near[3 * held + k]);
    near.chunks_exact_mut(3).for_each(|atom| (0..3).for_each(|k| atom[k] += shift[k]));
    near
}

impl Task for PathPointsTask {
    type State = PathPointsState;

    fn advance(&mut self, force_calls: u64) -> Result<Progress> {
        in_counted_steps(self, force_calls, |task| task.state.done.is_some(), |task| task.state.evaluations, Self::step)
    }

    fn state(&self) -> PathPointsState {
        self.state.clone()
    }

    fn fraction(&self) -> f64 {
        let arrived = self.state.sides.iter().filter(|side| side.arrived).count();
        if self.state.done.is_some() {
            1.0
        } else {
            ((f64::from(self.state.pass) + 0.5 * arrived as f64) / 3.0).min(0.95)
        }
    }
}
