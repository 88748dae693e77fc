//! Minimisers, recognition of minima, the library of minima, the exploration of a glass.

mod displacement;
mod exploration;
mod identity;
mod inherent;
mod library;
mod minimisers;
mod outcome;
mod permutation;
mod preconditioner;
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
pub use quench::{quench, quench_batch, quench_preconditioned, quench_supply};
pub use rattlers::rattlers;
pub use recognition::{Recognition, RecognitionCount};
pub use run_library::{Entry, MinimaIndex, Minimum, Visit};
pub use schedule::Schedule;
pub use settings::{ExploreSettings, Preconditioner, QuenchSettings};
