//! Block Lanczos with full reorthogonalisation for the largest eigenvalues of the filtered Hessian p(H).
//!
//! The block has as many vectors as a register has lanes: of an eigenvalue, a search finds that many vectors at most. What
//! earlier searches have found can be left out, so that the next one finds the others.

use super::filter::Filter;
use super::symmetric::symmetric_eigen;
use crate::error::Result;
use crate::forces::{HessianPart, LANES, PairBlocks, VectorBatch, places_of_members};
use crate::random::Stream;
use crate::task::Team;
use faer::linalg::matmul::matmul;
use faer::{Accum, Mat, Par};
use rand_distr::{Distribution, StandardNormal};
use std::ops::Range;

/// p is at most 1 on the damped part: Ritz values above this belong to the wanted part.
const LIFTED: f64 = 1.1;
/// Residual of a converged Ritz pair relative to the value of p.
const TOLERANCE: f64 = 1e-8;
/// A vector that loses all but this fraction of its length to earlier ones is replaced by a random one.
const DEPENDENT: f64 = 1e-13;

/// How a search ended.
pub(super) enum Found {
    /// Orthonormal columns [3N, count] that span the invariant subspace of the lowest eigenvalues.
    Subspace(Mat<f64>),
    /// Fewer than `count` eigenvalues lie below the cut.
    CutTooLow,
    /// The basis is full.
    BasisFull,
}

/// The included coordinates, in the order of places.
pub(super) struct Space {
    /// [N]
    pub held: Vec<bool>,
    /// Number of held particles.
    pub count: usize,
}

impl Space {
    pub(super) fn new(hessian: &PairBlocks, left_out: &[bool]) -> Self {
        let is_held = |&i: &usize| !left_out.get(i).copied().unwrap_or(false);
        let held: Vec<bool> = hessian.order().iter().map(is_held).collect();
        let count = held.iter().filter(|held| **held).count();
        Self { held, count }
    }

    /// 3 coordinates per particle, minus the three translations.
    pub(super) fn dimension(&self) -> usize {
        (3 * self.count).saturating_sub(3)
    }

    /// Subtracts the mean displacement; excluded particles stay at zero.
    pub(super) fn remove_translation(&self, vector: &mut [f64]) {
        let mut mean = [0.0; 3];
        for (atom, _) in vector.as_chunks::<3>().0.iter().zip(&self.held).filter(|(_, held)| **held) {
            for k in 0..3 {
                mean[k] += atom[k] / self.count as f64;
            }
        }
        for (atom, held) in vector.as_chunks_mut::<3>().0.iter_mut().zip(&self.held) {
            for k in 0..3 {
                atom[k] = if *held { atom[k] - mean[k] } else { 0.0 };
            }
        }
    }

    /// A random vector without translation.
    pub(super) fn random(&self, random: &mut Stream) -> Vec<f64> {
        let mut vector: Vec<f64> = (0..3 * self.held.len()).map(|_| StandardNormal.sample(random)).collect();
        self.remove_translation(&mut vector);
        vector
    }
}

/// A growing orthonormal basis and p(H) in it, block tridiagonal.
struct Basis<'a> {
    hessian: &'a PairBlocks,
    team: &'a Members<'a>,
    space: &'a Space,
    vectors: Mat<f64>,
    projected: Mat<f64>,
    /// Columns in use; the first are those that are left out, the last block has not been multiplied yet.
    size: usize,
}

impl Basis<'_> {
    /// Removes from `w` [3N, LANES] its projection on the first `columns` vectors, twice, and returns its coefficients.
    fn orthogonalise(&self, w: &mut Mat<f64>, columns: usize) -> Mat<f64> {
        let basis = self.vectors.subcols(0, columns);
        let mut total = Mat::<f64>::zeros(columns, LANES);
        for _ in 0..2 {
            let mut part = Mat::<f64>::zeros(columns, LANES);
            matmul(part.as_mut(), Accum::Replace, basis.transpose(), w.as_ref(), 1.0, Par::Seq);
            matmul(w.as_mut(), Accum::Add, basis, part.as_ref(), -1.0, Par::Seq);
            total += part;
        }
        total
    }

    /// Appends the columns of `w`, orthonormal among each other, and returns R of w = Q R [LANES, LANES].
    fn append(&mut self, mut w: Mat<f64>, random: &mut Stream) -> Mat<f64> {
        let mut r = Mat::<f64>::zeros(LANES, LANES);
        for c in 0..LANES {
            let before = norm(w.col_as_slice(c));
            self.against_own_block(&mut w, c, Some(&mut r));
            let mut length = norm(w.col_as_slice(c));
            r[(c, c)] = length;
            if length <= DEPENDENT * before || length == 0.0 {
                r[(c, c)] = 0.0;
                w.col_as_slice_mut(c).copy_from_slice(&self.space.random(random));
                // the whole block is orthogonal to the basis; only this column has a new component
                self.orthogonalise(&mut w, self.size);
                self.against_own_block(&mut w, c, None);
                length = norm(w.col_as_slice(c));
            }
            w.col_as_slice_mut(c).iter_mut().for_each(|x| *x /= length.max(f64::MIN_POSITIVE));
            self.vectors.col_as_slice_mut(self.size + c).copy_from_slice(w.col_as_slice(c));
        }
        self.size += LANES;
        r
    }

    /// Gram-Schmidt of column c against the columns before it, twice.
    fn against_own_block(&self, w: &mut Mat<f64>, c: usize, mut r: Option<&mut Mat<f64>>) {
        for _ in 0..2 {
            for a in 0..c {
                let earlier = w.col_as_slice(a).to_vec();
                let product: f64 = earlier.iter().zip(w.col_as_slice(c)).map(|(x, y)| x * y).sum();
                w.col_as_slice_mut(c).iter_mut().zip(&earlier).for_each(|(y, x)| *y -= product * x);
                if let Some(r) = r.as_deref_mut() {
                    r[(a, c)] += product;
                }
            }
        }
    }

    /// Multiplies the last block by p(H) and appends what is new in it; returns the coupling R.
    fn expand(&mut self, filter: &Filter, random: &mut Stream) -> Result<Mat<f64>> {
        let start = self.size - LANES;
        let filtered = self.team.filtered(filter, self.hessian, rows(&self.vectors, start))?;
        let mut w = columns(&filtered);
        for c in 0..LANES {
            self.space.remove_translation(w.col_as_slice_mut(c));
        }
        let coefficients = self.orthogonalise(&mut w, self.size);
        for a in 0..LANES {
            for b in 0..LANES {
                self.projected[(start + a, start + b)] =
                    0.5 * (coefficients[(start + a, b)] + coefficients[(start + b, a)]);
            }
        }
        let r = self.append(w, random);
        for a in 0..LANES {
            for b in 0..LANES {
                self.projected[(start + LANES + a, start + b)] = r[(a, b)];
            }
        }
        Ok(r)
    }
}

/// The members of a team, which hold the same basis and filter its blocks together, each its own rows; results are
/// bitwise identical to those of a single rank.
pub(super) struct Members<'a> {
    team: &'a dyn Team,
    shares: Vec<Range<usize>>,
    /// None for a single member.
    part: Option<HessianPart>,
}

impl<'a> Members<'a> {
    pub(super) fn new(hessian: &PairBlocks, team: &'a dyn Team) -> Self {
        let shares = places_of_members(hessian.particles(), team.members());
        let part = (team.members() > 1).then(|| HessianPart::new(hessian, &shares, team.member()));
        Self { team, shares, part }
    }

    fn filtered(&self, filter: &Filter, hessian: &PairBlocks, mut block: VectorBatch) -> Result<VectorBatch> {
        let Some(part) = &self.part else {
            return filter.apply(block, |vectors, products| {
                hessian.times(vectors, products);
                Ok(())
            });
        };
        let own = filter.apply(part.rows(&block), |vectors, products| part.times(vectors, products, self.team))?;
        part.put(&own, &mut block);
        self.team.share(block.as_flattened_mut(), 3 * LANES, &self.shares)?;
        Ok(block)
    }
}

/// The lanes of columns start ... start + LANES.
fn rows(vectors: &Mat<f64>, start: usize) -> VectorBatch {
    let columns: [&[f64]; LANES] = std::array::from_fn(|l| vectors.col_as_slice(start + l));
    (0..vectors.nrows()).map(|i| std::array::from_fn(|l| columns[l][i])).collect()
}

fn columns(block: &[[f64; LANES]]) -> Mat<f64> {
    Mat::from_fn(block.len(), LANES, |i, l| block[i][l])
}

fn norm(vector: &[f64]) -> f64 {
    vector.iter().map(|x| x * x).sum::<f64>().sqrt()
}

/// The lanes of a random block.
pub(super) fn random_block(space: &Space, random: &mut Stream) -> VectorBatch {
    let vectors: [Vec<f64>; LANES] = std::array::from_fn(|_| space.random(random));
    (0..vectors[0].len()).map(|i| std::array::from_fn(|l| vectors[l][i])).collect()
}

/// Searches for the `count` lowest eigenvalues of H with a basis of at most `most` vectors, all orthogonal to the
/// eigenvectors `known` [3N, ..].
pub(super) fn search(
    hessian: &PairBlocks,
    space: &Space,
    filter: &Filter,
    (count, most): (usize, usize),
    random: &mut Stream,
    (team, known): (&Members<'_>, &Mat<f64>),
) -> Result<Found> {
    let first = known.ncols();
    let capacity = first + most + 2 * LANES;
    let coordinates = 3 * hessian.particles();
    let (mut vectors, projected) = (Mat::zeros(coordinates, capacity), Mat::zeros(capacity, capacity));
    vectors.subcols_mut(0, first).copy_from(known);
    let mut basis = Basis { hessian, team, space, vectors, projected, size: first };
    let mut start = columns(&random_block(space, random));
    basis.orthogonalise(&mut start, first);
    basis.append(start, random);
    let mut next_look = count + LANES;
    while basis.size <= first + most {
        let coupling = basis.expand(filter, random)?;
        let size = basis.size - LANES - first;
        if size < next_look {
            continue;
        }
        next_look = size + (size / 12).max(LANES);
        let (values, ritz) = symmetric_eigen(basis.projected.submatrix(first, first, size, size))?;
        let converged = |k: usize| {
            let residual: f64 = (0..LANES)
                .map(|a| (a..LANES).map(|b| coupling[(a, b)] * ritz[(size - LANES + b, k)]).sum::<f64>().powi(2))
                .sum();
            residual.sqrt() <= TOLERANCE * (values[k] - 1.0).abs().max(values[size - 1] * 1e-4)
        };
        let lifted = values.iter().filter(|value| **value > LIFTED).count();
        let looked_at = size - lifted.min(count)..size;
        if !looked_at.clone().all(converged) {
            continue;
        }
        if lifted >= count {
            let mut subspace = Mat::zeros(coordinates, count);
            let chosen = ritz.subcols(size - count, count);
            matmul(subspace.as_mut(), Accum::Replace, basis.vectors.subcols(first, size), chosen, 1.0, Par::Seq);
            return Ok(Found::Subspace(subspace));
        }
        if size >= 2 * count {
            return Ok(Found::CutTooLow);
        }
    }
    Ok(Found::BasisFull)
}
