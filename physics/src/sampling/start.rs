//! The start of a liquid: random positions, and the removal of their overlaps.

use crate::error::{Error, Result};
use crate::forces::{PairSum, as_lanes, as_lanes_mut};
use crate::model::{Configuration, PeriodicBox, Preset, soft_sphere_diameters, species_counts};
use crate::random::Stream;
use rand::RngExt;
use rand::seq::SliceRandom;
use serde::{Deserialize, Serialize};

/// Limits of the soft spheres' diameters [sigma], inferred from the public configurations of
/// Khomenko et al. (doi:10.1103/PhysRevLett.124.225901): mean 1.0065.
pub const SOFT_SPHERE_DIAMETERS: (f64, f64) = (0.73, 1.62);

/// Longest step of one particle while overlaps are removed [sigma].
const LONGEST_STEP: f64 = 0.1;
/// Displacement per force [sigma^2 / epsilon]; stable up to curvatures of 2 / 3e-4.
const MOBILITY: f64 = 3e-4;
/// Steps after which a start is given up.
const MOST_STEPS: u64 = 20_000;

/// The particles of a preset without positions: a cube of the preset's density, species counts by largest remainder,
/// diameters the quantiles of P(s) = A/s^3.
pub fn unplaced(preset: Preset, particles: usize) -> Configuration {
    let species = species_counts(particles, preset.composition())
        .iter()
        .enumerate()
        .flat_map(|(species, &count)| std::iter::repeat_n(species as u8, count))
        .collect();
    let diameters = match preset.has_diameters() {
        true => soft_sphere_diameters(particles, SOFT_SPHERE_DIAMETERS.0, SOFT_SPHERE_DIAMETERS.1),
        false => vec![1.0; particles],
    };
    Configuration { cell: PeriodicBox::cubic(particles, preset.density()), positions: Vec::new(), species, diameters }
}

/// Random positions for these particles, with shuffled identities; existing positions are discarded.
pub fn placed_at_random(mut particles: Configuration, random: &mut Stream) -> Configuration {
    particles.species.shuffle(random);
    particles.diameters.shuffle(random);
    let edges = particles.cell.edges;
    particles.positions = (0..3 * particles.particles()).map(|n| edges[n % 3] * random.random::<f64>()).collect();
    particles
}

/// Particles of a preset at random positions, their identities shuffled.
pub fn random_configuration(preset: Preset, particles: usize, random: &mut Stream) -> Configuration {
    placed_at_random(unplaced(preset, particles), random)
}

/// Steepest descent with capped steps, until molecular dynamics is safe; serialisable.
///
/// Every step moves particle i by F_i times a fixed mobility, at most 0.1 sigma, so that arbitrarily large forces, as
/// in random insertion, do no harm.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OverlapRemoval {
    /// [3N]
    pub positions: Vec<f64>,
    pub steps: u64,
}

impl OverlapRemoval {
    pub fn new(positions: Vec<f64>) -> Self {
        Self { positions, steps: 0 }
    }

    /// One step (one force call); `true` when no force component F exceeds `safe_force` [epsilon / sigma].
    ///
    /// # Errors
    /// `Error::Numerical` when overlaps are left after 20,000 steps.
    pub fn step(&mut self, sum: &mut PairSum<1>, safe_force: f64) -> Result<bool> {
        let mut forces = vec![0.0; self.positions.len()];
        sum.forces(as_lanes(&self.positions), as_lanes_mut(&mut forces));
        let largest = forces.iter().fold(0.0f64, |largest, f| largest.max(f.abs()));
        if largest < safe_force && forces.iter().all(|f| f.is_finite()) {
            return Ok(true);
        }
        if self.steps >= MOST_STEPS {
            return Err(Error::Numerical(format!(
                "overlaps remain after {MOST_STEPS} steps of descent (largest force {largest}); use another seed"
            )));
        }
        for (atom, f) in self.positions.chunks_exact_mut(3).zip(forces.chunks_exact(3)) {
            // divided by the largest component first: squares of forces at tiny distances overflow
            let scale = f.iter().fold(0.0f64, |scale, f| scale.max(f.abs()));
            if !scale.is_finite() || scale == 0.0 {
                continue;
            }
            let norm = scale * f.iter().map(|f| (f / scale) * (f / scale)).sum::<f64>().sqrt();
            let step = MOBILITY.min(LONGEST_STEP / norm);
            for (x, f) in atom.iter_mut().zip(f) {
                *x += step * f;
            }
        }
        self.steps += 1;
        Ok(false)
    }
}
