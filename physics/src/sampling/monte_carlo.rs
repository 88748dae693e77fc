//! Swap Monte Carlo: 20 % swaps of unlike particles, 80 % displacements in a cube (Ninarello, Berthier and Coslovich,
//! Phys. Rev. X 7, 021039 (2017), doi:10.1103/PhysRevX.7.021039).
//!
//! Local energies and neighbour lists are determined bitwise by the configuration, regardless of their history, so they
//! are not part of the state (see `local_energy`).

use super::draws::{Draw, Draws, centred, index};
use super::kinds::{Kinds, any_unlike, with_kinds};
use super::moves::{AHEAD, Liquid, Moves, Trial};
use super::near_pairs::for_each_near_pair;
use super::swap::MoveCount;
use crate::error::{Error, Result};
use crate::forces::lanes::{Kernel, Records, RegisterPass, in_registers};
use crate::model::{Configuration, PairLaw, Potential};
use crate::random::Stream;
use serde::{Deserialize, Serialize};

/// Fraction of the moves that are swaps.
const SWAP_FRACTION: f64 = 0.2;
/// Side of the cube from which displacements are drawn, before tuning [sigma].
const SIDE: f64 = 0.12;
/// Bounds of the side [sigma]; the upper one keeps the overshoot below the skin.
const SIDE_RANGE: (f64, f64) = (0.01, 0.3);
/// How far the neighbour lists extend beyond the cutoff [sigma].
const SKIN: f64 = 0.45;
/// Sweeps between two sums of the energy from scratch.
const RESUM_EVERY: u64 = 100;
/// Sweeps between two corrections of the side while it is tuned.
const TUNE_EVERY: u64 = 10;
/// Target of the tuning for the accepted fraction of displacements.
const TARGET_ACCEPTANCE: f64 = 0.4;

/// A Monte-Carlo run between two sweeps; serialisable.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MonteCarloState {
    /// Positions unwrapped; present identities.
    pub configuration: Configuration,
    /// Running total potential energy [epsilon], a sum of pair energies rounded to 2^-38: exact up to 2^15.
    pub potential_energy: f64,
    /// Side of the cube of the displacements [sigma], at most 0.3; to be set before the first sweep only.
    pub side: f64,
    pub sweeps: u64,
    /// Sweeps during which the side is tuned.
    pub warm_up: u64,
    pub swaps: MoveCount,
    pub displacements: MoveCount,
    /// Displacements since the side was last corrected.
    recent: MoveCount,
    pub random: Stream,
}

/// What can be rebuilt from the state of a run: its neighbour lists and local energies.
pub struct MonteCarloLists {
    potential: Potential,
    liquid: Liquid,
    swaps: bool,
}

impl MonteCarloLists {
    /// The lists with which the run of `state` continues, with bitwise identical results.
    pub fn new(potential: impl Into<Potential>, state: &MonteCarloState) -> Self {
        Self::with_kernel(potential, state, Kernel::best())
    }

    /// With a given kernel, for comparisons.
    pub fn with_kernel(potential: impl Into<Potential>, state: &MonteCarloState, kernel: Kernel) -> Self {
        let potential = potential.into();
        let configuration = &state.configuration;
        let model = potential.model(configuration);
        let liquid = Liquid::new(kernel, &model, &configuration.cell, &configuration.positions, SKIN, true);
        Self { potential, liquid, swaps: any_unlike(&model.mixture) }
    }

    /// Energy of each particle with its neighbours [N]; their sum is twice the total energy [epsilon].
    pub fn local_energies(&self) -> &[f64] {
        &self.liquid.energies[..self.liquid.particles()]
    }
}

impl MonteCarloState {
    /// A fresh run whose first `warm_up` sweeps tune the displacements.
    pub fn start(potential: impl Into<Potential>, configuration: Configuration, warm_up: u64, random: Stream) -> Self {
        let mut state = Self {
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
        state.potential_energy = MonteCarloLists::new(potential, &state).liquid.energy();
        state
    }

    /// N moves at `temperature` [epsilon / k_B]; `lists` belong to this state.
    ///
    /// # Errors
    /// `Error::Numerical` when the running energy has drifted from its sum by more than 1e-8 relative or per particle.
    pub fn sweep(&mut self, lists: &mut MonteCarloLists, temperature: f64) -> Result<()> {
        let MonteCarloLists { potential, liquid, swaps } = lists;
        let (law, rule, kernel) = (liquid.law, liquid.rule, liquid.kernel);
        with_kinds!(&law, &rule, |law, kinds| {
            let moves = Moves::new(law, kinds, liquid, overshoot(self.side));
            in_registers(kernel, Sweep { moves, state: self, swaps: *swaps, temperature });
        });
        self.take(liquid);
        self.sweeps += 1;
        if self.sweeps <= self.warm_up && self.sweeps.is_multiple_of(TUNE_EVERY) {
            self.tune();
            liquid.recall(overshoot(self.side));
        }
        if self.sweeps.is_multiple_of(RESUM_EVERY) {
            self.resum(potential)?;
        }
        Ok(())
    }

    /// Copies positions and identities after the moves.
    fn take(&mut self, liquid: &Liquid) {
        let configuration = &mut self.configuration;
        let by_species = liquid.rule.is_species();
        let by_diameter = liquid.rule.is_diameters();
        for (i, record) in liquid.records[..liquid.particles()].iter().enumerate() {
            configuration.positions[3 * i..3 * i + 3].copy_from_slice(&record[..3]);
            if by_species {
                configuration.species[i] = record[3] as u8;
            }
            if by_diameter {
                configuration.diameters[i] = record[3];
            }
        }
    }

    /// Compares the running energy with a sum over pairs found without the lists of the moves.
    fn resum(&self, potential: &Potential) -> Result<()> {
        let model = potential.model(&self.configuration);
        let mut energy = 0.0;
        let Configuration { cell, positions, .. } = &self.configuration;
        for_each_near_pair(cell, positions, model.largest_cutoff(), |i, j, r2| {
            let pair = model.mixture.pair(i, j);
            energy += pair.epsilon * model.law.derivatives(r2 * pair.inverse_sigma_squared).value;
        });
        let particles = self.configuration.particles() as f64;
        // also false for NaN
        let kept = (energy - self.potential_energy).abs() <= 1e-8 * particles.max(energy.abs());
        if !kept {
            return Err(Error::Numerical(format!(
                "the running energy of Monte Carlo is {} and its sum {energy} after {} sweeps; start from a \
                 configuration without overlaps",
                self.potential_energy, self.sweeps
            )));
        }
        Ok(())
    }

    fn tune(&mut self) {
        let factor = if self.recent.acceptance() > TARGET_ACCEPTANCE { 1.05 } else { 1.0 / 1.05 };
        self.side = (self.side * factor).clamp(SIDE_RANGE.0, SIDE_RANGE.1);
        self.recent = MoveCount::default();
    }
}

/// Largest displacement of a move.
fn overshoot(side: f64) -> f64 {
    0.5 * 3f64.sqrt() * side
}

impl Draw {
    #[inline(always)]
    fn two_particles(&self, particles: usize) -> (usize, usize) {
        (index(self.words[1], particles), index(self.words[2], particles))
    }

    #[inline(always)]
    fn displacement(&self, particles: usize, side: f64, temperature: f64) -> Trial {
        let [_, particle, x, y, z] = self.words;
        let displacement = [side * centred(x), side * centred(y), side * centred(z)];
        Trial::new(index(particle, particles), displacement, temperature * self.threshold)
    }
}

/// N moves.
struct Sweep<'a, P, K> {
    moves: Moves<'a, P, K>,
    state: &'a mut MonteCarloState,
    swaps: bool,
    temperature: f64,
}

impl<P: PairLaw, K: Kinds> RegisterPass for Sweep<'_, P, K> {
    type Output = ();

    #[inline(always)]
    fn run<R: Records>(self) {
        let Self { mut moves, state, swaps, temperature } = self;
        let particles = moves.records.len() - 1;
        let swap_below = if swaps { (SWAP_FRACTION * 4294967296.0) as u32 } else { 0 };
        let mut draws = Draws::new();
        let (mut swapped, mut displaced) = (MoveCount::default(), MoveCount::default());
        let mut trials = [Trial::default(); AHEAD];
        let mut left = particles;
        while left > 0 {
            let mut draw = draws.next(&mut state.random, left);
            if draw.words[0] < swap_below {
                let (mut i, mut j) = draw.two_particles(particles);
                // every pair of unlike particles with the same probability
                while moves.records[i][3] == moves.records[j][3] {
                    draw = draws.next(&mut state.random, left);
                    (i, j) = draw.two_particles(particles);
                }
                swapped.attempted += 1;
                swapped.accepted += u64::from(moves.exchange::<R>(i, j, temperature * draw.threshold));
                left -= 1;
                continue;
            }
            let mut count = 0;
            loop {
                trials[count] = draw.displacement(particles, state.side, temperature);
                count += 1;
                left -= 1;
                match draws.peek() {
                    Some(next) if count < AHEAD && left > 0 && next.words[0] >= swap_below => {
                        draw = draws.next(&mut state.random, left);
                    }
                    _ => break,
                }
            }
            displaced.attempted += count as u64;
            displaced.accepted += moves.displace::<R>(&mut trials[..count]);
        }
        state.swaps.add(swapped);
        state.displacements.add(displaced);
        state.recent.add(displaced);
        state.potential_energy += moves.change;
    }
}
