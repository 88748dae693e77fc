//! Which pairs of minima are worth a path: what is known of a pair before its path is sought, a predictor that learns from
//! finished paths, and how well it ranks.

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
