//! Quenches: from a configuration to the minimum in whose basin it lies.

use super::conjugate_gradient;
use super::fire::Fire;
use super::lanes::{Supply, run_queue, run_supply, stiffness};
use super::lbfgs::Lbfgs;
use super::outcome::Quench;
use super::recognition::{Recogniser, Unwatched, Watch};
use super::settings::{Minimiser, QuenchSettings};
use crate::forces::lanes::{Columns, Configurations};
use crate::forces::{LANES, PairSum};

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
