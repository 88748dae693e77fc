//! Passes over whole configurations: conversion to and from the form of the kernels, and the neighbour list of a batch.

use super::dispatch;
use super::lane::Lane;
use super::pair_vectors::{difference, load3};
use super::records::{Atom, Record};
use crate::forces::images::{IMAGES, image_of};
use crate::model::PeriodicBox;

dispatch! {
    /// Copies one configuration [3N] into records [N + 8], particle `order[a]` into the a-th (an empty order keeps the
    /// caller's); the words of the records stay. Returns the largest squared displacement from `reference` (0 when that is
    /// empty).
    pub fn take_records(order: &[u32], positions: &[f64], reference: &[Record], records: &mut [Record]) -> f64
        = take_records_body
}

dispatch! {
    /// Copies records back to [3N].
    pub fn give_records(order: &[u32], records: &[Record], out: &mut [f64]) = give_records_body
}

dispatch! {
    /// Copies a batch [3N][8] into atoms [N] as `take_records` does; the largest squared displacement is that of any lane.
    pub fn take_atoms(order: &[u32], positions: &[[f64; 8]], reference: &[Atom], atoms: &mut [Atom]) -> f64
        = take_atoms_body
}

dispatch! {
    /// Copies atoms back to [3N][8].
    pub fn give_atoms(order: &[u32], atoms: &[Atom], out: &mut [[f64; 8]]) = give_atoms_body
}

#[inline(always)]
fn place(order: &[u32], a: usize) -> usize {
    if order.is_empty() { a } else { order[a] as usize }
}

#[inline(always)]
fn take_records_body(order: &[u32], positions: &[f64], reference: &[Record], records: &mut [Record]) -> f64 {
    let atoms = positions.as_chunks::<3>().0;
    for a in 0..atoms.len() {
        let x = &atoms[place(order, a)];
        records[a].0[..3].copy_from_slice(x);
    }
    let mut furthest = 0.0;
    for (x, y) in records.iter().zip(reference) {
        let (dx, dy, dz) = (x.0[0] - y.0[0], x.0[1] - y.0[1], x.0[2] - y.0[2]);
        let moved = dx * dx + dy * dy + dz * dz;
        furthest = if moved > furthest { moved } else { furthest };
    }
    furthest
}

#[inline(always)]
fn give_records_body(order: &[u32], records: &[Record], out: &mut [f64]) {
    let atoms = out.as_chunks_mut::<3>().0;
    for a in 0..atoms.len() {
        atoms[place(order, a)].copy_from_slice(&records[a].0[..3]);
    }
}

#[inline(always)]
fn take_atoms_body(order: &[u32], positions: &[[f64; 8]], reference: &[Atom], atoms: &mut [Atom]) -> f64 {
    let rows = positions.as_chunks::<3>().0;
    let mut furthest = [0.0_f64; 8];
    for a in 0..rows.len() {
        let x = &rows[place(order, a)];
        atoms[a].0 = *x;
        if reference.is_empty() {
            continue;
        }
        let y = &reference[a].0;
        for l in 0..8 {
            let (dx, dy, dz) = (x[0][l] - y[0][l], x[1][l] - y[1][l], x[2][l] - y[2][l]);
            let moved = dx * dx + dy * dy + dz * dz;
            furthest[l] = if moved > furthest[l] { moved } else { furthest[l] };
        }
    }
    furthest.into_iter().fold(0.0, f64::max)
}

#[inline(always)]
fn give_atoms_body(order: &[u32], atoms: &[Atom], out: &mut [[f64; 8]]) {
    let rows = out.as_chunks_mut::<3>().0;
    for a in 0..rows.len() {
        rows[place(order, a)] = atoms[a].0;
    }
}

/// The outcome for the candidates of one particle.
#[derive(Clone, Copy, Debug)]
pub struct UnionRow {
    /// Neighbours kept.
    pub kept: usize,
    /// Whether every pair has the same image in all lanes in which it is within reach.
    pub images_agree: bool,
}

/// Registers need a parameter of the body, also where there is no law.
pub trait Nothing {}
impl Nothing for () {}

dispatch! {
    /// Keeps those candidates of particle `i` whose squared distance is below its `reach_squared` in at least one lane,
    /// at the front of `candidates`, packed with the image.
    pub fn union_row<N: Nothing>(
        nothing: N, cell: &PeriodicBox, shifts: &[[f64; 3]; IMAGES], positions: &[Atom], i: usize, candidates: &mut [u32],
        reach_squared: &[f64],
    ) -> UnionRow = union_body
}

#[inline(always)]
fn union_body<R: Lane, N: Nothing>(
    _: N,
    cell: &PeriodicBox,
    shifts: &[[f64; 3]; IMAGES],
    positions: &[Atom],
    i: usize,
    candidates: &mut [u32],
    reach_squared: &[f64],
) -> UnionRow {
    let inverse = [1.0 / cell.edges[0], 1.0 / cell.edges[1], 1.0 / cell.edges[2]];
    let xi: [R; 3] = load3(&positions[i]);
    let own = &positions[i].0;
    let (mut kept, mut images_agree) = (0, true);
    for entry in 0..candidates.len() {
        let j = candidates[entry];
        let other = &positions[j as usize];
        let xj: [R; 3] = load3(other);
        let reach_squared = R::splat(reach_squared[entry]);
        let d = difference(xi, xj, cell);
        let close = (d[2].mul_add(d[2], d[1].mul_add(d[1], d[0] * d[0]))).mask_less(reach_squared);
        let image = image_of([own[0][0], own[1][0], own[2][0]], [other.0[0][0], other.0[1][0], other.0[2][0]], inverse);
        let shift = &shifts[image as usize % IMAGES];
        let d = [
            (xi[0] - xj[0]) + R::splat(shift[0]),
            (xi[1] - xj[1]) + R::splat(shift[1]),
            (xi[2] - xj[2]) + R::splat(shift[2]),
        ];
        let same = (d[2].mul_add(d[2], d[1].mul_add(d[1], d[0] * d[0]))).mask_less(reach_squared);
        images_agree &= close & !same == 0;
        candidates[kept] = j | image << 24;
        kept += usize::from(close != 0);
    }
    UnionRow { kept, images_agree }
}
