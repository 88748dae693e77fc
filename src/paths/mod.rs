//! Interpolation, band, string, climbing image, saddle, descent, splitting, energy profile.

mod band;
pub mod band_search;
mod candidates;
mod connect;
pub mod descent;
mod double_well;
mod ends;
mod images;
mod inertia;
mod interpolation;
mod krylov;
mod lbfgs;
mod profile;
mod refine;
mod rounds;
pub mod saddle;
mod settings;
mod single;
pub mod spline;
mod vectors;

pub use band_search::{BandSearch, BandStop};
pub use candidates::{Candidate, candidates};
pub use connect::{ConnectOutcome, ConnectState, ConnectTask, FoundMinimum, Waypoint};
pub use descent::{Descent, DescentStop};
pub use double_well::{DoubleWell, LengthMethod, PathStatus, Profile};
pub use ends::{EndMinimum, Separation, bring_near, compare, displacement, is_same_minimum, separation};
pub use images::ImageSums;
pub use inertia::negative_modes;
pub use profile::PROFILE_POINTS;
pub use refine::{DescentState, DescentTask, joined};
pub use rounds::{ConnectRounds, ConnectedWell, MinimaLibrary, PairKey, RoundPair};
pub use saddle::{SaddleSearch, SaddleStop};
pub use settings::{ConnectSettings, PathMethod, Refine, VisitRule};
pub use single::{FoundPath, find_path};
pub use spline::{CubicSpline, StationaryKind, StationaryPoint};
