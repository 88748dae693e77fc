//! The passes of L-BFGS over forces and history.

use super::super::lanes::BLOCK;
use super::secants::{Coefficients, slot};
use super::state::{LbfgsLanes, Pair};
use crate::forces::lanes::{Column, ColumnPass, Columns, Configurations};

/// Bound on values in the f32 history (overlaps at random starts).
const LARGEST_HISTORY: f64 = 1e30;

/// The results of one pass over forces and history, lane by lane.
pub(super) struct Gathered<const L: usize, const M: usize> {
    /// For every slot k: s_k.F, z_k.F.
    pub products: [[[f64; L]; 2]; M],
    /// s_newest.y_newest
    pub curvature: [f64; L],
    /// z_newest.y_newest
    pub square: [f64; L],
}

/// x <- x - returning * (last step) + along * (direction) + steepest * F.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Move {
    pub along: f64,
    pub steepest: f64,
    pub returning: f64,
}

/// Numbers of the lanes that are negative where `chosen`.
pub(super) fn marks<const L: usize>(chosen: [bool; L]) -> [f64; L] {
    chosen.map(|chosen| if chosen { -1.0 } else { 1.0 })
}

/// One pass over forces and history: z of the newest pair, the largest force, and for every slot k the products s_k.F and z_k.F,
/// block by block in a fixed order.
pub(super) struct Gather<'a, 'f, const L: usize, const M: usize, const P: bool>
where
    Configurations: Columns<L>,
{
    pub minimiser: &'a mut LbfgsLanes<'f, L, M, P>,
    pub forces: &'a [[f64; L]],
    pub accepted: [f64; L],
    pub paired: [f64; L],
    pub preconditioned: [f64; L],
}

impl<const L: usize, const M: usize, const P: bool> ColumnPass<L> for Gather<'_, '_, L, M, P>
where
    Configurations: Columns<L>,
{
    type Output = Gathered<L, M>;
    #[inline(always)]
    fn run<C: Column<L>>(self) -> Gathered<L, M> {
        let LbfgsLanes { base, history, newest, largest_force, image, solved, .. } = self.minimiser;
        let newest = *newest % M;
        let (accepted, paired) = (C::load_row(&self.accepted), C::load_row(&self.paired));
        let preconditioned = C::load_row(&self.preconditioned);
        let zero = C::splat(0.0);
        let mut totals = [[zero; 2]; M];
        let (mut square, mut curvature, mut largest) = (zero, zero, zero);
        let blocks = history.chunks_mut(BLOCK).zip(base.chunks_mut(BLOCK)).zip(self.forces.chunks(BLOCK));
        for (block, ((history, base), forces)) in blocks.enumerate() {
            let (mut part, mut along) = (zero, zero);
            for (k, ((row, base), f)) in history.iter_mut().zip(base.iter_mut()).zip(forces).enumerate() {
                let (f, old) = (C::load_row(f), C::load_row(base));
                let newest = &mut row[newest];
                let s = C::load_short(&newest.s);
                if P {
                    let place = BLOCK * block + k;
                    let (image, solved) = (&mut image[place], C::load_row(&solved[place]));
                    let before = C::load_row(image);
                    (before - solved).within(LARGEST_HISTORY).select(zero, paired).store_short(&mut newest.z);
                    let z = C::load_short(&newest.z);
                    // z is y where there is no preconditioner: the bits are then those of a descent without it
                    let y = (old - f).select(zero, paired).select(z, preconditioned);
                    part = part + z * y;
                    along = along + y * s;
                    solved.select(before, accepted).store_row(image);
                } else {
                    (old - f).within(LARGEST_HISTORY).select(zero, paired).store_short(&mut newest.z);
                    let y = C::load_short(&newest.z);
                    part = part + y * y;
                    along = along + y * s;
                }
                f.select(old, accepted).store_row(base);
                largest = largest.or_larger(f.magnitude());
            }
            square = square + part;
            curvature = curvature + along;
            let parts = products_of::<L, M, C>(history, base);
            for k in 0..M {
                for c in 0..2 {
                    totals[k][c] = totals[k][c] + parts[k][c];
                }
            }
        }
        largest.store_row(largest_force);
        let mut gathered = Gathered { products: [[[0.0; L]; 2]; M], curvature: [0.0; L], square: [0.0; L] };
        square.store_row(&mut gathered.square);
        curvature.store_row(&mut gathered.curvature);
        for k in 0..M {
            for c in 0..2 {
                totals[k][c].store_row(&mut gathered.products[k][c]);
            }
        }
        gathered
    }
}

/// s_k.F and z_k.F over the rows of a block.
#[inline(always)]
fn products_of<const L: usize, const M: usize, C: Column<L>>(
    history: &[[Pair<L>; M]],
    forces: &[[f64; L]],
) -> [[C; 2]; M]
where
    Configurations: Columns<L>,
{
    let mut parts = [[C::splat(0.0); 2]; M];
    for (row, forces) in history.iter().zip(forces) {
        let f = C::load_row(forces);
        for k in 0..M {
            let (s, z) = (C::load_short(&row[k].s), C::load_short(&row[k].z));
            parts[k][0] = parts[k][0] + s * f;
            parts[k][1] = parts[k][1] + z * f;
        }
    }
    parts
}

/// One pass that forms the directions of all lanes; gives the largest component and F.d of each lane.
pub(super) struct FormDirections<'a, 'f, const L: usize, const M: usize, const P: bool>
where
    Configurations: Columns<L>,
{
    pub minimiser: &'a mut LbfgsLanes<'f, L, M, P>,
    pub coefficients: &'a [Coefficients<M>; L],
    pub keep: [f64; L],
}

impl<const L: usize, const M: usize, const P: bool> ColumnPass<L> for FormDirections<'_, '_, L, M, P>
where
    Configurations: Columns<L>,
{
    type Output = ([f64; L], [f64; L]);
    #[inline(always)]
    fn run<C: Column<L>>(self) -> Self::Output {
        let LbfgsLanes { base, step, history, newest, image, .. } = self.minimiser;
        let (mut force, mut of_pairs) = ([0.0; L], [[[0.0; L]; 2]; M]);
        let mut slots = [0; M];
        for age in 0..M {
            slots[age] = slot::<M>(*newest, age);
        }
        for l in 0..L {
            force[l] = self.coefficients[l].force;
            for age in 0..M {
                of_pairs[age][0][l] = self.coefficients[l].s[slots[age]];
                of_pairs[age][1][l] = self.coefficients[l].z[slots[age]];
            }
        }
        let (keep, force, zero) = (C::load_row(&self.keep), C::load_row(&force), C::splat(0.0));
        let mut factors = [[zero; 2]; M];
        for age in 0..M {
            factors[age] = [C::load_row(&of_pairs[age][0]), C::load_row(&of_pairs[age][1])];
        }
        let (mut largest, mut slope) = (zero, zero);
        let image: &[[f64; L]] = if P { image } else { base };
        let forces = base.chunks(BLOCK).zip(image.chunks(BLOCK));
        let blocks = history.chunks(BLOCK).zip(forces).zip(step.chunks_mut(BLOCK));
        for ((history, (base, image)), step) in blocks {
            let mut part = zero;
            for (((row, f), image), step) in history.iter().zip(base).zip(image).zip(step) {
                let f = C::load_row(f);
                let mut d = keep * C::load_row(step) + force * C::load_row(image);
                for age in 0..M {
                    let Pair { s, z, .. } = &row[slots[age]];
                    d = d + (factors[age][0] * C::load_short(s) + factors[age][1] * C::load_short(z));
                }
                d.store_row(step);
                largest = largest.or_larger(d.magnitude());
                part = part + d * f;
            }
            slope = slope + part;
        }
        let mut out = ([0.0; L], [0.0; L]);
        largest.store_row(&mut out.0);
        slope.store_row(&mut out.1);
        out
    }
}

/// Moves the lanes and stores the new s. `Move` defines the step of each lane.
pub(super) struct Apply<'a, 'f, const L: usize, const M: usize, const P: bool>
where
    Configurations: Columns<L>,
{
    pub minimiser: &'a mut LbfgsLanes<'f, L, M, P>,
    pub positions: &'a mut [[f64; L]],
    pub moves: &'a [Move; L],
}

impl<const L: usize, const M: usize, const P: bool> ColumnPass<L> for Apply<'_, '_, L, M, P>
where
    Configurations: Columns<L>,
{
    type Output = ();
    #[inline(always)]
    fn run<C: Column<L>>(self) {
        let LbfgsLanes { base, step, history, newest, .. } = self.minimiser;
        *newest = (*newest + 1) % M;
        let newest = *newest % M;
        let (mut along, mut steepest, mut returning, mut downhill) = ([0.0; L], [0.0; L], [0.0; L], [0.0; L]);
        for l in 0..L {
            (along[l], steepest[l]) = (self.moves[l].along, self.moves[l].steepest);
            returning[l] = self.moves[l].returning;
            downhill[l] = if steepest[l] != 0.0 { -1.0 } else { 1.0 };
        }
        let (along, steepest) = (C::load_row(&along), C::load_row(&steepest));
        let (returning, downhill) = (C::load_row(&returning), C::load_row(&downhill));
        let rows = self.positions.iter_mut().zip(step).zip(base).zip(history);
        for (((x, d), f), row) in rows {
            let last = C::load_row(d);
            // the difference of the rounded coordinates is the step that was actually taken
            let from = C::load_row(x) - returning * last;
            let to = from + (steepest * C::load_row(f)).select(along * last, downhill);
            to.store_row(x);
            let taken = to - from;
            taken.store_row(d);
            taken.within(LARGEST_HISTORY).store_short(&mut row[newest].s);
        }
    }
}
