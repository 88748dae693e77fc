//! Energies and forces of a batch of L configurations of one glass.

use super::{lane, set_lane, sums};
use crate::model::{Model, PeriodicBox};

/// Evaluates L configurations of one glass at a time; keeps the neighbour list they share.
pub struct PairSum<const L: usize> {
    model: Model,
    cell: PeriodicBox,
}

impl<const L: usize> PairSum<L> {
    pub fn new(model: Model, cell: PeriodicBox) -> Self {
        Self { model, cell }
    }

    pub fn model(&self) -> &Model {
        &self.model
    }

    pub fn cell(&self) -> &PeriodicBox {
        &self.cell
    }

    /// Number of particles N.
    pub fn particles(&self) -> usize {
        self.model.mixture.particles()
    }

    /// Changes the identities of the particles (after swaps); the list is rebuilt at the next call.
    pub fn set_model(&mut self, model: Model) {
        self.model = model;
    }

    /// Total potential energy of each configuration [L]; `forces` [3N][L] is overwritten with F = -dU/dx.
    /// A lane's result does not depend on the other lanes nor on L.
    pub fn forces(&mut self, positions: &[[f64; L]], forces: &mut [[f64; L]]) -> [f64; L] {
        std::array::from_fn(|l| {
            let mut f = vec![0.0; positions.len()];
            let energy = sums::energy_and_forces(&self.model, &self.cell, &lane(positions, l), &mut f);
            set_lane(forces, l, &f);
            energy
        })
    }

    /// Hessian at `positions` times `vectors`, lane by lane [3N][L]: products = H(x) z.
    pub fn hessian_times(&mut self, positions: &[[f64; L]], vectors: &[[f64; L]], products: &mut [[f64; L]]) {
        for l in 0..L {
            let product = sums::hessian_times(&self.model, &self.cell, &lane(positions, l), &lane(vectors, l));
            set_lane(products, l, &product);
        }
    }
}
