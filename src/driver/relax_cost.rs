//! What the stage `relax` will cost, from the relaxation times that the papers' liquids have.

use crate::input::Deck;
use crate::model::Preset;
use crate::sampling::{Equilibration, LiquidDynamics, RelaxSettings};

/// tau_alpha of a moderately supercooled liquid in steps, where nothing is known.
const STEPS_OF_TAU: f64 = 3000.0;
/// A step of molecular dynamics in force calls, and the swaps that go with a step of the hybrid.
const STEP: f64 = 1.3;
const SWAPS: f64 = 0.7;

/// tau_alpha of molecular dynamics [sigma (m / epsilon)^1/2], by laws through measured points, good to a factor of two where there
/// are some: tlj 4.2, 30 and 230 at T = 1.0, 0.8 and 0.7 (and T_mct of J. Chem. Phys. 158, 014501); pss 1.94 at T = 0.25, and
/// log10 tau / tau_o = 4.9, 10.7 at T = 0.092 and 0.07 (Phys. Rev. Lett. 124, 225901).
fn relaxation_time(preset: Preset, temperature: f64) -> Option<f64> {
    match preset {
        Preset::Tlj if temperature > 0.65 => Some(4.2 * (0.38 / (temperature - 0.62)).powf(2.57)),
        // the parabolic law, on from there
        Preset::Tlj => {
            Some(2860.0 * (22.0 * ((1.0 / temperature - 1.0).powi(2) - (1.0 / 0.65 - 1.0_f64).powi(2))).exp())
        }
        Preset::Pss if temperature > 0.18 => Some(1.94 * (0.82 * (1.0 / temperature - 4.0)).exp()),
        Preset::Pss => Some(7.0 * (0.34 * (1.0 / temperature - 1.0 / 0.18).powi(2)).exp()),
        _ => None,
    }
}

/// By what swaps divide it: tlj 3.7 and 7.1 at T = 0.8 and 0.7, pss 1.36 and 3.1 at 0.25 and 0.16.
fn speed_up(preset: Preset, temperature: f64) -> f64 {
    let logarithm = match preset {
        Preset::Tlj => 0.395 + 3.65 * (1.0 / temperature - 1.0),
        Preset::Pss => 0.307 + 0.366 * (1.0 / temperature - 4.0),
        _ => 0.0,
    };
    logarithm.max(0.0).exp()
}

/// Tasks, seconds of all of them, bytes of the file. `single`: seconds of a force call.
pub(super) fn rough(deck: &Deck, relax: &RelaxSettings, single: f64) -> (f64, f64, f64) {
    let preset = deck.model.preset;
    let seconds = |temperature: f64, moves: LiquidDynamics, length: &Equilibration| {
        let faster = if moves == LiquidDynamics::HybridSwap { speed_up(preset, temperature) } else { 1.0 };
        let tau = relaxation_time(preset, temperature).map_or(STEPS_OF_TAU, |tau| tau / faster / relax.time_step);
        let steps = (length.relaxation_times * tau).min(length.max_steps as f64);
        steps * single * if moves == LiquidDynamics::HybridSwap { STEP + SWAPS } else { STEP }
    };
    let sample = |temperature: f64, measured: LiquidDynamics| {
        seconds(temperature, relax.equilibrate_by, &relax.equilibration)
            + seconds(temperature, measured, &relax.measurement)
    };
    let temperatures = relax.falling_temperatures();
    let of = |moves: &LiquidDynamics| temperatures.iter().map(|temperature| sample(*temperature, *moves)).sum::<f64>();
    let all = relax.samples as f64 * relax.dynamics.iter().map(of).sum::<f64>();
    let tasks = (temperatures.len() * relax.samples * relax.dynamics.len()) as f64;
    // curves of forty lags, whatever the number of particles
    (tasks, all, tasks * 40.0 * 16.0 * 8.0)
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
        near(Preset::Tlj, 1.0, 4.2);
        near(Preset::Tlj, 0.8, 29.6);
        near(Preset::Tlj, 0.7, 229.0);
        near(Preset::Pss, 0.25, 1.94);
        // in decades of tau_o, which the law passes by within one and a half
        for (temperature, decades) in [(0.092, 4.9), (0.07, 10.7)] {
            let onset = relaxation_time(Preset::Pss, 0.18).unwrap();
            let found = (relaxation_time(Preset::Pss, temperature).unwrap() / onset).log10();
            assert!((found - decades).abs() < 1.5, "{temperature}: {found}");
        }
        // both branches of a law meet
        for (preset, at) in [(Preset::Tlj, 0.65), (Preset::Pss, 0.18)] {
            let ratio = relaxation_time(preset, at + 1e-9).unwrap() / relaxation_time(preset, at).unwrap();
            assert!((ratio.ln()).abs() < 0.7, "{preset:?}: {ratio}");
        }
        assert!(
            (speed_up(Preset::Tlj, 0.8) / 3.7 - 1.0).abs() < 0.05
                && (speed_up(Preset::Tlj, 0.7) / 7.1 - 1.0).abs() < 0.05
        );
        assert!((speed_up(Preset::Pss, 0.16) / 3.1 - 1.0).abs() < 0.05 && speed_up(Preset::Lj, 2.0) == 1.0);
    }
}
