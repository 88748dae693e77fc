//! Points on the ways of earlier quenches of a run.
//!
//! Quenches that start in one basin slide along the same valley towards its minimum, long before they are near it. A quench
//! that comes within `REACH` of a point on the way of an earlier one, every particle of it, therefore ends in the same
//! minimum. This is no proof: benches/shortcuts.rs compares such ends with those of quenches that run on, and a random share of
//! them is audited in every campaign.
//!
//! The points belong to one queue of quenches: they are no state of the exploration, and what they save depends on which
//! snapshots wait together, as for recognition by minima.

use crate::forces::LANES;
use crate::forces::lanes::{Pass, vectorised};
use std::collections::VecDeque;

/// Largest distance of a particle from its position at a waypoint [sigma].
const REACH: f64 = 0.005;
/// Largest height above the minimum at the end of the way [epsilon]: higher up valleys fork. Without this bound three of 800
/// quenches of a poorly annealed glass were ended in a neighbour of their minimum, after a sixth of their calls.
pub(super) const CONFLUENCE: f64 = 0.01;
/// Number of quenches of a run whose ways are kept: the latest.
const WAYS: usize = 8;
/// Number of points of a way that are kept: the latest.
const POINTS: usize = 32;

/// The largest number of configurations in double precision that take as much memory as the ways of `runs` runs, of which
/// `quenches` quenches wait in a queue.
pub(super) fn configurations_held(runs: u64, quenches: u64) -> u64 {
    let ways = (runs * WAYS as u64 + LANES as u64).min(quenches);
    (ways * POINTS as u64).div_ceil(2)
}

/// The way of one quench.
#[derive(Clone)]
struct Way {
    /// Its number in the queue.
    start: usize,
    /// [3N] each, the latest last; rounded to f32, 1e-6 sigma.
    points: VecDeque<Vec<f32>>,
    /// Key of the minimum in which it ended.
    end: Option<usize>,
}

/// The ways of the latest quenches of one run.
#[derive(Clone, Default)]
pub(super) struct Ways {
    /// The latest begun first.
    ways: VecDeque<Way>,
}

impl Ways {
    /// Keys of the minima at the ends of the ways that pass within `REACH` of x [3N], the latest way first.
    pub(super) fn ends_near<'w>(&'w self, x: &'w [f64]) -> impl Iterator<Item = usize> + 'w {
        let near = move |way: &&Way| way.points.iter().rev().any(|point| vectorised(Near { x, point }));
        self.ways.iter().filter(|way| way.end.is_some()).filter(near).filter_map(|way| way.end)
    }

    /// Keeps a point of the way of quench `start`.
    pub(super) fn pass(&mut self, start: usize, x: &[f64]) {
        let place = match self.ways.iter().position(|way| way.start == start) {
            Some(place) => place,
            None => {
                self.ways.push_front(Way { start, points: VecDeque::new(), end: None });
                0
            }
        };
        let points = &mut self.ways[place].points;
        points.push_back(x.iter().map(|&x| x as f32).collect());
        if points.len() > POINTS {
            points.pop_front();
        }
    }

    /// Records that quench `start` ended in the minimum `key`, or in none.
    pub(super) fn end(&mut self, start: usize, key: Option<usize>) {
        match key {
            Some(_) => self.ways.iter_mut().filter(|way| way.start == start).for_each(|way| way.end = key),
            None => self.ways.retain(|way| way.start != start),
        }
        let ended = |way: &Way| way.end.is_some();
        while self.ways.iter().filter(|way| ended(way)).count() > WAYS {
            let Some(last) = self.ways.iter().rposition(ended) else { break };
            self.ways.remove(last);
        }
    }
}

/// Whether every particle of x is within `REACH` of its position at the point.
struct Near<'a> {
    x: &'a [f64],
    point: &'a [f32],
}

impl Pass for Near<'_> {
    type Output = bool;
    #[inline(always)]
    fn run(self) -> bool {
        /// Coordinates of eight particles, after which the comparison may end.
        const BLOCK: usize = 24;
        let within = |x: &[f64], point: &[f32]| {
            let largest = x.as_chunks::<3>().0.iter().zip(point.as_chunks::<3>().0).fold(0.0_f64, |largest, (x, y)| {
                let d: [f64; 3] = std::array::from_fn(|k| x[k] - f64::from(y[k]));
                largest.max(d[0] * d[0] + d[1] * d[1] + d[2] * d[2])
            });
            largest <= REACH * REACH
        };
        self.x.chunks(BLOCK).zip(self.point.chunks(BLOCK)).all(|(x, point)| within(x, point))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_are_those_of_ways_that_pass_within_reach() {
        let point =
            |shift: f64| -> Vec<f64> { (0..30).map(|k| f64::from(k) + if k == 17 { shift } else { 0.0 }).collect() };
        let near = |ways: &Ways, shift: f64| ways.ends_near(&point(shift)).collect::<Vec<usize>>();
        let mut ways = Ways::default();
        ways.pass(3, &point(0.02));
        ways.pass(3, &point(0.0));
        // it has not ended yet
        assert_eq!(near(&ways, 0.0), [0; 0]);
        ways.end(3, Some(7));
        assert_eq!(near(&ways, 0.0049), [7]);
        assert_eq!(near(&ways, 0.0051), [0; 0]);
        assert_eq!(near(&ways, 0.0151), [7]);
        // a quench that ended in no minimum leaves no way; the earliest ways are dropped
        ways.pass(4, &point(0.1));
        ways.end(4, None);
        assert_eq!(near(&ways, 0.1), [0; 0]);
        for start in 5..5 + WAYS {
            ways.pass(start, &point(0.5));
            ways.end(start, Some(8));
        }
        assert_eq!(near(&ways, 0.0), [0; 0]);
        assert_eq!(near(&ways, 0.5), [8; WAYS]);
    }
}
