//! Arithmetic on coordinate vectors [3N], in a fixed order of summation.

/// a . b, in eight partial sums.
pub(crate) fn dot(a: &[f64], b: &[f64]) -> f64 {
    let (a_chunks, a_rest) = a.as_chunks::<8>();
    let (b_chunks, b_rest) = b.as_chunks::<8>();
    let mut sums = [0.0; 8];
    for (x, y) in a_chunks.iter().zip(b_chunks) {
        for k in 0..8 {
            sums[k] += x[k] * y[k];
        }
    }
    let rest: f64 = a_rest.iter().zip(b_rest).map(|(x, y)| x * y).sum();
    sums.iter().sum::<f64>() + rest
}

pub(crate) fn norm(a: &[f64]) -> f64 {
    dot(a, a).sqrt()
}

/// |a - b|.
pub(crate) fn distance(a: &[f64], b: &[f64]) -> f64 {
    norm(&difference(a, b))
}

/// a - b.
pub(crate) fn difference(a: &[f64], b: &[f64]) -> Vec<f64> {
    a.iter().zip(b).map(|(x, y)| x - y).collect()
}

/// y += c x.
pub(crate) fn add_scaled(y: &mut [f64], c: f64, x: &[f64]) {
    for (y, x) in y.iter_mut().zip(x) {
        *y += c * x;
    }
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

/// Largest component in magnitude; NaN when there is one.
pub(crate) fn largest_component(y: &[f64]) -> f64 {
    let mut largest = 0.0_f64;
    for v in y {
        if v.is_nan() {
            return f64::NAN;
        }
        largest = largest.max(v.abs());
    }
    largest
}

/// Takes the mean of each Cartesian component out of y [3N]: no motion of the whole glass.
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
