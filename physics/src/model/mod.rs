//! What the particles are: pair laws, mixtures, the periodic box, configurations, presets.
//!
//! Every model of the program is U = sum_{i<j} epsilon_ij phi(r_ij / sigma_ij): the *law* phi is dimensionless
//! and knows nothing of the particles, the *mixture* gives epsilon_ij and sigma_ij.
//!
//! ```
//! use glasswell_physics::model::{PeriodicBox, Preset};
//! let cell = PeriodicBox::cubic(300, Preset::Tlj.density());
//! let [x, y, z] = cell.minimum_image([0.9 * cell.edges[0], 0.0, 0.0]);
//! assert!((x + 0.1 * cell.edges[0]).abs() < 1e-12 && (y, z) == (0.0, 0.0));
//! ```

mod configuration;
mod laws;
mod mixture;
mod periodic;
mod potential;
mod preset;
mod real;

pub use configuration::Configuration;
pub(crate) use laws::with_law;
pub use laws::{Derivatives, Harmonic, Law, LennardJonesForceShifted, LennardJonesQuartic, PairLaw, SoftSphereQuartic};
pub use mixture::{Mixture, PairParameters, nonadditive_sigma, soft_sphere_diameters};
pub use periodic::{PeriodicBox, ROUNDING, nearest};
pub use potential::{MOST_SPECIES, Potential, TableFault};
pub use preset::{Model, Preset, species_counts};
pub use real::Real;
