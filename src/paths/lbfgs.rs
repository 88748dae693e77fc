//! Limited-memory BFGS directions for force fields that need not have a potential (bands, reflected forces).

use super::vectors::{add_scaled, dot, scale};
use serde::{Deserialize, Serialize};

/// The last few steps s_k and changes y_k = F_k - F_{k+1} of a field of forces, in independent blocks: each block (one
/// image, or the whole band) has its own quasi-Newton matrix.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct LimitedMemory {
    memory: usize,
    block: usize,
    /// Scale of the first step: inverse of a stiff curvature [sigma^2 / epsilon].
    first_scale: f64,
    pairs: Vec<StepPair>,
    last: Option<(Vec<f64>, Vec<f64>)>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct StepPair {
    step: Vec<f64>,
    change: Vec<f64>,
}

impl LimitedMemory {
    /// `block`: length of one block; the vectors given later are a whole number of blocks.
    pub fn new(memory: usize, block: usize, first_scale: f64) -> Self {
        Self { memory, block, first_scale, pairs: Vec::new(), last: None }
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        self.pairs.clear();
        self.last = None;
    }

    /// Takes in the force at the point where the last step led, and returns the next step, each block's largest
    /// component at most `cap` [sigma].
    pub fn step(&mut self, force: &[f64], cap: f64) -> Vec<f64> {
        if let Some((step, before)) = self.last.take() {
            let change = before.iter().zip(force).map(|(b, f)| b - f).collect();
            if self.pairs.len() == self.memory {
                self.pairs.remove(0);
            }
            self.pairs.push(StepPair { step, change });
        }
        let mut direction = force.to_vec();
        for (b, block) in direction.chunks_exact_mut(self.block).enumerate() {
            let range = b * self.block..(b + 1) * self.block;
            self.apply(range.clone(), block);
            if dot(block, &force[range.clone()]) <= 0.0 {
                block.copy_from_slice(&force[range]);
                scale(block, self.first_scale);
            }
            let largest = block.iter().fold(0.0_f64, |m, v| m.max(v.abs()));
            if largest > cap {
                scale(block, cap / largest);
            }
        }
        self.last = Some((direction.clone(), force.to_vec()));
        direction
    }

    /// Two-loop recursion on one block, in place; pairs of negative curvature are passed over.
    fn apply(&self, range: std::ops::Range<usize>, q: &mut [f64]) {
        let mut used = Vec::with_capacity(self.pairs.len());
        let mut scaling = self.first_scale;
        for pair in self.pairs.iter().rev() {
            let (s, y) = (&pair.step[range.clone()], &pair.change[range.clone()]);
            let (sy, yy) = (dot(s, y), dot(y, y));
            if sy <= 1e-10 * yy * self.first_scale {
                continue;
            }
            if used.is_empty() {
                scaling = sy / yy;
            }
            let alpha = dot(s, q) / sy;
            add_scaled(q, -alpha, y);
            used.push((s, y, sy, alpha));
        }
        scale(q, scaling);
        for (s, y, sy, alpha) in used.into_iter().rev() {
            let beta = dot(y, q) / sy;
            add_scaled(q, alpha - beta, s);
        }
    }
}
