//! How long a force call takes on this machine.

use super::{LANES, PairSum, as_lanes, as_lanes_mut};
use crate::model::{Configuration, Model};
use std::time::Instant;

/// The cost of the forces of one configuration, alone and in a batch.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CallTimes {
    /// Time of a call [s]: alone, and in a batch divided by its number of configurations.
    pub single: f64,
    pub batch: f64,
    /// Memory of the sums, with their lists [bytes].
    pub single_bytes: usize,
    pub batch_bytes: usize,
}

/// Times force calls on a configuration; the medians of nine.
pub fn call_times(model: Model, configuration: &Configuration) -> CallTimes {
    let (cell, x) = (configuration.cell, &configuration.positions);
    let mut forces = vec![0.0; x.len()];
    let mut sum = PairSum::<1>::new(model.clone(), cell);
    let single = median_time(|| {
        sum.forces(as_lanes(x), as_lanes_mut(&mut forces));
    });
    let single_bytes = sum.bytes();
    let rows: Vec<[f64; LANES]> = x.iter().map(|x| [*x; LANES]).collect();
    let mut forces = vec![[0.0; LANES]; x.len()];
    let mut sum = PairSum::<LANES>::new(model, cell);
    let batch = median_time(|| {
        sum.forces(&rows, &mut forces);
    });
    CallTimes { single, batch: batch / LANES as f64, single_bytes, batch_bytes: sum.bytes() }
}

fn median_time(mut call: impl FnMut()) -> f64 {
    // the first call builds the neighbour list
    call();
    let mut times: Vec<f64> = (0..9)
        .map(|_| {
            let start = Instant::now();
            call();
            start.elapsed().as_secs_f64()
        })
        .collect();
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}
