//! The identities of particles in the form that the vectorised loops of Monte Carlo need: the mixture is matched once,
//! outside.
//!
//! A particle's identity is one number in its record: its diameter, or its species.

use crate::forces::lanes::Records;
use crate::model::{Mixture, Model, SoftSphereQuartic};

/// How much larger than a particle's diameter the diameter of its rows is, and how much larger it may become [sigma].
const WIDER: f64 = 0.05;
const TOO_WIDE: f64 = 0.15;

/// Exchangeable identities.
pub(super) trait Kinds: Copy {
    /// epsilon_ij and 1/sigma_ij^2 of a particle with identity `own` and others; bitwise symmetric.
    fn pair<R: Records>(&self, own: f64, others: R) -> (R, R);
    /// sigma_ij of the same.
    fn sigma<R: Records>(&self, own: f64, others: R) -> R;
    /// Whether sigma_ik of the identity `to` never exceeds that of the identity `from`.
    fn shrinks(&self, from: f64, to: f64) -> bool;
    /// The identity for which the rows of a particle are made, so that they remain valid for several exchanges:
    /// `shrinks` to `identity`, and not much larger.
    fn listed(&self, identity: f64) -> f64;
    /// Whether rows made for `listed` are as good as new ones for `identity`.
    fn serves(&self, listed: f64, identity: f64) -> bool;
}

/// Polydisperse diameters.
#[derive(Clone, Copy, Debug)]
pub(super) struct Diameters {
    nonadditivity: f64,
    /// Whether sigma_ik increases with both diameters: d sigma / d b = (1 - 2 nonadditivity b)/2 for the larger one, b.
    monotonic: bool,
}

impl Kinds for Diameters {
    #[inline(always)]
    fn pair<R: Records>(&self, own: f64, others: R) -> (R, R) {
        let sigma = self.sigma(own, others);
        (R::splat(1.0), R::splat(1.0) / (sigma * sigma))
    }

    #[inline(always)]
    fn sigma<R: Records>(&self, own: f64, others: R) -> R {
        let own = R::splat(own);
        let shrink = R::splat(-0.5 * self.nonadditivity).mul_add((own - others).absolute(), R::splat(0.5));
        (own + others) * shrink
    }

    #[inline(always)]
    fn shrinks(&self, from: f64, to: f64) -> bool {
        self.monotonic && to <= from
    }

    #[inline(always)]
    fn listed(&self, identity: f64) -> f64 {
        if self.monotonic { identity + WIDER } else { identity }
    }

    #[inline(always)]
    fn serves(&self, listed: f64, identity: f64) -> bool {
        identity == listed || (self.shrinks(listed, identity) && listed - identity <= TOO_WIDE)
    }
}

/// Species with tables; the identity is 0, 1 or 2.
#[derive(Clone, Copy, Debug)]
pub(super) struct Species {
    epsilon: [[f64; 3]; 3],
    sigma: [[f64; 3]; 3],
    inverse_sigma_squared: [[f64; 3]; 3],
}

impl Kinds for Species {
    #[inline(always)]
    fn pair<R: Records>(&self, own: f64, others: R) -> (R, R) {
        let own = own as usize % 3;
        (choose(&self.epsilon[own], others), choose(&self.inverse_sigma_squared[own], others))
    }

    #[inline(always)]
    fn sigma<R: Records>(&self, own: f64, others: R) -> R {
        choose(&self.sigma[own as usize % 3], others)
    }

    #[inline(always)]
    fn shrinks(&self, from: f64, to: f64) -> bool {
        let (from, to) = (&self.sigma[from as usize % 3], &self.sigma[to as usize % 3]);
        to[0] <= from[0] && to[1] <= from[1] && to[2] <= from[2]
    }

    #[inline(always)]
    fn listed(&self, identity: f64) -> f64 {
        identity
    }

    #[inline(always)]
    fn serves(&self, listed: f64, identity: f64) -> bool {
        listed == identity
    }
}

/// values[n] for n = 0, 1, 2.
#[inline(always)]
fn choose<R: Records>(values: &[f64; 3], n: R) -> R {
    let (first, second) = (R::splat(0.5), R::splat(1.5));
    let [a, b, c] = [R::splat(values[0]), R::splat(values[1]), R::splat(values[2])];
    // exactly one of the three differs from 0
    a.where_less(n, first) + (b.where_less(n, second)).where_less(first, n) + c.where_less(second, n)
}

/// All identical.
#[derive(Clone, Copy, Debug)]
pub(super) struct Uniform;

impl Kinds for Uniform {
    #[inline(always)]
    fn pair<R: Records>(&self, _own: f64, _others: R) -> (R, R) {
        (R::splat(1.0), R::splat(1.0))
    }

    #[inline(always)]
    fn sigma<R: Records>(&self, _own: f64, _others: R) -> R {
        R::splat(1.0)
    }

    fn shrinks(&self, _from: f64, _to: f64) -> bool {
        true
    }

    fn listed(&self, identity: f64) -> f64 {
        identity
    }

    fn serves(&self, _listed: f64, _identity: f64) -> bool {
        true
    }
}

/// The rule of sigma_ij and epsilon_ij; the identities themselves are in the records.
#[derive(Clone, Copy, Debug)]
pub(super) enum KindRule {
    Diameters(SoftSphereQuartic, Diameters),
    Species(Species),
    Uniform(Uniform),
}

impl KindRule {
    pub fn of(model: &Model) -> Self {
        match &model.mixture {
            Mixture::Polydisperse { diameters, nonadditivity } => {
                let largest = diameters.iter().copied().fold(0.0, f64::max);
                // also for the diameters for which rows are made
                let monotonic = 2.0 * nonadditivity * (largest + WIDER) <= 1.0 && *nonadditivity >= 0.0;
                Self::Diameters(model.law.of_diameters(), Diameters { nonadditivity: *nonadditivity, monotonic })
            }
            Mixture::Species { epsilon, sigma, .. } => Self::Species(Species {
                epsilon: *epsilon,
                sigma: *sigma,
                inverse_sigma_squared: sigma.map(|row| row.map(|sigma| 1.0 / (sigma * sigma))),
            }),
            Mixture::Uniform { .. } => Self::Uniform(Uniform),
        }
    }
}

impl KindRule {
    pub fn is_species(&self) -> bool {
        matches!(self, Self::Species(_))
    }

    pub fn is_diameters(&self) -> bool {
        matches!(self, Self::Diameters(..))
    }
}

/// The number in the record of every particle.
pub(super) fn identities(mixture: &Mixture) -> Vec<f64> {
    match mixture {
        Mixture::Polydisperse { diameters, .. } => diameters.clone(),
        Mixture::Species { species, .. } => species.iter().map(|&species| f64::from(species)).collect(),
        Mixture::Uniform { particles } => vec![0.0; *particles],
    }
}

/// Whether any two particles differ: otherwise there is nothing to swap.
pub(super) fn any_unlike(mixture: &Mixture) -> bool {
    match mixture {
        Mixture::Polydisperse { diameters, .. } => diameters.windows(2).any(|pair| pair[0] != pair[1]),
        Mixture::Species { species, .. } => species.windows(2).any(|pair| pair[0] != pair[1]),
        Mixture::Uniform { .. } => false,
    }
}

/// Runs the body with `law` and `kinds` bound to the concrete law and rule.
macro_rules! with_kinds {
    ($law:expr, $rule:expr, |$bound_law:ident, $kinds:ident| $body:expr) => {
        match $rule {
            $crate::sampling::kinds::KindRule::Diameters($bound_law, $kinds) => $body,
            $crate::sampling::kinds::KindRule::Species($kinds) => $crate::model::with_law!($law, $bound_law => $body),
            $crate::sampling::kinds::KindRule::Uniform($kinds) => $crate::model::with_law!($law, $bound_law => $body),
        }
    };
}
pub(super) use with_kinds;
