//! What is in the files: one table that drives writing, `docs/files.md` and the tests.
//!
//! Shapes are written in words, "[M,N,3]": a letter is a length that is the same wherever it stands in a file (in a group
//! of a unit: in that group), a number is itself, "[]" is a scalar. `<unit>` in a path stands for the name of a
//! unit of energy of the deck, `<name>` for any name. Bump [`VERSION`] when a name changes.

mod elastic;
mod entry;
mod excitations;
mod excited;
mod glassy;
mod liquid;
mod names;
mod timing;
mod vibrations;

use std::collections::BTreeMap;

use crate::error::{Error, Result};
use crate::stage::Stage;

pub use entry::{AttributeEntry, DataSet, Element};

/// The layout's version: the root attribute `glasswell_layout` of every file.
pub const VERSION: i64 = 1;

/// The data sets of a stage's file, without those of /timing.
pub fn data_sets(stage: Stage) -> &'static [DataSet] {
    match stage {
        Stage::Prepare => glassy::GLASSES,
        Stage::Relax => liquid::RELAXATION,
        Stage::Explore => glassy::LANDSCAPE,
        Stage::Connect => glassy::PATHS,
        Stage::Tunnel => excited::TUNNELLING,
        Stage::Modes => vibrations::MODES,
        Stage::Excite => excitations::EXCITATIONS,
        Stage::Elastic => elastic::ELASTICITY,
    }
}

/// The data sets of /timing, the same in every file.
pub fn timing_data_sets() -> &'static [DataSet] {
    timing::TIMING
}

/// The attributes of a stage's file, beside those of the root, of /timing, and `units` and `description`.
pub fn attributes(stage: Stage) -> &'static [AttributeEntry] {
    match stage {
        Stage::Tunnel => excited::TUNNELLING_ATTRIBUTES,
        Stage::Modes => vibrations::MODES_ATTRIBUTES,
        Stage::Relax => liquid::RELAXATION_ATTRIBUTES,
        Stage::Excite => excitations::EXCITATIONS_ATTRIBUTES,
        _ => &[],
    }
}

/// The attributes of the root of every file.
pub fn root_attributes() -> &'static [AttributeEntry] {
    timing::ROOT_ATTRIBUTES
}

/// The attributes of every data set.
pub fn data_set_attributes() -> &'static [AttributeEntry] {
    timing::DATA_SET_ATTRIBUTES
}

/// The entry for this path in a stage's file.
///
/// # Errors
/// `Internal` for a path that the layout does not know.
pub fn data_set(stage: Stage, path: &str) -> Result<&'static DataSet> {
    let all = || data_sets(stage).iter().chain(timing_data_sets());
    all()
        .find(|entry| entry.path == path)
        .or_else(|| all().find(|entry| matches(entry.path, path)))
        .ok_or_else(|| Error::Internal(format!("{} has no data set {path} in the layout", stage.file_name())))
}

/// The entry for this attribute in a stage's file.
///
/// # Errors
/// `Internal` for one that the layout does not know.
pub fn attribute_entry(stage: Stage, path: &str, name: &str) -> Result<&'static AttributeEntry> {
    let mut all = attributes(stage).iter().filter(|entry| entry.name == name);
    all.find(|entry| entry.path == path || matches(entry.path, path)).ok_or_else(|| {
        Error::Internal(format!("{} has no attribute {name} of {path} in the layout", stage.file_name()))
    })
}

fn matches(pattern: &str, path: &str) -> bool {
    let (pattern, path): (Vec<_>, Vec<_>) = (pattern.split('/').collect(), path.split('/').collect());
    let same = |(pattern, part): (&&str, &&str)| pattern == part || (pattern.starts_with('<') && !part.is_empty());
    pattern.len() == path.len() && pattern.iter().zip(&path).all(same)
}

/// The name that stands for `<unit>` in a path, if its entry has one.
pub fn unit_of<'p>(entry: &DataSet, path: &'p str) -> Option<&'p str> {
    entry.path.starts_with("/<unit>").then(|| path.split('/').nth(1)).flatten()
}

/// The lengths that stand for letters so far, by (unit or "", letter).
pub type Lengths = BTreeMap<(String, String), u64>;

/// The words of a shape: "[M,N,3]" gives M, N, 3.
pub fn shape_words(shape: &'static str) -> Vec<&'static str> {
    shape.trim_matches(['[', ']']).split(',').filter(|word| !word.is_empty()).collect()
}

/// Compares a shape with its entry's words, and learns the lengths of letters met for the first time.
///
/// # Errors
/// `Internal` when the number of axes, a fixed length or a known length differs.
pub fn check_shape(entry: &DataSet, path: &str, shape: &[u64], lengths: &mut Lengths) -> Result<()> {
    let words = shape_words(entry.shape);
    let wrong =
        |why: String| Error::Internal(format!("{path} has shape {shape:?} where {} is due: {why}", entry.shape));
    if words.len() != shape.len() {
        return Err(wrong("another number of axes".into()));
    }
    let mut learned = lengths.clone();
    for (word, length) in words.iter().zip(shape) {
        let due = match word.parse::<u64>() {
            Ok(number) => number,
            Err(_) => {
                let key = (unit_of(entry, path).unwrap_or("").to_string(), word.to_string());
                *learned.entry(key).or_insert(*length)
            }
        };
        if due != *length {
            return Err(wrong(format!("{word} is {due}")));
        }
    }
    *lengths = learned;
    Ok(())
}
