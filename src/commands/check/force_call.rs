//! The cost of a force call on this machine.

use crate::forces::{LANES, PairSum, as_lanes, as_lanes_mut};
use crate::input::Deck;
use crate::model::Configuration;
use crate::stages::cost::{Correction, ForceCall};
use std::time::Instant;

/// Times force calls on a lattice of the deck's density.
pub fn force_call(deck: &Deck) -> ForceCall {
    let n = deck.model.particles;
    let cell = deck.model.cell();
    let side = (n as f64).cbrt().ceil() as usize;
    let positions: Vec<f64> = (0..n)
        .flat_map(|i| [i % side, i / side % side, i / side / side])
        .enumerate()
        .map(|(k, place)| (place as f64 + 0.5) * cell.edges[k % 3] / side as f64)
        .collect();
    let configuration =
        Configuration { cell, positions, species: deck.model.species(), diameters: deck.model.diameters() };
    let model = deck.model.potential.model(&configuration);
    let x = &configuration.positions;
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
    let (single_bytes, batch_bytes) = (single_bytes as f64, sum.bytes() as f64);
    ForceCall { single, batch: batch / LANES as f64, single_bytes, batch_bytes, correction: Correction::default() }
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
