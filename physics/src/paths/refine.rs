//! A double well measured along the steepest-descent path from its saddle.

use super::connect::SOFT_MODE_PRODUCTS;
use super::connect::{ConnectOutcome, FoundMinimum, Waypoint};
use super::double_well::{DoubleWell, LengthMethod, PathProfile, PathStatus};
use super::ends::{EndMinimum, displacement_without, is_same_minimum, loose};
use super::krylov::{HessianAt, softest_along};
use super::profile::PROFILE_POINTS;
use super::vectors::{dot, norm, scale};
use super::{Descent, DescentStop};
use crate::error::{Error, Result};
use crate::forces::PairSum;
use crate::landscape::{Identity, Quench, QuenchSettings, displacement_field, quench};
use crate::model::{Model, PeriodicBox};
use crate::task::{Progress, Task, in_counted_steps};
use serde::{Deserialize, Serialize};

/// Steps on each side in the first pass.
const FIRST_STEPS: f64 = 20.0;
/// A side is assumed to be at least this fraction of the whole path.
const SHORTEST_SIDE: f64 = 5e-3;
/// Relative change of the length at which halving the step ends.
const LENGTH_CHANGE: f64 = 1e-3;
const MAX_PASSES: u32 = 6;

/// The state of the task; serialisable.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct DescentState {
    well: DoubleWell,
    a: EndMinimum,
    b: EndMinimum,
    /// Arc step of each side.
    steps: [f64; 2],
    pass: u32,
    previous_lengths: Option<[f64; 2]>,
    /// Both sides, along and against the unstable mode.
    sides: [Descent; 2],
    evaluations: u64,
    done: Option<Box<ConnectOutcome>>,
}

/// Follows the path of a converged double well down from its saddle.
pub struct DescentTask {
    sum: PairSum<1>,
    identity: Identity,
    quench: QuenchSettings,
    /// Whether a path that leaves the pair is replaced by its parts.
    split: bool,
    state: DescentState,
}

/// The arc steps of both sides: a side is as long as in the profile, and is not crossed in a few steps.
fn first_steps(well: &DoubleWell, toward_b: &[f64]) -> [f64; 2] {
    let highest = |i: &usize, j: &usize| well.profile.energy[*i].total_cmp(&well.profile.energy[*j]);
    let top = (0..well.profile.energy.len()).max_by(highest).map_or(0.5 * well.length, |k| well.profile.arc_length[k]);
    let lengths = [well.length - top, top].map(|side| side.max(SHORTEST_SIDE * well.length));
    let to_b = if dot(&well.unstable_mode, toward_b) >= 0.0 { 0 } else { 1 };
    [lengths[to_b] / FIRST_STEPS, lengths[1 - to_b] / FIRST_STEPS]
}

fn both_sides(well: &DoubleWell, steps: [f64; 2]) -> [Descent; 2] {
    let mut against = well.unstable_mode.clone();
    scale(&mut against, -1.0);
    [
        Descent::new(&well.saddle_position, &well.unstable_mode, steps[0]),
        Descent::new(&well.saddle_position, &against, steps[1]),
    ]
}

impl DescentTask {
    /// From a double well of status `Converged` and its ends.
    pub fn new(
        model: &Model,
        cell: &PeriodicBox,
        well: &DoubleWell,
        ends: (&EndMinimum, &EndMinimum),
        quench: &QuenchSettings,
    ) -> Self {
        let (a, b) = if ends.0.index == well.a { ends } else { (ends.1, ends.0) };
        let steps = first_steps(well, &displacement_field(cell, &well.saddle_position, &b.positions, |_| true));
        let state = DescentState {
            a: a.clone(),
            b: b.clone(),
            steps,
            pass: 0,
            previous_lengths: None,
            sides: both_sides(well, steps),
            evaluations: 0,
            done: None,
            well: well.clone(),
        };
        Self::resume(model, cell, quench, state)
    }

    /// Resumes from a saved state.
    pub fn resume(model: &Model, cell: &PeriodicBox, quench: &QuenchSettings, state: DescentState) -> Self {
        let identity = Identity::new(model.clone(), *cell);
        let sum = PairSum::new(model.clone(), *cell).ordered_if_large(&state.a.positions);
        Self { sum, identity, quench: quench.clone(), split: true, state }
    }

    /// Whether a descent that leaves the pair splits the path (the default) or is reported as `WrongMinima`.
    pub fn splitting(mut self, split: bool) -> Self {
        self.split = split;
        self
    }

    /// Minima are recognised by their displacements from this one [3N], the library's first (harmonic packings only).
    pub fn with_origin(mut self, origin: &[f64]) -> Self {
        self.identity = self.identity.with_origin(origin);
        self
    }

    /// The outcome, once the task is finished: the double well with the descent's length, profile, tangents and
    /// curvatures, or with the status of the failure (its earlier results are kept) and the other minima found.
    pub fn outcome(&self) -> Option<&ConnectOutcome> {
        self.state.done.as_deref()
    }

    /// The outcome of a task that is done.
    ///
    /// # Errors
    /// `Error::Internal` when it is not.
    pub fn into_outcome(self) -> Result<ConnectOutcome> {
        let unfinished = || Error::Internal("the outcome of an unfinished descent was requested".into());
        self.state.done.map(|outcome| *outcome).ok_or_else(unfinished)
    }

    fn step(&mut self) -> Result<()> {
        let state = &mut self.state;
        if let Some(side) = state.sides.iter_mut().find(|side| side.stop == DescentStop::Running) {
            let before = side.evaluations;
            side.iterate(&mut self.sum);
            state.evaluations += side.evaluations - before;
            return Ok(());
        }
        if state.sides.iter().any(|side| side.stop == DescentStop::StepLimit) {
            self.finish(PathStatus::DescentFailed, Vec::new());
            return Ok(());
        }
        let lengths = [state.sides[0].length, state.sides[1].length];
        let close = |old: [f64; 2]| (0..2).all(|k| (lengths[k] - old[k]).abs() < LENGTH_CHANGE * lengths[k]);
        let settled = state.previous_lengths.is_some_and(close);
        if settled {
            return self.arrive();
        }
        state.previous_lengths = Some(lengths);
        state.pass += 1;
        state.steps = state.steps.map(|step| 0.5 * step);
        if state.pass >= MAX_PASSES {
            self.finish(PathStatus::DescentFailed, Vec::new());
        } else {
            state.sides = both_sides(&state.well, state.steps);
        }
        Ok(())
    }

    /// Quenches both end points, determines which minima they are, and completes the path.
    fn arrive(&mut self) -> Result<()> {
        let cell = *self.sum.cell();
        let arrivals: Vec<_> =
            self.state.sides.iter().map(|side| quench(&mut self.sum, &side.positions, &self.quench)).collect();
        self.state.evaluations += arrivals.iter().map(|q| q.force_evaluations).sum::<u64>();
        if !arrivals.iter().all(Quench::at_minimum) {
            self.finish(PathStatus::DescentFailed, Vec::new());
            return Ok(());
        }
        let reached = |end: &EndMinimum, side: usize| {
            let arrival = (arrivals[side].positions.as_slice(), arrivals[side].energy);
            is_same_minimum(&self.identity, (&end.positions, end.energy), arrival)
        };
        let (a, b) = (&self.state.a, &self.state.b);
        let to_a = match (reached(a, 0) && reached(b, 1), reached(a, 1) && reached(b, 0)) {
            (true, _) => 0,
            (_, true) => 1,
            _ => {
                let others = (0..2).filter(|&side| !reached(a, side) && !reached(b, side));
                let mut found: Vec<FoundMinimum> = others.map(|side| arrivals[side].clone().into()).collect();
                let from_a =
                    |found: &FoundMinimum| norm(&displacement_field(&cell, &a.positions, &found.positions, |_| true));
                found.sort_by(|one, other| from_a(one).total_cmp(&from_a(other)));
                self.elsewhere(found);
                return Ok(());
            }
        };
        // no profile can be made on this path: that of the band is kept
        let status = match self.measure(to_a) {
            Err(Error::Numerical(_)) => PathStatus::DescentFailed,
            other => other.map(|()| PathStatus::Converged)?,
        };
        self.finish(status, Vec::new());
        Ok(())
    }

    /// Length, profile, tangents and curvatures of the path whose side `to_a` ends at a.
    fn measure(&mut self, to_a: usize) -> Result<()> {
        let cell = *self.sum.cell();
        let state = &mut self.state;
        let (left, right) = (&state.sides[to_a], &state.sides[1 - to_a]);
        let loose = loose(&self.identity, &state.a.positions, &state.b.positions);
        let closing = |side: &Descent, end: &EndMinimum| {
            side.length + norm(&displacement_without(&cell, &side.positions, &end.positions, &loose))
        };
        let (length_a, length_b) = (closing(left, &state.a), closing(right, &state.b));
        let energy_a = state.well.saddle_energy - state.well.activation;
        // points very close to an end would only make the spline oscillate
        let margin = 0.05 * state.steps[0].min(state.steps[1]);
        let far = |side_length: f64| move |point: &&(f64, f64)| side_length - point.0 > margin;
        let (mut knots, mut energies) = (vec![0.0], vec![0.0]);
        for &(s, energy) in left.points.iter().filter(far(length_a)).rev() {
            knots.push(length_a - s);
            energies.push(energy - energy_a);
        }
        knots.push(length_a);
        energies.push(state.well.activation);
        for &(s, energy) in right.points.iter().filter(far(length_b)) {
            knots.push(length_a + s);
            energies.push(energy - energy_a);
        }
        knots.push(length_a + length_b);
        energies.push(state.well.asymmetry);
        // rattlers stay where the descent left them: their positions in the library do not matter for the path
        let near = |side: &Descent, end: &EndMinimum| -> Vec<f64> {
            let step = displacement_without(&cell, &side.positions, &end.positions, &loose);
            side.positions.iter().zip(step).map(|(x, step)| x + step).collect()
        };
        let (end_a, end_b) = (near(left, &state.a), near(right, &state.b));
        let (tangent_a, tangent_b) = (left.end_tangent(&end_a), right.end_tangent(&end_b));
        state.well.profile = PathProfile::resample(&knots, &energies, length_a, PROFILE_POINTS)?;
        state.well.length = length_a + length_b;
        state.well.length_method = LengthMethod::Descent;
        // steepest descent arrives along the softest mode with which it overlaps; a chord of finite length only
        // approximately
        let mut products = 0;
        let mut curvature = |at: &[f64], tangent: &[f64]| {
            let mut hessian = HessianAt::new(&mut self.sum, at);
            let curvature = softest_along(&mut hessian, tangent, SOFT_MODE_PRODUCTS);
            products += hessian.products;
            curvature
        };
        state.well.curvature_a = curvature(&end_a, &tangent_a);
        state.well.curvature_b = curvature(&end_b, &tangent_b);
        state.evaluations += products;
        (state.well.tangent_a, state.well.tangent_b) = (tangent_a, tangent_b);
        Ok(())
    }

    /// The descent left the pair: replaces the path by its parts, over the minima that were reached.
    fn elsewhere(&mut self, found: Vec<FoundMinimum>) {
        if found.is_empty() || !self.split {
            let found = Vec::new();
            return self.finish(PathStatus::WrongMinima, found);
        }
        let on_the_way = (0..found.len()).map(Waypoint::Found);
        let chain = [Waypoint::A].into_iter().chain(on_the_way).chain([Waypoint::B]).collect();
        self.finish(PathStatus::Split, found);
        if let Some(done) = &mut self.state.done {
            done.double_well = None;
            done.chain = chain;
        }
    }

    fn finish(&mut self, status: PathStatus, found: Vec<FoundMinimum>) {
        let mut well = self.state.well.clone();
        well.status = status;
        well.force_evaluations += self.state.evaluations;
        self.state.done = Some(Box::new(ConnectOutcome {
            status,
            ends: (self.state.a.index, self.state.b.index),
            double_well: Some(well),
            found,
            chain: Vec::new(),
            force_evaluations: self.state.evaluations,
        }));
    }
}

/// The outcome of a descent, including the cost of the band. If the descent failed, the double well of the band is
/// kept, with its saddle, the spline's length and the status of the failure.
pub fn joined(direct: ConnectOutcome, mut refined: ConnectOutcome) -> ConnectOutcome {
    refined.force_evaluations += direct.force_evaluations;
    if refined.status == PathStatus::DescentFailed {
        refined.double_well = direct.double_well;
    }
    if let Some(well) = &mut refined.double_well {
        well.force_evaluations = refined.force_evaluations;
        well.status = refined.status;
    }
    refined
}

impl Task for DescentTask {
    type State = DescentState;

    fn advance(&mut self, force_calls: u64) -> Result<Progress> {
        in_counted_steps(self, force_calls, |task| task.state.done.is_some(), |task| task.state.evaluations, Self::step)
    }

    fn state(&self) -> DescentState {
        self.state.clone()
    }

    fn fraction(&self) -> f64 {
        let run: f64 = self.state.sides.iter().map(|side| side.length).sum();
        let pass = (run / self.state.well.length).min(1.0);
        if self.state.done.is_some() { 1.0 } else { ((f64::from(self.state.pass) + pass) / 3.0).min(0.95) }
    }
}
