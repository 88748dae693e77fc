//! Interpolation, band, string, climbing image, saddle, descent, splitting, energy profile.

mod settings;

pub use settings::{ConnectSettings, PathMethod, Refine, VisitRule};
