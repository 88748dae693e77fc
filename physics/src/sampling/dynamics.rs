//! Molecular dynamics by velocity Verlet, one configuration or a batch of L of one glass.
//!
//! v += F dt/2; x += v dt; v += F(x) dt/2, with a thermostat's factors before and after (m = 1). The batch integrates
//! [3N][L]; the results of every lane are bitwise identical to those of `run`.

use super::thermostats::{Bath, Thermostat, ThermostatState};
use crate::error::{Error, Result};
use crate::forces::lanes::{Column, ColumnPass, Columns, Configurations, Kernel};
use crate::forces::{PairSum, set_lane};
use crate::random::Stream;
use rand_distr::{Distribution, StandardNormal};
use serde::{Deserialize, Serialize};

/// What molecular dynamics needs besides the forces.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DynamicsSettings {
    /// dt [sigma (m / epsilon)^1/2]
    pub time_step: f64,
    /// T0 [epsilon / k_B]
    pub temperature: f64,
    pub thermostat: Thermostat,
    /// Relaxation time tau of the thermostat [sigma (m / epsilon)^1/2].
    pub thermostat_time: f64,
}

impl Default for DynamicsSettings {
    fn default() -> Self {
        Self { time_step: 0.005, temperature: 1.0, thermostat: Thermostat::Bussi, thermostat_time: 1.0 }
    }
}

impl DynamicsSettings {
    fn bath(&self, particles: usize) -> Bath {
        Bath {
            temperature: self.temperature,
            time: self.thermostat_time,
            time_step: self.time_step,
            degrees: degrees_of_freedom(particles),
        }
    }
}

/// g = 3N - 3: the centre of mass is at rest.
pub fn degrees_of_freedom(particles: usize) -> f64 {
    3.0 * particles as f64 - 3.0
}

/// One trajectory between two steps; serialisable.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DynamicsState {
    /// [3N], unwrapped [sigma]
    pub positions: Vec<f64>,
    /// [3N]
    pub velocities: Vec<f64>,
    /// [3N] F = -dU/dx at `positions`
    pub forces: Vec<f64>,
    /// Total potential energy [epsilon].
    pub potential_energy: f64,
    /// K as the thermostats see it; equals sum v^2/2 up to rounding.
    kinetic: f64,
    /// Steps done since `start`; time = step dt.
    pub step: u64,
    pub thermostat: ThermostatState,
    /// Stream of the velocities and of stochastic thermostats.
    pub random: Stream,
}

impl DynamicsState {
    /// Fresh Maxwell velocities at `temperature`, the centre of mass at rest, rescaled so that
    /// 2K/(3N-3) is exactly `temperature` (as an instantaneous value, not a canonical draw of K).
    pub fn start(sum: &mut PairSum<1>, positions: Vec<f64>, temperature: f64, random: Stream) -> Self {
        let mut state = Self {
            velocities: vec![0.0; positions.len()],
            forces: vec![0.0; positions.len()],
            positions,
            potential_energy: 0.0,
            kinetic: 0.0,
            step: 0,
            thermostat: ThermostatState::default(),
            random,
        };
        state.draw_velocities(temperature);
        state.refresh_forces(sum);
        state
    }

    /// Replaces the velocities as `start` does and forgets the thermostat's past.
    pub fn draw_velocities(&mut self, temperature: f64) {
        for v in &mut self.velocities {
            *v = StandardNormal.sample(&mut self.random);
        }
        let particles = self.particles();
        for k in 0..3 {
            let mean = self.velocities.iter().skip(k).step_by(3).sum::<f64>() / particles as f64;
            self.velocities.iter_mut().skip(k).step_by(3).for_each(|v| *v -= mean);
        }
        let drawn = 2.0 * self.kinetic_energy() / degrees_of_freedom(particles);
        let factor = if drawn > 0.0 { (temperature / drawn).sqrt() } else { 0.0 };
        self.velocities.iter_mut().for_each(|v| *v *= factor);
        self.kinetic = self.kinetic_energy();
        self.thermostat = ThermostatState::default();
    }

    /// Recomputes forces and energy after positions or identities were changed from outside.
    pub fn refresh_forces(&mut self, sum: &mut PairSum<1>) {
        let [energy] =
            sum.forces(crate::forces::as_lanes(&self.positions), crate::forces::as_lanes_mut(&mut self.forces));
        self.potential_energy = energy;
    }

    /// Integrates `steps` steps; one force evaluation each.
    ///
    /// # Errors
    /// `Error::Numerical` when the energy is no longer finite (overlaps, or too long a time step).
    pub fn run(&mut self, sum: &mut PairSum<1>, settings: &DynamicsSettings, steps: u64) -> Result<()> {
        run_lanes(std::slice::from_mut(self), sum, settings, steps)
    }

    /// Records the end of a stretch of `steps`.
    fn arrive(&mut self, potential_energy: f64, steps: u64, settings: &DynamicsSettings) -> Result<()> {
        self.potential_energy = potential_energy;
        self.step += steps;
        if (self.potential_energy + self.kinetic).is_finite() {
            return Ok(());
        }
        Err(Error::Numerical(format!(
            "the energy is not finite after {} steps of molecular dynamics; use a shorter time step than {}",
            self.step, settings.time_step
        )))
    }

    /// Number of particles N.
    pub fn particles(&self) -> usize {
        self.positions.len() / 3
    }

    /// K = sum v^2/2 [epsilon].
    pub fn kinetic_energy(&self) -> f64 {
        let [energy] = kinetic_energies(crate::forces::as_lanes(&self.velocities));
        energy
    }

    /// 2K/(3N-3) [epsilon / k_B].
    pub fn temperature(&self) -> f64 {
        2.0 * self.kinetic_energy() / degrees_of_freedom(self.particles())
    }

    /// What the exact dynamics conserves: K + U; Nose-Hoover: + g T0 (tau^2 xi^2/2 + eta);
    /// Berendsen and Bussi: minus the heat they have put in [epsilon].
    pub fn conserved_energy(&self, settings: &DynamicsSettings) -> f64 {
        let stored = settings.thermostat.stored_energy(&settings.bath(self.particles()), &self.thermostat);
        self.kinetic_energy() + self.potential_energy + stored
    }

    /// Reverses time: v -> -v, xi -> -xi.
    pub fn reverse(&mut self) {
        self.velocities.iter_mut().for_each(|v| *v = -*v);
        self.thermostat.friction = -self.thermostat.friction;
    }
}

/// Integrates up to L configurations of one glass together, `steps` steps each; the results are bitwise identical to
/// those of `run` for each. Free lanes repeat the first configuration.
///
/// # Errors
/// `Error::Internal` for more than L states or unequal sizes; `Error::Numerical` as `DynamicsState::run`.
pub fn run_lanes<const L: usize>(
    states: &mut [DynamicsState],
    sum: &mut PairSum<L>,
    settings: &DynamicsSettings,
    steps: u64,
) -> Result<()>
where
    Configurations: Columns<L>,
{
    let Some(first) = states.first() else { return Ok(()) };
    if states.len() > L || states.iter().any(|state| state.positions.len() != first.positions.len()) {
        return Err(Error::Internal(format!("{} trajectories in a batch of {L}, or of unequal size", states.len())));
    }
    if steps == 0 {
        return Ok(());
    }
    let (bath, kernel) = (settings.bath(first.particles()), Kernel::best());
    let half = 0.5 * settings.time_step;
    let mut positions = gather::<L>(states, |state| &state.positions);
    let mut velocities = gather::<L>(states, |state| &state.velocities);
    let mut forces = gather::<L>(states, |state| &state.forces);
    let mut energies = [0.0; L];
    // factors still to be applied: those after the last step, then those before the next
    let (mut after, mut before) = ([1.0; L], [1.0; L]);
    for step in 0..steps {
        for (state, factor) in states.iter_mut().zip(&mut before) {
            *factor = settings.thermostat.before(&bath, &mut state.thermostat, state.kinetic);
        }
        fill_free_lanes(states.len(), &mut before);
        let factors = [after, before];
        let (x, v) = (&mut positions[..], &mut velocities[..]);
        Configurations::run(kernel, KickAndDrift { positions: x, velocities: v, forces: &forces, factors, half });
        // the energy does not affect the steps
        if step + 1 < steps {
            sum.forces_alone(&positions, &mut forces);
        } else {
            energies = sum.forces(&positions, &mut forces);
        }
        let kinetic = Configurations::run(kernel, Kick { velocities: &mut velocities, forces: &forces, half });
        for ((state, factor), &kinetic) in states.iter_mut().zip(&mut after).zip(&kinetic) {
            *factor = settings.thermostat.after(&bath, &mut state.thermostat, kinetic, &mut state.random)?;
            state.kinetic = *factor * *factor * kinetic;
        }
        fill_free_lanes(states.len(), &mut after);
    }
    for (l, state) in states.iter_mut().enumerate() {
        scatter(&positions, l, &mut state.positions);
        scatter(&forces, l, &mut state.forces);
        for (v, row) in state.velocities.iter_mut().zip(&velocities) {
            *v = row[l] * after[l];
        }
        state.arrive(energies[l], steps, settings)?;
    }
    Ok(())
}

/// v = v a b + F dt/2; x += v dt. The two factors are multiplied one after the other, so that a trajectory interrupted
/// between them has bitwise identical results.
struct KickAndDrift<'a, const L: usize> {
    positions: &'a mut [[f64; L]],
    velocities: &'a mut [[f64; L]],
    forces: &'a [[f64; L]],
    factors: [[f64; L]; 2],
    half: f64,
}

impl<const L: usize> ColumnPass<L> for KickAndDrift<'_, L> {
    type Output = ();
    #[inline(always)]
    fn run<C: Column<L>>(self) {
        let (after, before) = (C::load_row(&self.factors[0]), C::load_row(&self.factors[1]));
        let (half, whole) = (C::splat(self.half), C::splat(2.0 * self.half));
        for ((x, v), f) in self.positions.iter_mut().zip(self.velocities).zip(self.forces) {
            let kicked = C::load_row(v) * after * before + half * C::load_row(f);
            kicked.store_row(v);
            (C::load_row(x) + whole * kicked).store_row(x);
        }
    }
}

/// v += F dt/2; returns the kinetic energies after it.
struct Kick<'a, const L: usize> {
    velocities: &'a mut [[f64; L]],
    forces: &'a [[f64; L]],
    half: f64,
}

impl<const L: usize> ColumnPass<L> for Kick<'_, L> {
    type Output = [f64; L];
    #[inline(always)]
    fn run<C: Column<L>>(self) -> [f64; L] {
        // one sum for each direction: a chain of additions a third as long, the same for every L
        let mut squares = [C::splat(0.0); 3];
        let half = C::splat(self.half);
        let atoms = self.velocities.as_chunks_mut::<3>().0.iter_mut().zip(self.forces.as_chunks::<3>().0);
        for (v, f) in atoms {
            for k in 0..3 {
                let kicked = C::load_row(&v[k]) + half * C::load_row(&f[k]);
                kicked.store_row(&mut v[k]);
                squares[k] = squares[k] + kicked * kicked;
            }
        }
        let mut rows = [[0.0; L]; 3];
        for k in 0..3 {
            squares[k].store_row(&mut rows[k]);
        }
        halved_total(rows)
    }
}

fn kinetic_energies<const L: usize>(velocities: &[[f64; L]]) -> [f64; L] {
    let mut squares = [[0.0; L]; 3];
    for v in velocities.as_chunks::<3>().0 {
        for k in 0..3 {
            for l in 0..L {
                squares[k][l] += v[k][l] * v[k][l];
            }
        }
    }
    halved_total(squares)
}

fn halved_total<const L: usize>([x, y, z]: [[f64; L]; 3]) -> [f64; L] {
    std::array::from_fn(|l| 0.5 * (x[l] + y[l] + z[l]))
}

fn gather<const L: usize>(states: &[DynamicsState], field: impl Fn(&DynamicsState) -> &Vec<f64>) -> Vec<[f64; L]> {
    let mut batch = vec![[0.0; L]; states.first().map_or(0, |state| field(state).len())];
    for l in 0..L {
        let state = if l < states.len() { &states[l] } else { &states[0] };
        set_lane(&mut batch, l, field(state));
    }
    batch
}

fn scatter<const L: usize>(batch: &[[f64; L]], lane: usize, into: &mut [f64]) {
    for (x, row) in into.iter_mut().zip(batch) {
        *x = row[lane];
    }
}

fn fill_free_lanes<const L: usize>(used: usize, factors: &mut [f64; L]) {
    let first = factors[0];
    factors[used..].fill(first);
}
