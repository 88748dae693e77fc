//! The two Monte-Carlo moves, with local energies that are kept up to date.
//!
//! The random number of a move is drawn first: beta dU <= -ln u is the acceptance min[1, exp(-beta dU)]. The largest
//! acceptable energy of the moved particles is therefore known before their new energy is summed, and for a repulsive
//! law the sum is stopped when a part of it exceeds this; the close neighbours come first. The decision is exactly that
//! of the whole sum: terms are >= 0 and their sums are exact.

use super::kinds::{KindRule, Kinds};
use super::local_energy::{Images, PADDING, Pairs};
use super::near_lists::{Extent, NearLists};
use crate::forces::lanes::{Kernel, Records, RegisterPass, in_registers};
use crate::model::{Law, Mixture, Model, PairLaw, PeriodicBox};

/// Number of displacements that are evaluated together.
pub(super) const AHEAD: usize = 8;

/// A displacement to be judged.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Trial {
    pub particle: usize,
    pub displacement: [f64; 3],
    /// Largest acceptable increase of the energy [epsilon].
    pub threshold: f64,
    /// The trial position of the particle, and its energy there.
    record: [f64; 4],
    energy: f64,
}

impl Trial {
    pub fn new(particle: usize, displacement: [f64; 3], threshold: f64) -> Self {
        Self { particle, displacement, threshold, ..Self::default() }
    }
}

/// Particles with their local energies and lists; rebuilt from a configuration at any time, they are bitwise identical.
pub(super) struct Liquid {
    pub law: Law,
    pub rule: KindRule,
    pub kernel: Kernel,
    /// [N + 1] x, y, z and identity; the last is padding.
    pub records: Vec<[f64; 4]>,
    /// [N + 1] energy of each particle with its neighbours [epsilon]
    pub energies: Vec<f64>,
    pub lists: NearLists,
    terms: [Vec<[f64; 8]>; AHEAD],
}

impl Liquid {
    pub fn new(kernel: Kernel, model: &Model, cell: &PeriodicBox, positions: &[f64], skin: f64, short: bool) -> Self {
        let rule = KindRule::of(model);
        let mut records = vec![PADDING; positions.len() / 3 + 1];
        place(&mut records, positions, &model.mixture);
        let extent = Extent { largest_cutoff: model.largest_cutoff(), skin, short };
        let lists = NearLists::new(kernel, *cell, &model.law, &rule, &records, extent);
        let energies = vec![0.0; records.len()];
        let mut liquid = Self { law: model.law, rule, kernel, records, energies, lists, terms: Default::default() };
        liquid.sum_energies();
        liquid
    }

    pub fn particles(&self) -> usize {
        self.records.len() - 1
    }

    /// All local energies from scratch.
    pub fn sum_energies(&mut self) {
        let Self { law, rule, kernel, records, energies, lists, .. } = self;
        super::kinds::with_kinds!(law, rule, |law, kinds| {
            let pairs = Pairs { law: *law, kinds: *kinds, images: Images::new(&lists.cell) };
            in_registers(*kernel, Sum { pairs, records, energies, lists });
        });
    }

    /// Total energy [epsilon].
    pub fn energy(&self) -> f64 {
        0.5 * self.energies[..self.particles()].iter().sum::<f64>()
    }

    /// New reference positions for the particles that are too far from theirs when trial moves extend `overshoot`
    /// further.
    pub fn recall(&mut self, overshoot: f64) {
        let safe = self.lists.safe_displacement(overshoot);
        for i in 0..self.particles() {
            if self.lists.moved_squared(i, &self.records[i]) > safe * safe {
                self.lists.refresh(&self.law, &self.rule, i, &self.records[i]);
            }
        }
    }

    /// New positions and identities; rows are rebuilt when a particle has moved by more than half the skin since they
    /// were made.
    pub fn follow(&mut self, positions: &[f64], mixture: &Mixture) {
        place(&mut self.records, positions, mixture);
        let safe = self.lists.safe_displacement(0.0);
        let stayed = |i: usize| self.lists.moved_squared(i, &self.records[i]) <= safe * safe;
        if !(0..self.particles()).all(stayed) {
            self.lists.rebuild(&self.law, &self.rule, &self.records);
        }
        self.sum_energies();
    }
}

fn place(records: &mut [[f64; 4]], positions: &[f64], mixture: &Mixture) {
    let identities = super::kinds::identities(mixture);
    for ((record, x), identity) in records.iter_mut().zip(positions.as_chunks::<3>().0).zip(identities) {
        *record = [x[0], x[1], x[2], identity];
    }
}

struct Sum<'a, P, K> {
    pairs: Pairs<P, K>,
    records: &'a [[f64; 4]],
    energies: &'a mut [f64],
    lists: &'a NearLists,
}

impl<P: PairLaw, K: Kinds> RegisterPass for Sum<'_, P, K> {
    type Output = ();

    #[inline(always)]
    fn run<R: Records>(self) {
        let rows = self.lists.short.as_ref().unwrap_or(&self.lists.long);
        for i in 0..self.records.len() - 1 {
            self.energies[i] = self.pairs.sum::<R>(self.records, &self.records[i], rows.eights(i), 0.0);
        }
    }
}

/// A liquid during moves at one temperature.
pub(super) struct Moves<'a, P, K> {
    pub pairs: Pairs<P, K>,
    law: &'a Law,
    rule: &'a KindRule,
    pub records: &'a mut [[f64; 4]],
    energies: &'a mut [f64],
    lists: &'a mut NearLists,
    terms: &'a mut [Vec<[f64; 8]>; AHEAD],
    /// Squared distance beyond which the displacements of two particles do not affect each other.
    apart_squared: f64,
    safe_squared: f64,
    /// Change of the total energy so far [epsilon].
    pub change: f64,
}

impl<'a, P: PairLaw, K: Kinds> Moves<'a, P, K> {
    /// `law` and `kinds` are those of the liquid; trial displacements are at most `overshoot`.
    pub fn new(law: &P, kinds: &K, liquid: &'a mut Liquid, overshoot: f64) -> Self {
        let safe = liquid.lists.safe_displacement(overshoot);
        // both may move, and the bound must not depend on rounding
        let apart = liquid.lists.largest_cutoff() + 2.0 * overshoot + 1e-6;
        Self {
            pairs: Pairs { law: *law, kinds: *kinds, images: Images::new(&liquid.lists.cell) },
            law: &liquid.law,
            rule: &liquid.rule,
            records: &mut liquid.records,
            energies: &mut liquid.energies,
            lists: &mut liquid.lists,
            terms: &mut liquid.terms,
            safe_squared: safe * safe,
            apart_squared: apart * apart,
            change: 0.0,
        }
    }

    #[inline(always)]
    fn limit(&self, most: f64) -> f64 {
        if self.pairs.law.is_repulsive() { most } else { f64::INFINITY }
    }

    /// Computes the energy of the particle of a trial.
    #[inline(always)]
    fn look<R: Records>(&mut self, trial: &mut Trial, ahead: usize) {
        let [x, y, z, identity] = self.records[trial.particle];
        let [dx, dy, dz] = trial.displacement;
        trial.record = [x + dx, y + dy, z + dz, identity];
        let row = self.lists.short.as_ref().unwrap_or(&self.lists.long).eights(trial.particle);
        trial.energy = self.pairs.sum_of_terms::<R>(self.records, &trial.record, row, 0.0, &mut self.terms[ahead]);
    }

    /// Tries displacements one after the other; each is accepted if the energy rises by at most its threshold. Returns
    /// the number accepted.
    ///
    /// The energies of all trials are summed before the first is decided, so that the processor works on several at
    /// once; an energy that an accepted move may have changed is summed again. Each decision is therefore the same as
    /// for single trials.
    #[inline(always)]
    pub fn displace<R: Records>(&mut self, trials: &mut [Trial]) -> u64 {
        for (ahead, trial) in trials.iter_mut().enumerate() {
            self.look::<R>(trial, ahead);
        }
        let mut accepted = 0;
        for at in 0..trials.len() {
            let trial = &trials[at];
            let before = self.energies[trial.particle];
            // also false for NaN
            let lower = trial.energy <= before + trial.threshold;
            if !lower {
                continue;
            }
            accepted += 1;
            let old = self.records[trial.particle];
            let mended = self.settle::<R>(trial, &old, at);
            for later in at + 1..trials.len() {
                let other = &self.records[trials[later].particle];
                let r2: f64 = self.pairs.images.squared_distance(&old, [other[0], other[1], other[2]]);
                if mended || r2 < self.apart_squared {
                    self.look::<R>(&mut trials[later], later);
                }
            }
        }
        accepted
    }

    /// Carries out an accepted displacement; returns whether rows were updated.
    #[inline(always)]
    fn settle<R: Records>(&mut self, trial: &Trial, old: &[f64; 4], ahead: usize) -> bool {
        let i = trial.particle;
        let row = self.lists.short.as_ref().unwrap_or(&self.lists.long).eights(i);
        self.pairs.pass_on::<R>(self.records, old, row, &self.terms[ahead], self.energies);
        self.change += trial.energy - self.energies[i];
        self.energies[i] = trial.energy;
        self.records[i] = trial.record;
        let far = self.lists.moved_squared(i, &trial.record) > self.safe_squared;
        if far {
            self.lists.refresh(self.law, self.rule, i, &trial.record);
        }
        far
    }

    /// Exchanges the identities of i and j if the energy rises by at most `threshold`.
    #[inline(always)]
    pub fn exchange<R: Records>(&mut self, i: usize, j: usize, threshold: f64) -> bool {
        let kinds = self.pairs.kinds;
        // the growing one first, as it is the one usually rejected
        let (i, j) = if kinds.shrinks(self.records[i][3], self.records[j][3]) { (j, i) } else { (i, j) };
        let (own, other) = (self.records[i][3], self.records[j][3]);
        let before = self.energies[i] + self.energies[j];
        let most = before + threshold;
        let limit = self.limit(most);
        // both in their new state: their own pair keeps its energy
        (self.records[i][3], self.records[j][3]) = (other, own);
        let records = &*self.records;
        let [terms, other_terms, ..] = &mut *self.terms;
        let pairs = &self.pairs;
        let (row, whole) = self.lists.row_for(&kinds, i, other);
        let (other_row, _) = self.lists.row_for(&kinds, j, own);
        let mut refused = false;
        if let (Some(short), false, true) = (&self.lists.short, whole, limit < f64::INFINITY) {
            // most moves are rejected because of close neighbours
            refused = pairs.sum_up_to::<R>(records, &records[i], short.eights(i), 0.0, limit, terms) > limit;
        }
        let (mut after, mut after_own) = (f64::NAN, f64::NAN);
        if !refused {
            after_own = pairs.sum_up_to::<R>(records, &records[i], row, 0.0, limit, terms);
            if after_own <= limit {
                after = pairs.sum_up_to::<R>(records, &records[j], other_row, after_own, limit, other_terms);
            }
        }
        (self.records[i][3], self.records[j][3]) = (own, other);
        let accepted = after <= most;
        if !accepted {
            return false;
        }
        pairs.pass_on::<R>(self.records, &self.records[i], row, terms, self.energies);
        pairs.pass_on::<R>(self.records, &self.records[j], other_row, other_terms, self.energies);
        (self.records[i][3], self.records[j][3]) = (other, own);
        (self.energies[i], self.energies[j]) = (after_own, after - after_own);
        self.change += after - before;
        for (particle, identity) in [(i, other), (j, own)] {
            if self.lists.short.is_some() && !kinds.serves(self.lists.reference[particle][3], identity) {
                self.lists.change(self.law, self.rule, particle, identity);
            }
        }
        true
    }
}
