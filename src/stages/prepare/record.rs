//! One row of glasses.h5.

use crate::landscape::StopReason;
use crate::model::Configuration;
use crate::sampling::PreparedGlass;
use serde::{Deserialize, Serialize};

/// A glass as prepared or imported.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GlassRecord {
    /// Number of the glass in the campaign.
    pub glass: usize,
    pub configuration: Configuration,
    /// Potential energy per particle, as prepared [epsilon].
    pub energy_per_particle: f64,
    /// Potential energy per particle of the inherent structure [epsilon].
    pub inherent_energy_per_particle: f64,
    /// Why the quench to the inherent structure ended.
    pub inherent_stop: StopReason,
    /// Including the ideal part rho T, with T = 0 for a quenched glass [epsilon sigma^-3].
    pub pressure: f64,
    pub equilibrated: bool,
    /// NaN when it was not reached or does not apply.
    pub relaxation_time: f64,
    /// NaN without swaps.
    pub swap_acceptance: f64,
    pub trace_time: Vec<f64>,
    /// Per particle [epsilon].
    pub trace_energy: Vec<f64>,
}

/// A further configuration from which an imported glass is explored.
#[derive(Clone, Debug, PartialEq)]
pub struct StartRecord {
    pub glass: usize,
    /// From 1; 0 is the glass itself.
    pub number: usize,
    /// In the box, moved as a whole onto the glass [3N].
    pub positions: Vec<f64>,
    /// Potential energy per particle [epsilon], here and at the inherent structure.
    pub energy_per_particle: f64,
    pub inherent_energy_per_particle: f64,
    pub inherent_stop: StopReason,
}

impl GlassRecord {
    /// `inherent`: energy per particle of the inherent structure, and why its quench ended.
    pub fn from_prepared(glass: usize, prepared: PreparedGlass, inherent: (f64, StopReason)) -> Self {
        Self {
            glass,
            energy_per_particle: prepared.potential_energy / prepared.configuration.particles() as f64,
            inherent_energy_per_particle: inherent.0,
            inherent_stop: inherent.1,
            pressure: prepared.pressure,
            equilibrated: prepared.equilibrated,
            relaxation_time: prepared.relaxation_time,
            swap_acceptance: prepared.swap_acceptance,
            trace_time: prepared.trace_time,
            trace_energy: prepared.trace_energy,
            configuration: prepared.configuration,
        }
    }

    /// An imported configuration: its history is not known, so it does not count as equilibrated.
    pub fn imported(
        glass: usize,
        configuration: Configuration,
        energy: f64,
        pressure: f64,
        inherent: (f64, StopReason),
    ) -> Self {
        Self {
            glass,
            energy_per_particle: energy / configuration.particles() as f64,
            inherent_energy_per_particle: inherent.0,
            inherent_stop: inherent.1,
            pressure,
            equilibrated: false,
            relaxation_time: f64::NAN,
            swap_acceptance: f64::NAN,
            trace_time: Vec::new(),
            trace_energy: Vec::new(),
            configuration,
        }
    }
}
