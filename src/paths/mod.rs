//! Interpolation, band, string, climbing image, saddle, descent, splitting, energy profile.

mod band;
pub mod band_search;
mod ends;
mod images;
mod interpolation;
mod lbfgs;
mod settings;
pub mod spline;
mod vectors;

pub use band_search::{BandSearch, BandStop};
pub use ends::{Separation, bring_near, displacement, separation};
pub use images::ImageSums;
pub use settings::{ConnectSettings, PathMethod, Refine, VisitRule};
pub use spline::{CubicSpline, StationaryKind, StationaryPoint};
