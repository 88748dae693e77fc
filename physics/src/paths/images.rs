//! Many configurations of one glass evaluated in batches of `LANES`.

use crate::forces::{LANES, PairSum};
use crate::model::{Model, PeriodicBox};
use rayon::prelude::*;

/// The pair sums of a band: one batch for every `LANES` consecutive images.
pub struct ImageSums {
    model: Model,
    cell: PeriodicBox,
    /// Positions that determine the order of the particles of a large glass [3N]; empty for their own order.
    order: Vec<f64>,
    batches: Vec<Batch>,
}

struct Batch {
    sum: PairSum<LANES>,
    positions: Vec<[f64; LANES]>,
    forces: Vec<[f64; LANES]>,
}

impl ImageSums {
    pub fn new(model: &Model, cell: &PeriodicBox) -> Self {
        Self { model: model.clone(), cell: *cell, order: Vec::new(), batches: Vec::new() }
    }

    /// Orders the particles of a large glass along a curve through these positions [3N], which must be fixed for the
    /// band.
    pub fn ordered_if_large(mut self, positions: &[f64]) -> Self {
        self.order = positions.to_vec();
        self
    }

    /// Energies [M] and forces [M][3N] of `images` [M][3N]. Batches run in parallel on rayon's threads; the result for
    /// an image depends only on its own positions.
    pub fn evaluate(&mut self, images: &[f64], energies: &mut [f64], forces: &mut [f64]) {
        let coordinates = 3 * self.model.mixture.particles();
        let block = LANES * coordinates;
        while self.batches.len() * block < images.len() {
            let sum = PairSum::new(self.model.clone(), self.cell);
            self.batches.push(Batch {
                sum: if self.order.is_empty() { sum } else { sum.ordered_if_large(&self.order) },
                positions: vec![[0.0; LANES]; coordinates],
                forces: vec![[0.0; LANES]; coordinates],
            });
        }
        self.batches
            .par_iter_mut()
            .zip(images.par_chunks(block))
            .zip(energies.par_chunks_mut(LANES))
            .zip(forces.par_chunks_mut(block))
            .for_each(|(((batch, images), energies), forces)| batch.evaluate(images, energies, forces));
    }
}

impl Batch {
    fn evaluate(&mut self, images: &[f64], energies: &mut [f64], forces: &mut [f64]) {
        let coordinates = self.positions.len();
        let used = energies.len();
        for (k, row) in self.positions.iter_mut().enumerate() {
            // lanes without an image repeat the last one
            *row = std::array::from_fn(|lane| images[lane.min(used - 1) * coordinates + k]);
        }
        let all = self.sum.forces(&self.positions, &mut self.forces);
        energies.copy_from_slice(&all[..used]);
        for (k, row) in self.forces.iter().enumerate() {
            for lane in 0..used {
                forces[lane * coordinates + k] = row[lane];
            }
        }
    }
}
