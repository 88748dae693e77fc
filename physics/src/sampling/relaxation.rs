//! The relaxation time of a run, measured during the run.

use super::correlator::{Correlator, LagSchedule, Snapshot};
use serde::{Deserialize, Serialize};

/// Self-intermediate scattering function averaged over all directions of q,
/// F_s(k, t) = < (1/N) sum_i sin(k dr_i)/(k dr_i) >, dr_i = |r_i(t) - r_i(0)|, the mean displacement subtracted.
///
/// `now`, `before`: [3N] unwrapped; `wave_number` k [sigma^-1].
pub fn self_scattering(now: &[f64], before: &[f64], wave_number: f64) -> f64 {
    let particles = now.len() / 3;
    let mut drift = [0.0; 3];
    for (a, b) in now.as_chunks::<3>().0.iter().zip(before.as_chunks::<3>().0) {
        for k in 0..3 {
            drift[k] += (a[k] - b[k]) / particles as f64;
        }
    }
    let mut sum = 0.0;
    for (a, b) in now.as_chunks::<3>().0.iter().zip(before.as_chunks::<3>().0) {
        let square: f64 = (0..3).map(|k| (a[k] - b[k] - drift[k]).powi(2)).sum();
        let phase = wave_number * square.sqrt();
        // sin(y)/y = 1 - y^2/6 to rounding
        sum += if phase < 1e-4 { 1.0 - phase * phase / 6.0 } else { phase.sin() / phase };
    }
    sum / particles as f64
}

/// Correlation of the positions at lags of 1, 2, 4, ... ticks, each a mean over time origins ([`LagSchedule::Octaves`]).
///
/// If particles exchange identities, the positions are followed, not the identities.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RelaxationMeter {
    wave_number: f64,
    /// Time between two ticks.
    interval: f64,
    correlator: Correlator,
}

impl RelaxationMeter {
    /// Time starts at `positions` [3N] (unwrapped); k in 1/sigma; `interval` is the time of a tick.
    pub fn new(positions: &[f64], wave_number: f64, interval: f64) -> Self {
        let origin = Snapshot { positions: positions.to_vec(), species: Vec::new() };
        Self { wave_number, interval, correlator: Correlator::new(origin, LagSchedule::Octaves) }
    }

    /// One tick later the particles are at `positions`.
    pub fn record(&mut self, positions: &[f64]) {
        let (tick, k) = (self.correlator.ticks() + 1, self.wave_number);
        self.correlator.record(tick, positions, &[], |past| [self_scattering(positions, &past.positions, k)]);
    }

    /// Time since the start.
    pub fn elapsed(&self) -> f64 {
        self.correlator.ticks() as f64 * self.interval
    }

    /// (lag, F_s) for the lags 2^m ticks that fit into the run.
    pub fn correlation(&self) -> Vec<(f64, f64)> {
        self.correlator.correlations().map(|lag| (lag.lag as f64 * self.interval, lag.mean(0))).collect()
    }

    /// The time at which F_s has fallen to 1/e; `None` when it has not yet.
    pub fn relaxation_time(&self) -> Option<f64> {
        decay_time(&self.correlation())
    }
}

/// The time at which a correlation, (lag, F) in order of increasing lag, has fallen to 1/e; `None` when it has not yet.
///
/// Between two lags a stretched exponential is interpolated, with ln(-ln F) linear in ln t.
pub fn decay_time(correlation: &[(f64, f64)]) -> Option<f64> {
    let target = (-1.0f64).exp();
    let after = correlation.iter().position(|&(_, value)| value <= target)?;
    // noise around zero must not enter the logarithm
    let decay = |value: f64| -(value.clamp(1e-3, 1.0 - 1e-12).ln());
    let (t2, f2) = correlation[after];
    let Some(&(t1, f1)) = after.checked_sub(1).and_then(|before| correlation.get(before)) else {
        return Some(t2 / decay(f2));
    };
    let (y1, y2) = (decay(f1).ln(), decay(f2).ln());
    Some((t1.ln() - y1 * (t2 / t1).ln() / (y2 - y1)).exp())
}
