//! Pushes along some modes of a glass as a resumable task.
//!
//! A push that returns to the origin is recognised before its quench ends: when it is closer than three tenths of the
//! smallest transition, its force points back at least as that of the softest mode would, and the remaining distance is
//! no larger than that. A push whose energy has fallen below that of the origin has left, because a quench hardly ever
//! climbs. The push at A_c is quenched to the end, to find where it leads.

use super::outcome::{Excitation, PushStatus, pushed};
use super::search::{Fate, Probe, PushSearch};
use super::settings::ExciteSettings;
use super::spectrum::Origin;
use crate::error::Result;
use crate::forces::{LANES, PairSum};
use crate::landscape::{
    Displacement, Look, Quench, QuenchSettings, StopReason, Supply, displacement_field, quench, quench_supply,
};
use crate::model::{Model, PeriodicBox};
use crate::sampling::for_each_near_pair;
use crate::task::{Progress, Task, in_steps};
use serde::{Deserialize, Serialize};

/// The smallest |dr| of a transition [sigma].
const SMALLEST: f64 = 1e-4;
/// A transition is this many times larger than the distance by which a quench to the tolerance may miss the minimum.
const TIMES_NOISE: f64 = 10.0;
/// Within this fraction of the smallest transition a push has returned.
const BACK: f64 = 0.3;
/// A push has left when its energy is this far below that of the origin, relative to max(N, |U|): ten times the
/// increase that the minimiser ignores.
const FALLEN: f64 = 1e-9;
/// Evaluations between two examinations of a quench.
const EVERY: u64 = 4;
/// Particles closer than this fraction of sigma_ij overlap.
const OVERLAP: f64 = 0.7;
/// Number of modes of a glass whose pushes share the lanes: a single mode leaves a third of the lanes empty while its
/// last quenches end.
const TOGETHER: usize = 4;
/// Particles of all pushes of a wave, after which the task can be interrupted.
const WAVE: usize = 256_000;
const LARGEST_WAVE: usize = 256;

/// The state of the pushes along one mode; serialisable.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct ModeState {
    search: PushSearch,
    /// For each sign, the end point [3N] of the push from the lowest amplitude that leaves, if it was quenched to the
    /// end.
    ends: [Option<Vec<f64>>; 2],
    pushes: u64,
    overlaps: u64,
    force_evaluations: u64,
    outcome: Option<Excitation>,
}

/// The state of the pushes along the modes of a task; serialisable.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PushState {
    modes: Vec<ModeState>,
}

impl PushState {
    fn evaluations(&self) -> u64 {
        self.modes.iter().map(|mode| mode.force_evaluations).sum()
    }
}

/// The pushes along several modes of a glass in parallel: while the last pushes of one mode end, those of the next
/// begin.
pub struct PushTask {
    sum: PairSum<LANES>,
    origin: Origin,
    /// e of every mode [3N]
    modes: Vec<Vec<f64>>,
    quench: QuenchSettings,
    state: PushState,
    /// Whether quenches continue to their end even when they have returned, for tests.
    to_the_end: bool,
}

impl PushTask {
    pub fn new(
        model: &Model,
        cell: PeriodicBox,
        origin: Origin,
        modes: Vec<Vec<f64>>,
        settings: &ExciteSettings,
    ) -> Self {
        let sum = PairSum::new(model.clone(), cell).ordered_if_large(&origin.positions);
        let (search, ends) = (PushSearch::new(settings), [None, None]);
        let fresh = ModeState { search, ends, pushes: 0, overlaps: 0, force_evaluations: 0, outcome: None };
        let state = PushState { modes: vec![fresh; modes.len()] };
        Self { sum, origin, modes, quench: QuenchSettings::from(settings), state, to_the_end: false }
    }

    /// The same, resumed from a saved state.
    pub fn resume(self, state: PushState) -> Self {
        Self { state, ..self }
    }

    /// Quenches every push to its end.
    pub fn to_the_end(self) -> Self {
        Self { to_the_end: true, ..self }
    }

    /// The outcome of the pushes along each mode, once the task is finished.
    pub fn excitations(&self) -> Option<Vec<&Excitation>> {
        self.state.modes.iter().map(|mode| mode.outcome.as_ref()).collect()
    }

    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    pub fn cell(&self) -> &PeriodicBox {
        self.sum.cell()
    }

    /// One wave of pushes; returns the force evaluations.
    fn unit(&mut self) -> u64 {
        let before = self.state.evaluations();
        let particles = self.sum.particles();
        let scale = self.origin.energy.abs().max(particles as f64);
        let falls = self.quench.minimiser.is_monotonic() && !self.to_the_end;
        let modes = self.modes.iter().zip(&mut self.state.modes).map(|(vector, state)| Pushes::of(vector, state));
        let mut wave = Wave {
            model: self.sum.model().clone(),
            cell: *self.sum.cell(),
            origin: &self.origin,
            smallest: self.origin.smallest_transition(&self.quench),
            left_below: if falls { self.origin.energy - FALLEN * scale } else { f64::NEG_INFINITY },
            to_the_end: self.to_the_end,
            modes: modes.collect(),
            probes: Vec::new(),
            most: (WAVE / particles.max(1)).clamp(LANES, LARGEST_WAVE),
        };
        quench_supply(&mut self.sum, &mut wave, &self.quench);
        let ended = wave.modes.iter().map(|mode| mode.over && mode.state.outcome.is_none());
        let ended: Vec<bool> = ended.collect();
        (0..ended.len()).filter(|&mode| ended[mode]).for_each(|mode| self.finish(mode));
        self.state.evaluations() - before
    }

    /// Evaluates the result of a finished search.
    fn finish(&mut self, mode: usize) {
        let ModeState { search, ends, .. } = &mut self.state.modes[mode];
        let found = search.first_side().zip(search.bracket());
        let (certainty, losses) = (search.certainty(), search.losses());
        let excitation = match found {
            Some((side, bracket)) => {
                let (known, sign) = (ends[side].take(), [1.0, -1.0][side]);
                match known.or_else(|| self.end_of(mode, sign * bracket.high)) {
                    Some(end) => {
                        let glass = (self.sum.model(), self.sum.cell());
                        let crossing = (bracket, certainty, sign);
                        Excitation::of_transition(glass, &self.origin, &self.modes[mode], crossing, &end)
                    }
                    None => Excitation::without_transition(PushStatus::StepLimit),
                }
            }
            None => Excitation::without_transition(PushStatus::without_transition(losses)),
        };
        let state = &mut self.state.modes[mode];
        let ModeState { pushes, overlaps, force_evaluations, .. } = *state;
        state.ends = [None, None];
        state.outcome = Some(Excitation { pushes, overlaps, force_evaluations, ..excitation });
    }

    /// The end point of the push by a signed amplitude that has left; none when its quench does not converge, or ends
    /// at the origin.
    fn end_of(&mut self, mode: usize, amplitude: f64) -> Option<Vec<f64>> {
        let start = pushed(&self.origin.positions, &self.modes[mode], amplitude);
        let end = quench(&mut self.sum.of_one(), &start, &self.quench);
        self.state.modes[mode].force_evaluations += end.force_evaluations;
        let counted = |i: usize| !self.origin.rattlers[i];
        let field = displacement_field(self.sum.cell(), &self.origin.positions, &end.positions, counted);
        let has_left = Displacement::of(&field).distance > self.origin.smallest_transition(&self.quench);
        (end.at_minimum() && has_left).then_some(end.positions)
    }

    fn over(&self) -> bool {
        self.state.modes.iter().all(|mode| mode.outcome.is_some())
    }
}

impl Task for PushTask {
    type State = PushState;

    fn advance(&mut self, force_calls: u64) -> Result<Progress> {
        in_steps(self, force_calls, Self::over, |task, _| Ok(task.unit()))
    }

    fn state(&self) -> PushState {
        self.state.clone()
    }

    fn fraction(&self) -> f64 {
        let of = |mode: &ModeState| if mode.outcome.is_some() { 1.0 } else { 0.9 * mode.search.fraction() };
        self.state.modes.iter().map(of).sum::<f64>() / self.modes.len().max(1) as f64
    }
}

/// Number of modes per task for a glass of this size: if a wave fills a batch, no lane is free for another mode.
pub fn modes_together(particles: usize) -> usize {
    if WAVE / particles.max(1) > LANES { TOGETHER } else { 1 }
}

impl Origin {
    /// The smallest |dr| that counts as a transition [sigma]: 1e-4, and above the error of the quenches.
    pub fn smallest_transition(&self, settings: &QuenchSettings) -> f64 {
        let tolerated = settings.force_tolerance * (self.positions.len() as f64).sqrt();
        SMALLEST.max(TIMES_NOISE * self.reach(tolerated.max(self.force)))
    }
}

/// The pushes along one mode within a wave.
struct Pushes<'w> {
    vector: &'w [f64],
    state: &'w mut ModeState,
    /// Pushes of the brackets that wait, the next one last.
    queue: Vec<Probe>,
    flying: usize,
    /// The search needs no further pushes.
    over: bool,
}

impl<'w> Pushes<'w> {
    fn of(vector: &'w [f64], state: &'w mut ModeState) -> Self {
        let over = state.outcome.is_some();
        Self { vector, state, queue: Vec::new(), flying: 0, over }
    }

    /// The next push: of the grid and, when these have all returned, of the brackets. A round of the brackets that has
    /// been started is completed; with `closed` no other is started.
    fn draw(&mut self, closed: bool) -> Option<Probe> {
        if self.queue.is_empty() && !closed && !self.over {
            self.queue.extend(self.state.search.draw());
            if self.queue.is_empty() && self.flying == 0 {
                self.queue = self.state.search.narrow();
                self.queue.reverse();
                self.over = self.queue.is_empty();
            }
        }
        let probe = self.queue.pop()?;
        self.flying += 1;
        Some(probe)
    }
}

/// Pushes that are quenched in parallel. At its end none is running.
struct Wave<'w> {
    model: Model,
    cell: PeriodicBox,
    origin: &'w Origin,
    smallest: f64,
    /// Below this energy a push cannot return.
    left_below: f64,
    to_the_end: bool,
    modes: Vec<Pushes<'w>>,
    /// The pushes of this wave, by number, and the index of their mode.
    probes: Vec<(usize, Probe)>,
    most: usize,
}

impl Wave<'_> {
    /// The next push, of the first mode that has one: the others wait for free lanes.
    fn draw(&mut self) -> Option<(usize, Probe)> {
        let closed = self.probes.len() >= self.most;
        self.modes.iter_mut().enumerate().find_map(|(mode, pushes)| Some((mode, pushes.draw(closed)?)))
    }

    fn matters(&self, start: usize) -> bool {
        let (mode, probe) = &self.probes[start];
        self.modes[*mode].state.search.matters(probe)
    }

    fn fate(&self, quench: &Quench) -> Fate {
        match quench.stop {
            StopReason::Recognised if quench.energy < self.left_below => Fate::Left,
            StopReason::Recognised => Fate::Returned,
            _ if !quench.at_minimum() => Fate::Unsettled,
            _ if self.distance_to(&quench.positions) > self.smallest => Fate::Left,
            _ => Fate::Returned,
        }
    }

    /// Displacement from the origin, without rattlers and motion of the whole glass [3N].
    fn field(&self, positions: &[f64]) -> Vec<f64> {
        let counted = |i: usize| !self.origin.rattlers[i];
        displacement_field(&self.cell, &self.origin.positions, positions, counted)
    }

    fn distance_to(&self, positions: &[f64]) -> f64 {
        Displacement::of(&self.field(positions)).distance
    }

    /// Whether F.d <= -(1/2) omega^2 d.d near the origin d = 0, with omega of the softest mode: beyond a saddle, where
    /// forces are small, too, they point away.
    fn leads_back(&self, look: &Look<'_>) -> bool {
        let field = self.field(look.positions);
        let square: f64 = field.iter().map(|d| d * d).sum();
        let along: f64 = field.iter().zip(look.forces).map(|(d, f)| d * f).sum();
        square.sqrt() < BACK * self.smallest && self.origin.reach(-along) >= 0.5 * square
    }

    /// Whether a push has made particles of a steep law overlap.
    fn overlap(&self, positions: &[f64]) -> bool {
        if !self.model.law.diverges() {
            return false;
        }
        let mut found = false;
        let reach = OVERLAP * self.model.mixture.largest_sigma();
        for_each_near_pair(&self.cell, positions, reach, |i, j, r2| {
            found |= r2 * self.model.mixture.pair(i, j).inverse_sigma_squared < OVERLAP * OVERLAP;
        });
        found
    }
}

impl Supply for Wave<'_> {
    fn next(&mut self) -> Option<(usize, Vec<f64>)> {
        loop {
            let (mode, probe) = self.draw()?;
            let start = pushed(&self.origin.positions, self.modes[mode].vector, probe.sign() * probe.amplitude);
            let overlapping = self.overlap(&start);
            let Pushes { state, flying, .. } = &mut self.modes[mode];
            if overlapping {
                *flying -= 1;
                state.overlaps += 1;
                state.search.settle(&probe, Fate::Overlapping);
                continue;
            }
            state.pushes += 1;
            self.probes.push((mode, probe));
            return Some((self.probes.len() - 1, start));
        }
    }

    fn wants(&self, start: usize, evaluations: u64, energy: f64, residual: f64) -> bool {
        if evaluations % EVERY != 1 {
            return false;
        }
        // a component is not larger than the vector
        let back = !self.to_the_end && self.origin.reach(residual) < BACK * self.smallest;
        back || energy < self.left_below || !self.matters(start)
    }

    fn look(&mut self, look: &Look<'_>) -> Option<Quench> {
        let force = look.forces.iter().map(|f| f * f).sum::<f64>().sqrt();
        let back = !self.to_the_end && self.origin.reach(force) < BACK * self.smallest && self.leads_back(look);
        let known = back || look.energy < self.left_below || !self.matters(look.start);
        known.then(|| Quench {
            // not a minimum: its positions are not needed
            positions: Vec::new(),
            energy: look.energy,
            residual: look.residual,
            force_evaluations: look.evaluations,
            stop: StopReason::Recognised,
        })
    }

    fn ended(&mut self, start: usize, quench: Quench) {
        let fate = self.matters(start).then(|| self.fate(&quench));
        let (mode, probe) = self.probes[start];
        let Pushes { state, flying, .. } = &mut self.modes[mode];
        *flying -= 1;
        state.force_evaluations += quench.force_evaluations;
        if fate.is_some_and(|fate| state.search.settle(&probe, fate)) {
            state.ends[probe.side] = (!quench.positions.is_empty()).then_some(quench.positions);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Preset;
    use crate::random::{Purpose, stream};
    use crate::sampling::random_configuration;

    /// Along any direction, F.d = -(1/2) omega^2 d.d of the softest mode is the weakest force that points back, and
    /// only near the origin.
    #[test]
    fn a_push_is_back_only_where_its_force_leads_back() {
        let glass = random_configuration(Preset::Harmonic, 60, &mut stream(1, Purpose::Prepare, 0, 0));
        let model = Preset::Harmonic.model(&glass);
        let origin = Origin {
            positions: glass.positions.clone(),
            energy: 0.0,
            residual: 0.0,
            force: 0.0,
            stop: StopReason::Converged,
            rattlers: vec![false; 60],
            softest: 0.04,
        };
        let smallest = 1e-3;
        let wave = Wave {
            model,
            cell: glass.cell,
            origin: &origin,
            smallest,
            left_below: f64::NEG_INFINITY,
            to_the_end: false,
            modes: Vec::new(),
            probes: Vec::new(),
            most: 1,
        };
        // of unit length, without motion of the whole glass
        let mut unit: Vec<f64> = (0..180).map(|n| (0.7 * n as f64).sin()).collect();
        for k in 0..3 {
            let mean = unit.iter().skip(k).step_by(3).sum::<f64>() / 60.0;
            unit.iter_mut().skip(k).step_by(3).for_each(|u| *u -= mean);
        }
        let length = unit.iter().map(|u| u * u).sum::<f64>().sqrt();
        unit.iter_mut().for_each(|u| *u /= length);
        // |d| in smallest transitions, and the curvature that the force suggests
        let back = |distance: f64, curvature: f64| {
            let d: Vec<f64> = unit.iter().map(|u| distance * smallest * u).collect();
            let positions: Vec<f64> = origin.positions.iter().zip(&d).map(|(x, d)| x + d).collect();
            let forces: Vec<f64> = d.iter().map(|d| -curvature * d).collect();
            let (positions, forces) = (&positions[..], &forces[..]);
            wave.leads_back(&Look { start: 0, evaluations: 1, energy: 0.0, residual: 0.0, positions, forces })
        };
        assert!(back(0.29, 0.04) && back(0.01, 0.04) && back(0.29, 0.0201) && back(0.29, 1.0));
        // a flatter slope, the other side of a saddle, another valley
        assert!(!back(0.29, 0.0199) && !back(0.01, 0.0199) && !back(0.29, -0.04) && !back(0.29, 0.0));
        assert!(!back(0.31, 0.04) && !back(3.0, 1.0));
    }
}
