//! Neighbour lists of moving particles with changing identities, updated where a particle has moved too far.
//!
//! The long rows hold every pair whose *reference* positions are closer than the largest cutoff of the glass + skin;
//! the short rows those closer than the pair's own cutoff + skin. A particle that has moved from its reference by more
//! than (skin - overshoot)/2, where overshoot is the largest trial displacement, gets a new reference and new rows.
//! Pairs beyond the cutoff add exactly zero, and sums are exact (see `local_energy`): no result depends on the history
//! of a list.

use super::kinds::{KindRule, Kinds, with_kinds};
use super::local_energy::{Images, PADDING};
use super::rows::NeighbourRows;
use crate::forces::lanes::{Inside, Kernel, Records, RegisterPass, Sphere, in_registers, particles_within};
use crate::model::{Law, PairLaw, PeriodicBox};

/// Pairs closer than this times sigma_ij come first in their row: they are the ones that reject a move.
const CLOSE: f64 = 1.12;
/// Entries of a long row closer than this come first [sigma], if there are no short rows.
const NEAR: f32 = 1.35;

/// The range of the lists.
#[derive(Clone, Copy, Debug)]
pub(super) struct Extent {
    /// Largest distance at which two particles of the glass interact [sigma].
    pub largest_cutoff: f64,
    /// How far rows extend beyond the cutoff [sigma].
    pub skin: f64,
    /// Whether there are short rows.
    pub short: bool,
}

pub(super) struct NearLists {
    pub cell: PeriodicBox,
    pub long: NeighbourRows,
    pub short: Option<NeighbourRows>,
    /// [N + 1] position and the identity for which the short row is made
    pub reference: Vec<[f64; 4]>,
    skin: f64,
    reach: f64,
    /// Fractions of the edges, for the search.
    fractions: [Vec<i32>; 3],
    inside: Inside,
    found: Vec<u32>,
    close: Vec<u32>,
    kernel: Kernel,
}

impl NearLists {
    /// Lists of the particles at `records` [N + 1], the last one being padding.
    pub fn new(
        kernel: Kernel,
        cell: PeriodicBox,
        law: &Law,
        rule: &KindRule,
        records: &[[f64; 4]],
        extent: Extent,
    ) -> Self {
        let particles = records.len() - 1;
        let mut lists = Self {
            cell,
            long: NeighbourRows::new(particles),
            short: extent.short.then(|| NeighbourRows::new(particles)),
            reference: vec![PADDING; particles + 1],
            skin: extent.skin,
            reach: extent.largest_cutoff + extent.skin,
            fractions: std::array::from_fn(|_| vec![0; particles]),
            inside: Inside::default(),
            found: Vec::new(),
            close: Vec::new(),
            kernel,
        };
        lists.rebuild(law, rule, records);
        lists
    }

    /// Rebuilds all rows.
    pub fn rebuild(&mut self, law: &Law, rule: &KindRule, records: &[[f64; 4]]) {
        for (i, record) in records[..records.len() - 1].iter().enumerate() {
            self.set_reference(law, rule, i, record);
        }
        for i in 0..records.len() - 1 {
            self.find(i);
            self.long.set(i, &self.found);
        }
        for i in 0..records.len() - 1 {
            self.update_short(law, rule, i);
        }
    }

    /// A new reference for particle i.
    #[inline(never)]
    pub fn refresh(&mut self, law: &Law, rule: &KindRule, i: usize, record: &[f64; 4]) {
        self.set_reference(law, rule, i, record);
        self.find(i);
        self.long.replace(i, &self.found);
        self.update_short(law, rule, i);
    }

    /// Rebuilds the short row for the new identity of particle i.
    #[inline(never)]
    pub fn change(&mut self, law: &Law, rule: &KindRule, i: usize, identity: f64) {
        with_kinds!(law, rule, |_law, kinds| self.reference[i][3] = kinds.listed(identity));
        self.update_short(law, rule, i);
    }

    /// How far a particle may move from its reference when trial moves extend `overshoot` further [sigma].
    pub fn safe_displacement(&self, overshoot: f64) -> f64 {
        0.5 * (self.skin - overshoot)
    }

    /// A row that holds all neighbours of particle i with its present identity and with `identity`, and whether it is
    /// the short one.
    #[inline(always)]
    pub fn row_for<K: Kinds>(&self, kinds: &K, i: usize, identity: f64) -> (&[[u32; 8]], bool) {
        match &self.short {
            Some(short) if kinds.shrinks(self.reference[i][3], identity) => (short.eights(i), true),
            _ => (self.long.eights(i), false),
        }
    }

    /// Largest distance at which two particles of the glass interact [sigma].
    pub fn largest_cutoff(&self) -> f64 {
        self.reach - self.skin
    }

    /// Squared distance of a particle from its reference.
    #[inline(always)]
    pub fn moved_squared(&self, i: usize, record: &[f64; 4]) -> f64 {
        let reference = &self.reference[i];
        let d = [record[0] - reference[0], record[1] - reference[1], record[2] - reference[2]];
        d[0] * d[0] + d[1] * d[1] + d[2] * d[2]
    }

    fn set_reference(&mut self, law: &Law, rule: &KindRule, i: usize, record: &[f64; 4]) {
        self.reference[i] = *record;
        with_kinds!(law, rule, |_law, kinds| self.reference[i][3] = kinds.listed(record[3]));
        for k in 0..3 {
            let fraction = record[k] / self.cell.edges[k];
            // 0 ... 2^32 - 1, then as a signed number: differences wrap
            self.fractions[k][i] = (((fraction - fraction.floor()) * 4294967296.0) as i64 & 0xffff_ffff) as u32 as i32;
        }
    }

    /// Finds the particles near the reference of i, into `found`.
    fn find(&mut self, i: usize) {
        let sphere = Sphere {
            centre: [self.fractions[0][i], self.fractions[1][i], self.fractions[2][i]],
            scale: self.cell.edges.map(|edge| (edge / 4294967296.0) as f32),
            // f32 and 2^-32 of the box are exact to 1e-6 of the reach
            squared_radius: (self.reach * self.reach * 1.00001) as f32,
            // short rows have their own order
            squared_core: if self.short.is_none() { NEAR * NEAR } else { 0.0 },
        };
        particles_within(self.kernel, &self.fractions, &sphere, &mut self.inside);
        self.found.clear();
        for part in [&self.inside.core, &self.inside.shell] {
            // each in increasing order of the index
            match part.binary_search(&(i as u32)) {
                Ok(own) => {
                    self.found.extend_from_slice(&part[..own]);
                    self.found.extend_from_slice(&part[own + 1..]);
                }
                Err(_) => self.found.extend_from_slice(part),
            }
        }
    }

    /// The short row of i from its long one.
    fn update_short(&mut self, law: &Law, rule: &KindRule, i: usize) {
        let Some(short) = &mut self.short else { return };
        let (long, records, skin) = (self.long.eights(i), self.reference.as_slice(), self.skin);
        let (near, far) = (&mut self.close, &mut self.found);
        near.resize(8 * long.len() + 8, 0);
        far.resize(8 * long.len() + 8, 0);
        let (images, kernel) = (Images::new(&self.cell), self.kernel);
        let [nearer, farther] = with_kinds!(law, rule, |law, kinds| {
            let cutoff = law.cutoff();
            in_registers(kernel, Sort { kinds, cutoff, images, records, i, long, skin, near, far })
        });
        self.close.truncate(nearer);
        self.close.extend_from_slice(&self.found[..farther]);
        short.replace(i, &self.close);
    }
}

/// Selects from a long row the particles within cutoff sigma_ij + skin of particle i, close ones separately; returns
/// their numbers.
struct Sort<'a, K> {
    kinds: &'a K,
    cutoff: f64,
    images: Images,
    records: &'a [[f64; 4]],
    i: usize,
    long: &'a [[u32; 8]],
    skin: f64,
    near: &'a mut [u32],
    far: &'a mut [u32],
}

impl<K: Kinds> RegisterPass for Sort<'_, K> {
    type Output = [usize; 2];

    #[inline(always)]
    fn run<R: Records>(self) -> [usize; 2] {
        let own = &self.records[self.i];
        let mut counts = [0; 2];
        for eight in self.long {
            let [x, y, z, identity] = R::gather(self.records, eight);
            let r2 = self.images.squared_distance(own, [x, y, z]);
            let sigma: R = self.kinds.sigma(own[3], identity);
            let reach = R::splat(self.cutoff).mul_add(sigma, R::splat(self.skin));
            let close = R::splat(CLOSE) * sigma;
            // the padding is at no distance, and the close ones are put off the second time
            counts[0] += r2.select_less(close * close, eight, &mut self.near[counts[0]..]);
            let beyond = r2 + R::splat(f64::INFINITY).where_less(r2, close * close);
            counts[1] += beyond.select_less(reach * reach, eight, &mut self.far[counts[1]..]);
        }
        counts
    }
}
