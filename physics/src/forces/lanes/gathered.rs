//! Records of four numbers gathered into registers, for sums over the neighbours of one particle at a time.
//!
//! Eight loads of 32 bytes and a transpose cost less than a gather; the caller's loops are written once over `Records`
//! and run by `in_registers` with the registers of the processor.

use super::kernel::{InstructionSet, Kernel};
use super::lane::Lane;
use super::registers::Portable;
#[cfg(target_arch = "x86_64")]
use super::registers::{Avx2, Avx512};
#[cfg(target_arch = "x86_64")]
use std::arch::x86_64::*;

/// Eight f64 that can be filled from a table of records.
pub trait Records: Lane {
    /// Number k of eight records in register k.
    fn gather(table: &[[f64; 4]], index: &[u32; 8]) -> [Self; 4];
    fn absolute(self) -> Self;
    /// Sum of the eight, in a fixed order.
    fn total(self) -> f64;
    /// Writes to the front of `chosen` those entries of `index` whose lane is less than that of `than`, and returns
    /// their number. Up to eight places of `chosen` are overwritten; nothing is done if it has fewer.
    fn select_less(self, than: Self, index: &[u32; 8], chosen: &mut [u32]) -> usize;
}

/// Code over `Records`. `run` and all it calls must be `#[inline(always)]` and free of closures, so that it is compiled
/// for the instruction set it runs on.
pub trait RegisterPass {
    type Output;
    fn run<R: Records>(self) -> Self::Output;
}

/// Runs a pass with the registers of `kernel`.
pub fn in_registers<P: RegisterPass>(kernel: Kernel, pass: P) -> P::Output {
    #[cfg(target_arch = "x86_64")]
    {
        #[target_feature(enable = "avx512f,avx512vl,avx512dq,fma")]
        fn avx512<P: RegisterPass>(pass: P) -> P::Output {
            pass.run::<Avx512>()
        }
        #[target_feature(enable = "avx2,fma")]
        fn avx2<P: RegisterPass>(pass: P) -> P::Output {
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

/// Written out, because a closure would be compiled without the instruction set of its caller.
#[inline(always)]
fn chosen<'a>(table: &'a [[f64; 4]], index: &[u32; 8]) -> [&'a [f64; 4]; 8] {
    [
        &table[index[0] as usize],
        &table[index[1] as usize],
        &table[index[2] as usize],
        &table[index[3] as usize],
        &table[index[4] as usize],
        &table[index[5] as usize],
        &table[index[6] as usize],
        &table[index[7] as usize],
    ]
}

#[inline(always)]
fn halves(row: [f64; 8]) -> f64 {
    let four = [row[0] + row[4], row[1] + row[5], row[2] + row[6], row[3] + row[7]];
    (four[0] + four[2]) + (four[1] + four[3])
}

impl Records for Portable {
    #[inline(always)]
    fn gather(table: &[[f64; 4]], index: &[u32; 8]) -> [Self; 4] {
        let mut columns = [[0.0; 8]; 4];
        for lane in 0..8 {
            let record = table[index[lane] as usize];
            for k in 0..4 {
                columns[k][lane] = record[k];
            }
        }
        [Self::load(&columns[0]), Self::load(&columns[1]), Self::load(&columns[2]), Self::load(&columns[3])]
    }
    #[inline(always)]
    fn absolute(self) -> Self {
        let mut row = [0.0; 8];
        self.store(&mut row);
        for x in &mut row {
            *x = x.abs();
        }
        Self::load(&row)
    }
    #[inline(always)]
    fn total(self) -> f64 {
        let mut row = [0.0; 8];
        self.store(&mut row);
        halves(row)
    }
    #[inline(always)]
    fn select_less(self, than: Self, index: &[u32; 8], chosen: &mut [u32]) -> usize {
        let Some(chosen) = chosen.first_chunk_mut::<8>() else { return 0 };
        select_plain(self, than, index, chosen)
    }
}

/// The number of bits set in each byte: AVX-512 does not guarantee an instruction for it.
#[cfg(target_arch = "x86_64")]
static BITS: [u8; 256] = {
    let mut bits = [0; 256];
    let mut n = 0;
    while n < 256 {
        bits[n] = (n as u8).count_ones() as u8;
        n += 1;
    }
    bits
};

/// `Records::select_less` for any processor.
#[inline(always)]
fn select_plain<R: Records>(numbers: R, than: R, index: &[u32; 8], chosen: &mut [u32; 8]) -> usize {
    let (mut row, mut bound) = ([0.0; 8], [0.0; 8]);
    numbers.store(&mut row);
    than.store(&mut bound);
    let mut count = 0;
    for lane in 0..8 {
        chosen[count & 7] = index[lane];
        count += usize::from(row[lane] < bound[lane]);
    }
    count
}

// SAFETY (of every intrinsic below): only code that was entered with a `Kernel` of their instruction set is given these types
// (see `registers`); every load is from a record that a checked index gave, and [f64; 8] has the size and the order of the
// registers it is turned into.
#[cfg(target_arch = "x86_64")]
impl Records for Avx512 {
    #[inline(always)]
    fn gather(table: &[[f64; 4]], index: &[u32; 8]) -> [Self; 4] {
        let record = chosen(table, index);
        unsafe {
            let (a, b) = (pair_of_records(record[0], record[4]), pair_of_records(record[1], record[5]));
            let (c, d) = (pair_of_records(record[2], record[6]), pair_of_records(record[3], record[7]));
            let (ab_even, ab_odd) = (_mm512_unpacklo_pd(a, b), _mm512_unpackhi_pd(a, b));
            let (cd_even, cd_odd) = (_mm512_unpacklo_pd(c, d), _mm512_unpackhi_pd(c, d));
            let low = _mm512_setr_epi64(0, 1, 8, 9, 4, 5, 12, 13);
            let high = _mm512_setr_epi64(2, 3, 10, 11, 6, 7, 14, 15);
            [
                from_avx512(_mm512_permutex2var_pd(ab_even, low, cd_even)),
                from_avx512(_mm512_permutex2var_pd(ab_odd, low, cd_odd)),
                from_avx512(_mm512_permutex2var_pd(ab_even, high, cd_even)),
                from_avx512(_mm512_permutex2var_pd(ab_odd, high, cd_odd)),
            ]
        }
    }
    #[inline(always)]
    fn absolute(self) -> Self {
        unsafe { from_avx512(_mm512_abs_pd(to_avx512(self))) }
    }
    #[inline(always)]
    fn total(self) -> f64 {
        unsafe {
            let all = to_avx512(self);
            sum_of_four(_mm256_add_pd(_mm512_castpd512_pd256(all), _mm512_extractf64x4_pd::<1>(all)))
        }
    }
    #[inline(always)]
    fn select_less(self, than: Self, index: &[u32; 8], chosen: &mut [u32]) -> usize {
        let Some(chosen) = chosen.first_chunk_mut::<8>() else { return 0 };
        unsafe {
            let mask = _mm512_cmp_pd_mask::<_CMP_LT_OQ>(to_avx512(self), to_avx512(than));
            let packed = _mm256_maskz_compress_epi32(mask, _mm256_loadu_si256(index.as_ptr().cast()));
            _mm256_storeu_si256(chosen.as_mut_ptr().cast(), packed);
            BITS[usize::from(mask)] as usize
        }
    }
}

#[cfg(target_arch = "x86_64")]
impl Records for Avx2 {
    #[inline(always)]
    fn gather(table: &[[f64; 4]], index: &[u32; 8]) -> [Self; 4] {
        let record = chosen(table, index);
        unsafe {
            let low = transposed([record[0], record[1], record[2], record[3]]);
            let high = transposed([record[4], record[5], record[6], record[7]]);
            [
                from_avx2(low[0], high[0]),
                from_avx2(low[1], high[1]),
                from_avx2(low[2], high[2]),
                from_avx2(low[3], high[3]),
            ]
        }
    }
    #[inline(always)]
    fn absolute(self) -> Self {
        unsafe {
            let (a, b) = to_avx2(self);
            let sign = _mm256_set1_pd(-0.0);
            from_avx2(_mm256_andnot_pd(sign, a), _mm256_andnot_pd(sign, b))
        }
    }
    #[inline(always)]
    fn total(self) -> f64 {
        unsafe {
            let (a, b) = to_avx2(self);
            sum_of_four(_mm256_add_pd(a, b))
        }
    }
    #[inline(always)]
    fn select_less(self, than: Self, index: &[u32; 8], chosen: &mut [u32]) -> usize {
        let Some(chosen) = chosen.first_chunk_mut::<8>() else { return 0 };
        select_plain(self, than, index, chosen)
    }
}

#[cfg(target_arch = "x86_64")]
#[inline(always)]
unsafe fn pair_of_records(a: &[f64; 4], b: &[f64; 4]) -> __m512d {
    unsafe { _mm512_insertf64x4::<1>(_mm512_castpd256_pd512(_mm256_loadu_pd(a.as_ptr())), _mm256_loadu_pd(b.as_ptr())) }
}

#[cfg(target_arch = "x86_64")]
#[inline(always)]
unsafe fn transposed(record: [&[f64; 4]; 4]) -> [__m256d; 4] {
    unsafe {
        let (a, b) = (_mm256_loadu_pd(record[0].as_ptr()), _mm256_loadu_pd(record[1].as_ptr()));
        let (c, d) = (_mm256_loadu_pd(record[2].as_ptr()), _mm256_loadu_pd(record[3].as_ptr()));
        let (ab_even, ab_odd) = (_mm256_unpacklo_pd(a, b), _mm256_unpackhi_pd(a, b));
        let (cd_even, cd_odd) = (_mm256_unpacklo_pd(c, d), _mm256_unpackhi_pd(c, d));
        [
            _mm256_permute2f128_pd::<0x20>(ab_even, cd_even),
            _mm256_permute2f128_pd::<0x20>(ab_odd, cd_odd),
            _mm256_permute2f128_pd::<0x31>(ab_even, cd_even),
            _mm256_permute2f128_pd::<0x31>(ab_odd, cd_odd),
        ]
    }
}

/// (0 + 2) + (1 + 3), as `halves`.
#[cfg(target_arch = "x86_64")]
#[inline(always)]
unsafe fn sum_of_four(four: __m256d) -> f64 {
    unsafe {
        let two = _mm_add_pd(_mm256_castpd256_pd128(four), _mm256_extractf128_pd::<1>(four));
        _mm_cvtsd_f64(_mm_add_sd(two, _mm_unpackhi_pd(two, two)))
    }
}

#[cfg(target_arch = "x86_64")]
#[inline(always)]
unsafe fn from_avx512(register: __m512d) -> Avx512 {
    Avx512::load(&unsafe { std::mem::transmute::<__m512d, [f64; 8]>(register) })
}

#[cfg(target_arch = "x86_64")]
#[inline(always)]
unsafe fn to_avx512(lanes: Avx512) -> __m512d {
    let mut row = [0.0; 8];
    lanes.store(&mut row);
    unsafe { std::mem::transmute::<[f64; 8], __m512d>(row) }
}

#[cfg(target_arch = "x86_64")]
#[inline(always)]
unsafe fn from_avx2(low: __m256d, high: __m256d) -> Avx2 {
    Avx2::load(&unsafe { std::mem::transmute::<[__m256d; 2], [f64; 8]>([low, high]) })
}

#[cfg(target_arch = "x86_64")]
#[inline(always)]
unsafe fn to_avx2(lanes: Avx2) -> (__m256d, __m256d) {
    let mut row = [0.0; 8];
    lanes.store(&mut row);
    let [low, high] = unsafe { std::mem::transmute::<[f64; 8], [__m256d; 2]>(row) };
    (low, high)
}
