//! The displacements of the particles of a liquid.

use super::correlator::Snapshot;
use super::wave_vectors::WaveVectors;
use crate::model::PeriodicBox;

/// Number of quantities per group of particles, in the order of [`LiquidObservables::compare`].
pub const OBSERVABLES: usize = 4;
/// F_s(q, t), the mean of cos(q.d) over the particles and the shell of wave vectors.
pub const SELF_SCATTERING: usize = 0;
/// <d^2> [sigma^2]
pub const SQUARED_DISPLACEMENT: usize = 1;
/// Q, the fraction of the particles with |d| below the overlap distance.
pub const OVERLAP: usize = 2;
/// <d^4> [sigma^4], for the non-Gaussian parameter 3 <d^4> / (5 <d^2>^2) - 1.
pub const FOURTH_POWER: usize = 3;

/// What is measured between two configurations of a liquid.
#[derive(Clone, Debug)]
pub struct LiquidObservables {
    wave_vectors: WaveVectors,
    overlap_distance: f64,
    species: usize,
}

/// Number of groups of particles: all, then each species if there are several.
pub fn groups(species: usize) -> usize {
    if species > 1 { 1 + species } else { 1 }
}

impl LiquidObservables {
    /// `overlap_distance` [sigma]; `species`: number of species of the model.
    pub fn new(cell: &PeriodicBox, wave_number: f64, overlap_distance: f64, species: usize) -> Self {
        Self { wave_vectors: WaveVectors::shell(cell, wave_number), overlap_distance, species }
    }

    /// The shell over which F_s is averaged.
    pub fn wave_vectors(&self) -> &WaveVectors {
        &self.wave_vectors
    }

    /// [groups][`OBSERVABLES`]: d = r(now) - r(past) minus the mean displacement, positions [3N] unwrapped. A particle counts in
    /// the species that it had at the origin; NaN for a species without particles.
    pub fn compare(&self, now: &[f64], past: &Snapshot) -> Vec<f64> {
        let (now, before) = (now.as_chunks::<3>().0, past.positions.as_chunks::<3>().0);
        let particles = now.len() as f64;
        let mut drift = [0.0; 3];
        for (a, b) in now.iter().zip(before) {
            for k in 0..3 {
                drift[k] += (a[k] - b[k]) / particles;
            }
        }
        let mut cosines = self.wave_vectors.workspace();
        let mut sums = vec![[0.0; OBSERVABLES]; self.species];
        let mut counts = vec![0.0; self.species];
        for (i, (a, b)) in now.iter().zip(before).enumerate() {
            let d: [f64; 3] = std::array::from_fn(|k| a[k] - b[k] - drift[k]);
            let square = d.iter().map(|x| x * x).sum::<f64>();
            let near = square < self.overlap_distance * self.overlap_distance;
            let values =
                [self.wave_vectors.mean_cosine(d, &mut cosines), square, f64::from(u8::from(near)), square * square];
            let species = if self.species > 1 { past.species[i] as usize } else { 0 };
            counts[species] += 1.0;
            for (sum, value) in sums[species].iter_mut().zip(values) {
                *sum += value;
            }
        }
        let all = (0..OBSERVABLES).map(|k| sums.iter().map(|sums| sums[k]).sum::<f64>() / particles);
        let each = sums.iter().zip(&counts).flat_map(|(sums, count)| sums.map(|sum| sum / count));
        all.chain(each.filter(|_| self.species > 1)).collect()
    }
}
