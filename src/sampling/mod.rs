//! Velocity Verlet, thermostats, displacement and swap moves, their hybrid, relaxation functions, the preparation of a glass.

mod dynamics;
mod settings;
mod thermostats;

pub use dynamics::{DynamicsSettings, DynamicsState, degrees_of_freedom, run_lanes};
pub use settings::{Equilibration, PrepareMethod, PrepareSettings, Thermostat};
pub use thermostats::ThermostatState;
