//! Dense spectra of the Hessian and the participation of the particles in a mode.

mod spectrum;

pub use spectrum::{Spectrum, dense_spectrum, participation_ratio};
