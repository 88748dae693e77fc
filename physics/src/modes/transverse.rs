//! The sideways motion of a path under strain: linear systems with the Hessian across the path's tangent.

use crate::forces::{LANES, PairBlocks, VectorBatch, lane_products};

/// Sufficient residual, relative to the right-hand side.
const TOLERANCE: f64 = 1e-8;
const MOST_ITERATIONS: usize = 3000;

/// Solutions of (P H P + shift) u = P r, and whether all have converged.
pub struct Transverse {
    /// [k][3N] in the order of particles, across the tangent and without motion of the whole glass.
    pub displacements: Vec<Vec<f64>>,
    /// False when the Hessian is not positive across the tangent, or the iterations were too few.
    pub converged: bool,
}

/// P projects out the tangent (unit vector, [3N]) and motion of the whole glass; excluded particles ([N] or empty) do
/// not move. Up to eight right-hand sides [3N], with the same number of starts.
pub fn transverse_response(
    hessian: &PairBlocks,
    tangent: &[f64],
    shift: f64,
    right: &[Vec<f64>],
    starts: &[Vec<f64>],
    left_out: &[bool],
) -> Transverse {
    let place = Places { hessian, left_out };
    let system =
        System { projector: Projector::new(&place, tangent), inverse: hessian.inverse_diagonal(), hessian, shift };
    let right_block = system.project(place.block(right));
    let (x, converged) = system.solve(right_block, system.project(place.block(starts)));
    Transverse { displacements: place.vectors(&x, right.len()), converged }
}

/// P H P + shift.
struct System<'a> {
    hessian: &'a PairBlocks,
    projector: Projector,
    /// Inverses of the diagonal blocks [N], the preconditioner.
    inverse: Vec<[[f64; 3]; 3]>,
    shift: f64,
}

impl System<'_> {
    fn project(&self, mut block: VectorBatch) -> VectorBatch {
        self.projector.apply(&mut block);
        block
    }

    fn times(&self, x: &VectorBatch) -> VectorBatch {
        let mut image = vec![[0.0; LANES]; x.len()];
        self.hessian.times(x, &mut image);
        add(&mut image, [self.shift; LANES], x);
        self.project(image)
    }

    fn precondition(&self, r: &VectorBatch) -> VectorBatch {
        let mut z = vec![[0.0; LANES]; r.len()];
        for (place, block) in self.inverse.iter().enumerate().filter(|(place, _)| self.projector.held[*place]) {
            for a in 0..3 {
                for b in 0..3 {
                    (0..LANES).for_each(|l| z[3 * place + a][l] += block[a][b] * r[3 * place + b][l]);
                }
            }
        }
        self.project(z)
    }

    /// Conjugate gradients in every lane from x; returns whether all have converged.
    fn solve(&self, right: VectorBatch, mut x: VectorBatch) -> (VectorBatch, bool) {
        let size = lane_products(&right, &right);
        let mut residual = right;
        add(&mut residual, [-1.0; LANES], &self.times(&x));
        let mut z = self.precondition(&residual);
        let mut direction = z.clone();
        let mut rz = lane_products(&residual, &z);
        for _ in 0..MOST_ITERATIONS {
            let off = lane_products(&residual, &residual);
            let done: [bool; LANES] = std::array::from_fn(|l| off[l] <= TOLERANCE * TOLERANCE * size[l]);
            if done.iter().all(|done| *done) {
                return (x, true);
            }
            let image = self.times(&direction);
            let curvature = lane_products(&direction, &image);
            if (0..LANES).any(|l| !done[l] && (curvature[l].is_nan() || curvature[l] <= 0.0)) {
                break;
            }
            let step: [f64; LANES] = std::array::from_fn(|l| if done[l] { 0.0 } else { rz[l] / curvature[l] });
            add(&mut x, step, &direction);
            add(&mut residual, step.map(|step| -step), &image);
            z = self.precondition(&residual);
            let next = lane_products(&residual, &z);
            for (direction, z) in direction.iter_mut().zip(&z) {
                for l in 0..LANES {
                    direction[l] = z[l] + if rz[l] > 0.0 { next[l] / rz[l] } else { 0.0 } * direction[l];
                }
            }
            rz = next;
        }
        (x, false)
    }
}

/// The order of places of a Hessian.
struct Places<'a> {
    hessian: &'a PairBlocks,
    left_out: &'a [bool],
}

impl Places<'_> {
    fn block(&self, vectors: &[Vec<f64>]) -> VectorBatch {
        let mut block = vec![[0.0; LANES]; 3 * self.hessian.particles()];
        for (lane, vector) in vectors.iter().enumerate().take(LANES) {
            for (place, &particle) in self.hessian.order().iter().enumerate() {
                (0..3).for_each(|k| block[3 * place + k][lane] = vector[3 * particle + k]);
            }
        }
        block
    }

    fn vectors(&self, block: &VectorBatch, count: usize) -> Vec<Vec<f64>> {
        let mut vectors = vec![vec![0.0; block.len()]; count];
        for (lane, vector) in vectors.iter_mut().enumerate() {
            for (place, &particle) in self.hessian.order().iter().enumerate() {
                (0..3).for_each(|k| vector[3 * particle + k] = block[3 * place + k][lane]);
            }
        }
        vectors
    }
}

/// Projects out translations and the tangent.
struct Projector {
    /// [N] by place.
    held: Vec<bool>,
    count: f64,
    /// [3N] by place, itself without translations, of norm 1.
    tangent: Vec<f64>,
}

impl Projector {
    fn new(place: &Places, tangent: &[f64]) -> Self {
        let order = place.hessian.order();
        let held: Vec<bool> = order.iter().map(|&i| !place.left_out.get(i).copied().unwrap_or(false)).collect();
        let count = held.iter().filter(|held| **held).count().max(1) as f64;
        let mut projector = Self { held, count, tangent: vec![0.0; tangent.len()] };
        let mut block = place.block(std::slice::from_ref(&tangent.to_vec()));
        projector.apply(&mut block);
        let norm = lane_products(&block, &block)[0].sqrt();
        if norm > 0.0 {
            projector.tangent = block.iter().map(|row| row[0] / norm).collect();
        }
        projector
    }

    fn apply(&self, block: &mut VectorBatch) {
        let mut mean = [[0.0; LANES]; 3];
        for (atom, _) in block.as_chunks::<3>().0.iter().zip(&self.held).filter(|(_, held)| **held) {
            for k in 0..3 {
                (0..LANES).for_each(|l| mean[k][l] += atom[k][l] / self.count);
            }
        }
        let mut along = [0.0; LANES];
        let atoms = block.as_chunks_mut::<3>().0.iter_mut().zip(self.tangent.as_chunks::<3>().0);
        for ((atom, tangent), held) in atoms.zip(&self.held) {
            for k in 0..3 {
                for l in 0..LANES {
                    atom[k][l] = if *held { atom[k][l] - mean[k][l] } else { 0.0 };
                    along[l] += tangent[k] * atom[k][l];
                }
            }
        }
        for (row, tangent) in block.iter_mut().zip(&self.tangent) {
            (0..LANES).for_each(|l| row[l] -= along[l] * tangent);
        }
    }
}

/// y += c x, lane by lane.
fn add(y: &mut VectorBatch, c: [f64; LANES], x: &VectorBatch) {
    for (y, x) in y.iter_mut().zip(x) {
        (0..LANES).for_each(|l| y[l] += c[l] * x[l]);
    }
}
