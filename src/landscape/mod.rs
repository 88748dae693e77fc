//! Minimisers, recognition of minima, the library of minima, the exploration of a glass.

mod conjugate_gradient;
mod fire;
mod lanes;
mod lbfgs;
mod quench;
mod settings;

pub use quench::{Quench, QuenchSettings, StopReason, quench, quench_batch};
pub use settings::{ExploreSettings, Minimiser};
