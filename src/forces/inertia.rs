//! How many eigenvalues of the Hessian lie below a value, by Sylvester's law of inertia: the signs of D in
//! H - value 1 = L D L^T are those of the eigenvalues of H - value 1.

use super::PairBlocks;
use crate::error::{Error, Result};
use faer::dyn_stack::{MemBuffer, MemStack};
use faer::linalg::cholesky::ldlt::factor::LdltRegularization;
use faer::perm::Perm;
use faer::sparse::linalg::amd;
use faer::sparse::linalg::cholesky::{
    CholeskySymbolicParams, LdltRef, SymbolicCholesky, SymbolicCholeskyRaw, SymmetricOrdering,
    factorize_symbolic_cholesky,
};
use faer::{Conj, Mat, Par, Side};

/// A factorisation without pivoting can break down near an eigenvalue; its backward error must stay below this share of the
/// largest eigenvalue.
const BACKWARD_ERROR: f64 = 1e-8;

/// Number of eigenvalues of H below `value` [epsilon / sigma^2], those of the translations (0) among them.
///
/// # Errors
/// `Error::Numerical` when the factorisation breaks down or is not accurate.
pub fn count_below(hessian: &PairBlocks, value: f64) -> Result<usize> {
    let failed = |what: String| Error::Numerical(format!("eigenvalues of the Hessian below {value}: {what}"));
    let matrix = hessian.sparse_lower(value)?;
    let order = fill_reducing(hessian)?;
    let symbolic = factorize_symbolic_cholesky(
        matrix.symbolic(),
        Side::Lower,
        SymmetricOrdering::Custom(order.as_ref()),
        CholeskySymbolicParams::default(),
    )
    .map_err(|error| failed(format!("{error:?}")))?;
    let mut values = vec![0.0; symbolic.len_val()];
    // sequential: the same bits whatever the number of threads
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
    let diagonal = diagonal(&symbolic, &values);
    if diagonal.len() != matrix.nrows() || diagonal.iter().any(|d| !d.is_finite()) {
        return Err(failed("a pivot vanished".into()));
    }
    let error = backward_error(hessian, value, &symbolic, &values);
    if error.is_nan() || error > BACKWARD_ERROR {
        return Err(failed(format!("the factorisation is off by {error:e} of the largest eigenvalue")));
    }
    Ok(diagonal.iter().filter(|d| **d < 0.0).count())
}

/// |(H - value) x - b| / (|x| bound) for the solution x of a right-hand side b.
fn backward_error(hessian: &PairBlocks, value: f64, symbolic: &SymbolicCholesky<usize>, values: &[f64]) -> f64 {
    let rows = 3 * hessian.particles();
    // irregular and deterministic
    let b = Mat::from_fn(rows, 1, |i, _| ((i * 7919 + 13) % 101) as f64 / 101.0 - 0.5);
    let mut x = b.clone();
    let mut memory = MemBuffer::new(symbolic.solve_in_place_scratch::<f64>(1, Par::Seq));
    LdltRef::new(symbolic, values).solve_in_place_with_conj(Conj::No, x.as_mut(), Par::Seq, MemStack::new(&mut memory));
    let z: Vec<_> = (0..rows).map(|i| [x[(i, 0)]; super::LANES]).collect();
    let mut product = vec![[0.0; super::LANES]; rows];
    hessian.times(&z, &mut product);
    let (mut residual, mut norm) = (0.0, 0.0);
    for i in 0..rows {
        residual += (product[i][0] - value * x[(i, 0)] - b[(i, 0)]).powi(2);
        norm += x[(i, 0)] * x[(i, 0)];
    }
    (residual / norm).sqrt() / hessian.bound().max(f64::MIN_POSITIVE)
}

/// Approximate minimum degree over particles, each of which stands for its three coordinates.
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

/// D of the factorisation, in the order of elimination.
fn diagonal(symbolic: &SymbolicCholesky<usize>, values: &[f64]) -> Vec<f64> {
    match symbolic.raw() {
        // the first entry of each column of L is the pivot
        SymbolicCholeskyRaw::Simplicial(raw) => {
            raw.col_ptr()[..raw.ncols()].iter().map(|&start| values[start]).collect()
        }
        SymbolicCholeskyRaw::Supernodal(raw) => {
            let (begins, starts) = (raw.supernode_begin(), raw.col_ptr_for_val());
            let mut diagonal = Vec::with_capacity(raw.nrows());
            for s in 0..raw.n_supernodes() {
                let columns = raw.supernode_end()[s] - begins[s];
                let rows = (starts[s + 1] - starts[s]).checked_div(columns).unwrap_or(0);
                diagonal.extend((0..columns).map(|c| values[starts[s] + c * rows + c]));
            }
            diagonal
        }
    }
}
