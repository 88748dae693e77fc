//! Sparse factorisations L D L^T of the Hessian: number of eigenvalues below a value by inertia, and solutions of
//! linear systems.

use super::PairBlocks;
use crate::error::{Error, Result};
use faer::dyn_stack::{MemBuffer, MemStack};
use faer::linalg::cholesky::ldlt::factor::LdltRegularization;
use faer::perm::Perm;
use faer::sparse::SparseColMat;
use faer::sparse::linalg::amd;
use faer::sparse::linalg::cholesky::{
    CholeskySymbolicParams, LdltRef, SymbolicCholesky, SymbolicCholeskyRaw, SymmetricOrdering,
    factorize_symbolic_cholesky,
};
use faer::{Conj, Mat, Par, Side};

/// The sparsity pattern of a factorisation of the Hessian of one configuration.
pub struct FactorShape {
    symbolic: SymbolicCholesky<usize>,
}

impl FactorShape {
    /// The pattern for H - shift 1 with any shift, by approximate minimum degree over particles.
    ///
    /// # Errors
    /// `Error::Numerical` when the ordering fails.
    pub fn new(hessian: &PairBlocks, matrix: &SparseColMat<usize, f64>) -> Result<Self> {
        let order = fill_reducing(hessian)?;
        let symbolic = factorize_symbolic_cholesky(
            matrix.symbolic(),
            Side::Lower,
            SymmetricOrdering::Custom(order.as_ref()),
            CholeskySymbolicParams::default(),
        )
        .map_err(|error| Error::Numerical(format!("factorisation of the Hessian: {error:?}")))?;
        Ok(Self { symbolic })
    }

    /// Memory of the factors and of their computation [bytes].
    pub fn bytes(&self) -> u64 {
        let scratch = self.symbolic.factorize_numeric_ldlt_scratch::<f64>(Par::Seq, Default::default());
        8 * self.symbolic.len_val() as u64 + scratch.unaligned_bytes_required() as u64
    }
}

/// L and D of a symmetric matrix, in the order of places.
pub struct Factors {
    shape: FactorShape,
    values: Vec<f64>,
}

impl Factors {
    /// Factorises `matrix` (its lower triangle), with the pattern `shape`.
    ///
    /// # Errors
    /// `Error::Numerical` when a pivot is zero: there is no pivoting, which can fail near an eigenvalue.
    pub fn new(shape: FactorShape, matrix: &SparseColMat<usize, f64>) -> Result<Self> {
        let failed = |what: String| Error::Numerical(format!("factorisation of the Hessian: {what}"));
        let symbolic = &shape.symbolic;
        let mut values = vec![0.0; symbolic.len_val()];
        // sequential, so that results are bitwise identical for any number of threads
        let mut memory = MemBuffer::new(symbolic.factorize_numeric_ldlt_scratch::<f64>(Par::Seq, Default::default()));
        symbolic
            .factorize_numeric_ldlt(
                &mut values,
                matrix.as_ref(),
                Side::Lower,
                LdltRegularization::default(),
                Par::Seq,
                MemStack::new(&mut memory),
                Default::default(),
            )
            .map_err(|error| failed(format!("{error:?}")))?;
        let factors = Self { shape, values };
        let pivots = factors.pivots();
        if pivots.len() != matrix.nrows() || pivots.iter().any(|d| !d.is_finite()) {
            return Err(failed("a pivot is zero".into()));
        }
        Ok(factors)
    }

    /// Replaces the columns of `right` [3N, k] by the solutions.
    pub fn solve(&self, right: &mut Mat<f64>) {
        let symbolic = &self.shape.symbolic;
        let mut memory = MemBuffer::new(symbolic.solve_in_place_scratch::<f64>(right.ncols(), Par::Seq));
        LdltRef::new(symbolic, &self.values).solve_in_place_with_conj(
            Conj::No,
            right.as_mut(),
            Par::Seq,
            MemStack::new(&mut memory),
        );
    }

    /// Number of negative pivots: by Sylvester's law of inertia, the number of negative eigenvalues of the matrix.
    pub fn negative(&self) -> usize {
        self.pivots().iter().filter(|d| **d < 0.0).count()
    }

    /// D of the factorisation, in the order of elimination.
    fn pivots(&self) -> Vec<f64> {
        match self.shape.symbolic.raw() {
            // the first entry of each column of L is the pivot
            SymbolicCholeskyRaw::Simplicial(raw) => {
                raw.col_ptr()[..raw.ncols()].iter().map(|&start| self.values[start]).collect()
            }
            SymbolicCholeskyRaw::Supernodal(raw) => {
                let (begins, starts) = (raw.supernode_begin(), raw.col_ptr_for_val());
                let mut diagonal = Vec::with_capacity(raw.nrows());
                for s in 0..raw.n_supernodes() {
                    let columns = raw.supernode_end()[s] - begins[s];
                    let rows = (starts[s + 1] - starts[s]).checked_div(columns).unwrap_or(0);
                    diagonal.extend((0..columns).map(|c| self.values[starts[s] + c * rows + c]));
                }
                diagonal
            }
        }
    }
}

/// Approximate minimum degree over particles, each representing its three coordinates.
fn fill_reducing(hessian: &PairBlocks) -> Result<Perm<usize>> {
    let pattern = hessian.pattern()?;
    let n = hessian.particles();
    let (mut forward, mut inverse) = (vec![0; n], vec![0; n]);
    let mut memory = MemBuffer::new(amd::order_maybe_unsorted_scratch::<usize>(n, pattern.compute_nnz()));
    amd::order_maybe_unsorted(
        &mut forward,
        &mut inverse,
        pattern.symbolic(),
        amd::Control::default(),
        MemStack::new(&mut memory),
    )
    .map_err(|error| Error::Numerical(format!("ordering of the Hessian: {error:?}")))?;
    let coordinates = |order: &[usize]| order.iter().flat_map(|&i| [3 * i, 3 * i + 1, 3 * i + 2]).collect::<Box<_>>();
    Ok(Perm::new_checked(coordinates(&forward), coordinates(&inverse), 3 * n))
}
