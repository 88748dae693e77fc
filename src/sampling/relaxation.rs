//! The run's own relaxation time, measured as it goes.

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

/// Origins of a long lag that are followed at a time, a quarter of the lag apart.
const ORIGINS: u64 = 4;
/// Origins are not nearer to each other than the lag or this many ticks.
const NEAREST_ORIGINS: u64 = 8;

/// Correlation of the positions at lags of 1, 2, 4, ... ticks, each a mean over time origins: successive ones up to 8 ticks,
/// a quarter of the lag apart from 32 on.
///
/// A lag keeps up to four snapshots, the oldest of which is replaced when it has been used: the memory grows as the
/// logarithm of the run's length and the cost of a tick is 2.25 evaluations.
///
/// For particles that exchange identities the positions are followed, not the identities.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RelaxationMeter {
    wave_number: f64,
    /// Time between two ticks.
    interval: f64,
    ticks: u64,
    origin: Vec<f64>,
    lags: Vec<Lag>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Lag {
    /// The latest origins, in turn: that of tick t at place t / spacing modulo their number.
    snapshots: Vec<Vec<f64>>,
    sum: f64,
    count: u64,
}

impl RelaxationMeter {
    /// Time starts at `positions` [3N] (unwrapped); k in 1/sigma; `interval` is the time of a tick.
    pub fn new(positions: &[f64], wave_number: f64, interval: f64) -> Self {
        Self { wave_number, interval, ticks: 0, origin: positions.to_vec(), lags: Vec::new() }
    }

    /// One tick later the particles are at `positions`.
    pub fn record(&mut self, positions: &[f64]) {
        self.ticks += 1;
        for level in 0.. {
            let lag_ticks = 1u64 << level;
            let spacing = lag_ticks.min(NEAREST_ORIGINS).max(lag_ticks / ORIGINS);
            let origins = lag_ticks / spacing;
            if !self.ticks.is_multiple_of(spacing) {
                break;
            }
            if self.lags.len() == level {
                self.lags.push(Lag { snapshots: vec![self.origin.clone()], sum: 0.0, count: 0 });
            }
            let lag = &mut self.lags[level];
            let place = (self.ticks / spacing % origins) as usize;
            match lag.snapshots.get_mut(place) {
                Some(oldest) => {
                    lag.sum += self_scattering(positions, oldest, self.wave_number);
                    lag.count += 1;
                    oldest.copy_from_slice(positions);
                }
                None => lag.snapshots.push(positions.to_vec()),
            }
        }
    }

    /// Time since the start.
    pub fn elapsed(&self) -> f64 {
        self.ticks as f64 * self.interval
    }

    /// (lag, F_s) for the lags 2^m ticks that fit into the run.
    pub fn correlation(&self) -> Vec<(f64, f64)> {
        let lag = |level: usize| (1u64 << level) as f64 * self.interval;
        let measured = self.lags.iter().enumerate().take_while(|(_, l)| l.count > 0);
        measured.map(|(level, l)| (lag(level), l.sum / l.count as f64)).collect()
    }

    /// The time at which F_s has fallen to 1/e; `None` when it has not yet.
    ///
    /// Between two lags a stretched exponential is laid through both, ln(-ln F_s) linear in ln t.
    pub fn relaxation_time(&self) -> Option<f64> {
        let target = (-1.0f64).exp();
        let correlation = self.correlation();
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
}
