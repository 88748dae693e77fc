//! The wave vectors that a periodic box allows, near one length.

use crate::model::PeriodicBox;
use std::f64::consts::PI;

/// Lengths further than this from the requested wave number are left out [sigma^-1].
const HALF_WIDTH: f64 = 0.05;
/// The lengths closest to the wave number are taken one after the other until there are this many vectors.
const ENOUGH: usize = 240;
/// Fewer vectors than this are not isotropic: in a small box more distant lengths are taken, too.
const FEWEST: usize = 48;

/// The lattice vectors q = 2 pi (n_x/L_x, n_y/L_y, n_z/L_z) of a shell, and the mean of cos(q.d) over them.
///
/// A fixed choice: all vectors of a length, the lengths closest to the wave number first, within 0.05 sigma^-1 of it
/// and until there are 240, but at least 48, however distant.
#[derive(Clone, Debug)]
pub struct WaveVectors {
    /// 2 pi / L
    unit: [f64; 3],
    /// n >= 0, with the fraction of its reflections among all vectors.
    octant: Vec<([usize; 3], f64)>,
    /// Largest component.
    highest: usize,
    count: usize,
    mean_length: f64,
}

/// For a vector with n >= 0: its length, and its number of reflections.
struct Candidate {
    n: [usize; 3],
    length: f64,
    reflections: usize,
}

fn candidates(unit: [f64; 3], longest: f64) -> Vec<Candidate> {
    let most = unit.map(|unit| (longest / unit).floor() as usize);
    let mut found = Vec::new();
    for x in 0..=most[0] {
        for y in 0..=most[1] {
            for z in 0..=most[2] {
                let n = [x, y, z];
                let length = (0..3).map(|k| (n[k] as f64 * unit[k]).powi(2)).sum::<f64>().sqrt();
                if length > 0.0 && length <= longest {
                    found.push(Candidate { n, length, reflections: 1 << n.iter().filter(|n| **n > 0).count() });
                }
            }
        }
    }
    found
}

impl WaveVectors {
    /// The shell around `wave_number` [sigma^-1].
    pub fn shell(cell: &PeriodicBox, wave_number: f64) -> Self {
        let unit = cell.edges.map(|edge| 2.0 * PI / edge);
        let coarsest = unit.iter().copied().fold(0.0, f64::max);
        let mut all = candidates(unit, wave_number + 3.0 * coarsest);
        let away = |candidate: &Candidate| (candidate.length - wave_number).abs();
        all.sort_by(|a, b| away(a).total_cmp(&away(b)).then(a.n.cmp(&b.n)));
        let mut taken: Vec<Candidate> = Vec::new();
        let mut count = 0;
        for candidate in all {
            // vectors of the same length differ by rounding
            let same = taken.last().is_some_and(|last| (last.length - candidate.length).abs() < 1e-9 * wave_number);
            if !same && (count >= ENOUGH || (count >= FEWEST && away(&candidate) > HALF_WIDTH)) {
                break;
            }
            count += candidate.reflections;
            taken.push(candidate);
        }
        let share = |candidate: &Candidate| candidate.reflections as f64 / count as f64;
        Self {
            unit,
            count,
            mean_length: taken.iter().map(|candidate| share(candidate) * candidate.length).sum(),
            highest: taken.iter().flat_map(|candidate| candidate.n).max().unwrap_or(0),
            octant: taken.iter().map(|candidate| (candidate.n, share(candidate))).collect(),
        }
    }

    /// Vectors in the shell, both signs counted.
    pub fn count(&self) -> usize {
        self.count
    }

    /// Their mean length [sigma^-1].
    pub fn mean_length(&self) -> f64 {
        self.mean_length
    }

    /// Room for [`WaveVectors::mean_cosine`].
    pub fn workspace(&self) -> Vec<[f64; 3]> {
        vec![[1.0; 3]; self.highest + 1]
    }

    /// Mean of cos(q.d) over the shell; `cosines` from [`WaveVectors::workspace`].
    ///
    /// The reflections of a vector add up to cos(q_x d_x) cos(q_y d_y) cos(q_z d_z) times their number.
    pub fn mean_cosine(&self, d: [f64; 3], cosines: &mut [[f64; 3]]) -> f64 {
        let first: [f64; 3] = std::array::from_fn(|k| (self.unit[k] * d[k]).cos());
        if let Some(row) = cosines.get_mut(1) {
            *row = first;
        }
        for n in 2..cosines.len() {
            for k in 0..3 {
                cosines[n][k] = 2.0 * first[k] * cosines[n - 1][k] - cosines[n - 2][k];
            }
        }
        self.octant.iter().map(|&([x, y, z], share)| share * cosines[x][0] * cosines[y][1] * cosines[z][2]).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shell_is_that_of_all_signs_and_permutations() {
        let cell = PeriodicBox { edges: [9.6, 9.6, 9.6] };
        let shell = WaveVectors::shell(&cell, 7.2);
        let unit = 2.0 * PI / 9.6;
        let d = [0.31, -0.12, 0.77];
        let (mut sum, mut count) = (0.0, 0);
        for x in -14i32..=14 {
            for y in -14i32..=14 {
                for z in -14i32..=14 {
                    let q = [x, y, z].map(|n| unit * f64::from(n));
                    if (q.iter().map(|q| q * q).sum::<f64>().sqrt() - 7.2).abs() <= HALF_WIDTH {
                        sum += (q[0] * d[0] + q[1] * d[1] + q[2] * d[2]).cos();
                        count += 1;
                    }
                }
            }
        }
        assert_eq!(shell.count(), count);
        assert!((shell.mean_cosine(d, &mut shell.workspace()) - sum / f64::from(count as i32)).abs() < 1e-13);
        assert!((shell.mean_length() - 7.2).abs() < 0.02);
    }

    #[test]
    fn a_small_or_large_box_has_a_shell() {
        // the only vectors of this box within 0.05 of 7.2 are the eight like (4,4,4); (6,3,2) and (7,0,0) are next
        let small = WaveVectors::shell(&PeriodicBox { edges: [6.057; 3] }, 7.2);
        let unit = 2.0 * PI / 6.057;
        assert_eq!(small.count(), 8 + 48 + 6);
        assert!((small.mean_length() - unit * (8.0 * 48f64.sqrt() + 54.0 * 7.0) / 62.0).abs() < 1e-12);
        assert!(WaveVectors::shell(&PeriodicBox { edges: [1.0; 3] }, 7.2).count() >= FEWEST);
        let large = WaveVectors::shell(&PeriodicBox { edges: [45.0; 3] }, 7.0);
        assert!((240..500).contains(&large.count()) && (large.mean_length() - 7.0).abs() < 5e-3, "{}", large.count());
        let mut cosines = large.workspace();
        assert!((large.mean_cosine([0.0; 3], &mut cosines) - 1.0).abs() < 1e-12);
        // isotropic to second order
        let along = large.mean_cosine([0.1, 0.0, 0.0], &mut cosines);
        assert!((along - (0.7f64).sin() / 0.7).abs() < 2e-3, "{along}");
    }
}
