//! The whole effective deck with each value's origin, itself a deck.

use super::deck::{Deck, to_value};
use super::keys::{Key, sections};
use super::source::leaves;
use super::wrap::{assignment, comment};
use crate::error::Result;
use crate::stage::Stage;
use toml::Value;

impl Deck {
    /// Every section with its effective values, in the order of the stages.
    pub(super) fn effective(&self) -> Result<Vec<(&'static str, Value)>> {
        let mut sections = vec![("campaign", to_value(&self.campaign)?), ("model", to_value(&self.model)?)];
        for stage in Stage::ALL {
            if let Some(section) = self.section(stage)? {
                sections.push((stage.name(), section));
            }
        }
        Ok(sections)
    }

    /// The effective deck as TOML, 80 columns wide: above each key its meaning and unit, behind it its origin (deck, preset,
    /// default) in a comment.
    ///
    /// # Errors
    /// `Error::Internal` when a settings struct cannot be written as TOML.
    pub fn explain(&self) -> Result<String> {
        let described = sections()?;
        let mut text = String::new();
        for (section, value) in self.effective()? {
            let Value::Table(table) = value else { continue };
            let keys =
                described.iter().find(|described| described.name == section).map_or(&[][..], |found| &found.keys);
            text.push_str(&format!("[{section}]\n"));
            for (key, value) in in_order(leaves("", &table), keys) {
                if let Some(described) = described_by(&key, keys) {
                    text.push_str(&comment(&described.described));
                }
                let origin =
                    self.origin(&format!("{section}.{key}")).map_or(String::new(), |origin| origin.to_string());
                text.push_str(&assignment(&quoted_key(&key), &value, &origin));
            }
            text.push('\n');
        }
        Ok(text)
    }
}

/// What a key is; the entries of a table that has names of the user are what the table is.
fn described_by<'a>(key: &str, keys: &'a [Key]) -> Option<&'a Key> {
    keys.iter()
        .find(|known| key == known.name || key.strip_prefix(&known.name).is_some_and(|rest| rest.starts_with('.')))
}

/// The leaves in the order in which the settings declare their keys.
fn in_order(leaves: Vec<(String, Value)>, keys: &[Key]) -> Vec<(String, Value)> {
    let place = |key: &str| {
        let found = described_by(key, keys);
        found.and_then(|found| keys.iter().position(|known| known.name == found.name)).unwrap_or(keys.len())
    };
    let mut ordered = leaves;
    ordered.sort_by_key(|(key, _)| place(key));
    ordered
}

/// A dotted key whose parts are quoted where TOML asks for it.
pub(super) fn quoted_key(dotted: &str) -> String {
    let bare = |part: &str| !part.is_empty() && part.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-');
    let quoted = |part: &str| if bare(part) { part.to_string() } else { Value::String(part.to_string()).to_string() };
    dotted.split('.').map(quoted).collect::<Vec<_>>().join(".")
}
