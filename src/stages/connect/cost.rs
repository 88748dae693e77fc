//! Cost of `connect`.

use crate::forces::LANES;
use crate::input::Deck;
use crate::paths::Refine;
use crate::stages::cost::{
    Begun, CALL_OF_BATCH, Cost, Expected, ForceCall, Memory, VECTOR, lanes_of_queue, portion, unsaved,
};

/// Force evaluations of a band per image: the difference between 11 and 64 images in two campaigns, 113 (pss, N = 1500) and 115
/// (tlj, N = 300).
const CALLS_PER_IMAGE: f64 = 115.0;
/// Time of everything else on the way to a double well, in force calls of one configuration, on an idle machine: with a descent of
/// every path 17,500 (pss, N = 1500, 11 images, 149 pairs in 190 s, a force call 70 us) and 15,300 (tlj, N = 300, 36 pairs in 41 s, 70
/// us); with descents of few paths 8,200 (tlj, N = 300, 24 images, 36 pairs in 26 s). Most of it goes into products of the Hessian
/// and a vector.
const SADDLE_AND_DESCENTS: f64 = 16_000.0;
/// The same where only some paths are followed down: how many depends on their splittings.
const SADDLE_AND_SOME_DESCENTS: f64 = 10_000.0;
/// Without descents: not measured.
const SADDLE: f64 = 7_000.0;
/// Bytes per particle and image of a band: positions, forces, step, six secant pairs, the last step with its force;
/// copies and splines when the band is refined or measured.
const IMAGE: f64 = (3.0 + 6.0 * 2.0 + 2.0 + 6.0) * VECTOR;
/// Vectors of the largest Krylov subspace.
const KRYLOV: f64 = 80.0 * VECTOR;
/// Bytes of the factors with which negative eigenvalues of a Hessian are counted, times (3N)^(4/3).
const FACTORS: f64 = 1400.0;
/// A double well in the file: saddle, tangent and displacement.
const ROW: f64 = 3.0 * VECTOR;
/// A double well: saddle, tangents at both ends and unstable mode.
const OUTCOME: f64 = 4.0 * VECTOR;
/// A double well while the local systems of its glass are found: unit displacement, and the place halfway between the minima.
const FIELD: f64 = 2.0 * VECTOR;

/// Share of the pairs of minima of a glass that are within the default limits of /pairs: 149 of 552 in six small glasses, less in
/// large ones.
const NEAR: f64 = 0.3;
/// Bytes of such a pair besides its displacements and separations, in the file and in memory.
const PAIR: f64 = 80.0;

/// Minima found by splitting paths for each minimum that was explored: more than were seen in campaigns.
const FOUND_BY_SPLITTING: f64 = 0.2;

pub fn cost(deck: &Deck, call: &ForceCall) -> Option<Cost> {
    let (connect, _) = (deck.connect.as_ref()?, deck.explore.as_ref()?);
    let pairs = Expected::corrected(deck, call.correction).pairs;
    let band = connect.images as f64 * CALLS_PER_IMAGE * CALL_OF_BATCH * call.batch;
    let calls = match connect.refine {
        Refine::All => SADDLE_AND_DESCENTS,
        Refine::Active => SADDLE_AND_SOME_DESCENTS,
        Refine::None => SADDLE,
    };
    let seconds = pairs * (band + calls * call.single);
    let bytes = pairs * deck.model.particles as f64 * ROW + near_bytes(deck, call);
    Some(Cost { tasks: pairs, seconds, bytes, spread: 0.8, begun: Begun::LongestFirst })
}

/// Bytes of the near pairs of all glasses.
fn near_bytes(deck: &Deck, call: &ForceCall) -> f64 {
    let expected = Expected::corrected(deck, call.correction);
    let displacements = deck.connect.as_ref().map_or(0, |connect| connect.pairs.displacements) as f64;
    let pairs = 0.5 * expected.minima_of_glass().powi(2) * expected.glasses * NEAR;
    pairs * (PAIR + 2.0 * displacements * size_of::<f64>() as f64)
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
    let images = if connect.store_images { connect.images as f64 * VECTOR } else { 0.0 };
    let outcome = n * (OUTCOME + images);
    // the minima of one glass at a time, and those that splitting has found; with them the fields of the glass's double wells,
    // later a portion of the file
    let minima = expected.minima_of_glass() + FOUND_BY_SPLITTING * found;
    let fields = expected.pairs / expected.glasses * n * FIELD;
    let gathered = n * minima * VECTOR + fields.max(portion(expected.pairs / ranks.max(1) as f64 * outcome));
    let gathered = gathered + near_bytes(deck, call) / expected.glasses * expected.share(ranks);
    let thousand_minima = 1e3 * n * VECTOR * FOUND_BY_SPLITTING;
    // minima are counted before the band exists, saddles while it does
    let task = call.single_bytes + band + beside.max(FACTORS * (3.0 * n).powf(4.0 / 3.0));
    let unsaved = unsaved(deck, &cost(deck, call)?, ranks, outcome);
    Some(Memory { thousand_minima, ..Memory::of(task, gathered) }.with_unsaved(unsaved))
}
