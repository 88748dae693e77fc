//! The fast inertial relaxation engine for L configurations at a time.
//!
//! v <- (1 - alpha) v + alpha |v| F/|F| while P = F.v > 0; the clock quickens after a few such steps and slows, with v = 0, when
//! P <= 0 (Bitzek et al. 2006, doi:10.1103/PhysRevLett.97.170201), with semi-implicit Euler steps and the half step back
//! of FIRE 2.0 (Guenole et al. 2020, doi:10.1016/j.commatsci.2020.109584).

use super::lanes::{BLOCK, BatchRows, LaneMinimiser, add, run_supply, stiffness};
use super::method::{Method, StoppingCriteria, Supply};
use crate::forces::PairSum;
use crate::forces::lanes::{Columns, Configurations};

const ALPHA: f64 = 0.25;
const ALPHA_DECREASE: f64 = 0.99;
const QUICKENING: f64 = 1.1;
const SLOWING: f64 = 0.5;
/// Steps downhill before the clock quickens.
const DELAY: u32 = 20;
/// Largest component of one step [sigma].
const LARGEST_STEP: f64 = 0.1;

/// The minimiser.
pub struct Fire;

impl Method for Fire {
    fn minimise<const L: usize>(sum: &mut PairSum<L>, supply: &mut impl Supply, criteria: &StoppingCriteria)
    where
        Configurations: Columns<L>,
    {
        let mut lanes = FireLanes::new(3 * sum.particles(), stiffness(sum));
        run_supply(sum, supply, criteria, &mut lanes);
    }
}

/// The clock of one lane.
#[derive(Clone, Copy, Debug, Default)]
struct Lane {
    time_step: f64,
    alpha: f64,
    downhill: u32,
}

/// The state of the minimiser for L lanes.
struct FireLanes<const L: usize> {
    /// 1/2 (m / stiffness)^1/2: several steps to a period of the stiffest pair.
    longest_time_step: f64,
    lanes: [Lane; L],
    velocities: Vec<[f64; L]>,
    forces: Vec<[f64; L]>,
    /// F.v and F.F of each lane.
    power: [f64; L],
    force_squared: [f64; L],
}

impl<const L: usize> FireLanes<L> {
    fn new(rows: usize, stiffness: f64) -> Self {
        Self {
            longest_time_step: 0.5 / stiffness.sqrt(),
            lanes: [Lane::default(); L],
            velocities: vec![[0.0; L]; rows],
            forces: vec![[0.0; L]; rows],
            power: [0.0; L],
            force_squared: [0.0; L],
        }
    }

    /// v <- keep v + dt F; returns v.v of each lane.
    fn kick(&mut self, keep: [f64; L], dt: [f64; L]) -> [f64; L] {
        let mut speed_squared = [0.0; L];
        for (v, f) in self.velocities.chunks_mut(BLOCK).zip(self.forces.chunks(BLOCK)) {
            let mut vv = [0.0; L];
            for (v, f) in v.iter_mut().zip(f) {
                for l in 0..L {
                    v[l] = keep[l] * v[l] + dt[l] * f[l];
                    vv[l] += v[l] * v[l];
                }
            }
            add(&mut speed_squared, &vv);
        }
        speed_squared
    }
}

impl<const L: usize> LaneMinimiser<L> for FireLanes<L> {
    fn restart(&mut self, lane: usize) {
        self.lanes[lane] = Lane { time_step: 0.25 * self.longest_time_step, alpha: ALPHA, downhill: 0 };
        self.velocities.iter_mut().for_each(|v| v[lane] = 0.0);
    }

    fn absorb(&mut self, forces: &BatchRows<L>, _energies: [f64; L], _running: [bool; L]) -> [f64; L] {
        self.forces.copy_from_slice(forces);
        let (mut power, mut squared, mut largest) = ([0.0; L], [0.0; L], [0.0_f64; L]);
        for (v, f) in self.velocities.chunks(BLOCK).zip(forces.chunks(BLOCK)) {
            let (mut vf, mut ff) = ([0.0; L], [0.0; L]);
            for (v, f) in v.iter().zip(f) {
                for l in 0..L {
                    vf[l] += v[l] * f[l];
                    ff[l] += f[l] * f[l];
                    largest[l] = if f[l].abs() > largest[l] { f[l].abs() } else { largest[l] };
                }
            }
            add(&mut power, &vf);
            add(&mut squared, &ff);
        }
        (self.power, self.force_squared) = (power, squared);
        largest
    }

    fn advance(&mut self, positions: &mut BatchRows<L>, running: [bool; L]) {
        let (mut keep, mut dt, mut back) = ([0.0; L], [0.0; L], [0.0; L]);
        for l in 0..L {
            if !running[l] {
                continue;
            }
            let lane = &mut self.lanes[l];
            if self.power[l] > 0.0 {
                lane.downhill += 1;
                if lane.downhill > DELAY {
                    lane.time_step = (lane.time_step * QUICKENING).min(self.longest_time_step);
                    lane.alpha *= ALPHA_DECREASE;
                }
                keep[l] = 1.0;
            } else {
                // half of the last uphill step is taken back; a fresh lane has v = 0
                back[l] = 0.5 * lane.time_step;
                lane.downhill = 0;
                lane.alpha = ALPHA;
                lane.time_step = (lane.time_step * SLOWING).max(0.02 * self.longest_time_step);
            }
            dt[l] = lane.time_step;
        }
        if back.iter().any(|&b| b > 0.0) {
            for (x, v) in positions.iter_mut().zip(&self.velocities) {
                for l in 0..L {
                    x[l] -= back[l] * v[l];
                }
            }
        }
        let speed_squared = self.kick(keep, dt);
        let turn: [f64; L] = std::array::from_fn(|l| {
            let ratio = speed_squared[l] / self.force_squared[l];
            if running[l] && ratio.is_finite() { self.lanes[l].alpha * ratio.sqrt() } else { 0.0 }
        });
        let slow: [f64; L] = std::array::from_fn(|l| if running[l] { 1.0 - self.lanes[l].alpha } else { 0.0 });
        for ((x, v), f) in positions.iter_mut().zip(&mut self.velocities).zip(&self.forces) {
            for l in 0..L {
                let velocity = slow[l] * v[l] + turn[l] * f[l];
                // a lane at rest may hold forces that are NaN
                v[l] = if running[l] { velocity } else { 0.0 };
                x[l] += (dt[l] * v[l]).clamp(-LARGEST_STEP, LARGEST_STEP);
            }
        }
    }
}
