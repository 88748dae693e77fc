//! Settings of the stage `excite`.

use crate::landscape::{Minimiser, QuenchSettings};
use crate::model::Potential;
use serde::{Deserialize, Serialize};

/// The logarithmic grid of amplitudes A of a push r_0 + A sqrt(N) e.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Amplitudes {
    /// The smallest amplitude [sigma].
    pub from: f64,
    /// The largest amplitude [sigma].
    pub to: f64,
    /// Amplitudes per factor of ten.
    pub per_decade: usize,
}

impl Amplitudes {
    /// `from`, then increasing by a constant factor, with `to` at the end [sigma].
    pub fn grid(&self) -> Vec<f64> {
        let decades = (self.to / self.from).log10();
        // a whole number of steps may exceed it by rounding
        let steps = (decades * self.per_decade as f64 - 1e-9).ceil().max(0.0) as usize;
        let at = |k: usize| self.from * 10_f64.powf(k as f64 / self.per_decade as f64);
        (0..steps).map(at).chain([self.to]).collect()
    }
}

/// The deck's `[excite]`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExciteSettings {
    /// Lowest modes of each glass to push along.
    pub modes: usize,
    /// Lowest modes of each glass for the density of states; `modes` if that is larger.
    pub spectrum: usize,
    /// The laws A_D omega^2 and alpha omega^4 are fitted below this multiple of omega_BP (of the highest mode that no
    /// glass lacks, if the boson peak is beyond it).
    pub fit_to: f64,
    /// Whether to push; without pushes there are only spectra and cubic estimates.
    pub push: bool,
    pub amplitudes: Amplitudes,
    /// Relative tolerance of A_c.
    pub tolerance: f64,
    /// Largest force component in magnitude at a minimum [epsilon / sigma].
    pub force_tolerance: f64,
    /// Minimiser of the pushes: basins of attraction depend on it.
    pub minimiser: Minimiser,
    /// Bound on the force evaluations of one quench.
    pub max_evaluations: u64,
    /// Write the displacement field of every destination.
    pub store_displacements: bool,
}

impl ExciteSettings {
    pub fn defaults(_: impl Into<Potential>) -> Self {
        Self {
            modes: 100,
            spectrum: 100,
            fit_to: 0.5,
            push: true,
            amplitudes: Amplitudes { from: 1e-7, to: 1.0, per_decade: 8 },
            tolerance: 1e-3,
            force_tolerance: 1e-13,
            minimiser: Minimiser::Lbfgs,
            max_evaluations: 200_000,
            store_displacements: false,
        }
    }

    /// Modes that are computed of each glass.
    pub fn computed(&self) -> usize {
        self.modes.max(self.spectrum)
    }
}

impl From<&ExciteSettings> for QuenchSettings {
    fn from(excite: &ExciteSettings) -> Self {
        Self {
            force_tolerance: excite.force_tolerance,
            minimiser: excite.minimiser,
            max_evaluations: excite.max_evaluations,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grids_begin_and_end_where_they_should() {
        let grid = Amplitudes { from: 1e-7, to: 1.0, per_decade: 8 }.grid();
        assert_eq!((grid.len(), grid[0], grid[56]), (57, 1e-7, 1.0));
        assert!(grid.windows(2).all(|pair| (pair[1] / pair[0] / 10_f64.powf(0.125) - 1.0).abs() < 1e-9));
        // the last step may be shorter
        let grid = Amplitudes { from: 1e-3, to: 5e-3, per_decade: 2 }.grid();
        assert_eq!(grid.len(), 3);
        assert!((grid[1] - 1e-3 * 10_f64.sqrt()).abs() < 1e-12 && grid[2] == 5e-3);
        assert_eq!(Amplitudes { from: 0.1, to: 0.1, per_decade: 3 }.grid(), [0.1]);
    }
}
