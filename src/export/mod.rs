//! What other programs read of a campaign: configurations, tables, databases of stationary points.
//!
//! An export reads the files of a campaign and changes nothing. [`prepare`] reads and checks all that is needed; its
//! [`Product`] then writes.
//!
//! ```no_run
//! use glasswell::export::{Content, Format, Subject, prepare};
//! let glass = prepare("quickstart.out".as_ref(), &Subject::Glass(0), Format::ExtendedXyz, &Default::default(), false)?;
//! assert!(matches!(glass.content, Content::Text(_)));
//! # Ok::<(), glasswell::error::Error>(())
//! ```

mod frames;
mod pairs;
mod pathsample;
mod product;
mod request;
mod source;
mod table;

use crate::error::{Error, Result};
use crate::formats::{Symbols, symbols_of_species};
use frames::Frames;
pub use pathsample::FILES as DATABASE_FILES;
pub use product::{Content, DatabaseFile, Folder, Product, Text};
pub use request::{Format, Part, Subject};
use source::Source;
use std::path::Path;

/// Reads what an export needs; `symbols` are what the file calls the species, `explained` asks for comments in a table.
///
/// # Errors
/// `Usage` for what does not exist, or a format that cannot hold it; `Storage` when a file is missing or damaged.
pub fn prepare(
    directory: &Path,
    subject: &Subject,
    format: Format,
    symbols: &Symbols,
    explained: bool,
) -> Result<Product> {
    check(subject, format)?;
    if let Subject::Table(name) = subject {
        let (text, left_out) = table::table(directory, name, explained)?;
        let notes = match left_out.is_empty() {
            true => Vec::new(),
            false => vec![format!("left out, because they do not fit into columns: {}", left_out.join(", "))],
        };
        return Ok(Product { notes, content: Content::Text(text) });
    }
    let source = Source::open(directory)?;
    let names = symbols_of_species(symbols, &source.potential);
    let names = names.map_err(|fault| Error::Usage(format!("--species: {fault}")))?;
    match (subject, format) {
        (Subject::Pairs(glass), _) => Ok(pairs::pairs(&source, *glass)?.into()),
        (Subject::Glass(glass), Format::Pathsample) => pathsample::database(&source, *glass),
        (Subject::Well { row, part: None }, Format::Csv) => Ok(frames::profile(&source, *row)?.into()),
        (_, Format::H5md) => {
            let trajectory = Frames::collect(&source, subject, format, names)?.trajectory();
            Ok(Product { notes: Vec::new(), content: Content::H5md(trajectory) })
        }
        _ => Ok(Frames::collect(&source, subject, format, names)?.text(format).into()),
    }
}

/// Whether the format can hold it.
fn check(subject: &Subject, format: Format) -> Result<()> {
    let holds = match subject {
        Subject::Glass(_) => "extxyz, lammps, h5md, csv, or pathsample (its minima and transition states)",
        Subject::Minimum { .. } | Subject::Well { .. } => "extxyz, lammps, h5md or csv",
        Subject::Table(_) | Subject::Pairs(_) => "csv",
    };
    match holds.split([' ', ',']).any(|word| word == format.name()) {
        true => Ok(()),
        false => {
            let message = format!("--format {} cannot hold the {subject}; give --format {holds}", format.name());
            Err(Error::Usage(message))
        }
    }
}
