//! The decay of a displacement field far from its centre.

use super::fits::{PowerLaw, power_law};
use crate::model::PeriodicBox;

/// The nearest shell [sigma], beyond the first neighbours.
const NEAREST: f64 = 2.5;
/// Outer radius of a shell over its inner radius.
const RATIO: f64 = 1.15;
/// Smallest number of shells for a fit.
const FEWEST: usize = 4;

/// |d_i| ~ r^exponent (the exponent is -a) of a field [3N] at `positions` [3N], with r the distance from the particle
/// that moves most: least squares through the mean |d_i| of logarithmic shells, from outside the sphere that holds
/// `core` particles (and of 2.5 sigma) to half the box. Particles that do not move at all (rattlers) are left out. None
/// with fewer than four shells.
pub fn far_field(cell: &PeriodicBox, positions: &[f64], field: &[f64], core: f64) -> Option<PowerLaw> {
    let lengths: Vec<f64> =
        field.as_chunks::<3>().0.iter().map(|d| d.iter().map(|d| d * d).sum::<f64>().sqrt()).collect();
    let centre = (0..lengths.len()).max_by(|&i, &j| lengths[i].total_cmp(&lengths[j]))?;
    let density = lengths.len() as f64 / cell.volume();
    let radius = (3.0 * core / (4.0 * std::f64::consts::PI * density)).cbrt();
    let (from, to) = (radius.max(NEAREST), 0.5 * cell.shortest_edge());
    let shells = ((to / from).ln() / RATIO.ln()) as usize;
    if shells < FEWEST {
        return None;
    }
    // the shells end at half the box
    let from = to / RATIO.powi(shells as i32);
    let mut sums = vec![(0.0, 0.0, 0.0); shells];
    for (i, length) in lengths.iter().enumerate().filter(|(_, length)| **length > 0.0) {
        let d = cell.difference(positions, i, centre);
        let r = (d[0] * d[0] + d[1] * d[1] + d[2] * d[2]).sqrt();
        if r >= from && r < to {
            let shell = ((r / from).ln() / RATIO.ln()) as usize;
            let sum = &mut sums[shell.min(shells - 1)];
            *sum = (sum.0 + 1.0, sum.1 + r, sum.2 + length);
        }
    }
    let (r, mean): (Vec<f64>, Vec<f64>) =
        sums.iter().filter(|sum| sum.0 > 0.0).map(|sum| (sum.1 / sum.0, sum.2 / sum.0)).unzip();
    power_law(&r, &mean).filter(|fit| fit.points >= FEWEST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_that_falls_as_a_power_is_found_to() {
        let side = 24_usize;
        let cell = PeriodicBox { edges: [side as f64; 3] };
        let positions: Vec<f64> =
            (0..side.pow(3)).flat_map(|i| [i % side, i / side % side, i / side / side]).map(|x| x as f64).collect();
        let centre = 3000;
        for a in [2.0, 2.75] {
            let field: Vec<f64> = (0..side.pow(3))
                .flat_map(|i| {
                    let d = cell.difference(&positions, i, centre);
                    let r = (d[0] * d[0] + d[1] * d[1] + d[2] * d[2]).sqrt();
                    [1e-3 * r.max(0.7).powf(-a), 0.0, 0.0]
                })
                .collect();
            let fit = far_field(&cell, &positions, &field, 10.0).unwrap();
            assert!((fit.exponent + a).abs() < 0.03 && fit.error < 0.03, "{fit:?}");
            // the core fills the box
            assert_eq!(far_field(&cell, &positions, &field, 5000.0), None);
        }
    }
}
