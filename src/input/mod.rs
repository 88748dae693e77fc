//! The deck: TOML, with defaults by model and checks that name line and column.
//!
//! This module only combines the settings structs, which are defined next to their algorithms; it computes nothing.
//!
//! ```
//! use glasswell::input::parse_deck;
//! let text = "[campaign]\nname = \"first\"\n[model]\npreset = \"tlj\"\nparticles = 300\n[prepare]\nglasses = 4\n";
//! let deck = parse_deck(text, "first.toml".as_ref())?;
//! // what the deck leaves out is that of the model
//! assert!(deck.prepare.is_some_and(|prepare| prepare.glasses == 4 && prepare.temperature == 0.617));
//! # Ok::<(), glasswell::error::Error>(())
//! ```

mod accepted;
mod check;
mod deck;
mod declared;
mod duration;
mod explain;
mod findings;
mod campaign;
mod identity;
mod imported;
mod imports;
mod keys;
mod merge;
mod misfits;
mod model;
mod nearest_name;
mod origin;
mod parse;
mod schema;
mod section;
mod source;
mod starting;
mod wrap;

pub use campaign::CampaignSettings;
pub use deck::{Deck, DeckSection, Growth};
pub use duration::{duration_text, parse_duration};
pub use identity::{Change, Comparison, compare_keys, stored_model};
pub use imported::Imported;
pub use imports::{ImportFiles, check_particles, import_files};
pub use keys::{DefaultValue, Key, SectionKeys, sections};
pub use misfits::{Misfit, Trait};
pub use model::{ModelSettings, named_model};
pub use nearest_name::{listed, nearest_name};
pub use origin::Origin;
pub use parse::{parse_deck, read_deck};
pub use schema::deck_schema;
pub use section::Section;
pub use starting::{SCHEMA_FILE, starting_deck};
