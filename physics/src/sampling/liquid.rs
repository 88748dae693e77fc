//! One sample of the stage `relax` as a resumable task: a liquid is equilibrated as in the preparation of a glass, then
//! followed for a multiple of its own tau_alpha.

use super::correlator::{Correlator, LagSchedule, Snapshot};
use super::dynamics::{DynamicsSettings, DynamicsState};
use super::hybrid::{HybridSettings, HybridState};
use super::liquid_observables::{LiquidObservables, SELF_SCATTERING};
use super::prepare::{PrepareState, PrepareTask, block_calls, configurational_pressure};
use super::relax_settings::{LiquidDynamics, RelaxSettings};
use super::relaxation::decay_time;
use super::swap::SwapLists;
use super::trace::Trace;
use crate::error::{Error, Result};
use crate::forces::PairSum;
use crate::model::{Configuration, Potential};
use crate::random::{Purpose, stream};
use crate::task::{Progress, Task, in_steps};
use serde::{Deserialize, Serialize};

/// MD steps between two origins of short lags, and between two measurements of the energy.
const NEAREST_STEPS: u64 = 20;
/// Measurements of the energy per measurement of the pressure.
const PRESSURE_EVERY: u64 = 5;

/// Smallest number of MD steps of a measurement, if allowed: for energy and pressure of hot liquids, whose tau_alpha is
/// short.
const SHORTEST: u64 = 10_000;

/// A quantity of the run at equal time intervals.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Series {
    /// Time between two values.
    pub interval: f64,
    pub values: Vec<f64>,
}

/// The result of one sample at one temperature; Q is the form in which a quantity is stored: its series, or numbers
/// derived from it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct LiquidRun<Q = Series> {
    /// Whether the equilibration was as long as requested.
    pub equilibrated: bool,
    /// Time of the equilibration, and its own relaxation time (NaN when not reached).
    pub equilibration_time: f64,
    pub equilibration_relaxation_time: f64,
    /// Whether the measurement lasted as many tau_alpha as requested.
    pub complete: bool,
    /// Length of the measurement.
    pub length: f64,
    /// The time at which its F_s has fallen to 1/e; NaN when it has not.
    pub tau_alpha: f64,
    /// Accepted fraction of attempted swaps; NaN without.
    pub swap_acceptance: f64,
    /// [K] lags, increasing.
    pub time: Vec<f64>,
    /// [K] origins of each.
    pub origins: Vec<u64>,
    /// [K][groups][`super::OBSERVABLES`]
    pub values: Vec<f64>,
    /// Potential energy per particle [epsilon].
    pub energy: Q,
    /// With rho T [epsilon sigma^-3].
    pub pressure: Q,
}

impl LiquidRun {
    /// The same with other numbers in place of the series.
    pub fn with<Q>(&self, of: impl Fn(&Series) -> Q) -> LiquidRun<Q> {
        let (energy, pressure) = (of(&self.energy), of(&self.pressure));
        let (time, origins, values) = (self.time.clone(), self.origins.clone(), self.values.clone());
        let Self { equilibrated, equilibration_time, equilibration_relaxation_time, complete, .. } = *self;
        let Self { length, tau_alpha, swap_acceptance, .. } = *self;
        LiquidRun {
            equilibrated,
            equilibration_time,
            equilibration_relaxation_time,
            complete,
            length,
            tau_alpha,
            swap_acceptance,
            time,
            origins,
            values,
            energy,
            pressure,
        }
    }
}

/// A measurement under way; serialisable.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Measurement {
    configuration: Configuration,
    hybrid: HybridState,
    correlator: Correlator,
    energy: Trace,
    pressure: Trace,
    equilibrated: bool,
    equilibration_time: f64,
    equilibration_relaxation_time: f64,
}

/// The state of a sample; serialisable.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum LiquidState {
    Equilibrate(Box<PrepareState>),
    Measure(Box<Measurement>),
    Done(Box<LiquidRun>),
}

/// The name of a sample in a stage.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct LiquidName {
    /// [epsilon / k_B]
    pub temperature: f64,
    pub dynamics: LiquidDynamics,
    pub sample: u64,
}

/// One sample at one temperature, followed with one kind of dynamics.
pub struct LiquidTask {
    potential: Potential,
    settings: RelaxSettings,
    name: LiquidName,
    seed: u64,
    work: Work,
}

enum Work {
    Equilibrate(Box<PrepareTask>),
    Measure(Box<Live>),
    Done(Box<LiquidRun>),
}

struct Live {
    measurement: Measurement,
    sum: PairSum<1>,
    swap_lists: SwapLists,
    observables: LiquidObservables,
}

impl LiquidTask {
    /// Begins with random positions. Samples are named by temperature and number, so that further temperatures or
    /// samples do not change existing ones; samples of the same name start from the same equilibrium, regardless of
    /// what is measured.
    ///
    /// # Errors
    /// As [`PrepareTask::new`].
    pub fn start(
        potential: impl Into<Potential>,
        unplaced: Configuration,
        settings: &RelaxSettings,
        name: LiquidName,
        seed: u64,
    ) -> Result<Self> {
        let potential = potential.into();
        let random = stream(seed, Purpose::Relax, name.temperature.to_bits(), 4 * name.sample);
        let preparation = settings.preparation(name.temperature);
        let task = PrepareTask::with_stream(potential, unplaced, preparation, random)?;
        Ok(Self { potential, settings: settings.clone(), name, seed, work: Work::Equilibrate(Box::new(task)) })
    }

    /// Continues a sample, with bitwise identical results.
    pub fn resume(
        potential: impl Into<Potential>,
        settings: &RelaxSettings,
        name: LiquidName,
        seed: u64,
        state: LiquidState,
    ) -> Self {
        let potential = potential.into();
        let work = match state {
            LiquidState::Equilibrate(state) => {
                let preparation = settings.preparation(name.temperature);
                Work::Equilibrate(Box::new(PrepareTask::resume(potential, preparation, *state)))
            }
            LiquidState::Measure(measurement) => Work::Measure(Box::new(Live::new(potential, settings, *measurement))),
            LiquidState::Done(run) => Work::Done(run),
        };
        Self { potential, settings: settings.clone(), name, seed, work }
    }

    /// The result, once it is finished.
    pub fn result(&self) -> Option<&LiquidRun> {
        match &self.work {
            Work::Done(run) => Some(run),
            _ => None,
        }
    }

    /// The measurement of the equilibrium that a preparation has reached, with fresh velocities.
    fn measure(&self, prepared: &PrepareTask) -> Result<Live> {
        let glass = prepared.result().ok_or_else(|| Error::Internal("a liquid without its equilibrium".into()))?;
        let LiquidName { temperature, dynamics, sample } = self.name;
        let random = stream(self.seed, Purpose::Relax, temperature.to_bits(), 4 * sample + 1 + dynamics as u64);
        let configuration = glass.configuration.clone();
        let mut sum = PairSum::new(self.potential.model(&configuration), configuration.cell);
        let dynamics = DynamicsState::start(&mut sum, configuration.positions.clone(), temperature, random);
        let hybrid = HybridState::new(dynamics, &configuration);
        let nearest = (NEAREST_STEPS / self.settings.tick_steps(self.name.dynamics)).max(1);
        let origin = Snapshot { positions: configuration.positions.clone(), species: configuration.species.clone() };
        let measurement = Measurement {
            configuration,
            hybrid,
            correlator: Correlator::new(origin, LagSchedule::HalfOctaves { nearest }),
            energy: Trace::default(),
            pressure: Trace::default(),
            equilibrated: glass.equilibrated,
            equilibration_time: glass.steps as f64 * self.settings.time_step,
            equilibration_relaxation_time: glass.relaxation_time,
        };
        Ok(Live::new(self.potential, &self.settings, measurement))
    }

    fn block(&self, steps: u64) -> HybridSettings {
        let dynamics = DynamicsSettings {
            time_step: self.settings.time_step,
            temperature: self.name.temperature,
            thermostat: self.settings.thermostat,
            thermostat_time: self.settings.thermostat_time,
        };
        let swaps = match self.name.dynamics {
            LiquidDynamics::Md => 0.0,
            LiquidDynamics::HybridSwap => self.settings.swaps_per_particle,
        };
        HybridSettings { dynamics, md_steps: steps, swaps_per_particle: swaps }
    }

    fn tick_time(&self) -> f64 {
        self.settings.tick_steps(self.name.dynamics) as f64 * self.settings.time_step
    }

    /// Advances to the next tick at which something is measured; returns the approximate cost in force calls.
    fn follow(&self, live: &mut Live) -> Result<u64> {
        let (now, next) = (live.measurement.correlator.ticks(), live.measurement.correlator.next_event());
        let (blocks, settings) = match self.name.dynamics {
            LiquidDynamics::Md => (1, self.block(next - now)),
            LiquidDynamics::HybridSwap => (next - now, self.block(self.settings.md_steps)),
        };
        for _ in 0..blocks {
            live.measurement.hybrid.block(&mut live.sum, &mut live.swap_lists, &settings)?;
        }
        live.look(next, self.tick_time(), self.name.temperature);
        Ok(blocks * block_calls(&settings) + 1)
    }

    /// Whether the measurement is as long as requested, and whether it is as long as allowed.
    fn long_enough(&self, live: &Live) -> (bool, bool) {
        let ticks = live.measurement.correlator.ticks();
        let tau = live.measurement.tau_alpha(self.tick_time());
        let wanted = self.settings.measurement.relaxation_times;
        let (steps, most) = (ticks * self.settings.tick_steps(self.name.dynamics), self.settings.measurement.max_steps);
        let complete = tau.is_some_and(|tau| ticks as f64 * self.tick_time() >= wanted * tau);
        (complete && steps >= SHORTEST.min(most), steps >= most)
    }

    /// One unit of work; returns the approximate cost in force calls.
    fn unit(&mut self, force_calls: u64) -> Result<u64> {
        match std::mem::replace(&mut self.work, Work::Done(Box::default())) {
            Work::Equilibrate(mut task) => {
                if task.advance(force_calls)? == Progress::Pending {
                    self.work = Work::Equilibrate(task);
                    return Ok(force_calls);
                }
                self.work = Work::Measure(Box::new(self.measure(&task)?));
                Ok(1)
            }
            Work::Measure(mut live) => {
                let calls = self.follow(&mut live)?;
                self.work = match self.long_enough(&live) {
                    (false, false) => Work::Measure(live),
                    (complete, _) => Work::Done(Box::new(live.measurement.run(self.tick_time(), complete))),
                };
                Ok(calls)
            }
            done => {
                self.work = done;
                Ok(1)
            }
        }
    }
}

impl Live {
    fn new(potential: Potential, settings: &RelaxSettings, measurement: Measurement) -> Self {
        let mut current = measurement.configuration.clone();
        current.species.clone_from(&measurement.hybrid.species);
        current.diameters.clone_from(&measurement.hybrid.diameters);
        let cell = &current.cell;
        let observables =
            LiquidObservables::new(cell, settings.wave_number, settings.overlap_distance, potential.species());
        let sum = PairSum::new(potential.model(&current), current.cell);
        Self { measurement, sum, swap_lists: SwapLists::default(), observables }
    }

    /// Takes the measurements that are due at this tick.
    fn look(&mut self, tick: u64, tick_time: f64, temperature: f64) {
        let Measurement { hybrid, correlator, energy, pressure, configuration, .. } = &mut self.measurement;
        let positions = &hybrid.dynamics.positions;
        correlator.record(tick, positions, &hybrid.species, |past| self.observables.compare(positions, past));
        // a lag of one tick has its origins at multiples of this
        let nearest = correlator.nearest_origins();
        let time = tick as f64 * tick_time;
        if tick.is_multiple_of(nearest) {
            energy.offer(time, hybrid.dynamics.potential_energy / hybrid.species.len() as f64);
        }
        if tick.is_multiple_of(PRESSURE_EVERY * nearest) {
            let configurational = configurational_pressure(self.sum.model(), self.sum.cell(), positions);
            pressure.offer(time, configuration.density() * temperature + configurational);
        }
    }
}

impl Measurement {
    fn tau_alpha(&self, tick_time: f64) -> Option<f64> {
        let all = self.correlator.correlations().map(|lag| (lag.lag as f64 * tick_time, lag.mean(SELF_SCATTERING)));
        decay_time(&all.collect::<Vec<_>>())
    }

    fn run(self, tick_time: f64, complete: bool) -> LiquidRun {
        let mut run = LiquidRun {
            equilibrated: self.equilibrated,
            equilibration_time: self.equilibration_time,
            equilibration_relaxation_time: self.equilibration_relaxation_time,
            complete,
            length: self.correlator.ticks() as f64 * tick_time,
            tau_alpha: self.tau_alpha(tick_time).unwrap_or(f64::NAN),
            swap_acceptance: self.hybrid.swaps.acceptance(),
            energy: self.energy.into(),
            pressure: self.pressure.into(),
            ..LiquidRun::default()
        };
        for lag in self.correlator.correlations() {
            run.time.push(lag.lag as f64 * tick_time);
            run.origins.push(lag.count);
            run.values.extend((0..lag.width()).map(|place| lag.mean(place)));
        }
        run
    }
}

impl From<Trace> for Series {
    fn from(trace: Trace) -> Self {
        let interval = match trace.time[..] {
            [first, second, ..] => second - first,
            _ => f64::NAN,
        };
        Self { interval, values: trace.value }
    }
}

impl Task for LiquidTask {
    type State = LiquidState;

    fn advance(&mut self, force_calls: u64) -> Result<Progress> {
        in_steps(self, force_calls, |task| matches!(task.work, Work::Done(_)), Self::unit)
    }

    fn state(&self) -> LiquidState {
        match &self.work {
            Work::Equilibrate(task) => LiquidState::Equilibrate(Box::new(task.state())),
            Work::Measure(live) => LiquidState::Measure(Box::new(live.measurement.clone())),
            Work::Done(run) => LiquidState::Done(run.clone()),
        }
    }

    fn fraction(&self) -> f64 {
        match &self.work {
            // the measurement takes the larger part
            Work::Equilibrate(task) => 0.3 * task.fraction(),
            Work::Measure(live) => {
                let done = live.measurement.correlator.ticks() as f64;
                let longest =
                    self.settings.measurement.max_steps as f64 / self.settings.tick_steps(self.name.dynamics) as f64;
                let tau = live.measurement.tau_alpha(self.tick_time()).unwrap_or(f64::INFINITY);
                let wanted = self.settings.measurement.relaxation_times * tau / self.tick_time();
                0.3 + 0.7 * (done / wanted.min(longest)).min(1.0)
            }
            Work::Done(_) => 1.0,
        }
    }
}
