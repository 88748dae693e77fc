//! The preparation of one glass as a resumable task.
//!
//! Overlaps of random positions are removed by capped descent. The liquid is then melted at T_melt = max(2 T_o, T) with
//! the same moves as later (T_o: onset of slow dynamics), so that it forgets its start, and the temperature jumps to T.
//! The run then continues until it is `relaxation_times` times as long as its own relaxation time: the time at which
//! F_s(k, t) of the run's moves (including swaps) falls to 1/e. F_s is measured in epochs that begin at 16, 32, 64, ...
//! ticks, so that the early, still ageing part does not contribute; an epoch counts once it holds three relaxation
//! times (or half of `relaxation_times`, but at least one, if that is less). A run that reaches `max_steps` first is
//! kept and flagged. The melt does not count towards `max_steps`, and is not longer than that.

use super::dynamics::{DynamicsSettings, DynamicsState};
use super::hybrid::{HybridSettings, HybridState};
use super::monte_carlo::{MonteCarloLists, MonteCarloState};
use super::near_pairs::for_each_near_pair;
use super::relaxation::RelaxationMeter;
use super::start::{OverlapRemoval, placed_at_random, unplaced};
use super::swap::{MoveCount, SwapLists};
use super::trace::Trace;
use super::{PrepareMethod, PrepareSettings, Thermostat};
use crate::error::{Error, Result};
use crate::forces::{PairSum, as_lanes, as_lanes_mut};
use crate::model::{Configuration, Law, Model, PeriodicBox, Potential, Preset};
use crate::random::{Purpose, Stream, stream};
use crate::task::{Progress, Task, in_steps};
use serde::{Deserialize, Serialize};

/// Steps of molecular dynamics at T_melt.
const MELT_STEPS: u64 = 2000;
/// Ticks after T is reached at which the first fresh epoch of F_s begins; then at every doubling.
const FIRST_EPOCH: u64 = 16;
/// Relaxation times that an epoch must hold to count.
const EPOCH_LENGTH: f64 = 3.0;
/// Approximate cost in force calls of a sweep of Monte Carlo, and of an attempted swap per particle: for the length of
/// a slice.
const CALLS_PER_SWEEP: u64 = 10;
const CALLS_PER_SWAP: f64 = 5.0;

/// A prepared glass: the final state of the liquid.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PreparedGlass {
    /// Positions in the box.
    pub configuration: Configuration,
    /// Total [epsilon].
    pub potential_energy: f64,
    /// rho T - (1/3V) sum r U' [epsilon sigma^-3], at this instant; infinite at T = inf.
    pub pressure: f64,
    /// Whether the run lasted `relaxation_times` of its own relaxation times. True for random positions (T = inf).
    pub equilibrated: bool,
    /// 1/e time of F_s [time; sweeps for swap-mc]; NaN when it was not reached (0 for random positions).
    pub relaxation_time: f64,
    /// Accepted fraction of the attempted swaps of unlike particles at T; NaN without swaps.
    pub swap_acceptance: f64,
    /// MD steps (swap-mc: sweeps) at T.
    pub steps: u64,
    /// Time since T was reached [time; sweeps for swap-mc].
    pub trace_time: Vec<f64>,
    /// Potential energy per particle at those times [epsilon].
    pub trace_energy: Vec<f64>,
    /// Lags of F_s in the last epoch, in the units of `relaxation_time`.
    pub correlation_time: Vec<f64>,
    /// F_s(k, lag) of the run.
    pub correlation: Vec<f64>,
}

/// The moves of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
enum Moves {
    Hybrid(Box<HybridState>),
    MonteCarlo(Box<MonteCarloState>),
}

/// The progress of a preparation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
enum Preparation {
    Descent(OverlapRemoval, Box<Stream>),
    Melt(Box<HybridState>),
    Equilibrate(Box<Equilibrium>),
    Done,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Equilibrium {
    moves: Moves,
    /// Blocks or ticks done at T.
    ticks: u64,
    meter: RelaxationMeter,
    /// tau of the previous epoch, while the present one is too short.
    earlier: Option<f64>,
    trace: Trace,
}

/// The state of a preparation; serialisable.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PrepareState {
    /// Identities as at the start; in a phase with moves, the moves have their own.
    configuration: Configuration,
    phase: Preparation,
    result: Option<PreparedGlass>,
}

/// One glass of the stage `prepare`.
pub struct PrepareTask {
    potential: Potential,
    settings: PrepareSettings,
    state: PrepareState,
    sum: PairSum<1>,
    /// Of a run of Monte Carlo.
    lists: Option<MonteCarloLists>,
    /// Of a hybrid run.
    swap_lists: SwapLists,
}

/// T_o, the onset of slow dynamics [epsilon / k_B] (pss: Khomenko et al. 2020; tlj: Mocanu et al. 2023); for all other
/// models a temperature at which they are certainly liquid: that of their law, in units of the largest epsilon_aa.
pub fn onset_temperature(potential: impl Into<Potential>) -> f64 {
    let potential = potential.into();
    let of_law = match potential.law() {
        Law::SoftSphereQuartic(_) => 0.18,
        Law::Harmonic(_) => 0.01,
        _ => 1.0,
    };
    of_law * potential.energy_scale()
}

/// k of F_s, about the first peak of the structure factor [sigma^-1]: that of the law, in units of the largest sigma_aa.
pub fn wave_number(potential: impl Into<Potential>) -> f64 {
    let potential = potential.into();
    let of_law = match potential.law() {
        Law::SoftSphereQuartic(_) => 7.0,
        Law::LennardJonesQuartic(_) => 7.2,
        _ => 7.1,
    };
    of_law / potential.length_scale()
}

impl PrepareTask {
    /// Glass number `glass` of a preset at its density.
    ///
    /// # Errors
    /// `Error::Usage` for the method `import` (there is nothing to run), for fewer than 2 particles, and for T = inf
    /// with any method but `quench`.
    pub fn new(preset: Preset, particles: usize, settings: PrepareSettings, seed: u64, glass: u64) -> Result<Self> {
        Self::with_particles(preset, unplaced(preset, particles), settings, seed, glass)
    }

    /// The same for given particles (box, species, diameters; positions are not used).
    ///
    /// # Errors
    /// As [`PrepareTask::new`].
    pub fn with_particles(
        potential: impl Into<Potential>,
        unplaced: Configuration,
        settings: PrepareSettings,
        seed: u64,
        glass: u64,
    ) -> Result<Self> {
        Self::with_stream(potential, unplaced, settings, stream(seed, Purpose::Prepare, glass, 0))
    }

    /// The same with a given random stream.
    ///
    /// # Errors
    /// As [`PrepareTask::new`].
    pub fn with_stream(
        potential: impl Into<Potential>,
        unplaced: Configuration,
        settings: PrepareSettings,
        mut random: Stream,
    ) -> Result<Self> {
        let potential = potential.into();
        let particles = unplaced.particles();
        let infinite = settings.temperature.is_infinite();
        let usable = particles >= 2 && settings.temperature > 0.0 && settings.time_step > 0.0 && settings.md_steps > 0;
        if settings.method == PrepareMethod::Import || (infinite && settings.method != PrepareMethod::Quench) || !usable
        {
            return Err(Error::Usage(format!(
                "cannot prepare {particles} particles by {:?} at temperature {} with time_step {} and md_steps {}; use 2 \
                 particles or more, positive values, and `quench` for temperature = inf",
                settings.method, settings.temperature, settings.time_step, settings.md_steps
            )));
        }
        let configuration = placed_at_random(unplaced, &mut random);
        let phase = Preparation::Descent(OverlapRemoval::new(configuration.positions.clone()), Box::new(random));
        let mut task = Self::resume(potential, settings, PrepareState { configuration, phase, result: None });
        if infinite {
            task.finish_random();
        }
        Ok(task)
    }

    /// Continues a preparation, with bitwise identical results.
    pub fn resume(potential: impl Into<Potential>, settings: PrepareSettings, state: PrepareState) -> Self {
        let potential = potential.into();
        let mut current = state.configuration.clone();
        let mut lists = None;
        let hybrid = match &state.phase {
            Preparation::Melt(hybrid) => Some(hybrid),
            Preparation::Equilibrate(equilibrium) => match &equilibrium.moves {
                Moves::Hybrid(hybrid) => Some(hybrid),
                Moves::MonteCarlo(run) => {
                    lists = Some(MonteCarloLists::new(potential, run));
                    None
                }
            },
            Preparation::Descent(..) | Preparation::Done => None,
        };
        if let Some(hybrid) = hybrid {
            current.species.clone_from(&hybrid.species);
            current.diameters.clone_from(&hybrid.diameters);
        }
        let sum = PairSum::new(potential.model(&current), current.cell).ordered_if_large(&current.positions);
        Self { potential, settings, state, sum, lists, swap_lists: SwapLists::default() }
    }

    /// The glass, once the task is done.
    pub fn result(&self) -> Option<&PreparedGlass> {
        self.state.result.as_ref()
    }

    fn block_settings(&self, temperature: f64) -> HybridSettings {
        let swaps = match self.settings.method {
            PrepareMethod::HybridSwap => self.settings.swaps_per_particle,
            _ => 0.0,
        };
        let dynamics = DynamicsSettings {
            time_step: self.settings.time_step,
            temperature,
            thermostat: Thermostat::Bussi,
            thermostat_time: 100.0 * self.settings.time_step,
        };
        HybridSettings { dynamics, md_steps: self.settings.md_steps, swaps_per_particle: swaps }
    }

    /// One unit of work; returns the approximate cost in force calls.
    fn unit(&mut self) -> Result<u64> {
        match std::mem::replace(&mut self.state.phase, Preparation::Done) {
            Preparation::Descent(descent, random) => self.descend(descent, random),
            Preparation::Melt(hybrid) => self.melt(hybrid),
            Preparation::Equilibrate(equilibrium) => self.equilibrate(equilibrium),
            Preparation::Done => Ok(1),
        }
    }

    fn melt_temperature(&self) -> f64 {
        self.settings.temperature.max(2.0 * onset_temperature(self.potential))
    }

    fn descend(&mut self, mut descent: OverlapRemoval, random: Box<Stream>) -> Result<u64> {
        // a force that moves a particle by half a percent of sigma in one step of dynamics
        let safe_force = 0.005 / (self.settings.time_step * self.settings.time_step);
        self.state.phase = if descent.step(&mut self.sum, safe_force)? {
            let temperature = self.melt_temperature();
            let dynamics = DynamicsState::start(&mut self.sum, descent.positions, temperature, *random);
            Preparation::Melt(Box::new(HybridState::new(dynamics, &self.state.configuration)))
        } else {
            Preparation::Descent(descent, random)
        };
        Ok(1)
    }

    fn melt(&mut self, mut hybrid: Box<HybridState>) -> Result<u64> {
        let settings = self.block_settings(self.melt_temperature());
        if hybrid.dynamics.step < MELT_STEPS.min(self.settings.equilibration.max_steps) {
            hybrid.block(&mut self.sum, &mut self.swap_lists, &settings)?;
            self.state.phase = Preparation::Melt(hybrid);
            return Ok(block_calls(&settings));
        }
        hybrid.dynamics.draw_velocities(self.settings.temperature);
        hybrid.dynamics.step = 0;
        hybrid.swaps = MoveCount::default();
        let start = hybrid.dynamics.positions.clone();
        let moves = if self.settings.method == PrepareMethod::SwapMc {
            let mut configuration = self.state.configuration.clone();
            configuration.positions = hybrid.dynamics.positions;
            let warm_up = 1000.min(self.settings.equilibration.max_steps / 10);
            let run = MonteCarloState::start(self.potential, configuration, warm_up, hybrid.dynamics.random);
            self.lists = Some(MonteCarloLists::new(self.potential, &run));
            Moves::MonteCarlo(Box::new(run))
        } else {
            Moves::Hybrid(hybrid)
        };
        let meter = RelaxationMeter::new(&start, wave_number(self.potential), self.tick_time());
        let trace = Trace::default();
        self.state.phase =
            Preparation::Equilibrate(Box::new(Equilibrium { moves, ticks: 0, meter, earlier: None, trace }));
        Ok(1)
    }

    /// Time of a block, or a sweep.
    fn tick_time(&self) -> f64 {
        match self.settings.method {
            PrepareMethod::SwapMc => 1.0,
            _ => self.settings.md_steps as f64 * self.settings.time_step,
        }
    }

    fn tick_steps(&self) -> u64 {
        if self.settings.method == PrepareMethod::SwapMc { 1 } else { self.settings.md_steps }
    }

    fn equilibrate(&mut self, mut equilibrium: Box<Equilibrium>) -> Result<u64> {
        let settings = self.block_settings(self.settings.temperature);
        let calls = match (&mut equilibrium.moves, &mut self.lists) {
            (Moves::Hybrid(hybrid), _) => {
                hybrid.block(&mut self.sum, &mut self.swap_lists, &settings)?;
                block_calls(&settings)
            }
            (Moves::MonteCarlo(run), Some(lists)) => {
                run.sweep(lists, self.settings.temperature)?;
                CALLS_PER_SWEEP
            }
            (Moves::MonteCarlo(_), None) => {
                return Err(Error::Internal("a run of Monte Carlo without its lists".into()));
            }
        };
        let tick = self.tick_time();
        equilibrium.measure(wave_number(self.potential), tick);
        let done = equilibrium.is_long_enough(self.settings.equilibration.relaxation_times, tick);
        if done || equilibrium.ticks * self.tick_steps() >= self.settings.equilibration.max_steps {
            self.finish(*equilibrium, done);
        } else {
            self.state.phase = Preparation::Equilibrate(equilibrium);
        }
        Ok(calls)
    }

    fn finish(&mut self, equilibrium: Equilibrium, equilibrated: bool) {
        let steps = equilibrium.ticks * self.tick_steps();
        let relaxation_time = equilibrium.relaxation_time().unwrap_or(f64::NAN);
        let (correlation_time, correlation) = equilibrium.meter.correlation().into_iter().unzip();
        let potential_energy = equilibrium.moves.potential_energy();
        let swap_acceptance = equilibrium.moves.swaps().acceptance();
        let mut configuration = self.state.configuration.clone();
        match equilibrium.moves {
            Moves::Hybrid(hybrid) => {
                configuration.positions = hybrid.dynamics.positions;
                configuration.species = hybrid.species;
                configuration.diameters = hybrid.diameters;
            }
            Moves::MonteCarlo(run) => configuration = run.configuration,
        }
        let pressure = self.pressure(&configuration);
        configuration.cell.wrap(&mut configuration.positions);
        self.lists = None;
        self.state.result = Some(PreparedGlass {
            configuration,
            potential_energy,
            pressure,
            equilibrated,
            relaxation_time,
            swap_acceptance,
            steps,
            trace_time: equilibrium.trace.time,
            trace_energy: equilibrium.trace.value,
            correlation_time,
            correlation,
        });
    }

    /// Random positions are the equilibrium at T = inf.
    fn finish_random(&mut self) {
        let configuration = self.state.configuration.clone();
        let mut forces = vec![0.0; configuration.positions.len()];
        let [potential_energy] = self.sum.forces(as_lanes(&configuration.positions), as_lanes_mut(&mut forces));
        let pressure = self.pressure(&configuration);
        self.state.phase = Preparation::Done;
        self.state.result = Some(PreparedGlass {
            potential_energy,
            pressure,
            equilibrated: true,
            relaxation_time: 0.0,
            swap_acceptance: f64::NAN,
            steps: 0,
            trace_time: vec![0.0],
            trace_energy: vec![potential_energy / configuration.particles() as f64],
            correlation_time: Vec::new(),
            correlation: Vec::new(),
            configuration,
        });
    }

    fn pressure(&self, configuration: &Configuration) -> f64 {
        let model = self.potential.model(configuration);
        configuration.density() * self.settings.temperature
            + configurational_pressure(&model, &configuration.cell, &configuration.positions)
    }
}

impl Task for PrepareTask {
    type State = PrepareState;

    fn advance(&mut self, force_calls: u64) -> Result<Progress> {
        in_steps(self, force_calls, |task| matches!(task.state.phase, Preparation::Done), |task, _| task.unit())
    }

    fn state(&self) -> PrepareState {
        self.state.clone()
    }

    fn fraction(&self) -> f64 {
        match &self.state.phase {
            Preparation::Done => 1.0,
            Preparation::Descent(..) | Preparation::Melt(_) => 0.0,
            Preparation::Equilibrate(equilibrium) => {
                let limit = self.settings.equilibration.max_steps as f64 / self.tick_steps() as f64;
                let wanted = equilibrium
                    .relaxation_time()
                    .map_or(f64::INFINITY, |tau| self.settings.equilibration.relaxation_times * tau / self.tick_time());
                (equilibrium.ticks as f64 / limit.min(wanted)).min(1.0)
            }
        }
    }
}

impl Moves {
    fn potential_energy(&self) -> f64 {
        match self {
            Moves::Hybrid(hybrid) => hybrid.dynamics.potential_energy,
            Moves::MonteCarlo(run) => run.potential_energy,
        }
    }

    fn positions(&self) -> &[f64] {
        match self {
            Moves::Hybrid(hybrid) => &hybrid.dynamics.positions,
            Moves::MonteCarlo(run) => &run.configuration.positions,
        }
    }

    fn swaps(&self) -> MoveCount {
        match self {
            Moves::Hybrid(hybrid) => hybrid.swaps,
            Moves::MonteCarlo(run) => run.swaps,
        }
    }
}

impl Equilibrium {
    /// One tick later.
    fn measure(&mut self, wave_number: f64, tick_time: f64) {
        let positions = self.moves.positions();
        self.ticks += 1;
        self.meter.record(positions);
        if self.ticks >= FIRST_EPOCH && self.ticks.is_power_of_two() {
            self.earlier = self.relaxation_time();
            self.meter = RelaxationMeter::new(positions, wave_number, tick_time);
        }
        let particles = positions.len() as f64 / 3.0;
        self.trace.offer(self.ticks as f64 * tick_time, self.moves.potential_energy() / particles);
    }

    /// The relaxation time of this epoch, or of the one before until this one is long enough.
    fn relaxation_time(&self) -> Option<f64> {
        let earlier = self.earlier.filter(|tau| self.meter.elapsed() < 2.0 * tau);
        self.meter.relaxation_time().or(earlier)
    }

    fn is_long_enough(&self, relaxation_times: f64, tick_time: f64) -> bool {
        let believed = EPOCH_LENGTH.min(0.5 * relaxation_times).max(1.0);
        self.meter.relaxation_time().is_some_and(|tau| {
            self.ticks as f64 * tick_time >= relaxation_times * tau && self.meter.elapsed() >= believed * tau
        })
    }
}

/// Approximate number of force calls of a block.
pub(super) fn block_calls(settings: &HybridSettings) -> u64 {
    settings.md_steps + (CALLS_PER_SWAP * settings.swaps_per_particle) as u64
}

/// -(1/3V) sum r U' over the pairs [epsilon sigma^-3].
pub(super) fn configurational_pressure(model: &Model, cell: &PeriodicBox, positions: &[f64]) -> f64 {
    let mut virial = 0.0;
    for_each_near_pair(cell, positions, model.largest_cutoff(), |i, j, r2| {
        let pair = model.mixture.pair(i, j);
        let x2 = r2 * pair.inverse_sigma_squared;
        virial += pair.epsilon * x2 * model.law.derivatives(x2).slope_over_x;
    });
    -virial / (3.0 * cell.volume())
}
