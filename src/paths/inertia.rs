//! How many eigenvalues of the Hessian are negative.

use crate::error::{Error, Result};
use crate::forces::hessian;
use crate::model::{Model, PeriodicBox};
use faer::dyn_stack::{MemBuffer, MemStack};
use faer::linalg::cholesky::ldlt::factor::LdltRegularization;
use faer::sparse::linalg::cholesky::{
    CholeskySymbolicParams, SymbolicCholeskyRaw, SymmetricOrdering, factorize_symbolic_cholesky,
};
use faer::{Par, Side};

/// Lifts the three zero modes of translation (and rattlers) above zero without reaching a mode that counts
/// [epsilon / sigma^2], times the law's unit of stiffness.
const SHIFT: f64 = 1e-5;

/// Number of eigenvalues of the Hessian at `positions` [3N] below -1e-5 (2e-8 for the harmonic law), by Sylvester's law of inertia from the signs of
/// D in H + 1e-5 = L D L^T.
///
/// # Errors
/// `Error::Numerical` when the factorisation breaks down.
pub fn negative_modes(model: &Model, cell: &PeriodicBox, positions: &[f64]) -> Result<usize> {
    let failed = |what: String| Error::Numerical(format!("inertia of the Hessian: {what}"));
    let matrix = hessian::sparse_lower(model, cell, positions, SHIFT * model.law.stiffness_unit())?;
    let symbolic = factorize_symbolic_cholesky(
        matrix.symbolic(),
        Side::Lower,
        SymmetricOrdering::Amd,
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
    if diagonal.len() != positions.len() || diagonal.iter().any(|d| !d.is_finite()) {
        return Err(failed("a pivot vanished".into()));
    }
    Ok(diagonal.iter().filter(|d| **d < 0.0).count())
}

/// D of the factorisation, in the order of elimination.
fn diagonal(symbolic: &faer::sparse::linalg::cholesky::SymbolicCholesky<usize>, values: &[f64]) -> Vec<f64> {
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
