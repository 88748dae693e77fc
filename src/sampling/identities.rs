//! Who the particles are, as the inner loops of Monte Carlo need it: the mixture matched once, outside.

use crate::model::{Mixture, PairParameters, nonadditive_sigma};

/// Exchangeable identities of the particles.
pub(super) trait Identities {
    /// epsilon_ij and 1/sigma_ij^2 of the identities that i and j have now.
    fn pair(&self, i: usize, j: usize) -> PairParameters;
    /// Whether an exchange of i and j changes nothing.
    fn alike(&self, i: usize, j: usize) -> bool;
    /// Bound on sigma_ik for every k.
    fn largest_sigma(&self, i: usize) -> f64;
    fn swap(&mut self, i: usize, j: usize);
}

/// Polydisperse diameters.
pub(super) struct Diameters<'a> {
    pub values: &'a mut [f64],
    pub nonadditivity: f64,
    largest: f64,
    bound: f64,
}

impl Identities for Diameters<'_> {
    #[inline(always)]
    fn pair(&self, i: usize, j: usize) -> PairParameters {
        let sigma = nonadditive_sigma(self.values[i], self.values[j], self.nonadditivity);
        PairParameters { epsilon: 1.0, inverse_sigma_squared: 1.0 / (sigma * sigma) }
    }

    fn alike(&self, i: usize, j: usize) -> bool {
        self.values[i] == self.values[j]
    }

    #[inline(always)]
    fn largest_sigma(&self, i: usize) -> f64 {
        // d sigma / d b = (1 - 2 nonadditivity b)/2 for b above: rising up to the largest diameter
        if 2.0 * self.nonadditivity * self.largest <= 1.0 {
            nonadditive_sigma(self.values[i], self.largest, self.nonadditivity)
        } else {
            self.bound
        }
    }

    fn swap(&mut self, i: usize, j: usize) {
        self.values.swap(i, j);
    }
}

/// Species with tables.
pub(super) struct Species<'a> {
    pub values: &'a mut [u8],
    table: [[PairParameters; 3]; 3],
    largest: [f64; 3],
}

impl Identities for Species<'_> {
    #[inline(always)]
    fn pair(&self, i: usize, j: usize) -> PairParameters {
        self.table[self.values[i] as usize][self.values[j] as usize]
    }

    fn alike(&self, i: usize, j: usize) -> bool {
        self.values[i] == self.values[j]
    }

    #[inline(always)]
    fn largest_sigma(&self, i: usize) -> f64 {
        self.largest[self.values[i] as usize]
    }

    fn swap(&mut self, i: usize, j: usize) {
        self.values.swap(i, j);
    }
}

/// All alike.
pub(super) struct Uniform;

impl Identities for Uniform {
    #[inline(always)]
    fn pair(&self, _i: usize, _j: usize) -> PairParameters {
        PairParameters { epsilon: 1.0, inverse_sigma_squared: 1.0 }
    }

    fn alike(&self, _i: usize, _j: usize) -> bool {
        true
    }

    fn largest_sigma(&self, _i: usize) -> f64 {
        1.0
    }

    fn swap(&mut self, _i: usize, _j: usize) {}
}

pub(super) fn diameters(values: &mut [f64], nonadditivity: f64, bound: f64) -> Diameters<'_> {
    let largest = values.iter().copied().fold(0.0, f64::max);
    Diameters { values, nonadditivity, largest, bound }
}

pub(super) fn species<'a>(values: &'a mut [u8], epsilon: &[[f64; 3]; 3], sigma: &[[f64; 3]; 3]) -> Species<'a> {
    let entry = |a: usize, b: usize| PairParameters {
        epsilon: epsilon[a][b],
        inverse_sigma_squared: 1.0 / (sigma[a][b] * sigma[a][b]),
    };
    let table = std::array::from_fn(|a| std::array::from_fn(|b| entry(a, b)));
    let largest = sigma.map(|row| row.into_iter().fold(0.0, f64::max));
    Species { values, table, largest }
}

/// Whether any two particles differ: otherwise there is nothing to swap.
pub(super) fn any_unlike(mixture: &Mixture) -> bool {
    match mixture {
        Mixture::Polydisperse { diameters, .. } => diameters.windows(2).any(|pair| pair[0] != pair[1]),
        Mixture::Species { species, .. } => species.windows(2).any(|pair| pair[0] != pair[1]),
        Mixture::Uniform { .. } => false,
    }
}

/// Runs the body with `law` and `identities` bound to the concrete law and mixture of a model.
macro_rules! with_model {
    ($model:expr, $law:ident, $identities:ident => $body:expr) => {{
        let bound = $model.mixture.largest_sigma();
        let $crate::model::Model { law, mixture } = $model;
        match mixture {
            $crate::model::Mixture::Polydisperse { diameters, nonadditivity } => {
                let mut owned = $crate::sampling::identities::diameters(diameters, *nonadditivity, bound);
                let $identities = &mut owned;
                $crate::model::with_law!(law, $law => $body)
            }
            $crate::model::Mixture::Species { species, epsilon, sigma } => {
                let mut owned = $crate::sampling::identities::species(species, epsilon, sigma);
                let $identities = &mut owned;
                $crate::model::with_law!(law, $law => $body)
            }
            $crate::model::Mixture::Uniform { .. } => {
                let $identities = &mut $crate::sampling::identities::Uniform;
                $crate::model::with_law!(law, $law => $body)
            }
        }
    }};
}
pub(super) use with_model;
