//! Verlet lists, shared by the configurations of a batch.

use super::candidates::{Candidates, Centres};
use super::images::{IMAGES, shifts_of, unpack};
use super::lanes::{self, Atom, Kernel};
use super::subject::Subject;
use super::table::PairTable;
use crate::model::{Model, PeriodicBox};
use std::ops::Range;

/// Half list: for every particle i its neighbours j > i in increasing order, those that are within cutoff + skin in any
/// configuration of the batch. Pairs beyond the cutoff add exactly zero, so no sum depends on when the list was built.
#[derive(Debug, Default)]
pub struct NeighbourList {
    first: Vec<usize>,
    /// Neighbours (one configuration; rows filled to blocks of eight with the places after the last particle) or packed
    /// entries (a batch).
    entries: Vec<u32>,
    /// Number of entries that are pairs.
    pairs: usize,
    /// 1/sigma^2 of every entry (infinite for the filling), if every pair has its own; else empty.
    inverse_sigma_squared: Vec<f64>,
    /// The vector to add for each image, if the entries store images that hold as long as the list.
    shifts: Option<Box<[[f64; 3]; IMAGES]>>,
    ages: bool,
    candidates: Candidates,
    spare: Vec<u32>,
}

impl NeighbourList {
    /// Number of particles.
    #[inline(always)]
    pub fn particles(&self) -> usize {
        self.first.len().saturating_sub(1)
    }

    /// Number of pairs in the list.
    pub fn pairs(&self) -> usize {
        self.pairs
    }

    /// Whether the list must be rebuilt when particles have moved.
    pub fn ages(&self) -> bool {
        self.ages
    }

    /// Places of the entries of particle i.
    #[inline(always)]
    pub fn row(&self, i: usize) -> Range<usize> {
        self.first[i]..self.first[i + 1]
    }

    /// The entries of particle i.
    #[inline(always)]
    pub fn entries(&self, i: usize) -> &[u32] {
        &self.entries[self.row(i)]
    }

    /// The entries of all particles.
    #[inline(always)]
    pub fn all_entries(&self) -> &[u32] {
        &self.entries
    }

    /// 1/sigma^2 of all entries; empty for mixtures of kinds.
    pub fn inverse_sigma_squared(&self) -> &[f64] {
        &self.inverse_sigma_squared
    }

    /// The vector to add to x_i - x_j for each stored image; none if the images must be determined again.
    pub fn shifts(&self) -> Option<&[[f64; 3]; IMAGES]> {
        self.shifts.as_deref()
    }

    /// Bytes of the list and of its workspace.
    pub fn bytes(&self) -> usize {
        let doubles = self.first.len() + self.inverse_sigma_squared.len();
        8 * doubles + 4 * (self.entries.len() + self.spare.len()) + self.candidates.bytes()
    }

    /// Invalidates the list, whatever the positions; its memory is kept.
    pub fn forget(&mut self) {
        self.first.clear();
    }

    /// From now on, particles exchange their identities again and again.
    pub fn expect_exchanges(&mut self) {
        self.candidates.expect_exchanges();
    }

    /// The list of one configuration [3N], without skin.
    pub fn of(model: &Model, cell: &PeriodicBox, positions: &[f64]) -> Self {
        Self::within(model, cell, positions, 0.0)
    }

    /// The list of one configuration [3N]: pairs within cutoff + `skin` [sigma], or all.
    pub fn within(model: &Model, cell: &PeriodicBox, positions: &[f64], skin: f64) -> Self {
        let table = PairTable::new(model, &[]);
        let subject = Subject { model, cell, table: &table, order: &[], skin };
        let mut list = Self::default();
        list.rebuild(Kernel::best(), &subject, |a| [positions[3 * a], positions[3 * a + 1], positions[3 * a + 2]]);
        list
    }

    /// Neighbours j > i of particle i in the list of one configuration, in increasing order.
    pub fn neighbours(&self, i: usize) -> impl Iterator<Item = usize> {
        self.entries(i).iter().map(|&j| j as usize).filter(|&j| j < self.particles())
    }

    /// Rebuilds the list for one configuration whose particles are at `position(a)`.
    pub(super) fn rebuild(&mut self, kernel: Kernel, subject: &Subject, position: impl Fn(usize) -> [f64; 3]) {
        if !self.start(subject) {
            self.list_all_pairs(subject, |j| j as u32);
        } else {
            let centres = Centres::of_one(subject, position);
            self.candidates.find(kernel, subject, &centres, &mut self.first, &mut self.entries);
        }
        self.fill_blocks();
        self.finish(subject, |entry| entry as usize);
    }

    /// Rebuilds the list for a batch: the pairs within cutoff + skin in at least one lane.
    pub(super) fn rebuild_batch(&mut self, kernel: Kernel, subject: &Subject, atoms: &[Atom]) {
        let table = subject.table;
        if !self.start(subject) {
            self.list_all_pairs(subject, |j| j as u32 | u32::from(table.kind(j)) << 29);
            self.finish(subject, |entry| unpack(entry).0);
            return;
        }
        let centres = Centres::of_batch(subject, atoms);
        self.candidates.find(kernel, subject, &centres, &mut self.first, &mut self.entries);
        let shifts = Box::new(shifts_of(subject.cell));
        let (mut reach_squared, mut length, mut images_agree) = (Vec::new(), 0, true);
        for i in 0..atoms.len() {
            let row = self.first[i]..self.first[i + 1];
            reach_squared.clear();
            for &j in &self.entries[row.clone()] {
                let sigma = subject.model.mixture.sigma(subject.place(i), subject.place(j as usize));
                let reach = subject.model.law.cutoff() * sigma + subject.skin;
                reach_squared.push(reach * reach);
            }
            let candidates = &mut self.entries[row.clone()];
            let union = lanes::union_row(kernel, (), subject.cell, &shifts, atoms, i, candidates, &reach_squared);
            for entry in &mut candidates[..union.kept] {
                *entry |= u32::from(table.kind(unpack(*entry).0)) << 29;
            }
            images_agree &= union.images_agree;
            self.entries.copy_within(row.start..row.start + union.kept, length);
            self.first[i] = length;
            length += union.kept;
        }
        self.first[atoms.len()] = length;
        self.pairs = length;
        self.entries.truncate(length);
        self.shifts = images_agree.then_some(shifts);
        self.finish(subject, |entry| unpack(entry).0);
    }

    /// Empties the list; false when cutoff + skin does not fit into half the box, so that it has to hold all pairs.
    fn start(&mut self, subject: &Subject) -> bool {
        self.first.clear();
        self.entries.clear();
        self.inverse_sigma_squared.clear();
        self.shifts = None;
        self.ages = 2.0 * (subject.model.largest_cutoff() + subject.skin) <= subject.cell.shortest_edge();
        self.ages
    }

    fn list_all_pairs(&mut self, subject: &Subject, pack: impl Fn(usize) -> u32) {
        let n = subject.model.mixture.particles();
        self.first.push(0);
        for i in 0..n {
            self.entries.extend((i + 1..n).map(&pack));
            self.first.push(self.entries.len());
        }
        self.pairs = self.entries.len();
    }

    /// Pads every row to whole blocks.
    fn fill_blocks(&mut self) {
        let n = self.particles();
        self.pairs = self.entries.len();
        let mut filled = std::mem::take(&mut self.spare);
        filled.clear();
        for i in 0..n {
            filled.extend_from_slice(&self.entries[self.first[i]..self.first[i + 1]]);
            self.first[i] = filled.len().next_multiple_of(8);
            let missing = self.first[i] - filled.len();
            // every lane has a place of its own, so that none waits for another
            filled.extend((n as u32 + 8 - missing as u32)..n as u32 + 8);
        }
        // what was put into first[i] is where row i ends
        self.first.rotate_right(1);
        self.first[0] = 0;
        self.spare = std::mem::replace(&mut self.entries, filled);
    }

    /// Adds the data stored next to the entries.
    fn finish(&mut self, subject: &Subject, neighbour: impl Fn(u32) -> usize) {
        if !matches!(subject.table, PairTable::ByPair(_)) {
            return;
        }
        let n = self.particles();
        for i in 0..n {
            for &entry in &self.entries[self.first[i]..self.first[i + 1]] {
                let j = neighbour(entry);
                let pair = (j < n).then(|| subject.model.mixture.pair(subject.place(i), subject.place(j)));
                self.inverse_sigma_squared.push(pair.map_or(f64::INFINITY, |pair| pair.inverse_sigma_squared));
            }
        }
    }
}
