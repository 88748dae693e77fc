//! Spectra of the Hessian, dense or their lowest part, the participation of the particles in a mode, and overlaps of modes.

mod along_path;
mod filter;
mod krylov;
mod lowest;
mod overlap;
mod spectrum;
mod symmetric;
mod tangent;
mod zero_point;

pub use along_path::{
    LOWEST_ALONG_PATH, PROJECTED_ALONG_PATH, PointModes, path_arc_lengths, path_rattlers, point_modes,
    point_zero_point, zero_point_arc_lengths,
};
pub use lowest::{Completeness, LowestModes, lowest_modes};
pub use overlap::{Overlap, best_overlaps, overlaps};
pub use spectrum::{Spectrum, dense_spectrum, participation_ratio};
pub use tangent::{BestOverlap, TANGENT_IMAGES, TangentStudy, WellFields, tangent_study};
pub use zero_point::{ZeroPoint, perpendicular_zero_point, zero_point, zero_point_difference};
