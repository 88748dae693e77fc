//! Cubic nonlinear modes: directions in which the energy, to third order, has the lowest barrier (Gartner, Lerner, SciPost
//! Phys. 1, 016 (2016), doi:10.21468/SciPostPhys.1.2.016; Khomenko et al., Phys. Rev. Materials 5, 055602 (2021), Eqs. 5 and 6,
//! doi:10.1103/PhysRevMaterials.5.055602).
//!
//! Along a unit vector pi, U(s) = (kappa/2) s^2 + (tau/6) s^3 with kappa = M:pi pi and tau = U:pi pi pi has its barrier
//! b = (2/3) kappa^3 / tau^2 at s = -2 kappa / tau. b is stationary where M pi = (kappa / tau) U:pi pi, which is iterated as
//! pi <- (1 - a) pi + a F(pi), F(pi) = (kappa / tau) M^-1 (U:pi pi), both normalised. As grad b = (4 kappa^2 / tau^2) M (pi - F(pi)),
//! small steps a descend b in the metric M to the mode in whose basin the start lies; a = 1, Eq. 6 of the paper, has the same fixed
//! points, but takes long steps, which may end at another one or cycle.

use crate::error::{Error, Result};
use crate::forces::{LANES, PseudoInverse, ThirdOrder, VectorBatch, lane_products};
use serde::{Deserialize, Serialize};

/// A start of which no more than this fraction is left without translations is rejected.
const NOTHING: f64 = 1e-12;

/// When the iteration ends.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct NonlinearSettings {
    /// The fraction a of F(pi) in a step, above 0 and at most 1.
    pub step: f64,
    /// |pi' - pi| / a of a step of the converged unit vector.
    pub tolerance: f64,
    pub max_iterations: u64,
}

impl Default for NonlinearSettings {
    fn default() -> Self {
        Self { step: 0.3, tolerance: 1e-8, max_iterations: 3000 }
    }
}

/// Why an iteration ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NonlinearStop {
    /// The direction changed by less than the tolerance.
    Converged,
    /// `max_iterations` are used up.
    StepLimit,
    /// The start is zero, a third order vanished, the stiffness is not positive, or a linear system could not be solved.
    Failed,
}

/// The end point of an iteration; after `Failed` the numbers are those of the last direction (NaN if there was none).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NonlinearMode {
    /// pi [3N], of unit length, free of translations, its sign such that tau < 0.
    pub direction: Vec<f64>,
    /// kappa = M:pi pi [epsilon / sigma^2]
    pub stiffness: f64,
    /// tau = U:pi pi pi [epsilon / sigma^3], negative.
    pub third_order: f64,
    /// (2/3) kappa^3 / tau^2 [epsilon]
    pub barrier: f64,
    /// -2 kappa / tau, where the cubic energy has its barrier [sigma].
    pub saddle_displacement: f64,
    pub iterations: u64,
    /// |M pi - (kappa / tau) U:pi pi| / |M pi|, zero for an exact solution.
    pub residual: f64,
    pub stop: NonlinearStop,
}

/// The nonlinear modes of one minimum that the iteration reaches from each of `starts` [K][3N], which are normalised
/// and projected free of translations and excluded particles. `inverse` and `third` must belong to the same minimum and
/// exclude the same particles.
///
/// # Errors
/// `Error::Internal` when `inverse` and `third` do not belong to the same configuration, or memory structures do not
/// match.
pub fn nonlinear_modes<V: AsRef<[f64]>>(
    inverse: &PseudoInverse,
    third: &ThirdOrder,
    starts: &[V],
    settings: &NonlinearSettings,
) -> Result<Vec<NonlinearMode>> {
    if inverse.hessian().order() != third.order() {
        return Err(Error::Internal("the Hessian and the third order of two configurations".into()));
    }
    let mut modes = Vec::with_capacity(starts.len());
    for chunk in starts.chunks(LANES) {
        let mut search = Search::start(inverse, third, chunk);
        while search.iterate(settings)? {}
        modes.extend((0..chunk.len()).map(|lane| search.mode(lane)));
    }
    Ok(modes)
}

/// Up to `LANES` iterations in parallel.
struct Search<'a> {
    inverse: &'a PseudoInverse,
    third: &'a ThirdOrder,
    /// [3N][LANES] in the order of places.
    directions: VectorBatch,
    contractions: VectorBatch,
    products: VectorBatch,
    stiffness: [f64; LANES],
    third_order: [f64; LANES],
    iterations: [u64; LANES],
    /// None while the iteration runs.
    stops: [Option<NonlinearStop>; LANES],
}

impl<'a> Search<'a> {
    fn start<V: AsRef<[f64]>>(inverse: &'a PseudoInverse, third: &'a ThirdOrder, starts: &[V]) -> Self {
        let mut directions = inverse.hessian().to_lanes(starts);
        let before = lane_products(&directions, &directions);
        inverse.project(&mut directions);
        let after = lane_products(&directions, &directions);
        // only rounding is left of a translation
        let nothing: [bool; LANES] = std::array::from_fn(|lane| after[lane] <= NOTHING * NOTHING * before[lane]);
        for row in &mut directions {
            for lane in (0..LANES).filter(|&lane| nothing[lane]) {
                row[lane] = 0.0;
            }
        }
        normalise(&mut directions);
        let rows = directions.len();
        let mut search = Self {
            inverse,
            third,
            directions,
            contractions: vec![[0.0; LANES]; rows],
            products: vec![[0.0; LANES]; rows],
            stiffness: [f64::NAN; LANES],
            third_order: [f64::NAN; LANES],
            iterations: [0; LANES],
            stops: std::array::from_fn(|lane| (lane >= starts.len()).then_some(NonlinearStop::Failed)),
        };
        search.measure();
        search
    }

    /// Contractions at the present directions; ends the lanes that cannot continue.
    fn measure(&mut self) {
        self.third_order = self.third.contract(&self.directions, &mut self.contractions);
        self.inverse.hessian().times(&self.directions, &mut self.products);
        self.stiffness = lane_products(&self.directions, &self.products);
        for lane in 0..LANES {
            let (kappa, tau) = (self.stiffness[lane], self.third_order[lane]);
            if self.stops[lane].is_none() && !(kappa > 0.0 && tau != 0.0 && (kappa / tau).is_finite()) {
                self.stops[lane] = Some(NonlinearStop::Failed);
            }
        }
    }

    /// One step of every running lane; returns whether any is still running.
    fn iterate(&mut self, settings: &NonlinearSettings) -> Result<bool> {
        for lane in 0..LANES {
            if self.stops[lane].is_none() && self.iterations[lane] >= settings.max_iterations {
                self.stops[lane] = Some(NonlinearStop::StepLimit);
            }
        }
        let running = self.stops.map(|stop| stop.is_none());
        if !running.contains(&true) {
            return Ok(false);
        }
        // a finished lane poses no system to the solver
        let mut right = self.contractions.clone();
        for row in &mut right {
            for lane in 0..LANES {
                row[lane] = if running[lane] { row[lane] } else { 0.0 };
            }
        }
        let mut next = match self.inverse.solve_lanes(right) {
            Ok(next) => next,
            Err(Error::Numerical(_)) => {
                for stop in self.stops.iter_mut().filter(|stop| stop.is_none()) {
                    *stop = Some(NonlinearStop::Failed);
                }
                return Ok(false);
            }
            Err(error) => return Err(error),
        };
        normalise(&mut next);
        self.take(&next, running, settings);
        self.measure();
        Ok(true)
    }

    /// Moves the running lanes towards the unit vectors `next`; the factor kappa / tau enters only by its sign, the
    /// rest by the normalisation.
    fn take(&mut self, next: &VectorBatch, running: [bool; LANES], settings: &NonlinearSettings) {
        let towards: [f64; LANES] = std::array::from_fn(|lane| settings.step * self.third_order[lane].signum());
        let before = self.directions.clone();
        for (old, new) in self.directions.iter_mut().zip(next) {
            for lane in (0..LANES).filter(|&lane| running[lane]) {
                old[lane] += towards[lane] * new[lane] - settings.step * old[lane];
            }
        }
        normalise(&mut self.directions);
        let mut change = [0.0; LANES];
        for (old, new) in before.iter().zip(&mut self.directions) {
            for lane in 0..LANES {
                // a finished lane keeps its result bitwise, whichever lanes continue
                new[lane] = if running[lane] { new[lane] } else { old[lane] };
                change[lane] += (new[lane] - old[lane]).powi(2);
            }
        }
        for lane in (0..LANES).filter(|&lane| running[lane]) {
            self.iterations[lane] += 1;
            if change[lane].sqrt() < settings.step * settings.tolerance {
                self.stops[lane] = Some(NonlinearStop::Converged);
            }
        }
    }

    /// The result of a lane, oriented so that tau < 0.
    fn mode(&self, lane: usize) -> NonlinearMode {
        let (kappa, tau) = (self.stiffness[lane], self.third_order[lane]);
        let turn = if tau > 0.0 { -1.0 } else { 1.0 };
        let (mut off, mut size) = (0.0, 0.0);
        for (product, contraction) in self.products.iter().zip(&self.contractions) {
            off += (product[lane] - kappa / tau * contraction[lane]).powi(2);
            size += product[lane].powi(2);
        }
        let mut direction = self.inverse.hessian().from_lane(&self.directions, lane);
        direction.iter_mut().for_each(|x| *x *= turn);
        NonlinearMode {
            direction,
            stiffness: kappa,
            third_order: turn * tau,
            barrier: 2.0 / 3.0 * kappa.powi(3) / (tau * tau),
            saddle_displacement: 2.0 * kappa / tau.abs(),
            iterations: self.iterations[lane],
            residual: (off / size).sqrt(),
            stop: self.stops[lane].unwrap_or(NonlinearStop::StepLimit),
        }
    }
}

/// Scales every lane to unit length; a lane of zeros stays.
fn normalise(block: &mut VectorBatch) {
    let scale = lane_products(block, block).map(|square| if square > 0.0 { 1.0 / square.sqrt() } else { 0.0 });
    for row in block {
        for lane in 0..LANES {
            row[lane] *= scale[lane];
        }
    }
}
