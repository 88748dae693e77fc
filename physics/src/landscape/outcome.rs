//! The result of a quench.

use serde::{Deserialize, Serialize};

/// Why a quench ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StopReason {
    /// The largest force component is below the tolerance.
    Converged,
    /// `max_evaluations` have been used.
    StepLimit,
    /// The coordinates are too coarse for the tolerance: the residual no longer decreases (or the energy of the start
    /// is not finite).
    Stalled,
    /// A known minimum was recognised before the end and is used instead.
    Recognised,
}

/// Largest residual of a stalled quench that counts as a minimum [epsilon / sigma]: two orders above the rounding of a force
/// in a box of a hundred sigma.
const LARGEST_STALLED: f64 = 1e-8;

/// The end point of a quench.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Quench {
    /// [3N], continuous with the start (not wrapped) [sigma].
    pub positions: Vec<f64>,
    /// Total energy [epsilon].
    pub energy: f64,
    /// Largest force component in magnitude [epsilon / sigma].
    pub residual: f64,
    pub force_evaluations: u64,
    pub stop: StopReason,
}

impl Quench {
    /// A quench from `positions` [3N] before its first evaluation.
    pub fn not_begun(positions: Vec<f64>) -> Self {
        Self { positions, energy: f64::NAN, residual: f64::NAN, force_evaluations: 0, stop: StopReason::StepLimit }
    }

    pub fn converged(&self) -> bool {
        self.stop == StopReason::Converged
    }

    /// Converged, or as close to the minimum as the rounding of the coordinates allows.
    pub fn at_minimum(&self) -> bool {
        match self.stop {
            StopReason::Converged | StopReason::Recognised => true,
            StopReason::Stalled => self.residual <= LARGEST_STALLED,
            StopReason::StepLimit => false,
        }
    }
}
