//! Output of the commands.

use crate::error::{Error, Result};
use serde_json::{Map, Value};
use std::fmt::Arguments;
use std::io::{ErrorKind, Write};
use std::path::Path;
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
