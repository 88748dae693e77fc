//! What a pair law is.

use crate::model::real::Real;

/// phi and its derivatives by x = r / sigma at one distance.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Derivatives<R> {
    /// phi(x)
    pub value: R,
    /// phi'(x) / x
    pub slope_over_x: R,
    /// phi''(x)
    pub second: R,
    /// phi'''(x)
    pub third: R,
}

/// A dimensionless pair law phi(x), x = r / sigma, zero from `cutoff()` on.
///
/// U(r) = epsilon phi(r / sigma), U'/r = epsilon / sigma^2 phi'/x, U'' = epsilon / sigma^2 phi'',
/// U''' = epsilon / sigma^3 phi'''. What a caller does not use of the derivatives costs nothing: the body is inlined.
pub trait PairLaw: Copy + Send + Sync {
    /// x_c in units of sigma.
    fn cutoff(&self) -> f64;
    /// Whether phi >= 0 and falls with x everywhere inside the cutoff: then a part of a sum bounds the whole from below.
    fn is_repulsive(&self) -> bool {
        false
    }
    /// Whether phi grows without bound as x goes to 0.
    fn diverges(&self) -> bool {
        true
    }
    /// Whether phi'' jumps at the cutoff: then two particles are in contact or they are not, and a particle without
    /// contacts is a rattler.
    fn has_contacts(&self) -> bool {
        false
    }
    /// Stiffness of the law relative to Lennard-Jones, see `Law::stiffness_unit`.
    fn stiffness_unit(&self) -> f64 {
        1.0
    }
    /// phi and its derivatives for x^2 in (0, x_c^2); beyond the cutoff the caller discards the values.
    fn derivatives<R: Real>(&self, x2: R) -> Derivatives<R>;
}
