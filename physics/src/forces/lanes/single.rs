//! One configuration: eight neighbours of a particle in the lanes, their terms added one after the other in increasing
//! order of the index, with the operations of the batch form. A lane beyond the cutoff adds exactly 0.

use super::dispatch;
use super::lane::Lane;
use super::pair_vectors::Images;
use super::parameters::Parameters;
use super::records::Record;
use crate::forces::NeighbourList;
use crate::model::PairLaw;

dispatch! {
    /// Energy of one configuration, records [N + 8], the last eight beyond every cutoff; `forces` is overwritten with F = -dU/dx.
    pub fn single_forces<P: PairLaw, T: Parameters, I: Images>(
        law: &P, table: T, images: I, list: &NeighbourList, positions: &[Record], forces: &mut [Record],
    ) -> f64 = forces_body
}

dispatch! {
    /// H(x) z of one configuration, records [N + 8].
    pub fn single_hessian_times<P: PairLaw, T: Parameters, I: Images>(
        law: &P, table: T, images: I, list: &NeighbourList, positions: &[Record], vectors: &[Record],
        products: &mut [Record],
    ) = hessian_body
}

/// Panics when there are fewer than N + 8 records, with N of the list: its entries refer to those. (Slices cut to that length
/// would do as well, but the portable form is a fifth slower with them.)
#[inline(always)]
fn assert_filling(list: &NeighbourList, records: &[Record]) {
    assert!(records.len() >= list.particles() + 8);
}

#[inline(always)]
fn splat3<R: Lane>(record: &Record) -> [R; 3] {
    [R::splat(record.0[0]), R::splat(record.0[1]), R::splat(record.0[2])]
}

/// Eight listed pairs of a particle.
struct EightPairs<'a, R> {
    /// x_i - x_j and its square.
    d: [R; 3],
    r2: R,
    /// Squared distance in units of sigma^2; beyond every cutoff for the filling of a row.
    x2: R,
    words: R,
    neighbours: &'a [u32; 8],
}

/// The pairs from `entry` on of a particle at `xi`.
#[inline(always)]
fn block<'a, R: Lane, T: Parameters, I: Images>(
    xi: [R; 3],
    table: T,
    row: T::Row,
    images: I,
    list: &'a NeighbourList,
    entry: usize,
    positions: &[Record],
) -> EightPairs<'a, R> {
    let neighbours = list.all_entries()[entry..].first_chunk().unwrap_or(&[0; 8]);
    // SAFETY: a list of one configuration holds places below N and the eight after them, and there are N + 8 records
    // (`assert_filling`).
    let [x, y, z, words] = unsafe { R::load_records(positions, neighbours) };
    let words = table.words(words, entry);
    let d: [R; 3] = images.difference(xi, [x, y, z], 0);
    let r2 = d[2].mul_add(d[2], d[1].mul_add(d[1], d[0] * d[0]));
    EightPairs { d, r2, x2: r2 * T::inverse_sigma_squared(row, words), words, neighbours }
}

#[inline(always)]
fn forces_body<R: Lane, P: PairLaw, T: Parameters, I: Images>(
    law: &P,
    table: T,
    images: I,
    list: &NeighbourList,
    positions: &[Record],
    forces: &mut [Record],
) -> f64 {
    assert_filling(list, positions);
    assert_filling(list, forces);
    forces.fill(Record::default());
    let cutoff2 = R::splat(law.cutoff() * law.cutoff());
    let mut energy = 0.0;
    for i in 0..list.particles() {
        let xi: [R; 3] = splat3(&positions[i]);
        let row = table.row(i);
        let mut sum = R::NO_SUM;
        for entry in list.row(i).step_by(8) {
            let EightPairs { d, x2, words, neighbours, .. } = block(xi, table, row, images, list, entry, positions);
            let phi = law.derivatives(x2);
            let slope = (T::scale(row, words) * phi.slope_over_x).where_less(x2, cutoff2);
            let terms = [d[0], d[1], d[2], phi.value.where_less(x2, cutoff2)];
            let factors = [slope, T::epsilon(row, words)];
            // SAFETY: as in `block`. The energies are added to the words of the records, which are not read.
            sum = unsafe { R::add_to_records(forces, neighbours, terms, factors, sum) };
        }
        let sums = R::numbers(sum);
        for k in 0..3 {
            forces[i].0[k] -= sums[k];
        }
        energy += sums[3];
    }
    energy
}

/// (H z)_i = sum_j [(U'' - U'/r) n (n.y) + (U'/r) y], y = z_i - z_j, opposite on j.
#[inline(always)]
fn hessian_body<R: Lane, P: PairLaw, T: Parameters, I: Images>(
    law: &P,
    table: T,
    images: I,
    list: &NeighbourList,
    positions: &[Record],
    vectors: &[Record],
    products: &mut [Record],
) {
    assert_filling(list, positions);
    assert_filling(list, vectors);
    assert_filling(list, products);
    products.fill(Record::default());
    let cutoff2 = R::splat(law.cutoff() * law.cutoff());
    for i in 0..list.particles() {
        let xi: [R; 3] = splat3(&positions[i]);
        let zi: [R; 3] = splat3(&vectors[i]);
        let row = table.row(i);
        let mut sum = R::NO_SUM;
        for entry in list.row(i).step_by(8) {
            let EightPairs { d, r2, x2, words, neighbours } = block(xi, table, row, images, list, entry, positions);
            // SAFETY: as in `block`.
            let [zx, zy, zz, _] = unsafe { R::load_records(vectors, neighbours) };
            // the term of j is that of i with the opposite sign
            let y = [zx - zi[0], zy - zi[1], zz - zi[2]];
            let phi = law.derivatives(x2);
            let scale = T::scale(row, words);
            let (slope, second) = (scale * phi.slope_over_x, scale * phi.second);
            let along = d[2].mul_add(y[2], d[1].mul_add(y[1], d[0] * y[0]));
            let radial = (second - slope) * along / r2;
            let terms = [
                radial.mul_add(d[0], slope * y[0]).where_less(x2, cutoff2),
                radial.mul_add(d[1], slope * y[1]).where_less(x2, cutoff2),
                radial.mul_add(d[2], slope * y[2]).where_less(x2, cutoff2),
                R::splat(0.0),
            ];
            // SAFETY: as in `block`.
            sum = unsafe { R::add_to_records(products, neighbours, terms, [R::splat(1.0); 2], sum) };
        }
        let sums = R::numbers(sum);
        for k in 0..3 {
            products[i].0[k] -= sums[k];
        }
    }
}
