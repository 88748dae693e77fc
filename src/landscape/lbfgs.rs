//! Limited-memory BFGS for L configurations at a time, without line search.
//!
//! With F the force, s_k = x_{k+1} - x_k and y_k = F_k - F_{k+1} the direction is d = H F, H by the two-loop recursion of
//! Nocedal (doi:10.1090/S0025-5718-1980-0572855-7). The recursion runs on scalar products alone: d is a sum of F and the
//! s_k, y_k, and its coefficients follow from the table of their products (Chen, Wang, Zhou, NIPS 2014). So the history is
//! read twice in a step, once for products and once for the sum, whatever its length, and it is kept in f32: the
//! secant condition needs no more, and the history is what leaves the cache first.

use super::lanes::{BLOCK, LaneMinimiser, Rows, add};
use crate::forces::lanes::{Pass, vectorised};

/// Pairs (s, y) that are remembered.
const MEMORY: usize = 6;
/// Largest component of one step [sigma]; the same as LAMMPS' dmax, which keeps the basins of its minimisers.
const LARGEST_STEP: f64 = 0.1;
/// A step that raises the energy is shortened by this factor ...
const SHORTENING: f64 = 0.25;
/// ... at most so many times, then taken as it is with an empty history.
const SHORTENINGS: u32 = 6;
/// The rise that counts, relative to max(N, |U|): above the rounding of the sum, far below a basin's depth.
const RISE: f64 = 1e-10;
/// Bound on what goes into the f32 history (overlaps at random starts).
const LARGEST_HISTORY: f64 = 1e30;

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

/// What one pass over forces and history gives, lane by lane.
struct Gathered<const L: usize> {
    /// For every slot k: s_k.F, y_k.F, y_k.s_newest.
    products: [[[f64; L]; 3]; MEMORY],
    /// y_newest.y_newest
    square: [f64; L],
}

/// Where one lane stands.
#[derive(Clone, Debug, Default)]
struct Lane {
    products: Products,
    /// Energy at the last accepted point.
    energy: f64,
    shortenings: u32,
    /// No point accepted yet.
    fresh: bool,
    /// The last trial was refused.
    refused: bool,
}

/// The state of the minimiser for L lanes.
pub(super) struct Lbfgs<const L: usize> {
    /// Inverse of an upper estimate of the stiffness, for steps without history.
    first_step: f64,
    lanes: [Lane; L],
    /// Slot of the newest pair; shared by the lanes, each of which knows which slots are its own.
    newest: usize,
    /// Forces at the last accepted points [3N][L].
    base: Vec<[f64; L]>,
    /// Last step, from the accepted point to the trial [3N][L].
    step: Vec<[f64; L]>,
    s: [Vec<[f32; L]>; MEMORY],
    y: [Vec<[f32; L]>; MEMORY],
    largest_force: [f64; L],
}

impl<const L: usize> Lbfgs<L> {
    pub(super) fn new(rows: usize, stiffness: f64) -> Self {
        Self {
            first_step: 0.25 / stiffness,
            lanes: std::array::from_fn(|_| Lane::default()),
            newest: 0,
            base: vec![[0.0; L]; rows],
            step: vec![[0.0; L]; rows],
            s: std::array::from_fn(|_| vec![[0.0; L]; rows]),
            y: std::array::from_fn(|_| vec![[0.0; L]; rows]),
            largest_force: [0.0; L],
        }
    }

    /// One pass over forces and history: y of the newest pair, the largest force, and for every slot k the products
    /// s_k.F, y_k.F and y_k.s_newest, block by block in a fixed order.
    #[inline(always)]
    fn gather(&mut self, forces: &[[f64; L]], accepted: [bool; L], paired: [bool; L]) -> Gathered<L> {
        let mut gathered = Gathered { products: [[[0.0; L]; 3]; MEMORY], square: [0.0; L] };
        let mut largest = [0.0_f64; L];
        let rows = forces.len();
        for start in (0..rows).step_by(BLOCK) {
            let block = start..(start + BLOCK).min(rows);
            let y_new = &mut self.y[self.newest][block.clone()];
            let mut square = [0.0; L];
            for ((f, base), y) in forces[block.clone()].iter().zip(&mut self.base[block.clone()]).zip(y_new) {
                for l in 0..L {
                    let change = (base[l] - f[l]).clamp(-LARGEST_HISTORY, LARGEST_HISTORY);
                    y[l] = if paired[l] { change as f32 } else { 0.0 };
                    square[l] += f64::from(y[l]) * f64::from(y[l]);
                    base[l] = if accepted[l] { f[l] } else { base[l] };
                    largest[l] = if f[l].abs() > largest[l] { f[l].abs() } else { largest[l] };
                }
            }
            add(&mut gathered.square, &square);
            let (base, s_new) = (&self.base[block.clone()], &self.s[self.newest][block.clone()]);
            for (total, (s, y)) in gathered.products.iter_mut().zip(self.s.iter().zip(&self.y)) {
                let part = block_products(base, s_new, &s[block.clone()], &y[block.clone()]);
                for (total, part) in total.iter_mut().zip(part) {
                    add(total, &part);
                }
            }
        }
        self.largest_force = largest;
        gathered
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
            return;
        }
        table.valid[k] = true;
    }

    /// One pass that forms the directions of all lanes; returns the largest component and F.d of each lane.
    #[inline(always)]
    fn form_directions(&mut self, coefficients: &[Coefficients; L], keep: [f64; L]) -> ([f64; L], [f64; L]) {
        let force: [f64; L] = std::array::from_fn(|l| coefficients[l].force);
        let (mut largest, mut slope) = ([0.0_f64; L], [0.0; L]);
        let rows = self.base.len();
        for start in (0..rows).step_by(BLOCK) {
            let block = start..(start + BLOCK).min(rows);
            let (base, step) = (&self.base[block.clone()], &mut self.step[block.clone()]);
            for (d, f) in step.iter_mut().zip(base) {
                for l in 0..L {
                    d[l] = keep[l] * d[l] + force[l] * f[l];
                }
            }
            for age in 0..MEMORY {
                let k = slot(self.newest, age);
                let a: [f64; L] = std::array::from_fn(|l| coefficients[l].s[k]);
                let b: [f64; L] = std::array::from_fn(|l| coefficients[l].y[k]);
                for ((d, s), y) in step.iter_mut().zip(&self.s[k][block.clone()]).zip(&self.y[k][block.clone()]) {
                    for l in 0..L {
                        d[l] += a[l] * f64::from(s[l]) + b[l] * f64::from(y[l]);
                    }
                }
            }
            let mut part = [0.0; L];
            for (d, f) in step.iter().zip(base) {
                for l in 0..L {
                    largest[l] = if d[l].abs() > largest[l] { d[l].abs() } else { largest[l] };
                    part[l] += d[l] * f[l];
                }
            }
            add(&mut slope, &part);
        }
        (largest, slope)
    }

    /// Moves the lanes and notes the new s. `Move` says how each lane goes.
    #[inline(always)]
    fn apply(&mut self, positions: &mut [[f64; L]], moves: &[Move; L]) {
        self.newest = (self.newest + 1) % MEMORY;
        let s_new = &mut self.s[self.newest];
        let along: [f64; L] = std::array::from_fn(|l| moves[l].along);
        let steepest: [f64; L] = std::array::from_fn(|l| moves[l].steepest);
        let returning: [f64; L] = std::array::from_fn(|l| moves[l].returning);
        let downhill: [bool; L] = std::array::from_fn(|l| moves[l].steepest != 0.0);
        for (((x, d), f), s) in positions.iter_mut().zip(&mut self.step).zip(&self.base).zip(s_new) {
            for l in 0..L {
                // what is added and then measured is the step as the rounded coordinates took it
                let from = x[l] - returning[l] * d[l];
                let step = if downhill[l] { steepest[l] * f[l] } else { along[l] * d[l] };
                x[l] = from + step;
                d[l] = x[l] - from;
                s[l] = d[l].clamp(-LARGEST_HISTORY, LARGEST_HISTORY) as f32;
            }
        }
    }
}

/// x <- x - returning * (last step) + along * (direction) + steepest * F.
#[derive(Clone, Copy, Debug, Default)]
struct Move {
    along: f64,
    steepest: f64,
    returning: f64,
}

struct Gather<'a, const L: usize> {
    minimiser: &'a mut Lbfgs<L>,
    forces: &'a [[f64; L]],
    accepted: [bool; L],
    paired: [bool; L],
}

impl<const L: usize> Pass for Gather<'_, L> {
    type Output = Gathered<L>;
    #[inline(always)]
    fn run(self) -> Gathered<L> {
        self.minimiser.gather(self.forces, self.accepted, self.paired)
    }
}

struct FormDirections<'a, const L: usize> {
    minimiser: &'a mut Lbfgs<L>,
    coefficients: &'a [Coefficients; L],
    keep: [f64; L],
}

impl<const L: usize> Pass for FormDirections<'_, L> {
    type Output = ([f64; L], [f64; L]);
    #[inline(always)]
    fn run(self) -> Self::Output {
        self.minimiser.form_directions(self.coefficients, self.keep)
    }
}

struct Apply<'a, const L: usize> {
    minimiser: &'a mut Lbfgs<L>,
    positions: &'a mut [[f64; L]],
    moves: &'a [Move; L],
}

impl<const L: usize> Pass for Apply<'_, L> {
    type Output = ();
    #[inline(always)]
    fn run(self) {
        self.minimiser.apply(self.positions, self.moves);
    }
}

impl<const L: usize> LaneMinimiser<L> for Lbfgs<L> {
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
        let gathered = vectorised(Gather { minimiser: self, forces, accepted, paired });
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
                coefficients(&self.lanes[l].products, self.newest, self.first_step)
            } else {
                Coefficients::default()
            }
        });
        let keep = retry.map(|r| if r { 1.0 } else { 0.0 });
        let (largest, slope) = vectorised(FormDirections { minimiser: self, coefficients: &coefficients, keep });
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
            // rounding spoilt the history
            self.lanes[l].products.valid = [false; MEMORY];
            Move { steepest: capped(self.first_step, self.first_step * self.largest_force[l]), ..Move::default() }
        });
        vectorised(Apply { minimiser: self, positions, moves: &moves });
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

/// s_k.F, y_k.F and y_k.s_newest over one block of rows.
#[inline(always)]
fn block_products<const L: usize>(
    base: &Rows<f64, L>,
    s_new: &Rows<f32, L>,
    s: &Rows<f32, L>,
    y: &Rows<f32, L>,
) -> [[f64; L]; 3] {
    let mut part = [[0.0; L]; 3];
    for (((f, n), s), y) in base.iter().zip(s_new).zip(s).zip(y) {
        for l in 0..L {
            part[0][l] += f64::from(s[l]) * f[l];
            part[1][l] += f64::from(y[l]) * f[l];
            part[2][l] += f64::from(y[l]) * f64::from(n[l]);
        }
    }
    part
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
