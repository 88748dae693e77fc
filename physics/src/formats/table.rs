//! Tables with a line of column names, separated by commas.

use super::columns::utf8;
use crate::error::{Error, Result};
use csv::{ReaderBuilder, StringRecord, Trim};
use std::path::{Path, PathBuf};

/// A table as text; a column is interpreted when it is asked for, so that columns nobody needs may hold anything.
#[derive(Clone, Debug)]
pub struct Table {
    file: PathBuf,
    names: StringRecord,
    records: Vec<StringRecord>,
    /// The line of each record, from 1.
    lines: Vec<usize>,
}

impl Table {
    /// Reads comma-separated values (RFC 4180) whose first line names the columns; `#` starts a line of comment.
    ///
    /// # Errors
    /// `Error::Input`: not readable, not UTF-8, no names, a row with more or fewer cells than names.
    pub fn read(file: &Path) -> Result<Self> {
        let bytes = std::fs::read(file)
            .map_err(|fault| Error::input(file, format!("cannot be read: {fault}; give the path of a CSV file")))?;
        Self::parse(file, &utf8(bytes).map_err(|place| Error::input(file, place))?)
    }

    /// The same from the text of `file`.
    ///
    /// # Errors
    /// As `read`.
    pub fn parse(file: &Path, text: &str) -> Result<Self> {
        let text = text.trim_start_matches('\u{feff}');
        let mut reader = ReaderBuilder::new().trim(Trim::All).comment(Some(b'#')).from_reader(text.as_bytes());
        let fault = |problem: csv::Error| {
            Error::input(file, format!("is not a table of comma-separated values: {}", said(&problem, text)))
        };
        let names = reader.headers().map_err(fault)?.clone();
        if names.iter().all(|name| name.is_empty() || name.parse::<f64>().is_ok()) {
            let message = "has no names of columns; expected them, separated by commas, in its first line";
            return Err(Error::input(file, message));
        }
        let records = reader.into_records().collect::<std::result::Result<Vec<_>, _>>().map_err(fault)?;
        let mut lines = Lines::of(text);
        let lines = records.iter().map(|record| record.position().map_or(0, |at| lines.number_at(at))).collect();
        Ok(Self { file: file.to_path_buf(), names, records, lines })
    }

    pub fn file(&self) -> &Path {
        &self.file
    }

    /// The names of the columns, in their order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.names.iter()
    }

    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.records.len()
    }

    /// The line of a row, from 1, for messages.
    pub fn line(&self, row: usize) -> usize {
        self.lines[row]
    }

    /// The cells of a column [rows] as text, `None` if no column has this name.
    pub fn text(&self, name: &str) -> Option<Vec<&str>> {
        let at = self.names.iter().position(|known| known == name)?;
        Some(self.records.iter().map(|record| record.get(at).unwrap_or_default()).collect())
    }

    /// The cells of a column [rows], each as `of` reads it; `None` if no column has this name. `wanted` says what a cell
    /// must be.
    ///
    /// # Errors
    /// `Error::Input` with line, column and cell where `of` gives `None`.
    pub fn cells<T>(&self, name: &str, wanted: &str, of: impl Fn(&str) -> Option<T>) -> Result<Option<Vec<T>>> {
        let Some(cells) = self.text(name) else { return Ok(None) };
        let cell = |(row, cell): (usize, &str)| {
            let line = self.line(row);
            of(cell)
                .ok_or_else(|| Error::input(&self.file, format!("line {line}: {name} = `{cell}`; expected {wanted}")))
        };
        cells.into_iter().enumerate().map(cell).collect::<Result<Vec<T>>>().map(Some)
    }

    /// The numbers of a column [rows], NaN where the cell is empty or `nan`; `None` if no column has this name.
    ///
    /// # Errors
    /// `Error::Input` at a cell that is neither.
    pub fn numbers(&self, name: &str) -> Result<Option<Vec<f64>>> {
        let number = |cell: &str| if cell.is_empty() { Some(f64::NAN) } else { cell.parse::<f64>().ok() };
        self.cells(name, "a number", number)
    }
}

/// Numbers of lines, from 1, at rising places of a text. The reader gives the place where it began to look for a record:
/// before the rest of a line end, and before comments.
struct Lines<'a> {
    text: &'a str,
    /// Bytes before the last place, and the line ends in them.
    seen: usize,
    ends: usize,
}

impl<'a> Lines<'a> {
    fn of(text: &'a str) -> Self {
        Self { text, seen: 0, ends: 0 }
    }

    /// The line of the record that the reader found from a place on.
    fn number_at(&mut self, place: &csv::Position) -> usize {
        let bytes = self.text.as_bytes();
        let mut start = (place.byte() as usize).clamp(self.seen, bytes.len());
        while let Some(byte) = bytes.get(start) {
            match byte {
                b'\n' | b'\r' => start += 1,
                b'#' => start += bytes[start..].iter().take_while(|byte| **byte != b'\n').count(),
                _ => break,
            }
        }
        self.ends += bytes[self.seen..start].iter().filter(|byte| **byte == b'\n').count();
        self.seen = start;
        self.ends + 1
    }
}

/// The fault, with the number of its line.
fn said(problem: &csv::Error, text: &str) -> String {
    match problem.kind() {
        csv::ErrorKind::UnequalLengths { pos, expected_len, len } => {
            let line = pos.as_ref().map_or(0, |place| Lines::of(text).number_at(place));
            format!("line {line} has {len} cells; expected {expected_len}, as the first line has")
        }
        _ => problem.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Table> {
        Table::parse(Path::new("pairs.csv"), text)
    }

    fn message(problem: Error) -> String {
        problem.to_string()
    }

    #[test]
    fn cells_are_found_by_the_name_of_their_column() {
        let table = parse("\u{feff}glass,\"b\", a,note\r\n# a comment\r\n0,2, 1.5,\"x, y\"\r\n1,,nan,z\r\n").unwrap();
        assert_eq!((table.rows(), table.line(0), table.line(1)), (2, 3, 4));
        assert_eq!(table.numbers("a").unwrap().unwrap()[0], 1.5);
        assert!(table.numbers("a").unwrap().unwrap()[1].is_nan());
        assert!(table.numbers("b").unwrap().unwrap()[1].is_nan());
        assert!(table.numbers("c").unwrap().is_none());
        assert_eq!(table.text("note").unwrap(), ["x, y", "z"]);
        assert_eq!(message(table.numbers("note").unwrap_err()), "pairs.csv: line 3: note = `x, y`; expected a number");
    }

    #[test]
    fn what_is_no_table_is_refused_with_its_line() {
        let uneven = message(parse("# of pairs\r\na,b\r\n\r\n1,2\r\n# one\r\n3\r\n").unwrap_err());
        assert!(uneven.ends_with("line 6 has 1 cells; expected 2, as the first line has"), "{uneven}");
        for nameless in ["", "1,2\n3,4\n"] {
            assert!(message(parse(nameless).unwrap_err()).contains("no names of columns"), "{nameless:?}");
        }
        assert_eq!(parse("a,b\n").unwrap().rows(), 0);
    }
}
