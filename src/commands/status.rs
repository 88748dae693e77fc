//! The closing table and `glasswell status`: the results of each stage, read from its file.

use crate::error::{Error, Result};
use crate::files::{Campaign, StageReader};
use crate::runtime;
use crate::stages::work;
use comfy_table::{Table, presets::UTF8_HORIZONTAL_ONLY};
use std::path::Path;
use std::time::UNIX_EPOCH;

/// Prints the contents of a campaign's directory.
///
/// # Errors
/// `Storage` when the directory is no campaign, or a file in it cannot be read.
pub fn status(directory: &Path) -> Result<()> {
    let campaign = Campaign::look(directory)?;
    if campaign.stages().is_empty() && !runtime::is_begun(directory) {
        let message = "is no campaign: it holds no file of a stage and no checkpoint; give the --output of a campaign";
        return Err(Error::storage(directory, message));
    }
    // the further ranks of a launcher only have the exit code
    if !runtime::is_first_rank() {
        return Ok(());
    }
    match campaign.stages().is_empty() {
        true => println!("{}: no stage has finished yet", directory.display()),
        false => print(directory)?,
    }
    runtime::under_way(directory, |stage| written(&campaign, stage)).iter().for_each(|line| println!("{line}"));
    Ok(())
}

/// When the file of a stage was written [s since 1970].
fn written(campaign: &Campaign, stage: &str) -> Option<f64> {
    let state = campaign.stages().iter().find(|state| state.stage.name() == stage)?;
    let modified = std::fs::metadata(&state.path).and_then(|data| data.modified()).ok()?;
    modified.duration_since(UNIX_EPOCH).ok().map(|age| age.as_secs_f64())
}

/// Prints the closing table.
///
/// # Errors
/// As [`status`].
pub fn print(directory: &Path) -> Result<()> {
    let campaign = Campaign::look(directory)?;
    let mut table = Table::new();
    table.load_style(UTF8_HORIZONTAL_ONLY);
    table.set_header(["stage", "found", "", "time [s]"]);
    for state in campaign.stages() {
        let reader = StageReader::open(directory, state.stage)?;
        let mut rows = work(state.stage).summary(&reader)?;
        if !state.header.complete {
            rows.push(("complete".to_owned(), "no".to_owned()));
        }
        let seconds = reader.read::<f64>("/timing/costs/stage")?.into_iter().fold(0.0, f64::max);
        for (number, (name, value)) in rows.into_iter().enumerate() {
            let (stage, time) = match number {
                0 => (state.stage.name().to_owned(), format!("{seconds:.1}")),
                _ => (String::new(), String::new()),
            };
            table.add_row([stage, name, value, time]);
        }
    }
    println!("{table}");
    println!("{}", directory.display());
    Ok(())
}
