//! Statistics of double wells (densities of states, distributions, specific heat, fits, error bars) and of liquid
//! samples.
//!
//! ```
//! use glasswell_physics::statistics::Library;
//! // three double wells in two glasses of 100 particles, two with E below 0.01
//! let library = Library::new(&[0, 0, 1], &[0.002, 0.02, 0.008], &[true; 3], 2, 100)?;
//! let n0 = library.density(0.01);
//! assert!((n0.density - 2.0 / (2.0 * 100.0 * 0.01)).abs() < 1e-12 && n0.lower < n0.density);
//! # Ok::<(), glasswell_physics::error::Error>(())
//! ```

mod counts;
mod density;
mod far_field;
mod fits;
mod heat;
mod liquid;
mod reduced_density;
mod series;
mod supercooled;
mod survival;

pub use counts::counts_interval;
pub use density::{
    CumulativeDensity, DensityEstimate, ErrorMethod, Library, POISSON_UPPER_LIMIT, active, quantum_densities,
};
pub use far_field::far_field;
pub use fits::{
    Growth, PowerLaw, RelaxationFit, RelaxationLaw, fit_relaxation, growth_exponent, power_law, temperature_where,
};
pub use heat::{heat_of_uniform_density, logarithmic_grid, schottky};
pub use liquid::{Average, EnsembleStatus, LiquidEnsemble, LiquidSample, speed_up};
pub use reduced_density::{Estimate as ReducedEstimate, GlassModes, Law as DensityLaw, LawStatus, ReducedDensity};
pub use series::{TimeAverage, block_errors, time_average};
pub use supercooled::{Estimate, Extrapolation, FitStatus, RelaxationPoint, SupercooledFits, fit_supercooled};
pub use survival::{Survival, kaplan_meier};
