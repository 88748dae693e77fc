//! L-BFGS whose first approximation to the inverse Hessian is an incomplete Cholesky factor, in the last part of a descent.

use super::super::lanes::{run_supply, stiffness};
use super::super::method::{StoppingCriteria, Supply};
use super::state::{LbfgsLanes, MEMORY, Preconditioner};
use crate::forces::lanes::{Columns, Configurations};
use crate::forces::{IncompleteCholesky, PairSum};

/// A lane is preconditioned from the residual on [epsilon / sigma, times the law's unit of stiffness] ...
const ONSET: f64 = 0.01;
/// ... and this number of steps in a row with positive curvature: before, a descent decides to which of the near minima it goes,
/// and the preconditioner changes where it ends (from 0.1 on, in 25 of 576 quenches of two small glasses; from 0.01 on, in none).
/// It ends with a step of negative curvature, until both hold again.
const CONVEX_STEPS: u32 = 3;

/// Minimises the starts of the supply, configurations near the one of `factor`. Until a lane is preconditioned, its descent has
/// the bits of one by `Lbfgs`.
pub fn minimise_preconditioned<const L: usize>(
    sum: &mut PairSum<L>,
    supply: &mut impl Supply,
    criteria: &StoppingCriteria,
    factor: &IncompleteCholesky,
) where
    Configurations: Columns<L>,
{
    let mut lanes = LbfgsLanes::<L, MEMORY, true>::new(3 * sum.particles(), stiffness(sum));
    lanes.preconditioner = Some(Preconditioner { factor, onset: ONSET * sum.model().law.stiffness_unit() });
    run_supply(sum, supply, criteria, &mut lanes);
}

impl<const L: usize, const M: usize, const P: bool> LbfgsLanes<'_, L, M, P>
where
    Configurations: Columns<L>,
{
    /// Applies the preconditioner of every lane to its forces; returns which lanes have begun or ended to use it, so that their
    /// history is void.
    pub(super) fn precondition(&mut self, forces: &[[f64; L]], accepted: [bool; L]) -> [bool; L] {
        let mut turned = [false; L];
        let Some(Preconditioner { factor, onset }) = self.preconditioner else { return turned };
        for l in (0..L).filter(|&l| accepted[l]) {
            let lane = &mut self.lanes[l];
            // the largest force is that of the evaluation before
            let on = match lane.preconditioned {
                true => lane.concave == 0,
                false => lane.convex >= CONVEX_STEPS && self.largest_force[l] < onset,
            };
            turned[l] = on != lane.preconditioned;
            lane.preconditioned = on;
            if turned[l] {
                lane.products.valid = [false; M];
                lane.convex = 0;
            }
        }
        self.solved.copy_from_slice(forces);
        if !self.lanes.iter().any(|lane| lane.preconditioned) {
            return turned;
        }
        factor.solve(&mut self.solved);
        if !self.lanes.iter().all(|lane| lane.preconditioned) {
            for (solved, forces) in self.solved.iter_mut().zip(forces) {
                for l in 0..L {
                    solved[l] = if self.lanes[l].preconditioned { solved[l] } else { forces[l] };
                }
            }
        }
        turned
    }
}
