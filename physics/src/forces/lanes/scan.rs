//! Candidate neighbours: squared distances in single precision, sixteen at a time, with a margin for rounding.

use super::dispatch;
use super::lane::Lane;

/// Sixteen values from a place on that is a multiple of 16.
pub const BLOCK: usize = 16;

/// The search radius of a particle.
pub trait Reach: Copy {
    /// The squared reaches to the particles `at` ... `at + 15`.
    fn squared(self, at: usize) -> [f32; BLOCK];
}

/// Reaches that depend only on the other particle, for a given kind of the particle itself.
#[derive(Clone, Copy)]
pub struct ReachOfKind<'a> {
    /// Reach to each particle, its spread included.
    pub reaches: &'a [f32],
    pub own_spread: f32,
}

/// Reaches by diameters: cutoff (a + b)/2 (1 - nonadditivity |a - b|) + skin + spreads.
#[derive(Clone, Copy)]
pub struct ReachOfPair<'a> {
    pub diameters: &'a [f32],
    pub spreads: &'a [f32],
    pub own_diameter: f32,
    pub cutoff: f32,
    pub nonadditivity: f32,
    /// Skin and the particle's own spread.
    pub margin: f32,
}

#[inline(always)]
fn sixteen<T: Copy + Default>(values: &[T], at: usize) -> [T; BLOCK] {
    match values.get(at..).and_then(|rest| rest.first_chunk()) {
        Some(block) => *block,
        None => [T::default(); BLOCK],
    }
}

impl Reach for ReachOfKind<'_> {
    #[inline(always)]
    fn squared(self, at: usize) -> [f32; BLOCK] {
        let mut reaches = sixteen(self.reaches, at);
        for l in 0..BLOCK {
            let reach = reaches[l] + self.own_spread;
            reaches[l] = reach * reach;
        }
        reaches
    }
}

impl Reach for ReachOfPair<'_> {
    #[inline(always)]
    fn squared(self, at: usize) -> [f32; BLOCK] {
        let (diameters, spreads) = (sixteen(self.diameters, at), sixteen(self.spreads, at));
        let mut reaches = [0.0; BLOCK];
        for l in 0..BLOCK {
            let (a, b) = (self.own_diameter, diameters[l]);
            let sigma = 0.5 * (a + b) * (1.0 - self.nonadditivity * (a - b).abs());
            let reach = self.cutoff * sigma + self.margin + spreads[l];
            reaches[l] = reach * reach;
        }
        reaches
    }
}

/// Coordinates as fractions of the box in units of 2^-32, so that differences wrap by themselves; padded to whole blocks.
#[derive(Clone, Copy)]
pub struct Fractions<'a> {
    pub coordinates: [&'a [i32]; 3],
    /// Edges / 2^32.
    pub units: [f32; 3],
}

dispatch! {
    /// The places within `runs` (from, to) whose particles are within reach of `centre`, in the order of the runs;
    /// `hits` must have room for all of these and a block. Returns their number.
    pub fn scan<F: Reach>(
        reach: F, fractions: Fractions<'_>, centre: [i32; 3], runs: &[(u32, u32)], hits: &mut [u32],
    ) -> usize = scan_body
}

#[inline(always)]
fn scan_body<R: Lane, F: Reach>(
    reach: F,
    fractions: Fractions<'_>,
    centre: [i32; 3],
    runs: &[(u32, u32)],
    hits: &mut [u32],
) -> usize {
    let mut count = 0;
    for &(from, to) in runs {
        let (from, to) = (from as usize, to as usize);
        let mut at = from - from % BLOCK;
        while at < to {
            let mut squared = [0.0_f32; BLOCK];
            for k in 0..3 {
                let coordinates = sixteen(fractions.coordinates[k], at);
                for l in 0..BLOCK {
                    let d = centre[k].wrapping_sub(coordinates[l]) as f32 * fractions.units[k];
                    squared[l] += d * d;
                }
            }
            let mut mask = R::mask_less_short(&squared, &reach.squared(at));
            if at < from {
                mask &= 0xffff << (from - at);
            }
            if to - at < BLOCK {
                mask &= 0xffff >> (BLOCK - (to - at));
            }
            R::store_selected(mask, at as u32, hits, count);
            count += mask.count_ones() as usize;
            at += BLOCK;
        }
    }
    count
}
