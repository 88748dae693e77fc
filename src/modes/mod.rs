//! Spectra of the Hessian, dense or their lowest part, the participation of the particles in a mode, and overlaps of modes.

pub mod coupling;
mod coupling_task;
mod elastic_task;
pub mod elasticity;
mod filter;
mod krylov;
mod lowest;
mod overlap;
mod quasi_static;
mod spectrum;
mod stress_strain;
mod symmetric;
mod transverse;

pub use coupling_task::{CoupledWell, CouplingState, CouplingStatus, CouplingTask, StrainCoupling};
pub use elastic_task::{ElasticState, ElasticStatus, ElasticTask, GlassModuli};
pub use elasticity::{LinearModuli, PLANES, Response, STRAINS, Sound, linear_moduli};
pub use lowest::{Completeness, LowestModes, lowest_modes};
pub use overlap::{Overlap, best_overlaps, overlaps};
pub use quasi_static::{ElasticSettings, QuasiStatic, QuasiStaticState, gradient, signed};
pub use spectrum::{Spectrum, dense_spectrum, participation_ratio};
pub use stress_strain::{Curve, Event, Point, Slope, elastic_slope};
