//! Homogeneous deformations of a periodic glass: the pair vector of two particles becomes d' = F d, d the minimum image in the
//! orthorhombic box of the reference.
//!
//! Particles keep their reference coordinates x (X = F x in the deformed box), so a shear needs no tilted box.

use super::sums::{self, Pair};
use super::{LANES, NeighbourList};
use crate::error::{Error, Result};
use crate::model::{Model, PeriodicBox};

/// A deformation gradient F [3][3].
pub type Gradient = [[f64; 3]; 3];

/// F = 1.
pub const IDENTITY: Gradient = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];

/// The coordinates in which positions and forces of deformed configurations are given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Frame {
    /// x in the undeformed box; forces are -dU/dx = F^T f.
    Reference,
    /// X = F x in the deformed box; forces are f = -dU/dX, lengths are true lengths.
    Deformed,
}

/// F d.
#[inline]
pub fn deformed(gradient: &Gradient, d: [f64; 3]) -> [f64; 3] {
    gradient.map(|row| row[2].mul_add(d[2], row[1].mul_add(d[1], row[0] * d[0])))
}

/// F^-1 of a gradient near 1.
pub fn inverse(gradient: &Gradient) -> Gradient {
    let f = gradient;
    // row a of the cofactors is the cross product of the two rows of F after a
    let cofactors: Gradient = std::array::from_fn(|a| {
        let (u, v) = (f[(a + 1) % 3], f[(a + 2) % 3]);
        [u[1] * v[2] - u[2] * v[1], u[2] * v[0] - u[0] * v[2], u[0] * v[1] - u[1] * v[0]]
    });
    let determinant = f[0][0] * cofactors[0][0] + f[0][1] * cofactors[0][1] + f[0][2] * cofactors[0][2];
    std::array::from_fn(|a| std::array::from_fn(|b| cofactors[b][a] / determinant))
}

/// det F, the factor of the volume.
pub fn volume_ratio(gradient: &Gradient) -> f64 {
    let [u, v, w] = gradient;
    u[0] * (v[1] * w[2] - v[2] * w[1]) + u[1] * (v[2] * w[0] - v[0] * w[2]) + u[2] * (v[0] * w[1] - v[1] * w[0])
}

/// A lower bound on |F d| / |d|: 1 - |F - 1| (Frobenius norm); 0 when this is negative.
fn least_stretch(gradient: &Gradient) -> f64 {
    let mut squares = 0.0;
    for (row, one) in gradient.iter().zip(&IDENTITY) {
        squares += row.iter().zip(one).map(|(f, i)| (f - i) * (f - i)).sum::<f64>();
    }
    (1.0 - squares.sqrt()).max(0.0)
}

/// The largest distance in the reference of pairs that are within `cutoff` under one of the gradients [sigma].
pub fn stretched(cutoff: f64, gradients: &[Gradient]) -> f64 {
    cutoff / gradients.iter().map(least_stretch).fold(1.0, f64::min)
}

/// How much larger this distance is than the largest cutoff [sigma].
fn further(model: &Model, gradients: &[Gradient]) -> f64 {
    stretched(model.largest_cutoff(), gradients) - model.largest_cutoff()
}

/// Checks that the minimum image of the reference is that of the deformed box for all interacting pairs.
///
/// # Errors
/// `Error::Numerical` when the box does not hold two cutoffs stretched by the deformation.
pub fn fits(model: &Model, cell: &PeriodicBox, gradient: &Gradient) -> Result<()> {
    let reach = stretched(model.largest_cutoff(), std::slice::from_ref(gradient));
    if 2.0 * reach <= cell.shortest_edge() {
        return Ok(());
    }
    let edge = cell.shortest_edge();
    Err(Error::Numerical(format!(
        "the box (shortest edge {edge:.3}) does not hold two cutoffs stretched by the strain ({:.3}): take more particles or a smaller strain",
        2.0 * reach
    )))
}

/// Calls `visit` for every interacting pair i < j of the configuration with reference coordinates `positions` [3N]
/// under F, in increasing order of i, then of j; the pair's d is F d. Uses a neighbour list, for any N.
pub fn for_each_pair(
    model: &Model,
    cell: &PeriodicBox,
    gradient: &Gradient,
    positions: &[f64],
    mut visit: impl FnMut(&Pair),
) {
    let list = NeighbourList::within(model, cell, positions, further(model, std::slice::from_ref(gradient)));
    for i in 0..positions.len() / 3 {
        for j in list.neighbours(i) {
            let d = deformed(gradient, cell.difference(positions, i, j));
            if let Some(pair) = sums::pair(model, i, j, d) {
                visit(&pair);
            }
        }
    }
}

/// Configurational (Cauchy) stress (1/V) sum_{i<j} (U'/r) d'_a d'_b in the deformed box of volume V, positive in tension
/// [epsilon sigma^-3].
pub fn stress(model: &Model, cell: &PeriodicBox, gradient: &Gradient, positions: &[f64]) -> [[f64; 3]; 3] {
    let mut stress = [[0.0; 3]; 3];
    for_each_pair(model, cell, gradient, positions, |pair| {
        for a in 0..3 {
            for b in 0..3 {
                stress[a][b] += pair.slope_over_r * pair.d[a] * pair.d[b];
            }
        }
    });
    let volume = cell.volume() * volume_ratio(gradient);
    stress.map(|row| row.map(|s| s / volume))
}

/// The deformations of a batch, as the kernels need them.
#[derive(Clone, Debug)]
pub(super) struct Deformations {
    /// F and its inverse for every lane, row by row.
    pub gradient: Box<[[f64; LANES]; 9]>,
    inverse: Box<[[f64; LANES]; 9]>,
    pub frame: Frame,
    /// Added to the skin of the list.
    pub further: f64,
    scratch: Vec<f64>,
}

impl Deformations {
    /// One gradient for each lane; a single one is put into every lane of the register.
    pub fn new(model: &Model, gradients: &[Gradient], frame: Frame) -> Self {
        let of_lane = |l: usize| gradients[l.min(gradients.len() - 1)];
        let table = |of: &dyn Fn(usize) -> Gradient| {
            let mut table = Box::new([[0.0; LANES]; 9]);
            for l in 0..LANES {
                let matrix = of(l);
                (0..9).for_each(|k| table[k][l] = matrix[k / 3][k % 3]);
            }
            table
        };
        Self {
            gradient: table(&of_lane),
            inverse: table(&|l| inverse(&of_lane(l))),
            frame,
            further: further(model, gradients),
            scratch: Vec::new(),
        }
    }

    /// Reference coordinates [3N][L] of the given positions; `None` when these already are reference coordinates.
    pub fn in_reference<const L: usize>(&mut self, positions: &[[f64; L]]) -> Option<Vec<f64>> {
        if self.frame == Frame::Reference {
            return None;
        }
        let mut taken = std::mem::take(&mut self.scratch);
        taken.clear();
        taken.extend_from_slice(positions.as_flattened());
        multiply::<L>(&self.inverse, false, taken.as_chunks_mut().0);
        Some(taken)
    }

    /// Returns the memory of `in_reference` for reuse.
    pub fn keep(&mut self, scratch: Option<Vec<f64>>) {
        self.scratch = scratch.unwrap_or(std::mem::take(&mut self.scratch));
    }

    /// F z for vectors in the frame's coordinates [3N][L].
    pub fn vectors<const L: usize>(&self, vectors: &[[f64; L]]) -> Vec<[f64; L]> {
        let mut vectors = vectors.to_vec();
        if self.frame == Frame::Reference {
            multiply(&self.gradient, false, &mut vectors);
        }
        vectors
    }

    /// Forces of the deformed box, in place, to those of the frame.
    pub fn forces<const L: usize>(&self, forces: &mut [[f64; L]]) {
        if self.frame == Frame::Reference {
            multiply(&self.gradient, true, forces);
        }
    }
}

/// x <- M x, or M^T x, for the three rows of every particle.
fn multiply<const L: usize>(matrix: &[[f64; LANES]; 9], transposed: bool, rows: &mut [[f64; L]]) {
    for atom in rows.as_chunks_mut::<3>().0 {
        let [x, y, z] = *atom;
        for (a, out) in atom.iter_mut().enumerate() {
            let [p, q, r] = if transposed { [a, 3 + a, 6 + a] } else { [3 * a, 3 * a + 1, 3 * a + 2] };
            for l in 0..L {
                out[l] = matrix[r][l].mul_add(z[l], matrix[q][l].mul_add(y[l], matrix[p][l] * x[l]));
            }
        }
    }
}
