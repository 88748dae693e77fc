//! Quenches: from a configuration to the minimum in whose basin it lies.

use super::conjugate_gradient;
use super::fire::Fire;
use super::lanes::{Supply, run_queue, run_supply, stiffness};
use super::lbfgs::Lbfgs;
use super::recognition::{Recogniser, Unwatched, Watch};
use super::settings::{ExploreSettings, Minimiser};
use crate::forces::lanes::{Columns, Configurations};
use crate::forces::{LANES, PairSum};
use serde::{Deserialize, Serialize};

/// How to quench.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct QuenchSettings {
    /// Largest force component in magnitude at a minimum [epsilon / sigma].
    pub force_tolerance: f64,
    pub minimiser: Minimiser,
    /// Bound on the force evaluations of one quench.
    pub max_evaluations: u64,
}

impl Default for QuenchSettings {
    fn default() -> Self {
        Self { force_tolerance: 1e-9, minimiser: Minimiser::Lbfgs, max_evaluations: 200_000 }
    }
}

impl From<&ExploreSettings> for QuenchSettings {
    fn from(explore: &ExploreSettings) -> Self {
        Self { force_tolerance: explore.force_tolerance, minimiser: explore.minimiser, ..Self::default() }
    }
}

/// Why a quench ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StopReason {
    /// The largest force component is below the tolerance.
    Converged,
    /// `max_evaluations` are used up.
    StepLimit,
    /// The coordinates are too coarse for the tolerance: the residual no longer falls (or the energy of the start is no
    /// finite number).
    Stalled,
    /// A known minimum was recognised before the end, and stands in its place.
    Recognised,
}

/// Where a quench ended.
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
    pub fn converged(&self) -> bool {
        self.stop == StopReason::Converged
    }

    /// Converged, or as near to the minimum as the rounding of the coordinates lets it come.
    pub fn at_minimum(&self) -> bool {
        match self.stop {
            StopReason::Converged | StopReason::Recognised => true,
            StopReason::Stalled => self.residual.is_finite(),
            StopReason::StepLimit => false,
        }
    }
}

/// Minimises the energy from `start` [3N].
pub fn quench(sum: &mut PairSum<1>, start: &[f64], settings: &QuenchSettings) -> Quench {
    let queue = |sum: &mut PairSum<1>| match settings.minimiser {
        Minimiser::ConjugateGradient => None,
        _ => quench_queue(sum, &[start], settings, &mut Unwatched).pop(),
    };
    queue(sum).unwrap_or_else(|| conjugate_gradient::minimise(sum, start, settings))
}

/// Minimises the energy from each of `starts` [3N], snapshots of one glass, eight at a time.
///
/// Results in the order of the starts, each bit-identical to `quench` of that start alone. Conjugate gradients need a
/// line search of their own for each configuration and use one lane of eight.
pub fn quench_batch(sum: &mut PairSum<LANES>, starts: &[&[f64]], settings: &QuenchSettings) -> Vec<Quench> {
    match settings.minimiser {
        Minimiser::ConjugateGradient => {
            let mut single = sum.of_one();
            starts.iter().map(|start| conjugate_gradient::minimise(&mut single, start, settings)).collect()
        }
        _ => quench_queue(sum, starts, settings, &mut Unwatched),
    }
}

/// Minimises what `supply` gives, eight starts of one glass at a time. Conjugate gradients take one after the other and show
/// nothing on their way.
pub fn quench_supply(sum: &mut PairSum<LANES>, supply: &mut impl Supply, settings: &QuenchSettings) {
    let (rows, stiffness) = (3 * sum.particles(), stiffness(sum));
    match settings.minimiser {
        Minimiser::ConjugateGradient => {
            let mut single = sum.of_one();
            while let Some((number, start)) = supply.next() {
                supply.ended(number, conjugate_gradient::minimise(&mut single, &start, settings));
            }
        }
        Minimiser::Fire => run_supply(sum, supply, settings, &mut Fire::new(rows, stiffness)),
        Minimiser::Lbfgs => run_supply(sum, supply, settings, &mut Lbfgs::new(rows, stiffness)),
    }
}

/// As `quench_batch`; a quench near a minimum that `recogniser` knows ends there. Which quenches are recognised depends on the
/// order of the starts alone.
pub(super) fn quench_recognising(
    sum: &mut PairSum<LANES>,
    starts: &[&[f64]],
    settings: &QuenchSettings,
    recogniser: &mut Recogniser,
) -> Vec<Quench> {
    match settings.minimiser {
        Minimiser::ConjugateGradient => quench_batch(sum, starts, settings),
        _ => quench_queue(sum, starts, settings, recogniser),
    }
}

fn quench_queue<const L: usize>(
    sum: &mut PairSum<L>,
    starts: &[&[f64]],
    settings: &QuenchSettings,
    watch: &mut impl Watch,
) -> Vec<Quench>
where
    Configurations: Columns<L>,
{
    let rows = 3 * sum.particles();
    let stiffness = stiffness(sum);
    match settings.minimiser {
        Minimiser::Fire => run_queue(sum, starts, settings, &mut Fire::new(rows, stiffness), watch),
        _ => run_queue(sum, starts, settings, &mut Lbfgs::new(rows, stiffness), watch),
    }
}
