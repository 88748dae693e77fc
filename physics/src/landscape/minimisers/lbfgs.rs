//! Limited-memory BFGS for L configurations at a time, without line search.
//!
//! With F the force, s_k = x_{k+1} - x_k and y_k = F_k - F_{k+1} the direction is d = H F, with H from the two-loop
//! recursion of Nocedal (doi:10.1090/S0025-5718-1980-0572855-7). The recursion uses only scalar products: d is a linear
//! combination of F and the s_k, y_k, whose coefficients follow from the table of their products (Chen, Wang, Zhou,
//! NIPS 2014). The history is therefore read twice per step, once for products and once for the sum, regardless of its
//! length. It is stored in f32: the secant condition needs no more, and the history is the first to be evicted from the
//! cache.

use super::lanes::{BLOCK, LaneMinimiser, run_supply, stiffness};
use super::method::{Method, StoppingCriteria, Supply};
use crate::forces::PairSum;
use crate::forces::lanes::{Column, ColumnPass, Columns, Configurations, Kernel};

/// Number of pairs (s, y) that are stored.
const MEMORY: usize = 6;
/// Largest component of one step [sigma]; the same as LAMMPS' dmax, which keeps the basins of its minimisers.
const LARGEST_STEP: f64 = 0.1;
/// A step that raises the energy is shortened by this factor ...
const SHORTENING: f64 = 0.25;
/// ... at most this many times, then accepted with an empty history.
const SHORTENINGS: u32 = 6;
/// Where the curvature along the steps is not positive there is no quasi-Newton step. From this many such steps in a row on ...
const CONCAVE_STEPS: u32 = 3;
/// ... each is this factor longer than the one before: forces may be tiny far from a minimum (two atoms near the cutoff).
const CONCAVE_GROWTH: f64 = 4.0;
/// The rise that counts, relative to max(N, |U|): above the rounding of the sum, far below a basin's depth.
const RISE: f64 = 1e-10;
/// Bound on values in the f32 history (overlaps at random starts).
const LARGEST_HISTORY: f64 = 1e30;

/// The minimiser.
pub struct Lbfgs;

impl Method for Lbfgs {
    const RESTARTABLE: bool = true;
    // except for the increase `RISE`
    const MONOTONIC: bool = true;

    fn minimise<const L: usize>(sum: &mut PairSum<L>, supply: &mut impl Supply, criteria: &StoppingCriteria)
    where
        Configurations: Columns<L>,
    {
        let mut lanes = LbfgsLanes::new(3 * sum.particles(), stiffness(sum));
        run_supply(sum, supply, criteria, &mut lanes);
    }
}

/// Products of the pairs of one lane: `sy[i][j]` = s_i.y_j, `yy[i][j]` = y_i.y_j, `sf[i]` = s_i.F, `yf[i]` = y_i.F.
#[derive(Clone, Debug, Default)]
struct Products {
    sy: [[f64; MEMORY]; MEMORY],
    yy: [[f64; MEMORY]; MEMORY],
    sf: [f64; MEMORY],
    yf: [f64; MEMORY],
    valid: [bool; MEMORY],
}

/// d = force F + sum_k (s_k s + y_k y).
#[derive(Clone, Copy, Debug, Default)]
struct Coefficients {
    force: f64,
    s: [f64; MEMORY],
    y: [f64; MEMORY],
}

/// The results of one pass over forces and history, lane by lane.
struct Gathered<const L: usize> {
    /// For every slot k: s_k.F, y_k.F, y_k.s_newest.
    products: [[[f64; L]; 3]; MEMORY],
    /// y_newest.y_newest
    square: [f64; L],
}

/// The state of one lane.
#[derive(Clone, Debug, Default)]
struct Lane {
    products: Products,
    /// Energy at the last accepted point.
    energy: f64,
    shortenings: u32,
    /// Accepted steps in a row without positive curvature.
    concave: u32,
    /// No point accepted yet.
    fresh: bool,
    /// The last trial was rejected.
    refused: bool,
}

impl Lane {
    /// Factor of a step without history.
    fn growth(&self) -> f64 {
        // beyond 4^64 every force is above the cap on steps
        CONCAVE_GROWTH.powi((self.concave.saturating_sub(CONCAVE_STEPS - 1)).min(64) as i32)
    }
}

/// The state of the minimiser for L lanes.
struct LbfgsLanes<const L: usize>
where
    Configurations: Columns<L>,
{
    /// Inverse of an upper estimate of the stiffness, for steps without history.
    first_step: f64,
    lanes: [Lane; L],
    /// Slot of the newest pair; shared by the lanes, each of which records which slots are its own.
    newest: usize,
    /// Forces at the last accepted points [3N][L].
    base: Vec<[f64; L]>,
    /// Last step, from the accepted point to the trial [3N][L].
    step: Vec<[f64; L]>,
    /// s and y of every slot, those of one row side by side [3N][MEMORY].
    history: Vec<[Pair<L>; MEMORY]>,
    largest_force: [f64; L],
}

/// One row of a pair (s, y).
#[derive(Clone, Copy, Debug)]
#[repr(C)]
struct Pair<const L: usize>
where
    Configurations: Columns<L>,
{
    aligned: [<Configurations as Columns<L>>::Alignment; 0],
    s: [f32; L],
    y: [f32; L],
}

impl<const L: usize> LbfgsLanes<L>
where
    Configurations: Columns<L>,
{
    fn new(rows: usize, stiffness: f64) -> Self {
        Self {
            first_step: 0.25 / stiffness,
            lanes: std::array::from_fn(|_| Lane::default()),
            newest: 0,
            base: vec![[0.0; L]; rows],
            step: vec![[0.0; L]; rows],
            history: vec![[Pair { aligned: [], s: [0.0; L], y: [0.0; L] }; MEMORY]; rows],
            largest_force: [0.0; L],
        }
    }

    /// Enters the newest pair of one lane into its table; a pair without positive curvature empties the history.
    fn enter_pair(&mut self, lane: usize, gathered: &Gathered<L>, with_pair: bool) {
        let k = self.newest;
        let table = &mut self.lanes[lane].products;
        let (sf_old, yf_old) = (table.sf, table.yf);
        for j in 0..MEMORY {
            table.sf[j] = gathered.products[j][0][lane];
            table.yf[j] = gathered.products[j][1][lane];
        }
        table.valid[k] = false;
        if !with_pair {
            return;
        }
        for j in 0..MEMORY {
            if j != k {
                table.sy[j][k] = sf_old[j] - table.sf[j];
                table.yy[j][k] = yf_old[j] - table.yf[j];
                table.yy[k][j] = table.yy[j][k];
            }
            table.sy[k][j] = gathered.products[j][2][lane];
        }
        table.yy[k][k] = gathered.square[lane];
        let curvature = table.sy[k][k];
        if !(curvature > 0.0 && curvature.is_finite()) {
            table.valid = [false; MEMORY];
            self.lanes[lane].concave += 1;
            return;
        }
        table.valid[k] = true;
        self.lanes[lane].concave = 0;
    }
}

/// x <- x - returning * (last step) + along * (direction) + steepest * F.
#[derive(Clone, Copy, Debug, Default)]
struct Move {
    along: f64,
    steepest: f64,
    returning: f64,
}

/// Numbers of the lanes that are negative where `chosen`.
fn marks<const L: usize>(chosen: [bool; L]) -> [f64; L] {
    chosen.map(|chosen| if chosen { -1.0 } else { 1.0 })
}

/// One pass over forces and history: y of the newest pair, the largest force, and for every slot k the products
/// s_k.F, y_k.F and y_k.s_newest, block by block in a fixed order.
struct Gather<'a, const L: usize>
where
    Configurations: Columns<L>,
{
    minimiser: &'a mut LbfgsLanes<L>,
    forces: &'a [[f64; L]],
    accepted: [f64; L],
    paired: [f64; L],
}

impl<const L: usize> ColumnPass<L> for Gather<'_, L>
where
    Configurations: Columns<L>,
{
    type Output = Gathered<L>;
    #[inline(always)]
    fn run<C: Column<L>>(self) -> Gathered<L> {
        let LbfgsLanes { base, history, newest, largest_force, .. } = self.minimiser;
        let newest = *newest % MEMORY;
        let (accepted, paired) = (C::load_row(&self.accepted), C::load_row(&self.paired));
        let zero = C::splat(0.0);
        let mut totals = [[zero; 3]; MEMORY];
        let (mut square, mut largest) = (zero, zero);
        let blocks = history.chunks_mut(BLOCK).zip(base.chunks_mut(BLOCK)).zip(self.forces.chunks(BLOCK));
        for ((history, base), forces) in blocks {
            let mut part = zero;
            for ((row, base), f) in history.iter_mut().zip(base.iter_mut()).zip(forces) {
                let (f, old) = (C::load_row(f), C::load_row(base));
                let newest = &mut row[newest];
                (old - f).within(LARGEST_HISTORY).select(zero, paired).store_short(&mut newest.y);
                let y = C::load_short(&newest.y);
                part = part + y * y;
                f.select(old, accepted).store_row(base);
                largest = largest.or_larger(f.magnitude());
            }
            square = square + part;
            let mut parts = [[zero; 3]; MEMORY];
            for (row, base) in history.iter().zip(base.iter()) {
                let (f, n) = (C::load_row(base), C::load_short(&row[newest].s));
                for k in 0..MEMORY {
                    let (s, y) = (C::load_short(&row[k].s), C::load_short(&row[k].y));
                    parts[k][0] = parts[k][0] + s * f;
                    parts[k][1] = parts[k][1] + y * f;
                    parts[k][2] = parts[k][2] + y * n;
                }
            }
            for k in 0..MEMORY {
                for c in 0..3 {
                    totals[k][c] = totals[k][c] + parts[k][c];
                }
            }
        }
        largest.store_row(largest_force);
        let mut gathered = Gathered { products: [[[0.0; L]; 3]; MEMORY], square: [0.0; L] };
        square.store_row(&mut gathered.square);
        for k in 0..MEMORY {
            for c in 0..3 {
                totals[k][c].store_row(&mut gathered.products[k][c]);
            }
        }
        gathered
    }
}

/// One pass that forms the directions of all lanes; gives the largest component and F.d of each lane.
struct FormDirections<'a, const L: usize>
where
    Configurations: Columns<L>,
{
    minimiser: &'a mut LbfgsLanes<L>,
    coefficients: &'a [Coefficients; L],
    keep: [f64; L],
}

impl<const L: usize> ColumnPass<L> for FormDirections<'_, L>
where
    Configurations: Columns<L>,
{
    type Output = ([f64; L], [f64; L]);
    #[inline(always)]
    fn run<C: Column<L>>(self) -> Self::Output {
        let LbfgsLanes { base, step, history, newest, .. } = self.minimiser;
        let (mut force, mut of_pairs) = ([0.0; L], [[[0.0; L]; 2]; MEMORY]);
        let mut slots = [0; MEMORY];
        for age in 0..MEMORY {
            slots[age] = slot(*newest, age);
        }
        for l in 0..L {
            force[l] = self.coefficients[l].force;
            for age in 0..MEMORY {
                of_pairs[age][0][l] = self.coefficients[l].s[slots[age]];
                of_pairs[age][1][l] = self.coefficients[l].y[slots[age]];
            }
        }
        let (keep, force, zero) = (C::load_row(&self.keep), C::load_row(&force), C::splat(0.0));
        let mut factors = [[zero; 2]; MEMORY];
        for age in 0..MEMORY {
            factors[age] = [C::load_row(&of_pairs[age][0]), C::load_row(&of_pairs[age][1])];
        }
        let (mut largest, mut slope) = (zero, zero);
        let blocks = history.chunks(BLOCK).zip(base.chunks(BLOCK)).zip(step.chunks_mut(BLOCK));
        for ((history, base), step) in blocks {
            let mut part = zero;
            for ((row, f), step) in history.iter().zip(base).zip(step) {
                let f = C::load_row(f);
                let mut d = keep * C::load_row(step) + force * f;
                for age in 0..MEMORY {
                    let Pair { s, y, .. } = &row[slots[age]];
                    d = d + (factors[age][0] * C::load_short(s) + factors[age][1] * C::load_short(y));
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
struct Apply<'a, const L: usize>
where
    Configurations: Columns<L>,
{
    minimiser: &'a mut LbfgsLanes<L>,
    positions: &'a mut [[f64; L]],
    moves: &'a [Move; L],
}

impl<const L: usize> ColumnPass<L> for Apply<'_, L>
where
    Configurations: Columns<L>,
{
    type Output = ();
    #[inline(always)]
    fn run<C: Column<L>>(self) {
        let LbfgsLanes { base, step, history, newest, .. } = self.minimiser;
        *newest = (*newest + 1) % MEMORY;
        let newest = *newest % MEMORY;
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

impl<const L: usize> LaneMinimiser<L> for LbfgsLanes<L>
where
    Configurations: Columns<L>,
{
    fn restart(&mut self, lane: usize) {
        self.lanes[lane] = Lane { fresh: true, ..Lane::default() };
    }

    fn absorb(&mut self, forces: &[[f64; L]], energies: [f64; L], running: [bool; L]) -> [f64; L] {
        let particles = (forces.len() / 3) as f64;
        let accepted = std::array::from_fn(|l| {
            let lane = &self.lanes[l];
            let rise = RISE * particles.max(lane.energy.abs());
            let lower = lane.fresh || energies[l] <= lane.energy + rise || lane.shortenings >= SHORTENINGS;
            running[l] && lower && energies[l].is_finite()
        });
        let paired = std::array::from_fn(|l| accepted[l] && !self.lanes[l].fresh);
        let pass = Gather { minimiser: self, forces, accepted: marks(accepted), paired: marks(paired) };
        let gathered = Configurations::run(Kernel::best(), pass);
        for l in 0..L {
            self.enter_pair(l, &gathered, paired[l]);
            let lane = &mut self.lanes[l];
            let tired = lane.shortenings >= SHORTENINGS;
            lane.refused = running[l] && !accepted[l];
            if accepted[l] {
                if tired {
                    lane.products.valid = [false; MEMORY];
                }
                lane.energy = energies[l];
                lane.fresh = false;
                lane.shortenings = 0;
            } else if running[l] {
                lane.shortenings += 1;
            }
        }
        self.largest_force
    }

    fn advance(&mut self, positions: &mut [[f64; L]], running: [bool; L]) {
        let retry: [bool; L] = std::array::from_fn(|l| running[l] && self.lanes[l].refused);
        let coefficients: [Coefficients; L] = std::array::from_fn(|l| {
            if running[l] && !retry[l] {
                coefficients(&self.lanes[l].products, self.newest, self.first_step * self.lanes[l].growth())
            } else {
                Coefficients::default()
            }
        });
        let keep = retry.map(|r| if r { 1.0 } else { 0.0 });
        let pass = FormDirections { minimiser: self, coefficients: &coefficients, keep };
        let (largest, slope) = Configurations::run(Kernel::best(), pass);
        let moves = std::array::from_fn(|l| {
            if retry[l] {
                return Move { along: SHORTENING, steepest: 0.0, returning: 1.0 };
            }
            if !running[l] {
                return Move::default();
            }
            if slope[l] > 0.0 && largest[l].is_finite() {
                return Move { along: capped(1.0, largest[l]), ..Move::default() };
            }
            // rounding has spoilt the history
            self.lanes[l].products.valid = [false; MEMORY];
            Move { steepest: capped(self.first_step, self.first_step * self.largest_force[l]), ..Move::default() }
        });
        Configurations::run(Kernel::best(), Apply { minimiser: self, positions, moves: &moves });
    }
}

/// `factor`, lowered so that a step whose largest component is `largest` stays within the cap.
fn capped(factor: f64, largest: f64) -> f64 {
    if largest > LARGEST_STEP { factor * LARGEST_STEP / largest } else { factor }
}

/// The slot of the pair of a given age, 0 the newest.
fn slot(newest: usize, age: usize) -> usize {
    (newest + MEMORY - age) % MEMORY
}

/// The two-loop recursion in the space of coefficients, from the newest pair to the oldest and back.
fn coefficients(table: &Products, newest: usize, first_step: f64) -> Coefficients {
    let mut d = Coefficients { force: 1.0, ..Coefficients::default() };
    let mut alpha = [0.0; MEMORY];
    let pairs = (0..MEMORY).map(|age| slot(newest, age)).filter(|&k| table.valid[k]);
    let mut scale = first_step;
    for (position, i) in pairs.clone().enumerate() {
        if position == 0 {
            scale = table.sy[i][i] / table.yy[i][i];
        }
        let mut product = table.sf[i];
        for j in pairs.clone() {
            product += d.y[j] * table.sy[i][j];
        }
        alpha[i] = product / table.sy[i][i];
        d.y[i] -= alpha[i];
    }
    d.force *= scale;
    d.y = d.y.map(|y| y * scale);
    for i in pairs.clone().collect::<Vec<_>>().into_iter().rev() {
        let mut product = d.force * table.yf[i];
        for j in pairs.clone() {
            product += d.y[j] * table.yy[i][j] + d.s[j] * table.sy[j][i];
        }
        d.s[i] += alpha[i] - product / table.sy[i][i];
    }
    d
}
