//! Settings of the stage `prepare`, with the papers' values.

use crate::model::{Potential, Preset};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The method of preparing a glass.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum PrepareMethod {
    /// Blocks of molecular dynamics (MD) alternate with attempted swaps.
    HybridSwap,
    /// 20 % swaps and 80 % displacements of Monte Carlo.
    SwapMc,
    /// MD alone.
    Md,
    /// A quench from the equilibrium at `temperature` (`inf`: from random positions).
    Quench,
    /// Configurations from the files `from`.
    Import,
}

/// When a liquid counts as equilibrated.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Equilibration {
    /// Length of the run in relaxation times, which are measured in the run itself.
    #[schemars(extend("exclusiveMinimum" = 0))]
    pub relaxation_times: f64,
    /// Upper bound of the run in MD steps, or sweeps of Monte Carlo. What ends here is kept and flagged.
    #[schemars(range(min = 1))]
    pub max_steps: u64,
}

/// The deck's `[prepare]`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PrepareSettings {
    /// Number of independent glasses N_g. With `import` the default is all that the files hold.
    #[schemars(range(min = 1))]
    pub glasses: usize,
    /// Preparation temperature T_f [epsilon/k_B]. With `quench`, the temperature before the quench (`inf`: random
    /// positions).
    ///
    /// Source: pss doi:10.1103/PhysRevLett.124.225901, tlj doi:10.1063/5.0128820, harmonic and lj
    /// doi:10.1103/PhysRevResearch.2.013215
    // editors read `inf` as null
    #[schemars(extend("type" = ["number", "null"], "exclusiveMinimum" = 0))]
    pub temperature: f64,
    /// How glasses are made.
    ///
    /// Source: tlj doi:10.1063/5.0128820, harmonic and lj doi:10.1103/PhysRevResearch.2.013215
    pub method: PrepareMethod,
    /// Time step of MD [sigma (m/epsilon)^1/2].
    ///
    /// Source: tlj doi:10.1063/5.0128820
    #[schemars(extend("exclusiveMinimum" = 0), range(max = 0.05))]
    pub time_step: f64,
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
    /// Equilibration of the liquid.
    pub equilibration: Equilibration,
    /// With `import`: a file, a pattern such as "glasses/*.xyz", or a list of them, relative to the deck.
    #[serde(default)]
    pub from: Vec<String>,
    /// With `import`: symbols in the files and the species that they stand for, { Ni = "A", P = "B" }.
    #[serde(default)]
    pub species: BTreeMap<String, String>,
}

/// The time step of a model that no paper gives one for: 0.005 of the smallest sigma_ab (m / epsilon_ab)^1/2, rounded down to four
/// decimals.
pub fn time_step_of(potential: &Potential) -> f64 {
    (0.005 * potential.time_scale() * 1e4).floor() / 1e4
}

impl PrepareSettings {
    /// The papers' values for each preset; for a model with tables of its own there is no temperature (NaN), and the moves are those
    /// that can exchange something.
    pub fn defaults(potential: impl Into<Potential>) -> Self {
        let potential = potential.into();
        let (temperature, method, time_step) = match potential.preset() {
            Some(Preset::Pss) => (0.062, PrepareMethod::HybridSwap, 0.01),
            Some(Preset::Tlj | Preset::TljAsPrinted) => (0.617, PrepareMethod::HybridSwap, 0.005),
            Some(Preset::Harmonic) => (f64::INFINITY, PrepareMethod::Quench, 0.005),
            Some(Preset::Lj) => (2.0, PrepareMethod::Quench, 0.005),
            None if potential.is_of_one_kind() => (f64::NAN, PrepareMethod::Md, time_step_of(&potential)),
            None => (f64::NAN, PrepareMethod::HybridSwap, time_step_of(&potential)),
        };
        Self {
            glasses: 16,
            temperature,
            method,
            time_step,
            md_steps: 10,
            swaps_per_particle: 1.75,
            equilibration: Equilibration { relaxation_times: 10.0, max_steps: 2_000_000 },
            from: Vec::new(),
            species: BTreeMap::new(),
        }
    }
}
