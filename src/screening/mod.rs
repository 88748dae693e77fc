//! Which pairs of minima are worth a path: what is known of a pair before its path is sought, a predictor that learns from
//! finished paths, and how well it ranks.

mod folds;
mod pair;
mod predictor;
mod ranking;
mod table;

pub use folds::{by_group, by_row};
pub use pair::PairGeometry;
pub use predictor::{Predictor, Quantity};
pub use ranking::{Ranking, area_under_curve, rank_correlation};
pub use table::{PairTable, cross_validate};
