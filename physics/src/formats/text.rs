//! The text of a file, and which format it has.

use crate::error::{Error, Result};
use std::io::Read;
use std::path::Path;

/// Lines among which the header of a LAMMPS data file is looked for.
const HEADER_LINES: usize = 200;

/// What is read.
pub(super) const WANTED: &str = "expected extended XYZ, a LAMMPS data file or a LAMMPS dump";

/// The formats of configurations that are text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    ExtendedXyz,
    LammpsData,
    LammpsDump,
}

/// Whether the file is HDF5, by its first bytes.
///
/// # Errors
/// `Error::Input` when it cannot be read.
pub fn is_hdf5(path: &Path) -> Result<bool> {
    let mut start = Vec::new();
    let file = std::fs::File::open(path).map_err(|fault| unreadable(path, &fault))?;
    file.take(8).read_to_end(&mut start).map_err(|fault| unreadable(path, &fault))?;
    Ok(start == *b"\x89HDF\r\n\x1a\n")
}

fn unreadable(path: &Path, fault: &std::io::Error) -> Error {
    Error::input(
        path,
        format!("cannot be read: {fault}; give the path of a configuration (extended XYZ or LAMMPS data)"),
    )
}

/// The text without a byte order mark. What is not UTF-8 is read as Latin-1, which only titles and comments contain.
pub(super) fn read(path: &Path) -> Result<String> {
    if path.is_file() && is_hdf5(path)? {
        let message = format!("is HDF5; {WANTED} (to import a glasses.h5, name it in a deck's prepare.from)");
        return Err(Error::input(path, message));
    }
    let bytes = std::fs::read(path).map_err(|fault| unreadable(path, &fault))?;
    let text = decoded(bytes).map_err(|message| Error::input(path, message))?;
    match text.trim().is_empty() {
        true => Err(Error::input(path, format!("is empty; {WANTED}"))),
        false => Ok(text),
    }
}

fn decoded(bytes: Vec<u8>) -> std::result::Result<String, String> {
    if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") {
        return Err("is UTF-16; save it as UTF-8".to_string());
    }
    let text = String::from_utf8(bytes).or_else(|fault| {
        let at = fault.utf8_error().valid_up_to();
        let bytes = fault.as_bytes();
        let is_text = |byte: &u8| *byte >= b' ' || byte.is_ascii_whitespace();
        match bytes.iter().all(is_text) {
            true => Ok(bytes.iter().map(|byte| char::from(*byte)).collect()),
            false => Err(format!("is not text (byte {at}); {WANTED}, uncompressed")),
        }
    })?;
    Ok(match text.strip_prefix('\u{feff}') {
        Some(rest) => rest.to_string(),
        None => text,
    })
}

/// The format, by the contents.
pub(super) fn format_of(path: &Path, text: &str) -> Result<Format> {
    let first = text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
    if first.starts_with("ITEM:") {
        return Ok(Format::LammpsDump);
    }
    let is_count = first.parse::<i64>().is_ok();
    let has_lattice = text.lines().take(3).any(gives_lattice);
    let header = || text.lines().take(HEADER_LINES);
    // a title is no header: `2024` may be one, and so may `216 atoms`
    let has_bounds = header().skip(1).any(|line| words(line).any(|word| matches!(word, "xlo" | "ylo" | "avec")));
    let has_atoms = header().any(|line| words(line).nth(1) == Some("atoms"));
    if has_lattice && (is_count || !has_bounds) {
        Ok(Format::ExtendedXyz)
    } else if has_bounds || has_atoms && !is_count {
        Ok(Format::LammpsData)
    } else if is_count {
        Ok(Format::ExtendedXyz)
    } else {
        Err(Error::input(
            path,
            "is neither extended XYZ (first line: the number of particles, second: Lattice=\"...\") nor a LAMMPS data \
             file (header lines `N atoms` and `0 L xlo xhi`) nor a LAMMPS dump (first line `ITEM: TIMESTEP`)",
        ))
    }
}

fn words(line: &str) -> impl Iterator<Item = &str> {
    line.split('#').next().unwrap_or_default().split_whitespace()
}

/// Whether a line has `Lattice=`, with or without blanks.
fn gives_lattice(line: &str) -> bool {
    let mut rest = line;
    while let Some(at) = rest.find("Lattice") {
        rest = &rest[at + "Lattice".len()..];
        if rest.trim_start_matches(['"', '\'']).trim_start().starts_with('=') {
            return true;
        }
    }
    false
}
