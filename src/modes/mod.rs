//! Spectra of the Hessian, dense or their lowest part, and the participation of the particles in a mode.

mod filter;
mod krylov;
mod lowest;
mod spectrum;
mod symmetric;

pub use lowest::{Completeness, LowestModes, lowest_modes};
pub use spectrum::{Spectrum, dense_spectrum, participation_ratio};
