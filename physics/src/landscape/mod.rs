//! Minimisers, recognition of minima, the library of minima, the exploration of a glass.
//!
//! ```
//! use glasswell_physics::landscape::Displacement;
//! use glasswell_physics::model::PeriodicBox;
//! let (a, mut b) = (vec![1.0; 300], vec![1.0; 300]);
//! b[0] += 0.5;
//! let moved = Displacement::between(&PeriodicBox { edges: [5.0; 3] }, &a, &b);
//! // one particle of a hundred moves
//! assert!((moved.distance - 0.5).abs() < 0.01 && (moved.participation_ratio - 1.0).abs() < 0.05);
//! ```

mod displacement;
mod exploration;
mod identity;
mod inherent;
mod library;
mod minimisers;
mod outcome;
mod permutation;
mod quench;
mod rattlers;
mod recognition;
mod run_library;
mod schedule;
mod settings;
mod watch;
mod waypoints;

pub use displacement::{Displacement, displacement_field};
pub use exploration::{ExplorationState, ExplorationTask, RunRecord, configurations_held, run_groups};
pub use identity::{Candidate, Identity, Same, kinds, same_displacement};
pub use inherent::{EVALUATIONS_OF_DESCENT, InherentSearch, fraction_of_descent, inherent_energy, inherent_structure};
pub use library::{GlassLibrary, Growth, LibraryMinimum, LibraryVisit, Persistence, Transition};
pub use minimisers::{Look, Minimiser, StoppingCriteria, Supply};
pub use outcome::{Quench, StopReason};
pub use permutation::corresponding;
pub use quench::{quench, quench_batch, quench_supply};
pub use rattlers::rattlers;
pub use recognition::{Recognition, RecognitionCount};
pub use run_library::{Entry, MinimaIndex, Minimum, Visit};
pub use schedule::Schedule;
pub use settings::{ExploreSettings, QuenchSettings};
