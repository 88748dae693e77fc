//! The deck: TOML, with defaults by model and checks that name line and column.
//!
//! The room only composes the settings structs that stand beside their algorithms; nothing here computes.

mod check;
mod deck;
mod duration;
mod excite;
mod explain;
mod findings;
mod general;
mod identity;
mod imports;
mod merge;
mod nearest_name;
mod relax;
mod source;
mod stages;

pub use deck::{Origin, parse_deck, read_deck};
pub use duration::{duration_text, parse_duration};
pub use general::{CampaignSettings, ModelSettings};
pub use identity::{Change, Comparison, compare_keys};
pub use imports::{check_particles, count_configurations, import_files};
pub use stages::Deck;
