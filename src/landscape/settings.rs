//! Settings of quenches, and of the stage `explore` with the papers' values.

use super::minimisers::{Minimiser, StoppingCriteria};
use super::recognition::Recognition;
use super::schedule::Schedule;
use crate::model::{Potential, Preset};
use crate::sampling::{Thermostat, time_step_of};
use serde::{Deserialize, Serialize};

/// How to quench.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct QuenchSettings {
    /// Largest force component in magnitude at a minimum [epsilon / sigma].
    pub force_tolerance: f64,
    pub minimiser: Minimiser,
    /// Bound on the force evaluations of one quench.
    pub max_evaluations: u64,
}

impl Default for QuenchSettings {
    fn default() -> Self {
        Self { force_tolerance: 1e-9, minimiser: Minimiser::Lbfgs, max_evaluations: 200_000 }
    }
}

/// The deck's `[explore]`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExploreSettings {
    /// T_exp [epsilon / k_B]
    pub temperature: f64,
    /// dt [sigma (m / epsilon)^1/2]
    pub time_step: f64,
    pub thermostat: Thermostat,
    /// Relaxation time tau of the thermostat [sigma (m / epsilon)^1/2].
    pub thermostat_time: f64,
    /// MD steps between snapshots.
    pub quench_every: u64,
    /// Snapshots per run: each is quenched, or with `bisect` quenched or inferred.
    pub quenches: u64,
    pub schedule: Schedule,
    /// Snapshots of an interval that is bisected, a power of two; 1 without bisection.
    pub stride: u64,
    /// MD steps after the fresh Maxwell velocities, before the first quench.
    pub equilibration_steps: u64,
    /// Isoconfigurational runs per glass.
    pub runs: usize,
    /// Largest force component in magnitude at a minimum [epsilon / sigma].
    pub force_tolerance: f64,
    pub minimiser: Minimiser,
    /// End quenches that have come near a minimum, or a point on the way, of an earlier quench of the run (not those by
    /// conjugate gradients).
    pub recognition: Recognition,
    /// Fraction of the recognised quenches that are continued to the end, for comparison.
    pub audit: f64,
}

impl ExploreSettings {
    /// Default of `stride` in a deck with bisection.
    pub const BISECTED_STRIDE: u64 = 16;

    /// Number of snapshots from one that is always quenched to the next.
    pub fn interval(&self) -> u64 {
        match self.schedule {
            Schedule::Every => 1,
            Schedule::Bisect => self.stride.max(1),
        }
    }

    /// The papers' values for each preset (tlj: paper's data set 2 at T_f = 0.617); for a model with tables of its own
    /// there is no temperature (NaN), and the others suit any model.
    pub fn defaults(potential: impl Into<Potential>) -> Self {
        let potential = potential.into();
        let (temperature, time_step, quench_every, quenches) = match potential.preset() {
            Some(Preset::Pss) => (0.04, 0.01, 20, 10_000),
            Some(Preset::Tlj | Preset::TljAsPrinted) => (0.4, 0.0025, 11, 1000),
            Some(Preset::Harmonic) => (1e-5, 0.01, 20, 1000),
            Some(Preset::Lj) => (0.1, 0.005, 20, 1000),
            None => (f64::NAN, time_step_of(&potential), 20, 1000),
        };
        let packing = potential.law().has_contacts();
        Self {
            temperature,
            time_step,
            thermostat: Thermostat::Berendsen,
            thermostat_time: 1.0,
            quench_every,
            quenches,
            schedule: Schedule::Every,
            stride: 1,
            equilibration_steps: 2000,
            runs: 1,
            force_tolerance: if packing { 1e-13 } else { 1e-9 },
            minimiser: Minimiser::Lbfgs,
            // the minima of a packing differ by less than recognition can resolve
            recognition: if packing { Recognition::None } else { Recognition::Minima },
            audit: 0.01,
        }
    }
}

impl QuenchSettings {
    /// When a quench stops.
    pub fn criteria(&self) -> StoppingCriteria {
        StoppingCriteria { force_tolerance: self.force_tolerance, max_evaluations: self.max_evaluations }
    }
}

impl From<&ExploreSettings> for QuenchSettings {
    fn from(explore: &ExploreSettings) -> Self {
        Self { force_tolerance: explore.force_tolerance, minimiser: explore.minimiser, ..Self::default() }
    }
}
