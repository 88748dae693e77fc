//! The third derivative of the energy, stored by pairs, contracted with eight vectors at a time.
//!
//! With y = z_i - z_j, u = n.y, w = y.y, b = (U'' - U'/r) / r and a = U''' - 3 b:
//! (U:zz)_i = sum_j [(a u^2 + b w) n + 2 b u y], opposite on j; U:zzz = sum_{i<j} (a u^3 + 3 b u w).

use super::lanes::{Pass, vectorised};
use super::places::{PairRows, from_lane, pair_rows, to_lanes};
use super::sums::Pair;
use super::{LANES, VectorRows};
use crate::model::{Model, PeriodicBox};

/// One pair: the later place, the direction from it to the earlier one, a and b.
#[derive(Clone, Copy, Debug)]
struct Term {
    neighbour: usize,
    n: [f64; 3],
    a: f64,
    b: f64,
}

/// The third derivative of U of one configuration; the plain counterpart of its contractions is [`sums::third_order`].
#[derive(Clone, Debug)]
pub struct ThirdOrder {
    /// [N] place in memory -> particle, that of [`super::PairBlocks`].
    order: Vec<usize>,
    /// [N + 1] where the pairs of each place begin.
    first: Vec<usize>,
    terms: Vec<Term>,
}

impl ThirdOrder {
    /// All pairs of `model` at `positions` [3N] whose particles are both included; `left_out` is [N], or empty if all
    /// are.
    pub fn new(model: &Model, cell: &PeriodicBox, positions: &[f64], left_out: &[bool]) -> Self {
        let keep = |neighbour: usize, i_is_later: bool, pair: &Pair| {
            let b = (pair.second - pair.slope_over_r) / pair.r;
            // d = x_i - x_j
            let sign = if i_is_later { -1.0 } else { 1.0 };
            Term { neighbour, n: pair.d.map(|d| sign * d / pair.r), a: pair.third - 3.0 * b, b }
        };
        let PairRows { order, first, pairs: terms } = pair_rows(model, cell, positions, left_out, keep);
        Self { order, first, terms }
    }

    /// The particle at each place [N].
    pub fn order(&self) -> &[usize] {
        &self.order
    }

    /// `contractions` [3N][LANES] = U:zz of the vectors in the lanes [3N][LANES], in the order of places, and U:zzz [LANES].
    pub fn contract(&self, vectors: &VectorRows, contractions: &mut VectorRows) -> [f64; LANES] {
        vectorised(Contract { third: self, vectors, contractions })
    }

    /// U:zzz [LANES] of the vectors in the lanes [3N][LANES], in the order of places.
    pub fn cubes(&self, vectors: &VectorRows) -> [f64; LANES] {
        vectorised(Cubes { third: self, vectors })
    }

    /// (U:zz [3N], U:zzz) of each vector [3N], in the order of particles.
    pub fn contractions<V: AsRef<[f64]>>(&self, vectors: &[V]) -> Vec<(Vec<f64>, f64)> {
        let mut all = Vec::with_capacity(vectors.len());
        let mut contractions = vec![[0.0; LANES]; 3 * self.order.len()];
        for chunk in vectors.chunks(LANES) {
            let cubes = self.contract(&to_lanes(&self.order, chunk), &mut contractions);
            let lanes = cubes.into_iter().enumerate().take(chunk.len());
            all.extend(lanes.map(|(lane, cube)| (from_lane(&self.order, &contractions, lane), cube)));
        }
        all
    }

    /// tau = U:zzz of each vector [3N], in the order of particles.
    pub fn third_orders<V: AsRef<[f64]>>(&self, vectors: &[V]) -> Vec<f64> {
        let cubes = |chunk: &[V]| self.cubes(&to_lanes(&self.order, chunk)).into_iter().take(chunk.len());
        vectors.chunks(LANES).flat_map(cubes).collect()
    }
}

struct Contract<'a> {
    third: &'a ThirdOrder,
    vectors: &'a VectorRows,
    contractions: &'a mut VectorRows,
}

impl Pass for Contract<'_> {
    type Output = [f64; LANES];
    #[inline(always)]
    fn run(self) -> [f64; LANES] {
        let Self { third, vectors, contractions } = self;
        contractions.fill([0.0; LANES]);
        let (z, f) = (vectors.as_chunks::<3>().0, contractions.as_chunks_mut::<3>().0);
        let mut total = [0.0; LANES];
        for i in 0..third.order.len() {
            let zi = z[i];
            let mut sum = [[0.0; LANES]; 3];
            for term in &third.terms[third.first[i]..third.first[i + 1]] {
                let (y, u, w) = along_and_square(&zi, &z[term.neighbour], &term.n);
                let (mut radial, mut across) = ([0.0; LANES], [0.0; LANES]);
                for l in 0..LANES {
                    radial[l] = term.a * u[l] * u[l] + term.b * w[l];
                }
                for l in 0..LANES {
                    across[l] = 2.0 * term.b * u[l];
                }
                // u (a u^2 + b w) + 2 b u w
                for l in 0..LANES {
                    total[l] += u[l] * radial[l] + across[l] * w[l];
                }
                let fj = &mut f[term.neighbour];
                for k in 0..3 {
                    let mut force = [0.0; LANES];
                    for l in 0..LANES {
                        force[l] = radial[l] * term.n[k] + across[l] * y[k][l];
                    }
                    for l in 0..LANES {
                        sum[k][l] += force[l];
                    }
                    for l in 0..LANES {
                        fj[k][l] -= force[l];
                    }
                }
            }
            for k in 0..3 {
                for l in 0..LANES {
                    f[i][k][l] += sum[k][l];
                }
            }
        }
        total
    }
}

struct Cubes<'a> {
    third: &'a ThirdOrder,
    vectors: &'a VectorRows,
}

impl Pass for Cubes<'_> {
    type Output = [f64; LANES];
    #[inline(always)]
    fn run(self) -> [f64; LANES] {
        let Self { third, vectors } = self;
        let z = vectors.as_chunks::<3>().0;
        let mut total = [0.0; LANES];
        for i in 0..third.order.len() {
            let zi = z[i];
            for term in &third.terms[third.first[i]..third.first[i + 1]] {
                let (_, u, w) = along_and_square(&zi, &z[term.neighbour], &term.n);
                for l in 0..LANES {
                    total[l] += u[l] * (term.a * u[l] * u[l] + 3.0 * term.b * w[l]);
                }
            }
        }
        total
    }
}

/// y = z_i - z_j, n.y and y.y in every lane.
#[inline(always)]
fn along_and_square(
    zi: &[[f64; LANES]; 3],
    zj: &[[f64; LANES]; 3],
    n: &[f64; 3],
) -> ([[f64; LANES]; 3], [f64; LANES], [f64; LANES]) {
    let mut y = [[0.0; LANES]; 3];
    for k in 0..3 {
        for l in 0..LANES {
            y[k][l] = zi[k][l] - zj[k][l];
        }
    }
    let (mut u, mut w) = ([0.0; LANES], [0.0; LANES]);
    for l in 0..LANES {
        u[l] = n[0] * y[0][l] + n[1] * y[1][l] + n[2] * y[2][l];
    }
    for l in 0..LANES {
        w[l] = y[0][l] * y[0][l] + y[1][l] * y[1][l] + y[2][l] * y[2][l];
    }
    (y, u, w)
}
