//! The columns of excitations.h5.

mod excitations;
mod glasses;

pub use excitations::{DestinationOf, ExcitationOf};
pub use glasses::{DENSITY, DensityBin, GlassOf, ModeOf, SPECTRA};

const FREQUENCY: &str = "sqrt(epsilon/m)/sigma";
