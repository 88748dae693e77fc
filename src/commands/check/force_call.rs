//! The cost of a force call on this machine.

use crate::forces::{CallTimes, call_times};
use crate::input::Deck;
use crate::model::Configuration;
use crate::stages::cost::{Correction, ForceCall};

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
    let CallTimes { single, batch, single_bytes, batch_bytes } =
        call_times(deck.model.potential.model(&configuration), &configuration);
    let (single_bytes, batch_bytes) = (single_bytes as f64, batch_bytes as f64);
    ForceCall { single, batch, single_bytes, batch_bytes, correction: Correction::default() }
}
