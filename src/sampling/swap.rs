//! Swap moves at frozen positions: two particles exchange their diameters or species.
//!
//! A pair is drawn uniformly among the pairs of unlike particles (like ones would change nothing; their number never
//! changes, so the proposal is symmetric) and accepted with min[1, exp(-beta dU)]. The pair's own energy is the same
//! before and after and is left out. Acceptance counts unlike pairs only.

use super::identities::{Identities, any_unlike, with_model};
use super::near_pairs::FrozenList;
use crate::model::{Model, PairLaw, PeriodicBox};
use crate::random::Stream;
use rand::Rng;
use serde::{Deserialize, Serialize};

/// Attempted and accepted moves of one kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MoveCount {
    pub attempted: u64,
    pub accepted: u64,
}

impl MoveCount {
    /// Accepted fraction; NaN when nothing was attempted.
    pub fn acceptance(&self) -> f64 {
        self.accepted as f64 / self.attempted as f64
    }

    pub fn add(&mut self, other: MoveCount) {
        self.attempted += other.attempted;
        self.accepted += other.accepted;
    }
}

/// What a block of swaps did.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SwapBlock {
    pub count: MoveCount,
    /// Change of the total potential energy [epsilon].
    pub energy_change: f64,
}

/// Attempts `attempts` swaps at temperature `temperature` [epsilon / k_B], positions [3N] frozen; `model` carries the
/// new identities afterwards. Nothing is attempted where all particles are alike.
pub fn swap_block(
    model: &mut Model,
    cell: &PeriodicBox,
    positions: &[f64],
    temperature: f64,
    attempts: u64,
    random: &mut Stream,
) -> SwapBlock {
    if attempts == 0 || !any_unlike(&model.mixture) {
        return SwapBlock { count: MoveCount::default(), energy_change: 0.0 };
    }
    let list = FrozenList::new(cell, positions, model.largest_cutoff());
    let particles = positions.len() / 3;
    let beta = 1.0 / temperature;
    with_model!(model, law, identities => attempt(law, identities, &list, particles, beta, attempts, random))
}

fn attempt<P: PairLaw, I: Identities>(
    law: &P,
    identities: &mut I,
    list: &FrozenList,
    particles: usize,
    beta: f64,
    attempts: u64,
    random: &mut Stream,
) -> SwapBlock {
    let mut block = SwapBlock { count: MoveCount { attempted: attempts, accepted: 0 }, energy_change: 0.0 };
    for _ in 0..attempts {
        let (i, j) = draw_unlike(identities, particles, random);
        let reach = law.cutoff() * identities.largest_sigma(i).max(identities.largest_sigma(j));
        let change = exchange(law, identities, list, i, j, reach) + exchange(law, identities, list, j, i, reach);
        if accept(beta * change, random) {
            identities.swap(i, j);
            block.energy_change += change;
            block.count.accepted += 1;
        }
    }
    block
}

/// min[1, exp(-y)]; never for y = NaN.
#[inline(always)]
pub(super) fn accept(y: f64, random: &mut Stream) -> bool {
    y <= 0.0 || random.random::<f64>() < (-y).exp()
}

/// Two unlike particles, every such pair with the same probability; the caller knows that there are some.
#[inline(always)]
pub(super) fn draw_unlike<I: Identities>(identities: &I, particles: usize, random: &mut Stream) -> (usize, usize) {
    loop {
        let (i, j) = (draw(particles, random), draw(particles, random));
        if !identities.alike(i, j) {
            return (i, j);
        }
    }
}

/// A particle; 32 bits times N / 2^32 (bias below N / 2^32).
#[inline(always)]
pub(super) fn draw(particles: usize, random: &mut Stream) -> usize {
    ((u64::from(random.random::<u32>()) * particles as u64) >> 32) as usize
}

/// Energy of particle i with all but j when it has j's identity, minus that with its own.
#[inline(always)]
fn exchange<P: PairLaw, I: Identities>(
    law: &P,
    identities: &I,
    list: &FrozenList,
    i: usize,
    j: usize,
    reach: f64,
) -> f64 {
    let cutoff = law.cutoff() * law.cutoff();
    let mut change = 0.0;
    for &(k, r2) in list.within(i, reach) {
        let k = k as usize;
        if k == j {
            continue;
        }
        let (new, old) = (identities.pair(j, k), identities.pair(i, k));
        let (new_x2, old_x2) = (r2 * new.inverse_sigma_squared, r2 * old.inverse_sigma_squared);
        if new_x2 < cutoff {
            change += new.epsilon * law.derivatives(new_x2).value;
        }
        if old_x2 < cutoff {
            change -= old.epsilon * law.derivatives(old_x2).value;
        }
    }
    change
}
