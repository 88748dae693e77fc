//! The operations that the kernels need of a register of eight f64 besides arithmetic.

use super::records::{Record, kind_of_word};
use super::registers::Portable;
#[cfg(target_arch = "x86_64")]
use super::registers::{Avx2, Avx512};
use crate::forces::table::KINDS;
use crate::model::Real;
#[cfg(target_arch = "x86_64")]
use std::arch::x86_64::*;

/// A `Real` of eight lanes.
pub trait Lane: Real {
    /// Accumulators for the four numbers of records.
    type Sum: Copy;
    /// Zeros.
    const NO_SUM: Self::Sum;

    fn load(row: &[f64; 8]) -> Self;
    fn store(self, row: &mut [f64; 8]);
    /// Bit l is set where a < b in lane l.
    fn mask_less(self, b: Self) -> u8;
    /// The entry of a row that each lane's word names (`word_of_kind`).
    fn look_up(self, row: &[f64; KINDS]) -> Self;
    /// The four numbers of eight records, number by number.
    ///
    /// # Safety
    /// Every place of `at` must be one of a record.
    unsafe fn load_records(records: &[Record], at: &[u32; 8]) -> [Self; 4];
    /// Adds factor * term of four numbers to each of eight records and to `sum`, one record after the other, rounded as
    /// by `mul_add`. The last number has its own factor.
    ///
    /// # Safety
    /// Every place of `at` must be one of a record.
    unsafe fn add_to_records(
        records: &mut [Record],
        at: &[u32; 8],
        terms: [Self; 4],
        factors: [Self; 2],
        sum: Self::Sum,
    ) -> Self::Sum;
    /// The four numbers of a sum.
    fn numbers(sum: Self::Sum) -> [f64; 4];
    /// Bit l is set where a < b.
    fn mask_less_short(a: &[f32; 16], b: &[f32; 16]) -> u16;
    /// Writes base + l for every bit l of the mask, starting at `to`, with arbitrary values after them; nothing if
    /// there is no room for sixteen.
    #[inline(always)]
    fn store_selected(mask: u16, base: u32, out: &mut [u32], to: usize) {
        let Some(out) = out.get_mut(to..).and_then(|rest| rest.first_chunk_mut::<16>()) else { return };
        let (mut mask, mut count) = (mask, 0);
        while mask != 0 {
            out[count] = base + mask.trailing_zeros();
            count += 1;
            mask &= mask - 1;
        }
    }

    /// Eight numbers starting at `from`; zeros if they are not all there.
    #[inline(always)]
    fn load_from(numbers: &[f64], from: usize) -> Self {
        match numbers.get(from..).and_then(|rest| rest.first_chunk()) {
            Some(row) => Self::load(row),
            None => Self::splat(0.0),
        }
    }
}

// SAFETY (of every intrinsic below): only code that was entered with a `Kernel` of their instruction set is given these types
// (see `registers`); references to whole rows and the promises of the unsafe functions cover every load and store, none of
// which needs alignment.

impl Lane for Portable {
    type Sum = [f64; 4];
    const NO_SUM: [f64; 4] = [0.0; 4];

    #[inline(always)]
    fn load(row: &[f64; 8]) -> Self {
        Portable(*row)
    }
    #[inline(always)]
    fn store(self, row: &mut [f64; 8]) {
        *row = self.0;
    }
    #[inline(always)]
    fn mask_less(self, b: Self) -> u8 {
        let mut mask = 0;
        for l in 0..8 {
            mask |= u8::from(self.0[l] < b.0[l]) << l;
        }
        mask
    }
    #[inline(always)]
    fn look_up(self, row: &[f64; KINDS]) -> Self {
        Portable(self.0.map(|word| row[kind_of_word(word)]))
    }
    #[inline(always)]
    unsafe fn load_records(records: &[Record], at: &[u32; 8]) -> [Self; 4] {
        let mut numbers = [[0.0; 8]; 4];
        for l in 0..8 {
            let record = &records[at[l] as usize].0;
            for k in 0..4 {
                numbers[k][l] = record[k];
            }
        }
        numbers.map(Portable)
    }
    #[inline(always)]
    unsafe fn add_to_records(
        records: &mut [Record],
        at: &[u32; 8],
        terms: [Self; 4],
        [factor, last]: [Self; 2],
        mut sum: [f64; 4],
    ) -> [f64; 4] {
        for l in 0..8 {
            let record = &mut records[at[l] as usize].0;
            for k in 0..4 {
                let term = if k < 3 { factor.0[l] * terms[k].0[l] } else { last.0[l] * terms[k].0[l] };
                record[k] += term;
                sum[k] += term;
            }
        }
        sum
    }
    #[inline(always)]
    fn numbers(sum: [f64; 4]) -> [f64; 4] {
        sum
    }
    #[inline(always)]
    fn mask_less_short(a: &[f32; 16], b: &[f32; 16]) -> u16 {
        let mut mask = 0;
        for l in 0..16 {
            mask |= u16::from(a[l] < b[l]) << l;
        }
        mask
    }
}

#[cfg(target_arch = "x86_64")]
impl Lane for Avx512 {
    type Sum = __m256d;
    // SAFETY: any bits are a register; these are those of zeros.
    const NO_SUM: __m256d = unsafe { std::mem::zeroed() };

    #[inline(always)]
    fn load(row: &[f64; 8]) -> Self {
        Avx512(unsafe { _mm512_loadu_pd(row.as_ptr()) })
    }
    #[inline(always)]
    fn store(self, row: &mut [f64; 8]) {
        unsafe { _mm512_storeu_pd(row.as_mut_ptr(), self.0) }
    }
    #[inline(always)]
    fn mask_less(self, b: Self) -> u8 {
        unsafe { _mm512_cmp_pd_mask::<_CMP_LT_OQ>(self.0, b.0) }
    }
    #[inline(always)]
    fn look_up(self, row: &[f64; KINDS]) -> Self {
        unsafe {
            let row = _mm512_castpd_si512(_mm512_loadu_pd(row.as_ptr()));
            Avx512(_mm512_castsi512_pd(_mm512_permutexvar_epi32(_mm512_castpd_si512(self.0), row)))
        }
    }
    #[inline(always)]
    unsafe fn load_records(records: &[Record], at: &[u32; 8]) -> [Self; 4] {
        unsafe {
            let record = records.as_ptr();
            let mut rows = [_mm512_setzero_pd(); 4];
            for k in 0..4 {
                let (low, high) = (record.add(at[k] as usize), record.add(at[k + 4] as usize));
                rows[k] = _mm512_insertf64x4::<1>(
                    _mm512_castpd256_pd512(_mm256_loadu_pd(low.cast())),
                    _mm256_loadu_pd(high.cast()),
                );
            }
            // x0 x1 z0 z1 | x4 x5 z4 z5, and y and w likewise
            let (xz01, yw01) = (_mm512_unpacklo_pd(rows[0], rows[1]), _mm512_unpackhi_pd(rows[0], rows[1]));
            let (xz23, yw23) = (_mm512_unpacklo_pd(rows[2], rows[3]), _mm512_unpackhi_pd(rows[2], rows[3]));
            let first = _mm512_setr_epi64(0, 1, 8, 9, 4, 5, 12, 13);
            let second = _mm512_setr_epi64(2, 3, 10, 11, 6, 7, 14, 15);
            [
                Avx512(_mm512_permutex2var_pd(xz01, first, xz23)),
                Avx512(_mm512_permutex2var_pd(yw01, first, yw23)),
                Avx512(_mm512_permutex2var_pd(xz01, second, xz23)),
                Avx512(_mm512_permutex2var_pd(yw01, second, yw23)),
            ]
        }
    }
    #[inline(always)]
    unsafe fn add_to_records(
        records: &mut [Record],
        at: &[u32; 8],
        terms: [Self; 4],
        [factor, last]: [Self; 2],
        mut sum: __m256d,
    ) -> __m256d {
        unsafe {
            let rows = rows_of_records(terms);
            let factors = rows_of_records([factor, factor, factor, last]);
            let record = records.as_mut_ptr();
            for l in 0..8 {
                // lanes 0 and 2 stand in the first row, 1 and 3 in the second, and so on
                let row = 2 * (l / 4) + l % 2;
                let (term, factor) = if l / 2 % 2 == 0 {
                    (_mm512_castpd512_pd256(rows[row]), _mm512_castpd512_pd256(factors[row]))
                } else {
                    (_mm512_extractf64x4_pd::<1>(rows[row]), _mm512_extractf64x4_pd::<1>(factors[row]))
                };
                let place: *mut f64 = record.add(at[l] as usize).cast();
                _mm256_storeu_pd(place, _mm256_fmadd_pd(factor, term, _mm256_loadu_pd(place)));
                sum = _mm256_fmadd_pd(factor, term, sum);
            }
            sum
        }
    }
    #[inline(always)]
    fn numbers(sum: __m256d) -> [f64; 4] {
        let mut numbers = [0.0; 4];
        unsafe { _mm256_storeu_pd(numbers.as_mut_ptr(), sum) };
        numbers
    }
    #[inline(always)]
    fn mask_less_short(a: &[f32; 16], b: &[f32; 16]) -> u16 {
        unsafe { _mm512_cmp_ps_mask::<_CMP_LT_OQ>(_mm512_loadu_ps(a.as_ptr()), _mm512_loadu_ps(b.as_ptr())) }
    }
    #[inline(always)]
    fn store_selected(mask: u16, base: u32, out: &mut [u32], to: usize) {
        let Some(out) = out.get_mut(to..).and_then(|rest| rest.first_chunk_mut::<16>()) else { return };
        unsafe {
            let lanes = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
            let places = _mm512_add_epi32(lanes, _mm512_set1_epi32(base as i32));
            _mm512_storeu_si512(out.as_mut_ptr().cast(), _mm512_maskz_compress_epi32(mask, places));
        }
    }
}

/// Eight records of four numbers, two to a register: 0 and 2, 1 and 3, 4 and 6, 5 and 7.
///
/// # Safety
/// The processor must have AVX-512.
#[cfg(target_arch = "x86_64")]
#[inline(always)]
unsafe fn rows_of_records([x, y, z, w]: [Avx512; 4]) -> [__m512d; 4] {
    unsafe {
        // x0 y0 x2 y2 | x4 y4 x6 y6, and z w likewise
        let (xy_even, xy_odd) = (_mm512_unpacklo_pd(x.0, y.0), _mm512_unpackhi_pd(x.0, y.0));
        let (zw_even, zw_odd) = (_mm512_unpacklo_pd(z.0, w.0), _mm512_unpackhi_pd(z.0, w.0));
        let low = _mm512_setr_epi64(0, 1, 8, 9, 2, 3, 10, 11);
        let high = _mm512_setr_epi64(4, 5, 12, 13, 6, 7, 14, 15);
        [
            _mm512_permutex2var_pd(xy_even, low, zw_even),
            _mm512_permutex2var_pd(xy_odd, low, zw_odd),
            _mm512_permutex2var_pd(xy_even, high, zw_even),
            _mm512_permutex2var_pd(xy_odd, high, zw_odd),
        ]
    }
}

/// Rows to columns.
///
/// # Safety
/// The processor must have AVX2.
#[cfg(target_arch = "x86_64")]
#[inline(always)]
unsafe fn transposed([a, b, c, d]: [__m256d; 4]) -> [__m256d; 4] {
    unsafe {
        let (ab_low, ab_high) = (_mm256_unpacklo_pd(a, b), _mm256_unpackhi_pd(a, b));
        let (cd_low, cd_high) = (_mm256_unpacklo_pd(c, d), _mm256_unpackhi_pd(c, d));
        [
            _mm256_permute2f128_pd::<0x20>(ab_low, cd_low),
            _mm256_permute2f128_pd::<0x20>(ab_high, cd_high),
            _mm256_permute2f128_pd::<0x31>(ab_low, cd_low),
            _mm256_permute2f128_pd::<0x31>(ab_high, cd_high),
        ]
    }
}

/// The entries of a row that the words of a register name.
///
/// # Safety
/// The processor must have AVX2.
#[cfg(target_arch = "x86_64")]
#[inline(always)]
unsafe fn look_up_four(words: __m256d, row: &[f64; KINDS]) -> __m256d {
    unsafe {
        let places = _mm256_castpd_si256(words);
        // a permutation sees eight 4-byte places: bit 3 of a place says which half of the row is meant
        let low = _mm256_permutevar8x32_ps(_mm256_loadu_ps(row.as_ptr().cast()), places);
        let high = _mm256_permutevar8x32_ps(_mm256_loadu_ps(row.as_ptr().add(4).cast()), places);
        let second_half = _mm256_castsi256_ps(_mm256_slli_epi32::<28>(places));
        _mm256_castps_pd(_mm256_blendv_ps(low, high, second_half))
    }
}

#[cfg(target_arch = "x86_64")]
impl Lane for Avx2 {
    type Sum = __m256d;
    // SAFETY: any bits are a register; these are those of zeros.
    const NO_SUM: __m256d = unsafe { std::mem::zeroed() };

    #[inline(always)]
    fn load(row: &[f64; 8]) -> Self {
        unsafe { Avx2(_mm256_loadu_pd(row.as_ptr()), _mm256_loadu_pd(row.as_ptr().add(4))) }
    }
    #[inline(always)]
    fn store(self, row: &mut [f64; 8]) {
        unsafe {
            _mm256_storeu_pd(row.as_mut_ptr(), self.0);
            _mm256_storeu_pd(row.as_mut_ptr().add(4), self.1);
        }
    }
    #[inline(always)]
    fn mask_less(self, b: Self) -> u8 {
        unsafe {
            let low = _mm256_movemask_pd(_mm256_cmp_pd::<_CMP_LT_OQ>(self.0, b.0));
            let high = _mm256_movemask_pd(_mm256_cmp_pd::<_CMP_LT_OQ>(self.1, b.1));
            (low | high << 4) as u8
        }
    }
    #[inline(always)]
    fn look_up(self, row: &[f64; KINDS]) -> Self {
        unsafe { Avx2(look_up_four(self.0, row), look_up_four(self.1, row)) }
    }
    #[inline(always)]
    unsafe fn load_records(records: &[Record], at: &[u32; 8]) -> [Self; 4] {
        unsafe {
            let record = records.as_ptr();
            let mut rows = [_mm256_setzero_pd(); 8];
            for l in 0..8 {
                rows[l] = _mm256_loadu_pd(record.add(at[l] as usize).cast());
            }
            let low = transposed([rows[0], rows[1], rows[2], rows[3]]);
            let high = transposed([rows[4], rows[5], rows[6], rows[7]]);
            [Avx2(low[0], high[0]), Avx2(low[1], high[1]), Avx2(low[2], high[2]), Avx2(low[3], high[3])]
        }
    }
    #[inline(always)]
    unsafe fn add_to_records(
        records: &mut [Record],
        at: &[u32; 8],
        terms: [Self; 4],
        [factor, last]: [Self; 2],
        mut sum: __m256d,
    ) -> __m256d {
        unsafe {
            let low = transposed([terms[0].0, terms[1].0, terms[2].0, terms[3].0]);
            let high = transposed([terms[0].1, terms[1].1, terms[2].1, terms[3].1]);
            let low_factors = transposed([factor.0, factor.0, factor.0, last.0]);
            let high_factors = transposed([factor.1, factor.1, factor.1, last.1]);
            let record = records.as_mut_ptr();
            for l in 0..8 {
                let (term, factor) =
                    if l < 4 { (low[l % 4], low_factors[l % 4]) } else { (high[l % 4], high_factors[l % 4]) };
                let place: *mut f64 = record.add(at[l] as usize).cast();
                _mm256_storeu_pd(place, _mm256_fmadd_pd(factor, term, _mm256_loadu_pd(place)));
                sum = _mm256_fmadd_pd(factor, term, sum);
            }
            sum
        }
    }
    #[inline(always)]
    fn numbers(sum: __m256d) -> [f64; 4] {
        let mut numbers = [0.0; 4];
        unsafe { _mm256_storeu_pd(numbers.as_mut_ptr(), sum) };
        numbers
    }
    #[inline(always)]
    fn mask_less_short(a: &[f32; 16], b: &[f32; 16]) -> u16 {
        unsafe {
            let mut mask = 0;
            for half in 0..2 {
                let (a, b) = (_mm256_loadu_ps(a.as_ptr().add(8 * half)), _mm256_loadu_ps(b.as_ptr().add(8 * half)));
                mask |= (_mm256_movemask_ps(_mm256_cmp_ps::<_CMP_LT_OQ>(a, b)) as u16) << (8 * half);
            }
            mask
        }
    }
}
