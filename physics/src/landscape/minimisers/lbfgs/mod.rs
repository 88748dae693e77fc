//! Limited-memory BFGS for L configurations at a time, without line search; with a preconditioner if there is one.
//!
//! With F the force, s_k = x_{k+1} - x_k and y_k = F_k - F_{k+1} the direction is d = H F, with H from the two-loop
//! recursion of Nocedal (doi:10.1090/S0025-5718-1980-0572855-7). The recursion uses only scalar products: d is a linear
//! combination of F and the s_k, y_k, whose coefficients follow from the table of their products (Chen, Wang, Zhou,
//! NIPS 2014). The history is therefore read twice per step, once for products and once for the sum, regardless of its
//! length. It is stored in f32: the secant condition needs no more, and the history is the first to be evicted from the
//! cache.
//!
//! With a preconditioner P the recursion begins with P instead of the unit matrix: d is the same combination of P F, s_k and
//! z_k = P y_k, which is P F_k - P F_{k+1}, so that P is applied once for each evaluation.

mod passes;
mod preconditioned;
mod secants;
mod state;

use super::lanes::{LaneMinimiser, run_supply, stiffness};
use super::method::{Method, StoppingCriteria, Supply};
use crate::forces::PairSum;
use crate::forces::lanes::{Columns, Configurations, Kernel};
use passes::{Apply, FormDirections, Gather, Gathered, Move, marks};
use secants::{Coefficients, coefficients};
use state::{Lane, LbfgsLanes, MEMORY};

pub use preconditioned::minimise_preconditioned;

/// Largest component of one step [sigma]; the same as LAMMPS' dmax, which keeps the basins of its minimisers.
const LARGEST_STEP: f64 = 0.1;
/// A step that raises the energy is shortened by this factor ...
const SHORTENING: f64 = 0.25;
/// ... at most this many times, then accepted with an empty history.
const SHORTENINGS: u32 = 6;
/// The rise that counts, relative to max(N, |U|): above the rounding of the sum, far below a basin's depth.
const RISE: f64 = 1e-10;

/// The minimiser.
pub struct Lbfgs;

impl Method for Lbfgs {
    const RESTARTABLE: bool = true;
    // except for the increase `RISE`
    const MONOTONIC: bool = true;

    fn minimise<const L: usize>(sum: &mut PairSum<L>, supply: &mut impl Supply, criteria: &StoppingCriteria)
    where
        Configurations: Columns<L>,
    {
        let mut lanes = LbfgsLanes::<L, MEMORY, false>::new(3 * sum.particles(), stiffness(sum));
        run_supply(sum, supply, criteria, &mut lanes);
    }
}

impl<const L: usize, const M: usize, const P: bool> LbfgsLanes<'_, L, M, P>
where
    Configurations: Columns<L>,
{
    /// Enters the newest pair of one lane into its table; a pair without positive curvature empties the history.
    fn enter_pair(&mut self, lane: usize, gathered: &Gathered<L, M>, with_pair: bool) {
        let k = self.newest;
        let lane_of = &mut self.lanes[lane];
        let table = &mut lane_of.products;
        let (sf_old, zf_old) = (table.sf, table.zf);
        for j in 0..M {
            table.sf[j] = gathered.products[j][0][lane];
            table.zf[j] = gathered.products[j][1][lane];
        }
        table.valid[k] = false;
        if !with_pair {
            return;
        }
        for j in (0..M).filter(|&j| j != k) {
            // of what was in the slot before
            table.sy[k][j] = 0.0;
            table.sy[j][k] = sf_old[j] - table.sf[j];
            table.zy[j][k] = zf_old[j] - table.zf[j];
            table.zy[k][j] = table.zy[j][k];
        }
        table.sy[k][k] = gathered.curvature[lane];
        table.zy[k][k] = gathered.square[lane];
        let curvature = table.sy[k][k];
        if !(curvature > 0.0 && curvature.is_finite()) {
            table.valid = [false; M];
            lane_of.concave += 1;
            lane_of.convex = 0;
            return;
        }
        table.valid[k] = true;
        lane_of.concave = 0;
        lane_of.convex += 1;
    }
}

impl<const L: usize, const M: usize, const P: bool> LaneMinimiser<L> for LbfgsLanes<'_, L, M, P>
where
    Configurations: Columns<L>,
{
    fn restart(&mut self, lane: usize) {
        self.lanes[lane] = Lane { fresh: true, ..Lane::default() };
    }

    fn absorb(&mut self, forces: &[[f64; L]], energies: [f64; L], running: [bool; L]) -> [f64; L] {
        let particles = (forces.len() / 3) as f64;
        let accepted = std::array::from_fn(|l| {
            let lane = &self.lanes[l];
            let rise = RISE * particles.max(lane.energy.abs());
            let lower = lane.fresh || energies[l] <= lane.energy + rise || lane.shortenings >= SHORTENINGS;
            running[l] && lower && energies[l].is_finite()
        });
        let turned = if P { self.precondition(forces, accepted) } else { [false; L] };
        let paired = std::array::from_fn(|l| accepted[l] && !self.lanes[l].fresh && !turned[l]);
        let preconditioned = marks(std::array::from_fn(|l| self.lanes[l].preconditioned));
        let (accepts, pairs) = (marks(accepted), marks(paired));
        let pass = Gather { minimiser: self, forces, accepted: accepts, paired: pairs, preconditioned };
        let gathered = Configurations::run(Kernel::best(), pass);
        for l in 0..L {
            self.enter_pair(l, &gathered, paired[l]);
            let lane = &mut self.lanes[l];
            let tired = lane.shortenings >= SHORTENINGS;
            lane.refused = running[l] && !accepted[l];
            if accepted[l] {
                if tired {
                    lane.products.valid = [false; M];
                }
                lane.energy = energies[l];
                lane.fresh = false;
                lane.shortenings = 0;
            } else if running[l] {
                lane.shortenings += 1;
            }
        }
        self.largest_force
    }

    fn advance(&mut self, positions: &mut [[f64; L]], running: [bool; L]) {
        let retry: [bool; L] = std::array::from_fn(|l| running[l] && self.lanes[l].refused);
        let coefficients: [Coefficients<M>; L] = std::array::from_fn(|l| {
            if running[l] && !retry[l] {
                let lane = &self.lanes[l];
                let first_step = if lane.preconditioned { 1.0 } else { self.first_step };
                coefficients(&lane.products, self.newest, first_step * lane.growth())
            } else {
                Coefficients::default()
            }
        });
        let keep = retry.map(|r| if r { 1.0 } else { 0.0 });
        let pass = FormDirections { minimiser: self, coefficients: &coefficients, keep };
        let (largest, slope) = Configurations::run(Kernel::best(), pass);
        let moves = std::array::from_fn(|l| {
            if retry[l] {
                return Move { along: SHORTENING, steepest: 0.0, returning: 1.0 };
            }
            if !running[l] {
                return Move::default();
            }
            if slope[l] > 0.0 && largest[l].is_finite() {
                return Move { along: capped(1.0, largest[l]), ..Move::default() };
            }
            // rounding has spoilt the history
            self.lanes[l].products.valid = [false; M];
            Move { steepest: capped(self.first_step, self.first_step * self.largest_force[l]), ..Move::default() }
        });
        Configurations::run(Kernel::best(), Apply { minimiser: self, positions, moves: &moves });
    }
}

/// `factor`, lowered so that a step whose largest component is `largest` stays within the cap.
fn capped(factor: f64, largest: f64) -> f64 {
    if largest > LARGEST_STEP { factor * LARGEST_STEP / largest } else { factor }
}
