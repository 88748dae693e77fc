//! The numbers a pair law is written in: one `f64`, or a register of lanes (implemented in `forces::lanes`).

use std::ops::{Add, Div, Mul, Neg, Sub};

/// A real number, or several side by side that never mix. All operations round as IEEE f64 does, so that a lane's
/// result does not depend on the width of the register.
pub trait Real:
    Copy + Add<Output = Self> + Sub<Output = Self> + Mul<Output = Self> + Div<Output = Self> + Neg<Output = Self>
{
    /// The same number in every lane.
    fn splat(value: f64) -> Self;
    /// self * b + c; fused where the processor has it.
    fn mul_add(self, b: Self, c: Self) -> Self;
    fn sqrt(self) -> Self;
    /// `self` in the lanes where a < b, exactly +0 elsewhere, whatever `self` is there.
    fn where_less(self, a: Self, b: Self) -> Self;
}

impl Real for f64 {
    #[inline(always)]
    fn splat(value: f64) -> Self {
        value
    }
    #[inline(always)]
    fn mul_add(self, b: Self, c: Self) -> Self {
        self * b + c
    }
    #[inline(always)]
    fn sqrt(self) -> Self {
        f64::sqrt(self)
    }
    #[inline(always)]
    fn where_less(self, a: Self, b: Self) -> Self {
        if a < b { self } else { 0.0 }
    }
}
