//! What a glass is pushed from: its inherent structure and the lowest part of its spectrum.

use super::settings::ExciteSettings;
use crate::error::{Error, Result};
use crate::forces::{PairSum, ThirdOrder, as_lanes, as_lanes_mut, listed, sums};
use crate::landscape::{Minimiser, QuenchSettings, StopReason, inherent_structure, rattlers};
use crate::model::{Configuration, Model};
use crate::modes::{Completeness, PhononOrder, lowest_modes};
use crate::task::{Progress, Task};
use serde::{Deserialize, Serialize};

/// What the factors may take by which the number of modes is proven.
const FACTOR_BYTES: u64 = 2_000_000_000;

/// A minimum that is pushed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Origin {
    /// [3N], continuous with the glass.
    pub positions: Vec<f64>,
    /// Total [epsilon].
    pub energy: f64,
    /// Largest force component in magnitude, and the length of the force vector of all particles [epsilon / sigma].
    pub residual: f64,
    pub force: f64,
    /// Why the quench ended.
    pub stop: StopReason,
    /// [N]
    pub rattlers: Vec<bool>,
    /// Lowest eigenvalue of the Hessian above 0 [epsilon / sigma^2].
    pub softest: f64,
}

impl Origin {
    /// Particles that are held.
    pub fn held(&self) -> usize {
        self.rattlers.iter().filter(|rattler| !**rattler).count()
    }

    /// How far from the minimum a force of all particles of this length may be, in the parabola of its softest mode [sigma].
    pub fn reach(&self, force: f64) -> f64 {
        force / self.softest
    }
}

/// The inherent structure of a glass and its lowest modes, K of them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GlassSpectrum {
    pub glass: u64,
    pub origin: Origin,
    /// Configurational pressure of the inherent structure [epsilon sigma^-3].
    pub pressure: f64,
    /// [K] of the Hessian, rising [epsilon / sigma^2].
    pub eigenvalues: Vec<f64>,
    /// [K] over the particles that are held.
    pub participation_ratio: Vec<f64>,
    /// O_k [K].
    pub phonon_order: Vec<f64>,
    /// tau = U:e e e of each mode that is pushed [epsilon / sigma^3].
    pub third_order: Vec<f64>,
    /// Whether the number of modes was proven by the inertia of the Hessian.
    pub counted: bool,
    pub force_evaluations: u64,
    /// The modes to push along [.., 3N].
    pub vectors: Vec<Vec<f64>>,
}

impl GlassSpectrum {
    /// All but the modes themselves.
    pub fn without_vectors(&self) -> Self {
        Self {
            glass: self.glass,
            origin: self.origin.clone(),
            pressure: self.pressure,
            eigenvalues: self.eigenvalues.clone(),
            participation_ratio: self.participation_ratio.clone(),
            phonon_order: self.phonon_order.clone(),
            third_order: self.third_order.clone(),
            counted: self.counted,
            force_evaluations: self.force_evaluations,
            vectors: Vec::new(),
        }
    }
}

/// A_c by the cubic expansion along a mode, -2 omega^2 / (tau sqrt(N)) with the sign of e for which tau < 0 [sigma]
/// (doi:10.1103/PhysRevResearch.2.013215, Eq. A3).
pub fn cubic_amplitude(eigenvalue: f64, third_order: f64, particles: usize) -> f64 {
    2.0 * eigenvalue / (third_order.abs() * (particles as f64).sqrt())
}

/// How far a [`SpectrumTask`] is.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub enum SpectrumState {
    #[default]
    Begun,
    Quenched {
        origin: Origin,
        pressure: f64,
        force_evaluations: u64,
    },
    Done(Box<GlassSpectrum>),
}

/// The quench of a glass and its lowest modes, each a step that is done again when it was cut.
pub struct SpectrumTask {
    glass: u64,
    configuration: Configuration,
    model: Model,
    settings: ExciteSettings,
    state: SpectrumState,
}

impl SpectrumTask {
    pub fn new(glass: u64, configuration: Configuration, model: Model, settings: &ExciteSettings) -> Self {
        Self { glass, configuration, model, settings: settings.clone(), state: SpectrumState::Begun }
    }

    /// The same from a state in which it was left.
    pub fn resume(self, state: SpectrumState) -> Self {
        Self { state, ..self }
    }

    /// The spectrum, once the task is done.
    pub fn into_spectrum(self) -> Option<GlassSpectrum> {
        match self.state {
            SpectrumState::Done(spectrum) => Some(*spectrum),
            _ => None,
        }
    }

    fn quench(&self) -> SpectrumState {
        let Configuration { cell, .. } = &self.configuration;
        // which minimum is pushed does not depend on what the pushes are quenched with
        let settings = QuenchSettings { minimiser: Minimiser::Lbfgs, ..QuenchSettings::from(&self.settings) };
        let quench = inherent_structure(&self.model, &self.configuration, &settings);
        let mut forces = vec![0.0; quench.positions.len()];
        let mut sum = PairSum::<1>::new(self.model.clone(), *cell).ordered_if_large(&self.configuration.positions);
        sum.forces(as_lanes(&quench.positions), as_lanes_mut(&mut forces));
        let origin = Origin {
            rattlers: match rattlers(&self.model, cell, &quench.positions) {
                loose if loose.is_empty() => vec![false; quench.positions.len() / 3],
                loose => loose,
            },
            energy: quench.energy,
            residual: quench.residual,
            force: forces.iter().map(|f| f * f).sum::<f64>().sqrt(),
            stop: quench.stop,
            softest: f64::NAN,
            positions: quench.positions,
        };
        let stress = listed::stress(&self.model, cell, &origin.positions);
        let pressure = sums::pressure(&stress);
        SpectrumState::Quenched { origin, pressure, force_evaluations: quench.force_evaluations }
    }

    fn modes(&self, mut origin: Origin, pressure: f64, force_evaluations: u64) -> Result<GlassSpectrum> {
        let Configuration { cell, .. } = &self.configuration;
        let (count, pushed) = (self.settings.computed(), self.settings.modes);
        let within = Completeness::Within(FACTOR_BYTES);
        let modes = lowest_modes(&self.model, cell, &origin.positions, &origin.rattlers, count, within)?;
        let Some(softest) = modes.eigenvalues.iter().copied().find(|value| *value > 0.0) else {
            return Err(Error::Numerical(format!(
                "glass {}: none of the {count} lowest modes of its inherent structure is stable; it is no minimum (residual {:e})",
                self.glass, origin.residual
            )));
        };
        origin.softest = softest;
        let order = PhononOrder::new(cell, &origin.positions, &origin.rattlers);
        let phonon_order = order.of_all(&modes.vectors);
        let mut vectors = modes.vectors;
        vectors.truncate(pushed);
        let third = ThirdOrder::new(&self.model, cell, &origin.positions, &origin.rattlers);
        let third_order = third.third_orders(&vectors);
        if !self.settings.push {
            vectors.clear();
        }
        Ok(GlassSpectrum {
            glass: self.glass,
            origin,
            pressure,
            eigenvalues: modes.eigenvalues,
            participation_ratio: modes.participation_ratio,
            phonon_order,
            third_order,
            counted: modes.counted,
            force_evaluations,
            vectors,
        })
    }
}

impl Task for SpectrumTask {
    type State = SpectrumState;

    fn advance(&mut self, _: u64) -> Result<Progress> {
        self.state = match std::mem::take(&mut self.state) {
            SpectrumState::Begun => self.quench(),
            SpectrumState::Quenched { origin, pressure, force_evaluations } => {
                SpectrumState::Done(Box::new(self.modes(origin, pressure, force_evaluations)?))
            }
            done @ SpectrumState::Done(_) => done,
        };
        Ok(if matches!(self.state, SpectrumState::Done(_)) { Progress::Done } else { Progress::Pending })
    }

    fn state(&self) -> SpectrumState {
        self.state.clone()
    }

    fn fraction(&self) -> f64 {
        match self.state {
            SpectrumState::Begun => 0.0,
            SpectrumState::Quenched { .. } => 0.3,
            SpectrumState::Done(_) => 1.0,
        }
    }
}
