//! The moduli of one glass by linear response and by finite strains, as a task.

use super::elasticity::{LinearModuli, linear_moduli};
use super::quasi_static::{ElasticSettings, QuasiStatic, QuasiStaticState};
use super::stress_strain::{Curve, Slope, elastic_slope};
use crate::error::{Error, Result};
use crate::forces::PairSum;
use crate::landscape::{QuenchSettings, quench};
use crate::model::{Configuration, Model};
use crate::task::{Progress, Task, in_steps};
use serde::{Deserialize, Serialize};

/// Number of strain steps on each side in the fit of the slope at zero strain.
const WINDOW: f64 = 2.0;
/// Force evaluations of a piece of the first quench.
const PIECE: u64 = 20_000;

/// The outcome of the calculation of the moduli.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ElasticStatus {
    Converged,
    /// The quench of the glass did not reach a minimum: no results.
    NoMinimum,
    /// The Hessian is singular beyond translations: no linear response.
    Singular,
    /// The box does not hold two cutoffs stretched by the largest strain: no quasi-static strains.
    BoxTooSmall,
    /// A quench under strain did not converge: its curve ends there.
    Incomplete,
}

/// The results for one glass.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GlassModuli {
    pub status: ElasticStatus,
    /// Total energy of the minimum [epsilon].
    pub energy: f64,
    /// Its largest force component [epsilon / sigma].
    pub residual: f64,
    pub linear: Option<LinearModuli>,
    /// Curves of the eight lanes of a strained batch; without points when there are no strains.
    pub curves: Vec<Curve>,
    pub force_evaluations: u64,
}

impl GlassModuli {
    /// Slopes of the quasi-static stress at zero strain: xy, xz, yz, volume.
    pub fn slopes(&self, settings: &ElasticSettings) -> [Slope; 4] {
        let none = Curve::default();
        let curve = |lane: usize| self.curves.get(lane).unwrap_or(&none);
        let window = WINDOW * settings.strain_step;
        std::array::from_fn(|k| elastic_slope(curve(2 * k), curve(2 * k + 1), window))
    }
}

/// The state of the task; serialisable.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum ElasticState {
    Quench { positions: Vec<f64>, spent: u64 },
    Respond { found: Box<GlassModuli>, minimum: Vec<f64> },
    Strain { found: Box<GlassModuli>, state: Box<QuasiStaticState> },
    Done(Box<GlassModuli>),
}

enum ModuliPhase {
    Quench { positions: Vec<f64>, spent: u64 },
    Respond { found: Box<GlassModuli>, minimum: Vec<f64> },
    Strain { found: Box<GlassModuli>, strains: Box<QuasiStatic> },
    Done(Box<GlassModuli>),
}

/// Computes the moduli of a glass.
pub struct ElasticTask {
    model: Model,
    glass: Configuration,
    settings: ElasticSettings,
    phase: ModuliPhase,
}

impl ElasticTask {
    /// From the positions of a glass, at any temperature.
    pub fn new(model: &Model, glass: &Configuration, settings: &ElasticSettings) -> Self {
        let phase = ModuliPhase::Quench { positions: glass.positions.clone(), spent: 0 };
        Self { model: model.clone(), glass: glass.clone(), settings: settings.clone(), phase }
    }

    /// Resumes from a saved state.
    pub fn resume(mut self, state: ElasticState) -> Self {
        self.phase = match state {
            ElasticState::Quench { positions, spent } => ModuliPhase::Quench { positions, spent },
            ElasticState::Respond { found, minimum } => ModuliPhase::Respond { found, minimum },
            ElasticState::Strain { found, state } => {
                let strains = QuasiStatic::resume(&self.model, &self.glass.cell, &self.settings, *state);
                ModuliPhase::Strain { found, strains: Box::new(strains) }
            }
            ElasticState::Done(found) => ModuliPhase::Done(found),
        };
        self
    }

    /// The moduli of a task that is done.
    ///
    /// # Errors
    /// `Error::Internal` when it is not.
    pub fn into_moduli(self) -> Result<GlassModuli> {
        match self.phase {
            ModuliPhase::Done(found) => Ok(*found),
            _ => Err(Error::Internal("the moduli of an unfinished glass were requested".to_owned())),
        }
    }

    /// One piece of work; returns the force evaluations spent.
    fn step(&mut self) -> Result<u64> {
        let (next, spent) = match &mut self.phase {
            ModuliPhase::Quench { positions, spent } => {
                let settings = QuenchSettings { max_evaluations: PIECE, ..self.settings.quench() };
                let mut sum = PairSum::new(self.model.clone(), self.glass.cell).ordered_if_large(&self.glass.positions);
                let quench = quench(&mut sum, positions, &settings);
                *spent += quench.force_evaluations;
                let (all, at_minimum) = (*spent, quench.at_minimum());
                if !at_minimum && all < self.settings.max_evaluations {
                    *positions = quench.positions;
                    return Ok(quench.force_evaluations);
                }
                let found = Box::new(GlassModuli {
                    status: if at_minimum { ElasticStatus::Converged } else { ElasticStatus::NoMinimum },
                    energy: quench.energy,
                    residual: quench.residual,
                    linear: None,
                    curves: Vec::new(),
                    force_evaluations: all,
                });
                let next = match at_minimum {
                    true => ModuliPhase::Respond { found, minimum: quench.positions },
                    false => ModuliPhase::Done(found),
                };
                (next, quench.force_evaluations)
            }
            ModuliPhase::Respond { found, minimum } => {
                (respond(&self.model, &self.glass, &self.settings, found.clone(), minimum)?, PIECE)
            }
            ModuliPhase::Strain { found, strains } => {
                let before = strains.evaluations();
                let ended = strains.advance();
                let spent = strains.evaluations() - before;
                if !ended {
                    return Ok(spent);
                }
                let mut found = found.clone();
                found.force_evaluations += strains.evaluations();
                found.curves = strains.curves().to_vec();
                if found.status == ElasticStatus::Converged && found.curves.iter().any(Curve::broken) {
                    found.status = ElasticStatus::Incomplete;
                }
                (ModuliPhase::Done(found), spent)
            }
            ModuliPhase::Done(_) => return Ok(0),
        };
        self.phase = next;
        Ok(spent)
    }
}

/// Computes the linear response, and starts the strains.
fn respond(
    model: &Model,
    glass: &Configuration,
    settings: &ElasticSettings,
    mut found: Box<GlassModuli>,
    minimum: &[f64],
) -> Result<ModuliPhase> {
    match linear_moduli(model, &glass.cell, minimum, settings.most_bytes) {
        Ok(linear) => found.linear = Some(linear),
        Err(Error::Numerical(_)) => found.status = ElasticStatus::Singular,
        Err(error) => return Err(error),
    }
    if settings.steps == 0 {
        return Ok(ModuliPhase::Done(found));
    }
    match QuasiStatic::start(model, &glass.cell, (minimum, found.energy), settings) {
        Ok(strains) => Ok(ModuliPhase::Strain { found, strains: Box::new(strains) }),
        Err(Error::Numerical(_)) => {
            found.status = ElasticStatus::BoxTooSmall;
            Ok(ModuliPhase::Done(found))
        }
        Err(error) => Err(error),
    }
}

impl Task for ElasticTask {
    type State = ElasticState;

    fn advance(&mut self, force_calls: u64) -> Result<Progress> {
        in_steps(self, force_calls, |task| matches!(task.phase, ModuliPhase::Done(_)), |task, _| task.step())
    }

    fn state(&self) -> ElasticState {
        match &self.phase {
            ModuliPhase::Quench { positions, spent } => {
                ElasticState::Quench { positions: positions.clone(), spent: *spent }
            }
            ModuliPhase::Respond { found, minimum } => {
                ElasticState::Respond { found: found.clone(), minimum: minimum.clone() }
            }
            ModuliPhase::Strain { found, strains } => {
                ElasticState::Strain { found: found.clone(), state: Box::new(strains.state().clone()) }
            }
            ModuliPhase::Done(found) => ElasticState::Done(found.clone()),
        }
    }

    fn fraction(&self) -> f64 {
        match &self.phase {
            ModuliPhase::Quench { .. } => 0.0,
            ModuliPhase::Respond { .. } => 0.05,
            ModuliPhase::Strain { strains, .. } => 0.1 + 0.9 * strains.fraction(),
            ModuliPhase::Done(_) => 1.0,
        }
    }
}
