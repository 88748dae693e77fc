//! Reading the files of a campaign whole.

use crate::error::{Error, Result};
use crate::files::{Number, StageReader, matches_checksum};
use crate::stage::Stage;
use std::path::Path;

/// Opens the file of a stage, which must be complete.
///
/// # Errors
/// `Storage` when it is missing, damaged or not complete.
pub fn open(directory: &Path, stage: Stage) -> Result<StageReader> {
    let (file, section) = (stage.file_name(), stage.name());
    if !directory.join(file).exists() {
        let message =
            format!("holds no {file}, which the stage {stage} makes: run the deck with a section [{section}]");
        return Err(Error::storage(directory, message));
    }
    let reader = StageReader::open(directory, stage)?;
    match reader.header().complete {
        true => Ok(reader),
        false => Err(Error::storage(reader.path(), format!("is not complete; run the deck until {stage} ends"))),
    }
}

/// A data set that matches its checksum.
///
/// # Errors
/// `Storage` when it is missing or damaged.
pub fn column<T: Number>(reader: &StageReader, path: &str) -> Result<Vec<T>> {
    matches_checksum(reader, path)?;
    reader.read(path)
}
