//! The box of LAMMPS files: bounds with tilts, or vectors; only what is orthogonal is accepted.

use super::frame::ROUNDED_TILT;

/// Edges from bounds low, high and the tilts xy, xz, yz.
pub(super) fn from_bounds(bounds: [[f64; 2]; 3], tilts: [f64; 3]) -> std::result::Result<[f64; 3], String> {
    let edges = bounds.map(|[low, high]| high - low);
    for (k, [low, high]) in bounds.into_iter().enumerate() {
        let axis = ["x", "y", "z"][k];
        if edges[k] <= 0.0 {
            return Err(format!(
                "{axis}lo = {low:?}, {axis}hi = {high:?}: the box has no volume; expected {axis}hi above {axis}lo"
            ));
        }
    }
    match tilts.iter().any(|tilt| is_large(*tilt, edges)) {
        true => Err("the box is tilted; expected an orthorhombic box".to_string()),
        false => Ok(edges),
    }
}

/// Edges from the vectors a, b, c, which must lie along x, y, z.
pub(super) fn from_vectors(vectors: [[f64; 3]; 3]) -> std::result::Result<[f64; 3], String> {
    let edges: [f64; 3] = std::array::from_fn(|k| vectors[k][k]);
    let aside = (0..3).flat_map(|a| (0..3).filter(move |&k| k != a).map(move |k| (a, k)));
    if edges.iter().any(|edge| *edge <= 0.0) || aside.into_iter().any(|(a, k)| is_large(vectors[a][k], edges)) {
        return Err("the box is tilted or turned; expected avec along x, bvec along y, cvec along z".to_string());
    }
    Ok(edges)
}

fn is_large(tilt: f64, edges: [f64; 3]) -> bool {
    tilt.abs() > ROUNDED_TILT * edges.into_iter().fold(0.0, f64::max)
}
