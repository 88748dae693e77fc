//! Distinct local two-level systems: double wells of one glass that are the same rearrangement in different surroundings.
//!
//! ```
//! use glasswell_physics::systems::{Linkage, classes};
//! // similarities of three double wells: the first two are one rearrangement
//! let similarity = |i: usize, j: usize| if (i, j) == (0, 1) { 0.99 } else { 0.1 };
//! assert_eq!(classes(3, similarity, 0.9, Linkage::Average), [0, 0, 1]);
//! ```

mod field;
mod linkage;
mod local_systems;

pub use field::{Sameness, WellField};
pub use linkage::{Linkage, classes};
pub use local_systems::{LocalSystem, LocalSystems, SIMILARITY, WellOfGlass, representatives, spread};
