//! Velocity Verlet, thermostats, displacement and swap moves, their hybrid, relaxation functions, the preparation of a glass.

mod draws;
mod dynamics;
mod hybrid;
mod kinds;
mod local_energy;
mod monte_carlo;
mod moves;
mod near_lists;
mod near_pairs;
mod prepare;
mod relaxation;
mod rows;
mod settings;
mod start;
mod swap;
mod thermostats;
mod trace;

pub use dynamics::{DynamicsSettings, DynamicsState, degrees_of_freedom, run_lanes};
pub use hybrid::{HybridSettings, HybridState};
pub use monte_carlo::{MonteCarloLists, MonteCarloState};
pub use near_pairs::for_each_near_pair;
pub use prepare::{PrepareState, PrepareTask, PreparedGlass, onset_temperature, wave_number};
pub use relaxation::{RelaxationMeter, self_scattering};
pub use settings::{Equilibration, PrepareMethod, PrepareSettings, Thermostat};
pub use start::{OverlapRemoval, SOFT_SPHERE_DIAMETERS, random_configuration};
pub use swap::{MoveCount, SwapBlock, SwapLists, swap_block};
pub use thermostats::ThermostatState;
pub use trace::Trace;
