//! Which pairs of minima are worth a path: what is known of a pair before its path is sought, a predictor that learns from
//! finished paths, and how well it ranks.
//!
//! ```
//! use glasswell_physics::screening::area_under_curve;
//! // how well scores find the wanted pairs: 1 when all wanted pairs come first
//! assert_eq!(area_under_curve(&[0.9, 0.7, 0.2], &[true, true, false]), Some(1.0));
//! ```

mod folds;
mod near;
mod pair;
mod predictor;
mod ranking;
mod search;
mod table;

pub use folds::{by_group, by_row};
pub use near::NearPairs;
pub use pair::PairGeometry;
pub use predictor::{Predictor, Quantity};
pub use ranking::{Ranking, area_under_curve, rank_correlation};
pub use search::{Expectation, Ranker, Solved, proportion};
pub use table::{PairTable, cross_validate};
