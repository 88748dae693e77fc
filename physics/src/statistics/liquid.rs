//! Samples of a liquid and their means: correlation functions, tau_alpha, and errors over independent samples.

use super::series::{TimeAverage, time_average};
use crate::sampling::{
    FOURTH_POWER, LiquidName, LiquidRun, OBSERVABLES, SELF_SCATTERING, SQUARED_DISPLACEMENT, Series, decay_time,
};
use serde::{Deserialize, Serialize};

/// Summary of a time series.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Average {
    pub mean: f64,
    /// Standard error, from the integrated autocorrelation time.
    pub error: f64,
    /// Integrated autocorrelation time.
    pub correlation_time: f64,
    /// Whether the series is longer than 50 correlation times.
    pub reliable: bool,
}

impl Average {
    fn of(series: &Series) -> Self {
        let TimeAverage { mean, error, correlation_time, reliable, .. } = time_average(&series.values);
        let mean = if series.values.is_empty() { f64::NAN } else { mean };
        Self { mean, error, correlation_time: correlation_time * series.interval, reliable }
    }
}

/// One sample of the stage `relax` as it is written to the file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LiquidSample {
    pub name: LiquidName,
    pub run: LiquidRun<Average>,
}

impl LiquidSample {
    pub fn new(name: LiquidName, run: &LiquidRun) -> Self {
        Self { name, run: run.with(Average::of) }
    }
}

/// The quality of tau_alpha at a temperature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EnsembleStatus {
    /// All samples were equilibrated and were followed as long as requested.
    Converged,
    /// Some sample was followed for a shorter time than requested.
    Short,
    /// Some sample was not equilibrated within its steps.
    NotEquilibrated,
    /// F_s has not fallen to 1/e.
    NotReached,
}

/// The samples at one temperature and with one kind of dynamics.
#[derive(Clone, Debug, PartialEq)]
pub struct LiquidEnsemble {
    pub temperature: f64,
    pub samples: usize,
    pub status: EnsembleStatus,
    /// [K] lags that every sample has.
    pub time: Vec<f64>,
    /// [K][groups][OBSERVABLES] means over samples.
    pub means: Vec<f64>,
    /// Their standard errors; NaN with one sample.
    pub errors: Vec<f64>,
    /// [groups] F_s = 1/e of the mean curves; NaN when not reached.
    pub tau_alpha: Vec<f64>,
    /// [groups] by the jackknife over samples; NaN with one sample.
    pub tau_alpha_error: Vec<f64>,
    /// Mean over samples, and its error.
    pub energy: (f64, f64),
    pub pressure: (f64, f64),
    /// Mean integrated autocorrelation time of the energy.
    pub energy_correlation_time: f64,
}

/// Mean and standard error over samples; for a single sample, its own error.
fn mean_over(values: &[f64], alone: f64) -> (f64, f64) {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    (mean, if values.len() > 1 { (squares / (n * (n - 1.0))).sqrt() } else { alone })
}

impl LiquidEnsemble {
    /// From the samples at one temperature and with one kind of dynamics; `None` without any.
    pub fn of(samples: &[&LiquidSample]) -> Option<Self> {
        let first = samples.first()?;
        let lags = samples.iter().map(|sample| sample.run.time.len()).min().unwrap_or(0);
        let width = if first.run.time.is_empty() { OBSERVABLES } else { first.run.values.len() / first.run.time.len() };
        let all: Vec<&[f64]> = samples.iter().map(|sample| &sample.run.values[..lags * width]).collect();
        let over_samples = |place: usize| {
            let values: Vec<f64> = all.iter().map(|values| values[place]).collect();
            mean_over(&values, f64::NAN)
        };
        let (means, errors): (Vec<f64>, Vec<f64>) = (0..lags * width).map(over_samples).unzip();
        let time = first.run.time[..lags].to_vec();
        let tau = |group: usize| jackknifed_decay(&time, &all, width, group);
        let (tau_alpha, tau_alpha_error): (Vec<f64>, Vec<f64>) = (0..width / OBSERVABLES).map(tau).unzip();
        let status = match () {
            () if samples.iter().any(|sample| !sample.run.equilibrated) => EnsembleStatus::NotEquilibrated,
            () if tau_alpha.first().is_none_or(|tau| tau.is_nan()) => EnsembleStatus::NotReached,
            () if samples.iter().any(|sample| !sample.run.complete) => EnsembleStatus::Short,
            () => EnsembleStatus::Converged,
        };
        let average = |of: fn(&LiquidSample) -> Average| {
            let means: Vec<f64> = samples.iter().map(|sample| of(sample).mean).collect();
            mean_over(&means, of(first).error)
        };
        let correlation: Vec<f64> = samples.iter().map(|sample| sample.run.energy.correlation_time).collect();
        Some(Self {
            temperature: first.name.temperature,
            samples: samples.len(),
            status,
            time,
            means,
            errors,
            tau_alpha,
            tau_alpha_error,
            energy: average(|sample| sample.run.energy),
            pressure: average(|sample| sample.run.pressure),
            energy_correlation_time: mean_over(&correlation, f64::NAN).0,
        })
    }

    /// Number of groups of particles: all, then each species if there are several.
    pub fn groups(&self) -> usize {
        self.tau_alpha.len()
    }

    fn place(&self, lag: usize, group: usize, observable: usize) -> usize {
        (lag * self.groups() + group) * OBSERVABLES + observable
    }

    /// [K] mean and error of one observable of one group.
    pub fn curve(&self, group: usize, observable: usize) -> (Vec<f64>, Vec<f64>) {
        let places = || (0..self.time.len()).map(|lag| self.place(lag, group, observable));
        (places().map(|place| self.means[place]).collect(), places().map(|place| self.errors[place]).collect())
    }

    /// [K] alpha_2 = 3 <d^4> / (5 <d^2>^2) - 1 of a group.
    pub fn non_gaussian(&self, group: usize) -> Vec<f64> {
        let at = |lag: usize, observable: usize| self.means[self.place(lag, group, observable)];
        let one = |lag: usize| 0.6 * at(lag, FOURTH_POWER) / at(lag, SQUARED_DISPLACEMENT).powi(2) - 1.0;
        (0..self.time.len()).map(one).collect()
    }
}

/// Time at which the mean curve of a group falls to 1/e, and its jackknife error.
fn jackknifed_decay(time: &[f64], samples: &[&[f64]], width: usize, group: usize) -> (f64, f64) {
    let without = |left_out: Option<usize>| {
        let kept: Vec<&&[f64]> =
            samples.iter().enumerate().filter(|(n, _)| Some(*n) != left_out).map(|(_, sample)| sample).collect();
        let at = |lag: usize| {
            let place = lag * width + group * OBSERVABLES + SELF_SCATTERING;
            kept.iter().map(|sample| sample[place]).sum::<f64>() / kept.len() as f64
        };
        let curve: Vec<(f64, f64)> = time.iter().enumerate().map(|(lag, time)| (*time, at(lag))).collect();
        decay_time(&curve).unwrap_or(f64::NAN)
    };
    let n = samples.len() as f64;
    let leavings: Vec<f64> = (0..samples.len()).map(|sample| without(Some(sample))).collect();
    let mean = leavings.iter().sum::<f64>() / n;
    let squares: f64 = leavings.iter().map(|tau| (tau - mean).powi(2)).sum();
    (without(None), if samples.len() > 1 { ((n - 1.0) / n * squares).sqrt() } else { f64::NAN })
}

/// tau_alpha of molecular dynamics divided by that of the hybrid, with its error, by temperature.
pub fn speed_up(dynamics: &LiquidEnsemble, hybrid: &LiquidEnsemble) -> (f64, f64) {
    let of = |ensemble: &LiquidEnsemble| {
        let first = |values: &[f64]| values.first().copied().unwrap_or(f64::NAN);
        (first(&ensemble.tau_alpha), first(&ensemble.tau_alpha_error))
    };
    let ((slow, slow_error), (fast, fast_error)) = (of(dynamics), of(hybrid));
    let ratio = slow / fast;
    (ratio, ratio * (slow_error / slow).hypot(fast_error / fast))
}
