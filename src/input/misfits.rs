//! Where a configuration from a file is not as the deck says.

use super::model::ModelSettings;
use crate::model::{Configuration, species_counts};

/// Relative difference of two densities that comes from the digits of a file.
const DIGITS: f64 = 1e-3;
/// The same for diameters.
const DIGITS_OF_DIAMETERS: f64 = 1e-6;

/// What differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trait {
    Density,
    Composition,
    Diameters,
}

/// A difference, with both numbers.
#[derive(Clone, Debug, PartialEq)]
pub struct Misfit {
    pub of: Trait,
    pub message: String,
}

impl ModelSettings {
    /// Everything in which a configuration differs from a new glass of the deck.
    pub fn misfits(&self, configuration: &Configuration) -> Vec<Misfit> {
        let found = [
            (Trait::Density, self.other_density(configuration)),
            (Trait::Composition, self.other_composition(configuration)),
            (Trait::Diameters, self.other_diameters(configuration)),
        ];
        found.into_iter().filter_map(|(of, message)| Some(Misfit { of, message: message? })).collect()
    }

    fn other_density(&self, configuration: &Configuration) -> Option<String> {
        let (density, due) = (configuration.density(), self.density);
        let differs = (density / due - 1.0).abs() > DIGITS;
        differs.then(|| format!("density {density:.4} differs from model.density = {due:?}"))
    }

    fn other_composition(&self, configuration: &Configuration) -> Option<String> {
        let potential = &self.potential;
        let due = species_counts(configuration.particles(), potential.composition());
        let mut counts = vec![0usize; due.len()];
        for species in &configuration.species {
            if let Some(count) = counts.get_mut(usize::from(*species)) {
                *count += 1;
            }
        }
        // whatever rounds the counts
        let differs = counts.iter().zip(&due).any(|(count, due)| count.abs_diff(*due) > 1);
        let named = |counts: &[usize]| {
            let pairs = potential.names().zip(counts).map(|(name, count)| format!("{name} {count}"));
            pairs.collect::<Vec<String>>().join(", ")
        };
        differs.then(|| format!("composition {} differs from the model's, {}", named(&counts), named(&due)))
    }

    fn other_diameters(&self, configuration: &Configuration) -> Option<String> {
        let [low, high] = self.diameter_limits?;
        let diameters = || configuration.diameters.iter().copied();
        let (smallest, largest) = (diameters().fold(f64::INFINITY, f64::min), diameters().fold(0.0, f64::max));
        let lies_within = |factor: f64| {
            factor * smallest >= low * (1.0 - DIGITS_OF_DIAMETERS)
                && factor * largest <= high * (1.0 + DIGITS_OF_DIAMETERS)
        };
        let hint = if lies_within(2.0) { "; are they radii?" } else { "" };
        (!lies_within(1.0)).then(|| {
            format!(
                "diameters from {smallest:.4} to {largest:.4} leave model.diameter_limits = [{low:?}, {high:?}]{hint}"
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{PeriodicBox, Preset};

    #[test]
    fn what_differs_is_told_with_both_numbers() {
        let settings = ModelSettings { particles: 216, ..ModelSettings::defaults(Preset::Tlj) };
        let glass = Configuration {
            cell: settings.cell(),
            positions: vec![0.0; 3 * 216],
            species: settings.species(),
            diameters: vec![1.0; 216],
        };
        assert_eq!(settings.misfits(&glass), []);
        let other = Configuration {
            cell: PeriodicBox::cubic(216, 1.2),
            species: glass.species.iter().map(|species| (*species).min(1)).collect(),
            ..glass
        };
        let messages: Vec<String> = settings.misfits(&other).into_iter().map(|misfit| misfit.message).collect();
        let composition = "composition A 144, B 72, C 0 differs from the model's, A 144, B 36, C 36";
        assert_eq!(messages, ["density 1.2000 differs from model.density = 1.35", composition]);
        let settings = ModelSettings { particles: 100, ..ModelSettings::defaults(Preset::Pss) };
        let radii = settings.diameters().into_iter().map(|diameter| 0.5 * diameter).collect();
        let glass =
            Configuration { cell: settings.cell(), positions: vec![0.0; 300], species: vec![0; 100], diameters: radii };
        let message = &settings.misfits(&glass)[0].message;
        assert!(message.ends_with("leave model.diameter_limits = [0.73, 1.62]; are they radii?"), "{message}");
    }
}
