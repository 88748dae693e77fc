//! Passes over rows of a batch [3N][L]: one register holds the number of each of the L configurations.
//!
//! Without intrinsics the compiler would process many rows at a time and gather their lanes; with registers it
//! processes one row after the other. A pass uses no fused operations, so that its results depend neither on the kernel
//! nor on L.

use super::kernel::{InstructionSet, Kernel};
use super::lane::Lane;
use super::registers::Portable;
#[cfg(target_arch = "x86_64")]
use super::registers::{Avx2, Avx512};
use super::{Pass, vectorised};
use crate::model::Real;
#[cfg(target_arch = "x86_64")]
use std::arch::x86_64::*;

/// The numbers of L configurations.
pub trait Column<const L: usize>: Real {
    fn load_row(row: &[f64; L]) -> Self;
    fn store_row(self, row: &mut [f64; L]);
    /// Widened from single precision.
    fn load_short(row: &[f32; L]) -> Self;
    /// Rounded to single precision.
    fn store_short(self, row: &mut [f32; L]);
    fn magnitude(self) -> Self;
    /// The larger of two values; `self` if they cannot be compared (NaN).
    fn or_larger(self, other: Self) -> Self;
    /// Clamped to -bound ... bound; NaN stays NaN.
    fn within(self, bound: f64) -> Self;
    /// `self` where `chosen` is negative, `other` elsewhere.
    fn select(self, other: Self, chosen: Self) -> Self;
}

/// Code over columns. `run` and all it calls must be `#[inline(always)]` and free of closures.
pub trait ColumnPass<const L: usize> {
    type Output;
    fn run<C: Column<L>>(self) -> Self::Output;
}

/// The numbers of configurations for which there are columns.
pub trait Columns<const L: usize> {
    /// The alignment of rows in single precision; two of these rows fill a cache line for eight configurations.
    type Alignment: Copy + std::fmt::Debug;
    /// Runs a pass with the registers of `kernel`.
    fn run<P: ColumnPass<L>>(kernel: Kernel, pass: P) -> P::Output;
}

/// One configuration or eight.
pub struct Configurations;

/// A cache line.
#[derive(Clone, Copy, Debug)]
#[repr(align(64))]
pub struct Line;

/// A pass over one configuration.
struct One<P>(P);

impl<P: ColumnPass<1>> Pass for One<P> {
    type Output = P::Output;
    #[inline(always)]
    fn run(self) -> P::Output {
        self.0.run::<f64>()
    }
}

impl Columns<1> for Configurations {
    type Alignment = f32;
    fn run<P: ColumnPass<1>>(_: Kernel, pass: P) -> P::Output {
        vectorised(One(pass))
    }
}

impl Columns<8> for Configurations {
    type Alignment = Line;
    fn run<P: ColumnPass<8>>(kernel: Kernel, pass: P) -> P::Output {
        #[cfg(target_arch = "x86_64")]
        {
            #[target_feature(enable = "avx512f,avx512vl,avx512dq,fma")]
            fn avx512<P: ColumnPass<8>>(pass: P) -> P::Output {
                pass.run::<Avx512>()
            }
            #[target_feature(enable = "avx2,fma")]
            fn avx2<P: ColumnPass<8>>(pass: P) -> P::Output {
                pass.run::<Avx2>()
            }
            match kernel.set() {
                // SAFETY: a kernel with AVX-512 exists only where the processor was seen to have these features.
                InstructionSet::Avx512 => return unsafe { avx512(pass) },
                // SAFETY: a kernel with AVX2 exists only where the processor was seen to have these features.
                InstructionSet::Avx2 => return unsafe { avx2(pass) },
                InstructionSet::Portable => {}
            }
        }
        let _ = kernel;
        pass.run::<Portable>()
    }
}

impl Column<1> for f64 {
    #[inline(always)]
    fn load_row(row: &[f64; 1]) -> Self {
        row[0]
    }
    #[inline(always)]
    fn store_row(self, row: &mut [f64; 1]) {
        row[0] = self;
    }
    #[inline(always)]
    fn load_short(row: &[f32; 1]) -> Self {
        f64::from(row[0])
    }
    #[inline(always)]
    fn store_short(self, row: &mut [f32; 1]) {
        row[0] = self as f32;
    }
    #[inline(always)]
    fn magnitude(self) -> Self {
        self.abs()
    }
    #[inline(always)]
    fn or_larger(self, other: Self) -> Self {
        if other > self { other } else { self }
    }
    #[inline(always)]
    fn within(self, bound: f64) -> Self {
        self.clamp(-bound, bound)
    }
    #[inline(always)]
    fn select(self, other: Self, chosen: Self) -> Self {
        if chosen < 0.0 { self } else { other }
    }
}

impl Column<8> for Portable {
    #[inline(always)]
    fn load_row(row: &[f64; 8]) -> Self {
        Portable(*row)
    }
    #[inline(always)]
    fn store_row(self, row: &mut [f64; 8]) {
        *row = self.0;
    }
    #[inline(always)]
    fn load_short(row: &[f32; 8]) -> Self {
        let mut wide = [0.0; 8];
        for l in 0..8 {
            wide[l] = f64::from(row[l]);
        }
        Portable(wide)
    }
    #[inline(always)]
    fn store_short(self, row: &mut [f32; 8]) {
        for l in 0..8 {
            row[l] = self.0[l] as f32;
        }
    }
    #[inline(always)]
    fn magnitude(mut self) -> Self {
        for l in 0..8 {
            self.0[l] = self.0[l].abs();
        }
        self
    }
    #[inline(always)]
    fn or_larger(mut self, other: Self) -> Self {
        for l in 0..8 {
            self.0[l] = if other.0[l] > self.0[l] { other.0[l] } else { self.0[l] };
        }
        self
    }
    #[inline(always)]
    fn within(mut self, bound: f64) -> Self {
        for l in 0..8 {
            self.0[l] = self.0[l].clamp(-bound, bound);
        }
        self
    }
    #[inline(always)]
    fn select(mut self, other: Self, chosen: Self) -> Self {
        for l in 0..8 {
            self.0[l] = if chosen.0[l] < 0.0 { self.0[l] } else { other.0[l] };
        }
        self
    }
}

// SAFETY (of every intrinsic below): only code that was entered with a `Kernel` of their instruction set is given these types
// (see `registers`); references to whole rows cover every load and store, none of which needs alignment. For NaN, a
// minimum or maximum returns its second operand.

#[cfg(target_arch = "x86_64")]
impl Column<8> for Avx512 {
    #[inline(always)]
    fn load_row(row: &[f64; 8]) -> Self {
        Self::load(row)
    }
    #[inline(always)]
    fn store_row(self, row: &mut [f64; 8]) {
        self.store(row);
    }
    #[inline(always)]
    fn load_short(row: &[f32; 8]) -> Self {
        Avx512(unsafe { _mm512_cvtps_pd(_mm256_loadu_ps(row.as_ptr())) })
    }
    #[inline(always)]
    fn store_short(self, row: &mut [f32; 8]) {
        unsafe { _mm256_storeu_ps(row.as_mut_ptr(), _mm512_cvtpd_ps(self.0)) }
    }
    #[inline(always)]
    fn magnitude(self) -> Self {
        Avx512(unsafe { _mm512_abs_pd(self.0) })
    }
    #[inline(always)]
    fn or_larger(self, other: Self) -> Self {
        Avx512(unsafe { _mm512_max_pd(other.0, self.0) })
    }
    #[inline(always)]
    fn within(self, bound: f64) -> Self {
        unsafe {
            let below = _mm512_min_pd(_mm512_set1_pd(bound), self.0);
            Avx512(_mm512_max_pd(_mm512_set1_pd(-bound), below))
        }
    }
    #[inline(always)]
    fn select(self, other: Self, chosen: Self) -> Self {
        unsafe {
            let mask = _mm512_cmp_pd_mask::<_CMP_LT_OQ>(chosen.0, _mm512_setzero_pd());
            Avx512(_mm512_mask_mov_pd(other.0, mask, self.0))
        }
    }
}

#[cfg(target_arch = "x86_64")]
impl Column<8> for Avx2 {
    #[inline(always)]
    fn load_row(row: &[f64; 8]) -> Self {
        Self::load(row)
    }
    #[inline(always)]
    fn store_row(self, row: &mut [f64; 8]) {
        self.store(row);
    }
    #[inline(always)]
    fn load_short(row: &[f32; 8]) -> Self {
        unsafe {
            let short = _mm256_loadu_ps(row.as_ptr());
            let (low, high) = (_mm256_castps256_ps128(short), _mm256_extractf128_ps::<1>(short));
            Avx2(_mm256_cvtps_pd(low), _mm256_cvtps_pd(high))
        }
    }
    #[inline(always)]
    fn store_short(self, row: &mut [f32; 8]) {
        unsafe {
            let short = _mm256_set_m128(_mm256_cvtpd_ps(self.1), _mm256_cvtpd_ps(self.0));
            _mm256_storeu_ps(row.as_mut_ptr(), short);
        }
    }
    #[inline(always)]
    fn magnitude(self) -> Self {
        unsafe {
            let sign = _mm256_set1_pd(-0.0);
            Avx2(_mm256_andnot_pd(sign, self.0), _mm256_andnot_pd(sign, self.1))
        }
    }
    #[inline(always)]
    fn or_larger(self, other: Self) -> Self {
        unsafe { Avx2(_mm256_max_pd(other.0, self.0), _mm256_max_pd(other.1, self.1)) }
    }
    #[inline(always)]
    fn within(self, bound: f64) -> Self {
        unsafe {
            let (low, high) = (_mm256_set1_pd(-bound), _mm256_set1_pd(bound));
            Avx2(_mm256_max_pd(low, _mm256_min_pd(high, self.0)), _mm256_max_pd(low, _mm256_min_pd(high, self.1)))
        }
    }
    #[inline(always)]
    fn select(self, other: Self, chosen: Self) -> Self {
        unsafe {
            let zero = _mm256_setzero_pd();
            Avx2(
                _mm256_blendv_pd(other.0, self.0, _mm256_cmp_pd::<_CMP_LT_OQ>(chosen.0, zero)),
                _mm256_blendv_pd(other.1, self.1, _mm256_cmp_pd::<_CMP_LT_OQ>(chosen.1, zero)),
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every operation of a column on every pair of numbers, eight to a pass.
    struct Operations<'a, const L: usize> {
        a: &'a [[f64; L]],
        b: &'a [[f64; L]],
    }

    impl<const L: usize> ColumnPass<L> for Operations<'_, L> {
        type Output = Vec<[u64; L]>;
        #[inline(always)]
        fn run<C: Column<L>>(self) -> Self::Output {
            let mut out = Vec::new();
            for (a, b) in self.a.iter().zip(self.b) {
                let (a, b) = (C::load_row(a), C::load_row(b));
                let mut short = [0.0_f32; L];
                a.store_short(&mut short);
                let results = [a.magnitude(), a.or_larger(b), a.within(2.0), a.select(b, b), C::load_short(&short)];
                for result in results {
                    let mut row = [0.0; L];
                    result.store_row(&mut row);
                    let mut bits = [0; L];
                    for l in 0..L {
                        // a single payload for every NaN
                        bits[l] = if row[l].is_nan() { f64::NAN.to_bits() } else { row[l].to_bits() };
                    }
                    out.push(bits);
                }
            }
            out
        }
    }

    #[test]
    fn columns_of_every_kernel_do_what_one_number_does() {
        let numbers = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 0.0, -0.0, 1.5, -1.5, 3.0, -1e31, 1e-310, 0.1, -2.0];
        let pairs: Vec<(f64, f64)> = numbers.iter().flat_map(|&a| numbers.map(|b| (a, b))).collect();
        let (a, b): (Vec<[f64; 1]>, Vec<[f64; 1]>) = pairs.iter().map(|&(a, b)| ([a], [b])).unzip();
        let plain = Configurations::run(Kernel::PORTABLE, Operations { a: &a, b: &b });
        let (a, b) = (a.as_flattened().as_chunks::<8>().0, b.as_flattened().as_chunks::<8>().0);
        assert_eq!(8 * a.len(), pairs.len());
        for kernel in Kernel::available() {
            let rows = Configurations::run(kernel, Operations { a, b });
            for (place, row) in rows.iter().enumerate() {
                for l in 0..8 {
                    let (pair, operation) = (8 * (place / 5) + l, place % 5);
                    let [expected] = plain[5 * pair + operation];
                    assert_eq!(row[l], expected, "{}: operation {operation} of {:?}", kernel.name(), pairs[pair]);
                }
            }
        }
    }
}
