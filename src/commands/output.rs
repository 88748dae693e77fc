//! Output of the commands.

use crate::error::{Error, Result};
use crate::stage::Stage;
use serde_json::{Map, Value};
use std::fmt::Arguments;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

/// The first failure of standard output, other than that nobody reads any more.
static FAILURE: Mutex<Option<String>> = Mutex::new(None);

/// Prints a line on standard output: what `println!` means in this folder. The one of the standard library panics when nobody
/// reads any more (`glasswell check DECK | head`).
pub fn print_line(line: Arguments<'_>) {
    let printed = writeln!(std::io::stdout().lock(), "{line}");
    if let Err(error) = printed.as_ref().map_err(std::io::Error::to_string)
        && printed.as_ref().is_err_and(|error| error.kind() != ErrorKind::BrokenPipe)
        && let Ok(mut failure) = FAILURE.lock()
    {
        failure.get_or_insert(error);
    }
}

/// The same on standard error, of which a failure cannot be reported.
pub fn print_error_line(line: Arguments<'_>) {
    let _ = writeln!(std::io::stderr().lock(), "{line}");
}

/// Whether everything was printed, or nobody wanted to read it.
///
/// # Errors
/// `Storage` when standard output could not be written (no space).
pub fn all_printed() -> Result<()> {
    match FAILURE.lock().ok().and_then(|mut failure| failure.take()) {
        Some(error) => Err(Error::storage(Path::new("standard output"), format!("cannot be written: {error}"))),
        None => Ok(()),
    }
}

/// Prints one JSON object, or a line for each value, where long arrays are replaced by their length.
pub fn print_values(values: &Map<String, Value>, json: bool) {
    if json {
        println!("{}", Value::Object(values.clone()));
        return;
    }
    let width = values.keys().map(String::len).max().unwrap_or(0);
    for (name, value) in values {
        match value {
            Value::Array(items) if items.len() > 12 => {
                println!("{name:width$}  [{} rows; --json prints them]", items.len())
            }
            Value::String(text) => println!("{name:width$}  {text}"),
            other => println!("{name:width$}  {other}"),
        }
    }
}

/// Whether `--output` may be written: it is no file of these campaigns, and no existing one that must be kept.
///
/// # Errors
/// `Usage` when it may not.
pub fn check_output(file: &Path, campaigns: &[PathBuf], force: bool) -> Result<()> {
    if campaigns.iter().any(|directory| is_of_campaign(file, directory)) {
        let message = format!("--output {} is a file of the campaign; choose another", file.display());
        return Err(Error::Usage(message));
    }
    if file.is_dir() {
        return Err(Error::Usage(format!("--output {} is a directory; give a file", file.display())));
    }
    // a device must not be replaced by a file
    if file.exists() && !file.is_file() {
        let message = format!("--output {} is no plain file; choose another", file.display());
        return Err(Error::Usage(message));
    }
    if file.exists() && !force {
        let message = format!("{} exists; choose another --output, or replace it with --force", file.display());
        return Err(Error::Usage(message));
    }
    Ok(())
}

/// Whether a path names the file of a stage in the campaign's directory.
fn is_of_campaign(path: &Path, directory: &Path) -> bool {
    let stage_file = |stage: Stage| directory.join(stage.file_name());
    let same = |one: &Path, other: &Path| match (one.canonicalize(), other.canonicalize()) {
        (Ok(one), Ok(other)) => one == other,
        _ => false,
    };
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let is_name = Stage::ALL.iter().any(|stage| path.file_name() == Some(stage.file_name().as_ref()));
    Stage::ALL.into_iter().any(|stage| same(path, &stage_file(stage))) || is_name && same(folder, directory)
}
