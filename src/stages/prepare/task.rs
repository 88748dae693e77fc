//! The preparation of a glass and its inherent structure as one resumable task.

use crate::error::{Error, Result};
use crate::landscape::{ExploreSettings, InherentSearch, Quench, QuenchSettings};
use crate::model::{Configuration, Potential};
use crate::sampling::{PrepareSettings, PrepareState, PrepareTask, PreparedGlass};
use crate::task::{Progress, Task};
use serde::{Deserialize, Serialize};

/// The serialisable state of a [`GlassTask`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum GlassState {
    Preparing(PrepareState),
    Descending(PreparedGlass, Quench),
}

enum Step {
    Preparing(Box<PrepareTask>),
    Descending(Box<PreparedGlass>, Box<InherentSearch>),
}

/// Prepares a glass, then quenches it.
pub struct GlassTask {
    potential: Potential,
    step: Step,
    /// Force evaluations between restarts of the descent, for tests.
    restarts: Option<u64>,
}

/// Settings of the quench to the inherent structures of glasses.h5, independent of the deck's exploration.
pub fn inherent_settings(potential: impl Into<Potential>) -> QuenchSettings {
    QuenchSettings::from(&ExploreSettings::defaults(potential))
}

fn search(potential: &Potential, glass: &Configuration, restarts: Option<u64>) -> InherentSearch {
    let search = InherentSearch::new(&potential.model(glass), glass, &inherent_settings(potential));
    match restarts {
        Some(evaluations) => search.restarted_every(evaluations),
        None => search,
    }
}

fn lost() -> Error {
    Error::Internal("a prepared glass has no result".to_owned())
}

impl GlassTask {
    pub fn new(potential: impl Into<Potential>, prepare: PrepareTask) -> Self {
        Self { potential: potential.into(), step: Step::Preparing(Box::new(prepare)), restarts: None }
    }

    /// Resumes from a saved state.
    pub fn resume(potential: impl Into<Potential>, settings: &PrepareSettings, state: GlassState) -> Self {
        Self::resume_with(potential, settings, state, None)
    }

    fn resume_with(
        potential: impl Into<Potential>,
        settings: &PrepareSettings,
        state: GlassState,
        restarts: Option<u64>,
    ) -> Self {
        let potential = potential.into();
        let step = match state {
            GlassState::Preparing(state) => {
                Step::Preparing(Box::new(PrepareTask::resume(potential, settings.clone(), state)))
            }
            GlassState::Descending(glass, quench) => {
                let search = search(&potential, &glass.configuration, restarts).resume(quench);
                Step::Descending(Box::new(glass), Box::new(search))
            }
        };
        Self { potential, step, restarts }
    }

    /// The glass and its inherent structure, once the task is done.
    ///
    /// # Errors
    /// `Internal` before that.
    pub fn into_glass(self) -> Result<(PreparedGlass, Quench)> {
        match self.step {
            Step::Descending(glass, search) if search.is_over() => Ok((*glass, search.into_quench())),
            _ => Err(lost()),
        }
    }
}

impl Task for GlassTask {
    type State = GlassState;

    fn advance(&mut self, force_calls: u64) -> Result<Progress> {
        let glass = match &mut self.step {
            Step::Descending(_, search) => return search.advance(force_calls),
            Step::Preparing(prepare) => match prepare.advance(force_calls)? {
                Progress::Pending => return Ok(Progress::Pending),
                Progress::Done => prepare.result().cloned().ok_or_else(lost)?,
            },
        };
        let search = search(&self.potential, &glass.configuration, self.restarts);
        self.step = Step::Descending(Box::new(glass), Box::new(search));
        Ok(Progress::Pending)
    }

    fn state(&self) -> GlassState {
        match &self.step {
            Step::Descending(glass, search) => GlassState::Descending(PreparedGlass::clone(glass), search.state()),
            Step::Preparing(prepare) => GlassState::Preparing(prepare.state()),
        }
    }

    fn fraction(&self) -> f64 {
        match &self.step {
            // random positions cost nothing
            Step::Descending(glass, search) => {
                let before = if glass.steps == 0 { 0.0 } else { 0.9 };
                before + (1.0 - before) * search.fraction()
            }
            Step::Preparing(prepare) => 0.9 * prepare.fraction(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Preset;
    use crate::sampling::{Equilibration, PrepareMethod};

    /// From random positions and from a liquid; for N large enough for a spatial order of the particles, and for small
    /// N.
    #[test]
    fn a_glass_that_is_cut_in_its_descent_is_the_glass_in_one_go() {
        let cases = [(Preset::Harmonic, 600, f64::INFINITY, 200), (Preset::Lj, 200, 2.0, 50)];
        for (preset, particles, temperature, restarts) in cases {
            let settings = PrepareSettings {
                method: PrepareMethod::Quench,
                temperature,
                equilibration: Equilibration { relaxation_times: 1.0, max_steps: 100 },
                ..PrepareSettings::defaults(preset)
            };
            let fresh = || {
                let prepare = PrepareTask::new(preset, particles, settings.clone(), 3, 0).unwrap();
                GlassTask { restarts: Some(restarts), ..GlassTask::new(preset, prepare) }
            };
            let mut whole = fresh();
            while whole.advance(u64::MAX).unwrap() == Progress::Pending {}
            let whole = whole.into_glass().unwrap();
            let (mut cut, mut evaluations) = (fresh(), Vec::new());
            while cut.advance(1).unwrap() == Progress::Pending {
                let state = crate::parallel::encode(&cut.state()).unwrap();
                let state: GlassState = crate::parallel::decode(&state).unwrap();
                if let GlassState::Descending(_, quench) = &state {
                    evaluations.push(quench.force_evaluations);
                    assert!(cut.fraction() < 1.0);
                }
                cut = GlassTask::resume_with(preset, &settings, state, Some(restarts));
            }
            println!("{preset:?}: left at {evaluations:?} of {} evaluations", whole.1.force_evaluations);
            assert!(evaluations.len() >= 4 && evaluations.is_sorted_by(|a, b| a < b), "{evaluations:?}");
            let (glass, quench) = cut.into_glass().unwrap();
            assert!(quench == whole.1 && glass.configuration == whole.0.configuration, "{preset:?}");
            assert!(whole.1.converged() && whole.1.residual < inherent_settings(preset).force_tolerance);
        }
    }
}
