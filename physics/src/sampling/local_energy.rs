//! The energy of one particle with its neighbours, in exact arithmetic.
//!
//! Every pair energy is rounded to a multiple of 2^-38 (3.6e-12 epsilon). Sums and differences of such numbers are
//! exact in f64 up to 2^15 epsilon, so that a local energy does not depend on the order of the terms, on what a list
//! holds beyond the cutoff, or on whether it was summed from scratch or updated by differences: running energies never
//! drift, and no decision of a Monte-Carlo run depends on the history of its lists.

use super::kinds::Kinds;
use crate::forces::lanes::Records;
use crate::model::{PairLaw, PeriodicBox, ROUNDING, Real};

/// Pair energies are multiples of this [epsilon].
const GRAIN: f64 = 1.0 / 274877906944.0;

/// The record that pads rows: its distance from every particle is NaN.
pub(super) const PADDING: [f64; 4] = [f64::NAN, f64::NAN, f64::NAN, 0.0];

/// The minimum image in registers.
#[derive(Clone, Copy, Debug)]
pub(super) struct Images {
    edges: [f64; 3],
    inverse: [f64; 3],
}

impl Images {
    pub fn new(cell: &PeriodicBox) -> Self {
        Self { edges: cell.edges, inverse: cell.edges.map(|edge| 1.0 / edge) }
    }

    /// r^2 by minimum image; bitwise identical from either particle.
    #[inline(always)]
    pub fn squared_distance<R: Real>(&self, own: &[f64; 4], others: [R; 3]) -> R {
        let x = self.along(0, R::splat(own[0]) - others[0]);
        let y = self.along(1, R::splat(own[1]) - others[1]);
        let z = self.along(2, R::splat(own[2]) - others[2]);
        z.mul_add(z, y.mul_add(y, x * x))
    }

    #[inline(always)]
    fn along<R: Real>(&self, k: usize, d: R) -> R {
        let rounding = R::splat(ROUNDING);
        let images = d.mul_add(R::splat(self.inverse[k]), rounding) - rounding;
        R::splat(-self.edges[k]).mul_add(images, d)
    }
}

/// What pair energies depend on besides the records of the particles: x, y, z and the identity.
#[derive(Clone, Copy)]
pub(super) struct Pairs<P, K> {
    pub law: P,
    pub kinds: K,
    pub images: Images,
}

impl<P: PairLaw, K: Kinds> Pairs<P, K> {
    /// Pair energies of a particle with the record `own` and eight others [epsilon].
    #[inline(always)]
    pub fn energies<R: Records>(&self, records: &[[f64; 4]], own: &[f64; 4], eight: &[u32; 8]) -> R {
        let [x, y, z, identity] = R::gather(records, eight);
        let r2 = self.images.squared_distance(own, [x, y, z]);
        let (epsilon, inverse_sigma_squared) = self.kinds.pair::<R>(own[3], identity);
        let x2 = r2 * inverse_sigma_squared;
        let rounding = R::splat(ROUNDING * GRAIN);
        let energy = (epsilon * self.law.derivatives(x2).value + rounding) - rounding;
        energy.where_less(x2, R::splat(self.law.cutoff() * self.law.cutoff()))
    }

    /// `start` + the energy of a particle with the record `own` and its neighbours `row`.
    #[inline(always)]
    pub fn sum<R: Records>(&self, records: &[[f64; 4]], own: &[f64; 4], row: &[[u32; 8]], start: f64) -> f64 {
        let mut sum = R::splat(0.0);
        for eight in row {
            sum = sum + self.energies::<R>(records, own, eight);
        }
        start + sum.total()
    }

    /// The same, its terms left in `terms`.
    #[inline(always)]
    pub fn sum_of_terms<R: Records>(
        &self,
        records: &[[f64; 4]],
        own: &[f64; 4],
        row: &[[u32; 8]],
        start: f64,
        terms: &mut Vec<[f64; 8]>,
    ) -> f64 {
        if terms.len() < row.len() {
            terms.resize(row.len(), [0.0; 8]);
        }
        let mut sum = R::splat(0.0);
        for (eight, terms) in row.iter().zip(terms.iter_mut()) {
            let energies = self.energies::<R>(records, own, eight);
            energies.store(terms);
            sum = sum + energies;
        }
        start + sum.total()
    }

    /// The same for a repulsive law, stopped when a partial sum exceeds `limit`; for other laws the whole sum.
    #[inline(always)]
    pub fn sum_up_to<R: Records>(
        &self,
        records: &[[f64; 4]],
        own: &[f64; 4],
        row: &[[u32; 8]],
        start: f64,
        limit: f64,
        terms: &mut Vec<[f64; 8]>,
    ) -> f64 {
        if !self.law.is_repulsive() {
            return self.sum_of_terms::<R>(records, own, row, start, terms);
        }
        if terms.len() < row.len() {
            terms.resize(row.len(), [0.0; 8]);
        }
        let mut sum = start;
        for (eight, terms) in row.iter().zip(terms.iter_mut()) {
            let energies = self.energies::<R>(records, own, eight);
            energies.store(terms);
            sum += energies.total();
            if sum > limit {
                break;
            }
        }
        sum
    }

    /// Adds to the neighbours' energies the difference of `terms` and the pair energies with the record `own`.
    #[inline(always)]
    pub fn pass_on<R: Records>(
        &self,
        records: &[[f64; 4]],
        own: &[f64; 4],
        row: &[[u32; 8]],
        terms: &[[f64; 8]],
        energies: &mut [f64],
    ) {
        for (eight, terms) in row.iter().zip(terms) {
            let mut change = [0.0; 8];
            (R::load(terms) - self.energies::<R>(records, own, eight)).store(&mut change);
            for lane in 0..8 {
                energies[eight[lane] as usize] += change[lane];
            }
        }
    }
}
