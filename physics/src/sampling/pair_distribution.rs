//! The radial distribution functions of a mixture.

use super::near_pairs::for_each_near_pair;
use crate::model::PeriodicBox;
use std::f64::consts::PI;

/// Counts of pairs by distance and by the classes (species, or ranges of diameters) of the two particles.
#[derive(Clone, Debug)]
pub struct PairDistribution {
    width: f64,
    /// [classes][classes][bins], filled for a <= b.
    counts: Vec<Vec<Vec<u64>>>,
    /// Pairs of an ideal gas in a unit of volume, summed over frames: [classes][classes].
    ideal: Vec<Vec<f64>>,
}

impl PairDistribution {
    /// Bins of `width` [sigma] up to `bins` times it, at most half the box; `classes` of particles.
    pub fn new(classes: usize, width: f64, bins: usize) -> Self {
        Self { width, counts: vec![vec![vec![0; bins]; classes]; classes], ideal: vec![vec![0.0; classes]; classes] }
    }

    /// Adds a configuration: positions [3N], classes [N].
    pub fn add(&mut self, cell: &PeriodicBox, positions: &[f64], class: &[u8]) {
        let classes = self.counts.len();
        let members: Vec<f64> =
            (0..classes).map(|a| class.iter().filter(|c| **c as usize == a).count() as f64).collect();
        for a in 0..classes {
            for b in a..classes {
                let pairs = if a == b { 0.5 * members[a] * (members[a] - 1.0) } else { members[a] * members[b] };
                self.ideal[a][b] += pairs / cell.volume();
            }
        }
        let (bins, width) = (self.counts.first().map_or(0, |row| row[0].len()), self.width);
        for_each_near_pair(cell, positions, bins as f64 * width, |i, j, r2| {
            let (a, b) = (class[i].min(class[j]) as usize, class[i].max(class[j]) as usize);
            // rounding of the root may exceed the last bin
            let bin = ((r2.sqrt() / width) as usize).min(bins - 1);
            self.counts[a][b][bin] += 1;
        });
    }

    /// g_ab(r) by bin, 1 for an ideal gas; NaN without such pairs.
    pub fn radial(&self, a: usize, b: usize) -> Vec<f64> {
        let (a, b) = (a.min(b), a.max(b));
        let shell = |bin: usize| {
            let edge = |bin: usize| (bin as f64 * self.width).powi(3);
            4.0 / 3.0 * PI * (edge(bin + 1) - edge(bin))
        };
        self.counts[a][b]
            .iter()
            .enumerate()
            .map(|(bin, count)| *count as f64 / (self.ideal[a][b] * shell(bin)))
            .collect()
    }
}
