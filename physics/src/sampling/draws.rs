//! Random numbers of Monte-Carlo moves, taken from the stream in blocks.
//!
//! Every attempt uses one record of eight 32-bit words. A block never holds more records than there are attempts left,
//! so that after the attempts the stream is where the last one left it: its state is the whole state.

use crate::forces::lanes::{Pass, vectorised};
use crate::random::Stream;
use rand::Rng;

/// Records in a block.
const BLOCK: usize = 128;

/// The random numbers of one attempt.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Draw {
    /// Uniform 32-bit words: the kind of the move, a particle, then another or a displacement.
    pub words: [u32; 5],
    /// -ln u of a uniform u in (0, 1): the move is accepted when beta dU does not exceed it, which has the probability
    /// min[1, exp(-beta dU)].
    pub threshold: f64,
}

/// A block of records.
pub(super) struct Draws {
    block: [Draw; BLOCK],
    filled: usize,
    next: usize,
}

impl Draws {
    pub fn new() -> Self {
        Self { block: [Draw::default(); BLOCK], filled: 0, next: 0 }
    }

    /// The next record; `left` >= 1 attempts remain, including this one.
    #[inline(always)]
    pub fn next(&mut self, random: &mut Stream, left: usize) -> Draw {
        if self.next == self.filled {
            self.fill(random, left.clamp(1, BLOCK));
        }
        let draw = self.block[self.next];
        self.next += 1;
        draw
    }

    /// The record after the last one given, if it is in this block.
    #[inline(always)]
    pub fn peek(&self) -> Option<&Draw> {
        self.block[..self.filled].get(self.next)
    }

    #[inline(never)]
    fn fill(&mut self, random: &mut Stream, records: usize) {
        let mut bytes = [0u8; 32 * BLOCK];
        random.fill_bytes(&mut bytes[..32 * records]);
        let mut thresholds = [0.0; BLOCK];
        vectorised(Thresholds { bytes: &bytes, thresholds: &mut thresholds });
        for ((draw, bytes), threshold) in
            self.block[..records].iter_mut().zip(bytes.as_chunks::<32>().0).zip(thresholds)
        {
            for (word, bytes) in draw.words.iter_mut().zip(bytes.as_chunks::<4>().0) {
                *word = u32::from_le_bytes(*bytes);
            }
            draw.threshold = threshold;
        }
        (self.filled, self.next) = (records, 0);
    }
}

/// -ln u of every record.
struct Thresholds<'a> {
    bytes: &'a [u8; 32 * BLOCK],
    thresholds: &'a mut [f64; BLOCK],
}

impl Pass for Thresholds<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let mut bits = [0u64; BLOCK];
        for (bits, record) in bits.iter_mut().zip(self.bytes.as_chunks::<32>().0) {
            let last = record.as_chunks::<8>().0[3];
            *bits = u64::from_le_bytes(last);
        }
        for (threshold, bits) in self.thresholds.iter_mut().zip(&bits) {
            *threshold = minus_logarithm(*bits);
        }
    }
}

/// A uniform index below `count`: 32 bits times count / 2^32 (bias below count / 2^32).
#[inline(always)]
pub(super) fn index(word: u32, count: usize) -> usize {
    ((u64::from(word) * count as u64) >> 32) as usize
}

/// (word + 1/2) / 2^32 - 1/2, symmetric about 0.
#[inline(always)]
pub(super) fn centred(word: u32) -> f64 {
    (f64::from(word) + 0.5) * (1.0 / 4294967296.0) - 0.5
}

/// -ln u, u = (n + 1/2) / 2^52 with the upper 52 bits n of `bits`.
///
/// Uses only elementary operations, so that results are bitwise identical on every processor: m in [sqrt(1/2),
/// sqrt(2)), ln m = 2 artanh f with f = (m - 1)/(m + 1), |f| < 0.172.
#[inline(always)]
fn minus_logarithm(bits: u64) -> f64 {
    const ROOT_HALF: u64 = 0x3fe6_a09e_667f_3bcd;
    let x = (bits >> 12) as f64 + 0.5;
    let exponent = (x.to_bits().wrapping_sub(ROOT_HALF) as i64) >> 52;
    let m = f64::from_bits(x.to_bits().wrapping_sub((exponent << 52) as u64));
    let f = (m - 1.0) / (m + 1.0);
    let f2 = f * f;
    let mut series = 0.0;
    for odd in [21.0, 19.0, 17.0, 15.0, 13.0, 11.0, 9.0, 7.0, 5.0, 3.0, 1.0] {
        series = series * f2 + 1.0 / odd;
    }
    (52 - exponent) as f64 * std::f64::consts::LN_2 - 2.0 * f * series
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{Purpose, stream};
    use rand::RngExt;

    #[test]
    fn the_logarithm_is_that_of_the_library() {
        let mut random = stream(5, Purpose::Prepare, 0, 0);
        for n in 0..100_000 {
            let bits = if n < 64 { 1u64 << n } else { random.random::<u64>() >> (n % 60) };
            let u = ((bits >> 12) as f64 + 0.5) / (1u64 << 52) as f64;
            let (found, exact) = (minus_logarithm(bits), -u.ln());
            assert!((found - exact).abs() < 4e-15 * exact.max(1.0), "{bits:x}: {found} {exact}");
        }
        assert!(minus_logarithm(u64::MAX) > 0.0 && minus_logarithm(0) < 36.8);
    }

    #[test]
    fn blocks_leave_the_stream_behind_the_last_attempt() {
        let (mut random, mut other) = (stream(5, Purpose::Prepare, 0, 0), stream(5, Purpose::Prepare, 0, 0));
        let mut draws = Draws::new();
        for left in (1..=1000).rev() {
            draws.next(&mut random, left);
        }
        other.fill_bytes(&mut vec![0; 32 * 1000]);
        assert_eq!(random, other);
    }
}
