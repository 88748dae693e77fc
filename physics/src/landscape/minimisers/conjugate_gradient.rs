//! Conjugate gradients (Polak-Ribiere, never negative) with a line search on the force along the direction.
//!
//! d <- F + beta d, beta = max(0, F.(F - F_old) / F_old.F_old); along d the search goes by secants to the zero of F.d,
//! which rounding of the energy does not disturb. One configuration at a time.

use super::lanes::{BLOCK, StallWatch, stiffness};
use super::method::{Method, StoppingCriteria, Supply};
use crate::forces::lanes::{Columns, Configurations};
use crate::forces::{PairSum, as_lanes, as_lanes_mut};
use crate::landscape::outcome::{Quench, StopReason};
use std::any::Any;

/// Largest component of one step [sigma], as LAMMPS' dmax.
const LARGEST_STEP: f64 = 0.1;
/// The search along a line ends when F.d has fallen to this fraction.
const LINE_TOLERANCE: f64 = 0.1;
const LINE_STEPS: u32 = 12;

/// The minimiser.
pub struct ConjugateGradient;

impl Method for ConjugateGradient {
    fn minimise<const L: usize>(sum: &mut PairSum<L>, supply: &mut impl Supply, criteria: &StoppingCriteria)
    where
        Configurations: Columns<L>,
    {
        let mut copy;
        let single = match (sum as &mut dyn Any).downcast_mut::<PairSum<1>>() {
            Some(single) => single,
            None => {
                copy = sum.of_one();
                &mut copy
            }
        };
        while let Some((number, start)) = supply.next() {
            supply.ended(number, descend(single, &start, criteria));
        }
    }
}

/// A point of the search.
struct Point {
    positions: Vec<f64>,
    forces: Vec<f64>,
    energy: f64,
}

/// Minimises from `start` [3N].
fn descend(sum: &mut PairSum<1>, start: &[f64], criteria: &StoppingCriteria) -> Quench {
    let mut watch = StallWatch::new(sum);
    let mut evaluations = 0;
    let mut point = evaluate(sum, start.to_vec(), &mut evaluations);
    let mut direction = point.forces.clone();
    let mut step = 0.25 / stiffness(sum);
    let stop = loop {
        let residual = largest(&point.forces);
        if residual < criteria.force_tolerance {
            break StopReason::Converged;
        }
        if !point.energy.is_finite() || watch.stalled(residual) {
            break StopReason::Stalled;
        }
        if evaluations >= criteria.max_evaluations {
            break StopReason::StepLimit;
        }
        if dot(&direction, &point.forces) <= 0.0 {
            direction.copy_from_slice(&point.forces);
        }
        let old = dot(&point.forces, &point.forces);
        let (next, taken) = search(sum, &point, &direction, step, &mut evaluations);
        let overlap = dot(&next.forces, &point.forces);
        let beta = ((dot(&next.forces, &next.forces) - overlap) / old).max(0.0);
        for (d, f) in direction.iter_mut().zip(&next.forces) {
            *d = f + beta * *d;
        }
        (point, step) = (next, taken);
    };
    let residual = largest(&point.forces);
    Quench { positions: point.positions, energy: point.energy, residual, force_evaluations: evaluations, stop }
}

/// Goes along `direction` to where the force along it has fallen; returns the point and the step length used.
fn search(sum: &mut PairSum<1>, from: &Point, direction: &[f64], first: f64, evaluations: &mut u64) -> (Point, f64) {
    let cap = LARGEST_STEP / largest(direction);
    let slope = dot(direction, &from.forces);
    // the zero of F.d lies between `low` (F.d > 0) and `high` (F.d < 0 or the energy too high), when there is a `high`
    let (mut low, mut slope_low) = (0.0, slope);
    let mut high: Option<(f64, f64)> = None;
    let mut step = first.min(cap);
    let rise = 1e-12 * from.energy.abs().max(direction.len() as f64 / 3.0);
    let mut tries = 0;
    loop {
        let positions = from.positions.iter().zip(direction).map(|(x, d)| x + step * d).collect();
        let point = evaluate(sum, positions, evaluations);
        let slope_here = dot(direction, &point.forces);
        tries += 1;
        let lower = point.energy <= from.energy + rise;
        if lower
            && (slope_here.abs() <= LINE_TOLERANCE * slope || tries >= LINE_STEPS || (slope_here > 0.0 && step >= cap))
        {
            return (point, step);
        }
        if tries >= 4 * LINE_STEPS {
            return (point, step);
        }
        if lower && slope_here > 0.0 {
            (low, slope_low) = (step, slope_here);
        } else {
            high = Some((step, slope_here));
        }
        step = match high {
            Some((high, slope_high)) => {
                let secant = low + (high - low) * slope_low / (slope_low - slope_high);
                let (least, most) = (low + 0.1 * (high - low), high - 0.1 * (high - low));
                if slope_high < 0.0 && secant.is_finite() { secant.clamp(least, most) } else { 0.5 * (low + high) }
            }
            None => {
                let secant = step * slope / (slope - slope_here);
                if secant > step && secant.is_finite() {
                    secant.min(4.0 * step).min(cap)
                } else {
                    (2.0 * step).min(cap)
                }
            }
        };
    }
}

fn evaluate(sum: &mut PairSum<1>, positions: Vec<f64>, evaluations: &mut u64) -> Point {
    let mut forces = vec![0.0; positions.len()];
    let [energy] = sum.forces(as_lanes(&positions), as_lanes_mut(&mut forces));
    *evaluations += 1;
    Point { positions, forces, energy }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.chunks(BLOCK).zip(b.chunks(BLOCK)).map(|(a, b)| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>()).sum()
}

fn largest(a: &[f64]) -> f64 {
    a.iter().fold(0.0, |largest, x| if x.abs() > largest { x.abs() } else { largest })
}
