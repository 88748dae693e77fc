//! Spectra of the Hessian, dense or their lowest part, the participation of the particles in a mode, and overlaps of modes.

mod density_of_states;
mod filter;
mod full;
mod krylov;
mod lowest;
mod nonlinear;
mod overlap;
mod phonons;
mod profile;
mod spectrum;
mod symmetric;
mod tridiagonal;

pub use density_of_states::{DensityOfStates, GlassSpectrum, QuarticFit, QuarticSettings, QuarticStatus};
pub use full::full_modes;
pub use lowest::{Completeness, LowestModes, lowest_modes};
pub use nonlinear::{NonlinearMode, NonlinearSettings, NonlinearStop, nonlinear_modes};
pub use overlap::{Overlap, best_overlaps, overlaps};
pub use phonons::PhononOrder;
pub use profile::{ModeProfile, ProfileSettings, SecondWell, mode_profile};
pub use spectrum::{Spectrum, dense_spectrum, participation_ratio};
