//! Eigenvalues and eigenvectors of a full symmetric matrix.

use super::tridiagonal::tridiagonal;
use crate::error::{Error, Result};
use faer::diag::Diag;
use faer::dyn_stack::{MemBuffer, MemStack};
use faer::linalg::evd::{
    ComputeEigenvectors, self_adjoint_evd, self_adjoint_evd_scratch, tridiagonal_self_adjoint_evd,
};
use faer::linalg::householder::{
    apply_block_householder_sequence_on_the_left_in_place_scratch,
    apply_block_householder_sequence_on_the_left_in_place_with_conj,
};
use faer::linalg::qr::no_pivoting::factor::recommended_block_size;
use faer::{Conj, Mat, MatRef, Par};

/// The degree of parallelism of large matrices. It is fixed, whatever the number of threads: it decides how sums are split, and so
/// the bits. On one thread it costs no more than one part.
pub(super) fn fixed() -> Par {
    Par::rayon(4)
}

/// Rising eigenvalues [n] and their vectors in the columns of [n, n]; only the lower triangle is read. Sequential, for small
/// matrices.
///
/// # Errors
/// `Error::Numerical` when the iteration does not converge, which numbers that are not finite do.
pub(super) fn symmetric_eigen(matrix: MatRef<'_, f64>) -> Result<(Vec<f64>, Mat<f64>)> {
    let n = matrix.nrows();
    let mut values = Diag::<f64>::zeros(n);
    let mut vectors = Mat::<f64>::zeros(n, n);
    let scratch = self_adjoint_evd_scratch::<f64>(n, ComputeEigenvectors::Yes, Par::Seq, Default::default());
    let mut memory = MemBuffer::new(scratch);
    self_adjoint_evd(
        matrix,
        values.as_mut(),
        Some(vectors.as_mut()),
        Par::Seq,
        MemStack::new(&mut memory),
        Default::default(),
    )
    .map_err(|error| Error::Numerical(format!("the eigenvalues did not converge: {error:?}")))?;
    Ok((finite(&values)?, vectors))
}

/// The same for a large matrix, which it takes over: made tridiagonal in panels, which a busy memory slows less, then by divide and
/// conquer.
///
/// # Errors
/// As [`symmetric_eigen`].
pub(super) fn large_symmetric_eigen(matrix: Mat<f64>) -> Result<(Vec<f64>, Mat<f64>)> {
    let n = matrix.nrows();
    let block = recommended_block_size::<f64>(n, n);
    let reduced = tridiagonal(matrix, block, fixed());
    let (mut diagonal, mut off_diagonal) = (Diag::<f64>::zeros(n), Diag::<f64>::zeros(n));
    for i in 0..n {
        diagonal.column_vector_mut()[i] = reduced.diagonal[i];
        off_diagonal.column_vector_mut()[i] = reduced.off_diagonal[i];
    }
    let mut values = Diag::<f64>::zeros(n);
    let mut vectors = Mat::<f64>::zeros(n, n);
    let scratch = self_adjoint_evd_scratch::<f64>(n, ComputeEigenvectors::Yes, fixed(), Default::default());
    let mut memory = MemBuffer::new(scratch);
    tridiagonal_self_adjoint_evd(
        diagonal.as_ref(),
        off_diagonal.as_ref(),
        values.as_mut(),
        Some(vectors.as_mut()),
        fixed(),
        MemStack::new(&mut memory),
        Default::default(),
    )
    .map_err(|error| Error::Numerical(format!("the eigenvalues did not converge: {error:?}")))?;
    if n > 1 {
        let scratch = apply_block_householder_sequence_on_the_left_in_place_scratch::<f64>(n - 1, block, n);
        let mut memory = MemBuffer::new(scratch);
        apply_block_householder_sequence_on_the_left_in_place_with_conj(
            reduced.reflectors.submatrix(1, 0, n - 1, n - 1),
            reduced.factors.as_ref(),
            Conj::No,
            vectors.as_mut().subrows_mut(1, n - 1),
            fixed(),
            MemStack::new(&mut memory),
        );
    }
    Ok((finite(&values)?, vectors))
}

fn finite(values: &Diag<f64>) -> Result<Vec<f64>> {
    let values: Vec<f64> = values.column_vector().iter().copied().collect();
    if values.iter().any(|value| !value.is_finite()) {
        return Err(Error::Numerical("the eigenvalues of a matrix that is not finite".into()));
    }
    Ok(values)
}
