use super::rule::{Bath, Rule, ThermostatState};
use crate::error::Result;
use crate::random::Stream;

/// No thermostat: K + U is conserved.
pub(super) struct ConstantEnergy;

impl Rule for ConstantEnergy {
    fn after(_bath: &Bath, _state: &mut ThermostatState, _kinetic: f64, _random: &mut Stream) -> Result<f64> {
        Ok(1.0)
    }

    fn stored_energy(_bath: &Bath, _state: &ThermostatState) -> f64 {
        0.0
    }
}
