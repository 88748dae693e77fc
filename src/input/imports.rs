//! The files that `prepare.from` names, and the glasses that are found in them.

use super::deck::Deck;
use super::imported::Imported;
use super::origin::Origin;
use super::source::Source;
use crate::error::{Error, Result};
use crate::paths::PairList;
use crate::sampling::PrepareMethod;
use std::path::{Path, PathBuf};

/// The files that a deck imports.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ImportFiles {
    /// Each once, in the order of the deck; patterns in alphabetical order.
    pub files: Vec<PathBuf>,
    /// Those that the deck names more than once.
    pub repeated: Vec<PathBuf>,
}

impl ImportFiles {
    fn add(&mut self, path: PathBuf) {
        let same = |other: &&PathBuf| match (other.canonicalize(), path.canonicalize()) {
            (Ok(other), Ok(path)) => other == path,
            _ => **other == path,
        };
        match self.files.iter().find(same) {
            None => self.files.push(path),
            Some(known) if !self.repeated.contains(known) => self.repeated.push(known.clone()),
            Some(_) => {}
        }
    }
}

/// The files that a deck imports, relative to the deck's folder; a file that is named twice counts once.
///
/// # Errors
/// `Error::Deck` when a name or pattern matches no file.
pub fn import_files(deck: &Deck) -> Result<ImportFiles> {
    let folder = deck.file.parent().unwrap_or(Path::new("")).to_path_buf();
    let mut files = ImportFiles::default();
    for name in deck.prepare.iter().flat_map(|prepare| &prepare.from) {
        let fault = |message: String| {
            fault_at(deck, "prepare.from", &format!("prepare.from = \"{name}\" is not accepted: {message}"))
        };
        let path = folder.join(name);
        if path.is_file() {
            files.add(path);
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
        found.into_iter().for_each(|path| files.add(path));
    }
    Ok(files)
}

impl Deck {
    /// Reads the list of pairs that `connect.from` names, relative to the deck's folder.
    ///
    /// # Errors
    /// `Error::Deck` when there is no such file, `Error::Input` when it holds no list.
    pub(super) fn read_list(&mut self) -> Result<()> {
        let Some(name) = self.connect.as_ref().map(|connect| &connect.from).filter(|name| !name.is_empty()) else {
            return Ok(());
        };
        let folder = self.file.parent().unwrap_or(Path::new(""));
        let path = folder.join(name);
        if !path.is_file() {
            let place = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
            let message = format!(
                "connect.from = \"{name}\" is not accepted: no such file in {}; expected a CSV file with columns glass, a, b, \
                 relative to the deck",
                place.display()
            );
            return Err(fault_at(self, "connect.from", &message));
        }
        self.listed = Some(PairList::read(&path)?);
        Ok(())
    }

    /// Whether the glasses come from files.
    pub fn imports_glasses(&self) -> bool {
        self.prepare.as_ref().is_some_and(|prepare| prepare.method == PrepareMethod::Import)
    }

    /// Takes the glasses that the files to import hold, each with its starting configurations: as many as `glasses`
    /// says, all when the deck does not say.
    ///
    /// # Errors
    /// `Error::Deck` when there are fewer.
    pub fn import(&mut self, mut found: Vec<Vec<Imported>>) -> Result<()> {
        let asked = self.origin("prepare.glasses") == Some(Origin::Deck);
        let Some(prepare) = &mut self.prepare else { return Ok(()) };
        let (held, configurations) = (found.len(), found.iter().map(Vec::len).sum::<usize>());
        if !asked {
            prepare.glasses = held;
        }
        let glasses = prepare.glasses;
        if glasses > held {
            let of = if configurations > held { format!(" in {configurations} configurations") } else { String::new() };
            let message = format!(
                "prepare.glasses = {glasses} is not accepted: expected at most {held}, the glasses that `from` holds{of}"
            );
            return Err(fault_at(self, "prepare.glasses", &message));
        }
        if glasses < held {
            self.warnings.push(format!("[prepare] the first {glasses} of {held} imported glasses are used"));
        }
        found.truncate(glasses);
        self.imports = found;
        Ok(())
    }

    /// Number of configurations from which each glass is explored.
    pub fn starts(&self) -> Vec<usize> {
        match self.imports.is_empty() {
            true => vec![1; self.prepare.as_ref().map_or(1, |prepare| prepare.glasses).max(1)],
            false => self.imports.iter().map(Vec::len).collect(),
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
