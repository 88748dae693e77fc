//! Minimisers, recognition of minima, the library of minima, the exploration of a glass.

mod conjugate_gradient;
mod displacement;
mod exploration;
mod fire;
mod identity;
mod inherent;
mod lanes;
mod lbfgs;
mod library;
mod outcome;
mod quench;
mod rattlers;
mod recognition;
mod run_library;
mod schedule;
mod settings;

pub use displacement::{Displacement, displacement_field};
pub use exploration::{ExplorationState, ExplorationTask, RunRecord, configurations_held, run_groups};
pub use identity::{Candidate, Identity, Same, same_displacement};
pub use inherent::{EVALUATIONS_OF_DESCENT, InherentSearch, fraction_of_descent, inherent_energy, inherent_structure};
pub use lanes::Supply;
pub use library::{GlassLibrary, Growth, LibraryMinimum, LibraryVisit, Persistence, Transition};
pub use outcome::{Quench, StopReason};
pub use quench::{quench, quench_batch, quench_supply};
pub use rattlers::rattlers;
pub use recognition::{Look, RecognitionCount};
pub use run_library::{Entry, MinimaIndex, Minimum, Visit};
pub use schedule::Schedule;
pub use settings::{ExploreSettings, Minimiser, QuenchSettings};
