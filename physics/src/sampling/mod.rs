//! Velocity Verlet, thermostats, displacement and swap moves, their hybrid, the preparation of a glass, and the relaxation of
//! a liquid.
//!
//! ```
//! use glasswell_physics::model::Preset;
//! use glasswell_physics::sampling::PrepareSettings;
//! let settings = PrepareSettings::defaults(Preset::Tlj);
//! assert_eq!((settings.glasses, settings.temperature), (16, 0.617));
//! ```

mod correlator;
mod draws;
mod dynamics;
mod hybrid;
mod kinds;
mod liquid;
mod liquid_observables;
mod local_energy;
mod monte_carlo;
mod moves;
mod near_lists;
mod near_pairs;
mod pair_distribution;
mod prepare;
mod relax_settings;
mod relaxation;
mod rows;
mod settings;
mod start;
mod swap;
mod thermostats;
mod trace;
mod wave_vectors;

pub use correlator::{Correlation, Correlator, LagSchedule, Snapshot};
pub use dynamics::{DynamicsSettings, DynamicsState, degrees_of_freedom, run_lanes};
pub use hybrid::{HybridSettings, HybridState};
pub use liquid::{LiquidName, LiquidRun, LiquidState, LiquidTask, Series};
pub use liquid_observables::{
    FOURTH_POWER, LiquidObservables, OBSERVABLES, OVERLAP, SELF_SCATTERING, SQUARED_DISPLACEMENT, groups,
};
pub use monte_carlo::{MonteCarloLists, MonteCarloState};
pub use near_pairs::for_each_near_pair;
pub use pair_distribution::PairDistribution;
pub use prepare::{PrepareState, PrepareTask, PreparedGlass, onset_temperature, wave_number};
pub use relax_settings::{LiquidDynamics, RelaxSettings};
pub use relaxation::{RelaxationMeter, decay_time, self_scattering};
pub use settings::{Equilibration, PrepareMethod, PrepareSettings, time_step_of};
pub use start::{OverlapRemoval, SOFT_SPHERE_DIAMETERS, random_configuration};
pub use swap::{MoveCount, SwapBlock, SwapLists, swap_block};
pub use thermostats::{Thermostat, ThermostatState};
pub use trace::Trace;
pub use wave_vectors::WaveVectors;
