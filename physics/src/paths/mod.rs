//! Interpolation, band, string, climbing image, saddle, descent, splitting, energy profile.
//!
//! ```
//! use glasswell_physics::paths::CubicSpline;
//! let x: Vec<f64> = (0..21).map(|k| f64::from(k) / 20.0).collect();
//! let energy: Vec<f64> = x.iter().map(|x| (x * (1.0 - x)).powi(2)).collect();
//! let top = CubicSpline::new(&x, &energy)?.highest_maximum(0.0, 1.0).map(|top| top.position);
//! assert!(top.is_some_and(|x| (x - 0.5).abs() < 1e-6));
//! # Ok::<(), glasswell_physics::error::Error>(())
//! ```

mod band;
pub mod band_search;
mod candidates;
mod connect;
pub mod descent;
mod double_well;
mod ends;
mod flat;
mod images;
mod inertia;
mod interpolation;
mod krylov;
mod lbfgs;
mod pair_list;
mod points;
mod points_task;
mod profile;
mod proof;
mod refine;
mod rounds;
pub mod saddle;
mod settings;
mod single;
pub mod spline;
mod team;
mod tries;
mod vectors;

pub use band_search::{BandSearch, BandStop};
pub use candidates::{Candidate, PairKey, candidates, transition_counts};
pub use connect::{ConnectOutcome, ConnectState, ConnectTask, FoundMinimum, Waypoint};
pub use descent::{Descent, DescentStop};
pub use double_well::{DoubleWell, LengthMethod, PathProfile, PathStatus};
pub use ends::{EndMinimum, bring_near, compare, is_same_minimum, separation_field};
pub use images::ImageSums;
pub use inertia::negative_modes;
pub use krylov::{HessianAt, softest_mode_along};
pub use lbfgs::PerpendicularMemory;
pub use pair_list::PairList;
pub use points::PathPoints;
pub use points_task::{PathPointsSettings, PathPointsState, PathPointsTask, path_points};
pub use profile::PROFILE_POINTS;
pub use proof::quench_to_minimum;
pub use refine::{DescentState, DescentTask, joined};
pub use rounds::{ConnectRounds, ConnectedWell, MinimaLibrary, RoundPair};
pub use saddle::{SaddleSearch, SaddleStop};
pub use settings::{CandidateRule, ConnectSettings, MOST_TRIES, PairLimits, PathMethod, Refine, Screening, VisitRule};
pub use single::{FoundPath, find_path};
pub use spline::{CubicSpline, StationaryKind, StationaryPoint};
pub use team::{ImageTeam, batches};
