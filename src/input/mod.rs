//! What users hand in: the deck (TOML, with defaults by model and checks that name line and column), configurations
//! (extended XYZ, LAMMPS data), profiles and vectors.
//!
//! The room only composes the settings structs that stand beside their algorithms; nothing here computes.

mod check;
mod configuration;
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
mod numbers;
mod relax;
mod source;
mod stages;

pub use configuration::{read_configurations, write_extended_xyz, write_lammps_data};
pub use deck::{Origin, parse_deck, read_deck};
pub use duration::{duration_text, parse_duration};
pub use general::{CampaignSettings, ModelSettings};
pub use identity::{Change, Comparison, compare_keys};
pub use imports::{check_particles, count_configurations, import_files};
pub use numbers::{read_profile, read_vector};
pub use stages::Deck;
