use super::pair_law::{Derivatives, PairLaw};
use crate::model::real::Real;

/// phi = v(x) - v(x_c) - (x - x_c) v'(x_c), v = 4 (x^-12 - x^-6), x_c = 2.5: value and force vanish at the cutoff
/// (Mizuno et al., Phys. Rev. Research 2, 013215 (2020), doi:10.1103/PhysRevResearch.2.013215).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LennardJonesForceShifted {
    cutoff: f64,
    value_at_cutoff: f64,
    slope_at_cutoff: f64,
}

impl Default for LennardJonesForceShifted {
    fn default() -> Self {
        let cutoff = 2.5_f64;
        Self {
            cutoff,
            value_at_cutoff: 4.0 * (cutoff.powi(-12) - cutoff.powi(-6)),
            slope_at_cutoff: 4.0 * (-12.0 * cutoff.powi(-13) + 6.0 * cutoff.powi(-7)),
        }
    }
}

impl PairLaw for LennardJonesForceShifted {
    fn cutoff(&self) -> f64 {
        self.cutoff
    }

    #[inline(always)]
    fn derivatives<R: Real>(&self, x2: R) -> Derivatives<R> {
        let slope = R::splat(self.slope_at_cutoff);
        let x = x2.sqrt();
        let i2 = R::splat(1.0) / x2;
        let i6 = i2 * i2 * i2;
        let i8 = i6 * i2;
        let shift = slope.mul_add(x - R::splat(self.cutoff), R::splat(self.value_at_cutoff));
        Derivatives {
            value: R::splat(4.0).mul_add(i6, R::splat(-4.0)) * i6 - shift,
            slope_over_x: R::splat(-48.0).mul_add(i6, R::splat(24.0)) * i8 - slope / x,
            second: R::splat(624.0).mul_add(i6, R::splat(-168.0)) * i8,
            third: R::splat(-8736.0).mul_add(i6, R::splat(1344.0)) * (i8 * i2) * x,
        }
    }
}
