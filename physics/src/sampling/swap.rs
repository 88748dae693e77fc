//! Swap moves at frozen positions: two particles exchange their diameters or species.
//!
//! A pair is drawn uniformly among the pairs of unlike particles (swaps of like particles have no effect; the number of
//! unlike pairs is constant, so the proposal is symmetric) and accepted with min[1, exp(-beta dU)]. The pair's own
//! energy is the same before and after and is left out. Acceptance counts only unlike pairs.

use super::draws::{Draws, index};
use super::kinds::{Kinds, any_unlike, with_kinds};
use super::moves::{Liquid, Moves};
use crate::forces::lanes::{Kernel, Records, RegisterPass, in_registers};
use crate::model::{Mixture, Model, PairLaw, PeriodicBox};
use crate::random::Stream;
use serde::{Deserialize, Serialize};

/// How far the lists extend beyond the largest cutoff, so that they remain valid for several blocks [sigma].
const SKIN: f64 = 0.3;

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

/// The result of a block of swaps.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SwapBlock {
    pub count: MoveCount,
    /// Change of the total potential energy [epsilon].
    pub energy_change: f64,
}

/// Attempts `attempts` swaps at temperature `temperature` [epsilon / k_B], positions [3N] frozen; `model` holds the new
/// identities afterwards. Nothing is attempted if all particles are identical.
pub fn swap_block(
    model: &mut Model,
    cell: &PeriodicBox,
    positions: &[f64],
    temperature: f64,
    attempts: u64,
    random: &mut Stream,
) -> SwapBlock {
    SwapLists::default().block(model, cell, positions, temperature, attempts, random)
}

/// Neighbour lists that are used for several blocks of one glass. They never change a result: if they are rebuilt at
/// any time, the results of the blocks are bitwise identical.
#[derive(Default)]
pub struct SwapLists {
    liquid: Option<Liquid>,
    kernel: Option<Kernel>,
}

impl SwapLists {
    /// With a given kernel, for comparisons.
    pub fn with_kernel(kernel: Kernel) -> Self {
        Self { liquid: None, kernel: Some(kernel) }
    }

    /// As [`swap_block`]; law, box and number of particles are those of the blocks before.
    pub fn block(
        &mut self,
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
        if let Some(liquid) = &mut self.liquid {
            liquid.follow(positions, &model.mixture);
        }
        let kernel = self.kernel.unwrap_or_else(Kernel::best);
        let liquid = self.liquid.get_or_insert_with(|| Liquid::new(kernel, model, cell, positions, SKIN, false));
        let (law, rule) = (liquid.law, liquid.rule);
        let block = with_kinds!(&law, &rule, |law, kinds| {
            let moves = Moves::new(law, kinds, liquid, 0.0);
            in_registers(kernel, Attempts { moves, temperature, attempts, random })
        });
        let records = &liquid.records[..liquid.particles()];
        match &mut model.mixture {
            Mixture::Polydisperse { diameters, .. } => {
                diameters.iter_mut().zip(records).for_each(|(diameter, record)| *diameter = record[3]);
            }
            Mixture::Species { species, .. } => {
                species.iter_mut().zip(records).for_each(|(species, record)| *species = record[3] as u8);
            }
            Mixture::Uniform { .. } => {}
        }
        block
    }
}

struct Attempts<'a, P, K> {
    moves: Moves<'a, P, K>,
    temperature: f64,
    attempts: u64,
    random: &'a mut Stream,
}

impl<P: PairLaw, K: Kinds> RegisterPass for Attempts<'_, P, K> {
    type Output = SwapBlock;

    #[inline(always)]
    fn run<R: Records>(self) -> SwapBlock {
        let Self { mut moves, temperature, attempts, random } = self;
        let particles = moves.records.len() - 1;
        let mut count = MoveCount { attempted: attempts, accepted: 0 };
        let mut draws = Draws::new();
        for left in (1..=attempts).rev() {
            // every pair of unlike particles with the same probability
            let (i, j, threshold) = loop {
                let draw = draws.next(random, left as usize);
                let (i, j) = (index(draw.words[1], particles), index(draw.words[2], particles));
                if moves.records[i][3] != moves.records[j][3] {
                    break (i, j, draw.threshold);
                }
            };
            count.accepted += u64::from(moves.exchange::<R>(i, j, temperature * threshold));
        }
        SwapBlock { count, energy_change: moves.change }
    }
}
