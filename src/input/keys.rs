//! The keys of the deck: what each means, its unit, what it accepts, its default for each preset, the source of that
//! default. All of it is taken from the settings themselves: their documentation, their types, their defaults.

use super::accepted::{accepted, named_values};
use super::deck::to_value;
use super::source::{join, value_text};
use super::{CampaignSettings, ModelSettings, declared};
use crate::error::{Error, Result};
use crate::model::Preset;
use crate::stage::Stage;
use serde_json::Value as Json;
use toml::Value;

/// A section of the deck.
#[derive(Clone, Debug)]
pub struct SectionKeys {
    pub name: &'static str,
    pub meaning: String,
    /// In the order in which the settings declare them.
    pub keys: Vec<Key>,
}

/// A key of the deck; the keys of a table count one by one.
#[derive(Clone, Debug)]
pub struct Key {
    /// With the tables that it is in: `equilibration.max_steps`.
    pub name: String,
    pub meaning: String,
    /// The meaning with the unit in it: "Exploration temperature T_exp [epsilon/k_B]."
    pub described: String,
    /// `None` for names, counts and ratios.
    pub unit: Option<String>,
    /// What can stand on the right, in words.
    pub accepted: String,
    /// Of a key that accepts names, each with its meaning.
    pub names: Vec<String>,
    pub default: DefaultValue,
    /// The papers that the default is from.
    pub source: Option<String>,
    /// Whether a second run in the same directory may raise it, or extend its list.
    pub grows: bool,
}

/// The default of a key.
#[derive(Clone, Debug, PartialEq)]
pub enum DefaultValue {
    /// No value: the key is left out, or must be given.
    Nothing,
    /// It depends on more than the preset.
    Words(String),
    /// The same for every preset, as TOML.
    Same(String),
    /// Each value with its presets, as TOML.
    Of(Vec<(Vec<Preset>, String)>),
}

/// Every section with its keys.
///
/// # Errors
/// `Error::Internal` when a setting is not documented as a key must be.
pub fn sections() -> Result<Vec<SectionKeys>> {
    declared::sections()?.into_iter().map(|(name, schema)| section(name, &schema)).collect()
}

fn section(name: &'static str, schema: &Json) -> Result<SectionKeys> {
    let mut keys = Vec::new();
    let defaults: Vec<(Preset, Value)> = defaults(name)?;
    collect(name, "", "", schema, &defaults, &mut keys)?;
    Ok(SectionKeys { name, meaning: Words::of(schema).meaning, keys })
}

/// A section's defaults for each preset.
fn defaults(section: &str) -> Result<Vec<(Preset, Value)>> {
    let of = |preset: Preset| match Stage::from_name(section) {
        Some(stage) => stage.defaults(&preset.into()),
        None if section == "model" => to_value(&ModelSettings::defaults(preset)),
        None => to_value(&CampaignSettings::defaults("")),
    };
    Preset::ALL.into_iter().map(|preset| Ok((preset, of(preset)?))).collect()
}

fn collect(
    section: &str,
    prefix: &str,
    about: &str,
    schema: &Json,
    defaults: &[(Preset, Value)],
    keys: &mut Vec<Key>,
) -> Result<()> {
    for (name, schema) in declared::properties(schema) {
        let name = join(prefix, name);
        let words = Words::of(schema);
        let undocumented = || Error::Internal(format!("the key {section}.{name} has no documentation"));
        let behind = |text: &str| format!("{about} {text}").trim().to_string();
        let meaning = behind(&words.meaning);
        if schema.get("properties").is_some() {
            collect(section, &name, &meaning, schema, defaults, keys)?;
            continue;
        }
        let first = name.split('.').next().unwrap_or_default();
        keys.push(Key {
            accepted: accepted(schema).filter(|_| !meaning.is_empty()).ok_or_else(undocumented)?,
            names: named_values(schema).unwrap_or_default(),
            default: match schema.get("x-default").and_then(Json::as_str) {
                Some(words) => DefaultValue::Words(words.to_string()),
                None => default_of(&name, defaults),
            },
            grows: Stage::from_name(section).is_some_and(|stage| {
                let growth = stage.growth();
                [growth.raised, growth.extended, growth.appended].concat().contains(&first)
            }),
            described: behind(&words.described),
            unit: words.unit,
            source: words.source,
            meaning,
            name,
        });
    }
    Ok(())
}

/// The value at a dotted key.
pub(super) fn value_at<'a>(section: &'a Value, name: &str) -> Option<&'a Value> {
    name.split('.').try_fold(section, |value, part| value.get(part))
}

fn default_of(name: &str, defaults: &[(Preset, Value)]) -> DefaultValue {
    let mut groups: Vec<(Vec<Preset>, String)> = Vec::new();
    for (preset, section) in defaults {
        let empty = |value: &&Value| {
            matches!(value, Value::Array(list) if list.is_empty())
                || matches!(value, Value::Table(table) if table.is_empty())
                || value.as_str() == Some("")
        };
        let Some(value) = value_at(section, name).filter(|value| !empty(value)) else { continue };
        let text = value_text(value);
        match groups.iter_mut().find(|(_, known)| *known == text) {
            Some((presets, _)) => presets.push(*preset),
            None => groups.push((vec![*preset], text)),
        }
    }
    match groups.as_slice() {
        [] => DefaultValue::Nothing,
        [(presets, text)] if presets.len() == defaults.len() => DefaultValue::Same(text.clone()),
        _ => DefaultValue::Of(groups),
    }
}

/// What the documentation of a setting says: "Meaning [unit]. More.", and after an empty line "Source: ...".
pub(super) struct Words {
    /// All but the source.
    pub described: String,
    /// Without the unit.
    pub meaning: String,
    pub unit: Option<String>,
    pub source: Option<String>,
}

impl Words {
    pub fn of(schema: &Json) -> Self {
        let text = schema.get("description").and_then(Json::as_str).unwrap_or_default();
        let mut paragraphs = text.split("\n\n").map(|lines| lines.split_whitespace().collect::<Vec<_>>().join(" "));
        let described = paragraphs.next().unwrap_or_default();
        let source = paragraphs.find_map(|text| text.strip_prefix("Source: ").map(str::to_string));
        let (meaning, unit) = match described.split_once(" [").map(|(before, rest)| (before, rest.split_once(']'))) {
            Some((before, Some((unit, after)))) if after.starts_with('.') => {
                (format!("{before}{after}"), Some(unit.to_string()))
            }
            _ => (described.clone(), None),
        };
        Self { described, meaning, unit, source }
    }
}
