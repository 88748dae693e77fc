//! Settings of the stage `prepare`, with the papers' values.

use crate::model::{Potential, Preset};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The method of preparing a glass.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PrepareMethod {
    /// Blocks of molecular dynamics alternating with attempted swaps.
    HybridSwap,
    /// Monte Carlo: 20 % swaps, 80 % displacements.
    SwapMc,
    /// Molecular dynamics alone.
    Md,
    /// A quench from the equilibrium (or random, T = inf) at `temperature`.
    Quench,
    /// Imported configurations.
    Import,
}

/// When a liquid counts as equilibrated.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Equilibration {
    /// Length of the run in relaxation times of the run itself.
    pub relaxation_times: f64,
    /// Bound on the steps (MD steps, or Monte-Carlo sweeps); a run that ends here is flagged.
    pub max_steps: u64,
}

/// The deck's `[prepare]`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PrepareSettings {
    /// N_g, independent samples.
    pub glasses: usize,
    /// T_f [epsilon / k_B]; for `quench` the temperature quenched from (inf: random positions).
    pub temperature: f64,
    pub method: PrepareMethod,
    /// dt [sigma (m / epsilon)^1/2]
    pub time_step: f64,
    /// MD steps per block of the hybrid.
    pub md_steps: u64,
    /// Attempted swaps per particle after each block.
    pub swaps_per_particle: f64,
    pub equilibration: Equilibration,
    /// `import`: paths or globs, relative to the deck.
    #[serde(default)]
    pub from: Vec<String>,
    /// `import`: symbols of the files and the species of the model that they stand for.
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
