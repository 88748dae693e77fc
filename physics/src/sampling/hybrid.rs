//! Molecular dynamics alternating with swaps at frozen positions.
//!
//! Both halves leave the canonical distribution unchanged (all masses are equal, so velocities stay with the
//! positions), and so does their alternation (Berthier et al., J. Stat. Mech. 2019, 064004,
//! doi:10.1088/1742-5468/ab1910).

use super::dynamics::{DynamicsSettings, DynamicsState};
use super::swap::{MoveCount, SwapLists};
use crate::error::Result;
use crate::forces::PairSum;
use crate::model::{Configuration, Mixture};
use serde::{Deserialize, Serialize};

/// One block: steps of dynamics, then attempted swaps.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct HybridSettings {
    pub dynamics: DynamicsSettings,
    /// MD steps per block.
    pub md_steps: u64,
    /// Attempted swaps per particle after the steps; 0 is molecular dynamics.
    pub swaps_per_particle: f64,
}

impl Default for HybridSettings {
    fn default() -> Self {
        Self { dynamics: DynamicsSettings::default(), md_steps: 10, swaps_per_particle: 1.75 }
    }
}

impl HybridSettings {
    /// round(swaps_per_particle N)
    pub fn swaps(&self, particles: usize) -> u64 {
        (self.swaps_per_particle * particles as f64).round() as u64
    }
}

/// A trajectory whose particles exchange identities; serialisable between two blocks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HybridState {
    pub dynamics: DynamicsState,
    /// [N] as in `Configuration`, the present ones.
    pub species: Vec<u8>,
    /// [N] [sigma]
    pub diameters: Vec<f64>,
    pub swaps: MoveCount,
}

impl HybridState {
    /// Starts from the velocities that `dynamics` has; `configuration` gives the identities.
    pub fn new(dynamics: DynamicsState, configuration: &Configuration) -> Self {
        Self {
            dynamics,
            species: configuration.species.clone(),
            diameters: configuration.diameters.clone(),
            swaps: MoveCount::default(),
        }
    }

    /// One block. `sum` must hold the identities of this state, and holds the new ones afterwards; `lists` are those of
    /// the blocks before, or new ones.
    ///
    /// # Errors
    /// As `DynamicsState::run`.
    pub fn block(&mut self, sum: &mut PairSum<1>, lists: &mut SwapLists, settings: &HybridSettings) -> Result<()> {
        self.dynamics.run(sum, &settings.dynamics, settings.md_steps)?;
        let attempts = settings.swaps(self.species.len());
        if attempts == 0 {
            return Ok(());
        }
        let mut model = sum.model().clone();
        let cell = *sum.cell();
        let dynamics = &mut self.dynamics;
        let temperature = settings.dynamics.temperature;
        let block = lists.block(&mut model, &cell, &dynamics.positions, temperature, attempts, &mut dynamics.random);
        self.swaps.add(block.count);
        if block.count.accepted == 0 {
            return Ok(());
        }
        match &model.mixture {
            Mixture::Polydisperse { diameters, .. } => self.diameters.clone_from(diameters),
            Mixture::Species { species, .. } => self.species.clone_from(species),
            Mixture::Uniform { .. } => {}
        }
        sum.set_model(model);
        self.dynamics.refresh_forces(sum);
        Ok(())
    }
}
