//! `glasswell status`: what each stage found, read from its file, and what is under way.

use super::closing;
use crate::error::{Error, Result};
use crate::files::Campaign;
use crate::runtime;
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
    let under_way = runtime::under_way(directory, |stage| written(&campaign, stage));
    match campaign.stages().is_empty() {
        true => println!("{}: no stage has finished yet", directory.display()),
        false => closing::print(directory, None, under_way.is_empty())?,
    }
    under_way.iter().for_each(|line| println!("{line}"));
    Ok(())
}

/// When the file of a stage was written [s since 1970].
fn written(campaign: &Campaign, stage: &str) -> Option<f64> {
    let state = campaign.stages().iter().find(|state| state.stage.name() == stage)?;
    let modified = std::fs::metadata(&state.path).and_then(|data| data.modified()).ok()?;
    modified.duration_since(UNIX_EPOCH).ok().map(|age| age.as_secs_f64())
}
