//! The columns of modes.h5.

mod density;
mod paths;
mod spectra;

pub use density::{DENSITY, DensityBin, SOUND, SoundOf};
pub use paths::{FOLLOWED, HessianOf, TANGENTS, TangentOf, ZERO_POINT_DIFFERENCES, ZERO_POINTS};
pub use spectra::{EIGENVECTORS, NonlinearOf, OVERLAPS, SPECTRA, THIRD_ORDER};

const FREQUENCY: &str = "sqrt(epsilon/m)/sigma";
