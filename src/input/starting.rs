//! A deck to start from: every key of a preset's stages with its meaning and default.

use super::deck::to_value;
use super::explain::quoted_key;
use super::keys::{Key, SectionKeys, sections, value_at};
use super::parse::parse_deck;
use super::wrap::{assignment, comment, entry};
use super::{CampaignSettings, DefaultValue, ModelSettings};
use crate::error::Result;
use crate::model::{Potential, Preset};
use crate::stage::Stage;
use std::path::Path;
use toml::{Table, Value};

/// The file that `glasswell schema` is to be stored in, next to the deck: where editors look.
pub const SCHEMA_FILE: &str = "glasswell-deck.schema.json";

/// The stages of a preset's papers: two-level systems of mixtures, pushes along the modes of particles of one kind.
fn stages(preset: Preset) -> &'static [Stage] {
    match Potential::from(preset).is_of_one_kind() {
        false => &[Stage::Prepare, Stage::Explore, Stage::Connect, Stage::Tunnel],
        true => &[Stage::Prepare, Stage::Excite],
    }
}

/// A deck of a preset with the stages of its papers. It holds every key of its sections. The values of the papers, which
/// differ between presets, are written; other defaults are comments.
///
/// # Errors
/// `Error::Internal` when settings cannot be written as TOML.
pub fn starting_deck(preset: Preset) -> Result<String> {
    let name = preset.name();
    let mut text = format!("#:schema ./{SCHEMA_FILE}\n");
    text += &comment(&format!(
        "A deck for the preset {name}. Lines such as `#key = value` show defaults: remove the # and change the value. \
         `glasswell check` finds faults and estimates the cost, `glasswell run` runs the stages."
    ));
    let mut earlier: Vec<(&'static str, Table)> = Vec::new();
    let mut others = Vec::new();
    for section in sections()? {
        let stage = Stage::from_name(section.name);
        if stage.is_some_and(|stage| !stages(preset).contains(&stage)) {
            others.push(section);
            continue;
        }
        let (plain, adjusted) = defaults(section.name, preset, &earlier)?;
        text += &written(&section, &plain, &adjusted);
        earlier.push((section.name, adjusted));
    }
    text += "\n# Further stages run if the deck has their sections:\n";
    // some models refuse a stage, or have no default for one of its keys
    let is_possible = |name: &str| parse_deck(&format!("{text}\n[{name}]\n"), Path::new("deck.toml")).is_ok();
    let possible: Vec<SectionKeys> = others.into_iter().filter(|section| is_possible(section.name)).collect();
    text.extend(possible.iter().map(|section| entry(&format!("[{}] {}", section.name, section.meaning))));
    Ok(text)
}

/// A section's defaults: as they are, and as the sections before it change them.
fn defaults(section: &str, preset: Preset, earlier: &[(&'static str, Table)]) -> Result<(Table, Table)> {
    let potential = Potential::from(preset);
    let stage = Stage::from_name(section);
    let value = match stage {
        Some(stage) => stage.defaults(&potential)?,
        None if section == "model" => to_value(&ModelSettings::defaults(preset))?,
        None => to_value(&CampaignSettings::defaults(preset.name()))?,
    };
    let plain = value.as_table().cloned().unwrap_or_default();
    let mut adjusted = plain.clone();
    if let Some(stage) = stage {
        stage.adjust_defaults(&potential, &Table::new(), earlier, &mut adjusted);
    }
    Ok((plain, adjusted))
}

fn written(section: &SectionKeys, plain: &Table, adjusted: &Table) -> String {
    let mut text = format!("\n{}[{}]\n", comment(&section.meaning), section.name);
    let (plain, adjusted) = (Value::Table(plain.clone()), Value::Table(adjusted.clone()));
    for key in &section.keys {
        let Some(value) = value_at(&adjusted, &key.name) else { continue };
        // one that follows from another key must go on to follow it
        let fixed = value_at(&plain, &key.name) == Some(value);
        let is_of_preset = matches!(key.default, DefaultValue::Of(_)) || key.name == "preset";
        text += "\n";
        text += &explained(key);
        let lines = assignment(&quoted_key(&key.name), value, "");
        match fixed && is_of_preset {
            true => text += &lines,
            false => text += &lines.lines().map(|line| format!("#{line}\n")).collect::<String>(),
        }
    }
    text
}

/// Meaning, unit and, where names are accepted, the names.
fn explained(key: &Key) -> String {
    let mut text = comment(&key.described);
    for name in &key.names {
        text += &entry(name);
    }
    text
}
