//! Cost of `connect`.

use crate::forces::LANES;
use crate::input::Deck;
use crate::stages::cost::{Begun, CALL_OF_BATCH, Cost, Expected, ForceCall, Memory, VECTOR, lanes_of_queue};

/// Force evaluations of a path per image, with splitting, saddle and descent.
const CALLS_PER_IMAGE: f64 = 220.0;
/// Bytes per particle and image of a band: positions, forces, step, six secant pairs, the last step with its force;
/// copies and splines when the band is refined or measured.
const IMAGE: f64 = (3.0 + 6.0 * 2.0 + 2.0 + 6.0) * VECTOR;
/// Vectors of the largest Krylov subspace.
const KRYLOV: f64 = 80.0 * VECTOR;
/// Bytes of the factors with which negative eigenvalues of a Hessian are counted, times (3N)^(4/3).
const FACTORS: f64 = 1400.0;
/// A double well in the file: saddle, tangent and displacement.
const ROW: f64 = 3.0 * VECTOR;
/// A double well: saddle, tangent and unstable mode; two copies exist while it is merged. Later, one copy and the displacement
/// and place of those of one glass exist at once, which is less.
const OUTCOME: f64 = 2.0 * 3.0 * VECTOR;

pub fn cost(deck: &Deck, call: &ForceCall) -> Option<Cost> {
    let (connect, _) = (deck.connect.as_ref()?, deck.explore.as_ref()?);
    let pairs = Expected::corrected(deck, call.correction).pairs;
    let seconds = pairs * connect.images as f64 * CALLS_PER_IMAGE * CALL_OF_BATCH * call.batch;
    let bytes = pairs * deck.model.particles as f64 * ROW;
    Some(Cost { tasks: pairs, seconds, bytes, spread: 0.8, begun: Begun::LongestFirst })
}

pub fn memory(deck: &Deck, call: &ForceCall, ranks: usize) -> Option<Memory> {
    let (connect, _) = (deck.connect.as_ref()?, deck.explore.as_ref()?);
    let n = deck.model.particles as f64;
    let expected = Expected::corrected(deck, call.correction);
    let found = expected.share(ranks) * expected.minima_of_glass();
    // the last search has most images
    let images = connect.images * connect.tries as usize;
    let batches = images.saturating_sub(2).div_ceil(LANES) as f64;
    let band = batches * (call.batch_bytes + n * lanes_of_queue()) + images as f64 * n * IMAGE;
    let beside = if connect.split { call.quench_bytes(n).max(n * KRYLOV) } else { n * KRYLOV };
    let pairs = found * expected.pairs_per_minimum();
    let stored = if connect.store_images { 2.0 * connect.images as f64 * VECTOR } else { 0.0 };
    let gathered = n * (found * VECTOR + pairs * (OUTCOME + stored));
    let thousand_minima = 1e3 * n * (VECTOR + expected.pairs_per_minimum() * OUTCOME);
    // minima are counted before the band exists, saddles while it does
    let task = call.single_bytes + band + beside.max(FACTORS * (3.0 * n).powf(4.0 / 3.0));
    Some(Memory { thousand_minima, ..Memory::of(task, gathered) })
}
