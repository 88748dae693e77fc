//! Cost of `prepare`.

use crate::input::Deck;
use crate::landscape::EVALUATIONS_OF_DESCENT;
use crate::sampling::PrepareMethod;
use crate::stages::cost::{Begun, CALL_OF_QUENCH, Cost, Expected, ForceCall, MINIMISER, Memory, PREPARATION, VECTOR};

/// Steps to equilibrate a glass whose relaxation time is not known.
const STEPS_TO_EQUILIBRATE: f64 = 200_000.0;
/// Cost of a step in force calls.
const STEP: f64 = 1.3;
/// Bytes per particle of a glass while it is written: in its record, as columns, as bytes; positions, diameter and
/// species.
const WRITTEN_GLASS: f64 = 3.0 * (VECTOR + 9.0);

pub fn cost(deck: &Deck, call: &ForceCall) -> Option<Cost> {
    let prepare = deck.prepare.as_ref()?;
    let n = deck.model.particles as f64;
    let glasses = Expected::of(deck).glasses;
    let imported = prepare.method == PrepareMethod::Import;
    let steps = match prepare.temperature.is_infinite() {
        _ if imported => 0.0,
        // random positions need no dynamics
        true => 0.0,
        false => STEPS_TO_EQUILIBRATE.min(prepare.equilibration.max_steps as f64),
    };
    // every glass is quenched, at least for e_IS
    let quench = CALL_OF_QUENCH * EVALUATIONS_OF_DESCENT * n.cbrt();
    let seconds = glasses * (STEP * steps + quench) * call.single;
    let tasks = if imported { 0.0 } else { glasses };
    Some(Cost { tasks, seconds, bytes: glasses * n * 40.0, spread: 0.3, begun: Begun::Counted })
}

pub fn memory(deck: &Deck, call: &ForceCall, ranks: usize) -> Option<Memory> {
    deck.prepare.as_ref()?;
    let n = deck.model.particles as f64;
    // the quench to the inherent structure has its own pair sum
    let task = 2.0 * call.single_bytes + n * (PREPARATION + MINIMISER + 2.0 * VECTOR);
    Some(Memory::of_preparation(task, Expected::of(deck).share(ranks) * n * WRITTEN_GLASS))
}
