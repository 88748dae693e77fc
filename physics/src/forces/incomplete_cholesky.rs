//! An incomplete Cholesky factor of a Hessian, by which the configurations of one glass precondition their descents.
//!
//! H + shift 1 of one reference configuration, restricted to near pairs, is factorised as L L^T with blocks of 3x3, where L has
//! the blocks of the lower triangle of that matrix and no others (IC(0): Meijerink & van der Vorst,
//! doi:10.1090/S0025-5718-1977-0438681-4). Pairs are left out as a whole, in the diagonal too, so that translations stay the
//! softest directions. A glass is arrested: one factor serves all of its snapshots, eight in the lanes of a batch.

use super::lanes::{Column, ColumnPass, Columns, Configurations, Kernel};
use super::{NeighbourList, hessian, space_filling_order, sums};
use crate::model::{Model, PeriodicBox};
use nalgebra::Matrix3;

/// Pairs beyond this distance in units of their sigma are left out: the first shell of neighbours, 16 of a particle.
const REACH: f64 = 1.6;
/// What is added to the diagonal, in the law's unit of stiffness: about the softest curvatures of a glass. Softer directions
/// would be moved too far.
const SHIFT: f64 = 0.5;
/// Where a block of the diagonal is not positive definite, the factorisation starts again with a shift larger by this factor.
const GROWTH: f64 = 4.0;
/// Number of shifts that are tried; the last is far above every stiffness.
const TRIES: i32 = 12;

/// The block of a row, in the column of an earlier particle.
#[derive(Clone, Copy, Debug)]
struct Block {
    particle: u32,
    /// By rows.
    l: [f64; 9],
}

/// The factor L. Rows are in the order of a space-filling curve.
#[derive(Clone, Debug)]
pub struct IncompleteCholesky {
    /// The particle of each row [N].
    order: Vec<u32>,
    /// Where the blocks of each row begin [N + 1].
    first: Vec<usize>,
    /// Left of the diagonal, in the order of their columns.
    blocks: Vec<Block>,
    /// The inverses of the diagonal blocks, lower triangles by rows: 00, 10, 11, 20, 21, 22.
    inverses: Vec<[f64; 6]>,
    shift: f64,
}

/// The near pairs of a configuration, row by row.
struct Rows {
    first: Vec<usize>,
    /// (column, -B)
    blocks: Vec<(usize, Matrix3<f64>)>,
    /// sum_j B_ij
    diagonal: Vec<Matrix3<f64>>,
}

impl IncompleteCholesky {
    /// The factor of H at `positions` [3N].
    pub fn new(model: &Model, cell: &PeriodicBox, positions: &[f64]) -> Self {
        let order = space_filling_order(cell, positions);
        let rows = Rows::new(model, cell, positions, &order);
        let shift = SHIFT * model.law.stiffness_unit();
        let of = |shift: f64| rows.factorised(shift, &order);
        let attempts = (0..TRIES).map(|k| shift * GROWTH.powi(k));
        let none =
            || Self { order: order.clone(), first: vec![0; order.len() + 1], ..Self::diagonal(order.len(), shift) };
        attempts.map(of).find_map(|factor| factor).unwrap_or_else(none)
    }

    /// The factor of stiffness 1.
    fn diagonal(particles: usize, stiffness: f64) -> Self {
        let inverse = 1.0 / stiffness.sqrt();
        Self {
            order: Vec::new(),
            first: Vec::new(),
            blocks: Vec::new(),
            inverses: vec![[inverse, 0.0, inverse, 0.0, 0.0, inverse]; particles],
            shift: stiffness,
        }
    }

    /// Number of particles N.
    pub fn particles(&self) -> usize {
        self.order.len()
    }

    /// What was added to the diagonal [epsilon / sigma^2].
    pub fn shift(&self) -> f64 {
        self.shift
    }

    /// Bytes in use.
    pub fn bytes(&self) -> usize {
        let per_particle = size_of::<u32>() + size_of::<usize>() + size_of::<[f64; 6]>();
        self.order.len() * per_particle + self.blocks.len() * size_of::<Block>()
    }

    /// Replaces the vectors [3N][L] by (L L^T)^-1 times them, lane by lane; a lane has the same bits whatever is in the others.
    pub fn solve<const L: usize>(&self, vectors: &mut [[f64; L]])
    where
        Configurations: Columns<L>,
    {
        Configurations::run(Kernel::best(), Solve { factor: self, vectors });
    }
}

impl Rows {
    fn new(model: &Model, cell: &PeriodicBox, positions: &[f64], order: &[u32]) -> Self {
        let n = order.len();
        let mut place = vec![0; n];
        order.iter().enumerate().for_each(|(row, &particle)| place[particle as usize] = row);
        let list = NeighbourList::of(model, cell, positions);
        let mut rows: Vec<Vec<(usize, Matrix3<f64>)>> = vec![Vec::new(); n];
        let mut diagonal = vec![Matrix3::zeros(); n];
        for i in 0..n {
            for j in list.neighbours(i) {
                let Some(pair) = sums::pair(model, i, j, cell.difference(positions, i, j)) else { continue };
                if pair.r * pair.r * model.mixture.pair(i, j).inverse_sigma_squared >= REACH * REACH {
                    continue;
                }
                let block = hessian::block(&pair);
                let block = Matrix3::from_fn(|a, b| block[a][b]);
                let (low, high) = (place[i].min(place[j]), place[i].max(place[j]));
                diagonal[low] += block;
                diagonal[high] += block;
                rows[high].push((low, -block));
            }
        }
        let (mut first, mut blocks) = (vec![0], Vec::new());
        for mut row in rows {
            row.sort_unstable_by_key(|(column, _)| *column);
            blocks.extend(row);
            first.push(blocks.len());
        }
        Self { first, blocks, diagonal }
    }

    /// The factor with `shift` added to the diagonal; none if a block of the diagonal is not positive definite.
    fn factorised(&self, shift: f64, order: &[u32]) -> Option<IncompleteCholesky> {
        let mut blocks: Vec<(usize, Matrix3<f64>)> = Vec::with_capacity(self.blocks.len());
        let mut inverses: Vec<Matrix3<f64>> = Vec::with_capacity(order.len());
        for i in 0..order.len() {
            let begin = self.first[i];
            let mut rest = self.diagonal[i] + Matrix3::identity() * shift;
            for &(j, a) in &self.blocks[begin..self.first[i + 1]] {
                let products = common(&blocks[begin..], &blocks[self.first[j]..self.first[j + 1]]);
                let l = (a - products) * inverses[j].transpose();
                rest -= l * l.transpose();
                blocks.push((j, l));
            }
            inverses.push(rest.cholesky()?.l().try_inverse()?);
        }
        let by_rows = |l: &Matrix3<f64>| std::array::from_fn(|k| l[(k / 3, k % 3)]);
        let lower = |l: &Matrix3<f64>| [l[(0, 0)], l[(1, 0)], l[(1, 1)], l[(2, 0)], l[(2, 1)], l[(2, 2)]];
        Some(IncompleteCholesky {
            order: order.to_vec(),
            first: self.first.clone(),
            blocks: blocks.iter().map(|(column, l)| Block { particle: order[*column], l: by_rows(l) }).collect(),
            inverses: inverses.iter().map(lower).collect(),
            shift,
        })
    }
}

/// sum_k L_ik L_jk^T over the columns that two rows share.
fn common(row: &[(usize, Matrix3<f64>)], other: &[(usize, Matrix3<f64>)]) -> Matrix3<f64> {
    let mut sum = Matrix3::zeros();
    let mut others = other.iter().peekable();
    for (column, l) in row {
        while others.next_if(|(k, _)| k < column).is_some() {}
        if let Some((_, other)) = others.next_if(|(k, _)| k == column) {
            sum += l * other.transpose();
        }
    }
    sum
}

/// Forward and backward substitution. Fused, as the force sums are, which halves its time.
struct Solve<'a, const L: usize> {
    factor: &'a IncompleteCholesky,
    vectors: &'a mut [[f64; L]],
}

impl<const L: usize> ColumnPass<L> for Solve<'_, L> {
    type Output = ();
    #[inline(always)]
    fn run<C: Column<L>>(self) {
        let IncompleteCholesky { order, first, blocks, inverses, .. } = self.factor;
        let vectors = self.vectors.as_chunks_mut::<3>().0;
        for row in 0..order.len() {
            let i = order[row] as usize;
            let mut rest = load::<L, C>(&vectors[i]);
            for Block { particle, l } in &blocks[first[row]..first[row + 1]] {
                let u = load::<L, C>(&vectors[*particle as usize]);
                for a in 0..3 {
                    let [x, y, z] = [C::splat(l[3 * a]), C::splat(l[3 * a + 1]), C::splat(l[3 * a + 2])];
                    rest[a] = rest[a] - z.mul_add(u[2], y.mul_add(u[1], x * u[0]));
                }
            }
            let [m00, m10, m11, m20, m21, m22] = splat::<L, C>(&inverses[row]);
            let [x, y, z] = rest;
            let u = [m00 * x, m11.mul_add(y, m10 * x), m22.mul_add(z, m21.mul_add(y, m20 * x))];
            store(u, &mut vectors[i]);
        }
        for row in (0..order.len()).rev() {
            let i = order[row] as usize;
            let [x, y, z] = load::<L, C>(&vectors[i]);
            let [m00, m10, m11, m20, m21, m22] = splat::<L, C>(&inverses[row]);
            let v = [m20.mul_add(z, m10.mul_add(y, m00 * x)), m21.mul_add(z, m11 * y), m22 * z];
            store(v, &mut vectors[i]);
            for Block { particle, l } in &blocks[first[row]..first[row + 1]] {
                let earlier = &mut vectors[*particle as usize];
                let mut u = load::<L, C>(earlier);
                for b in 0..3 {
                    let [x, y, z] = [C::splat(l[b]), C::splat(l[3 + b]), C::splat(l[6 + b])];
                    u[b] = u[b] - z.mul_add(v[2], y.mul_add(v[1], x * v[0]));
                }
                store(u, earlier);
            }
        }
    }
}

#[inline(always)]
fn load<const L: usize, C: Column<L>>(rows: &[[f64; L]; 3]) -> [C; 3] {
    [C::load_row(&rows[0]), C::load_row(&rows[1]), C::load_row(&rows[2])]
}

#[inline(always)]
fn store<const L: usize, C: Column<L>>(vector: [C; 3], rows: &mut [[f64; L]; 3]) {
    for k in 0..3 {
        vector[k].store_row(&mut rows[k]);
    }
}

#[inline(always)]
fn splat<const L: usize, C: Column<L>>(numbers: &[f64; 6]) -> [C; 6] {
    [
        C::splat(numbers[0]),
        C::splat(numbers[1]),
        C::splat(numbers[2]),
        C::splat(numbers[3]),
        C::splat(numbers[4]),
        C::splat(numbers[5]),
    ]
}
