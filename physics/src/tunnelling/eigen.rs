//! The lowest levels of the 5-point Hamiltonian: bisection on inertia counts, then a block of inverse iterations.

use super::pentadiagonal::{Hamiltonian, normalise};

/// The lowest eigenvalues, increasing, with orthonormal vectors (sum psi^2 = 1).
#[derive(Clone, Debug)]
pub(crate) struct Eigenpairs {
    pub energies: Vec<f64>,
    pub vectors: Vec<Vec<f64>>,
}

/// A level is found to 1e-8 of its height within some tens of halvings, unless it lies at the lowest potential to rounding.
const MOST_HALVINGS: usize = 120;

/// Eigenvalues 1 ... count, each to 1e-8 of its height above the lowest potential, by bisection.
fn bisect(hamiltonian: &Hamiltonian, count: usize, floor: f64) -> Vec<f64> {
    let mut top = floor + f64::EPSILON.sqrt() * hamiltonian.kinetic.max(1e-12);
    while hamiltonian.count_below(top) < count {
        top = floor + 2.0 * (top - floor);
        if !top.is_finite() {
            return Vec::new();
        }
    }
    // finer nodes may find a lower V than the one that energies are measured from
    let bottom = hamiltonian.potential.iter().fold(floor, |bottom, v| bottom.min(*v));
    let (mut low, mut high) = (vec![bottom; count], vec![top; count]);
    for level in 0..count {
        for _ in 0..MOST_HALVINGS {
            if high[level] - low[level] <= 1e-8 * (high[level] - bottom) {
                break;
            }
            let middle = 0.5 * (low[level] + high[level]);
            if middle <= low[level] || middle >= high[level] {
                break;
            }
            let below = hamiltonian.count_below(middle);
            // one count narrows every level's bracket
            for other in level..count {
                if below > other {
                    high[other] = high[other].min(middle);
                } else {
                    low[other] = low[other].max(middle);
                }
            }
        }
    }
    (0..count).map(|level| 0.5 * (low[level] + high[level])).collect()
}

/// The lowest `count` levels without an initial guess.
pub(crate) fn lowest(hamiltonian: &Hamiltonian, count: usize, floor: f64) -> Option<Eigenpairs> {
    let n = hamiltonian.size();
    if n < count {
        return None;
    }
    let energies = bisect(hamiltonian, count, floor);
    if energies.len() < count {
        return None;
    }
    // smooth and without symmetry, so that no level is orthogonal to its start
    let start = |level: usize| {
        let wave = |i: usize| {
            let t = (i as f64 + 0.5) / n as f64;
            let phase = std::f64::consts::PI * (level + 1) as f64 * t;
            phase.sin() + 0.3 * (2.3 * phase + level as f64).cos() + 0.2 * t
        };
        (0..n).map(wave).collect()
    };
    refine(hamiltonian, Eigenpairs { energies, vectors: (0..count).map(start).collect() }, floor)
}

/// The lowest levels from approximate ones: None when the result is not certain to be the lowest levels.
///
/// Every round solves (H - e_k) y = psi_k for each level, makes the block orthonormal, and diagonalises H within it
/// (Rayleigh-Ritz), so that close pairs are resolved however small their splitting; at the end, inertia counts prove
/// that no level was missed.
pub(crate) fn refine(hamiltonian: &Hamiltonian, start: Eigenpairs, floor: f64) -> Option<Eigenpairs> {
    let Eigenpairs { mut energies, mut vectors } = start;
    let rounding = 100.0 * hamiltonian.rounding();
    let tolerance = |energy: f64| (1e-8 * (energy - floor)).max(rounding);
    for _ in 0..8 {
        for (vector, energy) in vectors.iter_mut().zip(&energies) {
            hamiltonian.factorise(*energy).solve_normalised(vector);
        }
        if !orthonormalise(&mut vectors) {
            return None;
        }
        energies = rayleigh_ritz(hamiltonian, &mut vectors, floor);
        if energies.iter().any(|energy| !energy.is_finite()) {
            return None;
        }
        let settled = |(psi, e): (&Vec<f64>, &f64)| hamiltonian.residual(psi, *e) <= tolerance(*e);
        if vectors.iter().zip(&energies).all(settled) {
            return none_missed(hamiltonian, &energies, tolerance).then_some(Eigenpairs { energies, vectors });
        }
    }
    None
}

/// Whether these (each within its tolerance of a distinct level) are the lowest levels: below the highest one there are
/// no more levels than found. If others are close to the highest, every one is checked.
fn none_missed(hamiltonian: &Hamiltonian, energies: &[f64], tolerance: impl Fn(f64) -> f64) -> bool {
    let most_below = |level: usize, widths: f64| {
        hamiltonian.count_below(energies[level] - widths * tolerance(energies[level])) <= level
    };
    let last = energies.len() - 1;
    let apart = last == 0 || energies[last] - energies[last - 1] > 10.0 * tolerance(energies[last]);
    let first = if apart { last } else { 0 };
    (first..=last).all(|level| most_below(level, 2.0) || most_below(level, 8.0))
}

/// Gram-Schmidt, three times, for orthogonality to rounding; false when the block has lost a dimension.
fn orthonormalise(vectors: &mut [Vec<f64>]) -> bool {
    for k in 0..vectors.len() {
        let (done, rest) = vectors.split_at_mut(k);
        let vector = &mut rest[0];
        for _ in 0..3 {
            for other in done.iter() {
                let overlap = dot(other, vector);
                vector.iter_mut().zip(other).for_each(|(x, y)| *x -= overlap * y);
            }
            if !normalise(vector) {
                return false;
            }
        }
    }
    true
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}

/// Diagonalises H within the block; rotates the vectors and returns the rising energies.
fn rayleigh_ritz(hamiltonian: &Hamiltonian, vectors: &mut Vec<Vec<f64>>, floor: f64) -> Vec<f64> {
    let count = vectors.len();
    let mut matrix = vec![vec![0.0; count]; count];
    for j in 0..count {
        for k in j..count {
            matrix[j][k] = hamiltonian.form(&vectors[j], &vectors[k], floor);
            matrix[k][j] = matrix[j][k];
        }
    }
    let rotation = jacobi(&mut matrix);
    let mut order: Vec<usize> = (0..count).collect();
    order.sort_by(|&a, &b| matrix[a][a].total_cmp(&matrix[b][b]));
    let n = hamiltonian.size();
    let rotated = order.iter().map(|&column| {
        let mut sum = vec![0.0; n];
        for (row, vector) in vectors.iter().enumerate() {
            let weight = rotation[row][column];
            sum.iter_mut().zip(vector).for_each(|(x, y)| *x += weight * y);
        }
        normalise(&mut sum);
        sum
    });
    *vectors = rotated.collect();
    order.iter().map(|&k| floor + matrix[k][k]).collect()
}

/// Cyclic Jacobi rotations: the matrix becomes diagonal, the product of the rotations is returned ([row][column]).
/// Unlike a tridiagonal reduction it keeps small splittings between nearly equal diagonal entries.
fn jacobi(matrix: &mut [Vec<f64>]) -> Vec<Vec<f64>> {
    let n = matrix.len();
    let mut rotation: Vec<Vec<f64>> = (0..n).map(|i| (0..n).map(|j| f64::from(u8::from(i == j))).collect()).collect();
    for _ in 0..60 {
        let mut largest = 0.0f64;
        for p in 0..n {
            for q in p + 1..n {
                let off = matrix[p][q];
                if off == 0.0 || !off.is_finite() {
                    continue;
                }
                largest = largest.max(off.abs() / (matrix[p][p].abs() + matrix[q][q].abs() + 1e-300));
                let theta = 0.5 * (matrix[q][q] - matrix[p][p]) / off;
                let t = 1.0f64.copysign(theta) / (theta.abs() + theta.hypot(1.0));
                let (c, s) = (1.0 / t.hypot(1.0), t / t.hypot(1.0));
                for row in matrix.iter_mut().chain(rotation.iter_mut()) {
                    (row[p], row[q]) = (c * row[p] - s * row[q], s * row[p] + c * row[q]);
                }
                let (upper, lower) = matrix.split_at_mut(q);
                for (a, b) in upper[p].iter_mut().zip(lower[0].iter_mut()) {
                    (*a, *b) = (c * *a - s * *b, s * *a + c * *b);
                }
                (matrix[p][q], matrix[q][p]) = (0.0, 0.0);
            }
        }
        if largest < 1e-18 {
            break;
        }
    }
    rotation
}
