//! Eight configurations of one glass in the eight lanes: one shared list, no gather, no transpose, no masks by atom.

use super::dispatch;
use super::lane::Lane;
use super::pair_vectors::{Images, load3};
use super::parameters::Parameters;
use super::records::Atom;
use crate::forces::NeighbourList;
use crate::forces::images::unpack;
use crate::model::PairLaw;

// No closures in these bodies: a closure is a function of its own without the instruction set of its caller, and keeps
// the intrinsics in it from being inlined.

/// Whether energies are computed along with the forces.
pub trait Energies: Copy {
    const SUMMED: bool;
}

/// Energies and forces.
#[derive(Clone, Copy)]
pub struct WithEnergies;

/// Only forces; the energies are 0.
#[derive(Clone, Copy)]
pub struct ForcesAlone;

impl Energies for WithEnergies {
    const SUMMED: bool = true;
}

impl Energies for ForcesAlone {
    const SUMMED: bool = false;
}

dispatch! {
    /// Energies [8] of eight configurations; `forces` [N] is overwritten with F = -dU/dx.
    pub fn batch_forces<E: Energies, P: PairLaw, T: Parameters, I: Images>(
        energies: E, law: &P, table: T, images: I, list: &NeighbourList, positions: &[Atom], forces: &mut [Atom],
    ) -> [f64; 8] = forces_body
}

dispatch! {
    /// H(x) z in every lane [N].
    pub fn batch_hessian_times<P: PairLaw, T: Parameters, I: Images>(
        law: &P, table: T, images: I, list: &NeighbourList, positions: &[Atom], vectors: &[Atom], products: &mut [Atom],
    ) = hessian_body
}

#[inline(always)]
fn forces_body<R: Lane, E: Energies, P: PairLaw, T: Parameters, I: Images>(
    _: E,
    law: &P,
    table: T,
    images: I,
    list: &NeighbourList,
    positions: &[Atom],
    forces: &mut [Atom],
) -> [f64; 8] {
    forces.fill(Atom::default());
    let cutoff2 = R::splat(law.cutoff() * law.cutoff());
    let mut energy = R::splat(0.0);
    for i in 0..list.particles() {
        let xi: [R; 3] = load3(&positions[i]);
        let row = table.row(i);
        let mut sum = [R::splat(0.0); 3];
        let mut energy_i = R::splat(0.0);
        let first = list.row(i).start;
        for (offset, &packed) in list.entries(i).iter().enumerate() {
            let (j, image, kind) = unpack(packed);
            let d = images.difference(xi, load3(&positions[j]), image);
            let [inverse_sigma_squared, epsilon, scale] = table.of_entry(row, first + offset, kind);
            let r2 = d[2].mul_add(d[2], d[1].mul_add(d[1], d[0] * d[0]));
            let x2 = r2 * R::splat(inverse_sigma_squared);
            let phi = law.derivatives(x2);
            if E::SUMMED {
                energy_i = R::splat(epsilon).mul_add(phi.value.where_less(x2, cutoff2), energy_i);
            }
            let slope = R::splat(scale) * phi.slope_over_x.where_less(x2, cutoff2);
            let rows = &mut forces[j].0;
            for k in 0..3 {
                sum[k] = slope.mul_add(d[k], sum[k]);
                slope.mul_add(d[k], R::load(&rows[k])).store(&mut rows[k]);
            }
        }
        let rows = &mut forces[i].0;
        for k in 0..3 {
            (R::load(&rows[k]) - sum[k]).store(&mut rows[k]);
        }
        energy = energy + energy_i;
    }
    let mut energies = [0.0; 8];
    energy.store(&mut energies);
    energies
}

/// (H z)_i = sum_j [(U'' - U'/r) n (n.y) + (U'/r) y], y = z_i - z_j, opposite on j.
#[inline(always)]
fn hessian_body<R: Lane, P: PairLaw, T: Parameters, I: Images>(
    law: &P,
    table: T,
    images: I,
    list: &NeighbourList,
    positions: &[Atom],
    vectors: &[Atom],
    products: &mut [Atom],
) {
    products.fill(Atom::default());
    let cutoff2 = R::splat(law.cutoff() * law.cutoff());
    for i in 0..list.particles() {
        let xi: [R; 3] = load3(&positions[i]);
        let zi: [R; 3] = load3(&vectors[i]);
        let row = table.row(i);
        let mut sum = [R::splat(0.0); 3];
        let first = list.row(i).start;
        for (offset, &packed) in list.entries(i).iter().enumerate() {
            let (j, image, kind) = unpack(packed);
            let d = images.difference(xi, load3(&positions[j]), image);
            let zj: [R; 3] = load3(&vectors[j]);
            let [inverse_sigma_squared, _, scale] = table.of_entry(row, first + offset, kind);
            let r2 = d[2].mul_add(d[2], d[1].mul_add(d[1], d[0] * d[0]));
            let x2 = r2 * R::splat(inverse_sigma_squared);
            let phi = law.derivatives(x2);
            let slope = R::splat(scale) * phi.slope_over_x.where_less(x2, cutoff2);
            let second = R::splat(scale) * phi.second.where_less(x2, cutoff2);
            let y = [zi[0] - zj[0], zi[1] - zj[1], zi[2] - zj[2]];
            let along = d[2].mul_add(y[2], d[1].mul_add(y[1], d[0] * y[0]));
            let radial = (second - slope) * along / r2;
            let rows = &mut products[j].0;
            for k in 0..3 {
                let term = radial.mul_add(d[k], slope * y[k]);
                sum[k] = sum[k] + term;
                (R::load(&rows[k]) - term).store(&mut rows[k]);
            }
        }
        let rows = &mut products[i].0;
        for k in 0..3 {
            (R::load(&rows[k]) + sum[k]).store(&mut rows[k]);
        }
    }
}
