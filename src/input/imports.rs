//! The files that `prepare.from` names, and how many configurations they hold.

use super::deck::Deck;
use super::origin::Origin;
use super::source::Source;
use crate::error::{Error, Result};
use crate::formats;
use crate::sampling::PrepareMethod;
use std::path::{Path, PathBuf};

/// The files that a deck imports, patterns expanded in alphabetical order, relative to the deck's folder.
///
/// # Errors
/// `Error::Deck` when a name or pattern matches no file.
pub fn import_files(deck: &Deck) -> Result<Vec<PathBuf>> {
    let folder = deck.file.parent().unwrap_or(Path::new("")).to_path_buf();
    let mut files = Vec::new();
    for name in deck.prepare.iter().flat_map(|prepare| &prepare.from) {
        let fault = |message: String| {
            fault_at(deck, "prepare.from", &format!("prepare.from = \"{name}\" is not accepted: {message}"))
        };
        let path = folder.join(name);
        if path.is_file() {
            files.push(path);
            continue;
        }
        // only the file name is a pattern: the folder may contain any characters
        let pattern = Path::new(&glob::Pattern::escape(&folder.to_string_lossy())).join(name);
        let found = glob::glob(&pattern.to_string_lossy())
            .map_err(|problem| fault(format!("expected a file or a pattern with *, ? or [a-z]: {}", problem.msg)))?;
        let found: Vec<PathBuf> = found.filter_map(|entry| entry.ok()).filter(|path| path.is_file()).collect();
        if found.is_empty() {
            let place = if folder.as_os_str().is_empty() { ".".to_string() } else { folder.display().to_string() };
            return Err(fault(format!(
                "no such file in {place}; expected a file or a pattern that matches at least one file, relative to \
                 the deck"
            )));
        }
        files.extend(found);
    }
    Ok(files)
}

/// The number of configurations in a file; `None` for HDF5, which this module does not read.
///
/// # Errors
/// `Error::Input` when the file cannot be read or is of no known format.
pub fn count_configurations(path: &Path) -> Result<Option<usize>> {
    if formats::is_hdf5(path)? {
        return Ok(None);
    }
    formats::count(path).map(Some)
}

/// Without `glasses` in the deck, all configurations of the files are taken; a larger number than they hold is an
/// error.
pub(super) fn check(deck: &mut Deck) -> Result<()> {
    if deck.prepare.as_ref().is_none_or(|prepare| prepare.method != PrepareMethod::Import) {
        return Ok(());
    }
    let mut held = Some(0);
    for file in import_files(deck)? {
        held = match (held, count_configurations(&file)?) {
            (Some(sum), Some(count)) => Some(sum + count),
            _ => None,
        };
    }
    let asked = deck.origin("prepare.glasses") == Some(Origin::Deck);
    let Some(glasses) = deck.prepare.as_ref().map(|prepare| prepare.glasses) else { return Ok(()) };
    let fault = |message: String| Err(fault_at(deck, "prepare.glasses", &message));
    match held {
        None if !asked => {
            fault("prepare.glasses is missing: say how many glasses to take from the HDF5 file".to_string())
        }
        None => Ok(()),
        Some(held) if asked && glasses > held => fault(format!(
            "prepare.glasses = {glasses} is not accepted: expected at most {held}, the configurations that `from` holds"
        )),
        Some(held) if asked => {
            if glasses < held {
                deck.warnings.push(format!("[prepare] the first {glasses} of {held} imported configurations are used"));
            }
            Ok(())
        }
        Some(held) => {
            if let Some(prepare) = &mut deck.prepare {
                prepare.glasses = held;
            }
            Ok(())
        }
    }
}

/// Refuses a configuration of another size than the deck's.
///
/// # Errors
/// `Error::Input` with both numbers, the deck's line and the remedy.
pub fn check_particles(deck: &Deck, file: &Path, held: usize) -> Result<()> {
    let particles = deck.model.particles;
    if held == particles {
        return Ok(());
    }
    let place = match line_of(deck, "model.particles") {
        Some((line, _)) => format!("line {line} of {}", deck.file.display()),
        None => format!("a default; {} does not set it", deck.file.display()),
    };
    Err(Error::input(
        file,
        format!(
            "holds {held} particles, model.particles = {particles} ({place}): write `particles = {held}` below [model], or \
             leave this file out of prepare.from; all glasses of a campaign have the same number"
        ),
    ))
}

/// Line and column of a key's value in the deck, if it is set there.
fn line_of(deck: &Deck, key: &str) -> Option<(usize, usize)> {
    let source = Source::parse(&deck.text, &deck.file).ok()?;
    let start = source.place(key)?.value.start;
    Some(source.line_and_column(start))
}

/// An error of a deck that is found only when files are read, with the line of its key.
fn fault_at(deck: &Deck, key: &str, message: &str) -> Error {
    let place = line_of(deck, key).map(|(line, column)| format!("line {line}, column {column}: "));
    Error::Deck { file: deck.file.clone(), message: format!("{}{message}", place.unwrap_or_default()) }
}
