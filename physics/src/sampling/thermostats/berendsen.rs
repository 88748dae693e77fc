use super::rule::{Bath, Rule, ThermostatState};
use crate::error::Result;
use crate::random::Stream;

/// Weak coupling: lambda^2 = 1 + (dt/tau)(T0/T - 1), so that dT/dt = (T0 - T)/tau
/// (Berendsen et al., J. Chem. Phys. 81, 3684 (1984), doi:10.1063/1.448118).
///
/// Not canonical: the fluctuations of the kinetic energy are too small. A system at rest stays at rest.
pub(super) struct Berendsen;

impl Rule for Berendsen {
    fn after(bath: &Bath, state: &mut ThermostatState, kinetic: f64, _random: &mut Stream) -> Result<f64> {
        if kinetic <= 0.0 {
            return Ok(1.0);
        }
        let temperature = 2.0 * kinetic / bath.degrees;
        // dt > tau and T > T0 would ask for a negative square
        let square = (1.0 + bath.time_step / bath.time * (bath.temperature / temperature - 1.0)).max(0.0);
        state.heat += (square - 1.0) * kinetic;
        Ok(square.sqrt())
    }

    fn stored_energy(_bath: &Bath, state: &ThermostatState) -> f64 {
        -state.heat
    }
}
