use super::pair_law::{Derivatives, PairLaw};
use crate::model::real::Real;

/// phi = x^-12 + c0 + c2 x^2 + c4 x^4 for x < 1.25, smooth to the second derivative at the cutoff.
///
/// c0 = -28 / x_c^12, c2 = 48 / x_c^14, c4 = -21 / x_c^16
/// (Khomenko et al., Phys. Rev. Lett. 124, 225901 (2020), doi:10.1103/PhysRevLett.124.225901).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SoftSphereQuartic {
    cutoff: f64,
    c0: f64,
    c2: f64,
    c4: f64,
}

impl Default for SoftSphereQuartic {
    fn default() -> Self {
        let cutoff = 1.25_f64;
        Self { cutoff, c0: -28.0 / cutoff.powi(12), c2: 48.0 / cutoff.powi(14), c4: -21.0 / cutoff.powi(16) }
    }
}

impl PairLaw for SoftSphereQuartic {
    fn cutoff(&self) -> f64 {
        self.cutoff
    }

    fn is_repulsive(&self) -> bool {
        true
    }

    #[inline(always)]
    fn derivatives<R: Real>(&self, x2: R) -> Derivatives<R> {
        let (c0, c2, c4) = (R::splat(self.c0), R::splat(self.c2), R::splat(self.c4));
        let i2 = R::splat(1.0) / x2;
        let i6 = i2 * i2 * i2;
        let i12 = i6 * i6;
        let i14 = i12 * i2;
        let two_c2 = c2 + c2;
        let c4x2 = c4 * x2;
        Derivatives {
            value: c4.mul_add(x2, c2).mul_add(x2, i12 + c0),
            slope_over_x: R::splat(-12.0).mul_add(i14, R::splat(4.0).mul_add(c4x2, two_c2)),
            second: R::splat(156.0).mul_add(i14, R::splat(12.0).mul_add(c4x2, two_c2)),
            third: R::splat(-2184.0).mul_add(i14 * i2, R::splat(24.0) * c4) * x2.sqrt(),
        }
    }
}
