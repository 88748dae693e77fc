//! Arithmetic on coordinate vectors [3N], in a fixed order of summation.

use crate::forces::lanes::{Pass, vectorised};

/// The sum over k of f(k), in eight partial sums.
macro_rules! summed {
    ($a:expr, $b:expr, $term:expr) => {{
        let (a_chunks, a_rest) = $a.as_chunks::<8>();
        let (b_chunks, b_rest) = $b.as_chunks::<8>();
        let mut sums = [0.0; 8];
        for (x, y) in a_chunks.iter().zip(b_chunks) {
            for k in 0..8 {
                sums[k] += $term(x[k], y[k]);
            }
        }
        let mut rest = 0.0;
        for (x, y) in a_rest.iter().zip(b_rest) {
            rest += $term(*x, *y);
        }
        sums.iter().sum::<f64>() + rest
    }};
}

struct Dot<'a>(&'a [f64], &'a [f64]);

impl Pass for Dot<'_> {
    type Output = f64;
    #[inline(always)]
    fn run(self) -> f64 {
        #[inline(always)]
        fn term(x: f64, y: f64) -> f64 {
            x * y
        }
        summed!(self.0, self.1, term)
    }
}

/// a . b, in eight partial sums.
pub(crate) fn dot(a: &[f64], b: &[f64]) -> f64 {
    vectorised(Dot(a, b))
}

struct Distance<'a>(&'a [f64], &'a [f64]);

impl Pass for Distance<'_> {
    type Output = f64;
    #[inline(always)]
    fn run(self) -> f64 {
        #[inline(always)]
        fn term(x: f64, y: f64) -> f64 {
            (x - y) * (x - y)
        }
        summed!(self.0, self.1, term)
    }
}

/// |a - b|.
pub(crate) fn distance(a: &[f64], b: &[f64]) -> f64 {
    vectorised(Distance(a, b)).sqrt()
}

pub(crate) fn norm(a: &[f64]) -> f64 {
    dot(a, a).sqrt()
}

/// a - b.
pub(crate) fn difference(a: &[f64], b: &[f64]) -> Vec<f64> {
    a.iter().zip(b).map(|(x, y)| x - y).collect()
}

/// y += c x.
pub(crate) fn add_scaled(y: &mut [f64], c: f64, x: &[f64]) {
    vectorised(AddScaled(y, c, x));
}

struct AddScaled<'a>(&'a mut [f64], f64, &'a [f64]);

impl Pass for AddScaled<'_> {
    type Output = ();
    #[inline(always)]
    fn run(self) {
        for (y, x) in self.0.iter_mut().zip(self.2) {
            *y += self.1 * x;
        }
    }
}

struct AddScaledPair<'a>(&'a mut [f64], (f64, &'a [f64]), (f64, &'a [f64]));

impl Pass for AddScaledPair<'_> {
    type Output = ();
    #[inline(always)]
    fn run(self) {
        let ((a, u), (b, v)) = (self.1, self.2);
        for ((y, u), v) in self.0.iter_mut().zip(u).zip(v) {
            *y += a * u + b * v;
        }
    }
}

/// y += a u + b v.
pub(crate) fn add_scaled_pair(y: &mut [f64], u: (f64, &[f64]), v: (f64, &[f64])) {
    vectorised(AddScaledPair(y, u, v));
}

pub(crate) fn scale(y: &mut [f64], c: f64) {
    for y in y {
        *y *= c;
    }
}

/// Divides by the norm; a zero vector stays zero.
pub(crate) fn normalise(y: &mut [f64]) -> f64 {
    let length = norm(y);
    if length > 0.0 {
        scale(y, 1.0 / length);
    }
    length
}

struct Largest<'a>(&'a [f64]);

impl Pass for Largest<'_> {
    type Output = f64;
    #[inline(always)]
    fn run(self) -> f64 {
        let (chunks, rest) = self.0.as_chunks::<8>();
        let (mut largest, mut undefined) = ([0.0_f64; 8], [0.0_f64; 8]);
        for chunk in chunks {
            for k in 0..8 {
                largest[k] = if chunk[k].abs() > largest[k] { chunk[k].abs() } else { largest[k] };
                // 0 for a finite number, NaN for NaN or infinity
                undefined[k] += chunk[k] * 0.0;
            }
        }
        let mut all = 0.0_f64;
        for value in largest.iter().chain(rest) {
            all = if value.abs() > all || value.is_nan() { value.abs() } else { all };
        }
        if undefined.iter().any(|u| u.is_nan()) && all.is_finite() { f64::NAN } else { all }
    }
}

/// Largest component in magnitude; NaN when there is one.
pub(crate) fn largest_component(y: &[f64]) -> f64 {
    vectorised(Largest(y))
}

/// Subtracts the mean of each Cartesian component from y [3N]: removes motion of the whole glass.
pub(crate) fn remove_translation(y: &mut [f64]) {
    let particles = (y.len() / 3) as f64;
    let mut mean = [0.0; 3];
    for atom in y.chunks_exact(3) {
        for k in 0..3 {
            mean[k] += atom[k];
        }
    }
    for atom in y.chunks_exact_mut(3) {
        for k in 0..3 {
            atom[k] -= mean[k] / particles;
        }
    }
}
