//! From a deck's text to settings: defaults of the model, the deck's values over them, checks.

use super::campaign::CampaignSettings;
use super::check;
use super::deck::{Deck, to_value};
use super::findings::Findings;
use super::imports;
use super::merge::{Reread, overlay};
use super::model::ModelSettings;
use super::model::potential_of;
use super::nearest_name::{listed, nearest_name};
use super::origin::{Origin, reread};
use super::source::{Source, join, leaves, read_text, shortened};
use crate::error::{Error, Result};
use crate::model::{Potential, Preset};
use crate::stage::Stage;
use std::path::Path;
use toml::{Table, Value};

/// Reads a deck file, checks every value and that the files to import exist; [`Deck::import`] takes their contents. Reads
/// the list of pairs that the deck names.
///
/// # Errors
/// `Error::Input` when the file or the list cannot be read, `Error::Deck` with line, column, key, value and what would be accepted.
pub fn read_deck(path: &Path) -> Result<Deck> {
    let text = read_text(path)?;
    let mut deck = parse_deck(&text, path)?;
    imports::import_files(&deck)?;
    deck.read_list()?;
    Ok(deck)
}

/// Reads a deck's text without touching any file; `file` names it in messages.
///
/// # Errors
/// `Error::Deck` with line, column, key, value and what would be accepted; all faults are reported together.
pub fn parse_deck(text: &str, file: &Path) -> Result<Deck> {
    let source = Source::parse(text, file)?;
    let mut findings = Findings::new(&source);
    check_sections(&source, &mut findings);
    let Some(potential) = potential_of(&source, &mut findings) else {
        findings.into_result(file)?;
        return Err(Error::Internal("a deck without a model passed its checks".to_string()));
    };
    let sections = effective_sections(&source, &potential, file, &mut findings)?;
    if !findings.is_clean() {
        findings.into_result(file)?;
        return Err(Error::Internal("a faulty deck passed its checks".to_string()));
    }
    let mut deck = assemble(text, file, &sections)?;
    for (section, table) in &sections {
        record_origins(&mut deck, &source, section, table)?;
    }
    check::check(&deck, &mut findings)?;
    deck.warnings = findings.into_result(file)?;
    Ok(deck)
}

impl Deck {
    /// Asks for a stage that the deck does not have a section for, with the defaults of its model.
    ///
    /// # Errors
    /// `Error::Deck` when the defaults do not suit the rest of the deck.
    pub fn add_stage(&mut self, stage: Stage) -> Result<()> {
        if self.has(stage) {
            return Ok(());
        }
        let listed = self.listed.take();
        *self = Self { listed, ..parse_deck(&format!("{}\n[{stage}]\n", self.text.trim_end()), &self.file)? };
        Ok(())
    }

    /// Where the value of a dotted key (`explore.temperature`) comes from.
    pub fn origin(&self, key: &str) -> Option<Origin> {
        self.origins.get(key).copied()
    }
}

/// Every section must be known.
fn check_sections(source: &Source, findings: &mut Findings) {
    let known = || ["campaign", "model"].into_iter().chain(Stage::ALL.iter().map(|stage| stage.name()));
    for (section, value) in &source.values {
        if known().any(|name| name == section) {
            continue;
        }
        let message = if value.is_table() {
            let hint = nearest_name(section, known()).map_or(String::new(), |name| format!("did you mean [{name}]? "));
            format!("unknown section [{}]: {hint}accepted are {}", shortened(section), listed(known()))
        } else {
            let key = shortened(section);
            format!("the key `{key}` stands outside of every section: move it below one of {}", listed(known()))
        };
        findings.reject_key(source.place(section), &message);
    }
}

/// The effective table of every section that the deck has, [campaign] and [model] always, in order.
fn effective_sections(
    source: &Source,
    potential: &Potential,
    file: &Path,
    findings: &mut Findings,
) -> Result<Vec<(&'static str, Table)>> {
    let campaign = table(to_value(&CampaignSettings::defaults(&campaign_name(file)))?);
    let model = table(to_value(&ModelSettings::defaults(potential))?);
    let campaign = overlay(source, "campaign", &campaign, &reread::<CampaignSettings>, findings);
    let model = overlay(source, "model", &model, &reread::<ModelSettings>, findings);
    require(source, "model", potential, ModelSettings::WITHOUT_DEFAULT, findings);
    let mut sections = vec![("campaign", campaign), ("model", model)];
    for stage in Stage::ALL {
        if source.values.contains_key(stage.name()) {
            let mut defaults = table(stage.defaults(potential)?);
            let given = source.values.get(stage.name()).and_then(Value::as_table).cloned().unwrap_or_default();
            stage.adjust_defaults(potential, &given, &sections, &mut defaults);
            let reread: Reread = &|value| stage.reread(value);
            let effective = overlay(source, stage.name(), &defaults, reread, findings);
            require(source, stage.name(), potential, stage.without_default(), findings);
            sections.push((stage.name(), effective));
        }
    }
    Ok(sections)
}

/// Keys that only presets have a default for must stand in every other deck.
fn require(source: &Source, section: &str, potential: &Potential, keys: &[&str], findings: &mut Findings) {
    for key in keys.iter().filter(|_| potential.preset().is_none()) {
        if source.place(&join(section, key)).is_none() {
            let message = format!(
                "{section}.{key} is missing: a model with tables of its own has no default for it; add `{key} = ...` below [{section}]"
            );
            findings.reject_key(source.place(section), &message);
        }
    }
}

fn assemble(text: &str, file: &Path, sections: &[(&str, Table)]) -> Result<Deck> {
    let fault = |fault: toml::de::Error| Error::Internal(format!("effective deck does not read back: {fault}"));
    let value = |name: &str| {
        let found = sections.iter().find(|(section, _)| *section == name);
        Value::Table(found.map(|(_, table)| table.clone()).unwrap_or_default())
    };
    let campaign = value("campaign").try_into().map_err(fault)?;
    let model = value("model").try_into().map_err(fault)?;
    let mut deck = Deck::without_stages(file.to_path_buf(), text.to_string(), campaign, model);
    for (section, table) in sections {
        if let Some(stage) = Stage::from_name(section) {
            deck.set_section(stage, Value::Table(table.clone()))?;
        }
    }
    Ok(deck)
}

/// A default that differs between presets is the preset's; with a model's own tables there is none.
fn record_origins(deck: &mut Deck, source: &Source, section: &str, effective: &Table) -> Result<()> {
    let mut of_presets = Vec::new();
    for preset in Preset::ALL {
        let defaults = match Stage::from_name(section) {
            Some(stage) => stage.defaults(&preset.into())?,
            None if section == "model" => to_value(&ModelSettings::defaults(preset))?,
            None => to_value(&CampaignSettings::defaults(&deck.campaign.name))?,
        };
        of_presets.push(leaves(section, &table(defaults)));
    }
    for (key, value) in leaves(section, effective) {
        let same_for_all = of_presets.iter().all(|list| list.contains(&(key.clone(), value.clone())));
        let origin = match source.place(&key) {
            Some(_) => Origin::Deck,
            None if same_for_all || deck.model.potential.preset().is_none() => Origin::Default,
            None => Origin::Preset,
        };
        deck.origins.insert(key, origin);
    }
    Ok(())
}

fn campaign_name(file: &Path) -> String {
    file.file_stem().map_or_else(|| "campaign".to_string(), |stem| stem.to_string_lossy().into_owned())
}

fn table(value: Value) -> Table {
    match value {
        Value::Table(table) => table,
        _ => Table::new(),
    }
}
