//! The lowest part of the spectrum of a large glass.
//!
//! Chebyshev-filtered block Lanczos (Fang, Saad, SIAM J. Sci. Comput. 34, A2220 (2012), doi:10.1137/110836535): no
//! factorisation is needed to find the modes, and products with the Hessian are computed for eight vectors at a time.
//! The results are checked by three tests: residuals, orthonormality, and the number of eigenvalues below the last one
//! by inertia.

use super::filter::{Filter, Outline};
use super::krylov::{Found, Members, Space, random_block, search};
use super::participation_ratio;
use super::symmetric::symmetric_eigen;
use crate::error::{Error, Result};
use crate::forces::{LANES, PairBlocks, count_below_within};
use crate::model::{Model, PeriodicBox};
use crate::random::{Purpose, Stream, stream};
use crate::task::{Alone, Team, first_of};
use faer::linalg::matmul::matmul;
use faer::{Accum, Mat, Par};

/// Number of modes computed beyond those requested: between them is a gap at which to count.
const GUARD: usize = 6;
/// Largest |H v - lambda v| relative to the largest eigenvalue.
const RESIDUAL: f64 = 1e-9;
/// Largest deviation of a scalar product of two modes from 0 or 1.
const ORTHONORMALITY: f64 = 1e-10;
/// Below this dimension, or when more than this fraction of the modes is requested, the dense spectrum is faster.
const SMALLEST_DIMENSION: usize = 900;
const LARGEST_SHARE: f64 = 0.2;
/// Number of searches, with a higher cut or degree each, before the search fails.
const ATTEMPTS: usize = 8;

/// The lowest modes of a glass, or all, without translations.
#[derive(Clone, Debug)]
pub struct LowestModes {
    /// [K] of the Hessian, increasing [epsilon / sigma^2]; omega^2 at a minimum.
    pub eigenvalues: Vec<f64>,
    /// [K][3N] normalised.
    pub vectors: Vec<Vec<f64>>,
    /// [K], over the N - N_rattlers particles that are held.
    pub participation_ratio: Vec<f64>,
    /// |H v - lambda v| of each mode [K].
    pub residuals: Vec<f64>,
    /// Whether the number of modes was verified.
    pub counted: bool,
}

/// Whether and how the number of modes is verified.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Completeness {
    /// By the inertia of H - shift 1 at a shift above the last mode: one sparse factorisation, whose memory grows
    /// roughly as N^(4/3).
    Counted,
    /// The same if the factorisation takes at most this many bytes, else not at all.
    Within(u64),
    /// Not at all, for glasses whose factors do not fit into memory.
    Assumed,
}

/// The `count` lowest modes of the Hessian at `positions` [3N] without the three translations; `rattlers` [N] (or
/// empty) are excluded with all their pairs.
///
/// # Errors
/// `Error::Usage` when there are fewer than `count` modes; `Error::Numerical` when the search does not converge, or a
/// check of the residuals, the scalar products or the number of modes fails.
pub fn lowest_modes(
    model: &Model,
    cell: &PeriodicBox,
    positions: &[f64],
    rattlers: &[bool],
    count: usize,
    completeness: Completeness,
) -> Result<LowestModes> {
    lowest_modes_of_team(model, cell, positions, rattlers, (count, completeness), &Alone)
}

/// The same by a team, with bitwise identical results: the members filter vectors together, each its own particles; all
/// get the modes, and the first counts them. Each holds the whole basis, at most 6 (K + 14) vectors.
///
/// # Errors
/// As [`lowest_modes`], on all members.
pub fn lowest_modes_of_team(
    model: &Model,
    cell: &PeriodicBox,
    positions: &[f64],
    rattlers: &[bool],
    (count, completeness): (usize, Completeness),
    team: &dyn Team,
) -> Result<LowestModes> {
    let hessian = PairBlocks::new(model, cell, positions, rattlers);
    let space = Space::new(&hessian, rattlers);
    let dimension = space.dimension();
    if count == 0 || count > dimension {
        return Err(Error::Usage(format!(
            "{count} lowest modes: this glass has {dimension}; ask for 1 to {dimension}"
        )));
    }
    let wanted = (count + GUARD).min(dimension);
    let subspace = if !is_large(dimension, wanted) {
        densely(&hessian, &space, wanted)?
    } else {
        filtered(&hessian, &space, wanted, (team, &Mat::zeros(3 * hessian.particles(), 0)))?
    };
    let found = with_all_copies(&hessian, &space, rayleigh_ritz(&hessian, &subspace)?, team)?;
    found.check(hessian.bound(), count)?;
    let most_bytes = match completeness {
        Completeness::Counted => u64::MAX,
        Completeness::Within(bytes) => bytes,
        Completeness::Assumed => 0,
    };
    // the factors of one member are sufficient, and may be all that fits into memory
    let counted = first_of(team, || found.check_count(&hessian, &space, count, most_bytes).map(f64::from))? > 0.0;
    Ok(LowestModes { counted, ..found.modes(&hessian, &space, count) })
}

/// Number of particles for which another member of a team pays.
const PARTICLES_PER_MEMBER: usize = 2000;

/// The largest team that is faster for a glass of `particles`.
pub fn largest_team(particles: usize) -> usize {
    (particles / PARTICLES_PER_MEMBER).max(1)
}

/// The same number of modes, with all that belong to an eigenvalue of which one search cannot find more (crystals): searches
/// among what is orthogonal to the modes so far, until one changes nothing.
fn with_all_copies(hessian: &PairBlocks, space: &Space, mut found: Pairs, team: &dyn Team) -> Result<Pairs> {
    let wanted = found.values.len();
    let equal = RESIDUAL * hessian.bound();
    let is_full = |found: &Pairs| found.values.windows(LANES).any(|values| values[LANES - 1] - values[0] < equal);
    // the dense spectrum has them all
    while is_full(&found) && is_large(space.dimension(), wanted) {
        let others = filtered(hessian, space, LANES, (team, &found.vectors))?;
        let joined = Mat::from_fn(others.nrows(), wanted + LANES, |i, k| match k.checked_sub(wanted) {
            None => found.vectors[(i, k)],
            Some(k) => others[(i, k)],
        });
        let all = rayleigh_ritz(hessian, &joined)?.lowest(wanted);
        let is_settled = found.values.iter().zip(&all.values).all(|(before, now)| before - now < equal);
        found = all;
        if is_settled {
            break;
        }
    }
    Ok(found)
}

/// Whether a search is faster than the dense spectrum.
fn is_large(dimension: usize, wanted: usize) -> bool {
    dimension >= SMALLEST_DIMENSION && wanted as f64 <= LARGEST_SHARE * dimension as f64
}

/// An orthonormal basis of the lowest modes that are orthogonal to those known, by filters of increasing cut or degree.
fn filtered(
    hessian: &PairBlocks,
    space: &Space,
    wanted: usize,
    (team, known): (&dyn Team, &Mat<f64>),
) -> Result<Mat<f64>> {
    // a fixed stream: the modes do not depend on the start of the search
    let mut random: Stream = stream(0, Purpose::Modes, known.ncols() as u64, 0);
    let outline = Outline::measure(hessian, random_block(space, &mut random), space.dimension())?;
    let team = Members::new(hessian, team);
    let mut aim = 1.5 * (known.ncols() + wanted) as f64 + LANES as f64;
    let mut sharpness = SHARPNESS;
    for _ in 0..ATTEMPTS {
        let cut = outline.cut(aim);
        let spread = (outline.largest - cut).max(f64::MIN_POSITIVE) / (cut - outline.smallest).max(f64::MIN_POSITIVE);
        let filter = Filter::new(&outline, cut, (sharpness * spread.sqrt()).clamp(1.0, MOST_PRODUCTS) as usize);
        let most = (BASIS * wanted + 4 * LANES).min(space.dimension() - LANES) / LANES * LANES;
        match search(hessian, space, &filter, (wanted, most), &mut random, (&team, known))? {
            Found::Subspace(subspace) => return Ok(subspace),
            Found::CutTooLow => aim *= 1.7,
            Found::BasisFull => sharpness *= 1.7,
        }
    }
    Err(Error::Numerical(format!(
        "the {wanted} lowest modes did not converge in {ATTEMPTS} searches; ask for another number or for all modes"
    )))
}

/// Degree of the filter in units of ((largest - cut) / (cut - smallest))^1/2: p of the lowest mode is about cosh of
/// twice this. With 1 the basis is full before it converges, 4 costs a fifth more products.
const SHARPNESS: f64 = 2.5;
const MOST_PRODUCTS: f64 = 2000.0;
/// Largest basis in units of the number of modes.
const BASIS: usize = 6;

/// The same from the full matrix, translations and rattlers lifted to the top of the spectrum.
fn densely(hessian: &PairBlocks, space: &Space, wanted: usize) -> Result<Mat<f64>> {
    let sparse = hessian.sparse_lower(0.0, &[])?.to_dense();
    let share = hessian.bound() / space.count as f64;
    let lifted = Mat::from_fn(sparse.nrows(), sparse.ncols(), |i, j| {
        let both_held = space.held[i / 3] && space.held[j / 3];
        let lift = match i % 3 == j % 3 {
            true if both_held => share,
            true if i == j => hessian.bound(),
            _ => 0.0,
        };
        sparse[(i, j)] + lift
    });
    let (_, vectors) = symmetric_eigen(lifted.as_ref())?;
    Ok(vectors.subcols(0, wanted).to_owned())
}

/// Ritz pairs of H, in the order of places.
struct Pairs {
    values: Vec<f64>,
    /// [3N, K]
    vectors: Mat<f64>,
    residuals: Vec<f64>,
}

/// The eigenvalues of H in a subspace.
fn rayleigh_ritz(hessian: &PairBlocks, subspace: &Mat<f64>) -> Result<Pairs> {
    let (rows, size) = (subspace.nrows(), subspace.ncols());
    let mut products = Mat::<f64>::zeros(rows, size);
    for start in (0..size).step_by(LANES) {
        let lanes = LANES.min(size - start);
        let block: Vec<[f64; LANES]> =
            (0..rows).map(|i| std::array::from_fn(|l| subspace[(i, start + l.min(lanes - 1))])).collect();
        let mut product = vec![[0.0; LANES]; rows];
        hessian.times(&block, &mut product);
        for l in 0..lanes {
            products.col_as_slice_mut(start + l).iter_mut().zip(&product).for_each(|(p, row)| *p = row[l]);
        }
    }
    let mut projected = Mat::<f64>::zeros(size, size);
    matmul(projected.as_mut(), Accum::Replace, subspace.transpose(), products.as_ref(), 1.0, Par::Seq);
    let symmetric = Mat::from_fn(size, size, |i, j| 0.5 * (projected[(i, j)] + projected[(j, i)]));
    let (values, rotation) = symmetric_eigen(symmetric.as_ref())?;
    let (mut vectors, mut residual) = (Mat::<f64>::zeros(rows, size), Mat::<f64>::zeros(rows, size));
    matmul(vectors.as_mut(), Accum::Replace, subspace.as_ref(), rotation.as_ref(), 1.0, Par::Seq);
    matmul(residual.as_mut(), Accum::Replace, products.as_ref(), rotation.as_ref(), 1.0, Par::Seq);
    let off = |k: usize| {
        let pairs = residual.col_as_slice(k).iter().zip(vectors.col_as_slice(k));
        pairs.map(|(h, v)| (h - values[k] * v).powi(2)).sum::<f64>().sqrt()
    };
    let residuals = (0..size).map(off).collect();
    Ok(Pairs { values, vectors, residuals })
}

impl Pairs {
    /// The first `count`.
    fn lowest(mut self, count: usize) -> Self {
        self.values.truncate(count);
        self.residuals.truncate(count);
        self.vectors = self.vectors.subcols(0, count).to_owned();
        self
    }

    /// Residuals and orthonormality of the first `count`.
    fn check(&self, bound: f64, count: usize) -> Result<()> {
        let worst = self.residuals[..count].iter().copied().fold(0.0, f64::max);
        if worst > RESIDUAL * bound {
            return Err(Error::Numerical(format!(
                "the lowest modes have a residual of {worst:e} (stiffness {bound:e})"
            )));
        }
        let size = self.vectors.ncols();
        let mut products = Mat::<f64>::zeros(size, size);
        matmul(products.as_mut(), Accum::Replace, self.vectors.transpose(), self.vectors.as_ref(), 1.0, Par::Seq);
        for i in 0..size {
            for j in 0..size {
                let off = (products[(i, j)] - if i == j { 1.0 } else { 0.0 }).abs();
                if off.is_nan() || off > ORTHONORMALITY {
                    return Err(Error::Numerical(format!(
                        "the lowest modes {i} and {j} are orthonormal only to {off:e}"
                    )));
                }
            }
        }
        Ok(())
    }

    /// Counts the eigenvalues below a gap: none may be missing. Returns whether they could be counted.
    fn check_count(&self, hessian: &PairBlocks, space: &Space, count: usize, most_bytes: u64) -> Result<bool> {
        let resting = 3 * hessian.particles() - space.dimension();
        let Some((found, shift)) = self.gap(hessian.bound(), count) else { return Ok(true) };
        if most_bytes == 0 {
            return Ok(false);
        }
        let Some(below) = count_below_within(hessian, shift, most_bytes)? else { return Ok(false) };
        let expected = found + if shift > 0.0 { resting } else { 0 };
        if below != expected {
            return Err(Error::Numerical(format!(
                "{expected} eigenvalues of the Hessian were found below {shift}, there are {below} (translations among them)"
            )));
        }
        Ok(true)
    }

    /// Where to count: how many of the values lie below a gap, and its middle. The widest gap after mode `count`; where a
    /// multiplet extends beyond the values there (crystals), the widest before it; where it fills all values, the gap below
    /// the first. None when the values are all that exist.
    fn gap(&self, bound: f64, count: usize) -> Option<(usize, f64)> {
        let values = &self.values;
        let width = |k: &usize| values[k + 1] - values[*k];
        // two values that differ by rounding alone have no gap between them
        let widest = |from: usize| {
            let gaps = (from..values.len() - 1).filter(|k| width(k) > RESIDUAL * bound);
            gaps.max_by(|i, j| width(i).total_cmp(&width(j)))
        };
        if count.max(1) == values.len() {
            return None;
        }
        if let Some(last) = widest(count.max(1) - 1).or_else(|| widest(0)) {
            return Some((last + 1, 0.5 * (values[last] + values[last + 1])));
        }
        // above the translations, whose values are 0, if the multiplet is
        let below =
            if values[0] > 2.0 * RESIDUAL * bound { 0.5 * values[0] } else { values[0] - 100.0 * RESIDUAL * bound };
        Some((0, below))
    }

    /// The first `count`, in the order of particles.
    fn modes(&self, hessian: &PairBlocks, space: &Space, count: usize) -> LowestModes {
        let share_of_all = hessian.particles() as f64 / space.count.max(1) as f64;
        let vectors: Vec<Vec<f64>> = (0..count)
            .map(|k| {
                let mut vector = vec![0.0; self.vectors.nrows()];
                for (atom, &particle) in self.vectors.col_as_slice(k).chunks_exact(3).zip(hessian.order()) {
                    vector[3 * particle..3 * particle + 3].copy_from_slice(atom);
                }
                vector
            })
            .collect();
        LowestModes {
            eigenvalues: self.values[..count].to_vec(),
            participation_ratio: vectors.iter().map(|v| share_of_all * participation_ratio(v)).collect(),
            vectors,
            residuals: self.residuals[..count].to_vec(),
            counted: false,
        }
    }
}
