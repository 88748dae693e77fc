//! Cost of `elastic`.

use crate::forces::LANES;
use crate::input::Deck;
use crate::stages::cost::{Begun, CALL_OF_BATCH, Cost, Expected, ForceCall, Memory, VECTOR};

/// Force evaluations of a quench after a strain step, and of a double well under strain.
const CALLS_PER_STRAIN: f64 = 700.0;
const CALLS_PER_COUPLING: f64 = 80_000.0;
/// Bytes of the factors of a Hessian by nested dissection, times (3N)^(4/3): half of the dense matrix at N = 1200.
const FACTORS: f64 = 950.0;

/// The strained glasses and their double wells.
pub fn cost(deck: &Deck, call: &ForceCall) -> Option<Cost> {
    let elastic = deck.elastic.as_ref()?;
    let Expected { glasses, wells: found, .. } = Expected::corrected(deck, call.correction);
    let wells = if elastic.coupling { found } else { 0.0 };
    let strains = elastic.strains().len() as f64;
    let calls = glasses * strains * LANES as f64 * CALLS_PER_STRAIN + wells * CALLS_PER_COUPLING;
    let bytes = glasses * strains * LANES as f64 * 25.0 + wells * 150.0;
    let (tasks, seconds) = (glasses + wells, calls * CALL_OF_BATCH * call.batch);
    Some(Cost { tasks, seconds, bytes, spread: 0.5, begun: Begun::Found })
}

pub fn memory(deck: &Deck, call: &ForceCall) -> Option<Memory> {
    deck.elastic.as_ref()?;
    let n = deck.model.particles as f64;
    // positions at the last strain, at this strain, on the way, and the results of a batch
    let strains = call.quench_bytes(n) + 4.0 * LANES as f64 * n * VECTOR;
    Some(Memory::of(strains.max(FACTORS * (3.0 * n).powf(4.0 / 3.0)), 0.0))
}
