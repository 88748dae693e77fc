//! Interpolation, band, string, climbing image, saddle, descent, splitting, energy profile.

mod band;
pub mod band_search;
pub mod descent;
mod ends;
mod images;
mod inertia;
mod interpolation;
mod krylov;
mod lbfgs;
pub mod saddle;
mod settings;
pub mod spline;
mod vectors;

pub use band_search::{BandSearch, BandStop};
pub use descent::{Descent, DescentStop};
pub use images::ImageSums;
pub use inertia::negative_modes;
pub use saddle::{SaddleSearch, SaddleStop};
pub use ends::{Separation, bring_near, displacement, separation};
pub use settings::{ConnectSettings, PathMethod, Refine, VisitRule};
pub use spline::{CubicSpline, StationaryKind, StationaryPoint};
