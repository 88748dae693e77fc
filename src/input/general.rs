//! The deck's `[campaign]` and `[model]`.

use super::duration;
use super::model_keys::ModelKeys;
use crate::model::{Configuration, PeriodicBox, Potential, Preset, soft_sphere_diameters, species_counts};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// The deck's `[campaign]`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CampaignSettings {
    /// Default: the deck's file name without its ending.
    pub name: String,
    /// Names every random stream of the campaign.
    pub seed: u64,
    #[serde(with = "duration::as_text")]
    pub checkpoint_interval: Duration,
}

impl CampaignSettings {
    pub fn defaults(name: &str) -> Self {
        Self { name: name.to_string(), seed: 1, checkpoint_interval: Duration::from_secs(600) }
    }
}

/// The deck's `[model]`: a preset, or a law with `species`, `composition`, `epsilon` and `sigma`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "ModelKeys", into = "ModelKeys")]
pub struct ModelSettings {
    pub potential: Potential,
    /// Number of particles N.
    pub particles: usize,
    /// Number density N / V [sigma^-3].
    pub density: f64,
    /// Smallest and largest diameter of P(s) = A / s^3 [sigma]; only for models with diameters.
    pub diameter_limits: Option<[f64; 2]>,
}

impl ModelSettings {
    /// Keys that only presets have a default for.
    pub(super) const WITHOUT_DEFAULT: &'static [&'static str] = &["particles", "density"];

    /// The papers' values for each preset; pss: the limits of the authors' public configurations. With tables of one's own there
    /// are no particles (0) and no density (NaN).
    pub fn defaults(potential: impl Into<Potential>) -> Self {
        let potential = potential.into();
        let particles = match potential.preset() {
            Some(Preset::Pss) => 1500,
            Some(Preset::Tlj | Preset::TljAsPrinted) => 1200,
            Some(Preset::Harmonic) => 16_000,
            Some(Preset::Lj) => 4000,
            None => 0,
        };
        let density = potential.preset().map_or(f64::NAN, Preset::density);
        let diameter_limits = potential.has_diameters().then_some([0.73, 1.62]);
        Self { potential, particles, density, diameter_limits }
    }

    /// The periodic box of a new glass.
    pub fn cell(&self) -> PeriodicBox {
        PeriodicBox::cubic(self.particles, self.density)
    }

    /// Species [N] of a new glass in blocks A ... B ... C, by largest remainder.
    pub fn species(&self) -> Vec<u8> {
        species_counts(self.particles, self.potential.composition())
            .into_iter()
            .zip(0u8..)
            .flat_map(|(count, species)| std::iter::repeat_n(species, count))
            .collect()
    }

    /// Diameters [N] of a new glass by rising size; all 1 for models without diameters.
    pub fn diameters(&self) -> Vec<f64> {
        match self.diameter_limits {
            Some([smallest, largest]) => soft_sphere_diameters(self.particles, smallest, largest),
            None => vec![1.0; self.particles],
        }
    }

    /// Largest distance at which two particles of any glass of this model interact [sigma].
    pub fn largest_cutoff(&self) -> f64 {
        let [smallest, largest] = self.diameter_limits.unwrap_or([1.0, 1.0]);
        let species = (0..self.potential.species() as u8).collect::<Vec<u8>>();
        let mut diameters = vec![smallest; species.len().max(2)];
        diameters[0] = largest;
        let mut all_kinds = species;
        all_kinds.resize(diameters.len(), 0);
        let example = Configuration { cell: self.cell(), positions: Vec::new(), species: all_kinds, diameters };
        self.potential.model(&example).largest_cutoff()
    }

    /// The smallest N whose box holds two cutoffs at this density.
    pub fn smallest_particles(&self) -> usize {
        let edge = 2.0 * self.largest_cutoff();
        let mut particles = (self.density * edge.powi(3)).floor().max(1.0) as usize;
        while PeriodicBox::cubic(particles, self.density).shortest_edge() < edge {
            particles += 1;
        }
        particles
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_smallest_box_holds_two_cutoffs() {
        // (2 * 2.5)^3 * 1.35 = 168.75; (2 * 1.25 * 1.62)^3 = 66.4; as printed sigma_AC = 1.25
        let smallest = |preset| ModelSettings::defaults(preset).smallest_particles();
        assert_eq!(smallest(Preset::Tlj), 169);
        assert_eq!(smallest(Preset::Pss), 67);
        assert_eq!(smallest(Preset::TljAsPrinted), 330);
        assert_eq!(smallest(Preset::Harmonic), 12);
        assert_eq!(smallest(Preset::Lj), 125);
    }

    #[test]
    fn species_stand_in_blocks() {
        let species = ModelSettings { particles: 6, ..ModelSettings::defaults(Preset::Tlj) }.species();
        assert_eq!(species, [0, 0, 0, 0, 1, 2]);
    }
}
