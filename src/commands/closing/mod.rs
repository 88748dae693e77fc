//! What `run` and `status` print at their end: the results of each stage, its time, the active systems in words, and
//! the command to type next. Every line fits the width of the terminal.

mod next;
mod tables;
mod words;
mod wrap;

use crate::error::Result;
use crate::files::Campaign;
use crate::files::layout::VERSION;
use crate::report::{Source, Summary};
use next::next;
pub use next::{Asked, again};
use std::path::Path;
use wrap::{Paragraphs, width};

/// Prints it; `asked`: the command line of `run`; `ended`: no run is under way or interrupted, whose own lines say how it
/// goes on.
///
/// # Errors
/// `Storage` when a file of the campaign cannot be read.
pub fn print(directory: &Path, asked: Option<&Asked<'_>>, ended: bool) -> Result<()> {
    for line in lines(directory, asked, ended, width())? {
        println!("{line}");
    }
    Ok(())
}

/// The lines at a width in columns.
///
/// # Errors
/// As [`print`].
fn lines(directory: &Path, asked: Option<&Asked<'_>>, ended: bool, width: usize) -> Result<Vec<String>> {
    let campaign = Campaign::look(directory)?;
    let mut lines = tables::results(&campaign, width)?;
    lines.extend(tables::times(&campaign, width)?);
    let mut said = Paragraphs::new(width);
    // files of an earlier layout lack what the words are made from
    let mut summary = None;
    if campaign.stages().iter().all(|state| state.header.layout == VERSION) && !campaign.stages().is_empty() {
        let source = Source::open(directory)?;
        let found = Summary::of(&source)?;
        words::of_units(&mut said, &source, &found)?;
        summary = Some(found);
    }
    match ended {
        true => next(&mut said, &campaign, summary.as_ref(), asked),
        false => said.gap(),
    }
    lines.extend(said.lines);
    Ok(lines)
}

/// Prints that the campaign was interrupted, what it has so far, and how it goes on.
///
/// # Errors
/// As [`print`].
pub fn print_interrupted(directory: &Path, asked: &Asked<'_>) -> Result<()> {
    let width = width();
    let campaign = Campaign::look(directory)?;
    let mut said = Paragraphs::new(width);
    again(&mut said, directory, asked);
    for line in tables::times(&campaign, width)?.into_iter().chain(said.lines) {
        println!("{line}");
    }
    Ok(())
}
