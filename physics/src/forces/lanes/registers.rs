//! Eight f64 side by side as one `Real`: an AVX-512 register, two AVX2 registers, or an array.

use crate::model::Real;
#[cfg(target_arch = "x86_64")]
use std::arch::x86_64::*;
use std::ops::{Add, Div, Mul, Neg, Sub};

/// Eight f64 for any processor, vectorised by the compiler if possible. `mul_add` rounds twice.
#[derive(Clone, Copy, Debug)]
pub(super) struct Portable(pub(super) [f64; 8]);

/// Eight f64 in one register.
#[cfg(target_arch = "x86_64")]
#[derive(Clone, Copy, Debug)]
pub(super) struct Avx512(pub(super) __m512d);

/// Eight f64 in two registers.
#[cfg(target_arch = "x86_64")]
#[derive(Clone, Copy, Debug)]
pub(super) struct Avx2(pub(super) __m256d, pub(super) __m256d);

macro_rules! operator {
    ($type:ty, $trait:ident, $method:ident, |$a:ident, $b:ident| $body:expr) => {
        impl $trait for $type {
            type Output = Self;
            #[inline(always)]
            fn $method(self, other: Self) -> Self {
                let ($a, $b) = (self, other);
                $body
            }
        }
    };
}

operator!(Portable, Add, add, |a, b| Portable(std::array::from_fn(|l| a.0[l] + b.0[l])));
operator!(Portable, Sub, sub, |a, b| Portable(std::array::from_fn(|l| a.0[l] - b.0[l])));
operator!(Portable, Mul, mul, |a, b| Portable(std::array::from_fn(|l| a.0[l] * b.0[l])));
operator!(Portable, Div, div, |a, b| Portable(std::array::from_fn(|l| a.0[l] / b.0[l])));

// SAFETY (of every intrinsic below): `Avx512` and `Avx2` can be named only in this module, and only code that was entered
// with a `Kernel` of their instruction set is given them: such a kernel exists only where the processor has it.
#[cfg(target_arch = "x86_64")]
operator!(Avx512, Add, add, |a, b| Avx512(unsafe { _mm512_add_pd(a.0, b.0) }));
#[cfg(target_arch = "x86_64")]
operator!(Avx512, Sub, sub, |a, b| Avx512(unsafe { _mm512_sub_pd(a.0, b.0) }));
#[cfg(target_arch = "x86_64")]
operator!(Avx512, Mul, mul, |a, b| Avx512(unsafe { _mm512_mul_pd(a.0, b.0) }));
#[cfg(target_arch = "x86_64")]
operator!(Avx512, Div, div, |a, b| Avx512(unsafe { _mm512_div_pd(a.0, b.0) }));
#[cfg(target_arch = "x86_64")]
operator!(Avx2, Add, add, |a, b| unsafe { Avx2(_mm256_add_pd(a.0, b.0), _mm256_add_pd(a.1, b.1)) });
#[cfg(target_arch = "x86_64")]
operator!(Avx2, Sub, sub, |a, b| unsafe { Avx2(_mm256_sub_pd(a.0, b.0), _mm256_sub_pd(a.1, b.1)) });
#[cfg(target_arch = "x86_64")]
operator!(Avx2, Mul, mul, |a, b| unsafe { Avx2(_mm256_mul_pd(a.0, b.0), _mm256_mul_pd(a.1, b.1)) });
#[cfg(target_arch = "x86_64")]
operator!(Avx2, Div, div, |a, b| unsafe { Avx2(_mm256_div_pd(a.0, b.0), _mm256_div_pd(a.1, b.1)) });

macro_rules! negation {
    ($($type:ty),*) => { $(impl Neg for $type {
        type Output = Self;
        #[inline(always)]
        fn neg(self) -> Self {
            // exact, and the same in every form
            Self::splat(-1.0) * self
        }
    })* };
}
negation!(Portable);
#[cfg(target_arch = "x86_64")]
negation!(Avx512, Avx2);

impl Real for Portable {
    #[inline(always)]
    fn splat(value: f64) -> Self {
        Portable([value; 8])
    }
    #[inline(always)]
    fn mul_add(self, b: Self, c: Self) -> Self {
        self * b + c
    }
    #[inline(always)]
    fn sqrt(self) -> Self {
        Portable(self.0.map(f64::sqrt))
    }
    #[inline(always)]
    fn where_less(self, a: Self, b: Self) -> Self {
        Portable(std::array::from_fn(|l| if a.0[l] < b.0[l] { self.0[l] } else { 0.0 }))
    }
}

#[cfg(target_arch = "x86_64")]
impl Real for Avx512 {
    #[inline(always)]
    fn splat(value: f64) -> Self {
        Avx512(unsafe { _mm512_set1_pd(value) })
    }
    #[inline(always)]
    fn mul_add(self, b: Self, c: Self) -> Self {
        Avx512(unsafe { _mm512_fmadd_pd(self.0, b.0, c.0) })
    }
    #[inline(always)]
    fn sqrt(self) -> Self {
        Avx512(unsafe { _mm512_sqrt_pd(self.0) })
    }
    #[inline(always)]
    fn where_less(self, a: Self, b: Self) -> Self {
        Avx512(unsafe { _mm512_maskz_mov_pd(_mm512_cmp_pd_mask::<_CMP_LT_OQ>(a.0, b.0), self.0) })
    }
}

#[cfg(target_arch = "x86_64")]
impl Real for Avx2 {
    #[inline(always)]
    fn splat(value: f64) -> Self {
        let register = unsafe { _mm256_set1_pd(value) };
        Avx2(register, register)
    }
    #[inline(always)]
    fn mul_add(self, b: Self, c: Self) -> Self {
        unsafe { Avx2(_mm256_fmadd_pd(self.0, b.0, c.0), _mm256_fmadd_pd(self.1, b.1, c.1)) }
    }
    #[inline(always)]
    fn sqrt(self) -> Self {
        unsafe { Avx2(_mm256_sqrt_pd(self.0), _mm256_sqrt_pd(self.1)) }
    }
    #[inline(always)]
    fn where_less(self, a: Self, b: Self) -> Self {
        unsafe {
            Avx2(
                _mm256_and_pd(self.0, _mm256_cmp_pd::<_CMP_LT_OQ>(a.0, b.0)),
                _mm256_and_pd(self.1, _mm256_cmp_pd::<_CMP_LT_OQ>(a.1, b.1)),
            )
        }
    }
}
