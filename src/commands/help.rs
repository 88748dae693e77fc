//! `glasswell completions` and `glasswell man`: what shells and `man` need to know of the commands.

use crate::error::{Error, Result};
use clap::Command;
use clap_complete::Shell;
use std::path::Path;

/// Prints the script that makes a shell complete commands and options.
///
/// # Errors
/// `Internal` when the script cannot be made.
pub fn completions(shell: Shell, mut command: Command) -> Result<()> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut command, "glasswell", &mut script);
    let script =
        String::from_utf8(script).map_err(|fault| Error::Internal(format!("the script of {shell}: {fault}")))?;
    println!("{}", script.trim_end());
    Ok(())
}

/// Writes a manual page for the program and one for each command: `glasswell.1`, `glasswell-run.1`.
///
/// # Errors
/// `Storage` when the directory or a page cannot be written.
pub fn man(directory: &Path, command: Command) -> Result<()> {
    let fault = |problem: std::io::Error| Error::storage(directory, format!("pages cannot be written: {problem}"));
    std::fs::create_dir_all(directory).map_err(fault)?;
    let pages = command.get_subcommands().count() + 1;
    clap_mangen::generate_to(command, directory).map_err(fault)?;
    println!("{pages} pages; the first: man {}", directory.join("glasswell.1").display());
    Ok(())
}
