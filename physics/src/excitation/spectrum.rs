//! The start of the pushes of a glass: its inherent structure and the lowest part of its spectrum.

use super::settings::ExciteSettings;
use crate::error::{Error, Result};
use crate::forces::{PairBlocks, PairSum, ThirdOrder, as_lanes, as_lanes_mut, listed, sums};
use crate::landscape::{InherentSearch, Minimiser, Quench, QuenchSettings, StopReason, fraction_of_descent, rattlers};
use crate::model::{Configuration, Model};
use crate::modes::{Completeness, LowestModes, PhononOrder, Sound, frequency, lowest_modes};
use crate::task::{Progress, Task};
use serde::{Deserialize, Serialize};

/// Memory limit of the factors by which the number of modes is verified [bytes].
const FACTOR_BYTES: u64 = 2_000_000_000;
/// An eigenvalue whose magnitude is at most this fraction of the largest counts as 0.
const ZERO: f64 = 1e-10;

/// The state of the minimum of a glass.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum GlassStatus {
    /// All its modes are stable.
    Stable,
    /// In addition to translations and rattlers there are motions without any restoring force.
    ZeroModes,
    /// Some eigenvalue is negative: it is not a minimum and is not pushed.
    Unstable,
    /// The quench did not reach a minimum: it has no modes.
    NoMinimum,
    /// The modes could not be computed.
    Failed,
}

/// A minimum from which the glass is pushed.
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
    /// Lowest eigenvalue of the Hessian above rounding; NaN if there is none [epsilon / sigma^2].
    pub softest: f64,
}

impl Origin {
    /// Number of particles that are not rattlers.
    pub fn held(&self) -> usize {
        self.rattlers.iter().filter(|rattler| !**rattler).count()
    }

    /// 3 (N - N_rattlers) - 3, the number of modes.
    pub fn modes(&self) -> usize {
        (3 * self.held()).saturating_sub(3)
    }

    /// Whether the quench reached a minimum.
    fn is_minimum(&self) -> bool {
        self.stop != StopReason::StepLimit && self.residual.is_finite()
    }

    /// Upper bound on the distance from the minimum for a total force of this length, in the parabola of its softest
    /// mode [sigma].
    pub fn reach(&self, force: f64) -> f64 {
        force / self.softest
    }
}

/// The inherent structure of a glass and its lowest modes: K, fewer than requested if there are no more.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GlassSpectrum {
    pub glass: u64,
    pub status: GlassStatus,
    pub origin: Origin,
    /// Configurational pressure of the inherent structure [epsilon sigma^-3].
    pub pressure: f64,
    /// omega_D from the moduli by linear response; NaN where they cannot be determined [(epsilon / m)^1/2 / sigma].
    pub debye_frequency: f64,
    /// Eigenvalues of the Hessian [K], increasing [epsilon / sigma^2].
    pub eigenvalues: Vec<f64>,
    /// Number of eigenvalues that are 0 to rounding.
    pub zero_modes: usize,
    /// [K] over the particles that are not rattlers.
    pub participation_ratio: Vec<f64>,
    /// O_k [K].
    pub phonon_order: Vec<f64>,
    /// tau = U:e e e of the modes to be pushed along [epsilon / sigma^3].
    pub third_order: Vec<f64>,
    /// Whether the number of modes was verified by the inertia of the Hessian.
    pub counted: bool,
    pub force_evaluations: u64,
    /// The modes that can be pushed along, in increasing order.
    pub pushable: Vec<usize>,
    /// Their vectors [.., 3N].
    pub vectors: Vec<Vec<f64>>,
}

impl GlassSpectrum {
    /// For a glass without modes.
    fn without_modes(glass: u64, status: GlassStatus, origin: Origin, pressure: f64, force_evaluations: u64) -> Self {
        Self {
            glass,
            status,
            origin,
            pressure,
            debye_frequency: f64::NAN,
            eigenvalues: Vec::new(),
            zero_modes: 0,
            participation_ratio: Vec::new(),
            phonon_order: Vec::new(),
            third_order: Vec::new(),
            counted: false,
            force_evaluations,
            pushable: Vec::new(),
            vectors: Vec::new(),
        }
    }

    /// omega of each mode [K]; 0 of a zero mode, regardless of the sign of its rounded eigenvalue, except in an
    /// unstable glass.
    pub fn frequencies(&self) -> Vec<f64> {
        let mut frequencies: Vec<f64> = self.eigenvalues.iter().copied().map(frequency).collect();
        if self.status != GlassStatus::Unstable {
            frequencies[..self.zero_modes].fill(0.0);
        }
        frequencies
    }

    /// All but the modes themselves.
    pub fn without_vectors(&self) -> Self {
        let (participation_ratio, phonon_order) = (self.participation_ratio.clone(), self.phonon_order.clone());
        Self {
            debye_frequency: self.debye_frequency,
            eigenvalues: self.eigenvalues.clone(),
            zero_modes: self.zero_modes,
            participation_ratio,
            phonon_order,
            third_order: self.third_order.clone(),
            counted: self.counted,
            pushable: self.pushable.clone(),
            ..Self::without_modes(self.glass, self.status, self.origin.clone(), self.pressure, self.force_evaluations)
        }
    }
}

/// A_c by the cubic expansion along a mode, -2 omega^2 / (tau sqrt(N)) with the sign of e for which tau < 0 [sigma]
/// (doi:10.1103/PhysRevResearch.2.013215, Eq. A3).
pub fn cubic_amplitude(eigenvalue: f64, third_order: f64, particles: usize) -> f64 {
    2.0 * eigenvalue / (third_order.abs() * (particles as f64).sqrt())
}

/// The progress of a [`SpectrumTask`].
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub enum SpectrumState {
    #[default]
    Begun,
    /// Being quenched.
    Quenching(Quench),
    Quenched {
        origin: Origin,
        pressure: f64,
        force_evaluations: u64,
    },
    Done(Box<GlassSpectrum>),
}

/// The resumable quench of a glass, and its lowest modes, a step that is repeated when it was interrupted.
pub struct SpectrumTask {
    glass: u64,
    configuration: Configuration,
    model: Model,
    settings: ExciteSettings,
    state: SpectrumState,
    /// Force evaluations between restarts of the descent, for tests.
    restarts: Option<u64>,
}

impl SpectrumTask {
    pub fn new(glass: u64, configuration: Configuration, model: Model, settings: &ExciteSettings) -> Self {
        let state = SpectrumState::Begun;
        Self { glass, configuration, model, settings: settings.clone(), state, restarts: None }
    }

    /// With the descent restarted after a different number of evaluations; for tests.
    pub fn restarted_every(self, evaluations: u64) -> Self {
        Self { restarts: Some(evaluations), ..self }
    }

    /// The same, resumed from a saved state.
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

    /// Continues the descent to the minimum.
    fn descend(&self, begun: Option<Quench>, force_calls: u64) -> Result<SpectrumState> {
        // the choice of the minimum does not depend on the minimiser of the pushes
        let settings = QuenchSettings { minimiser: Minimiser::Lbfgs, ..QuenchSettings::from(&self.settings) };
        let fresh = InherentSearch::new(&self.model, &self.configuration, &settings);
        let fresh = match self.restarts {
            Some(evaluations) => fresh.restarted_every(evaluations),
            None => fresh,
        };
        let mut search = match begun {
            Some(quench) => fresh.resume(quench),
            None => fresh,
        };
        Ok(match search.advance(force_calls)? {
            Progress::Pending => SpectrumState::Quenching(search.into_quench()),
            Progress::Done => self.quenched(search.into_quench()),
        })
    }

    fn quenched(&self, quench: Quench) -> SpectrumState {
        let Configuration { cell, .. } = &self.configuration;
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

    /// The results for the glass; modes that cannot be found are reported by its status.
    fn spectrum(&self, origin: Origin, pressure: f64, force_evaluations: u64) -> Result<GlassSpectrum> {
        let without = |status: GlassStatus| {
            GlassSpectrum::without_modes(self.glass, status, origin.clone(), pressure, force_evaluations)
        };
        let count = self.settings.computed().min(origin.modes());
        if !origin.is_minimum() {
            return Ok(without(GlassStatus::NoMinimum));
        }
        if count == 0 {
            return Ok(without(GlassStatus::Failed));
        }
        let cell = &self.configuration.cell;
        let within = Completeness::Within(FACTOR_BYTES);
        match lowest_modes(&self.model, cell, &origin.positions, &origin.rattlers, count, within) {
            Ok(modes) => self.with_modes(without(GlassStatus::Stable), modes),
            Err(Error::Numerical(_)) => Ok(without(GlassStatus::Failed)),
            Err(error) => Err(error),
        }
    }

    /// Adds the modes and their properties.
    fn with_modes(&self, glass: GlassSpectrum, modes: LowestModes) -> Result<GlassSpectrum> {
        let cell = &self.configuration.cell;
        let Origin { positions, rattlers, .. } = &glass.origin;
        let zero = ZERO * PairBlocks::new(&self.model, cell, positions, rattlers).bound();
        let zero_modes = modes.eigenvalues.iter().filter(|value| value.abs() <= zero).count();
        let softest = modes.eigenvalues.iter().copied().find(|value| *value > zero);
        let status = match () {
            _ if modes.eigenvalues.iter().any(|value| *value < -zero) => GlassStatus::Unstable,
            _ if zero_modes > 0 => GlassStatus::ZeroModes,
            _ => GlassStatus::Stable,
        };
        let phonon_order = PhononOrder::new(cell, positions, rattlers).of_all(&modes.vectors);
        let mut vectors = modes.vectors;
        vectors.truncate(self.settings.modes);
        let third = ThirdOrder::new(&self.model, cell, positions, rattlers);
        let third_order = third.third_orders(&vectors);
        // a glass that is not at a minimum cannot leave one
        let pushes = self.settings.push && status != GlassStatus::Unstable && softest.is_some();
        let pushable: Vec<usize> =
            (0..vectors.len()).filter(|&mode| pushes && modes.eigenvalues[mode] > zero).collect();
        let vectors = pushable.iter().map(|&mode| std::mem::take(&mut vectors[mode])).collect();
        let sound = match status {
            GlassStatus::Unstable => None,
            _ => Sound::of_minimum(&self.model, cell, positions, FACTOR_BYTES)?,
        };
        Ok(GlassSpectrum {
            status,
            debye_frequency: sound.map_or(f64::NAN, |sound| sound.debye),
            zero_modes,
            participation_ratio: modes.participation_ratio,
            phonon_order,
            third_order,
            counted: modes.counted,
            pushable,
            vectors,
            eigenvalues: modes.eigenvalues,
            origin: Origin { softest: softest.unwrap_or(f64::NAN), ..glass.origin },
            ..glass
        })
    }
}

impl Task for SpectrumTask {
    type State = SpectrumState;

    fn advance(&mut self, force_calls: u64) -> Result<Progress> {
        self.state = match std::mem::take(&mut self.state) {
            SpectrumState::Begun => self.descend(None, force_calls)?,
            SpectrumState::Quenching(quench) => self.descend(Some(quench), force_calls)?,
            SpectrumState::Quenched { origin, pressure, force_evaluations } => {
                SpectrumState::Done(Box::new(self.spectrum(origin, pressure, force_evaluations)?))
            }
            done @ SpectrumState::Done(_) => done,
        };
        Ok(if matches!(self.state, SpectrumState::Done(_)) { Progress::Done } else { Progress::Pending })
    }

    fn state(&self) -> SpectrumState {
        self.state.clone()
    }

    fn fraction(&self) -> f64 {
        match &self.state {
            SpectrumState::Begun => 0.0,
            SpectrumState::Quenching(quench) => 0.3 * fraction_of_descent(quench),
            SpectrumState::Quenched { .. } => 0.3,
            SpectrumState::Done(_) => 1.0,
        }
    }
}
