//! Inherent structures of prepared glasses.

use super::quench::{Quench, QuenchSettings, StopReason, quench};
use crate::error::Result;
use crate::forces::PairSum;
use crate::model::{Configuration, Model};
use crate::task::{Progress, Task};

/// Force evaluations of a leg times particles: half a minute, after which a descent can be left.
const LEG: u64 = 200_000_000;
/// A minimiser needs some evaluations to learn the curvatures.
const SHORTEST_LEG: u64 = 200;

/// The descent of a glass to its inherent structure, resumable.
///
/// It goes in legs of 2e8/N force evaluations (200 at least), each of which begins with a minimiser that knows nothing of the one
/// before: so the positions alone continue it, bit for bit. Glasses of a thousand particles or fewer end within one.
pub struct InherentSearch {
    sum: PairSum<1>,
    settings: QuenchSettings,
    /// Force evaluations of a leg.
    leg: u64,
    /// Where the legs have led; `StepLimit` before the end.
    state: Quench,
}

impl InherentSearch {
    pub fn new(model: &Model, glass: &Configuration, settings: &QuenchSettings) -> Self {
        let sum = PairSum::new(model.clone(), glass.cell).ordered_if_large(&glass.positions);
        let state = Quench {
            positions: glass.positions.clone(),
            energy: f64::NAN,
            residual: f64::NAN,
            force_evaluations: 0,
            stop: StopReason::StepLimit,
        };
        let leg = (LEG / glass.particles().max(1) as u64).max(SHORTEST_LEG);
        Self { sum, settings: settings.clone(), leg, state }
    }

    /// With legs of another length. The minimum depends on it: it is for comparisons.
    pub fn in_legs_of(self, evaluations: u64) -> Self {
        Self { leg: evaluations.max(1), ..self }
    }

    /// The same from a state in which it was left.
    pub fn resume(self, state: Quench) -> Self {
        Self { state, ..self }
    }

    /// The inherent structure, or as far as `max_evaluations` led; once the task is done.
    pub fn into_quench(self) -> Quench {
        self.state
    }

    /// One leg; the force evaluations it took.
    fn leg(&mut self) -> u64 {
        let before = self.state.force_evaluations;
        let left = self.settings.max_evaluations.saturating_sub(before);
        let settings = QuenchSettings { max_evaluations: self.leg.min(left), ..self.settings.clone() };
        let found = quench(&mut self.sum, &self.state.positions, &settings);
        let taken = found.force_evaluations;
        self.state = Quench { force_evaluations: before + taken, ..found };
        taken
    }

    fn over(&self) -> bool {
        let Quench { stop, force_evaluations, .. } = self.state;
        stop != StopReason::StepLimit || (force_evaluations > 0 && force_evaluations >= self.settings.max_evaluations)
    }
}

impl Task for InherentSearch {
    type State = Quench;

    fn advance(&mut self, force_calls: u64) -> Result<Progress> {
        let mut taken = 0;
        while !self.over() && taken < force_calls.max(1) {
            taken += self.leg().max(1);
        }
        Ok(if self.over() { Progress::Done } else { Progress::Pending })
    }

    fn state(&self) -> Quench {
        self.state.clone()
    }

    fn fraction(&self) -> f64 {
        if self.over() { 1.0 } else { 0.0 }
    }
}

/// The minimum in whose basin a glass lies; its energy is total, `energy / N` is e_IS.
pub fn inherent_structure(model: &Model, glass: &Configuration, settings: &QuenchSettings) -> Quench {
    let mut search = InherentSearch::new(model, glass, settings);
    search.leg();
    while !search.over() {
        search.leg();
    }
    search.into_quench()
}

/// e_IS, energy per particle of the inherent structure [epsilon].
pub fn inherent_energy(model: &Model, glass: &Configuration, settings: &QuenchSettings) -> f64 {
    inherent_structure(model, glass, settings).energy / glass.particles() as f64
}
