//! The origins of the values of a deck.

use serde::{Serialize, de::DeserializeOwned};
use toml::Value;

/// The origin of a value of the effective deck.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Written in the deck.
    Deck,
    /// A default that depends on the model.
    Preset,
    /// A default that is the same for every model.
    Default,
}

impl std::fmt::Display for Origin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Origin::Deck => "deck",
            Origin::Preset => "preset",
            Origin::Default => "default",
        })
    }
}

/// Settings read and written back: every key present, numbers of the right type.
pub(super) fn reread<T: Serialize + DeserializeOwned>(value: Value) -> std::result::Result<Value, toml::de::Error> {
    let settings: T = value.try_into()?;
    Value::try_from(&settings).map_err(serde::de::Error::custom)
}
