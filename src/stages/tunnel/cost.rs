//! Cost of `tunnel`.

use crate::input::Deck;
use crate::stages::cost::{Begun, Cost, Expected, ForceCall};

/// Seconds per double well and unit.
const SECONDS_PER_DOUBLET: f64 = 0.04;

pub fn cost(deck: &Deck, call: &ForceCall) -> Option<Cost> {
    let (tunnel, ..) = (deck.tunnel.as_ref()?, deck.connect.as_ref()?, deck.explore.as_ref()?);
    let tasks =
        Expected::corrected(deck, call.correction).wells * (tunnel.units.len() + tunnel.reduced_mass.len()) as f64;
    let seconds = tasks * SECONDS_PER_DOUBLET;
    Some(Cost { tasks, seconds, bytes: tasks * 120.0, spread: 0.5, begun: Begun::Dealt })
}
