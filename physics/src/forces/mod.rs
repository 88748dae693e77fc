//! Pair sums: plain sums over all pairs (the reference), neighbour lists, SIMD lanes (the fast path), the Hessian and
//! third-order contractions.
//!
//! The sums of one particle run over its neighbours in increasing order of their indices, and a pair beyond the cutoff
//! adds exactly 0, so that no result depends on when a list was rebuilt or on which configurations share a batch.
//!
//! ```
//! use glasswell_physics::forces::sums;
//! use glasswell_physics::model::{Configuration, PeriodicBox, Preset};
//! let cell = PeriodicBox { edges: [8.0; 3] };
//! let two = Configuration { cell, positions: vec![0.0, 0.0, 0.0, 0.9, 0.0, 0.0], species: vec![0; 2], diameters: vec![1.0; 2] };
//! let mut forces = [0.0; 6];
//! let energy = sums::energy_and_forces(&Preset::Harmonic.model(&two), &cell, &two.positions, &mut forces);
//! // U = (1 - r)^2 / 2 for particles in contact
//! assert!((energy - 0.005).abs() < 1e-12 && (forces[3] - 0.1).abs() < 1e-12);
//! ```

mod call_times;
mod candidates;
pub mod deformation;
mod differences;
mod factors;
pub mod hessian;
mod images;
mod inertia;
pub mod lanes;
pub mod listed;
mod neighbours;
mod order;
mod pair_blocks;
mod part;
mod pair_sum;
mod places;
mod pseudo_inverse;
mod subject;
pub mod sums;
mod table;
mod third_order;
mod wide_rows;

pub use call_times::{CallTimes, call_times};
pub use differences::energy_differences;
pub use factors::{FactorShape, Factors};
pub use inertia::{count_below, count_below_within};
pub use neighbours::NeighbourList;
pub use order::space_filling_order;
pub use pair_blocks::PairBlocks;
pub use pair_sum::PairSum;
pub use part::{HessianPart, places_of_members};
pub use pseudo_inverse::PseudoInverse;
pub use third_order::ThirdOrder;

/// Number of configurations in a batch, on every processor.
pub const LANES: usize = 8;

/// Vectors [3N] side by side, one to a lane.
pub(crate) type VectorBatch = Vec<[f64; LANES]>;

/// Consecutive components of such vectors.
pub(crate) type VectorRows = [[f64; LANES]];

/// One configuration as a batch of one: `[3N]` seen as `[3N][1]`.
pub fn as_lanes(positions: &[f64]) -> &[[f64; 1]] {
    positions.as_chunks::<1>().0
}

/// The same, mutable.
pub fn as_lanes_mut(positions: &mut [f64]) -> &mut [[f64; 1]] {
    positions.as_chunks_mut::<1>().0
}

/// Copies one configuration [3N] into a lane of a batch [3N][L].
pub fn set_lane<const L: usize>(batch: &mut [[f64; L]], lane: usize, positions: &[f64]) {
    for (row, &x) in batch.iter_mut().zip(positions) {
        row[lane] = x;
    }
}

/// One lane of a batch as [3N].
pub fn lane<const L: usize>(batch: &[[f64; L]], lane: usize) -> Vec<f64> {
    batch.iter().map(|row| row[lane]).collect()
}

/// a.b of every lane.
pub(crate) fn lane_products(a: &VectorRows, b: &VectorRows) -> [f64; LANES] {
    let mut sum = [0.0; LANES];
    for (a, b) in a.iter().zip(b) {
        for l in 0..LANES {
            sum[l] += a[l] * b[l];
        }
    }
    sum
}
