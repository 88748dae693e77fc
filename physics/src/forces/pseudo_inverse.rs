//! The inverse of the Hessian on the complement of the translations and of excluded particles.

use super::factors::{FactorShape, Factors};
use super::places::{from_lane, to_lanes};
use super::{LANES, PairBlocks, VectorBatch, lane_products};
use crate::error::{Error, Result};
use faer::Mat;

/// Sufficient residual of a solution, relative to its right-hand side.
const TOLERANCE: f64 = 1e-12;
/// A solution whose residual is larger than this fraction of |H| |x| is rejected.
const BACKWARD_ERROR: f64 = 1e-10;
/// So is one whose residual is larger than this fraction of its right-hand side.
const FORWARD_ERROR: f64 = 1e-6;
/// Rounds of iterative refinement of the solution from the factors.
const REFINEMENTS: usize = 3;
/// Iterations of conjugate gradients, in units of the number of coordinates.
const LONGEST: usize = 2;

/// H^+ of one configuration: H x = f is solved with f and x free of translations.
///
/// Solved by a sparse factorisation L D L^T, with one particle tied by a spring: a right-hand side without total force
/// then gives the solution in which that particle rests. If the factors would take too much memory, by conjugate
/// gradients with the diagonal blocks as preconditioner (positive definite Hessians only).
pub struct PseudoInverse {
    hessian: PairBlocks,
    /// [N] by place: whether the particle takes part.
    held: Vec<bool>,
    factors: Option<Factors>,
}

impl PseudoInverse {
    /// `left_out` [N], or empty if all are included; `most_bytes`: memory limit of the factors.
    ///
    /// # Errors
    /// `Error::Numerical` when the factorisation breaks down.
    pub fn new(hessian: PairBlocks, left_out: &[bool], most_bytes: u64) -> Result<Self> {
        let held: Vec<bool> = hessian.order().iter().map(|&i| !left_out.get(i).copied().unwrap_or(false)).collect();
        let mut springs: Vec<f64> =
            held.iter().map(|held| if *held { 0.0 } else { hessian.bound().max(1.0) }).collect();
        if let Some(first) = held.iter().position(|held| *held) {
            springs[first] = hessian.bound();
        }
        let matrix = hessian.sparse_lower(0.0, &springs)?;
        let shape = FactorShape::new(&hessian, &matrix)?;
        let factors = if shape.bytes() <= most_bytes { Some(Factors::new(shape, &matrix)?) } else { None };
        Ok(Self { hessian, held, factors })
    }

    /// Whether solutions are obtained from a factorisation.
    pub fn is_factorised(&self) -> bool {
        self.factors.is_some()
    }

    /// Negative eigenvalues of H, where it is factorised: 0 at a minimum, 1 at a saddle of first order.
    pub fn negative(&self) -> Option<usize> {
        self.factors.as_ref().map(Factors::negative)
    }

    /// The Hessian.
    pub fn hessian(&self) -> &PairBlocks {
        &self.hessian
    }

    /// H^+ `right`, [3N] in the order of particles; exactly 0 for excluded particles.
    ///
    /// # Errors
    /// `Error::Numerical` when the residual is not small: H is singular beyond translations, or, with conjugate gradients, not
    /// positive.
    pub fn solve(&self, right: &[f64]) -> Result<Vec<f64>> {
        let solved = self.solve_all(std::slice::from_ref(&right.to_vec()))?;
        solved.into_iter().next().ok_or_else(|| Error::Internal("a solution was lost".to_owned()))
    }

    /// The same for several right-hand sides.
    ///
    /// # Errors
    /// As [`PseudoInverse::solve`].
    pub fn solve_all(&self, right: &[Vec<f64>]) -> Result<Vec<Vec<f64>>> {
        let mut all = Vec::with_capacity(right.len());
        for chunk in right.chunks(LANES) {
            let solution = self.solve_lanes(to_lanes(self.hessian.order(), chunk))?;
            all.extend((0..chunk.len()).map(|lane| from_lane(self.hessian.order(), &solution, lane)));
        }
        Ok(all)
    }

    /// The same for the vectors in the lanes [3N][LANES], in the order of places.
    ///
    /// # Errors
    /// As [`PseudoInverse::solve`].
    pub fn solve_lanes(&self, mut right: Vec<[f64; LANES]>) -> Result<Vec<[f64; LANES]>> {
        self.project(&mut right);
        let solution = match &self.factors {
            Some(factors) => self.refined(factors, &right),
            None => self.iterated(&right)?,
        };
        self.check(&solution, &right)?;
        Ok(solution)
    }

    /// Subtracts the mean over the included particles from vectors in the order of places, and sets the others to zero.
    pub fn project(&self, block: &mut [[f64; LANES]]) {
        let count = self.held.iter().filter(|held| **held).count().max(1) as f64;
        let mut mean = [[0.0; LANES]; 3];
        for (atom, _) in block.as_chunks::<3>().0.iter().zip(&self.held).filter(|(_, held)| **held) {
            for k in 0..3 {
                for l in 0..LANES {
                    mean[k][l] += atom[k][l] / count;
                }
            }
        }
        for (atom, held) in block.as_chunks_mut::<3>().0.iter_mut().zip(&self.held) {
            for k in 0..3 {
                for l in 0..LANES {
                    atom[k][l] = if *held { atom[k][l] - mean[k][l] } else { 0.0 };
                }
            }
        }
    }

    /// right - H x.
    fn residual(&self, x: &VectorBatch, right: &VectorBatch) -> VectorBatch {
        let mut residual = vec![[0.0; LANES]; x.len()];
        self.hessian.times(x, &mut residual);
        for (r, f) in residual.iter_mut().zip(right) {
            for l in 0..LANES {
                r[l] = f[l] - r[l];
            }
        }
        self.project(&mut residual);
        residual
    }

    fn refined(&self, factors: &Factors, right: &VectorBatch) -> VectorBatch {
        let mut x: VectorBatch = vec![[0.0; LANES]; right.len()];
        let mut residual = right.clone();
        for _ in 0..REFINEMENTS {
            let mut step = Mat::from_fn(right.len(), LANES, |i, l| residual[i][l]);
            factors.solve(&mut step);
            for (i, row) in x.iter_mut().enumerate() {
                for l in 0..LANES {
                    row[l] += step[(i, l)];
                }
            }
            self.project(&mut x);
            residual = self.residual(&x, right);
            let (off, size) = (squares(&residual), squares(right));
            if (0..LANES).all(|l| off[l] <= (0.1 * TOLERANCE).powi(2) * size[l]) {
                break;
            }
        }
        x
    }

    /// Conjugate gradients in every lane.
    fn iterated(&self, right: &VectorBatch) -> Result<VectorBatch> {
        let inverse = self.hessian.inverse_diagonal();
        let precondition = |r: &VectorBatch| {
            let mut z = vec![[0.0; LANES]; r.len()];
            for (place, block) in inverse.iter().enumerate() {
                for a in 0..3 {
                    for b in 0..3 {
                        for l in 0..LANES {
                            z[3 * place + a][l] += block[a][b] * r[3 * place + b][l];
                        }
                    }
                }
            }
            self.project(&mut z);
            z
        };
        let size = squares(right);
        let mut x: VectorBatch = vec![[0.0; LANES]; right.len()];
        let mut residual = right.clone();
        let mut z = precondition(&residual);
        let mut direction = z.clone();
        let mut rz = lane_products(&residual, &z);
        let mut image = x.clone();
        for _ in 0..LONGEST * right.len() {
            let off = squares(&residual);
            if (0..LANES).all(|l| off[l] <= TOLERANCE * TOLERANCE * size[l]) {
                return Ok(x);
            }
            self.hessian.times(&direction, &mut image);
            let curvature = lane_products(&direction, &image);
            let still = |l: usize| off[l] <= TOLERANCE * TOLERANCE * size[l];
            if (0..LANES).any(|l| !still(l) && curvature[l] <= 0.0) {
                return Err(Error::Numerical(
                    "the Hessian is not positive definite: the configuration is not a minimum".to_owned(),
                ));
            }
            let step: [f64; LANES] = std::array::from_fn(|l| if still(l) { 0.0 } else { rz[l] / curvature[l] });
            for i in 0..x.len() {
                for l in 0..LANES {
                    x[i][l] += step[l] * direction[i][l];
                    residual[i][l] -= step[l] * image[i][l];
                }
            }
            z = precondition(&residual);
            let next = lane_products(&residual, &z);
            for i in 0..x.len() {
                for l in 0..LANES {
                    let turn = if rz[l] > 0.0 { next[l] / rz[l] } else { 0.0 };
                    direction[i][l] = z[i][l] + turn * direction[i][l];
                }
            }
            rz = next;
        }
        Ok(x)
    }

    /// Compares the residual with |H| |x|.
    fn check(&self, x: &VectorBatch, right: &VectorBatch) -> Result<()> {
        let off = squares(&self.residual(x, right)).map(f64::sqrt);
        let (size, force) = (squares(x).map(f64::sqrt), squares(right).map(f64::sqrt));
        for l in 0..LANES {
            let scale = self.hessian.bound() * size[l] + force[l];
            // near a zero mode x grows without bound, and so does the first bound
            let wrong = off[l] > BACKWARD_ERROR * scale || off[l] > FORWARD_ERROR * force[l];
            if off[l].is_nan() || wrong {
                return Err(Error::Numerical(format!(
                    "a linear system of the Hessian is solved only to a relative residual of {:e}: the Hessian is \
                     singular beyond translations",
                    off[l] / scale
                )));
            }
        }
        Ok(())
    }
}

/// |a|^2 of every lane.
fn squares(a: &VectorBatch) -> [f64; LANES] {
    lane_products(a, a)
}
