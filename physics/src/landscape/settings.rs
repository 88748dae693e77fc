//! Settings of quenches, and of the stage `explore` with the papers' values.

use super::minimisers::{Minimiser, StoppingCriteria};
use super::recognition::Recognition;
use super::schedule::Schedule;
use crate::model::{Potential, Preset};
use crate::sampling::{Thermostat, time_step_of};
use schemars::JsonSchema;
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
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ExploreSettings {
    /// Exploration temperature T_exp [epsilon/k_B].
    ///
    /// Source: pss doi:10.1103/PhysRevLett.124.225901, tlj doi:10.1063/5.0128820
    #[schemars(extend("exclusiveMinimum" = 0))]
    pub temperature: f64,
    /// Time step of MD [sigma (m/epsilon)^1/2].
    ///
    /// Source: tlj doi:10.1063/5.0128820
    #[schemars(extend("exclusiveMinimum" = 0), range(max = 0.05))]
    pub time_step: f64,
    /// Thermostat of MD.
    ///
    /// Source: tlj doi:10.1063/5.0128820
    pub thermostat: Thermostat,
    /// Relaxation time of the thermostat [sigma (m/epsilon)^1/2]. At least one time step.
    #[schemars(extend("exclusiveMinimum" = 0))]
    pub thermostat_time: f64,
    /// MD steps between two snapshots. For `tlj` the default is that of the paper for the nearest of its T_f: 2 at 0.617, 3 at
    /// 0.558, 18 at 0.509, 31 at 0.488; without `[prepare]` it is 11.
    ///
    /// Source: tlj doi:10.1063/5.0128820 (Table I)
    #[schemars(range(min = 1))]
    pub quench_every: u64,
    /// Number of snapshots of each run. Each is quenched, or with `bisect` quenched or inferred.
    #[schemars(range(min = 1))]
    pub quenches: u64,
    /// Which snapshots are quenched.
    pub schedule: Schedule,
    /// Number of snapshots in an interval of `bisect`, a power of two; 1 without bisection.
    #[schemars(range(min = 1, max = 1024), extend("x-default" = "1; 16 with `bisect`"))]
    pub stride: u64,
    /// MD steps after the fresh velocities, before the first snapshot.
    pub equilibration_steps: u64,
    /// Number of runs of each glass: the same positions, fresh velocities. Of an imported glass with several starting
    /// configurations, runs from each.
    #[schemars(range(min = 1))]
    pub runs: usize,
    /// Largest force component at a minimum [epsilon/sigma].
    #[schemars(extend("exclusiveMinimum" = 0))]
    pub force_tolerance: f64,
    /// Method of the quenches. Basins of attraction depend on it.
    pub minimiser: Minimiser,
    /// When a quench ends early. Must be `none` for harmonic spheres, and has no effect with conjugate gradients.
    pub recognition: Recognition,
    /// Share of the recognised quenches that run to their end as a check.
    #[schemars(range(min = 0, max = 1))]
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
