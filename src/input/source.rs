//! A deck's text, its values, and the position of each in the text.

use crate::error::{Error, Result};
use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;
use toml::de::{DeTable, DeValue};
use toml::{Table, Value};

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

impl Source {
    /// Reads TOML.
    ///
    /// # Errors
    /// `Error::Deck` with line and column when the text is not TOML.
    pub fn parse(text: &str, file: &Path) -> Result<Self> {
        let fault = |fault: toml::de::Error| not_toml(text, file, &fault);
        let tree = DeTable::parse(text).map_err(fault)?;
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

    /// The value as written, on one line.
    pub fn written(&self, place: &Place) -> String {
        let text = self.text.get(place.value.clone()).unwrap_or_default();
        text.split_whitespace().collect::<Vec<_>>().join(" ")
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

/// A syntax error with its line.
fn not_toml(text: &str, file: &Path, fault: &toml::de::Error) -> Error {
    let (line, column) = line_and_column(text, fault.span().map_or(0, |span| span.start));
    let written = text.lines().nth(line - 1).unwrap_or_default().trim();
    let message = match fault.message() {
        message if message.contains("i128") => format!("a whole number exceeds the largest allowed, {}", i64::MAX),
        message => message.trim().replace('\n', ", "),
    };
    Error::Deck {
        file: file.to_path_buf(),
        message: format!("line {line}, column {column}: `{written}` is not TOML: {message}"),
    }
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
