//! Settings of the stage `relax`: liquids in equilibrium and their relaxation.

use super::prepare::wave_number;
use super::settings::{Equilibration, PrepareMethod, PrepareSettings};
use super::thermostats::Thermostat;
use crate::model::{Potential, Preset};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The dynamics whose relaxation is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum LiquidDynamics {
    /// Molecular dynamics, the physical relaxation.
    Md,
    /// Blocks of molecular dynamics alternate with attempted swaps; time is that of the molecular dynamics.
    HybridSwap,
}

impl LiquidDynamics {
    pub const ALL: [LiquidDynamics; 2] = [LiquidDynamics::Md, LiquidDynamics::HybridSwap];

    /// The method that prepares a glass with these moves.
    fn method(self) -> PrepareMethod {
        match self {
            LiquidDynamics::Md => PrepareMethod::Md,
            LiquidDynamics::HybridSwap => PrepareMethod::HybridSwap,
        }
    }
}

/// The deck's `[relax]`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RelaxSettings {
    /// Wave number q of F_s(q,t) [1/sigma]. At least 2 pi/L, the smallest of the box.
    ///
    /// Source: pss doi:10.1103/PhysRevLett.124.225901, tlj doi:10.1063/5.0128820
    #[schemars(extend("exclusiveMinimum" = 0), range(max = 100))]
    pub wave_number: f64,
    /// Temperatures of the liquid [epsilon/k_B].
    #[schemars(length(min = 1), extend("items" = { "type": "number", "exclusiveMinimum": 0 }))]
    pub temperatures: Vec<f64>,
    /// Moves whose relaxation is measured: one of them, or a list of both.
    #[schemars(length(min = 1))]
    pub dynamics: Vec<LiquidDynamics>,
    /// Number of independent samples at each temperature, each from random positions. With one there are no errors.
    #[schemars(range(min = 1, max = 65_535))]
    pub samples: usize,
    /// Time step of MD [sigma (m/epsilon)^1/2].
    ///
    /// Source: tlj doi:10.1063/5.0128820
    #[schemars(extend("exclusiveMinimum" = 0), range(max = 0.05))]
    pub time_step: f64,
    /// Thermostat of MD.
    pub thermostat: Thermostat,
    /// Relaxation time of the thermostat [sigma (m/epsilon)^1/2]. At least one time step.
    #[schemars(extend("exclusiveMinimum" = 0))]
    pub thermostat_time: f64,
    /// MD steps in a block of `hybrid-swap`.
    ///
    /// Source: doi:10.1063/5.0128820
    #[schemars(range(min = 1))]
    pub md_steps: u64,
    /// Attempted swaps per particle after each block of `hybrid-swap`.
    ///
    /// Source: doi:10.1063/5.0128820
    #[schemars(range(min = 0))]
    pub swaps_per_particle: f64,
    /// Moves by which a sample is equilibrated, whatever is measured afterwards.
    pub equilibrate_by: LiquidDynamics,
    /// Equilibration of a sample.
    pub equilibration: Equilibration,
    /// Measurement of a sample, at least 1 relaxation time tau_alpha.
    pub measurement: Equilibration,
    /// A particle counts in the overlap Q(t) if it has moved less than this [sigma].
    #[schemars(extend("exclusiveMinimum" = 0))]
    pub overlap_distance: f64,
}

impl RelaxSettings {
    /// The papers' values for each preset, where they give them; for a model with tables of its own there are no temperatures.
    pub fn defaults(potential: impl Into<Potential>) -> Self {
        let potential = potential.into();
        let (temperatures, equilibrate_by): (&[f64], _) = match potential.preset() {
            Some(Preset::Pss) => {
                (&[0.5, 0.4, 0.32, 0.25, 0.2, 0.18, 0.16, 0.14, 0.13, 0.12], LiquidDynamics::HybridSwap)
            }
            Some(Preset::Tlj | Preset::TljAsPrinted) => {
                (&[2.0, 1.5, 1.2, 1.0, 0.9, 0.8, 0.75, 0.7], LiquidDynamics::HybridSwap)
            }
            Some(Preset::Harmonic) => (&[0.01], LiquidDynamics::Md),
            Some(Preset::Lj) => (&[4.0, 3.0, 2.5, 2.0], LiquidDynamics::Md),
            None if potential.is_of_one_kind() => (&[], LiquidDynamics::Md),
            None => (&[], LiquidDynamics::HybridSwap),
        };
        let prepare = PrepareSettings::defaults(potential);
        Self {
            wave_number: wave_number(potential),
            temperatures: temperatures.to_vec(),
            dynamics: vec![LiquidDynamics::Md],
            samples: 4,
            time_step: prepare.time_step,
            thermostat: Thermostat::Bussi,
            thermostat_time: 1.0,
            md_steps: prepare.md_steps,
            swaps_per_particle: prepare.swaps_per_particle,
            equilibrate_by,
            equilibration: prepare.equilibration,
            measurement: Equilibration { relaxation_times: 20.0, max_steps: 20_000_000 },
            overlap_distance: 0.3,
        }
    }

    /// The preparation that equilibrates a sample.
    pub fn preparation(&self, temperature: f64) -> PrepareSettings {
        PrepareSettings {
            glasses: 1,
            temperature,
            method: self.equilibrate_by.method(),
            time_step: self.time_step,
            md_steps: self.md_steps,
            swaps_per_particle: self.swaps_per_particle,
            equilibration: self.equilibration,
            from: Vec::new(),
            species: BTreeMap::new(),
        }
    }

    /// The distinct temperatures, decreasing.
    pub fn falling_temperatures(&self) -> Vec<f64> {
        let mut falling = self.temperatures.clone();
        falling.sort_by(|a, b| b.total_cmp(a));
        falling.dedup();
        falling
    }

    /// MD steps of a tick, the unit of the lags.
    pub fn tick_steps(&self, dynamics: LiquidDynamics) -> u64 {
        match dynamics {
            LiquidDynamics::Md => 1,
            LiquidDynamics::HybridSwap => self.md_steps,
        }
    }
}
