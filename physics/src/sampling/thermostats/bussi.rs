use super::rule::{Bath, Rule, ThermostatState};
use crate::error::{Error, Result};
use crate::random::Stream;
use rand_distr::{ChiSquared, Distribution, StandardNormal};

/// Stochastic velocity rescaling by the exact propagator of the kinetic energy (Bussi, Donadio and Parrinello,
/// J. Chem. Phys. 126, 014101 (2007), doi:10.1063/1.2408420); canonical.
///
/// With c = exp(-dt/tau), k = T0/2 (mean kinetic energy of one degree of freedom), R a normal deviate and S a
/// chi-squared one of g - 1 degrees: K' = c K + k (1 - c)(R^2 + S) + 2 R sqrt(c (1 - c) k K); the factor
/// sqrt(K'/K) has the sign of R + sqrt(c K / ((1 - c) k)). A system at rest stays at rest.
pub(super) struct Bussi;

impl Rule for Bussi {
    fn after(bath: &Bath, state: &mut ThermostatState, kinetic: f64, random: &mut Stream) -> Result<f64> {
        if kinetic <= 0.0 {
            return Ok(1.0);
        }
        let others = ChiSquared::new(bath.degrees - 1.0).map_err(|e| {
            Error::Numerical(format!("{} degrees of freedom: {e}; use 2 particles or more", bath.degrees))
        })?;
        let normal: f64 = StandardNormal.sample(random);
        let rest: f64 = others.sample(random);
        let c = (-bath.time_step / bath.time).exp();
        let k = 0.5 * bath.temperature;
        let root = (c * kinetic).sqrt();
        // K' as a sum of two squares, which rounding cannot make negative
        let along = root + normal * ((1.0 - c) * k).sqrt();
        let target = along * along + (1.0 - c) * k * rest;
        state.heat += target - kinetic;
        Ok((target / kinetic).sqrt().copysign(along))
    }

    fn stored_energy(_bath: &Bath, state: &ThermostatState) -> f64 {
        -state.heat
    }
}
