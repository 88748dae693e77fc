//! Limited-memory BFGS steps in the space perpendicular to a direction.

use super::vectors::{add_scaled, add_scaled_pair, difference, dot, norm, scale};
use serde::{Deserialize, Serialize};

/// Smallest curvature of a pair that is used, relative to the inverse of the first scale.
const SOFTEST: f64 = 2e-5;

/// The last few steps s and changes of the true force y = F_before - F_after of one configuration, both perpendicular to
/// the direction (tangent, unstable mode) that was current when they were made.
///
/// Because y is obtained from the true force and not from the projected one, whose field has no potential, the matrix P
/// H P that it represents is symmetric, and positive where the path is a valley: quasi-Newton steps remain reasonable
/// even while the tangent turns.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PerpendicularMemory {
    memory: usize,
    /// Scale of the first step: inverse of a stiff curvature [sigma^2 / epsilon].
    first_scale: f64,
    pairs: Vec<SecantPair>,
    /// The last step and the force where it began.
    last: Option<(Vec<f64>, Vec<f64>)>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct SecantPair {
    step: Vec<f64>,
    change: Vec<f64>,
    /// s.s, s.y, y.y
    products: [f64; 3],
}

impl PerpendicularMemory {
    pub fn new(memory: usize, first_scale: f64) -> Self {
        Self { memory, first_scale, pairs: Vec::new(), last: None }
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        self.pairs.clear();
        self.last = None;
    }

    /// Discards the last step, whose change of force is unknown because the configuration was moved.
    pub fn forget_step(&mut self) {
        self.last = None;
    }

    /// Takes the true `force` [3N] after the last step and returns the next step, perpendicular to the unit vector
    /// `direction` and at most `cap` long [sigma]: (P H P + stiffening) step = P (force + pull).
    pub fn step(&mut self, force: &[f64], direction: &[f64], pull: Option<(f64, &[f64])>, cap: f64) -> Vec<f64> {
        self.take_in(force, direction);
        self.next_step(force, direction, pull, cap)
    }

    /// Updates the memory with the true `force` [3N] after the last step, perpendicular to the unit vector `direction`.
    pub fn take_in(&mut self, force: &[f64], direction: &[f64]) {
        if let Some((step, before)) = self.last.take() {
            self.learn(perpendicular(step, direction), perpendicular(difference(&before, force), direction));
        }
    }

    /// The next step of [`Self::step`], after `take_in` of `force`.
    pub fn next_step(&mut self, force: &[f64], direction: &[f64], pull: Option<(f64, &[f64])>, cap: f64) -> Vec<f64> {
        let mut target = force.to_vec();
        let stiffening = pull.map_or(0.0, |(stiffness, _)| stiffness);
        if let Some((stiffness, by)) = pull {
            add_scaled(&mut target, stiffness, by);
        }
        let target = perpendicular(target, direction);
        let mut step = perpendicular(self.solve(target.clone(), stiffening), direction);
        if dot(&step, &target) <= 0.0 {
            step = target;
            scale(&mut step, self.stiffest(stiffening));
        }
        let length = norm(&step);
        if length > cap {
            scale(&mut step, cap / length);
        }
        self.last = Some((step.clone(), force.to_vec()));
        step
    }

    fn learn(&mut self, step: Vec<f64>, change: Vec<f64>) {
        let step_change = dot(&step, &change);
        // curvature far below the softest modes of a glass, or negative: not used
        let step_step = dot(&step, &step);
        if step_change * self.first_scale <= SOFTEST * step_step {
            return;
        }
        if self.pairs.len() == self.memory {
            self.pairs.remove(0);
        }
        let products = [step_step, step_change, dot(&change, &change)];
        self.pairs.push(SecantPair { step, change, products });
    }

    /// The inverse of (1 / first_scale + stiffening).
    fn stiffest(&self, stiffening: f64) -> f64 {
        self.first_scale / (1.0 + stiffening * self.first_scale)
    }

    /// Two-loop recursion with the changes y + stiffening s. Directions without information are taken to be as stiff as
    /// the stiffest pair: the usual choice, the last pair, is soft near convergence; steps would then overshoot in
    /// every stiff direction, differently for each image, which is a kink where images are close.
    fn solve(&self, mut q: Vec<f64>, stiffening: f64) -> Vec<f64> {
        let mut alphas = Vec::with_capacity(self.pairs.len());
        let mut scaling = f64::INFINITY;
        for pair in self.pairs.iter().rev() {
            let [ss, sy, yy] = pair.products;
            let product = sy + stiffening * ss;
            scaling = scaling.min(product / (yy + stiffening * (2.0 * sy + stiffening * ss)));
            let alpha = dot(&pair.step, &q) / product;
            add_scaled_pair(&mut q, (-alpha, &pair.change), (-alpha * stiffening, &pair.step));
            alphas.push(alpha);
        }
        scale(&mut q, if self.pairs.is_empty() { self.stiffest(stiffening) } else { scaling });
        for (pair, alpha) in self.pairs.iter().zip(alphas.into_iter().rev()) {
            let product = pair.products[1] + stiffening * pair.products[0];
            let beta = (dot(&pair.change, &q) + stiffening * dot(&pair.step, &q)) / product;
            add_scaled(&mut q, alpha - beta, &pair.step);
        }
        q
    }
}

/// v - (v.direction) direction.
pub fn perpendicular(mut v: Vec<f64>, direction: &[f64]) -> Vec<f64> {
    let along = dot(&v, direction);
    add_scaled(&mut v, -along, direction);
    v
}
