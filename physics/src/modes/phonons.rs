//! The plane-wave content of a mode (Mizuno, Shimada, Ikeda, Phys. Rev. Research 2, 013215 (2020), Eqs. 2 and 3,
//! doi:10.1103/PhysRevResearch.2.013215).
//!
//! O = sum of |sum_i u_i.e_i|^2, u_i = s exp(i q.r_i) / sqrt(N), over q = 2 pi n / L != 0 of both signs and three polarisations s, as
//! far as a term is at least N_m / (3N - 3): T1 = q^ x z^ (x^ if they are parallel), T2 = q^ x T1, L = q^.

use crate::model::PeriodicBox;
use faer::linalg::matmul::matmul;
use faer::{Accum, Mat, Par};
use rayon::prelude::*;

/// |n| of a wave vector along each axis.
const LARGEST: i32 = 5;
/// N_m: a term counts when it is this many times the value for a random vector.
const TIMES_RANDOM: f64 = 100.0;
/// Number of modes and particles that are treated together.
const MODES: usize = 32;
const PARTICLES: usize = 256;

/// Powers 0 ... 5 of exp(i 2 pi x / L) along one axis, as (cos, sin).
type Powers = [(f64, f64); LARGEST as usize + 1];

/// The plane waves of one configuration.
pub struct PhononOrder {
    /// Particles that take part.
    held: Vec<usize>,
    /// For each of these, along each axis.
    powers: Vec<[Powers; 3]>,
    /// One n of each pair n, -n, by increasing n_x, n_y, n_z; the other has the same terms.
    waves: Vec<[i32; 3]>,
    /// [waves] T1, T2, L.
    polarisations: Vec<[[f64; 3]; 3]>,
    /// The smallest value of a term that counts.
    threshold: f64,
}

impl PhononOrder {
    /// The waves with |n| <= 5 along each axis at `positions` [3N]; `rattlers` [N] (or empty) are excluded, also from
    /// N.
    pub fn new(cell: &PeriodicBox, positions: &[f64], rattlers: &[bool]) -> Self {
        let atoms = positions.as_chunks::<3>().0;
        let held: Vec<usize> = (0..atoms.len()).filter(|&i| !rattlers.get(i).copied().unwrap_or(false)).collect();
        let powers = held.iter().map(|&i| std::array::from_fn(|k| powers(atoms[i][k] / cell.edges[k]))).collect();
        let range = -LARGEST..=LARGEST;
        let all = range.clone().flat_map(|x| range.clone().map(move |y| (x, y)));
        let waves: Vec<[i32; 3]> =
            all.flat_map(|(x, y)| range.clone().map(move |z| [x, y, z])).filter(|n| *n > [0, 0, 0]).collect();
        let polarisations =
            waves.iter().map(|n| polarisations(std::array::from_fn(|k| f64::from(n[k]) / cell.edges[k]))).collect();
        let threshold = TIMES_RANDOM / (3.0 * held.len() as f64 - 3.0);
        Self { held, powers, waves, polarisations, threshold }
    }

    /// With another N_m; 0 counts every term.
    pub fn with_times_random(mut self, times: f64) -> Self {
        self.threshold = times / (3.0 * self.held.len() as f64 - 3.0);
        self
    }

    /// O of one mode [3N] of unit length.
    pub fn of(&self, mode: &[f64]) -> f64 {
        self.of_chunk(std::slice::from_ref(&mode)).first().copied().unwrap_or(f64::NAN)
    }

    /// O of each mode [K][3N]; bitwise identical on any number of threads.
    pub fn of_all<V: AsRef<[f64]> + Sync>(&self, modes: &[V]) -> Vec<f64> {
        modes.par_chunks(MODES).flat_map_iter(|chunk| self.of_chunk(chunk)).collect()
    }

    fn of_chunk<V: AsRef<[f64]>>(&self, modes: &[V]) -> Vec<f64> {
        let (waves, columns) = (self.waves.len(), 3 * modes.len());
        // sum_i e_i exp(i q.r_i): real and imaginary parts, [waves, 3 modes]
        let mut sums = [Mat::<f64>::zeros(waves, columns), Mat::<f64>::zeros(waves, columns)];
        for start in (0..self.held.len()).step_by(PARTICLES) {
            let held = &self.held[start..(start + PARTICLES).min(self.held.len())];
            let phases = self.phases(start, held.len());
            let part = Mat::<f64>::from_fn(held.len(), columns, |i, c| modes[c / 3].as_ref()[3 * held[i] + c % 3]);
            for (sum, phase) in sums.iter_mut().zip(&phases) {
                matmul(sum.as_mut(), Accum::Add, phase.as_ref(), part.as_ref(), 1.0, Par::Seq);
            }
        }
        (0..modes.len()).map(|mode| self.order(&sums, mode)).collect()
    }

    /// cos and sin of q.r [waves, count] for the held particles from `start` on.
    fn phases(&self, start: usize, count: usize) -> [Mat<f64>; 2] {
        let mut phases = [Mat::<f64>::zeros(self.waves.len(), count), Mat::<f64>::zeros(self.waves.len(), count)];
        let [cosines, sines] = &mut phases;
        for i in 0..count {
            let [x, y, z] = &self.powers[start + i];
            let (cosines, sines) = (cosines.col_as_slice_mut(i), sines.col_as_slice_mut(i));
            let (mut plane, mut across) = ([i32::MAX; 2], (1.0, 0.0));
            for ((n, cosine), sine) in self.waves.iter().zip(cosines).zip(sines) {
                if plane != [n[0], n[1]] {
                    plane = [n[0], n[1]];
                    across = times(power(x, n[0]), power(y, n[1]));
                }
                (*cosine, *sine) = times(across, power(z, n[2]));
            }
        }
        phases
    }

    fn order(&self, [real, imaginary]: &[Mat<f64>; 2], mode: usize) -> f64 {
        let mut order = 0.0;
        for (wave, polarisations) in self.polarisations.iter().enumerate() {
            for s in polarisations {
                let along = |part: &Mat<f64>| (0..3).map(|k| s[k] * part[(wave, 3 * mode + k)]).sum::<f64>();
                let term = (along(real).powi(2) + along(imaginary).powi(2)) / self.held.len() as f64;
                if term >= self.threshold {
                    // q and -q
                    order += 2.0 * term;
                }
            }
        }
        order
    }
}

/// exp(i 2 pi n share) for n = 0 ... 5.
fn powers(share: f64) -> Powers {
    let (sine, cosine) = (std::f64::consts::TAU * (share - share.floor())).sin_cos();
    let mut powers = [(1.0, 0.0); LARGEST as usize + 1];
    for n in 1..powers.len() {
        powers[n] = times(powers[n - 1], (cosine, sine));
    }
    powers
}

#[inline]
fn power(powers: &Powers, n: i32) -> (f64, f64) {
    let (cosine, sine) = powers[n.unsigned_abs() as usize];
    (cosine, if n < 0 { -sine } else { sine })
}

#[inline]
fn times(a: (f64, f64), b: (f64, f64)) -> (f64, f64) {
    (a.0 * b.0 - a.1 * b.1, a.0 * b.1 + a.1 * b.0)
}

/// T1, T2, L of a wave vector.
fn polarisations(q: [f64; 3]) -> [[f64; 3]; 3] {
    let along = normalised(q);
    let axis = if along[0] == 0.0 && along[1] == 0.0 { [1.0, 0.0, 0.0] } else { [0.0, 0.0, 1.0] };
    let first = normalised(cross(along, axis));
    [first, cross(along, first), along]
}

fn normalised(v: [f64; 3]) -> [f64; 3] {
    let length = v.iter().map(|x| x * x).sum::<f64>().sqrt();
    v.map(|x| x / length)
}

fn cross(a: [f64; 3], b: [f64; 3]) -> [f64; 3] {
    [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
}
