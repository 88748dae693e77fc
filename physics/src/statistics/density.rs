//! n(E), the number of double wells with a splitting up to E per particle and glass, and the density of states n0.

use super::counts::counts_interval;
use super::heat::schottky;
use crate::error::{Error, Result};

/// One-sided 68 % upper limit of a Poisson mean when nothing was counted: exp(-mu) = 0.32, mu = -ln 0.32.
pub const POISSON_UPPER_LIMIT: f64 = 1.139_434_283_188_365;

/// The double wells of all glasses for one reduced mass, as columns.
#[derive(Clone, Debug)]
pub struct Library<'a> {
    glass: &'a [u32],
    splitting: &'a [f64],
    counted: &'a [bool],
    glasses: usize,
    particles: usize,
}

/// n(E) as a step function: its value from each distinct splitting on.
#[derive(Clone, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct CumulativeDensity {
    /// Distinct splittings, increasing [epsilon].
    pub splitting: Vec<f64>,
    /// n(E) = N_DW(splitting <= E) / (N N_g) at each splitting.
    pub cumulative: Vec<f64>,
    /// N_DW itself.
    pub count: Vec<u64>,
}

/// The method of an error bar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ErrorMethod {
    /// [`counts_interval`] of several glasses: Poisson statistics, widened by the spread of the counts between glasses.
    Overdispersed,
    /// The same of a single glass, as if its double wells were independent: a lower bound of the error.
    Poisson,
    /// Count 0: `upper` is the one-sided 68 % Poisson limit, 1.139 counts, and so is `error`.
    PoissonUpperLimit,
}

impl ErrorMethod {
    /// The name in files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Overdispersed => "overdispersed",
            Self::Poisson => "poisson",
            Self::PoissonUpperLimit => "poisson_upper_limit",
        }
    }
}

/// n(E)/E at one energy, per particle [1/epsilon].
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct DensityEstimate {
    pub energy: f64,
    /// Double wells with splitting < energy, all glasses.
    pub count: u64,
    /// count / (N N_g energy).
    pub density: f64,
    /// 68 % interval.
    pub lower: f64,
    pub upper: f64,
    /// Half the interval.
    pub error: f64,
    pub method: ErrorMethod,
}

impl<'a> Library<'a> {
    /// Rows (glass, splitting, counted) of double wells in `glasses` glasses of `particles` particles. `counted`: which
    /// rows take part, for example all but exchanges, or only the tunnelling ones. Rows without a splitting (NaN) are
    /// left out.
    ///
    /// # Errors
    /// `Error::Internal` when the columns differ in length or refer to a glass beyond `glasses`.
    pub fn new(
        glass: &'a [u32],
        splitting: &'a [f64],
        counted: &'a [bool],
        glasses: usize,
        particles: usize,
    ) -> Result<Self> {
        if glass.len() != splitting.len() || glass.len() != counted.len() {
            return Err(Error::Internal(format!(
                "columns of a library differ in length: {}, {}, {}",
                glass.len(),
                splitting.len(),
                counted.len()
            )));
        }
        match glass.iter().find(|glass| **glass as usize >= glasses) {
            Some(bad) => Err(Error::Internal(format!("a double well of glass {bad} among {glasses} glasses"))),
            None => Ok(Self { glass, splitting, counted, glasses, particles }),
        }
    }

    fn rows(&self) -> impl Iterator<Item = (u32, f64)> + '_ {
        let rows = self.glass.iter().zip(self.splitting).zip(self.counted);
        rows.filter(|((_, splitting), counted)| **counted && splitting.is_finite()).map(|((glass, e), _)| (*glass, *e))
    }

    /// N N_g.
    fn atoms(&self) -> f64 {
        self.particles as f64 * self.glasses as f64
    }

    /// n(E) on every distinct splitting.
    pub fn cumulative_density(&self) -> CumulativeDensity {
        let mut splittings: Vec<f64> = self.rows().map(|(_, splitting)| splitting).collect();
        splittings.sort_by(f64::total_cmp);
        let mut result = CumulativeDensity::default();
        for (i, splitting) in splittings.iter().enumerate() {
            if splittings.get(i + 1) != Some(splitting) {
                result.splitting.push(*splitting);
                result.count.push(i as u64 + 1);
                result.cumulative.push((i + 1) as f64 / self.atoms());
            }
        }
        result
    }

    /// n(E)/E at `energy` with its 68 % interval, which allows for double wells of one glass that are not independent.
    pub fn density(&self, energy: f64) -> DensityEstimate {
        let per_glass = self.active_per_glass(energy);
        let count: u64 = per_glass.iter().sum();
        let scale = 1.0 / (self.atoms() * energy);
        let (low, high, method) = match (count, self.glasses) {
            (0, _) => (0.0, POISSON_UPPER_LIMIT, ErrorMethod::PoissonUpperLimit),
            (_, glasses) => {
                let (low, high) = counts_interval(&per_glass);
                (low, high, if glasses == 1 { ErrorMethod::Poisson } else { ErrorMethod::Overdispersed })
            }
        };
        let error = if method == ErrorMethod::PoissonUpperLimit { high } else { 0.5 * (high - low) };
        DensityEstimate {
            energy,
            count,
            density: count as f64 * scale,
            lower: low * scale,
            upper: high * scale,
            error: error * scale,
            method,
        }
    }

    /// C/(N k_B) of the library's two-level systems at each temperature: the Schottky terms over N N_g.
    pub fn specific_heat(&self, temperatures: &[f64]) -> Vec<f64> {
        let at = |t: &f64| self.rows().map(|(_, splitting)| schottky(splitting, *t)).sum::<f64>() / self.atoms();
        temperatures.iter().map(at).collect()
    }

    /// Double wells with splitting < energy per glass [glasses].
    pub fn active_per_glass(&self, energy: f64) -> Vec<u64> {
        let mut counts = vec![0; self.glasses];
        self.rows().filter(|(_, splitting)| *splitting < energy).for_each(|(glass, _)| counts[glass as usize] += 1);
        counts
    }
}

/// n0 = n(k_B T_Q)/k_B T_Q and n(E)/E at a third of k_B T_Q, which agree only on a plateau.
pub fn quantum_densities(library: &Library, quantum_temperature: f64) -> [DensityEstimate; 2] {
    [quantum_temperature, quantum_temperature / 3.0].map(|energy| library.density(energy))
}

/// Which double wells are active: splitting < k_B T_Q (NaN is not).
pub fn active(splittings: &[f64], quantum_temperature: f64) -> Vec<bool> {
    splittings.iter().map(|splitting| *splitting < quantum_temperature).collect()
}
