//! Whether two decks define the same campaign: canonical text, its hash, the keys on which a stage depends.

use super::deck::{Deck, Growth};
use super::explain::quoted_key;
use super::model::ModelSettings;
use super::source::{leaves, shortened, value_text};
use crate::error::{Error, Result};
use crate::stage::Stage;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use toml::{Table, Value};

/// The name under which the contents of `connect.from` count among the keys.
const LISTED: &str = "connect.listed";

/// One key that differs between two decks.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// Dotted key: `explore.temperature`.
    pub key: String,
    /// Old value as TOML; empty when the key is new.
    pub old: String,
    /// New value as TOML; empty when the key is gone.
    pub new: String,
    /// The first stage whose results depend on the key.
    pub stage: Stage,
}

impl std::fmt::Display for Change {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (old, new) = (shortened(&self.old), shortened(&self.new));
        write!(f, "{}: {old} -> {new} (affects `{}` and later stages)", self.key, self.stage)
    }
}

/// The relation of a deck to the one that produced the results.
#[derive(Clone, Debug, PartialEq)]
pub enum Comparison {
    /// The results remain valid.
    Same,
    /// Raised quenches, runs, glasses or samples, more temperatures, units or imported files: the results remain valid
    /// and are extended.
    Extends(Vec<Change>),
    /// Fewer units: the results that are left remain valid.
    Fewer(Vec<Change>),
    /// Results would differ; changes in the order of the stages.
    Changed(Vec<Change>),
}

impl Deck {
    /// The effective deck, one `section.key = value` per line in a fixed order: equal for equivalent decks.
    ///
    /// # Errors
    /// `Error::Internal` when a settings struct cannot be written as TOML.
    pub fn canonical_text(&self) -> Result<String> {
        self.text_of(|_| true)
    }

    /// SHA-256 of the canonical text, in hexadecimal.
    ///
    /// # Errors
    /// As [`Deck::canonical_text`].
    pub fn deck_hash(&self) -> Result<String> {
        let digest = Sha256::digest(self.canonical_text()?.as_bytes());
        Ok(digest.iter().map(|byte| format!("{byte:02x}")).collect())
    }

    /// The keys that a stage's results depend on, as canonical text: seed, model, its section and those of the stages
    /// that it builds on. Which paths `connect` refines and `modes` follows, and which splittings `elastic` strains,
    /// depends on the units, too.
    ///
    /// # Errors
    /// As [`Deck::canonical_text`].
    pub fn stage_keys(&self, stage: Stage) -> Result<String> {
        let mut keys = self.keys_of_sections(stage)?;
        if self.is_decided_by_units(stage) {
            let mut with_units = self.clone();
            // a model that does not represent a material has no unit until the deck gives one
            if !with_units.has(Stage::Tunnel) {
                with_units.set_section(Stage::Tunnel, Stage::Tunnel.defaults(&self.model.potential)?)?;
            }
            let of_tunnel = with_units.keys_of_sections(Stage::Tunnel)?;
            let decides = |line: &&str| line.starts_with("tunnel.units") || line.starts_with("tunnel.reduced_mass");
            of_tunnel.lines().filter(decides).for_each(|line| keys.extend([line, "\n"]));
        }
        Ok(keys)
    }

    fn keys_of_sections(&self, stage: Stage) -> Result<String> {
        let upstream = self.upstream(stage);
        self.text_of(|key| match stage_of(key) {
            Some(of) => of == stage || upstream.contains(&of),
            None => key == "campaign.seed" || key.starts_with("model."),
        })
    }

    /// The relation of this deck to the one that produced the results in a directory.
    ///
    /// # Errors
    /// As [`Deck::canonical_text`].
    pub fn compare(&self, old: &Deck) -> Result<Comparison> {
        compare_keys(&old.canonical_text()?, &self.canonical_text()?)
    }

    fn text_of(&self, wanted: impl Fn(&str) -> bool) -> Result<String> {
        let mut text = String::new();
        for (section, value) in self.effective()? {
            let Value::Table(table) = value else { continue };
            for (key, value) in leaves(section, &table) {
                if wanted(&key) {
                    text.push_str(&format!("{} = {}\n", quoted_key(&key), value_text(&value)));
                }
            }
        }
        // the pairs themselves decide, not the file that holds them
        if let Some(list) = self.listed.as_ref().filter(|_| wanted(LISTED)) {
            text.push_str(&format!("{LISTED} = {}\n", value_text(&Value::String(list.fingerprint()))));
        }
        Ok(text)
    }
}

/// Compares two canonical texts (of decks, or of the keys of one stage). Name and checkpoint interval are ignored, and
/// so is a stage that only one of the texts has.
///
/// # Errors
/// `Error::Internal` when a text is not one that [`Deck::canonical_text`] or [`Deck::stage_keys`] wrote.
pub fn compare_keys(old: &str, new: &str) -> Result<Comparison> {
    let (old, new) = (read_canonical(old)?, read_canonical(new)?);
    let (mut changed, mut extended, mut fewer) = (Vec::new(), Vec::new(), Vec::new());
    let all_keys: BTreeMap<&String, ()> = old.keys().chain(new.keys()).map(|key| (key, ())).collect();
    for key in all_keys.into_keys() {
        let (before, after) = (old.get(key), new.get(key));
        let section = key.split('.').next().unwrap_or_default();
        let has_section =
            |deck: &BTreeMap<String, Value>| deck.keys().any(|other| other.starts_with(&format!("{section}.")));
        let counts = key == "campaign.seed" || section != "campaign";
        if before == after || !counts || !has_section(&old) || !has_section(&new) {
            continue;
        }
        let change = Change {
            key: key.clone(),
            old: before.map(value_text).unwrap_or_default(),
            new: after.map(value_text).unwrap_or_default(),
            stage: stage_of(key).unwrap_or(Stage::Prepare),
        };
        match relation(key, before, after) {
            Relation::Same => {}
            Relation::More => extended.push(change),
            Relation::Fewer => fewer.push(change),
            Relation::Other => changed.push(change),
        }
    }
    changed.sort_by_key(|change| change.stage);
    extended.sort_by_key(|change| change.stage);
    Ok(match (changed.is_empty(), extended.is_empty(), fewer.is_empty()) {
        (false, ..) => Comparison::Changed(changed),
        (true, false, _) => {
            extended.extend(fewer);
            Comparison::Extends(extended)
        }
        (true, true, false) => Comparison::Fewer(fewer),
        (true, true, true) => Comparison::Same,
    })
}

/// The model that stored keys of a deck ([`Deck::stage_keys`]) name.
///
/// # Errors
/// `Error::Internal` when the text is not one that this program understands.
pub fn stored_model(keys: &str) -> Result<ModelSettings> {
    let fault = |fault: toml::de::Error| Error::Internal(format!("stored keys of a deck do not read back: {fault}"));
    let keys: Table = toml::from_str(keys).map_err(fault)?;
    let model = keys.get("model").cloned().unwrap_or_else(|| Value::Table(Table::new()));
    model.try_into().map_err(fault)
}

enum Relation {
    Same,
    More,
    Fewer,
    Other,
}

fn relation(key: &str, old: Option<&Value>, new: Option<&Value>) -> Relation {
    let growth = stage_of(key).map_or(Growth::NONE, Stage::growth);
    let inner = key.split_once('.').map_or("", |(_, inner)| inner);
    let is_among = |list: &[&str]| list.iter().any(|name| inner == *name || inner.starts_with(&format!("{name}.")));
    let (extendable, droppable) = (is_among(growth.extended), is_among(growth.dropped));
    match (old, new) {
        (Some(Value::Integer(old)), Some(Value::Integer(new))) if growth.raised.contains(&inner) && new > old => {
            Relation::More
        }
        (Some(Value::Array(old)), Some(Value::Array(new)))
            if growth.appended.contains(&inner) && new.starts_with(old) =>
        {
            Relation::More
        }
        (Some(Value::Array(old)), Some(Value::Array(new))) if extendable => {
            let kept = old.iter().all(|name| new.contains(name));
            let known = new.iter().all(|name| old.contains(name));
            match (kept, known) {
                (true, true) => Relation::Same,
                (true, false) => Relation::More,
                (false, true) if droppable => Relation::Fewer,
                (false, false) if droppable => Relation::More,
                _ => Relation::Other,
            }
        }
        (None, Some(_)) if extendable => Relation::More,
        (Some(_), None) if droppable => Relation::Fewer,
        _ => Relation::Other,
    }
}

/// The stage to whose section a key belongs.
fn stage_of(key: &str) -> Option<Stage> {
    Stage::from_name(key.split('.').next()?)
}

fn read_canonical(text: &str) -> Result<BTreeMap<String, Value>> {
    let table: Table = toml::from_str(text)
        .map_err(|fault| Error::Internal(format!("stored keys of a deck do not read back: {fault}")))?;
    Ok(leaves("", &table).into_iter().collect())
}
