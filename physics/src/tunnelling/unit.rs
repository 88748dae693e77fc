//! The reduced masses for which the Schroedinger equation is solved.

use super::{Profile, TunnelSettings, solve};
use crate::model::Potential;
use crate::units::{self, Material, quantum_temperature};

/// A path is followed when its splitting is below this many k_B T_Q.
const ACTIVE: f64 = 10.0;

/// A reduced mass m~ = m sigma^2 epsilon / hbar^2 by the name of its group in the file.
#[derive(Clone, Debug, PartialEq)]
pub struct Unit {
    pub name: String,
    pub reduced_mass: f64,
    pub material: Option<&'static Material>,
}

/// The materials that a model can represent: those of its preset; none for a deck's own tables.
pub fn materials_of(potential: &Potential) -> &'static [Material] {
    potential.preset().map_or(&[], |preset| units::materials(preset.name()))
}

/// The units of a deck: the materials it names, then its additional reduced masses.
pub fn units_of(potential: &Potential, settings: &TunnelSettings) -> Vec<Unit> {
    let material = |name: &String| units::material(potential.preset()?.name(), name);
    let named = settings.units.iter().filter_map(material).map(|material| Unit {
        name: material.name.to_owned(),
        reduced_mass: material.reduced_mass,
        material: Some(material),
    });
    let own = settings.reduced_mass.iter().map(|(name, mass)| Unit {
        name: name.clone(),
        reduced_mass: *mass,
        material: None,
    });
    named.chain(own).collect()
}

/// Whether the splitting of a profile is below 10 k_B T_Q in one of the units.
pub fn is_below(profile: &Profile, units: &[Unit]) -> bool {
    let settings = TunnelSettings { levels: 2, ..TunnelSettings::default() };
    // a profile without results counts too: the exact path may have some
    units.iter().any(|unit| match solve(profile, None, unit.reduced_mass, &settings) {
        Ok(doublet) => {
            let above = doublet.splitting >= ACTIVE * quantum_temperature(unit.reduced_mass);
            !above
        }
        Err(_) => true,
    })
}

impl TunnelSettings {
    /// The papers' materials of each preset; none for models that do not represent a material.
    pub fn defaults(potential: impl Into<Potential>) -> Self {
        let units = materials_of(&potential.into()).iter().map(|material| material.name.to_owned()).collect();
        Self { units, ..Self::default() }
    }
}
