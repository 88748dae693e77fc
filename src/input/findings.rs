//! All errors and warnings about a deck, collected so that they are reported together.

use super::source::{Place, Source, shortened};
use crate::error::{Error, Result};
use std::path::Path;

/// The errors and warnings found so far.
pub(super) struct Findings<'a> {
    source: &'a Source,
    /// Faults with their byte position (`usize::MAX`: not in the deck).
    faults: Vec<(usize, String)>,
    pub warnings: Vec<String>,
}

impl<'a> Findings<'a> {
    pub fn new(source: &'a Source) -> Self {
        Self { source, faults: Vec::new(), warnings: Vec::new() }
    }

    /// A fault of a value that the deck or a default gives: "line 3, column 5: explore.runs = 0: expected ...".
    pub fn reject(&mut self, key: &str, effective: &str, wanted: &str) {
        match self.source.place(key) {
            Some(place) => {
                let written = self.source.written(place);
                let key = shortened(key);
                self.at(place.value.start, &format!("{key} = {written} is not accepted: expected {wanted}"));
            }
            None => self.faults.push((
                usize::MAX,
                format!(
                    "{key} = {} (a default; the deck does not set it) is not accepted: expected {wanted}",
                    shortened(effective)
                ),
            )),
        }
    }

    /// A fault of a key itself.
    pub fn reject_key(&mut self, place: Option<&Place>, message: &str) {
        match place {
            Some(place) => self.at(place.key.start, message),
            None => self.faults.push((usize::MAX, message.to_string())),
        }
    }

    /// A section that is not allowed in this deck: "line 3, column 2: [relax]: ...".
    pub fn reject_section(&mut self, section: &str, message: &str) {
        self.reject_key(self.source.place(section), &format!("[{section}]: {message}"));
    }

    pub fn warn(&mut self, key: &str, message: &str) {
        let place = match self.source.place(key) {
            Some(place) => format!("line {}: ", self.source.line_and_column(place.value.start).0),
            None => String::new(),
        };
        self.warnings.push(format!("{place}{message}"));
    }

    pub fn is_clean(&self) -> bool {
        self.faults.is_empty()
    }

    fn at(&mut self, offset: usize, message: &str) {
        let (line, column) = self.source.line_and_column(offset);
        self.faults.push((offset, format!("line {line}, column {column}: {message}")));
    }

    /// The warnings, or one error that reports every fault in the order of the text.
    pub fn into_result(mut self, file: &Path) -> Result<Vec<String>> {
        if self.faults.is_empty() {
            return Ok(self.warnings);
        }
        self.faults.sort();
        let lines: Vec<String> = self.faults.into_iter().map(|(_, message)| message).collect();
        Err(Error::Deck { file: file.to_path_buf(), message: lines.join("\n  ") })
    }
}
