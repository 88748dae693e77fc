//! Settings of the stage `excite`.

use crate::landscape::{Minimiser, QuenchSettings};
use crate::model::Potential;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The logarithmic grid of amplitudes A of a push r_0 + A sqrt(N) e.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Amplitudes {
    /// The smallest amplitude [sigma].
    ///
    /// Source: doi:10.1103/PhysRevResearch.2.013215
    #[schemars(extend("exclusiveMinimum" = 0))]
    pub from: f64,
    /// The largest amplitude, at least `from` [sigma].
    #[schemars(extend("exclusiveMinimum" = 0))]
    pub to: f64,
    /// Number of amplitudes per factor of ten.
    #[schemars(range(min = 1))]
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
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ExciteSettings {
    /// Number of lowest modes of each glass to push along, at most 3N - 3.
    #[schemars(range(min = 1))]
    pub modes: usize,
    /// Number of lowest modes of each glass for the density of states, at most 3N - 3; `modes` if that is larger.
    pub spectrum: usize,
    /// g(omega) = A_D omega^2 + alpha omega^4 is fitted below this fraction of the boson peak frequency, or of the highest
    /// computed frequency if the peak lies above it.
    #[schemars(extend("exclusiveMinimum" = 0), range(max = 1))]
    pub fit_to: f64,
    /// Whether glasses are pushed. Without pushes, for very large glasses, there are only spectra and cubic estimates.
    pub push: bool,
    /// Logarithmic grid of amplitudes.
    pub amplitudes: Amplitudes,
    /// Relative accuracy of the critical amplitude A_c.
    #[schemars(range(min = 1e-12, max = 1))]
    pub tolerance: f64,
    /// Largest force component at a minimum [epsilon/sigma].
    #[schemars(extend("exclusiveMinimum" = 0))]
    pub force_tolerance: f64,
    /// Method of the quenches. Basins of attraction depend on it.
    pub minimiser: Minimiser,
    /// Upper bound of the force evaluations of one quench.
    #[schemars(range(min = 1))]
    pub max_evaluations: u64,
    /// Whether the displacement field of every destination is written.
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
