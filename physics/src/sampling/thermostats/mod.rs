//! The registry of thermostats. A new one is one new file and one line in `registry!` (and its `mod`).
//!
//! Every rule is a pair of maps that multiply the velocities by one factor, around the velocity-Verlet step; its state
//! has the same type for all rules, so that it can be checkpointed.

mod berendsen;
mod bussi;
mod constant_energy;
mod nose_hoover;
mod rule;

use crate::error::Result;
use crate::random::Stream;
use rule::Rule;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub(super) use rule::Bath;
pub use rule::ThermostatState;

/// Makes the enum and the matches of this module. The order of the lines is the order in checkpoints: new ones come last.
macro_rules! registry {
    ($($(#[$meta:meta])* $variant:ident => $rule:ty),* $(,)?) => {
        /// The thermostat of molecular dynamics.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
        #[serde(rename_all = "kebab-case")]
        pub enum Thermostat { $($(#[$meta])* $variant),* }

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
    /// Weak coupling, lambda^2 = 1 + (dt/tau)(T0/T - 1) (doi:10.1063/1.448118).
    Berendsen => berendsen::Berendsen,
    /// One friction coefficient, xi' = (T/T0 - 1)/tau^2 (doi:10.1103/PhysRevA.31.1695).
    NoseHoover => nose_hoover::NoseHoover,
    /// Stochastic velocity rescaling (doi:10.1063/1.2408420).
    Bussi => bussi::Bussi,
    /// Constant energy.
    None => constant_energy::ConstantEnergy,
}
