//! The interface of a thermostat: a rule, the bath and the stored state.

use crate::error::Result;
use crate::random::Stream;
use serde::{Deserialize, Serialize};

/// The state of a thermostat between steps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ThermostatState {
    /// xi of Nose-Hoover [time^-1].
    pub friction: f64,
    /// eta of Nose-Hoover, the time integral of xi.
    pub integral: f64,
    /// Energy that a rescaling thermostat has put into the particles [epsilon].
    pub heat: f64,
}

/// The heat bath of one configuration.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bath {
    /// T0 [epsilon / k_B]
    pub temperature: f64,
    /// tau [sigma (m / epsilon)^1/2]
    pub time: f64,
    /// dt
    pub time_step: f64,
    /// g = 3N - 3
    pub degrees: f64,
}

/// One thermostat: factors by which the velocities are multiplied before and after the Verlet step.
pub trait Rule {
    /// Factor before the first half kick, from the kinetic energy there.
    fn before(_bath: &Bath, _state: &mut ThermostatState, _kinetic: f64) -> f64 {
        1.0
    }
    /// Factor after the second half kick.
    fn after(bath: &Bath, state: &mut ThermostatState, kinetic: f64, random: &mut Stream) -> Result<f64>;
    /// The term that must be added to K + U to give the conserved energy.
    fn stored_energy(bath: &Bath, state: &ThermostatState) -> f64;
}
