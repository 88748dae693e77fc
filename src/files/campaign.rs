//! The directory of a campaign.

use std::path::{Path, PathBuf};

use super::beside;
use super::header::Header;
use super::read::StageReader;
use crate::error::{Error, Result};
use crate::parallel::Ranks;
use crate::stage::Stage;

/// The file of one stage in the directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StageState {
    pub stage: Stage,
    pub path: PathBuf,
    /// The header: whether the file is complete, and with which deck it was written.
    pub header: Header,
}

/// A campaign's directory: one file for each stage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Campaign {
    directory: PathBuf,
    stages: Vec<StageState>,
    damaged: Vec<String>,
}

/// Collective: removes the file of a stage, if it exists.
///
/// # Errors
/// `Storage`, on all ranks together, when it cannot be removed.
pub fn remove(ranks: &Ranks, directory: &Path, stage: Stage) -> Result<()> {
    let path = directory.join(stage.file_name());
    let removed = match ranks.rank() {
        0 => std::fs::remove_file(&path),
        _ => Ok(()),
    };
    ranks.agree(match removed {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(Error::storage(&path, format!("cannot be removed: {error}")))
        }
        _ => Ok(()),
    })
}

impl Campaign {
    /// Collective: creates the directory if necessary, removes what an interrupted write has left, and reads the
    /// headers. The caller decides from them whether the stored deck allows the run to continue; [`Campaign::refuse`]
    /// is the error if it does not. Files of `replaced` and of the stages after it need not be readable: an unreadable
    /// one counts as missing, and [`Campaign::damaged`] reports it.
    ///
    /// # Errors
    /// `Storage`, on all ranks together, when the directory cannot be created or a file in it cannot be read.
    pub fn open(ranks: &Ranks, directory: &Path, replaced: Option<Stage>) -> Result<Self> {
        let found = if ranks.rank() == 0 { Self::prepare(directory, replaced) } else { Ok((Vec::new(), Vec::new())) };
        let found = ranks.agree(found)?;
        let (headers, damaged) = ranks.broadcast(found, 0)?;
        Ok(Self { damaged, ..Self::with_headers(directory, headers) })
    }

    /// Reads the headers in a directory without changing it, on this rank alone.
    ///
    /// # Errors
    /// `Storage` when there is no such directory or a file in it cannot be read.
    pub fn look(directory: &Path) -> Result<Self> {
        if !directory.is_dir() {
            return Err(Error::storage(directory, "is not a directory; give the --output of a campaign"));
        }
        Ok(Self::with_headers(directory, headers(directory, None)?.0))
    }

    /// The same for a directory that may not exist yet.
    ///
    /// # Errors
    /// `Storage` when the path is not a directory, or a file in it cannot be read.
    pub fn look_if_there(directory: &Path) -> Result<Self> {
        if directory.exists() { Self::look(directory) } else { Ok(Self::with_headers(directory, Vec::new())) }
    }

    fn with_headers(directory: &Path, headers: Vec<Header>) -> Self {
        let state =
            |header: Header| StageState { stage: header.stage, path: directory.join(header.stage.file_name()), header };
        let stages = headers.into_iter().map(state).collect();
        Campaign { directory: directory.to_path_buf(), stages, damaged: Vec::new() }
    }

    fn prepare(directory: &Path, replaced: Option<Stage>) -> Result<(Vec<Header>, Vec<String>)> {
        std::fs::create_dir_all(directory).map_err(|error| {
            Error::storage(directory, format!("cannot be created: {error}; choose another --output"))
        })?;
        // one that cannot be removed is in nobody's way
        let _ = beside::remove_temporary(directory, |name| Stage::ALL.iter().any(|stage| stage.file_name() == name));
        headers(directory, replaced)
    }

    /// The directory.
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// The errors of unreadable files that will be replaced.
    pub fn damaged(&self) -> &[String] {
        &self.damaged
    }

    /// The stages that have a file, in order.
    pub fn stages(&self) -> &[StageState] {
        &self.stages
    }

    /// The state of one stage, if it has a file.
    pub fn stage(&self, stage: Stage) -> Option<&StageState> {
        self.stages.iter().find(|state| state.stage == stage)
    }

    /// Whether a stage has done everything its deck requests.
    pub fn is_complete(&self, stage: Stage) -> bool {
        self.stage(stage).is_some_and(|state| state.header.complete)
    }

    /// The error for a directory that holds results of another deck.
    pub fn refuse(&self, stage: Stage, difference: &str) -> Error {
        let message = format!(
            "was made with another deck ({difference}); choose another --output, restore the deck, or give --redo {}",
            stage.name()
        );
        Error::storage(&self.directory.join(stage.file_name()), message)
    }
}

/// The headers of the existing files, and the errors of those that may be replaced.
fn headers(directory: &Path, replaced: Option<Stage>) -> Result<(Vec<Header>, Vec<String>)> {
    let (mut headers, mut damaged) = (Vec::new(), Vec::new());
    for stage in Stage::ALL.into_iter().filter(|stage| directory.join(stage.file_name()).exists()) {
        match StageReader::open(directory, stage) {
            Ok(reader) => headers.push(reader.header().clone()),
            Err(error) if replaced.is_some_and(|first| stage >= first) => damaged.push(error.to_string()),
            Err(error) => return Err(error),
        }
    }
    Ok((headers, damaged))
}
