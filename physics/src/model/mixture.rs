//! epsilon_ij and sigma_ij of every pair of particles.

/// What a pair law needs of one pair.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PairParameters {
    /// epsilon_ij
    pub epsilon: f64,
    /// 1 / sigma_ij^2
    pub inverse_sigma_squared: f64,
}

/// How the particles of one glass differ.
#[derive(Clone, Debug, PartialEq)]
pub enum Mixture {
    /// sigma_ij = (s_i + s_j)/2 (1 - nonadditivity |s_i - s_j|), epsilon_ij = 1. For the law `SoftSphereQuartic` only,
    /// and made by `Potential::model` only.
    #[non_exhaustive]
    Polydisperse { diameters: Vec<f64>, nonadditivity: f64 },
    /// Tables [a][b] by species.
    Species { species: Vec<u8>, epsilon: [[f64; 3]; 3], sigma: [[f64; 3]; 3] },
    /// All alike, sigma = epsilon = 1.
    Uniform { particles: usize },
}

impl Mixture {
    pub fn particles(&self) -> usize {
        match self {
            Mixture::Polydisperse { diameters, .. } => diameters.len(),
            Mixture::Species { species, .. } => species.len(),
            Mixture::Uniform { particles } => *particles,
        }
    }

    /// sigma_ij of particles i and j.
    #[inline]
    pub fn sigma(&self, i: usize, j: usize) -> f64 {
        match self {
            Mixture::Polydisperse { diameters, nonadditivity } => {
                nonadditive_sigma(diameters[i], diameters[j], *nonadditivity)
            }
            Mixture::Species { species, sigma, .. } => sigma[species[i] as usize][species[j] as usize],
            Mixture::Uniform { .. } => 1.0,
        }
    }

    /// epsilon_ij and 1/sigma_ij^2 of particles i and j; symmetric in i and j to the last bit.
    #[inline]
    pub fn pair(&self, i: usize, j: usize) -> PairParameters {
        let epsilon = match self {
            Mixture::Species { species, epsilon, .. } => epsilon[species[i] as usize][species[j] as usize],
            _ => 1.0,
        };
        let sigma = self.sigma(i, j);
        PairParameters { epsilon, inverse_sigma_squared: 1.0 / (sigma * sigma) }
    }

    /// The largest sigma_ij that two particles of this glass can have, after any swaps.
    pub fn largest_sigma(&self) -> f64 {
        match self {
            Mixture::Polydisperse { diameters, nonadditivity } => {
                // at fixed larger diameter b the product is largest at a = b for nonadditivity <= 1 / b
                let largest = diameters.iter().copied().fold(0.0, f64::max);
                let smallest = diameters.iter().copied().fold(f64::INFINITY, f64::min);
                largest.max(nonadditive_sigma(largest, smallest, *nonadditivity))
            }
            Mixture::Species { species, sigma, .. } => {
                let mut largest = 0.0_f64;
                for &a in species {
                    largest = largest.max(sigma[a as usize].iter().copied().fold(0.0, f64::max));
                }
                largest
            }
            Mixture::Uniform { .. } => 1.0,
        }
    }

    /// Exchanges the identities (diameter or species) of two particles.
    pub fn swap(&mut self, i: usize, j: usize) {
        match self {
            Mixture::Polydisperse { diameters, .. } => diameters.swap(i, j),
            Mixture::Species { species, .. } => species.swap(i, j),
            Mixture::Uniform { .. } => {}
        }
    }
}

/// (a + b)/2 (1 - nonadditivity |a - b|).
#[inline(always)]
pub fn nonadditive_sigma(a: f64, b: f64, nonadditivity: f64) -> f64 {
    0.5 * (a + b) * (1.0 - nonadditivity * (a - b).abs())
}

/// Deterministic quantiles of P(s) = A / s^3 on [smallest, largest]:
/// s(q) = [s_m^-2 - q (s_m^-2 - s_M^-2)]^(-1/2), q = (k + 1/2) / N, k = 0 ... N-1; mean 2 / (1/s_m + 1/s_M).
pub fn soft_sphere_diameters(particles: usize, smallest: f64, largest: f64) -> Vec<f64> {
    // divisions and roots round alike wherever the compiler puts them, powers do not
    let (low, high) = (1.0 / (smallest * smallest), 1.0 / (largest * largest));
    (0..particles)
        .map(|k| {
            let q = (k as f64 + 0.5) / particles as f64;
            1.0 / (low - q * (low - high)).sqrt()
        })
        .collect()
}
