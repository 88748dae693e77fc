//! Velocity Verlet, thermostats, displacement and swap moves, their hybrid, relaxation functions, the preparation of a glass.

mod dynamics;
mod hybrid;
mod identities;
mod monte_carlo;
mod near_pairs;
mod relaxation;
mod settings;
mod swap;
mod thermostats;

pub use dynamics::{DynamicsSettings, DynamicsState, degrees_of_freedom, run_lanes};
pub use hybrid::{HybridSettings, HybridState};
pub use monte_carlo::{MonteCarlo, MonteCarloState};
pub use relaxation::{RelaxationMeter, self_scattering};
pub use settings::{Equilibration, PrepareMethod, PrepareSettings, Thermostat};
pub use swap::{MoveCount, SwapBlock, swap_block};
pub use thermostats::ThermostatState;
