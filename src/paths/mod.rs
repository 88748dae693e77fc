//! Interpolation, band, string, climbing image, saddle, descent, splitting, energy profile.

mod settings;
pub mod spline;

pub use settings::{ConnectSettings, PathMethod, Refine, VisitRule};
