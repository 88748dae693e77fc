//! Cost of `explore`.

use crate::forces::LANES;
use crate::input::Deck;
use crate::landscape::{Recognition, configurations_held, run_groups};
use crate::stages::cost::{
    Begun, CALL_OF_BATCH, CALLS_PER_QUENCH, CALLS_PER_RECOGNISED_QUENCH, Cost, Expected, ForceCall, Memory, VECTOR,
    lanes_of_queue,
};

/// Positions and forces of a batch that has no neighbour list yet, bytes per particle.
const IDLE_BATCH: f64 = 2.0 * VECTOR * LANES as f64;
/// Bytes per particle of a minimum while it is written: in the record of its run, in the library, as a column, as
/// bytes, and the overhead of the allocator.
pub const WRITTEN_MINIMUM: f64 = 4.5 * VECTOR;

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
    let expected = Expected::corrected(deck, call.correction);
    let gathered = expected.share(ranks) * expected.minima_of_glass() * n * WRITTEN_MINIMUM;
    Some(Memory { thousand_minima: 1e3 * n * WRITTEN_MINIMUM, ..Memory::of(task, gathered) })
}
