//! The JSON Schema of decks, from the types of the settings and their documentation. Editors complete and explain keys
//! with it.

use super::declared;
use super::keys::{DefaultValue, Key, SectionKeys, sections};
use super::source::join;
use crate::error::Result;
use serde_json::{Map, Value as Json, json};

/// The version of JSON Schema that most editors of TOML understand.
const DRAFT: &str = "http://json-schema.org/draft-07/schema#";

/// The JSON Schema of decks.
///
/// # Errors
/// `Error::Internal` when a setting is not documented as a key must be.
pub fn deck_schema() -> Result<Json> {
    let mut properties = Map::new();
    for ((name, mut schema), described) in declared::sections()?.into_iter().zip(sections()?) {
        let is_model = schema.get("oneOf").is_some();
        finish(&mut schema, "", &described, is_model);
        properties.insert(name.to_string(), schema);
    }
    Ok(json!({
        "$schema": DRAFT,
        "title": "Deck of glasswell",
        "type": "object",
        "properties": properties,
        "required": ["model"],
        "additionalProperties": false,
    }))
}

/// Turns the schema of settings, in which every key stands, into that of what a deck may write. The defaults of a type are not
/// those of the presets.
fn finish(schema: &mut Json, prefix: &str, described: &SectionKeys, is_model: bool) {
    let Json::Object(schema) = schema else { return };
    for word in ["required", "format", "title", "default", "x-default", "x-accepted"] {
        schema.remove(word);
    }
    if let Some(key) = described.keys.iter().find(|key| key.name == prefix) {
        schema.insert("description".to_string(), Json::String(description(key)));
        schema.extend(default_of_all(&key.default).map(|value| ("default".to_string(), value)));
    }
    if let Some(Json::Object(properties)) = schema.get_mut("properties") {
        for (name, inner) in properties.iter_mut() {
            finish(inner, &join(prefix, name), described, is_model);
        }
        schema.insert("additionalProperties".to_string(), Json::Bool(false));
    }
    for nested in ["items", "additionalProperties"] {
        if let Some(Json::Object(inner)) = schema.get_mut(nested) {
            inner.remove("format");
        }
    }
    // a single text may stand for a list of one; only the lists of a model must be lists
    let is_list_of_texts = schema
        .get("items")
        .is_some_and(|items| items.get("type").is_some_and(|kind| kind == "string") || items.get("oneOf").is_some());
    if is_list_of_texts && !is_model {
        let one = schema.get("items").cloned().unwrap_or_default();
        let mut list = Map::new();
        for word in ["type", "items", "minItems", "maxItems"] {
            list.extend(schema.remove(word).map(|value| (word.to_string(), value)));
        }
        schema.insert("anyOf".to_string(), json!([one, list]));
    }
}

/// The default of every preset, which editors fill in.
fn default_of_all(default: &DefaultValue) -> Option<Json> {
    let DefaultValue::Same(text) = default else { return None };
    let table: toml::Table = toml::from_str(&format!("value = {text}")).ok()?;
    serde_json::to_value(table.get("value")?).ok()
}

/// What an editor shows.
fn description(key: &Key) -> String {
    let mut text = key.meaning.clone();
    if let Some(unit) = &key.unit {
        text.push_str(&format!("\n\nUnit: {unit}"));
    }
    text.push_str(&format!("\n\nAccepted: {}", key.accepted));
    match &key.default {
        DefaultValue::Nothing => {}
        DefaultValue::Words(words) | DefaultValue::Same(words) => text.push_str(&format!("\n\nDefault: {words}")),
        DefaultValue::Of(groups) => {
            let named = groups.iter().map(|(presets, value)| {
                let names: Vec<&str> = presets.iter().map(|preset| preset.name()).collect();
                format!("{value} ({})", names.join(", "))
            });
            text.push_str(&format!("\n\nDefault: {}", named.collect::<Vec<_>>().join("; ")));
        }
    }
    if let Some(source) = &key.source {
        text.push_str(&format!("\n\nSource: {source}"));
    }
    text
}
