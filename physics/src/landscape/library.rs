//! The library of a glass: the minima of all its runs, merged and ordered by energy, the visits and the transitions.

use super::exploration::RunRecord;
use super::identity::Identity;
use super::run_library::{MinimaIndex, Minimum};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Times per decade of the growth curve.
const TIMES_PER_DECADE: f64 = 10.0;

/// A minimum of a glass; its index is its rank by increasing energy.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LibraryMinimum {
    /// [3N] of the first quench of the earliest run that ended here, unwrapped [sigma].
    pub positions: Vec<f64>,
    /// Total [epsilon].
    pub energy: f64,
    /// Largest force component in magnitude [epsilon / sigma].
    pub residual: f64,
    /// Converged quenches that ended here and snapshots inferred to be here, all runs.
    pub visits: u64,
    /// Run and MD step of the first visit in (run, step) order.
    pub first_run: u64,
    pub first_step: u64,
    /// Index of the lowest minimum that equals this one up to an exchange of indistinguishable particles; its own index
    /// if there is no such minimum.
    pub permutation_class: u32,
    /// Rattlers of a harmonic packing; 0 for every other model.
    pub rattlers: u64,
}

/// One snapshot of a glass, in (run, step) order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LibraryVisit {
    pub run: u64,
    pub step: u64,
    /// `None`: the quench did not converge.
    pub minimum: Option<u32>,
    pub force_evaluations: u64,
    /// Not quenched: both ends of its interval are in this minimum.
    pub inferred: bool,
}

/// T_{from -> to}: consecutive snapshots of one run with a minimum each, summed over runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Transition {
    pub from: u32,
    pub to: u32,
    pub count: u64,
    /// Run and MD step of the first arrival in (run, step) order.
    pub first_run: u64,
    pub first_step: u64,
}

/// Distinct minima and transitions found up to a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Growth {
    /// MD steps explored, summed over runs in run order: a snapshot represents the `quench_every` steps before it. The
    /// equilibration, during which nothing is quenched, does not count: an offset would bend n_IS ~ t^beta.
    pub steps: u64,
    pub minima: u64,
    pub transitions: u64,
}

/// A residence: consecutive visits to one minimum, until the first visit to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Persistence {
    pub run: u64,
    pub minimum: u32,
    /// MD steps from the first visit of the residence to the first visit elsewhere.
    pub steps: u64,
    /// The residence began before its first visit, the first of a run or after an unconverged quench: `steps` is a
    /// lower bound.
    pub left_censored: bool,
    /// It went on when the run ended, or at an unconverged quench: `steps`, to the last visit, is a lower bound.
    pub right_censored: bool,
}

/// All results of the exploration for one glass.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct GlassLibrary {
    /// By rising energy, ties within the tolerance by first visit.
    pub minima: Vec<LibraryMinimum>,
    pub visits: Vec<LibraryVisit>,
    /// By (from, to).
    pub transitions: Vec<Transition>,
}

impl GlassLibrary {
    /// Merges the runs of one glass; `runs` in run order. A run's own minima are merged by their first visits, so that
    /// the result does not depend on which run was explored first.
    pub fn merge(identity: &Identity, runs: &[RunRecord]) -> Self {
        let mut merger = Merger::default();
        let visits: Vec<LibraryVisit> = runs.iter().flat_map(|run| merger.enter_run(identity, run)).collect();
        let rank = merger.ranks(identity);
        let visits: Vec<LibraryVisit> = visits
            .into_iter()
            .map(|visit| LibraryVisit { minimum: visit.minimum.map(|m| rank[m as usize]), ..visit })
            .collect();
        let minima = merger.ordered(&rank, &visits);
        let transitions = count_transitions(&visits);
        Self { minima, visits, transitions }
    }

    /// n_IS(t) after logarithmically spaced numbers of quenches (10 per decade, and the last).
    pub fn growth(&self, quench_every: u64) -> Vec<Growth> {
        let total = self.visits.len() as u64;
        let mut reported: BTreeSet<u64> = BTreeSet::from([total]);
        let counts = (0..).map(|exponent| 10f64.powf(f64::from(exponent) / TIMES_PER_DECADE).round() as u64);
        reported.extend(counts.take_while(|count| *count < total));
        let (mut minima, mut transitions) = (BTreeSet::new(), BTreeSet::new());
        let mut rows = Vec::new();
        for (number, visit) in self.visits.iter().enumerate() {
            minima.extend(visit.minimum);
            transitions.extend(arrival(&self.visits, number));
            let quenches = number as u64 + 1;
            if reported.contains(&quenches) {
                let steps = quenches * quench_every;
                rows.push(Growth { steps, minima: minima.len() as u64, transitions: transitions.len() as u64 });
            }
        }
        rows
    }

    /// All residences whose end was observed, by run and time. One that ends with the run or at an unconverged quench
    /// is left out; one whose beginning was not observed is marked.
    pub fn persistence(&self) -> Vec<Persistence> {
        self.residences().into_iter().filter(|stay| !stay.right_censored).collect()
    }

    /// All residences by run and time.
    pub fn residences(&self) -> Vec<Persistence> {
        let mut stays = Vec::new();
        let (mut begin, mut left_censored) = (0, true);
        let stay = |begin: usize, end: usize, left_censored: bool, right_censored: bool| {
            let (first, last) = (&self.visits[begin], &self.visits[end]);
            let stay = |minimum| Persistence {
                run: first.run,
                minimum,
                steps: last.step - first.step,
                left_censored,
                right_censored,
            };
            first.minimum.map(stay)
        };
        for number in 0..self.visits.len() {
            if arrival(&self.visits, number).is_some() {
                stays.extend(stay(begin, number, left_censored, false));
                (begin, left_censored) = (number, false);
            } else if number == 0 || !same_stay(&self.visits[number - 1], &self.visits[number]) {
                stays.extend((number > 0).then(|| stay(begin, number - 1, left_censored, true)).flatten());
                (begin, left_censored) = (number, true);
            }
        }
        stays.extend(
            (!self.visits.is_empty()).then(|| stay(begin, self.visits.len() - 1, left_censored, true)).flatten(),
        );
        stays
    }
}

fn same_stay(before: &LibraryVisit, visit: &LibraryVisit) -> bool {
    before.run == visit.run && before.minimum.is_some() && before.minimum == visit.minimum
}

/// The transition (from, to) that a visit completes: the visit before it belongs to the same run and both converged.
fn arrival(visits: &[LibraryVisit], number: usize) -> Option<(u32, u32)> {
    let before = visits.get(number.checked_sub(1)?)?;
    let (from, to) = (before.minimum?, visits[number].minimum?);
    (before.run == visits[number].run && from != to).then_some((from, to))
}

fn count_transitions(visits: &[LibraryVisit]) -> Vec<Transition> {
    let mut counts: BTreeMap<(u32, u32), Transition> = BTreeMap::new();
    for (number, visit) in visits.iter().enumerate() {
        if let Some((from, to)) = arrival(visits, number) {
            let first = Transition { from, to, count: 0, first_run: visit.run, first_step: visit.step };
            counts.entry((from, to)).or_insert(first).count += 1;
        }
    }
    counts.into_values().collect()
}

/// The merged minima in order of first visit, before they are ordered by energy.
#[derive(Default)]
struct Merger {
    index: MinimaIndex,
    first_run: Vec<u64>,
    /// For each minimum the first-seen member of its class of permutations.
    class: Vec<u32>,
}

impl Merger {
    /// Enters the minima of one run; returns its visits with merged indices.
    fn enter_run(&mut self, identity: &Identity, run: &RunRecord) -> Vec<LibraryVisit> {
        let merged: Vec<u32> = run.minima().iter().map(|minimum| self.enter(identity, run.run, minimum)).collect();
        let visit = |visit: &super::run_library::Visit| LibraryVisit {
            run: run.run,
            step: visit.step,
            minimum: visit.minimum.map(|m| merged[m as usize]),
            force_evaluations: visit.force_evaluations,
            inferred: visit.inferred,
        };
        run.visits.iter().map(visit).collect()
    }

    fn enter(&mut self, identity: &Identity, run: u64, minimum: &Minimum) -> u32 {
        let entry = self.index.enter(identity, minimum.clone());
        if entry.new {
            self.first_run.push(run);
            self.class.push(entry.permutation_of.map_or(entry.index, |twin| self.class[twin as usize]));
        }
        entry.index
    }

    /// The final index of each minimum: in order of increasing energy, ties within the tolerance by first visit.
    fn ranks(&self, identity: &Identity) -> Vec<u32> {
        let minima = self.index.minima();
        let mut order: Vec<usize> = (0..minima.len()).collect();
        order.sort_by(|&a, &b| minima[a].energy.total_cmp(&minima[b].energy).then(a.cmp(&b)));
        let mut rest = order.as_mut_slice();
        while let Some(&lowest) = rest.first() {
            let energy = minima[lowest].energy;
            let limit = energy + identity.energy_tolerance(energy);
            let tied = rest.partition_point(|&m| minima[m].energy <= limit).max(1);
            let (tie, others) = std::mem::take(&mut rest).split_at_mut(tied);
            tie.sort_unstable();
            rest = others;
        }
        let mut ranks = vec![0; order.len()];
        for (rank, &minimum) in order.iter().enumerate() {
            ranks[minimum] = rank as u32;
        }
        ranks
    }

    fn ordered(self, ranks: &[u32], visits: &[LibraryVisit]) -> Vec<LibraryMinimum> {
        let mut counts = vec![0; ranks.len()];
        visits.iter().filter_map(|visit| visit.minimum).for_each(|m| counts[m as usize] += 1);
        let mut lowest: BTreeMap<u32, u32> = BTreeMap::new();
        for (&class, &rank) in self.class.iter().zip(ranks) {
            lowest.entry(class).and_modify(|least| *least = rank.min(*least)).or_insert(rank);
        }
        let mut minima: Vec<(u32, LibraryMinimum)> = Vec::with_capacity(ranks.len());
        for (first_seen, minimum) in self.index.into_minima().into_iter().enumerate() {
            let rank = ranks[first_seen];
            let Minimum { positions, energy, residual, first_step, rattlers } = minimum;
            minima.push((
                rank,
                LibraryMinimum {
                    positions,
                    energy,
                    residual,
                    visits: counts[rank as usize],
                    first_run: self.first_run[first_seen],
                    first_step,
                    permutation_class: lowest.get(&self.class[first_seen]).copied().unwrap_or(rank),
                    rattlers: rattlers.iter().filter(|loose| **loose).count() as u64,
                },
            ));
        }
        minima.sort_by_key(|&(rank, _)| rank);
        minima.into_iter().map(|(_, minimum)| minimum).collect()
    }
}
