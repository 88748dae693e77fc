//! Inherent structures of prepared glasses.

use super::quench::{Quench, QuenchSettings, quench};
use crate::forces::PairSum;
use crate::model::{Configuration, Model};

/// The minimum in whose basin a glass lies; its energy is total, `energy / N` is e_IS.
pub fn inherent_structure(model: &Model, glass: &Configuration, settings: &QuenchSettings) -> Quench {
    let mut sum = PairSum::new(model.clone(), glass.cell).ordered_if_large(&glass.positions);
    quench(&mut sum, &glass.positions, settings)
}

/// e_IS, energy per particle of the inherent structure [epsilon].
pub fn inherent_energy(model: &Model, glass: &Configuration, settings: &QuenchSettings) -> f64 {
    inherent_structure(model, glass, settings).energy / glass.particles() as f64
}
