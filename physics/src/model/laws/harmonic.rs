use super::pair_law::{Derivatives, PairLaw};
use crate::model::real::Real;

/// phi = (1 - x)^2 / 2 for x < 1; phi'' jumps at contact
/// (Mizuno et al., Phys. Rev. Research 2, 013215 (2020), doi:10.1103/PhysRevResearch.2.013215).
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Harmonic;

impl PairLaw for Harmonic {
    fn cutoff(&self) -> f64 {
        1.0
    }

    fn is_repulsive(&self) -> bool {
        true
    }

    fn diverges(&self) -> bool {
        false
    }

    fn has_contacts(&self) -> bool {
        true
    }

    fn stiffness_unit(&self) -> f64 {
        2e-3
    }

    #[inline(always)]
    fn derivatives<R: Real>(&self, x2: R) -> Derivatives<R> {
        let one = R::splat(1.0);
        let x = x2.sqrt();
        let overlap = one - x;
        Derivatives {
            value: R::splat(0.5) * overlap * overlap,
            slope_over_x: -(overlap / x),
            second: one,
            third: R::splat(0.0),
        }
    }
}
