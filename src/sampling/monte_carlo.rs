//! Swap Monte Carlo: 20 % swaps of unlike particles, 80 % displacements in a cube (Ninarello, Berthier and Coslovich,
//! Phys. Rev. X 7, 021039 (2017), doi:10.1103/PhysRevX.7.021039).
//!
//! The neighbour list is safe while no particle is further than (skin - overshoot)/2 from where it was when the list
//! was made, overshoot being the longest trial displacement: a trial may leave that sphere before it is judged.

use super::identities::{Identities, any_unlike, with_model};
use super::near_pairs::{FullList, for_each_near_pair};
use super::swap::{MoveCount, accept, draw, draw_unlike};
use crate::error::{Error, Result};
use crate::model::{Configuration, Model, PairLaw, PeriodicBox, Preset};
use crate::random::Stream;
use rand::Rng;
use serde::{Deserialize, Serialize};

/// Fraction of the moves that are swaps.
const SWAP_FRACTION: f64 = 0.2;
/// Side of the cube that displacements are drawn from, before tuning [sigma].
const SIDE: f64 = 0.12;
/// Bounds of the side [sigma]; the upper one keeps the overshoot below the skin.
const SIDE_RANGE: (f64, f64) = (0.01, 0.3);
/// What the neighbour list holds beyond the largest cutoff [sigma].
const SKIN: f64 = 0.5;
/// Sweeps between two sums of the energy from scratch.
const RESUM_EVERY: u64 = 100;
/// Sweeps between two corrections of the side while it is tuned.
const TUNE_EVERY: u64 = 10;
/// Accepted fraction of the displacements that the tuning aims at.
const TARGET_ACCEPTANCE: f64 = 0.4;

/// A Monte-Carlo run between two sweeps; a plain record. The neighbour list is the one that `listed` gives.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MonteCarloState {
    /// Positions unwrapped; identities as they are now.
    pub configuration: Configuration,
    /// [3N] positions that the neighbour list was made from.
    listed: Vec<f64>,
    /// Running total potential energy [epsilon].
    pub potential_energy: f64,
    /// Side of the cube of the displacements [sigma].
    pub side: f64,
    pub sweeps: u64,
    /// Sweeps during which the side is tuned.
    pub warm_up: u64,
    pub swaps: MoveCount,
    pub displacements: MoveCount,
    /// Displacements since the side was last looked at.
    recent: MoveCount,
    pub random: Stream,
}

/// What can be made again from the state of a run: its model and its neighbour list.
pub struct MonteCarloLists {
    model: Model,
    list: FullList,
    swaps: bool,
}

impl MonteCarloLists {
    /// The lists with which the run of `state` continues, bit for bit.
    pub fn new(preset: Preset, state: &MonteCarloState) -> Self {
        let model = preset.model(&state.configuration);
        let list = FullList::new(&state.configuration.cell, &state.listed, model.largest_cutoff() + SKIN);
        let swaps = any_unlike(&model.mixture);
        Self { model, list, swaps }
    }
}

impl MonteCarloState {
    /// A fresh run whose first `warm_up` sweeps tune the displacements.
    pub fn start(preset: Preset, configuration: Configuration, warm_up: u64, random: Stream) -> Self {
        let mut state = Self {
            listed: configuration.positions.clone(),
            configuration,
            potential_energy: 0.0,
            side: SIDE,
            sweeps: 0,
            warm_up,
            swaps: MoveCount::default(),
            displacements: MoveCount::default(),
            recent: MoveCount::default(),
            random,
        };
        state.potential_energy = state.total_energy(&preset.model(&state.configuration));
        state
    }

    /// N moves at `temperature` [epsilon / k_B].
    ///
    /// # Errors
    /// `Error::Numerical` when the running energy has drifted from its sum by more than 1e-8 relative or per particle.
    pub fn sweep(&mut self, lists: &mut MonteCarloLists, temperature: f64) -> Result<()> {
        let beta = 1.0 / temperature;
        let reach = lists.model.largest_cutoff() + SKIN;
        let MonteCarloLists { model, list, swaps } = lists;
        with_model!(model, law, identities => moves(law, identities, self, list, *swaps, beta, reach));
        self.sweeps += 1;
        if self.sweeps <= self.warm_up && self.sweeps.is_multiple_of(TUNE_EVERY) {
            self.tune();
        }
        if self.sweeps.is_multiple_of(RESUM_EVERY) {
            self.resum(&lists.model)?;
        }
        Ok(())
    }

    /// Total potential energy from scratch, pair by pair [epsilon].
    fn total_energy(&self, model: &Model) -> f64 {
        let mut energy = 0.0;
        for_each_near_pair(
            &self.configuration.cell,
            &self.configuration.positions,
            model.largest_cutoff(),
            |i, j, r2| {
                let pair = model.mixture.pair(i, j);
                energy += pair.epsilon * model.law.derivatives(r2 * pair.inverse_sigma_squared).value;
            },
        );
        energy
    }

    fn resum(&mut self, model: &Model) -> Result<()> {
        let energy = self.total_energy(model);
        let particles = self.configuration.particles() as f64;
        // false for an energy that is not a number, too
        let kept = (energy - self.potential_energy).abs() <= 1e-8 * particles.max(energy.abs());
        if !kept {
            return Err(Error::Numerical(format!(
                "the running energy of Monte Carlo is {} and its sum {energy} after {} sweeps; start from a \
                 configuration without overlaps",
                self.potential_energy, self.sweeps
            )));
        }
        self.potential_energy = energy;
        Ok(())
    }

    fn tune(&mut self) {
        let factor = if self.recent.acceptance() > TARGET_ACCEPTANCE { 1.05 } else { 1.0 / 1.05 };
        self.side = (self.side * factor).clamp(SIDE_RANGE.0, SIDE_RANGE.1);
        self.recent = MoveCount::default();
    }
}

/// One sweep; the new identities are copied to the state's configuration by the swaps themselves.
fn moves<P: PairLaw, I: Identities>(
    law: &P,
    identities: &mut I,
    state: &mut MonteCarloState,
    list: &mut FullList,
    swaps: bool,
    beta: f64,
    reach: f64,
) {
    let particles = state.configuration.particles();
    for _ in 0..particles {
        if swaps && state.random.random::<f64>() < SWAP_FRACTION {
            let accepted = try_swap(law, identities, state, list, beta);
            state.swaps.add(MoveCount { attempted: 1, accepted: accepted.into() });
        } else {
            let accepted = try_displacement(law, identities, state, list, beta, reach);
            let count = MoveCount { attempted: 1, accepted: accepted.into() };
            state.displacements.add(count);
            state.recent.add(count);
        }
    }
}

fn try_swap<P: PairLaw, I: Identities>(
    law: &P,
    identities: &mut I,
    state: &mut MonteCarloState,
    list: &FullList,
    beta: f64,
) -> bool {
    let configuration = &mut state.configuration;
    let (i, j) = draw_unlike(identities, configuration.particles(), &mut state.random);
    let energy = |particle: usize, identity: usize, but: usize| {
        let at = position(&configuration.positions, particle);
        let neighbours = Neighbours { cell: &configuration.cell, positions: &configuration.positions, list };
        local_energy(law, identities, &neighbours, particle, at, identity, but)
    };
    let change = energy(i, j, j) + energy(j, i, i) - energy(i, i, j) - energy(j, j, i);
    if !accept(beta * change, &mut state.random) {
        return false;
    }
    identities.swap(i, j);
    configuration.species.swap(i, j);
    configuration.diameters.swap(i, j);
    state.potential_energy += change;
    true
}

fn try_displacement<P: PairLaw, I: Identities>(
    law: &P,
    identities: &I,
    state: &mut MonteCarloState,
    list: &mut FullList,
    beta: f64,
    reach: f64,
) -> bool {
    let configuration = &mut state.configuration;
    let i = draw(configuration.particles(), &mut state.random);
    let old = position(&configuration.positions, i);
    let new = old.map(|x| x + state.side * (state.random.random::<f64>() - 0.5));
    let neighbours = Neighbours { cell: &configuration.cell, positions: &configuration.positions, list };
    let energy = |at| local_energy(law, identities, &neighbours, i, at, i, i);
    let change = energy(new) - energy(old);
    if !accept(beta * change, &mut state.random) {
        return false;
    }
    configuration.positions[3 * i..3 * i + 3].copy_from_slice(&new);
    state.potential_energy += change;
    let overshoot = 0.5 * 3f64.sqrt() * SIDE_RANGE.1;
    let safe = 0.5 * (SKIN - overshoot);
    let moved: f64 = new.iter().zip(position(&state.listed, i)).map(|(a, b)| (a - b) * (a - b)).sum();
    if moved > safe * safe {
        state.listed.copy_from_slice(&configuration.positions);
        *list = FullList::new(&configuration.cell, &state.listed, reach);
    }
    true
}

/// Where everybody is.
struct Neighbours<'a> {
    cell: &'a PeriodicBox,
    positions: &'a [f64],
    list: &'a FullList,
}

/// Energy of `particle` at `at` with the identity of `identity`, with all its neighbours except `but`.
#[inline(always)]
fn local_energy<P: PairLaw, I: Identities>(
    law: &P,
    identities: &I,
    neighbours: &Neighbours,
    particle: usize,
    at: [f64; 3],
    identity: usize,
    but: usize,
) -> f64 {
    let cutoff = law.cutoff() * law.cutoff();
    let mut energy = 0.0;
    for &k in neighbours.list.of(particle) {
        let k = k as usize;
        let there = position(neighbours.positions, k);
        let d = neighbours.cell.minimum_image([at[0] - there[0], at[1] - there[1], at[2] - there[2]]);
        let pair = identities.pair(identity, k);
        let x2 = (d[0] * d[0] + d[1] * d[1] + d[2] * d[2]) * pair.inverse_sigma_squared;
        if x2 < cutoff && k != but {
            energy += pair.epsilon * law.derivatives(x2).value;
        }
    }
    energy
}

#[inline(always)]
fn position(positions: &[f64], i: usize) -> [f64; 3] {
    [positions[3 * i], positions[3 * i + 1], positions[3 * i + 2]]
}
