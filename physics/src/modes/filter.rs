//! A polynomial of the Hessian that separates the lowest part of its spectrum from the rest.
//!
//! p(lambda) = T_d((c - lambda) / e), T_d the Chebyshev polynomial of odd degree d, maps [cut, largest] = [c - e, c +
//! e] to [-1, 1] and grows without bound below the cut: the lowest eigenvalues of H are the largest of p(H), well
//! separated. Eigenvalues above `largest` become large and negative and do no harm.

use super::symmetric::symmetric_eigen;
use crate::error::Result;
use crate::forces::lanes::{Pass, vectorised};
use crate::forces::{LANES, PairBlocks, VectorBatch};
use faer::Mat;

/// Largest value of the polynomial: preserves half of the digits of the smallest wanted one.
const LARGEST_VALUE: f64 = 1e6;
/// Steps of the Lanczos recursion that measures the spectrum.
const PROBE_STEPS: usize = 100;
/// Fraction that is added to the largest eigenvalue found.
const MARGIN: f64 = 0.01;

/// Outline of a spectrum, from independent Lanczos recursions in the lanes.
pub(super) struct Outline {
    pub smallest: f64,
    pub largest: f64,
    /// (Ritz value, expected number of eigenvalues that it represents), increasing.
    weights: Vec<(f64, f64)>,
}

impl Outline {
    /// Measures the spectrum from random vectors without translations.
    pub(super) fn measure(hessian: &PairBlocks, start: VectorBatch, dimension: usize) -> Result<Self> {
        let steps = PROBE_STEPS.min(dimension);
        let (diagonals, offs) = recursion(hessian, start, steps);
        let mut weights = Vec::with_capacity(LANES * steps);
        let (mut smallest, mut largest) = (f64::INFINITY, f64::NEG_INFINITY);
        for l in 0..LANES {
            let tridiagonal = Mat::from_fn(steps, steps, |i, j| match i.abs_diff(j) {
                0 => diagonals[i][l],
                1 => offs[i.min(j)][l],
                _ => 0.0,
            });
            let (values, vectors) = symmetric_eigen(tridiagonal.as_ref())?;
            for (k, &value) in values.iter().enumerate() {
                weights.push((value, vectors[(0, k)].powi(2) * dimension as f64 / LANES as f64));
            }
            smallest = smallest.min(values[0]);
            largest = largest.max(values[steps - 1] + (offs[steps - 1][l] * vectors[(steps - 1, steps - 1)]).abs());
        }
        weights.sort_by(|a, b| a.0.total_cmp(&b.0));
        let largest = (largest + MARGIN * largest.abs()).min(hessian.bound());
        Ok(Self { smallest, largest, weights })
    }

    /// The value below which there are about `count` eigenvalues.
    pub(super) fn cut(&self, count: f64) -> f64 {
        let mut below = 0.0;
        for &(value, weight) in &self.weights {
            below += weight;
            if below >= count {
                return value;
            }
        }
        self.largest
    }
}

/// Lanczos without reorthogonalisation: diagonal and off-diagonal of the tridiagonal matrix of every lane; the last
/// off-diagonal couples to the next vector.
fn recursion(hessian: &PairBlocks, mut v: VectorBatch, steps: usize) -> (Vec<[f64; LANES]>, Vec<[f64; LANES]>) {
    let (mut diagonals, mut offs) = (Vec::new(), Vec::new());
    let mut previous: VectorBatch = vec![[0.0; LANES]; v.len()];
    let mut product = previous.clone();
    let norms = dot(&v, &v).map(f64::sqrt);
    combine(
        &mut v,
        [norms.map(|norm| 1.0 / norm.max(f64::MIN_POSITIVE)), [0.0; LANES], [0.0; LANES]],
        &previous,
        &product,
    );
    let mut off = [0.0; LANES];
    for _ in 0..steps {
        hessian.times(&v, &mut product);
        let diagonal = dot(&v, &product);
        // previous <- product - diagonal v - off previous, which becomes the next v
        combine(&mut previous, [off.map(|x| -x), diagonal.map(|x| -x), [1.0; LANES]], &v, &product);
        off = dot(&previous, &previous).map(f64::sqrt);
        let scale = off.map(|x| 1.0 / x.max(f64::MIN_POSITIVE));
        combine(&mut previous, [scale, [0.0; LANES], [0.0; LANES]], &v, &product);
        std::mem::swap(&mut previous, &mut v);
        diagonals.push(diagonal);
        offs.push(off);
    }
    (diagonals, offs)
}

/// The polynomial p.
#[derive(Clone, Copy, Debug)]
pub(super) struct Filter {
    /// Odd degree d.
    pub degree: usize,
    centre: f64,
    half_width: f64,
}

impl Filter {
    /// The filter of degree `degree` (made odd, and lowered until p is at most 1e6 on the spectrum) that damps [cut, largest].
    pub(super) fn new(outline: &Outline, cut: f64, degree: usize) -> Self {
        let centre = 0.5 * (outline.largest + cut);
        let half_width = 0.5 * (outline.largest - cut);
        let reach = ((centre - outline.smallest) / half_width).max(1.0).acosh().max(f64::MIN_POSITIVE);
        let longest = ((2.0 * LARGEST_VALUE).ln() / reach) as usize;
        Self { degree: degree.min(longest).max(1) | 1, centre, half_width }
    }

    /// p(H) applied to the vectors in the lanes, all rows or some: `times` writes H times its
    /// first argument to the second.
    ///
    /// # Errors
    /// Those of `times`.
    pub(super) fn apply(
        &self,
        vectors: VectorBatch,
        times: impl Fn(&mut VectorBatch, &mut VectorBatch) -> Result<()>,
    ) -> Result<VectorBatch> {
        let rows = vectors.len();
        let (centre, width) = (self.centre / self.half_width, 1.0 / self.half_width);
        let mut product: VectorBatch = vec![[0.0; LANES]; rows];
        let mut old = vectors;
        times(&mut old, &mut product)?;
        let mut new: VectorBatch = vec![[0.0; LANES]; rows];
        combine(&mut new, [[0.0; LANES], [centre; LANES], [-width; LANES]], &old, &product);
        for _ in 1..self.degree {
            times(&mut new, &mut product)?;
            // old <- 2 (c - H)/e new - old
            combine(&mut old, [[-1.0; LANES], [2.0 * centre; LANES], [-2.0 * width; LANES]], &new, &product);
            std::mem::swap(&mut old, &mut new);
        }
        Ok(new)
    }
}

/// a <- f0 a + f1 b + f2 c, lane by lane.
fn combine(a: &mut [[f64; LANES]], factors: [[f64; LANES]; 3], b: &[[f64; LANES]], c: &[[f64; LANES]]) {
    vectorised(Combine { a, factors, b, c });
}

struct Combine<'a> {
    a: &'a mut [[f64; LANES]],
    factors: [[f64; LANES]; 3],
    b: &'a [[f64; LANES]],
    c: &'a [[f64; LANES]],
}

impl Pass for Combine<'_> {
    type Output = ();
    #[inline(always)]
    fn run(self) {
        let [f, g, h] = self.factors;
        for ((a, b), c) in self.a.iter_mut().zip(self.b).zip(self.c) {
            for l in 0..LANES {
                a[l] = f[l] * a[l] + g[l] * b[l] + h[l] * c[l];
            }
        }
    }
}

/// Scalar products a.b of every lane.
fn dot(a: &[[f64; LANES]], b: &[[f64; LANES]]) -> [f64; LANES] {
    vectorised(Dot { a, b })
}

struct Dot<'a> {
    a: &'a [[f64; LANES]],
    b: &'a [[f64; LANES]],
}

impl Pass for Dot<'_> {
    type Output = [f64; LANES];
    #[inline(always)]
    fn run(self) -> [f64; LANES] {
        let mut sum = [0.0; LANES];
        for (a, b) in self.a.iter().zip(self.b) {
            for l in 0..LANES {
                sum[l] += a[l] * b[l];
            }
        }
        sum
    }
}
