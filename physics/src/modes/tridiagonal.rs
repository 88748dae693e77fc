//! A full symmetric matrix made tridiagonal, in panels (Dongarra, Hammarling, Sorensen, J. Comput. Appl. Math. 27, 215 (1989)):
//! the matrix is read once for each column and written once for each panel.

use crate::forces::LANES;
use crate::forces::lanes::{Kernel, Pass, Records, RegisterPass, in_registers, vectorised};
use faer::linalg::householder::upgrade_householder_factor;
use faer::linalg::matmul::triangular::{self, BlockStructure};
use faer::{Accum, Mat, Par};

/// Columns of a panel.
const PANEL: usize = 32;
/// Columns that a product with the matrix takes side by side.
const ABREAST: usize = 8;

/// Q^T A Q, tridiagonal.
pub(super) struct Tridiagonal {
    /// [n]
    pub diagonal: Vec<f64>,
    /// [n], the last being 0.
    pub off_diagonal: Vec<f64>,
    /// [n, n]: below the first off-diagonal the Householder vectors of Q, whose heads are 1.
    pub reflectors: Mat<f64>,
    /// [block, n - 1]: their factors, block by block.
    pub factors: Mat<f64>,
}

/// Makes the symmetric matrix whose lower triangle is in `a` [n, n] tridiagonal; the factors of the reflections are in
/// blocks of `block`.
pub(super) fn tridiagonal(mut a: Mat<f64>, block: usize, parallelism: Par) -> Tridiagonal {
    let n = a.nrows();
    let (mut diagonal, mut off_diagonal, mut scales) = (vec![0.0; n], vec![0.0; n], vec![f64::INFINITY; n]);
    for start in (0..n).step_by(PANEL) {
        let width = PANEL.min(n - start);
        let mut panel = Panel::new(n, width);
        for column in start..start + width {
            panel.update(&mut a, start, column);
            diagonal[column] = a[(column, column)];
            if column + 1 < n {
                let (beta, scale) = panel.reflect(&mut a, start, column);
                (off_diagonal[column], scales[column]) = (beta, scale);
            }
        }
        let rest = start + width;
        if rest < n {
            let mut trailing = a.as_mut().submatrix_mut(rest, rest, n - rest, n - rest);
            let (v, w) = (panel.v.subrows(rest, n - rest), panel.w.subrows(rest, n - rest));
            for (left, right) in [(v, w), (w, v)] {
                triangular::matmul(
                    trailing.as_mut(),
                    BlockStructure::TriangularLower,
                    Accum::Add,
                    left,
                    BlockStructure::Rectangular,
                    right.transpose(),
                    BlockStructure::Rectangular,
                    -1.0,
                    parallelism,
                );
            }
        }
    }
    let mut factors = Mat::<f64>::zeros(block, n.saturating_sub(1));
    for start in (0..factors.ncols()).step_by(block) {
        let width = block.min(factors.ncols() - start);
        let mut factor = factors.as_mut().submatrix_mut(0, start, width, width);
        for k in 0..width {
            factor[(k, k)] = scales[start + k];
        }
        let vectors = a.submatrix(start + 1, start, n - 1 - start, width);
        upgrade_householder_factor(factor, vectors, width, 1, parallelism);
    }
    Tridiagonal { diagonal, off_diagonal, reflectors: a, factors }
}

/// The reflections of a panel, not yet applied to what stands right of it: A - V W^T - W V^T.
struct Panel {
    /// [n, width], zero above the heads.
    v: Mat<f64>,
    w: Mat<f64>,
}

impl Panel {
    fn new(n: usize, width: usize) -> Self {
        Self { v: Mat::zeros(n, width), w: Mat::zeros(n, width) }
    }

    /// Brings `column` of the matrix up to date.
    fn update(&self, a: &mut Mat<f64>, start: usize, column: usize) {
        let target = &mut a.col_as_slice_mut(column)[column..];
        for k in 0..column - start {
            let (v, w) = (self.v.col_as_slice(k), self.w.col_as_slice(k));
            add(target, -w[column], &v[column..]);
            add(target, -v[column], &w[column..]);
        }
    }

    /// Reflects what stands below the diagonal of `column` onto its head; the head, and v.v / 2 of the vector.
    fn reflect(&mut self, a: &mut Mat<f64>, start: usize, column: usize) -> (f64, f64) {
        let (k, below) = (column - start, column + 1);
        let x = &mut a.col_as_slice_mut(column)[below..];
        let head = x[0];
        let tail = dot(&x[1..], &x[1..]);
        // squares that small have lost digits; what they came from is nothing beside any stiffness
        if tail <= f64::MIN_POSITIVE / f64::EPSILON {
            x[1..].fill(0.0);
            return (head, f64::INFINITY);
        }
        let beta = -head.signum() * (head * head + tail).sqrt();
        x[1..].iter_mut().for_each(|x| *x /= head - beta);
        let inverse = (beta - head) / beta;
        let v = &mut self.v.col_as_slice_mut(k)[below..];
        v.copy_from_slice(x);
        v[0] = 1.0;
        x[0] = beta;
        // w = (A - V W^T - W V^T) v / tau, less half its part along v
        let v = self.v.col_as_slice(k)[below..].to_vec();
        let mut w = vec![0.0; v.len()];
        in_registers(Kernel::best(), Product { matrix: a, from: below, x: &v, y: &mut w });
        for earlier in 0..k {
            let (ve, we) = (&self.v.col_as_slice(earlier)[below..], &self.w.col_as_slice(earlier)[below..]);
            let (along_w, along_v) = (dot(we, &v), dot(ve, &v));
            add(&mut w, -along_w, ve);
            add(&mut w, -along_v, we);
        }
        w.iter_mut().for_each(|w| *w *= inverse);
        let half = 0.5 * inverse * dot(&w, &v);
        add(&mut w, -half, &v);
        self.w.col_as_slice_mut(k)[below..].copy_from_slice(&w);
        (beta, 1.0 / inverse)
    }
}

/// y += A x for the trailing block of a symmetric matrix from row and column `from` on, of which the lower triangle is read.
struct Product<'a> {
    matrix: &'a Mat<f64>,
    from: usize,
    x: &'a [f64],
    y: &'a mut [f64],
}

impl RegisterPass for Product<'_> {
    type Output = ();
    #[inline(always)]
    fn run<R: Records>(self) {
        let Self { matrix, from, x, y } = self;
        let n = x.len();
        let mut j = 0;
        while j + ABREAST <= n {
            let below = j + ABREAST;
            let (mut columns, mut factors): ([&[f64]; ABREAST], _) = ([&[]; ABREAST], [0.0; ABREAST]);
            // the triangle on the diagonal
            for a in 0..ABREAST {
                let own = &matrix.col_as_slice(from + j + a)[from..];
                y[j + a] += own[j + a] * x[j + a];
                for b in j + a + 1..below {
                    y[b] += own[b] * x[j + a];
                    y[j + a] += own[b] * x[b];
                }
                (columns[a], factors[a]) = (&own[below..], x[j + a]);
            }
            let sums = rectangle::<R>(columns, factors, &x[below..], &mut y[below..]);
            for a in 0..ABREAST {
                y[j + a] += sums[a];
            }
            j = below;
        }
        for a in j..n {
            let own = &matrix.col_as_slice(from + a)[from..];
            y[a] += own[a] * x[a];
            for b in a + 1..n {
                y[b] += own[b] * x[a];
                y[a] += own[b] * x[b];
            }
        }
    }
}

/// y += sum of the columns times their factors; the products of the columns with x. In registers: left to the compiler, the lanes
/// of the columns are shuffled into each other.
#[inline(always)]
fn rectangle<R: Records>(
    columns: [&[f64]; ABREAST],
    factors: [f64; ABREAST],
    x: &[f64],
    y: &mut [f64],
) -> [f64; ABREAST] {
    let whole = x.len() / LANES;
    let (xs, ys) = (&x.as_chunks::<LANES>().0[..whole], &mut y.as_chunks_mut::<LANES>().0[..whole]);
    let mut rows: [&[[f64; LANES]]; ABREAST] = [&[]; ABREAST];
    let (mut scales, mut sums) = ([R::splat(0.0); ABREAST], [R::splat(0.0); ABREAST]);
    for a in 0..ABREAST {
        rows[a] = &columns[a].as_chunks::<LANES>().0[..whole];
        scales[a] = R::splat(factors[a]);
    }
    for k in 0..whole {
        let (x, mut y) = (R::load(&xs[k]), R::load(&ys[k]));
        for a in 0..ABREAST {
            let value = R::load(&rows[a][k]);
            sums[a] = value.mul_add(x, sums[a]);
            y = value.mul_add(scales[a], y);
        }
        y.store(&mut ys[k]);
    }
    let mut totals = [0.0; ABREAST];
    for a in 0..ABREAST {
        totals[a] = sums[a].total();
    }
    for k in LANES * whole..x.len() {
        for a in 0..ABREAST {
            totals[a] += columns[a][k] * x[k];
            y[k] += columns[a][k] * factors[a];
        }
    }
    totals
}

/// y += factor x
fn add(y: &mut [f64], factor: f64, x: &[f64]) {
    vectorised(Add { y, factor, x });
}

struct Add<'a> {
    y: &'a mut [f64],
    factor: f64,
    x: &'a [f64],
}

impl Pass for Add<'_> {
    type Output = ();
    #[inline(always)]
    fn run(self) {
        for (y, x) in self.y.iter_mut().zip(self.x) {
            *y += self.factor * x;
        }
    }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    vectorised(Dot { a, b })
}

struct Dot<'a> {
    a: &'a [f64],
    b: &'a [f64],
}

impl Pass for Dot<'_> {
    type Output = f64;
    #[inline(always)]
    fn run(self) -> f64 {
        let ((a, a_rest), (b, b_rest)) = (self.a.as_chunks::<LANES>(), self.b.as_chunks::<LANES>());
        let mut sums = [0.0; LANES];
        for (a, b) in a.iter().zip(b) {
            for l in 0..LANES {
                sums[l] += a[l] * b[l];
            }
        }
        a_rest.iter().zip(b_rest).map(|(a, b)| a * b).sum::<f64>() + sums.iter().sum::<f64>()
    }
}
