//! Tunnelling element and decay rates of a double well in the WKB approximation.

use super::profile::Potential;
use super::quadrature::Power;

/// Whether a semiclassical quantity exists at its energy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SemiclassicalStatus {
    Computed,
    /// The energy lies below the upper minimum: there is no turning point at that well.
    BelowUpperMinimum,
    /// The energy is above the barrier: there is no forbidden region.
    AboveBarrier,
    /// The profile has no barrier between its minima.
    NoBarrier,
    /// There are no levels to take the energy from.
    NoLevels,
}

/// The barrier at one energy.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Barrier {
    /// S = int_a^b sqrt(2 M (V - e)) dxi.
    pub action: f64,
    /// a and b, the turning points at the lower and at the upper well.
    pub turning_points: [f64; 2],
}

/// Turning points and action at `energy` (on the zero of V), the lower minimum being xi = 0.
pub(crate) fn barrier(
    potential: &Potential,
    saddle: f64,
    mass: f64,
    energy: f64,
) -> Result<Barrier, SemiclassicalStatus> {
    if !energy.is_finite() {
        return Err(SemiclassicalStatus::NoLevels);
    }
    if energy <= potential.value(1.0).max(potential.value(0.0)) {
        return Err(SemiclassicalStatus::BelowUpperMinimum);
    }
    if energy >= potential.value(saddle) {
        return Err(SemiclassicalStatus::AboveBarrier);
    }
    let a = potential.first_crossing(energy, 0.0, saddle);
    let b = potential.first_crossing(energy, 1.0, saddle);
    let (Some(a), Some(b)) = (a, b) else { return Err(SemiclassicalStatus::AboveBarrier) };
    let action = (2.0 * mass).sqrt() * potential.integral(energy, a, b, -1.0, Power::Root);
    Ok(Barrier { action, turning_points: [a, b] })
}

/// Rates of escape from the lower well, in epsilon/hbar: (standard, as printed).
///
/// Standard: exp(-2 S) / T, T = 2 sqrt(M/2) int dxi / sqrt(e - V) over the whole well, the period of the classical
/// motion. As printed (doi:10.1063/5.0128820, Eq. 14): the integral starts at the minimum and the factor 2 is missing.
pub(crate) fn decay_rates(potential: &Potential, mass: f64, energy: f64, barrier: &Barrier) -> (f64, f64) {
    let a = barrier.turning_points[0];
    let half = (mass / 2.0).sqrt();
    let first = potential.spline.range().0;
    let from_minimum = potential.integral(energy, 0.0, a, 1.0, Power::InverseRoot);
    let left = if potential.value(first) > energy {
        // the data reach out of the well
        let turning = potential.first_crossing(energy, 0.0, first).unwrap_or(first);
        potential.integral(energy, turning, 0.0, 1.0, Power::InverseRoot)
    } else {
        let turning = potential.first_crossing(energy, 0.0, first);
        let within = potential.integral(energy, turning.unwrap_or(first), 0.0, 1.0, Power::InverseRoot);
        within + if turning.is_none() { potential.inverse_root_beyond_left(energy) } else { 0.0 }
    };
    let transmission = (-2.0 * barrier.action).exp();
    (transmission / (2.0 * half * (left + from_minimum)), transmission / (half * from_minimum))
}
