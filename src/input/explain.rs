//! The whole effective deck with each value's origin, itself a deck.

use super::deck::{Deck, to_value};
use super::source::{leaves, value_text};
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

    /// The effective deck as TOML, each line with its origin (deck, preset, default) in a comment.
    ///
    /// # Errors
    /// `Error::Internal` when a settings struct cannot be written as TOML.
    pub fn explain(&self) -> Result<String> {
        let mut text = String::new();
        for (section, value) in self.effective()? {
            let Value::Table(table) = value else { continue };
            text.push_str(&format!("[{section}]\n"));
            for (key, value) in leaves("", &table) {
                let line = format!("{} = {}", quoted_key(&key), value_text(&value));
                let dotted = format!("{section}.{key}");
                match self.origin(&dotted) {
                    Some(origin) => text.push_str(&format!("{line:<44} # {origin}\n")),
                    None => text.push_str(&format!("{line}\n")),
                }
            }
            text.push('\n');
        }
        Ok(text)
    }
}

/// A dotted key whose parts are quoted where TOML asks for it.
pub(super) fn quoted_key(dotted: &str) -> String {
    let bare = |part: &str| !part.is_empty() && part.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-');
    let quoted = |part: &str| if bare(part) { part.to_string() } else { Value::String(part.to_string()).to_string() };
    dotted.split('.').map(quoted).collect::<Vec<_>>().join(".")
}
