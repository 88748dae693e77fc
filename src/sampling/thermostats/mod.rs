//! The registry of thermostats. A new one is one new file and one line in `registry!`.
//!
//! Every rule is a pair of maps of the velocities by one factor, around the velocity-Verlet step; the record it
//! keeps is the same for all, so that it can be checkpointed whatever the rule.

mod berendsen;
mod bussi;
mod constant_energy;
mod nose_hoover;
mod rule;

use super::Thermostat;
use crate::error::Result;
use crate::random::Stream;
use rule::Rule;

pub(super) use rule::Bath;
pub use rule::ThermostatState;

macro_rules! registry {
    ($($variant:ident => $rule:ty),* $(,)?) => {
        impl Thermostat {
            /// Every thermostat, for the tests that walk the registry.
            pub const ALL: &'static [Thermostat] = &[$(Thermostat::$variant),*];

            pub(super) fn before(self, bath: &Bath, state: &mut ThermostatState, kinetic: f64) -> f64 {
                match self { $(Thermostat::$variant => <$rule>::before(bath, state, kinetic)),* }
            }

            pub(super) fn after(
                self, bath: &Bath, state: &mut ThermostatState, kinetic: f64, random: &mut Stream,
            ) -> Result<f64> {
                match self { $(Thermostat::$variant => <$rule>::after(bath, state, kinetic, random)),* }
            }

            pub(super) fn stored_energy(self, bath: &Bath, state: &ThermostatState) -> f64 {
                match self { $(Thermostat::$variant => <$rule>::stored_energy(bath, state)),* }
            }
        }
    };
}

registry! {
    Berendsen => berendsen::Berendsen,
    NoseHoover => nose_hoover::NoseHoover,
    Bussi => bussi::Bussi,
    None => constant_energy::ConstantEnergy,
}
