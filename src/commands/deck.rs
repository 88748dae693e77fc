//! `glasswell new` and `glasswell schema`: a deck to start from, and what editors need to know of decks.

use crate::error::{Error, Result};
use crate::input::{deck_schema, listed, nearest_name, starting_deck};
use crate::model::Preset;
use std::io::{ErrorKind, Write};
use std::path::Path;

/// Prints a commented deck of a preset, or writes it to a new file.
///
/// # Errors
/// `Usage` when there is no such preset or the file exists, `Storage` when it cannot be written.
pub fn new(model: &str, output: Option<&Path>) -> Result<()> {
    let names = || Preset::ALL.into_iter().map(Preset::name);
    let Some(preset) = Preset::from_name(model) else {
        let hint = nearest_name(model, names()).map_or(String::new(), |name| format!("did you mean `{name}`? "));
        return Err(Error::Usage(format!("no preset `{model}`: {hint}give one of {}", listed(names()))));
    };
    let text = starting_deck(preset)?;
    let Some(file) = output else {
        println!("{}", text.trim_end());
        return Ok(());
    };
    // no other program can write the file between a look at it and its creation
    let written = std::fs::File::create_new(file).and_then(|mut created| created.write_all(text.as_bytes()));
    written.map_err(|problem| match problem.kind() {
        ErrorKind::AlreadyExists => {
            Error::Usage(format!("{} exists and is not replaced; choose another --output", file.display()))
        }
        _ => Error::storage(file, format!("cannot be written: {problem}; choose another --output")),
    })
}

/// Prints the JSON Schema of decks.
///
/// # Errors
/// `Internal` when a key has no documentation.
pub fn schema() -> Result<()> {
    let schema = deck_schema()?;
    let text =
        serde_json::to_string_pretty(&schema).map_err(|fault| Error::Internal(format!("the schema: {fault}")))?;
    println!("{text}");
    Ok(())
}
