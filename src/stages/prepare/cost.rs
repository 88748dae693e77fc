//! Cost of `prepare`.

use crate::input::Deck;
use crate::landscape::EVALUATIONS_OF_DESCENT;
use crate::model::{Potential, Preset};
use crate::sampling::{PrepareMethod, PrepareSettings};
use crate::stages::cost::{Begun, CALL_OF_QUENCH, Cost, Expected, ForceCall, MINIMISER, Memory, PREPARATION, VECTOR};

/// Steps to equilibrate a glass whose relaxation time is not known.
const STEPS_TO_EQUILIBRATE: f64 = 200_000.0;
/// Cost of an MD step in force calls, with its share of the neighbour lists.
const STEP: f64 = 1.3;
/// The same with 1.75 N swaps to every ten steps: energies of swaps, and a new list after them. Forces are 37 % of the time of
/// `tlj`; a glass of `pss` (N = 1500, T = 0.092) took 13.3 s for 36,000 steps where a force call takes 76 us.
const STEP_WITH_SWAPS: f64 = 2.5;
const STEP_WITH_SWAPS_OF_DIAMETERS: f64 = 4.5;
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
        false => steps_to_equilibrate(&deck.model.potential, prepare).min(prepare.equilibration.max_steps as f64),
    };
    let step = match (prepare.method, deck.model.potential.has_diameters()) {
        (PrepareMethod::HybridSwap, true) => STEP_WITH_SWAPS_OF_DIAMETERS,
        (PrepareMethod::HybridSwap, false) => STEP_WITH_SWAPS,
        _ => STEP,
    };
    // every glass is quenched, at least for e_IS
    let quench = CALL_OF_QUENCH * EVALUATIONS_OF_DESCENT * n.cbrt();
    let seconds = glasses * (step * steps + quench) * call.single;
    let tasks = if imported { 0.0 } else { glasses };
    Some(Cost { tasks, seconds, bytes: glasses * n * 40.0, spread: 0.3, begun: Begun::Counted })
}

/// From tau = tau_1 exp(E (1/T - 1/T_1)), rough laws through few points: by MD, tlj at T = 1 and 0.8 (5 and 30, q = 7.2), pss at
/// 0.25 (2.0) and 0.16; with swaps, tlj at 0.617 (125, the mean of four glasses) and 0.8 (30 by MD, 3.7 times faster), pss at
/// 0.092 (36, one glass) and 0.104 (15 and 21), with E from the times that glasses took at 0.07 and 0.062. Colder liquids
/// without swaps relax more slowly than this.
fn steps_to_equilibrate(potential: &Potential, prepare: &PrepareSettings) -> f64 {
    let (first, at, energy) = match (potential.preset(), prepare.method) {
        (Some(Preset::Tlj), PrepareMethod::Md) => (5.0, 1.0, 7.2),
        (Some(Preset::Tlj), PrepareMethod::HybridSwap) => (125.0, 0.617, 7.4),
        (Some(Preset::Pss), PrepareMethod::Md) => (2.0, 0.25, 1.7),
        (Some(Preset::Pss), PrepareMethod::HybridSwap) => (36.0, 0.092, 0.65),
        _ => return STEPS_TO_EQUILIBRATE,
    };
    let tau: f64 = first * f64::exp(energy * (1.0 / prepare.temperature - 1.0 / at));
    // hot liquids need a few thousand steps to be measured
    (prepare.equilibration.relaxation_times * tau / prepare.time_step).max(3000.0)
}

pub fn memory(deck: &Deck, call: &ForceCall, ranks: usize) -> Option<Memory> {
    deck.prepare.as_ref()?;
    let n = deck.model.particles as f64;
    // the quench to the inherent structure has its own pair sum
    let task = 2.0 * call.single_bytes + n * (PREPARATION + MINIMISER + 2.0 * VECTOR);
    Some(Memory::of_preparation(task, Expected::of(deck).share(ranks) * n * WRITTEN_GLASS))
}
