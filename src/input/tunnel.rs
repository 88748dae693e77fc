//! Settings of the stage `tunnel`.

use crate::model::Preset;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The deck's `[tunnel]`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TunnelSettings {
    /// Grid points per unit of xi.
    pub points: usize,
    /// Levels e_1 ... e_n asked for.
    pub levels: usize,
    /// Materials of the model by name.
    pub units: Vec<String>,
    /// Further m~ = m sigma^2 epsilon / hbar^2 by name.
    pub reduced_mass: BTreeMap<String, f64>,
}

impl TunnelSettings {
    /// The papers' materials of each model.
    pub fn defaults(preset: Preset) -> Self {
        let units = materials(preset).iter().map(|name| name.to_string()).collect();
        Self { points: 2000, levels: 5, units, reduced_mass: BTreeMap::new() }
    }
}

/// Names of the materials that a model stands for.
pub(super) fn materials(preset: Preset) -> Vec<&'static str> {
    match preset {
        Preset::Pss | Preset::Tlj | Preset::TljAsPrinted => vec!["argon", "nickel-phosphorus"],
        Preset::Harmonic | Preset::Lj => Vec::new(),
    }
}
