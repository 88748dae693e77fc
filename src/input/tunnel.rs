//! Defaults of the deck's `[tunnel]` by model.

use crate::model::Preset;
use crate::tunnelling::TunnelSettings;
use crate::units;

/// The papers' materials of each model; none for models that stand for no material.
pub(super) fn defaults(preset: Preset) -> TunnelSettings {
    let units = materials(preset).into_iter().map(str::to_string).collect();
    TunnelSettings { units, ..TunnelSettings::default() }
}

/// Names of the materials that a model stands for.
pub(super) fn materials(preset: Preset) -> Vec<&'static str> {
    units::materials(preset.name()).iter().map(|material| material.name).collect()
}
