//! Extended XYZ: a line with the number of particles, a line of `key=value`, then one line for each particle.

use super::frame::{Frame, Place, Row, Symbol, count, finite, shortened};
use super::frames::Frames;
use super::xyz_header::{self, Columns};
use crate::error::{Error, Result};
use std::path::Path;

pub(super) struct ExtendedXyz<'t> {
    path: &'t Path,
    lines: Vec<&'t str>,
}

impl<'t> ExtendedXyz<'t> {
    pub fn new(path: &'t Path, text: &'t str) -> Self {
        Self { path, lines: text.lines().collect() }
    }

    fn fault(&self, message: String) -> Error {
        Error::input(self.path, message)
    }

    /// The number of particles of frame `number`, whose first line is `start` (from 0).
    fn particles(&self, start: usize, number: usize) -> Result<usize> {
        let after = match number {
            0 => "expected the number of particles".to_string(),
            _ => format!("extra text after frame {number}; expected the next frame's number of particles, or the end"),
        };
        let line = self.lines[start];
        let fault = || self.fault(format!("line {}: `{}`: {after}", start + 1, shortened(line)));
        count(line.trim()).ok_or_else(fault)
    }
}

impl Frames for ExtendedXyz<'_> {
    fn path(&self) -> &Path {
        self.path
    }

    fn next(&self, from: usize) -> Option<usize> {
        (from..self.lines.len()).find(|&k| !self.lines[k].trim().is_empty())
    }

    fn end(&self, start: usize, number: usize) -> Result<usize> {
        Ok(self.particles(start, number)?.saturating_add(start + 2))
    }

    fn read(&self, start: usize, number: usize) -> Result<Frame> {
        let count = self.particles(start, number)?;
        let second = start + 2;
        let header = self
            .lines
            .get(start + 1)
            .ok_or_else(|| self.fault(format!("line {second} is missing; expected Lattice=\"...\" Properties=...")))?;
        let header = xyz_header::read(header).map_err(|fault| self.fault(format!("line {second}: {fault}")))?;
        // no more than the file has, whatever the first line promises
        let mut rows = Vec::with_capacity(count.min(self.lines.len()));
        for k in 0..count {
            let line = start + 3 + k;
            let text = self.lines.get(line - 1).filter(|text| !text.trim().is_empty()).ok_or_else(|| {
                let remedy = format!("correct the count on line {} or add the rest", start + 1);
                self.fault(format!("line {line}: truncated: {k} of {count} particles; {remedy}"))
            })?;
            let row = row(text, line, &header.columns);
            rows.push(row.map_err(|fault| self.fault(format!("line {line}, particle {k}: {fault}")))?);
        }
        Ok(Frame { place: Place::Line(start + 1), edges: header.edges, rows, diameters: header.columns.kind })
    }
}

fn row(text: &str, line: usize, columns: &Columns) -> std::result::Result<Row, String> {
    let words: Vec<&str> = text.split_whitespace().collect();
    if words.len() != columns.count {
        let shape = format!("`{}` has {} columns; Properties asks for {}", shortened(text), words.len(), columns.count);
        return Err(format!("{shape}; correct the line, or the count of particles if the frame ends here"));
    }
    let mut position = [0.0; 3];
    for (x, word) in position.iter_mut().zip(&words[columns.position..]) {
        *x = finite(word).map_err(|fault| format!("coordinate {fault}; expected a finite number"))?;
    }
    let diameter = match columns.diameter {
        Some(column) => {
            let given = finite(words[column]);
            let given = given.map_err(|fault| format!("{} {fault}; expected a number above 0", columns.kind.name()))?;
            Some(columns.kind.diameter(given))
        }
        None => None,
    };
    Ok(Row { line, symbol: Symbol::Name(words[columns.species].to_string()), position, diameter })
}
