//! The Hessian in the Krylov subspace of one vector, and linear systems with it.

use super::vectors::{add_scaled, dot, norm, normalise, remove_translation, scale};
use crate::forces::{PairSum, as_lanes, as_lanes_mut};
use nalgebra::{DMatrix, SymmetricEigen};

/// Products with the Hessian at fixed positions, translations of the whole glass projected out.
pub struct HessianAt<'a> {
    sum: &'a mut PairSum<1>,
    positions: &'a [f64],
    /// Products made so far.
    pub products: u64,
}

impl<'a> HessianAt<'a> {
    pub fn new(sum: &'a mut PairSum<1>, positions: &'a [f64]) -> Self {
        Self { sum, positions, products: 0 }
    }

    /// H v [3N].
    pub fn times(&mut self, v: &[f64]) -> Vec<f64> {
        let mut product = vec![0.0; v.len()];
        self.sum.hessian_times(as_lanes(self.positions), as_lanes(v), as_lanes_mut(&mut product));
        remove_translation(&mut product);
        self.products += 1;
        product
    }
}

/// Lanczos basis q_1 = start/|start|, ...: H Q = Q T + beta q e^T.
///
/// Each vector is orthogonal to the two before it by the recurrence. With rounding, the basis loses its orthogonality to the
/// others once a Ritz value has converged, and then finds copies of that value. Extreme Ritz pairs (Paige 1980,
/// doi:10.1016/0024-3795(80)90167-6) and functions of H times the start (Musco, Musco & Sidford 2018, arXiv:1708.07788) do not
/// suffer from it. Where single Ritz vectors are weighed against each other, the basis is kept
/// [`orthogonal`](Krylov::orthogonal), at a cost that grows with the square of the dimension.
pub struct Krylov {
    basis: Vec<Vec<f64>>,
    diagonal: Vec<f64>,
    off_diagonal: Vec<f64>,
    /// Whether each vector is made orthogonal to all before it.
    orthogonal: bool,
    /// The subspace is invariant: it cannot grow.
    pub exhausted: bool,
}

/// Eigenpairs of T by rising value; column k of `vectors` [m][k] belongs to value k.
pub struct Ritz {
    pub values: Vec<f64>,
    pub vectors: Vec<Vec<f64>>,
}

impl Krylov {
    /// The subspace of `start` [3N], which must not be zero.
    pub fn new(start: &[f64]) -> Self {
        let mut first = start.to_vec();
        remove_translation(&mut first);
        normalise(&mut first);
        Self { basis: vec![first], diagonal: Vec::new(), off_diagonal: Vec::new(), orthogonal: false, exhausted: false }
    }

    /// The same with full reorthogonalisation.
    pub fn orthogonal(start: &[f64]) -> Self {
        Self { orthogonal: true, ..Self::new(start) }
    }

    /// Dimension of T.
    pub fn dimension(&self) -> usize {
        self.diagonal.len()
    }

    /// Coupling to the next basis vector: |residual| of a Ritz pair = beta |last component|.
    pub fn coupling(&self) -> f64 {
        self.off_diagonal.last().copied().unwrap_or(0.0)
    }

    /// Makes the subspace larger by one product.
    pub fn extend(&mut self, hessian: &mut HessianAt) {
        let Some(newest) = self.basis.last() else { return };
        let mut next = hessian.times(newest);
        if let [.., before, _] = &self.basis[..] {
            add_scaled(&mut next, -self.coupling(), before);
        }
        let along = dot(&next, newest);
        add_scaled(&mut next, -along, newest);
        self.diagonal.push(along);
        if self.orthogonal {
            // once more against all: after the recurrence what is left along them is rounding
            for q in &self.basis {
                let overlap = dot(&next, q);
                add_scaled(&mut next, -overlap, q);
            }
        }
        let coupling = normalise(&mut next);
        let largest = self.diagonal.iter().fold(0.0_f64, |m, d| m.max(d.abs()));
        self.off_diagonal.push(coupling);
        if coupling <= 1e-13 * largest {
            self.exhausted = true;
        }
        self.basis.push(next);
    }

    /// Eigenpairs of T.
    pub fn ritz(&self) -> Ritz {
        let m = self.dimension();
        let t = DMatrix::from_fn(m, m, |i, j| match i.abs_diff(j) {
            0 => self.diagonal[i],
            1 => self.off_diagonal[i.min(j)],
            _ => 0.0,
        });
        let eigen = SymmetricEigen::new(t);
        let mut order: Vec<usize> = (0..m).collect();
        order.sort_by(|&i, &j| eigen.eigenvalues[i].total_cmp(&eigen.eigenvalues[j]));
        Ritz {
            values: order.iter().map(|&k| eigen.eigenvalues[k]).collect(),
            vectors: (0..m).map(|i| order.iter().map(|&k| eigen.eigenvectors[(i, k)]).collect()).collect(),
        }
    }

    /// sum_i c_i q_i [3N].
    pub fn combine(&self, coefficients: &[f64]) -> Vec<f64> {
        let mut sum = vec![0.0; self.basis[0].len()];
        for (c, q) in coefficients.iter().zip(&self.basis) {
            add_scaled(&mut sum, *c, q);
        }
        sum
    }
}

/// Lowest eigenpair of the Hessian, searched from `start`, with at most `dimension` products; stops when the residual
/// |H v - lambda v| falls below `tolerance` [epsilon / sigma^2]. Returns value, vector [3N] and residual.
pub fn lowest_mode(hessian: &mut HessianAt, start: &[f64], dimension: usize, tolerance: f64) -> (f64, Vec<f64>, f64) {
    let mut krylov = Krylov::new(start);
    // the eigenvalues of T cost as much as many products when T is large: the next look is a quarter larger
    let mut look = 5;
    loop {
        krylov.extend(hessian);
        let m = krylov.dimension();
        let last = m >= dimension || krylov.exhausted;
        if !last && m < look {
            continue;
        }
        look = m + (m / 4).max(5);
        let ritz = krylov.ritz();
        let residual = krylov.coupling() * ritz.vectors[m - 1][0].abs();
        if last || residual < tolerance {
            let coefficients: Vec<f64> = ritz.vectors.iter().map(|row| row[0]).collect();
            let mut mode = krylov.combine(&coefficients);
            normalise(&mut mode);
            return (ritz.values[0], mode, residual);
        }
    }
}

/// The softest Ritz pair of positive value whose overlap with `tangent` exceeds one half, in the Krylov
/// subspace of the tangent: its value; the most overlapping one when there is none.
pub fn softest_along(hessian: &mut HessianAt, tangent: &[f64], dimension: usize) -> f64 {
    softest_mode_along(hessian, tangent, dimension).map_or(f64::NAN, |(value, _)| value)
}

/// The same with its vector [3N].
pub fn softest_mode_along(hessian: &mut HessianAt, tangent: &[f64], dimension: usize) -> Option<(f64, Vec<f64>)> {
    let mut krylov = Krylov::orthogonal(tangent);
    while krylov.dimension() < dimension && !krylov.exhausted {
        krylov.extend(hessian);
    }
    let ritz = krylov.ritz();
    let overlap = |k: usize| ritz.vectors[0][k].abs();
    let modes = 0..ritz.values.len();
    let soft = modes.clone().find(|&k| ritz.values[k] > 0.0 && overlap(k) > 0.5);
    let most = modes.max_by(|&i, &j| overlap(i).total_cmp(&overlap(j)));
    let k = soft.or(most)?;
    let coefficients: Vec<f64> = ritz.vectors.iter().map(|row| row[k]).collect();
    Some((ritz.values[k], krylov.combine(&coefficients)))
}

/// MINRES (Paige & Saunders 1975, doi:10.1137/0712047): x with H x = b for an indefinite H, until the residual has
/// fallen by `reduction` or `limit` products are made.
pub fn minres(hessian: &mut HessianAt, b: &[f64], reduction: f64, limit: usize) -> Vec<f64> {
    let n = b.len();
    let mut x = vec![0.0; n];
    let first = norm(b);
    if first == 0.0 {
        return x;
    }
    let (mut before, mut v) = (vec![0.0; n], b.to_vec());
    scale(&mut v, 1.0 / first);
    let (mut w_old, mut w) = (vec![0.0; n], vec![0.0; n]);
    let (mut cosine_old, mut cosine, mut sine_old, mut sine) = (1.0, 1.0, 0.0, 0.0);
    let (mut beta, mut eta) = (0.0, first);
    for _ in 0..limit {
        let mut next = hessian.times(&v);
        let alpha = dot(&next, &v);
        add_scaled(&mut next, -alpha, &v);
        add_scaled(&mut next, -beta, &before);
        let beta_next = normalise(&mut next);
        let delta = cosine * alpha - cosine_old * sine * beta;
        let rho = delta.hypot(beta_next);
        if rho == 0.0 {
            break;
        }
        let mut w_next = v.clone();
        add_scaled(&mut w_next, -(sine_old * beta), &w_old);
        add_scaled(&mut w_next, -(sine * alpha + cosine_old * cosine * beta), &w);
        scale(&mut w_next, 1.0 / rho);
        (cosine_old, cosine) = (cosine, delta / rho);
        (sine_old, sine) = (sine, beta_next / rho);
        add_scaled(&mut x, cosine * eta, &w_next);
        eta *= -sine;
        (w_old, w) = (w, w_next);
        (before, v) = (v, next);
        beta = beta_next;
        if eta.abs() <= reduction * first || beta == 0.0 {
            break;
        }
    }
    x
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Configuration, PeriodicBox, Preset};
    use crate::random::{Purpose, stream};
    use rand_distr::{Distribution, StandardNormal};

    /// Dimensions far beyond those at which orthogonality is lost: the lowest mode and a decaying flow are those of an orthogonal
    /// basis. Three seconds.
    #[test]
    fn what_is_taken_from_a_basis_does_not_need_its_orthogonality() {
        let mut random = stream(3, Purpose::Saddle, 0, 0);
        let mut draw = |width: f64| {
            let number: f64 = StandardNormal.sample(&mut random);
            width * number
        };
        let (side, particles) = (5.01_f64, 125);
        let place = |k: usize| [k % 5, k / 5 % 5, k / 25].map(|index| index as f64 * side / 5.0);
        let positions: Vec<f64> = (0..particles).flat_map(place).map(|x| x + draw(0.04)).collect();
        let start: Vec<f64> = (0..3 * particles).map(|_| draw(1.0)).collect();
        let cell = PeriodicBox { edges: [side; 3] };
        let configuration = Configuration {
            cell,
            positions: positions.clone(),
            species: vec![0; particles],
            diameters: vec![1.0; particles],
        };
        let mut sum = PairSum::<1>::new(Preset::Lj.model(&configuration), cell);
        let mut grown = |mut krylov: Krylov| {
            let mut hessian = HessianAt::new(&mut sum, &positions);
            while krylov.dimension() < 160 && !krylov.exhausted {
                krylov.extend(&mut hessian);
            }
            krylov
        };
        let (plain, orthogonal) = (grown(Krylov::new(&start)), grown(Krylov::orthogonal(&start)));
        let loss =
            |krylov: &Krylov| krylov.basis[1..].iter().map(|q| dot(q, &krylov.basis[0]).abs()).fold(0.0, f64::max);
        println!("largest overlaps with the start: {:e} and {:e}", loss(&plain), loss(&orthogonal));
        assert!(loss(&plain) > 1e-3 && loss(&orthogonal) < 1e-13);
        let (ritz, due) = (plain.ritz(), orthogonal.ritz());
        let (lowest, scale) = (due.values[0], due.values[due.values.len() - 1]);
        assert!((ritz.values[0] - lowest).abs() < 1e-10 * scale);
        // exp(-(H - lowest) t) start
        let flow = |krylov: &Krylov, ritz: &Ritz, time: f64| {
            let along = ritz.vectors[0].iter().zip(&ritz.values);
            let along: Vec<f64> = along.map(|(c, value)| c * (-time * (value - lowest)).exp()).collect();
            krylov.combine(&ritz.vectors.iter().map(|row| dot(row, &along)).collect::<Vec<f64>>())
        };
        for time in [0.1 / scale, 10.0 / scale, 1000.0 / scale] {
            let (one, other) = (flow(&plain, &ritz, time), flow(&orthogonal, &due, time));
            let off = norm(&super::super::vectors::difference(&one, &other)) / norm(&other);
            assert!(off < 1e-9, "time {time:e}: {off:e}");
        }
    }
}
