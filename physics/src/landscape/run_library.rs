//! The minima of one run, by first visit.

use super::identity::{Candidate, Identity, Same};
use super::outcome::Quench;
use serde::{Deserialize, Serialize};

/// A minimum as found by one run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Minimum {
    /// [3N] of the first quench that ended here, unwrapped [sigma].
    pub positions: Vec<f64>,
    /// Total [epsilon].
    pub energy: f64,
    /// Largest force component in magnitude [epsilon / sigma].
    pub residual: f64,
    /// MD steps since the run began, at the first visit (quenched or inferred).
    pub first_step: u64,
    /// Rattlers of a harmonic packing [N]; empty for every other model.
    pub rattlers: Vec<bool>,
}

impl Minimum {
    /// The minimum reached by the quench of the snapshot at `step`; `None` if it did not converge.
    pub(super) fn reached(identity: &Identity, quench: Quench, step: u64) -> Option<Self> {
        if !quench.at_minimum() {
            return None;
        }
        let rattlers = identity.rattlers(&quench.positions);
        let Quench { positions, energy, residual, .. } = quench;
        Some(Self { positions, energy, residual, first_step: step, rattlers })
    }

    pub fn candidate(&self) -> Candidate<'_> {
        Candidate { positions: &self.positions, energy: self.energy, rattlers: &self.rattlers }
    }
}

/// One snapshot of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Visit {
    /// MD steps since the run began.
    pub step: u64,
    /// Index of the minimum; `None` when the quench did not converge.
    pub minimum: Option<u32>,
    /// 0 when it was inferred.
    pub force_evaluations: u64,
    /// Not quenched: both ends of its interval are in this minimum.
    pub inferred: bool,
}

/// Minima in the order in which they were found, with an index by energy.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct MinimaIndex {
    minima: Vec<Minimum>,
    /// Indices in order of increasing energy.
    by_energy: Vec<u32>,
}

/// The result of a lookup.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    pub index: u32,
    /// Not seen before.
    pub new: bool,
    /// An earlier minimum that equals the new one with particles exchanged.
    pub permutation_of: Option<u32>,
}

impl MinimaIndex {
    pub fn minima(&self) -> &[Minimum] {
        &self.minima
    }

    pub fn into_minima(self) -> Vec<Minimum> {
        self.minima
    }

    /// Enters the end point of a quench: recognises it, or appends it. Only energies within the tolerance are compared.
    pub fn enter(&mut self, identity: &Identity, minimum: Minimum) -> Entry {
        let tolerance = 2.0 * identity.energy_tolerance(minimum.energy);
        let energy_of = |&index: &u32| self.minima[index as usize].energy;
        let from = self.by_energy.partition_point(|index| energy_of(index) < minimum.energy - tolerance);
        let to = self.by_energy.partition_point(|index| energy_of(index) <= minimum.energy + tolerance);
        let mut near = self.by_energy[from..to].to_vec();
        // the first one seen decides, regardless of the last bits of the energies
        near.sort_unstable();
        let mut permutation_of = None;
        for index in near {
            let known = &self.minima[index as usize];
            let origin = self.minima.first().unwrap_or(known);
            match identity.compare(&known.candidate(), &minimum.candidate(), &origin.positions) {
                Same::Identical => return Entry { index, new: false, permutation_of: None },
                Same::Permuted => permutation_of = permutation_of.or(Some(index)),
                Same::Different => {}
            }
        }
        let index = self.minima.len() as u32;
        let place = self.by_energy.partition_point(|other| energy_of(other) <= minimum.energy);
        self.by_energy.insert(place, index);
        self.minima.push(minimum);
        Entry { index, new: true, permutation_of }
    }

    /// Whether two minima are the same, as in `enter`.
    pub fn same(&self, identity: &Identity, a: &Minimum, b: &Minimum) -> bool {
        let origin = self.minima.first().unwrap_or(a);
        identity.compare(&a.candidate(), &b.candidate(), &origin.positions) == Same::Identical
    }

    /// A visit at `step`, whether or not it is the earliest.
    pub fn visited(&mut self, index: u32, step: u64) {
        if let Some(minimum) = self.minima.get_mut(index as usize) {
            minimum.first_step = minimum.first_step.min(step);
        }
    }
}
