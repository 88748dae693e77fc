use super::pair_law::{Derivatives, PairLaw};
use crate::model::real::Real;

/// phi = 4 [x^-12 - x^-6 + C0 + C2 x^2 + C4 x^4] for x < 2.5, smooth to the second derivative at the cutoff.
///
/// C0 = 10 / x_c^6 - 28 / x_c^12, C2 = 48 / x_c^14 - 15 / x_c^8, C4 = 6 / x_c^10 - 21 / x_c^16
/// (Mocanu et al., J. Chem. Phys. 158, 014501 (2023), doi:10.1063/5.0128820).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LennardJonesQuartic {
    cutoff: f64,
    c0: f64,
    c2: f64,
    c4: f64,
}

impl Default for LennardJonesQuartic {
    fn default() -> Self {
        let cutoff = 2.5_f64;
        Self {
            cutoff,
            c0: 10.0 / cutoff.powi(6) - 28.0 / cutoff.powi(12),
            c2: 48.0 / cutoff.powi(14) - 15.0 / cutoff.powi(8),
            c4: 6.0 / cutoff.powi(10) - 21.0 / cutoff.powi(16),
        }
    }
}

impl PairLaw for LennardJonesQuartic {
    fn cutoff(&self) -> f64 {
        self.cutoff
    }

    #[inline(always)]
    fn derivatives<R: Real>(&self, x2: R) -> Derivatives<R> {
        // the factor 4 is taken into the coefficients
        let (c0, c2, c4) = (R::splat(4.0 * self.c0), R::splat(4.0 * self.c2), R::splat(4.0 * self.c4));
        let i2 = R::splat(1.0) / x2;
        let i4 = i2 * i2;
        let i6 = i4 * i2;
        let i8 = i4 * i4;
        let two_c2 = c2 + c2;
        let c4x2 = c4 * x2;
        Derivatives {
            value: R::splat(4.0).mul_add(i6, R::splat(-4.0)).mul_add(i6, c4.mul_add(x2, c2).mul_add(x2, c0)),
            slope_over_x: R::splat(-48.0).mul_add(i6, R::splat(24.0)).mul_add(i8, R::splat(4.0).mul_add(c4x2, two_c2)),
            second: R::splat(624.0).mul_add(i6, R::splat(-168.0)).mul_add(i8, R::splat(12.0).mul_add(c4x2, two_c2)),
            third: R::splat(-8736.0).mul_add(i6, R::splat(1344.0)).mul_add(i8 * i2, R::splat(24.0) * c4) * x2.sqrt(),
        }
    }
}
