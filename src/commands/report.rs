//! `glasswell report`: one page on one or several campaigns.

use crate::error::{Error, Result};
use crate::report::{open_all, page};
use crate::runtime;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

/// Name of the page in the directory of a single campaign, and in the working directory for several.
const NAME: &str = "report.html";

/// Writes the page; prints its name.
///
/// # Errors
/// `Usage` when a directory is given twice, `Storage` when one is no campaign, a file is damaged, or the page cannot be
/// written; then no page is written.
pub fn report(directories: &[PathBuf], output: Option<&Path>) -> Result<()> {
    let mut known = Vec::new();
    for directory in directories {
        let path = directory.canonicalize().unwrap_or_else(|_| directory.clone());
        if known.contains(&path) {
            return Err(Error::Usage(format!("{} is given twice; give each campaign once", directory.display())));
        }
        known.push(path);
    }
    let sources = open_all(directories)?;
    // the further ranks of a launcher only have the exit code
    if !runtime::is_first_rank() {
        return Ok(());
    }
    let output = match (output, directories) {
        (Some(output), _) => output.to_owned(),
        (None, [directory]) => directory.join(NAME),
        (None, _) => PathBuf::from(NAME),
    };
    write(&output, &page(&sources)?)?;
    println!("{}", output.display());
    Ok(())
}

/// Writes the file under a temporary name beside its own, then renames it.
fn write(path: &Path, text: &str) -> Result<()> {
    let fails =
        |error: std::io::Error| Error::storage(path, format!("cannot be written: {error}; choose another --output"));
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if path.is_dir() {
        return Err(Error::storage(path, "is a directory; give the name of a file with --output"));
    }
    // as other programs create files: the user's mask decides who may read it
    let anyone = std::fs::Permissions::from_mode(0o666);
    let mut builder = tempfile::Builder::new();
    let mut file = builder.prefix(".report").suffix(".part").permissions(anyone).tempfile_in(folder).map_err(fails)?;
    file.write_all(text.as_bytes()).and_then(|()| file.as_file().sync_all()).map_err(fails)?;
    file.persist(path).map_err(|error| fails(error.error))?;
    Ok(())
}
