//! Cost of `excite`, for `glasswell check`.

use crate::excitation::modes_together;
use crate::input::Deck;
use crate::landscape::EVALUATIONS_OF_DESCENT;
use crate::sampling::PrepareMethod;
use crate::stages::cost::{Begun, CALL_OF_QUENCH, Cost, Expected, ForceCall, Memory, VECTOR};

/// Force evaluations of the pushes along one mode, as measured for both models up to N = 32,000;
/// extrapolated beyond.
const CALLS_PER_MODE: f64 = 23_600.0;
/// Seconds per particle that the minimiser adds to each force evaluation, because its history does not fit into the
/// caches.
const PASSES: f64 = 22e-9;
/// Vectors of the Krylov basis per mode, and products with the Hessian per vector (for one vector, in force calls of a
/// batch) in units of (3N / K)^(1/3).
const VECTORS_PER_MODE: f64 = 3.0;
const PRODUCTS: f64 = 6.0;
/// Operations per second of the orthogonalisation.
const OPERATIONS: f64 = 5e9;
/// Vectors in memory per mode while the spectrum is computed: the basis, products, modes.
const HELD_PER_MODE: f64 = 6.0 + 3.0 + 1.0;
/// Bytes per particle of the Hessian and of its assembly.
const HESSIAN: f64 = 1500.0;
/// Largest size of the factors used to count modes, and their size per particle of a small glass.
const FACTORS: f64 = 2e9;
const FACTORS_OF_PARTICLE: f64 = 12e3;

pub fn cost(deck: &Deck, call: &ForceCall) -> Option<Cost> {
    let settings = deck.excite.as_ref()?;
    let n = deck.model.particles as f64;
    let glasses = Expected::of(deck).glasses;
    let (modes, computed) = (settings.modes as f64, settings.computed() as f64);
    // a quenched glass is already at its minimum
    let quenched = deck.prepare.as_ref().is_some_and(|prepare| prepare.method == PrepareMethod::Quench);
    let quench = if quenched { 0.0 } else { CALL_OF_QUENCH * EVALUATIONS_OF_DESCENT * n.cbrt() * call.single };
    let basis = VECTORS_PER_MODE * (computed + 6.0);
    let products = basis * PRODUCTS * (3.0 * n / computed).cbrt() * call.batch;
    let spectrum = products + 4.0 * 3.0 * n * basis * basis / OPERATIONS;
    let pushed = if settings.push { modes } else { 0.0 };
    let pushes = pushed * CALLS_PER_MODE * (call.batch + PASSES * n);
    let fields = if settings.store_displacements { 0.3 * modes * 24.0 * n } else { 0.0 };
    let bytes = glasses * (modes * 200.0 + computed * 32.0 + fields);
    let tasks = 1.0 + (pushed / modes_together(deck.model.particles) as f64).ceil();
    let (tasks, seconds) = (glasses * tasks, glasses * (quench + spectrum + pushes));
    Some(Cost { tasks, seconds, bytes, spread: 0.4, begun: Begun::Found })
}

pub fn memory(deck: &Deck, call: &ForceCall, ranks: usize) -> Option<Memory> {
    let settings = deck.excite.as_ref()?;
    let n = deck.model.particles as f64;
    let factors = FACTORS.min(FACTORS_OF_PARTICLE * n);
    let spectrum = n * (24.0 * HELD_PER_MODE * (settings.computed() as f64 + 6.0) + HESSIAN) + factors;
    // modes as results, as records and as bytes; displacements in single precision
    let each = if settings.push { settings.modes as f64 } else { 1.0 };
    let pushes = call.quench_bytes(n) + 4.0 * n * VECTOR;
    let gathered = Expected::of(deck).share(ranks) * n * each * (2.0 * 24.0 + 2.0 * 12.0);
    Some(Memory::of(spectrum.max(pushes), gathered))
}
