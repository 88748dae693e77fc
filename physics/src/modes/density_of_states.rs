//! The density of vibrational states of several glasses and the weight of its quartic law (Mocanu et al., J. Chem. Phys. 158,
//! 014501 (2023), sec. IV.C, doi:10.1063/5.0128820).
//!
//! D(omega) is normalised to 1 over the 3N - 3 modes of each glass; I(omega) = int_0^omega D. Where D = A_4 omega^4, below the first
//! phonon omega_t, I / omega^5 = A_4 / 5.

use crate::random::{Purpose, stream};
use rand::RngExt;
use serde::{Deserialize, Serialize};

/// The known part of the spectrum of one glass (one minimum).
#[derive(Clone, Debug)]
pub struct GlassFrequencies {
    /// Frequencies of the known modes, starting with the lowest [(epsilon / m)^1/2 / sigma]; those of unstable modes
    /// are 0 or negative.
    pub frequencies: Vec<f64>,
    /// 3 (N - N_rattlers) - 3, the total number of modes.
    pub modes: usize,
}

impl GlassFrequencies {
    /// From eigenvalues omega^2 [K], without translations; unstable modes get -|omega|.
    pub fn new(eigenvalues: &[f64], modes: usize) -> Self {
        let mut frequencies: Vec<f64> = eigenvalues.iter().copied().map(super::frequency).collect();
        frequencies.sort_by(f64::total_cmp);
        Self { frequencies, modes }
    }

    /// Below this frequency no mode is missing.
    fn complete_to(&self) -> f64 {
        match self.frequencies.last() {
            _ if self.frequencies.len() >= self.modes => f64::INFINITY,
            Some(last) => *last,
            None => 0.0,
        }
    }
}

/// How A_4 is fitted.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct QuarticSettings {
    /// The window in units of omega_t.
    pub from: f64,
    pub to: f64,
    /// Smallest number of modes of all glasses below the end of the window for a fit of A_4.
    pub fewest_modes: usize,
    /// Number of bootstrap samples of the glasses.
    pub resamples: usize,
}

impl Default for QuarticSettings {
    fn default() -> Self {
        Self { from: 0.7, to: 0.95, fewest_modes: 10, resamples: 1000 }
    }
}

/// Whether A_4 could be fitted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum QuarticStatus {
    Fitted,
    /// Fewer than `fewest_modes` lie below the end of the window.
    TooFewModes,
    /// Some glass has modes in the window that were not computed.
    Incomplete,
    /// omega_t is not positive.
    NoWindow,
}

/// The fit of A_4; numbers are NaN unless `status` is `Fitted`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct QuarticFit {
    /// A_4 [(m sigma^2 / epsilon)^5/2]: five times the mean of I / omega^5 over the window.
    pub a4: f64,
    /// 68 % error by a bootstrap over whole glasses; NaN with fewer than two.
    pub error: f64,
    /// The window [omega].
    pub from: f64,
    pub to: f64,
    /// Modes below the end of the window, without unstable ones.
    pub modes: usize,
    pub status: QuarticStatus,
}

impl QuarticFit {
    /// A_4 omega_D^5 and its error, dimensionless.
    pub fn adimensional(&self, omega_debye: f64) -> (f64, f64) {
        let scale = omega_debye.powi(5);
        (self.a4 * scale, self.error * scale)
    }
}

/// The spectra of an ensemble of glasses.
#[derive(Clone, Debug)]
pub struct DensityOfStates {
    glasses: Vec<GlassFrequencies>,
}

impl DensityOfStates {
    pub fn new(glasses: Vec<GlassFrequencies>) -> Self {
        Self { glasses }
    }

    /// Up to this frequency no glass lacks a mode; D and I are those of the ensemble only below it.
    pub fn complete_to(&self) -> f64 {
        self.glasses.iter().map(GlassFrequencies::complete_to).fold(f64::INFINITY, f64::min)
    }

    /// 3N - 3 summed over glasses.
    fn modes(&self) -> f64 {
        self.glasses.iter().map(|glass| glass.modes as f64).sum()
    }

    /// Modes of all glasses in each bin [edges[k], edges[k + 1]); their number over 3N - 3 and the width is D(omega).
    pub fn counts(&self, edges: &[f64]) -> Vec<u64> {
        let below = |edge: f64| -> usize {
            self.glasses.iter().map(|glass| glass.frequencies.partition_point(|f| *f < edge)).sum()
        };
        edges.windows(2).map(|bin| (below(bin[1]) - below(bin[0])) as u64).collect()
    }

    /// D(omega) in each bin, normalised to 1 over the 3N - 3 modes of every glass.
    pub fn density(&self, edges: &[f64]) -> Vec<f64> {
        let bins = self.counts(edges).into_iter().zip(edges.windows(2));
        bins.map(|(count, bin)| count as f64 / (self.modes() * (bin[1] - bin[0]))).collect()
    }

    /// I(omega): the fraction of modes with 0 < frequency <= omega, without unstable ones.
    pub fn integrated(&self, omega: f64) -> f64 {
        let up_to = |glass: &GlassFrequencies| {
            glass.frequencies.partition_point(|f| *f <= omega) - glass.frequencies.partition_point(|f| *f <= 0.0)
        };
        self.glasses.iter().map(|glass| up_to(glass) as f64).sum::<f64>() / self.modes()
    }

    /// A_4 from I / omega^5 between `from` and `to` times `omega_first_phonon` (omega_t = 2 pi c_t / L).
    pub fn quartic(&self, omega_first_phonon: f64, settings: &QuarticSettings, seed: u64) -> QuarticFit {
        let (from, to) = (settings.from * omega_first_phonon, settings.to * omega_first_phonon);
        let modes = self.glasses.iter().map(|glass| stable_below(glass, to).len()).sum();
        let status = match () {
            _ if !(from > 0.0 && to > from && to.is_finite()) => QuarticStatus::NoWindow,
            _ if self.complete_to() < to => QuarticStatus::Incomplete,
            _ if modes < settings.fewest_modes.max(1) => QuarticStatus::TooFewModes,
            _ => QuarticStatus::Fitted,
        };
        if status != QuarticStatus::Fitted {
            return QuarticFit { a4: f64::NAN, error: f64::NAN, from, to, modes, status };
        }
        // a mode at omega contributes int omega'^-5 over the part of the window above it
        let weight = |f: &f64| (f.max(from).powi(-4) - to.powi(-4)) / (4.0 * (to - from));
        let shares: Vec<(f64, f64)> = self
            .glasses
            .iter()
            .map(|glass| (stable_below(glass, to).iter().map(weight).sum(), glass.modes as f64))
            .collect();
        let a4_of = |sum: (f64, f64)| 5.0 * sum.0 / sum.1;
        let total = shares.iter().fold((0.0, 0.0), |sum, share| (sum.0 + share.0, sum.1 + share.1));
        let error = bootstrap(&shares, settings.resamples, seed, a4_of);
        QuarticFit { a4: a4_of(total), error, from, to, modes, status }
    }
}

/// Frequencies in (0, omega).
fn stable_below(glass: &GlassFrequencies, omega: f64) -> &[f64] {
    let first = glass.frequencies.partition_point(|f| *f <= 0.0);
    let last = glass.frequencies.partition_point(|f| *f < omega);
    &glass.frequencies[first..last.max(first)]
}

/// Half the distance between the 16 % and 84 % quantiles over resamples of the glasses.
fn bootstrap(shares: &[(f64, f64)], resamples: usize, seed: u64, value: impl Fn((f64, f64)) -> f64) -> f64 {
    if shares.len() < 2 || resamples == 0 {
        return f64::NAN;
    }
    let mut random = stream(seed, Purpose::Bootstrap, 1, 0);
    let mut draw = || {
        (0..shares.len()).fold((0.0, 0.0), |sum, _| {
            let share = shares[random.random_range(0..shares.len() as u64) as usize];
            (sum.0 + share.0, sum.1 + share.1)
        })
    };
    let mut values: Vec<f64> = (0..resamples).map(|_| value(draw())).collect();
    values.sort_by(f64::total_cmp);
    let quantile = |share: f64| values[((share * resamples as f64) as usize).min(resamples - 1)];
    0.5 * (quantile(0.84) - quantile(0.16))
}
