use super::rule::{Bath, Rule, ThermostatState};
use crate::error::Result;
use crate::random::Stream;

/// v' = F - xi v, xi' = (T/T0 - 1)/tau^2, eta' = xi (Hoover, Phys. Rev. A 31, 1695 (1985),
/// doi:10.1103/PhysRevA.31.1695); conserved: K + U + g T0 (tau^2 xi^2/2 + eta), g = 3N - 3.
///
/// Half a thermostat step before the Verlet step and half after, each symmetric in time: quarter kick of xi, scaling,
/// quarter kick of xi (Martyna et al., Mol. Phys. 87, 1117 (1996), doi:10.1080/00268979600100761). The whole
/// step is reversed by v -> -v, xi -> -xi.
pub(super) struct NoseHoover;

impl NoseHoover {
    fn half_step(bath: &Bath, state: &mut ThermostatState, kinetic: f64) -> f64 {
        let half = 0.5 * bath.time_step;
        let push = |kinetic: f64| {
            (2.0 * kinetic / (bath.degrees * bath.temperature) - 1.0) / (bath.time * bath.time) * 0.5 * half
        };
        state.friction += push(kinetic);
        let factor = (-state.friction * half).exp();
        state.integral += state.friction * half;
        state.friction += push(kinetic * factor * factor);
        factor
    }
}

impl Rule for NoseHoover {
    fn before(bath: &Bath, state: &mut ThermostatState, kinetic: f64) -> f64 {
        Self::half_step(bath, state, kinetic)
    }

    fn after(bath: &Bath, state: &mut ThermostatState, kinetic: f64, _random: &mut Stream) -> Result<f64> {
        Ok(Self::half_step(bath, state, kinetic))
    }

    fn stored_energy(bath: &Bath, state: &ThermostatState) -> f64 {
        bath.degrees * bath.temperature * (0.5 * (bath.time * state.friction).powi(2) + state.integral)
    }
}
