//! A deck's text, its values, and the position of each in the text.

use crate::error::{Error, Result};
use crate::formats::utf8;
use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;
use toml::de::{DeTable, DeValue};
use toml::{Spanned, Table, Value};

/// Byte positions of a key and its value.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Place {
    pub key: Range<usize>,
    pub value: Range<usize>,
}

/// A deck as written.
#[derive(Clone, Debug)]
pub(super) struct Source {
    pub text: String,
    /// The values by section and key.
    pub values: Table,
    /// Places by dotted key: `explore`, `explore.temperature`.
    places: BTreeMap<String, Place>,
}

/// The text of a deck's file.
///
/// # Errors
/// `Error::Deck` when it cannot be read, with line and column when it is not UTF-8.
pub(super) fn read_text(file: &Path) -> Result<String> {
    let fault = |message: String| Error::Deck { file: file.to_path_buf(), message };
    let bytes = std::fs::read(file)
        .map_err(|problem| fault(format!("cannot be read as a deck: {problem}; give the path of a TOML file")))?;
    utf8(bytes).map_err(fault)
}

impl Source {
    /// Reads TOML.
    ///
    /// # Errors
    /// `Error::Deck` with line and column when the text is not TOML.
    pub fn parse(text: &str, file: &Path) -> Result<Self> {
        let fault = |fault: toml::de::Error| not_toml(text, file, &fault);
        let tree = DeTable::parse(text).map_err(fault)?;
        if let Some((key, place)) = too_large("", tree.get_ref()) {
            return Err(number_too_large(text, file, &key, place));
        }
        let values: Table = toml::from_str(text).map_err(fault)?;
        let mut places = BTreeMap::new();
        collect_places("", tree.get_ref(), &mut places);
        Ok(Self { text: text.to_string(), values, places })
    }

    /// The position of a dotted key, if the deck has it.
    pub fn place(&self, key: &str) -> Option<&Place> {
        self.places.get(key)
    }

    /// Line and column (from 1) of a byte of the text.
    pub fn line_and_column(&self, offset: usize) -> (usize, usize) {
        line_and_column(&self.text, offset)
    }

    /// The value as written, on one line; the beginning of a long one.
    pub fn written(&self, place: &Place) -> String {
        on_one_line(&self.text, place.value.clone())
    }
}

fn collect_places(prefix: &str, table: &DeTable, places: &mut BTreeMap<String, Place>) {
    for (key, value) in table {
        let dotted = join(prefix, key.get_ref());
        if let DeValue::Table(inner) = value.get_ref() {
            collect_places(&dotted, inner, places);
        }
        places.insert(dotted, Place { key: key.span(), value: value.span() });
    }
}

/// The first whole number that TOML's 64 bits with a sign do not hold.
fn too_large(prefix: &str, table: &DeTable) -> Option<(String, Range<usize>)> {
    table.iter().find_map(|(key, value)| {
        let dotted = join(prefix, key.get_ref());
        too_large_value(value)
            .map(|(inner, place)| (inner.map_or(dotted.clone(), |inner| join(&dotted, &inner)), place))
    })
}

/// The same within a value; with the keys below it.
fn too_large_value(value: &Spanned<DeValue>) -> Option<(Option<String>, Range<usize>)> {
    match value.get_ref() {
        DeValue::Integer(number) => {
            let fits = i64::from_str_radix(number.as_str(), number.radix()).is_ok();
            (!fits).then(|| (None, value.span()))
        }
        DeValue::Array(list) => list.iter().find_map(too_large_value),
        DeValue::Table(inner) => too_large("", inner).map(|(key, place)| (Some(key), place)),
        _ => None,
    }
}

fn number_too_large(text: &str, file: &Path, key: &str, place: Range<usize>) -> Error {
    let (line, column) = line_and_column(text, place.start);
    let written = on_one_line(text, place);
    Error::Deck {
        file: file.to_path_buf(),
        message: format!(
            "line {line}, column {column}: {} = {written} is not accepted: expected a whole number up to {}, the limit of \
             integers in TOML",
            shortened(key),
            i64::MAX
        ),
    }
}

fn on_one_line(text: &str, place: Range<usize>) -> String {
    let text = text.get(place).unwrap_or_default();
    shortened(&text.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// Most characters of a user's text in a message.
const LONGEST: usize = 120;

/// A text for a message: the beginning of a long one.
pub(super) fn shortened(text: &str) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text.to_string(),
    }
}

/// A syntax error with its line.
fn not_toml(text: &str, file: &Path, fault: &toml::de::Error) -> Error {
    let (line, column) = line_and_column(text, fault.span().map_or(0, |span| span.start));
    let written = text.lines().nth(line - 1).unwrap_or_default().trim();
    let message = match bare_text(written) {
        Some((key, word)) => format!("a text needs quotes: write {key} = \"{word}\""),
        None => shortened(&fault.message().trim().replace('\n', ", ")),
    };
    Error::Deck {
        file: file.to_path_buf(),
        message: format!("line {line}, column {column}: `{}` is not TOML: {message}", shortened(written)),
    }
}

/// Key and value of a line `key = word`, the word being neither quoted nor a value of TOML.
fn bare_text(line: &str) -> Option<(&str, &str)> {
    let (key, value) = line.split_once('=')?;
    let (key, word) = (key.trim(), value.split('#').next().unwrap_or_default().trim());
    let plain = |c: char| c.is_alphanumeric() || "_-./".contains(c);
    let is_key = !key.is_empty() && key.chars().all(plain);
    let is_word = word.starts_with(|c: char| c.is_alphabetic() || "./".contains(c)) && word.chars().all(plain);
    let is_value = ["true", "false", "inf", "nan"].contains(&word);
    (is_key && is_word && !is_value && word.len() < LONGEST).then_some((key, word))
}

/// "section" and "key" as "section.key".
pub(super) fn join(prefix: &str, key: &str) -> String {
    if prefix.is_empty() { key.to_string() } else { format!("{prefix}.{key}") }
}

/// Line and column, both from 1; columns count characters.
fn line_and_column(text: &str, offset: usize) -> (usize, usize) {
    let before = text.get(..offset.min(text.len())).unwrap_or(text);
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    (before.matches('\n').count() + 1, before[line_start..].chars().count() + 1)
}

/// Every leaf of a table with its dotted key, in order; an empty table is no leaf.
pub(super) fn leaves(prefix: &str, table: &Table) -> Vec<(String, Value)> {
    let mut list = Vec::new();
    for (key, value) in table {
        let dotted = join(prefix, key);
        match value {
            Value::Table(inner) => list.extend(leaves(&dotted, inner)),
            leaf => list.push((dotted, leaf.clone())),
        }
    }
    list
}

/// A value as TOML; floats with the fewest digits that read back exactly.
pub(super) fn value_text(value: &Value) -> String {
    match value {
        Value::Float(x) => format!("{x:?}"),
        Value::Array(list) => format!("[{}]", list.iter().map(value_text).collect::<Vec<_>>().join(", ")),
        other => other.to_string(),
    }
}
