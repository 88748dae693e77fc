//! Energies and forces of a batch of L configurations of one glass.

use super::lanes::{self, Kernel};
use super::{LANES, NeighbourList};
use crate::model::{Model, PeriodicBox, with_law};

/// Evaluates L configurations of one glass at a time (L = 1 or `LANES`) and keeps the neighbour list they share.
///
/// A lane's energy and forces are the same bits whatever the other lanes hold, whenever the list was made, and
/// whether L is 1 or `LANES`.
pub struct PairSum<const L: usize> {
    model: Model,
    cell: PeriodicBox,
    kernel: Kernel,
    skin: f64,
    list: NeighbourList,
    rebuilds: u64,
}

impl<const L: usize> PairSum<L> {
    /// Default skin [sigma]: short enough that few listed pairs are beyond the cutoff, long enough that a glass
    /// at rest seldom rebuilds.
    pub const SKIN: f64 = 0.25;

    pub fn new(model: Model, cell: PeriodicBox) -> Self {
        Self::with_kernel(model, cell, Kernel::best())
    }

    /// With a kernel of one's own choice, for comparisons; it must be one of `Kernel::available()`, else the widest
    /// available is taken.
    pub fn with_kernel(model: Model, cell: PeriodicBox, kernel: Kernel) -> Self {
        const { assert!(L == 1 || L == LANES, "a batch has one configuration or LANES") };
        let kernel = if Kernel::available().contains(&kernel) { kernel } else { Kernel::best() };
        Self { model, cell, kernel, skin: Self::SKIN, list: NeighbourList::default(), rebuilds: 0 }
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

    /// How often the list was made, for measurements of cost.
    pub fn rebuilds(&self) -> u64 {
        self.rebuilds
    }

    /// Pairs in the present list.
    pub fn listed_pairs(&self) -> usize {
        self.list.pairs()
    }

    /// Changes the identities of the particles (after swaps); the list is made anew at the next call.
    pub fn set_model(&mut self, model: Model) {
        self.model = model;
        self.list.forget();
    }

    fn refresh(&mut self, positions: &[f64]) {
        if self.list.is_stale(self.kernel, L, positions) {
            self.list.rebuild(self.kernel, &self.model, &self.cell, L, positions, self.skin);
            self.rebuilds += 1;
        }
    }

    /// Total potential energy of each configuration [L]; `forces` [3N][L] is overwritten with F = -dU/dx.
    pub fn forces(&mut self, positions: &[[f64; L]], forces: &mut [[f64; L]]) -> [f64; L] {
        let flat = positions.as_flattened();
        self.refresh(flat);
        let mut energies = [0.0; L];
        let flat_forces = forces.as_flattened_mut();
        with_law!(&self.model.law, law => {
            if L == 1 {
                energies[0] = lanes::single_forces(self.kernel, law, &self.list, &self.cell, flat, flat_forces);
            } else {
                let (positions, forces) = (flat.as_chunks().0, flat_forces.as_chunks_mut().0);
                let batch = lanes::batch_forces(self.kernel, law, &self.list, &self.cell, positions, forces);
                energies.copy_from_slice(&batch[..L]);
            }
        });
        energies
    }

    /// Hessian at `positions` times `vectors`, lane by lane [3N][L]: products = H(x) z.
    pub fn hessian_times(&mut self, positions: &[[f64; L]], vectors: &[[f64; L]], products: &mut [[f64; L]]) {
        let flat = positions.as_flattened();
        self.refresh(flat);
        let (vectors, products) = (vectors.as_flattened(), products.as_flattened_mut());
        let (kernel, list, cell) = (self.kernel, &self.list, &self.cell);
        with_law!(&self.model.law, law => {
            if L == 1 {
                lanes::single_hessian_times(kernel, law, list, cell, flat, vectors, products);
            } else {
                let (x, z, h) = (flat.as_chunks().0, vectors.as_chunks().0, products.as_chunks_mut().0);
                lanes::batch_hessian_times(kernel, law, list, cell, x, z, h);
            }
        });
    }
}
