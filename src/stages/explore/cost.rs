//! Cost of `explore`.

use crate::forces::LANES;
use crate::input::Deck;
use crate::landscape::{Recognition, configurations_held, run_groups};
use crate::stages::cost::{
    Begun, CALL_OF_BATCH, CALLS_PER_QUENCH, CALLS_PER_RECOGNISED_QUENCH, Cost, Expected, ForceCall, Memory, VECTOR,
    lanes_of_queue, portion, unsaved,
};

/// Positions and forces of a batch that has no neighbour list yet, bytes per particle.
const IDLE_BATCH: f64 = 2.0 * VECTOR * LANES as f64;
/// Copies of a minimum while the runs of its glass are merged: in the bytes of a checkpoint, in the record of its run, in the
/// library.
const MERGED: f64 = 3.0;
/// Copies of a minimum of a task in hand while a checkpoint is written: in the task, in its state, in the bytes.
const IN_HAND: f64 = 3.0;

pub fn cost(deck: &Deck, call: &ForceCall) -> Option<Cost> {
    let explore = deck.explore.as_ref()?;
    let n = deck.model.particles as f64;
    let Expected { runs, quenches, minima, .. } = Expected::corrected(deck, call.correction);
    let steps = quenches * explore.quench_every as f64 + runs * explore.equilibration_steps as f64;
    let calls = match explore.recognition {
        Recognition::None => CALLS_PER_QUENCH,
        Recognition::Minima | Recognition::Waypoints => CALLS_PER_RECOGNISED_QUENCH,
    };
    // how many quenches bisection saves depends on the glass: this is the cost of quenching every snapshot
    let seconds = steps * call.single + quenches * calls * CALL_OF_BATCH * call.batch;
    let tasks = deck.starts().into_iter().map(|starts| run_groups(starts * explore.runs).len() as f64).sum();
    let bytes = minima * n * 24.0 + quenches * 28.0;
    Some(Cost { tasks, seconds, bytes, spread: 0.4, begun: Begun::Counted })
}

pub fn memory(deck: &Deck, call: &ForceCall, ranks: usize) -> Option<Memory> {
    let explore = deck.explore.as_ref()?;
    let n = deck.model.particles as f64;
    let moving = if explore.runs > 1 { call.batch_bytes + n * lanes_of_queue() } else { n * IDLE_BATCH };
    let held = configurations_held(deck.model.particles, explore) as f64 * n * VECTOR;
    let task = call.single_bytes + moving + call.quench_bytes(n) + held;
    let cost = cost(deck, call)?;
    let expected = Expected::corrected(deck, call.correction);
    // one glass at a time
    let minima = expected.minima_of_glass() * n * VECTOR;
    let gathered = (MERGED * minima).max(minima + portion(minima));
    let of_task = expected.minima * n * VECTOR / cost.tasks.max(1.0);
    let memory = Memory::of(task + IN_HAND * of_task, gathered);
    Some(memory.with_unsaved(unsaved(deck, &cost, ranks, of_task)))
}
