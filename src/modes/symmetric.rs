//! Eigenvalues and eigenvectors of a full symmetric matrix.

use crate::error::{Error, Result};
use faer::diag::Diag;
use faer::dyn_stack::{MemBuffer, MemStack};
use faer::linalg::evd::{ComputeEigenvectors, self_adjoint_evd, self_adjoint_evd_scratch};
use faer::{Mat, MatRef, Par};

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
    eigen(matrix, Par::Seq)
}

/// The same with a degree of parallelism.
///
/// # Errors
/// As [`symmetric_eigen`].
pub(super) fn eigen(matrix: MatRef<'_, f64>, parallelism: Par) -> Result<(Vec<f64>, Mat<f64>)> {
    let mut vectors = Mat::<f64>::zeros(matrix.nrows(), matrix.nrows());
    let values = decompose(matrix, Some(&mut vectors), parallelism)?;
    Ok((values, vectors))
}

/// The eigenvalues alone, for two thirds of the work.
///
/// # Errors
/// As [`symmetric_eigen`].
pub(super) fn symmetric_eigenvalues(matrix: MatRef<'_, f64>) -> Result<Vec<f64>> {
    decompose(matrix, None, fixed())
}

fn decompose(matrix: MatRef<'_, f64>, vectors: Option<&mut Mat<f64>>, parallelism: Par) -> Result<Vec<f64>> {
    let n = matrix.nrows();
    let mut values = Diag::<f64>::zeros(n);
    let wanted = if vectors.is_some() { ComputeEigenvectors::Yes } else { ComputeEigenvectors::No };
    let mut memory = MemBuffer::new(self_adjoint_evd_scratch::<f64>(n, wanted, parallelism, Default::default()));
    self_adjoint_evd(
        matrix,
        values.as_mut(),
        vectors.map(|vectors| vectors.as_mut()),
        parallelism,
        MemStack::new(&mut memory),
        Default::default(),
    )
    .map_err(|error| Error::Numerical(format!("the eigenvalues did not converge: {error:?}")))?;
    let values: Vec<f64> = values.column_vector().iter().copied().collect();
    if values.iter().any(|value| !value.is_finite()) {
        return Err(Error::Numerical("the eigenvalues of a matrix that is not finite".into()));
    }
    Ok(values)
}
