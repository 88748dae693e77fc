//! Pushes along one mode of a glass as a resumable task.
//!
//! A push that comes back to the origin is seen to do so before its quench is at its end: when it is nearer than a tenth of the
//! smallest transition, and its force, in the parabola of the softest mode, leaves it no further to go than that. A push that has
//! fallen below the energy of the origin is seen to have left, for a quench hardly climbs. The one at A_c is quenched to
//! the end: there it leads.

use super::outcome::{Excitation, PushStatus, pushed};
use super::search::{Fate, Probe, PushSearch};
use super::settings::ExciteSettings;
use super::spectrum::Origin;
use crate::error::Result;
use crate::forces::{LANES, PairSum};
use crate::landscape::{
    Displacement, Look, Minimiser, Quench, QuenchSettings, StopReason, Supply, displacement_field, quench,
    quench_supply,
};
use crate::model::{Law, Model, PeriodicBox};
use crate::sampling::for_each_near_pair;
use crate::task::{Progress, Task};
use serde::{Deserialize, Serialize};

/// The smallest |dr| of a transition [sigma].
const SMALLEST: f64 = 1e-4;
/// A transition is this many times above what a quench to the tolerance may miss the minimum by.
const TIMES_NOISE: f64 = 10.0;
/// Within this share of the smallest transition a push is back.
const BACK: f64 = 0.1;
/// A push has left when its energy is so far below that of the origin, relative to max(N, |U|): ten times what the minimiser takes for
/// no rise.
const FALLEN: f64 = 1e-9;
/// Evaluations between two looks at a quench.
const EVERY: u64 = 4;
/// Particles nearer than this share of sigma_ij overlap.
const OVERLAP: f64 = 0.7;
/// Particles of all the pushes of a wave, after which the task can be left.
const WAVE: usize = 200_000;
const LARGEST_WAVE: usize = 128;

/// How far the pushes along a mode are; a plain record.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PushState {
    search: PushSearch,
    /// Where each sign has led from its lowest amplitude that leaves [3N], if that was quenched to the end.
    ends: [Option<Vec<f64>>; 2],
    pushes: u64,
    overlaps: u64,
    force_evaluations: u64,
    outcome: Option<Excitation>,
}

/// The pushes along one mode of a glass.
pub struct PushTask {
    sum: PairSum<LANES>,
    origin: Origin,
    /// e [3N]
    mode: Vec<f64>,
    quench: QuenchSettings,
    state: PushState,
    /// Quenches that run to their end even when they are back, for comparisons.
    to_the_end: bool,
}

impl PushTask {
    pub fn new(model: &Model, cell: PeriodicBox, origin: Origin, mode: Vec<f64>, settings: &ExciteSettings) -> Self {
        let sum = PairSum::new(model.clone(), cell).ordered_if_large(&origin.positions);
        let (search, ends) = (PushSearch::new(settings), [None, None]);
        let state = PushState { search, ends, pushes: 0, overlaps: 0, force_evaluations: 0, outcome: None };
        Self { sum, origin, mode, quench: QuenchSettings::from(settings), state, to_the_end: false }
    }

    /// The same from a state in which it was left.
    pub fn resume(self, state: PushState) -> Self {
        Self { state, ..self }
    }

    /// Quenches every push to its end.
    pub fn to_the_end(self) -> Self {
        Self { to_the_end: true, ..self }
    }

    /// What the pushes came to, once the task is done.
    pub fn excitation(&self) -> Option<&Excitation> {
        self.state.outcome.as_ref()
    }

    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    pub fn cell(&self) -> &PeriodicBox {
        self.sum.cell()
    }

    /// One wave of pushes, or what follows when there are none left; the force evaluations it took.
    fn unit(&mut self) -> u64 {
        let before = self.state.force_evaluations;
        let particles = self.sum.particles();
        let most = (WAVE / particles.max(1)).clamp(LANES, LARGEST_WAVE);
        let smallest = self.origin.smallest_transition(&self.quench);
        let scale = self.origin.energy.abs().max(particles as f64);
        // other minimisers may climb
        let falls = self.quench.minimiser == Minimiser::Lbfgs && !self.to_the_end;
        let left_below = if falls { self.origin.energy - FALLEN * scale } else { f64::NEG_INFINITY };
        let PushState { search, ends, pushes, overlaps, force_evaluations, .. } = &mut self.state;
        let mut wave = Wave {
            model: self.sum.model().clone(),
            cell: *self.sum.cell(),
            origin: &self.origin,
            mode: &self.mode,
            smallest,
            left_below,
            to_the_end: self.to_the_end,
            search,
            ends,
            probes: Vec::new(),
            queue: Vec::new(),
            most,
            dry: false,
            counts: [pushes, overlaps, force_evaluations],
        };
        quench_supply(&mut self.sum, &mut wave, &self.quench);
        if wave.dry {
            // the grid is done with: the brackets
            loop {
                wave.queue = wave.search.narrow();
                if wave.queue.is_empty() {
                    break;
                }
                wave.queue.reverse();
                wave.probes.clear();
                quench_supply(&mut self.sum, &mut wave, &self.quench);
            }
            self.finish();
        }
        self.state.force_evaluations - before
    }

    fn finish(&mut self) {
        let PushState { search, ends, .. } = &mut self.state;
        let found = search.first_side().zip(search.bracket());
        let (certainty, losses) = (search.certainty(), search.losses());
        let excitation = match found {
            Some((side, bracket)) => {
                let (known, sign) = (ends[side].take(), [1.0, -1.0][side]);
                match known.or_else(|| self.end_of(sign * bracket.high)) {
                    Some(end) => {
                        let glass = (self.sum.model(), self.sum.cell());
                        Excitation::of_transition(glass, &self.origin, &self.mode, (bracket, certainty, sign), &end)
                    }
                    None => Excitation::without_transition(PushStatus::StepLimit),
                }
            }
            None => Excitation::without_transition(PushStatus::without_transition(losses)),
        };
        let PushState { pushes, overlaps, force_evaluations, .. } = self.state;
        self.state.ends = [None, None];
        self.state.outcome = Some(Excitation { pushes, overlaps, force_evaluations, ..excitation });
    }

    /// Where the push by a signed amplitude ends, which has left; none when its quench does not settle, or settles at the origin.
    fn end_of(&mut self, amplitude: f64) -> Option<Vec<f64>> {
        let start = pushed(&self.origin.positions, &self.mode, amplitude);
        let end = quench(&mut self.sum.of_one(), &start, &self.quench);
        self.state.force_evaluations += end.force_evaluations;
        let counted = |i: usize| !self.origin.rattlers[i];
        let field = displacement_field(self.sum.cell(), &self.origin.positions, &end.positions, counted);
        let has_left = Displacement::of(&field).distance > self.origin.smallest_transition(&self.quench);
        (end.at_minimum() && has_left).then_some(end.positions)
    }
}

impl Task for PushTask {
    type State = PushState;

    fn advance(&mut self, force_calls: u64) -> Result<Progress> {
        let mut done = 0;
        while self.state.outcome.is_none() && done < force_calls {
            done += self.unit().max(1);
        }
        Ok(if self.state.outcome.is_some() { Progress::Done } else { Progress::Pending })
    }

    fn state(&self) -> PushState {
        self.state.clone()
    }

    fn fraction(&self) -> f64 {
        if self.state.outcome.is_some() { 1.0 } else { 0.9 * self.state.search.fraction() }
    }
}

impl Origin {
    /// The smallest |dr| that counts as a transition [sigma]: 1e-4, and above what the quenches miss the minimum by.
    pub fn smallest_transition(&self, settings: &QuenchSettings) -> f64 {
        let tolerated = settings.force_tolerance * (self.positions.len() as f64).sqrt();
        SMALLEST.max(TIMES_NOISE * self.reach(tolerated.max(self.force)))
    }
}

/// Pushes that are quenched side by side.
struct Wave<'w> {
    model: Model,
    cell: PeriodicBox,
    origin: &'w Origin,
    mode: &'w [f64],
    smallest: f64,
    /// Below this energy there is no way back.
    left_below: f64,
    to_the_end: bool,
    search: &'w mut PushSearch,
    ends: &'w mut [Option<Vec<f64>>; 2],
    /// Those of this wave, by number.
    probes: Vec<Probe>,
    /// Those of the brackets that wait, the next one last.
    queue: Vec<Probe>,
    most: usize,
    /// The search has no further pushes of the grid.
    dry: bool,
    /// Pushes, overlaps, force evaluations.
    counts: [&'w mut u64; 3],
}

impl Wave<'_> {
    fn draw(&mut self) -> Option<Probe> {
        if self.dry {
            return self.queue.pop();
        }
        if self.probes.len() >= self.most {
            return None;
        }
        let probe = self.search.draw();
        self.dry = probe.is_none();
        probe
    }

    fn distance_to(&self, positions: &[f64]) -> f64 {
        let counted = |i: usize| !self.origin.rattlers[i];
        Displacement::of(&displacement_field(&self.cell, &self.origin.positions, positions, counted)).distance
    }

    /// Particles of a steep law that a push has put upon each other.
    fn overlap(&self, positions: &[f64]) -> bool {
        if matches!(self.model.law, Law::Harmonic(_)) {
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
            let probe = self.draw()?;
            let start = pushed(&self.origin.positions, self.mode, probe.sign() * probe.amplitude);
            if self.overlap(&start) {
                *self.counts[1] += 1;
                self.search.settle(&probe, Fate::Overlapping);
                continue;
            }
            *self.counts[0] += 1;
            self.probes.push(probe);
            return Some((self.probes.len() - 1, start));
        }
    }

    fn wants(&self, start: usize, evaluations: u64, energy: f64, residual: f64) -> bool {
        if evaluations % EVERY != 1 {
            return false;
        }
        // a component is no longer than the vector
        let back = !self.to_the_end && self.origin.reach(residual) < BACK * self.smallest;
        back || energy < self.left_below || !self.search.matters(&self.probes[start])
    }

    fn look(&mut self, look: &Look<'_>) -> Option<Quench> {
        let force = look.forces.iter().map(|f| f * f).sum::<f64>().sqrt();
        let near = || self.distance_to(look.positions) < BACK * self.smallest;
        let back = !self.to_the_end && self.origin.reach(force) < BACK * self.smallest && near();
        let known = back || look.energy < self.left_below || !self.search.matters(&self.probes[look.start]);
        known.then(|| Quench {
            // no minimum: nobody asks for its positions
            positions: Vec::new(),
            energy: look.energy,
            residual: look.residual,
            force_evaluations: look.evaluations,
            stop: StopReason::Recognised,
        })
    }

    fn ended(&mut self, start: usize, quench: Quench) {
        let probe = self.probes[start];
        *self.counts[2] += quench.force_evaluations;
        if !self.search.matters(&probe) {
            return;
        }
        let fate = match quench.stop {
            StopReason::Recognised if quench.energy < self.left_below => Fate::Left,
            StopReason::Recognised => Fate::Returned,
            _ if !quench.at_minimum() => Fate::Unsettled,
            _ if self.distance_to(&quench.positions) > self.smallest => Fate::Left,
            _ => Fate::Returned,
        };
        if self.search.settle(&probe, fate) {
            self.ends[probe.side] = (!quench.positions.is_empty()).then_some(quench.positions);
        }
    }
}
