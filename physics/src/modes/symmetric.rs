//! Eigenvalues and eigenvectors of a full symmetric matrix.

use super::tridiagonal::{Tridiagonal, tridiagonal};
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

/// The degree of parallelism of large matrices. It is fixed, regardless of the number of threads, because it determines
/// how sums are divided, and so the rounding. On one thread it costs no more than a single part.
pub(super) fn fixed() -> Par {
    Par::rayon(4)
}

/// Increasing eigenvalues [n] and their vectors in the columns of [n, n]; only the lower triangle is read. Sequential,
/// for small matrices.
///
/// # Errors
/// `Error::Numerical` when the iteration does not converge, also for input that is not finite.
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

/// The same for a large matrix, which is overwritten: made tridiagonal in panels, which reads the matrix half as often
/// as faer's reduction and so waits less for memory, then solved by divide and conquer.
///
/// # Errors
/// As [`symmetric_eigen`].
pub(super) fn large_symmetric_eigen(matrix: Mat<f64>) -> Result<(Vec<f64>, Mat<f64>)> {
    let n = matrix.nrows();
    let block = recommended_block_size::<f64>(n, n);
    let reduced = tridiagonal(matrix, block, fixed());
    let mut vectors = Mat::<f64>::zeros(n, n);
    let values = of_tridiagonal(&reduced, Some(&mut vectors))?;
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
    Ok((values, vectors))
}

/// Only the eigenvalues of a large matrix, for a third of the work.
///
/// # Errors
/// As [`symmetric_eigen`].
pub(super) fn large_symmetric_eigenvalues(matrix: Mat<f64>) -> Result<Vec<f64>> {
    let block = recommended_block_size::<f64>(matrix.nrows(), matrix.nrows());
    of_tridiagonal(&tridiagonal(matrix, block, fixed()), None)
}

fn of_tridiagonal(reduced: &Tridiagonal, vectors: Option<&mut Mat<f64>>) -> Result<Vec<f64>> {
    let n = reduced.diagonal.len();
    let (mut diagonal, mut off_diagonal) = (Diag::<f64>::zeros(n), Diag::<f64>::zeros(n));
    for i in 0..n {
        diagonal.column_vector_mut()[i] = reduced.diagonal[i];
        off_diagonal.column_vector_mut()[i] = reduced.off_diagonal[i];
    }
    let wanted = if vectors.is_some() { ComputeEigenvectors::Yes } else { ComputeEigenvectors::No };
    let mut memory = MemBuffer::new(self_adjoint_evd_scratch::<f64>(n, wanted, fixed(), Default::default()));
    let mut values = Diag::<f64>::zeros(n);
    tridiagonal_self_adjoint_evd(
        diagonal.as_ref(),
        off_diagonal.as_ref(),
        values.as_mut(),
        vectors.map(|vectors| vectors.as_mut()),
        fixed(),
        MemStack::new(&mut memory),
        Default::default(),
    )
    .map_err(|error| Error::Numerical(format!("the eigenvalues did not converge: {error:?}")))?;
    finite(&values)
}

fn finite(values: &Diag<f64>) -> Result<Vec<f64>> {
    let values: Vec<f64> = values.column_vector().iter().copied().collect();
    if values.iter().any(|value| !value.is_finite()) {
        return Err(Error::Numerical("the eigenvalues of a matrix that is not finite".into()));
    }
    Ok(values)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{Purpose, Stream, stream};
    use rand_distr::{Distribution, StandardNormal};

    /// Sizes about the panel, the columns taken abreast and the block of reflections; matrices with a third of their rows empty
    /// have columns that need no reflection.
    #[test]
    fn a_large_matrix_has_the_eigenvalues_and_vectors_of_a_small_one() {
        for n in [1, 2, 3, 8, 9, 31, 32, 33, 41, 64, 65, 150] {
            for sparse in [false, true] {
                let mut random: Stream = stream(7, Purpose::Modes, n as u64, 0);
                let mut a = Mat::<f64>::from_fn(n, n, |_, _| StandardNormal.sample(&mut random));
                for i in 0..n {
                    for j in 0..n {
                        if sparse && (i % 3 == 0 || j % 3 == 0) {
                            a[(i, j)] = if i == j { 1.0 } else { 0.0 };
                        } else if i < j {
                            a[(i, j)] = a[(j, i)];
                        }
                    }
                }
                let tolerance = 1e-13 * n as f64;
                let (expected, _) = symmetric_eigen(a.as_ref()).unwrap();
                let alone = large_symmetric_eigenvalues(a.clone()).unwrap();
                let (values, vectors) = large_symmetric_eigen(a.clone()).unwrap();
                for (k, value) in expected.iter().enumerate() {
                    assert!((values[k] - value).abs() < tolerance, "n {n}: value {k} {} {value}", values[k]);
                    assert!((alone[k] - value).abs() < tolerance, "n {n}: value {k} alone {} {value}", alone[k]);
                }
                let image = &a * &vectors;
                let squares = vectors.transpose() * &vectors;
                for j in 0..n {
                    for i in 0..n {
                        assert!((image[(i, j)] - values[j] * vectors[(i, j)]).abs() < tolerance, "n {n}: residual");
                        let unit = if i == j { 1.0 } else { 0.0 };
                        assert!((squares[(i, j)] - unit).abs() < tolerance, "n {n}: orthonormality");
                    }
                }
            }
        }
    }

    #[test]
    fn numbers_that_are_not_finite_are_refused() {
        let mut a = Mat::<f64>::identity(12, 12);
        a[(7, 3)] = f64::NAN;
        assert!(large_symmetric_eigen(a.clone()).is_err());
        assert!(large_symmetric_eigenvalues(a).is_err());
    }
}
