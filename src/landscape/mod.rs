//! Minimisers, recognition of minima, the library of minima, the exploration of a glass.

mod settings;

pub use settings::{ExploreSettings, Minimiser};
