//! Quenches whose end is proven to be a minimum.

use super::inertia::counted_modes;
use super::krylov::{HessianAt, lowest_mode};
use super::vectors::{add_scaled, largest_component};
use crate::forces::PairSum;
use crate::landscape::{Quench, QuenchSettings, quench};
use crate::random::{Purpose, stream};
use rand_distr::{Distribution, StandardNormal};

/// Largest component of a displacement along a mode with negative eigenvalue [sigma]: the force there is well above the
/// tolerance of a quench, and the basin is that of the saddle's own side.
const KICK: f64 = 0.02;
/// Largest residual of a stationary point [epsilon / sigma], in the law's unit of stiffness: with a loose tolerance the quench has
/// ended on a slope, where negative modes mean nothing.
const STATIONARY: f64 = 1e-4;
/// Number of displacements before the search is given up.
const MOST_KICKS: usize = 8;
/// Number of products spent on the mode.
const MODE_PRODUCTS: usize = 200;

/// As [`quench`]; where the end has negative modes (forces vanish at a saddle, too), the quench goes on from a displacement
/// along the lowest one, to the side of the lower energy. Also returns the number of negative modes at the end: 0 for a
/// minimum, -1 when it was not counted (the quench did not converge, or the factorisation broke down).
pub fn quench_to_minimum(sum: &mut PairSum<1>, start: &[f64], settings: &QuenchSettings) -> (Quench, i64) {
    let mut end = quench(sum, start, settings);
    for kick in 0..=MOST_KICKS {
        if !end.at_minimum() {
            return (end, -1);
        }
        let negative = counted_modes(sum.model(), sum.cell(), &end.positions);
        let stationary = end.residual <= STATIONARY * sum.model().law.stiffness_unit();
        if negative <= 0 || kick == MOST_KICKS || !stationary {
            return (end, negative);
        }
        let mut random = stream(0, Purpose::Saddle, 0, kick as u64);
        let probe: Vec<f64> = (0..start.len()).map(|_| StandardNormal.sample(&mut random)).collect();
        let tolerance = 1e-6 * sum.model().law.stiffness_unit();
        let mut hessian = HessianAt::new(sum, &end.positions);
        let (_, mode, _) = lowest_mode(&mut hessian, &probe, MODE_PRODUCTS, tolerance);
        let products = hessian.products;
        let sides: [Quench; 2] = [1.0, -1.0].map(|sense| {
            let mut displaced = end.positions.clone();
            add_scaled(&mut displaced, sense * KICK / largest_component(&mode), &mode);
            quench(sum, &displaced, settings)
        });
        let before = end.force_evaluations + products + sides.iter().map(|side| side.force_evaluations).sum::<u64>();
        let [one, other] = sides;
        // the first at equal energy: the result does not depend on rounding in the last bit of a symmetric saddle
        end = if other.energy < one.energy - 1e-9 * one.energy.abs().max(1.0) { other } else { one };
        end.force_evaluations = before;
    }
    (end, -1)
}
