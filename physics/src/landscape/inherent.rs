//! Inherent structures of prepared glasses.

use super::minimisers::{Look, Supply};
use super::outcome::{Quench, StopReason};
use super::settings::QuenchSettings;
use crate::error::Result;
use crate::forces::PairSum;
use crate::model::{Configuration, Model};
use crate::task::{Progress, Task, in_steps};
use std::cell::Cell;

/// Force evaluations between two restarts times particles: some tens of seconds, after which a descent can be
/// interrupted.
const STRETCH: u64 = 100_000_000;
/// The minimiser has to learn the curvatures, and to detect where rounding ends all progress.
const SHORTEST_STRETCH: u64 = 500;
/// Force evaluations of a descent from a liquid or from random positions in units of N^(1/3), as measured up to N =
/// 64,000.
pub const EVALUATIONS_OF_DESCENT: f64 = 200.0;

/// The descent of a glass to its inherent structure, resumable.
///
/// A restartable minimiser (L-BFGS) is restarted every 1e8/N force evaluations (at least 500), at an accepted point, so
/// that the positions alone continue a descent with bitwise identical results. Glasses of up to ten thousand particles
/// reach their minimum before the first restart; other minimisers are never restarted.
pub struct InherentSearch {
    sum: PairSum<1>,
    settings: QuenchSettings,
    /// Force evaluations between two restarts.
    stretch: u64,
    /// The progress of the descent; `StepLimit` before the end.
    state: Quench,
}

impl InherentSearch {
    pub fn new(model: &Model, glass: &Configuration, settings: &QuenchSettings) -> Self {
        let sum = PairSum::new(model.clone(), glass.cell).ordered_if_large(&glass.positions);
        let stretch = (STRETCH / glass.particles().max(1) as u64).max(SHORTEST_STRETCH);
        let state = Quench::not_begun(glass.positions.clone());
        Self { sum, settings: settings.clone(), stretch, state }
    }

    /// With restarts after a different number of evaluations, for comparisons. The end point may depend on it.
    pub fn restarted_every(self, evaluations: u64) -> Self {
        Self { stretch: evaluations.max(2), ..self }
    }

    /// The same, resumed from a saved state.
    pub fn resume(self, state: Quench) -> Self {
        Self { state, ..self }
    }

    /// The inherent structure once the task is finished (or the point reached with `max_evaluations`); before that, the
    /// present point.
    pub fn into_quench(self) -> Quench {
        self.state
    }

    /// Advances to the next restart or to the end; returns the force evaluations.
    fn stretch(&mut self) -> u64 {
        let before = self.state.force_evaluations;
        let left = self.settings.max_evaluations.saturating_sub(before);
        let settings = QuenchSettings { max_evaluations: left, ..self.settings.clone() };
        let minimiser = settings.minimiser;
        let mut supply = Stretch {
            start: Some(std::mem::take(&mut self.state.positions)),
            longest: if minimiser.is_restartable() { self.stretch } else { u64::MAX },
            lowest: Cell::new(f64::INFINITY),
            end: self.state.clone(),
        };
        minimiser.minimise(&mut self.sum, &mut supply, &settings.criteria());
        let taken = supply.end.force_evaluations;
        self.state = Quench { force_evaluations: before + taken, ..supply.end };
        taken
    }

    /// Whether the minimum, or the limit on evaluations, has been reached.
    pub fn is_over(&self) -> bool {
        let Quench { stop, force_evaluations, .. } = self.state;
        stop != StopReason::StepLimit || (force_evaluations > 0 && force_evaluations >= self.settings.max_evaluations)
    }
}

/// A single start, until a number of evaluations is reached and the energy is the lowest so far: a point that the
/// minimiser accepts.
struct Stretch {
    start: Option<Vec<f64>>,
    longest: u64,
    lowest: Cell<f64>,
    end: Quench,
}

impl Supply for Stretch {
    fn next(&mut self) -> Option<(usize, Vec<f64>)> {
        Some((0, self.start.take()?))
    }

    fn wants(&self, _: usize, evaluations: u64, energy: f64, _: f64) -> bool {
        let is_lowest = energy <= self.lowest.get();
        if is_lowest {
            self.lowest.set(energy);
        }
        is_lowest && evaluations >= self.longest
    }

    fn look(&mut self, look: &Look<'_>) -> Option<Quench> {
        Some(Quench {
            positions: look.positions.to_vec(),
            energy: look.energy,
            residual: look.residual,
            force_evaluations: look.evaluations,
            stop: StopReason::StepLimit,
        })
    }

    fn ended(&mut self, _: usize, quench: Quench) {
        self.end = quench;
    }
}

/// Estimated fraction of a descent that is done, in [0, 1].
pub fn fraction_of_descent(quench: &Quench) -> f64 {
    let expected = EVALUATIONS_OF_DESCENT * (quench.positions.len() as f64 / 3.0).cbrt();
    (0.8 * quench.force_evaluations as f64 / expected).min(0.99)
}

impl Task for InherentSearch {
    type State = Quench;

    fn advance(&mut self, force_calls: u64) -> Result<Progress> {
        in_steps(self, force_calls, Self::is_over, |search, _| Ok(search.stretch()))
    }

    fn state(&self) -> Quench {
        self.state.clone()
    }

    fn fraction(&self) -> f64 {
        if self.is_over() { 1.0 } else { fraction_of_descent(&self.state) }
    }
}

/// The minimum in whose basin a glass lies; its energy is total, `energy / N` is e_IS.
pub fn inherent_structure(model: &Model, glass: &Configuration, settings: &QuenchSettings) -> Quench {
    let mut search = InherentSearch::new(model, glass, settings);
    search.stretch();
    while !search.is_over() {
        search.stretch();
    }
    search.into_quench()
}

/// e_IS, energy per particle of the inherent structure [epsilon].
pub fn inherent_energy(model: &Model, glass: &Configuration, settings: &QuenchSettings) -> f64 {
    inherent_structure(model, glass, settings).energy / glass.particles() as f64
}
