//! Eight configurations of one glass in the eight lanes: one shared list, no gather, no transpose, no masks by atom.

#[cfg(target_arch = "x86_64")]
use super::{Avx2, Avx512};
use super::{Kernel, Lane, Portable, dispatch};
use crate::forces::NeighbourList;
use crate::model::{PairLaw, PeriodicBox, Real};

// No closures in these bodies: a closure is a function of its own without the instruction set of its caller, and keeps
// the intrinsics in it from being inlined.

/// x_i - x_j by minimum image in every lane: d - L nearest(d / L).
#[inline(always)]
pub(super) fn minimum_image<R: Real>(d: R, edge: f64) -> R {
    // 1.5 * 2^52: the sum rounds to the nearest integer
    let rounding = R::splat(crate::model::ROUNDING);
    let images = d.mul_add(R::splat(1.0 / edge), rounding) - rounding;
    R::splat(-edge).mul_add(images, d)
}

dispatch! {
    /// Energies [8] of eight configurations; `forces` [3N][8] is overwritten with F = -dU/dx.
    pub fn batch_forces<P: PairLaw>(
        law: &P, list: &NeighbourList, cell: &PeriodicBox, positions: &[[f64; 8]], forces: &mut [[f64; 8]],
    ) -> [f64; 8] = forces_body, Avx512, Avx2, Portable
}

dispatch! {
    /// H(x) z in every lane [3N][8].
    pub fn batch_hessian_times<P: PairLaw>(
        law: &P, list: &NeighbourList, cell: &PeriodicBox, positions: &[[f64; 8]], vectors: &[[f64; 8]],
        products: &mut [[f64; 8]],
    ) = hessian_body, Avx512, Avx2, Portable
}

/// The three components of x_i - x_j by minimum image.
#[inline(always)]
pub(super) fn difference<R: Real>(xi: [R; 3], xj: [R; 3], cell: &PeriodicBox) -> [R; 3] {
    [
        minimum_image(xi[0] - xj[0], cell.edges[0]),
        minimum_image(xi[1] - xj[1], cell.edges[1]),
        minimum_image(xi[2] - xj[2], cell.edges[2]),
    ]
}

#[inline(always)]
fn load3<R: Lane<8>>(rows: &[[f64; 8]], atom: usize) -> [R; 3] {
    let rows = &rows[3 * atom..3 * atom + 3];
    [R::load(&rows[0]), R::load(&rows[1]), R::load(&rows[2])]
}

#[inline(always)]
fn add3<R: Lane<8>>(rows: &mut [[f64; 8]], atom: usize, terms: [R; 3]) {
    let rows = &mut rows[3 * atom..3 * atom + 3];
    for k in 0..3 {
        (R::load(&rows[k]) + terms[k]).store(&mut rows[k]);
    }
}

#[inline(always)]
fn forces_body<R: Lane<8>, P: PairLaw>(
    law: &P,
    list: &NeighbourList,
    cell: &PeriodicBox,
    positions: &[[f64; 8]],
    forces: &mut [[f64; 8]],
) -> [f64; 8] {
    forces.fill([0.0; 8]);
    let cutoff2 = R::splat(law.cutoff() * law.cutoff());
    let mut energy = R::splat(0.0);
    for i in 0..list.particles() {
        let xi: [R; 3] = load3(positions, i);
        let mut sum = [R::splat(0.0); 3];
        let mut energy_i = R::splat(0.0);
        for pair in list.row(i) {
            let j = pair.neighbour as usize;
            let xj: [R; 3] = load3(positions, j);
            let d = difference(xi, xj, cell);
            let r2 = d[2].mul_add(d[2], d[1].mul_add(d[1], d[0] * d[0]));
            let x2 = r2 * R::splat(pair.inverse_sigma_squared);
            let phi = law.derivatives(x2);
            energy_i = energy_i + (R::splat(pair.epsilon) * phi.value).where_less(x2, cutoff2);
            let slope =
                (R::splat(pair.epsilon * pair.inverse_sigma_squared) * phi.slope_over_x).where_less(x2, cutoff2);
            let rows = &mut forces[3 * j..3 * j + 3];
            for k in 0..3 {
                sum[k] = slope.mul_add(d[k], sum[k]);
                slope.mul_add(d[k], R::load(&rows[k])).store(&mut rows[k]);
            }
        }
        add3(forces, i, [-sum[0], -sum[1], -sum[2]]);
        energy = energy + energy_i;
    }
    let mut energies = [0.0; 8];
    energy.store(&mut energies);
    energies
}

/// (H z)_i = sum_j [(U'' - U'/r) n (n.y) + (U'/r) y], y = z_i - z_j, opposite on j.
#[inline(always)]
fn hessian_body<R: Lane<8>, P: PairLaw>(
    law: &P,
    list: &NeighbourList,
    cell: &PeriodicBox,
    positions: &[[f64; 8]],
    vectors: &[[f64; 8]],
    products: &mut [[f64; 8]],
) {
    products.fill([0.0; 8]);
    let cutoff2 = R::splat(law.cutoff() * law.cutoff());
    for i in 0..list.particles() {
        let xi: [R; 3] = load3(positions, i);
        let zi: [R; 3] = load3(vectors, i);
        let mut sum = [R::splat(0.0); 3];
        for pair in list.row(i) {
            let j = pair.neighbour as usize;
            let xj: [R; 3] = load3(positions, j);
            let zj: [R; 3] = load3(vectors, j);
            let d = difference(xi, xj, cell);
            let r2 = d[2].mul_add(d[2], d[1].mul_add(d[1], d[0] * d[0]));
            let x2 = r2 * R::splat(pair.inverse_sigma_squared);
            let phi = law.derivatives(x2);
            let scale = R::splat(pair.epsilon * pair.inverse_sigma_squared);
            let slope = (scale * phi.slope_over_x).where_less(x2, cutoff2);
            let second = (scale * phi.second).where_less(x2, cutoff2);
            let y = [zi[0] - zj[0], zi[1] - zj[1], zi[2] - zj[2]];
            let along = d[2].mul_add(y[2], d[1].mul_add(y[1], d[0] * y[0]));
            let radial = (second - slope) * along / r2;
            let rows = &mut products[3 * j..3 * j + 3];
            for k in 0..3 {
                let term = radial.mul_add(d[k], slope * y[k]);
                sum[k] = sum[k] + term;
                (R::load(&rows[k]) - term).store(&mut rows[k]);
            }
        }
        add3(products, i, sum);
    }
}
