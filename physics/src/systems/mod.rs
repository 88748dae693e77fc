//! Distinct local two-level systems: double wells of one glass that are the same rearrangement in different surroundings.

mod field;
mod linkage;
mod local_systems;

pub use field::{Sameness, WellField};
pub use linkage::{Linkage, classes};
pub use local_systems::{LocalSystem, LocalSystems, SIMILARITY, WellOfGlass, representatives, spread};
