//! The similarity of a displacement field and a mode.

use serde::Serialize;

/// Two measures of similarity, each in [0, 1] (Khomenko et al., Phys. Rev. Materials 5, 055602 (2021), Eqs. 7 and 8,
/// doi:10.1103/PhysRevMaterials.5.055602); NaN when one of the two fields is zero everywhere.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Overlap {
    /// c = |r.v| / (|r| |v|)
    pub scalar: f64,
    /// a = sum |r_i| |v_i| / sqrt(sum |r_i|^2 sum |v_i|^2): which particles move, regardless of direction.
    pub magnitude: f64,
}

/// Overlaps of a displacement field [3N] with a mode [3N]; neither need be normalised.
pub fn overlaps(field: &[f64], mode: &[f64]) -> Overlap {
    let (mut product, mut magnitudes, mut field_squared, mut mode_squared) = (0.0, 0.0, 0.0, 0.0);
    for (r, v) in field.as_chunks::<3>().0.iter().zip(mode.as_chunks::<3>().0) {
        let (r2, v2) = (dot(r, r), dot(v, v));
        product += dot(r, v);
        magnitudes += (r2 * v2).sqrt();
        field_squared += r2;
        mode_squared += v2;
    }
    let norms = (field_squared * mode_squared).sqrt();
    Overlap { scalar: product.abs() / norms, magnitude: magnitudes / norms }
}

/// (mode, c) of the mode with the largest c and (mode, a) of that with the largest a, among `vectors` [K][3N], the first of
/// equals; (0, NaN) when there is no mode or the field is zero.
pub fn best_overlaps<V: AsRef<[f64]>>(field: &[f64], vectors: &[V]) -> ((usize, f64), (usize, f64)) {
    let (mut scalar, mut magnitude) = ((0, f64::NAN), (0, f64::NAN));
    for (mode, vector) in vectors.iter().enumerate() {
        let overlap = overlaps(field, vector.as_ref());
        for (best, value) in [(&mut scalar, overlap.scalar), (&mut magnitude, overlap.magnitude)] {
            if best.1.is_nan() || value > best.1 {
                *best = (mode, value);
            }
        }
    }
    (scalar, magnitude)
}

fn dot(a: &[f64; 3], b: &[f64; 3]) -> f64 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_particles() {
        // r = (2, 0, 0), (0, 1, 0); v = (0, 2, 0), (0, -1, 0): c = 1/5, a = 5/5
        let overlap = overlaps(&[2.0, 0.0, 0.0, 0.0, 1.0, 0.0], &[0.0, 2.0, 0.0, 0.0, -1.0, 0.0]);
        assert!((overlap.scalar - 0.2).abs() < 1e-15 && (overlap.magnitude - 1.0).abs() < 1e-15, "{overlap:?}");
        assert!(overlaps(&[0.0; 6], &[1.0; 6]).scalar.is_nan());
    }

    #[test]
    fn the_best_of_several() {
        let vectors = [vec![0.0, 0.0, 1.0, 0.0, 0.0, 0.0], vec![0.0, 1.0, 0.0, 0.0, 0.0, 1.0], vec![0.0; 6]];
        let ((c_mode, c), (a_mode, a)) = best_overlaps(&[0.0, 0.0, -3.0, 0.0, 2.0, 0.0], &vectors);
        assert_eq!((c_mode, a_mode), (0, 1));
        assert!((c - 3.0 / 13.0_f64.sqrt()).abs() < 1e-15 && (a - 5.0 / 26.0_f64.sqrt()).abs() < 1e-15);
        assert!(best_overlaps::<Vec<f64>>(&[1.0; 6], &[]).0.1.is_nan());
    }
}
