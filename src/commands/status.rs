//! The closing table and `glasswell status`: the results of each stage, read from its file.

use crate::error::Result;
use crate::files::{Campaign, StageReader};
use crate::runtime;
use crate::stages::work;
use comfy_table::{Table, presets::UTF8_HORIZONTAL_ONLY};
use std::path::Path;

/// Prints the contents of a campaign's directory.
///
/// # Errors
/// `Storage` when the directory or a file in it cannot be read.
pub fn status(directory: &Path) -> Result<()> {
    let campaign = Campaign::look(directory)?;
    match campaign.stages().is_empty() {
        true => println!("{}: no stage has finished yet", directory.display()),
        false => print(directory)?,
    }
    runtime::under_way(directory).iter().for_each(|line| println!("{line}"));
    Ok(())
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
