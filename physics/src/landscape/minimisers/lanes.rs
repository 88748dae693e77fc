//! Shared parts of the minimisers that work on L configurations at a time.

use super::method::{Look, StoppingCriteria, Supply};
use crate::forces::{PairSum, lane, set_lane};
use crate::landscape::outcome::{Quench, StopReason};
use crate::model::Law;

/// Number of rows of a batch that are summed before they are added to a total: the sums of one lane are in the same
/// order for every L, and for L = 1 adjacent blocks are independent.
pub(super) const BLOCK: usize = 16;

/// Consecutive rows of a batch.
pub(super) type BatchRows<const L: usize> = [[f64; L]];

/// A residual that has not fallen to this fraction of an earlier one ...
const PROGRESS: f64 = 0.9;
/// ... within this number of evaluations has reached the rounding floor, if it is near it.
const PATIENCE: u64 = 100;
/// The residual is at the rounding floor within this factor of (rounding of a coordinate) * (stiffness of a pair).
const FLOOR_FACTOR: f64 = 64.0;
/// A stalled lane ends at the next residual within this factor of its best.
const GOOD_ENOUGH: f64 = 1.2;

/// total += part, lane by lane.
#[inline(always)]
pub(super) fn add<const L: usize>(total: &mut [f64; L], part: &[f64; L]) {
    for (total, part) in total.iter_mut().zip(part) {
        *total += part;
    }
}

/// A minimiser that advances L independent configurations in parallel. The results of a lane depend only on that lane,
/// bitwise.
pub(super) trait LaneMinimiser<const L: usize> {
    /// Resets a lane: another configuration starts there.
    fn restart(&mut self, lane: usize);
    /// Takes the forces [3N][L] and energies at the positions of the running lanes; returns the largest force component
    /// of each lane.
    fn absorb(&mut self, forces: &BatchRows<L>, energies: [f64; L], running: [bool; L]) -> [f64; L];
    /// Moves the running lanes; the others are unchanged.
    fn advance(&mut self, positions: &mut BatchRows<L>, running: [bool; L]);
}

/// U'' of a typical contact of this model [epsilon sigma^-2], with which forces per displacement are compared.
pub(super) fn stiffness<const L: usize>(sum: &PairSum<L>) -> f64 {
    // the harmonic law vanishes at contact; at 0.9 sigma every law is as stiff as it gets in a dense glass
    law_stiffness(sum.model().law)
}

fn law_stiffness(law: Law) -> f64 {
    crate::model::with_law!(law, law => crate::model::PairLaw::derivatives(&law, 0.81_f64).second)
}

/// Detects when a residual stops decreasing because the coordinates are rounded.
#[derive(Clone, Copy, Debug)]
pub(super) struct StallWatch {
    floor: f64,
    best: f64,
    mark: f64,
    waited: u64,
}

impl StallWatch {
    pub(super) fn new<const L: usize>(sum: &PairSum<L>) -> Self {
        let longest = sum.cell().edges.iter().copied().fold(0.0, f64::max);
        let floor = FLOOR_FACTOR * f64::EPSILON * longest * stiffness(sum);
        Self { floor, best: f64::INFINITY, mark: f64::INFINITY, waited: 0 }
    }

    /// Takes the residual of one evaluation; true when the search should end here.
    pub(super) fn stalled(&mut self, residual: f64) -> bool {
        self.best = self.best.min(residual);
        if self.best < PROGRESS * self.mark {
            self.mark = self.best;
            self.waited = 0;
            return false;
        }
        self.waited += 1;
        let near_floor = self.best <= self.floor;
        near_floor && (self.waited >= 2 * PATIENCE || self.waited >= PATIENCE && residual <= GOOD_ENOUGH * self.best)
    }
}

/// What a lane is working on.
struct Work {
    /// The number of the start in the supply.
    start: usize,
    evaluations: u64,
    watch: StallWatch,
}

/// Minimises the starts of the supply; a lane that ends takes the next start.
pub(super) fn run_supply<const L: usize, M: LaneMinimiser<L>>(
    sum: &mut PairSum<L>,
    supply: &mut impl Supply,
    criteria: &StoppingCriteria,
    minimiser: &mut M,
) {
    let Some((number, first)) = supply.next() else { return };
    // lanes without work hold a copy of some start of the same glass, so that they never stretch the neighbour list
    let mut positions: Vec<[f64; L]> = first.iter().map(|x| [*x; L]).collect();
    let mut forces = vec![[0.0; L]; first.len()];
    minimiser.restart(0);
    let mut work: [Option<Work>; L] = std::array::from_fn(|_| None);
    work[0] = Some(Work { start: number, evaluations: 0, watch: StallWatch::new(sum) });
    for l in 1..L {
        work[l] = take(sum, supply, |start| {
            set_lane(&mut positions, l, start);
            minimiser.restart(l);
        });
    }
    while work.iter().any(Option::is_some) {
        let energies = sum.forces(&positions, &mut forces);
        let mut running: [bool; L] = std::array::from_fn(|l| work[l].is_some());
        let mut residuals = minimiser.absorb(&forces, energies, running);
        let mut some_ended = false;
        for l in 0..L {
            let Some(current) = &mut work[l] else { continue };
            current.evaluations += 1;
            if !energies[l].is_finite() {
                residuals[l] = f64::INFINITY;
            }
            let quench = match verdict(current, criteria, residuals[l]) {
                Some(stop) => {
                    let (positions, energy, residual) = (lane(&positions, l), energies[l], residuals[l]);
                    Some(Quench { positions, energy, residual, force_evaluations: current.evaluations, stop })
                }
                None => shown(supply, current, (energies[l], residuals[l]), (&positions, &forces), l),
            };
            let Some(quench) = quench else { continue };
            supply.ended(current.start, quench);
            (running[l], some_ended) = (false, true);
            if !energies[l].is_finite() {
                set_lane(&mut positions, l, &first);
            }
            work[l] = None;
        }
        // a quench that has ended may have made new work for idle lanes
        for l in (0..L).filter(|_| some_ended) {
            work[l] = work[l].take().or_else(|| {
                take(sum, supply, |start| {
                    set_lane(&mut positions, l, start);
                    minimiser.restart(l);
                })
            });
        }
        minimiser.advance(&mut positions, running);
    }
}

/// Shows a lane to the supply, if the supply requests it.
fn shown<const L: usize>(
    supply: &mut impl Supply,
    work: &Work,
    (energy, residual): (f64, f64),
    (positions, forces): (&BatchRows<L>, &BatchRows<L>),
    l: usize,
) -> Option<Quench> {
    let (start, evaluations) = (work.start, work.evaluations);
    if !supply.wants(start, evaluations, energy, residual) {
        return None;
    }
    let (positions, forces) = (lane(positions, l), lane(forces, l));
    supply.look(&Look { start, evaluations, energy, residual, positions: &positions, forces: &forces })
}

/// Draws the next start.
fn take<const L: usize>(sum: &PairSum<L>, supply: &mut impl Supply, prepare: impl FnOnce(&[f64])) -> Option<Work> {
    let (start, positions) = supply.next()?;
    prepare(&positions);
    Some(Work { start, evaluations: 0, watch: StallWatch::new(sum) })
}

/// Whether a lane ends, and why.
fn verdict(work: &mut Work, criteria: &StoppingCriteria, residual: f64) -> Option<StopReason> {
    if residual < criteria.force_tolerance {
        return Some(StopReason::Converged);
    }
    let lost = work.evaluations == 1 && residual.is_infinite();
    if lost || work.watch.stalled(residual) {
        return Some(StopReason::Stalled);
    }
    (work.evaluations >= criteria.max_evaluations).then_some(StopReason::StepLimit)
}
