//! Specific heat of two-level systems.

use std::f64::consts::PI;

/// The Schottky term (E/2T)^2 sech^2(E/2T) of one two-level system, in k_B.
pub fn schottky(splitting: f64, temperature: f64) -> f64 {
    let x = (0.5 * splitting / temperature).abs();
    // sech^2 x = 4 e^-2x / (1 + e^-2x)^2 does not overflow
    let decay = (-2.0 * x).exp();
    if decay == 0.0 { 0.0 } else { x * x * 4.0 * decay / ((1.0 + decay) * (1.0 + decay)) }
}

/// C/(N k_B) = (pi^2/6) n0 T for a uniform density n0 per particle, far below its upper end.
pub fn heat_of_uniform_density(n0: f64, temperature: f64) -> f64 {
    PI * PI / 6.0 * n0 * temperature
}

/// `per_decade` points per decade from `from` to at least `to`, both positive: from 10^(k/per_decade).
pub fn logarithmic_grid(from: f64, to: f64, per_decade: usize) -> Vec<f64> {
    let decades = (to / from).log10();
    if !(decades.is_finite() && decades >= 0.0) || per_decade == 0 {
        return Vec::new();
    }
    let steps = (decades * per_decade as f64 - 1e-9).ceil().max(0.0) as usize;
    (0..=steps).map(|k| from * 10f64.powf(k as f64 / per_decade as f64)).collect()
}
