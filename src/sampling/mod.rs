//! Velocity Verlet, thermostats, displacement and swap moves, their hybrid, relaxation functions, the preparation of a glass.

mod settings;

pub use settings::{Equilibration, PrepareMethod, PrepareSettings, Thermostat};
