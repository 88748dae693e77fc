//! The layout of the files: tables that drive writing, `docs/files.md` and the tests. Each stage has one for its file.
//!
//! Shapes are written as texts, "[M,N,3]": a letter is a length that is the same everywhere in a file (in a group of a
//! unit: everywhere in that group), a number is a fixed length, "[]" is a scalar. `<unit>` in a path stands for the
//! name of a unit of energy of the deck, `<name>` for any name. Increase [`VERSION`] when a name changes.

mod entry;
pub mod names;
mod timing;

use std::collections::BTreeMap;

use crate::error::{Error, Result};

pub use entry::{AttributeEntry, DataSet, Element, asked, attribute, set};

/// The layout's version: the root attribute `glasswell_layout` of every file.
pub const VERSION: i64 = 2;
/// The oldest layout whose files can be read: they lack data sets of later ones. A campaign is not continued in an earlier
/// layout.
pub const OLDEST: i64 = 1;

/// The layout of the file of a stage, without what every file has.
#[derive(Clone, Copy, Debug)]
pub struct Layout {
    /// Tables of data sets, without those of /timing.
    pub data_sets: &'static [&'static [DataSet]],
    /// Attributes other than those of the root, of /timing, and `units` and `description`.
    pub attributes: &'static [AttributeEntry],
}

impl Layout {
    /// The data sets, without those of /timing.
    pub fn data_sets(&self) -> impl Iterator<Item = &'static DataSet> {
        self.data_sets.iter().copied().flatten()
    }

    /// The entry for this path.
    ///
    /// # Errors
    /// `Internal` for a path that is not in the layout.
    pub fn data_set(&self, path: &str) -> Result<&'static DataSet> {
        let all = || self.data_sets().chain(timing_data_sets());
        all()
            .find(|entry| entry.path == path)
            .or_else(|| all().find(|entry| matches(entry.path, path)))
            .ok_or_else(|| Error::Internal(format!("the layout has no data set {path}")))
    }

    /// The entry for this attribute.
    ///
    /// # Errors
    /// `Internal` for an attribute that is not in the layout.
    pub fn attribute(&self, path: &str, name: &str) -> Result<&'static AttributeEntry> {
        let mut all = self.attributes.iter().filter(|entry| entry.name == name);
        all.find(|entry| entry.path == path || matches(entry.path, path))
            .ok_or_else(|| Error::Internal(format!("the layout has no attribute {name} of {path}")))
    }
}

/// The data sets of /timing, the same in every file.
pub fn timing_data_sets() -> &'static [DataSet] {
    timing::TIMING
}

/// The attributes of the root of every file.
pub fn root_attributes() -> &'static [AttributeEntry] {
    timing::ROOT_ATTRIBUTES
}

/// The attributes of every data set.
pub fn data_set_attributes() -> &'static [AttributeEntry] {
    timing::DATA_SET_ATTRIBUTES
}

fn matches(pattern: &str, path: &str) -> bool {
    let (pattern, path): (Vec<_>, Vec<_>) = (pattern.split('/').collect(), path.split('/').collect());
    let same = |(pattern, part): (&&str, &&str)| pattern == part || (pattern.starts_with('<') && !part.is_empty());
    pattern.len() == path.len() && pattern.iter().zip(&path).all(same)
}

/// The name in place of `<unit>` in a path, if its entry has one.
pub fn unit_of<'p>(entry: &DataSet, path: &'p str) -> Option<&'p str> {
    entry.path.starts_with("/<unit>").then(|| path.split('/').nth(1)).flatten()
}

/// The known lengths of letters, by (unit or "", letter).
pub type Lengths = BTreeMap<(String, String), u64>;

/// The axes of a shape: "[M,N,3]" gives M, N, 3.
pub fn shape_words(shape: &'static str) -> Vec<&'static str> {
    shape.trim_matches(['[', ']']).split(',').filter(|word| !word.is_empty()).collect()
}

/// Compares a shape with its entry, and records the lengths of letters met for the first time.
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
