//! One configuration: eight neighbours of a particle in the lanes, their terms added one after the other by rising
//! index, with the operations of the batch form.

use super::batch::difference;
#[cfg(target_arch = "x86_64")]
use super::{Avx2, Avx512};
use super::{Kernel, Lane, Portable, dispatch};
use crate::forces::NeighbourList;
use crate::model::{PairLaw, PeriodicBox};

dispatch! {
    /// Energy of one configuration [3N]; `forces` [3N] is overwritten with F = -dU/dx.
    pub fn single_forces<P: PairLaw>(
        law: &P, list: &NeighbourList, cell: &PeriodicBox, positions: &[f64], forces: &mut [f64],
    ) -> f64 = forces_body, Avx512, Avx2, Portable
}

dispatch! {
    /// H(x) z [3N] of one configuration, the same bits as a lane of the batch.
    pub fn single_hessian_times<P: PairLaw>(
        law: &P, list: &NeighbourList, cell: &PeriodicBox, positions: &[f64], vectors: &[f64], products: &mut [f64],
    ) = hessian_body, Avx512, Avx2, Portable
}

#[inline(always)]
fn forces_body<R: Lane<8>, P: PairLaw>(
    law: &P,
    list: &NeighbourList,
    cell: &PeriodicBox,
    positions: &[f64],
    forces: &mut [f64],
) -> f64 {
    forces.fill(0.0);
    let cutoff2 = R::splat(law.cutoff() * law.cutoff());
    let mut energy = 0.0;
    for i in 0..list.particles() {
        let xi = [R::splat(positions[3 * i]), R::splat(positions[3 * i + 1]), R::splat(positions[3 * i + 2])];
        let mut sum = [0.0; 3];
        let mut energy_i = 0.0;
        for block in list.row(i).chunks(8) {
            let mut coordinates = [[0.0; 8]; 3];
            let (mut epsilon, mut inverse_sigma_squared, mut scale) = ([0.0; 8], [0.0; 8], [0.0; 8]);
            for (lane, pair) in block.iter().enumerate() {
                let j = 3 * pair.neighbour as usize;
                let xj = &positions[j..j + 3];
                coordinates[0][lane] = xj[0];
                coordinates[1][lane] = xj[1];
                coordinates[2][lane] = xj[2];
                epsilon[lane] = pair.epsilon;
                inverse_sigma_squared[lane] = pair.inverse_sigma_squared;
                scale[lane] = pair.epsilon * pair.inverse_sigma_squared;
            }
            let xj = [R::load(&coordinates[0]), R::load(&coordinates[1]), R::load(&coordinates[2])];
            let d = difference(xi, xj, cell);
            let r2 = d[2].mul_add(d[2], d[1].mul_add(d[1], d[0] * d[0]));
            let x2 = r2 * R::load(&inverse_sigma_squared);
            let phi = law.derivatives(x2);
            let (mut energies, mut slopes, mut differences) = ([0.0; 8], [0.0; 8], [[0.0; 8]; 3]);
            (R::load(&epsilon) * phi.value).where_less(x2, cutoff2).store(&mut energies);
            (R::load(&scale) * phi.slope_over_x).where_less(x2, cutoff2).store(&mut slopes);
            for k in 0..3 {
                d[k].store(&mut differences[k]);
            }
            for (lane, pair) in block.iter().enumerate() {
                energy_i += energies[lane];
                let j = 3 * pair.neighbour as usize;
                let rows = &mut forces[j..j + 3];
                for k in 0..3 {
                    sum[k] = R::scalar_mul_add(slopes[lane], differences[k][lane], sum[k]);
                    rows[k] = R::scalar_mul_add(slopes[lane], differences[k][lane], rows[k]);
                }
            }
        }
        for k in 0..3 {
            forces[3 * i + k] += -sum[k];
        }
        energy += energy_i;
    }
    energy
}

/// (H z)_i = sum_j [(U'' - U'/r) n (n.y) + (U'/r) y], y = z_i - z_j, opposite on j.
#[inline(always)]
fn hessian_body<R: Lane<8>, P: PairLaw>(
    law: &P,
    list: &NeighbourList,
    cell: &PeriodicBox,
    positions: &[f64],
    vectors: &[f64],
    products: &mut [f64],
) {
    products.fill(0.0);
    let cutoff2 = R::splat(law.cutoff() * law.cutoff());
    for i in 0..list.particles() {
        let xi = [R::splat(positions[3 * i]), R::splat(positions[3 * i + 1]), R::splat(positions[3 * i + 2])];
        let zi = [R::splat(vectors[3 * i]), R::splat(vectors[3 * i + 1]), R::splat(vectors[3 * i + 2])];
        let mut sum = [0.0; 3];
        for block in list.row(i).chunks(8) {
            let (mut coordinates, mut components) = ([[0.0; 8]; 3], [[0.0; 8]; 3]);
            let (mut inverse_sigma_squared, mut scale) = ([0.0; 8], [0.0; 8]);
            for (lane, pair) in block.iter().enumerate() {
                let j = 3 * pair.neighbour as usize;
                let (xj, zj) = (&positions[j..j + 3], &vectors[j..j + 3]);
                for k in 0..3 {
                    coordinates[k][lane] = xj[k];
                    components[k][lane] = zj[k];
                }
                inverse_sigma_squared[lane] = pair.inverse_sigma_squared;
                scale[lane] = pair.epsilon * pair.inverse_sigma_squared;
            }
            let xj = [R::load(&coordinates[0]), R::load(&coordinates[1]), R::load(&coordinates[2])];
            let d = difference(xi, xj, cell);
            let r2 = d[2].mul_add(d[2], d[1].mul_add(d[1], d[0] * d[0]));
            let x2 = r2 * R::load(&inverse_sigma_squared);
            let phi = law.derivatives(x2);
            let scale = R::load(&scale);
            let slope = (scale * phi.slope_over_x).where_less(x2, cutoff2);
            let second = (scale * phi.second).where_less(x2, cutoff2);
            let mut y = [R::splat(0.0); 3];
            for k in 0..3 {
                y[k] = zi[k] - R::load(&components[k]);
            }
            let along = d[2].mul_add(y[2], d[1].mul_add(y[1], d[0] * y[0]));
            let radial = (second - slope) * along / r2;
            let mut terms = [[0.0; 8]; 3];
            for k in 0..3 {
                radial.mul_add(d[k], slope * y[k]).store(&mut terms[k]);
            }
            for (lane, pair) in block.iter().enumerate() {
                let j = 3 * pair.neighbour as usize;
                let rows = &mut products[j..j + 3];
                for k in 0..3 {
                    sum[k] += terms[k][lane];
                    rows[k] -= terms[k][lane];
                }
            }
        }
        for k in 0..3 {
            products[3 * i + k] += sum[k];
        }
    }
}
