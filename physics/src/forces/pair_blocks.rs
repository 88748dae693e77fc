//! The Hessian as its pairs: one symmetric 3x3 block B for each interacting pair, stored for many products.
//!
//! (H z)_i = sum_j B_ij (z_i - z_j): translations give exactly zero, and 54 numbers of the matrix are stored as 6. Particles
//! are held in an order in which neighbours in space are near in memory.

use super::hessian;
use super::lanes::{Pass, vectorised};
use super::places::{self, PairRows, pair_rows};
use super::sums::Pair;
use super::{LANES, VectorRows};
use crate::error::{Error, Result};
use crate::model::{Model, PeriodicBox};
use faer::Mat;
use faer::sparse::{SparseColMat, Triplet};
use std::ops::Range;

/// Neighbour and the block as xx, xy, xz, yy, yz, zz.
#[derive(Clone, Copy, Debug)]
struct PairBlock {
    neighbour: usize,
    b: [f64; 6],
}

/// The blocks of one configuration; rows and vectors are in the order of `order`.
#[derive(Clone, Debug)]
pub struct PairBlocks {
    /// [N] place in memory -> particle.
    order: Vec<usize>,
    /// [N + 1] where the blocks of each place begin; neighbours stand at later places.
    first: Vec<usize>,
    blocks: Vec<PairBlock>,
    /// 2 max_i sum_j |B_ij|, a bound on the largest eigenvalue.
    bound: f64,
}

impl PairBlocks {
    /// Blocks of all pairs of `model` at `positions` [3N] whose particles are both included; `left_out` is [N], or
    /// empty if all are.
    pub fn new(model: &Model, cell: &PeriodicBox, positions: &[f64], left_out: &[bool]) -> Self {
        let mut stiffness = vec![0.0; positions.len() / 3];
        let keep = |neighbour: usize, _: bool, pair: &Pair| {
            let b = hessian::block(pair);
            let largest = pair.second.abs().max(pair.slope_over_r.abs());
            stiffness[pair.i] += largest;
            stiffness[pair.j] += largest;
            PairBlock { neighbour, b: [b[0][0], b[0][1], b[0][2], b[1][1], b[1][2], b[2][2]] }
        };
        let PairRows { order, first, pairs: blocks } = pair_rows(model, cell, positions, left_out, keep);
        Self { order, first, blocks, bound: 2.0 * stiffness.into_iter().fold(0.0, f64::max) }
    }

    /// Number of particles N.
    pub fn particles(&self) -> usize {
        self.order.len()
    }

    /// The particle at each place [N].
    pub fn order(&self) -> &[usize] {
        &self.order
    }

    /// At most `LANES` vectors [3N] by particle, as lanes [3N][LANES] in the order of places; the other lanes are 0.
    pub fn to_lanes<V: AsRef<[f64]>>(&self, vectors: &[V]) -> Vec<[f64; LANES]> {
        places::to_lanes(&self.order, vectors)
    }

    /// One lane [3N] by particle.
    pub fn from_lane(&self, rows: &VectorRows, lane: usize) -> Vec<f64> {
        places::from_lane(&self.order, rows, lane)
    }

    /// An upper bound on the magnitude of the eigenvalues: 2 max_i sum_j |B_ij| [epsilon / sigma^2].
    pub fn bound(&self) -> f64 {
        self.bound
    }

    /// The sum of all eigenvalues, tr H = 2 sum_(i<j) tr B_ij [epsilon / sigma^2].
    pub fn trace(&self) -> f64 {
        2.0 * self.blocks.iter().map(|block| block.b[0] + block.b[3] + block.b[5]).sum::<f64>()
    }

    /// Calls `visit` with the places i < j of every pair.
    pub(super) fn for_each_pair(&self, mut visit: impl FnMut(usize, usize)) {
        for i in 0..self.particles() {
            for block in &self.blocks[self.first[i]..self.first[i + 1]] {
                visit(i, block.neighbour);
            }
        }
    }

    /// The pairs that involve the places `own`, restricted to `places` (increasing), which contain `own` and all their
    /// neighbours: products in the rows of `own` are summed in the same order as in the whole Hessian.
    pub(super) fn among(&self, places: &[usize], own: &Range<usize>) -> Self {
        let mut local = vec![0; self.particles()];
        for (k, &place) in places.iter().enumerate() {
            local[place] = k;
        }
        let (mut first, mut blocks) = (vec![0], Vec::new());
        for &place in places {
            let row = &self.blocks[self.first[place]..self.first[place + 1]];
            let touching = row.iter().filter(|block| own.contains(&place) || own.contains(&block.neighbour));
            blocks.extend(touching.map(|block| PairBlock { neighbour: local[block.neighbour], b: block.b }));
            first.push(blocks.len());
        }
        let order = places.iter().map(|&place| self.order[place]).collect();
        Self { order, first, blocks, bound: self.bound }
    }

    /// products = H vectors for the vectors in the lanes, [3N][LANES] in the order of places.
    pub fn times(&self, vectors: &VectorRows, products: &mut VectorRows) {
        vectorised(Times { hessian: self, vectors, products });
    }

    /// The inverses of the diagonal blocks sum_j B_ij [N][3][3] by place; a block that is not positive definite is
    /// replaced by the inverse of its trace.
    pub fn inverse_diagonal(&self) -> Vec<[[f64; 3]; 3]> {
        let mut sums = vec![nalgebra::Matrix3::<f64>::zeros(); self.particles()];
        for i in 0..self.particles() {
            for block in &self.blocks[self.first[i]..self.first[i + 1]] {
                let [xx, xy, xz, yy, yz, zz] = block.b;
                let b = nalgebra::Matrix3::new(xx, xy, xz, xy, yy, yz, xz, yz, zz);
                sums[i] += b;
                sums[block.neighbour] += b;
            }
        }
        let inverse = |sum: nalgebra::Matrix3<f64>| {
            let safe = nalgebra::Matrix3::identity() * (3.0 / sum.trace().abs().max(f64::MIN_POSITIVE));
            let inverse = sum.cholesky().map_or(safe, |factors| factors.inverse());
            std::array::from_fn(|a| std::array::from_fn(|b| inverse[(a, b)]))
        };
        sums.into_iter().map(inverse).collect()
    }

    /// Lower triangle of H - shift 1 in the order of places [3N, 3N], with `springs` [N] by place, or empty, added to
    /// the diagonal: they tie particles to their positions.
    ///
    /// # Errors
    /// `Error::Internal` when the matrix library refuses the triplets.
    pub fn sparse_lower(&self, shift: f64, springs: &[f64]) -> Result<SparseColMat<usize, f64>> {
        const FULL: [[usize; 3]; 3] = [[0, 1, 2], [1, 3, 4], [2, 4, 5]];
        let n = self.particles();
        let mut diagonal = vec![[0.0; 6]; n];
        let mut triplets = Vec::with_capacity(9 * self.blocks.len() + 6 * n);
        for i in 0..n {
            for block in &self.blocks[self.first[i]..self.first[i + 1]] {
                for (k, b) in block.b.iter().enumerate() {
                    diagonal[i][k] += b;
                    diagonal[block.neighbour][k] += b;
                }
                for a in 0..3 {
                    for b in 0..3 {
                        triplets.push(Triplet::new(3 * block.neighbour + a, 3 * i + b, -block.b[FULL[a][b]]));
                    }
                }
            }
        }
        for (i, block) in diagonal.iter().enumerate() {
            for a in 0..3 {
                for b in 0..=a {
                    let spring = springs.get(i).copied().unwrap_or(0.0);
                    let added = if a == b { spring - shift } else { 0.0 };
                    triplets.push(Triplet::new(3 * i + a, 3 * i + b, block[FULL[a][b]] + added));
                }
            }
        }
        SparseColMat::try_new_from_triplets(3 * n, 3 * n, &triplets)
            .map_err(|error| Error::Internal(format!("sparse Hessian: {error:?}")))
    }

    /// Lower triangle of H as a full matrix [3K, 3K] of the K places `held` (increasing); zeros above the diagonal.
    pub fn dense_lower(&self, held: &[usize]) -> Mat<f64> {
        const FULL: [[usize; 3]; 3] = [[0, 1, 2], [1, 3, 4], [2, 4, 5]];
        let mut row_of = vec![None; self.particles()];
        for (row, &place) in held.iter().enumerate() {
            row_of[place] = Some(3 * row);
        }
        let mut matrix = Mat::zeros(3 * held.len(), 3 * held.len());
        for (i, from) in row_of.iter().enumerate() {
            for block in &self.blocks[self.first[i]..self.first[i + 1]] {
                let (Some(from), Some(to)) = (*from, row_of[block.neighbour]) else { continue };
                for a in 0..3 {
                    for b in 0..3 {
                        let value = block.b[FULL[a][b]];
                        matrix[(to + a, from + b)] -= value;
                        if b <= a {
                            matrix[(from + a, from + b)] += value;
                            matrix[(to + a, to + b)] += value;
                        }
                    }
                }
            }
        }
        matrix
    }

    /// The pairs of places that interact, as the lower triangle of a pattern [N, N] with ones.
    ///
    /// # Errors
    /// `Error::Internal` when the matrix library refuses the triplets.
    pub fn pattern(&self) -> Result<SparseColMat<usize, f64>> {
        let n = self.particles();
        let mut triplets: Vec<Triplet<usize, usize, f64>> = (0..n).map(|i| Triplet::new(i, i, 1.0)).collect();
        for i in 0..n {
            let row = &self.blocks[self.first[i]..self.first[i + 1]];
            triplets.extend(row.iter().map(|block| Triplet::new(block.neighbour, i, 1.0)));
        }
        SparseColMat::try_new_from_triplets(n, n, &triplets)
            .map_err(|error| Error::Internal(format!("pattern of the Hessian: {error:?}")))
    }
}

struct Times<'a> {
    hessian: &'a PairBlocks,
    vectors: &'a VectorRows,
    products: &'a mut VectorRows,
}

impl Pass for Times<'_> {
    type Output = ();
    #[inline(always)]
    fn run(self) {
        let Self { hessian, vectors, products } = self;
        products.fill([0.0; LANES]);
        let (z, h) = (vectors.as_chunks::<3>().0, products.as_chunks_mut::<3>().0);
        for i in 0..hessian.order.len() {
            let zi = z[i];
            let mut sum = [[0.0; LANES]; 3];
            for block in &hessian.blocks[hessian.first[i]..hessian.first[i + 1]] {
                let zj = &z[block.neighbour];
                let hj = &mut h[block.neighbour];
                let [xx, xy, xz, yy, yz, zz] = block.b;
                // one loop over the lanes for each step, so that each becomes a register
                let mut d = [[0.0; LANES]; 3];
                for k in 0..3 {
                    for l in 0..LANES {
                        d[k][l] = zi[k][l] - zj[k][l];
                    }
                }
                for (k, [x, y, z]) in [[xx, xy, xz], [xy, yy, yz], [xz, yz, zz]].into_iter().enumerate() {
                    let mut force = [0.0; LANES];
                    for l in 0..LANES {
                        force[l] = x * d[0][l] + y * d[1][l] + z * d[2][l];
                    }
                    for l in 0..LANES {
                        sum[k][l] += force[l];
                    }
                    for l in 0..LANES {
                        hj[k][l] -= force[l];
                    }
                }
            }
            for k in 0..3 {
                for l in 0..LANES {
                    h[i][k][l] += sum[k][l];
                }
            }
        }
    }
}
