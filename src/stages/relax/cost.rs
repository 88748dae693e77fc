//! Cost of `relax`, from the relaxation times of the papers' liquids.

use crate::input::Deck;
use crate::model::Preset;
use crate::sampling::{Equilibration, LiquidDynamics, RelaxSettings};
use crate::stages::cost::{Begun, Cost, ForceCall, Memory, PREPARATION, VECTOR};

/// tau_alpha in steps of a moderately supercooled liquid whose relaxation time is not known.
const STEPS_OF_TAU: f64 = 3000.0;
/// Cost of a step of molecular dynamics, and of an attempted swap per particle, in force calls.
const STEP: f64 = 1.3;
const SWAP: f64 = 4.0;

/// tau_alpha of molecular dynamics [sigma (m / epsilon)^1/2], from fits through measured points: tlj 4.2, 30 and 230 at
/// T = 1.0, 0.8 and 0.7 (T_mct of J. Chem. Phys. 158, 014501), pss 1.94 at T = 0.25; below T_o by log10 tau / tau_o =
/// 4.9 and 10.7 at T = 0.092 and 0.07 (Phys. Rev. Lett. 124, 225901), which the fit reproduces within a factor of five.
fn relaxation_time(preset: Option<Preset>, temperature: f64) -> Option<f64> {
    match preset? {
        Preset::Tlj if temperature > 0.65 => Some(4.2 * (0.38 / (temperature - 0.62)).powf(2.57)),
        // the parabolic law, from there on
        Preset::Tlj => {
            let square = |temperature: f64| (1.0 / temperature - 1.0).powi(2);
            Some(2860.0 * (22.0 * (square(temperature) - square(0.65))).exp())
        }
        Preset::Pss if temperature > 0.18 => Some(1.94 * (0.82 * (1.0 / temperature - 4.0)).exp()),
        Preset::Pss => Some(7.0 * (0.34 * (1.0 / temperature - 1.0 / 0.18).powi(2)).exp()),
        _ => None,
    }
}

/// The same with swaps: tlj 2.8, 8.0 and 32 at T = 1.0, 0.8 and 0.7, pss 1.43 and 2.7 at 0.25 and 0.16; an
/// extrapolation below.
fn with_swaps(preset: Option<Preset>, temperature: f64) -> Option<f64> {
    let logarithm = match preset? {
        Preset::Tlj => {
            let x = 1.0 / temperature - 1.0;
            1.03 + 2.11 * x + 8.36 * x * x.abs()
        }
        Preset::Pss => 0.358 + 0.282 * (1.0 / temperature - 4.0),
        _ => return None,
    };
    relaxation_time(preset, temperature).map(|tau| tau.min(logarithm.exp()))
}

pub fn cost(deck: &Deck, call: &ForceCall) -> Option<Cost> {
    deck.relax.as_ref().map(|relax| samples(deck.model.potential.preset(), relax, call.single))
}

pub fn memory(deck: &Deck, call: &ForceCall) -> Option<Memory> {
    let relax = deck.relax.as_ref()?;
    let n = deck.model.particles as f64;
    // two lags in every octave of the longest run, each with up to four snapshots
    let lags = 2.0 * (relax.measurement.max_steps as f64).log2().max(1.0);
    let task = 2.0 * call.single_bytes + n * (PREPARATION + lags * 4.0 * (VECTOR + 1.0));
    Some(Memory::of_preparation(task, 0.0))
}

/// The samples of all temperatures and dynamics. `single`: seconds per force call.
fn samples(preset: Option<Preset>, relax: &RelaxSettings, single: f64) -> Cost {
    let seconds = |temperature: f64, moves: LiquidDynamics, length: &Equilibration| {
        let swaps = relax.swaps_per_particle / relax.md_steps.max(1) as f64;
        let (tau, step) = match moves {
            LiquidDynamics::Md => (relaxation_time(preset, temperature), STEP),
            LiquidDynamics::HybridSwap => (with_swaps(preset, temperature), STEP + SWAP * swaps),
        };
        let steps = length.relaxation_times * tau.map_or(STEPS_OF_TAU, |tau| tau / relax.time_step);
        steps.min(length.max_steps as f64) * step * single
    };
    let temperatures = relax.falling_temperatures();
    let sample = |temperature: f64, moves: LiquidDynamics| {
        seconds(temperature, relax.equilibrate_by, &relax.equilibration)
            + seconds(temperature, moves, &relax.measurement)
    };
    let of = |moves: &LiquidDynamics| temperatures.iter().map(|t| sample(*t, *moves)).collect::<Vec<f64>>();
    let costs: Vec<f64> = relax.dynamics.iter().flat_map(of).collect();
    let count = costs.len().max(1) as f64;
    let mean = costs.iter().map(|cost| cost.ln()).sum::<f64>() / count;
    let spread = (costs.iter().map(|cost| (cost.ln() - mean).powi(2)).sum::<f64>() / count).sqrt();
    let tasks = count * relax.samples as f64;
    // curves of forty lags, independent of the number of particles
    let (seconds, bytes) = (relax.samples as f64 * costs.iter().sum::<f64>(), tasks * 40.0 * 16.0 * 8.0);
    Cost { tasks, seconds, bytes, spread: spread.max(0.3), begun: Begun::Counted }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn relaxation_times_are_those_measured() {
        let near = |preset, temperature, tau: f64| {
            let found = relaxation_time(preset, temperature).unwrap();
            assert!((found / tau).ln().abs() < 0.15, "{preset:?} {temperature}: {found} {tau}");
        };
        near(Some(Preset::Tlj), 1.0, 4.2);
        near(Some(Preset::Tlj), 0.8, 29.6);
        near(Some(Preset::Tlj), 0.7, 229.0);
        near(Some(Preset::Pss), 0.25, 1.94);
        // in decades of tau_o
        for (temperature, decades) in [(0.092, 4.9), (0.07, 10.7)] {
            let onset = relaxation_time(Some(Preset::Pss), 0.18).unwrap();
            let found = (relaxation_time(Some(Preset::Pss), temperature).unwrap() / onset).log10();
            assert!((found - decades).abs() < 0.8, "{temperature}: {found}");
        }
        // the two branches of a law must agree where they meet
        for (preset, at) in [(Some(Preset::Tlj), 0.65), (Some(Preset::Pss), 0.18)] {
            let ratio = relaxation_time(preset, at + 1e-9).unwrap() / relaxation_time(preset, at).unwrap();
            assert!(ratio.ln().abs() < 0.05, "{preset:?}: {ratio}");
        }
        let swapping = |preset, temperature, tau: f64| {
            let found = with_swaps(preset, temperature).unwrap();
            assert!((found / tau).ln().abs() < 0.1, "{preset:?} {temperature} with swaps: {found} {tau}");
        };
        swapping(Some(Preset::Tlj), 1.0, 2.8);
        swapping(Some(Preset::Tlj), 0.8, 8.0);
        swapping(Some(Preset::Tlj), 0.7, 32.1);
        swapping(Some(Preset::Pss), 0.25, 1.43);
        swapping(Some(Preset::Pss), 0.16, 2.7);
        assert!(with_swaps(Some(Preset::Lj), 2.0).is_none() && relaxation_time(Some(Preset::Harmonic), 0.01).is_none());
    }
    #[test]
    fn the_cost_is_that_of_all_steps_of_all_samples() {
        let mut relax = RelaxSettings { temperatures: vec![0.8], samples: 3, ..RelaxSettings::defaults(Preset::Tlj) };
        relax.equilibrate_by = LiquidDynamics::Md;
        let tau = relaxation_time(Some(Preset::Tlj), 0.8).unwrap() / relax.time_step;
        let lengths = relax.equilibration.relaxation_times + relax.measurement.relaxation_times;
        let Cost { tasks, seconds, spread, .. } = samples(Some(Preset::Tlj), &relax, 1e-3);
        assert!(tasks == 3.0 && spread == 0.3);
        assert!((seconds / (3.0 * lengths * tau * 1.3e-3) - 1.0).abs() < 1e-12, "{seconds}");
        // limited by max_steps; temperatures and dynamics add up
        relax.equilibration.max_steps = 10;
        relax.measurement.max_steps = 20;
        relax.temperatures.push(0.7);
        relax.dynamics = LiquidDynamics::ALL.to_vec();
        let step = 1.3 + 4.0 * relax.swaps_per_particle / relax.md_steps as f64;
        let Cost { tasks, seconds, .. } = samples(Some(Preset::Tlj), &relax, 1e-3);
        let expected = 3.0 * 2.0 * 1e-3 * (2.0 * 10.0 * 1.3 + 20.0 * (1.3 + step));
        assert!(tasks == 12.0 && (seconds / expected - 1.0).abs() < 1e-12, "{seconds} {expected}");
    }
}
