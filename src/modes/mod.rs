//! Spectra of the Hessian, dense or their lowest part, the participation of the particles in a mode, and overlaps of modes.

mod filter;
mod full;
mod krylov;
mod lowest;
mod overlap;
mod spectrum;
mod symmetric;

pub use full::full_modes;
pub use lowest::{Completeness, LowestModes, lowest_modes};
pub use overlap::{Overlap, best_overlaps, overlaps};
pub use spectrum::{Spectrum, dense_spectrum, participation_ratio};
