//! Checkpoints: the results and states of a stage's tasks while the stage runs.
//!
//! `DIR/checkpoint/STAGE.NNNNNN.finished.h5` holds the results of the tasks that were finished between two checkpoints,
//! and is kept; `STAGE.NNNNNN.running.h5` holds the states of all tasks in progress, and the two newest are kept. Every
//! record has a checksum. A record that fails it is never used: a state is replaced by that of the checkpoint before,
//! and a lost result is computed again.
//!
//! Records can be used by every program whose states and results have the same shape and whose stage takes the same
//! steps ([`Program`]). Records of a different program are an error: they may be the work of weeks, and only the user
//! may discard them.

mod damage;
mod record;
mod record_file;
mod schema;
mod shape;
mod shared;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::beside;
use crate::error::{Error, Result};
use crate::parallel::Ranks;
use crate::stage::Stage;
pub use record::{CheckpointHeader, CheckpointRecord, TaskKey};
pub(crate) use schema::persisted;
pub use schema::{Persisted, PersistedType, Program, Record, StageRecords};
pub use shape::Shape;
pub use shared::SharedRecords;

use record_file::{Contents, FileName, Kind, Look, RecordPlace, Unusable};

/// A record that is whole: its file (a place in [`Checkpoints::files`]) and its row there.
#[derive(Clone, Copy, Debug)]
struct Place {
    file: usize,
    row: RecordPlace,
}

/// A file of which something can be used.
#[derive(Debug)]
struct UsedFile {
    name: FileName,
    /// Where its records begin.
    start: u64,
    /// Whether all its records are.
    whole: bool,
}

/// The checkpoints of one stage in DIR/checkpoint/.
#[derive(Debug)]
pub struct Checkpoints {
    stage: Stage,
    directory: PathBuf,
    /// The highest number of a file that is there, usable or not.
    highest: u64,
    header: Option<CheckpointHeader>,
    damage: Vec<String>,
    /// By rising number.
    files: Vec<UsedFile>,
    finished: BTreeMap<TaskKey, Place>,
    running: BTreeMap<TaskKey, Place>,
}

/// Running files that stay.
const KEPT: usize = 2;

fn folder(directory: &Path) -> PathBuf {
    directory.join("checkpoint")
}

impl Checkpoints {
    /// Collective: looks at what is there for this stage, and verifies every record; the ranks share them. Does not change
    /// the directory. `program`: the one that is to go on with it, the same on all ranks.
    ///
    /// # Errors
    /// `Storage` when the directory cannot be read, or when another program wrote the checkpoint that is there.
    pub fn open(ranks: &Ranks, directory: &Path, stage: Stage, program: Program) -> Result<Self> {
        let directory = folder(directory);
        let names = if ranks.rank() == 0 { listed(&directory, stage) } else { Ok(Vec::new()) };
        let looked = ranks.agree(names)?.into_iter().map(|name| (name, record_file::look(&directory, name)));
        let looked: Vec<(FileName, Look)> = looked.collect();
        let looked = ranks.broadcast(looked, 0)?;
        if let Some((name, how)) = of_another_program(&looked, program) {
            let remedy =
                format!("finish the stage with that program, or give --redo {} to start it again", stage.name());
            return Err(Error::storage(&directory.join(name.to_string()), format!("{how}; {remedy}")));
        }
        let highest = looked.iter().map(|(name, _)| name.number).max().unwrap_or(0);
        let mut newest_first = looked.iter().rev();
        let header = newest_first.find_map(|(_, contents)| contents.as_ref().ok()).map(|file| file.header.clone());
        let mut checkpoints = Checkpoints {
            stage,
            directory,
            highest,
            header,
            damage: Vec::new(),
            files: Vec::new(),
            finished: BTreeMap::new(),
            running: BTreeMap::new(),
        };
        checkpoints.sort_out(ranks, looked)?;
        Ok(checkpoints)
    }

    /// What the newest usable file belongs to; `None` when there is none.
    pub fn header(&self) -> Option<&CheckpointHeader> {
        self.header.as_ref()
    }

    /// What could not be used: one sentence each, with the file and what is used instead; the same on all ranks.
    pub fn damage(&self) -> &[String] {
        &self.damage
    }

    /// Tasks with an intact result, in increasing order.
    pub fn finished(&self) -> Vec<TaskKey> {
        self.finished.keys().copied().collect()
    }

    /// Unfinished tasks with an intact state, in increasing order.
    pub fn running(&self) -> Vec<TaskKey> {
        self.running.keys().filter(|key| !self.finished.contains_key(key)).copied().collect()
    }

    /// On this rank alone: the result of a task or, if there is none, its newest intact state.
    ///
    /// # Errors
    /// `Storage` when it cannot be read any more or fails its checksum now.
    pub fn read(&self, key: TaskKey) -> Result<Option<Vec<u8>>> {
        match self.finished.get(&key).or_else(|| self.running.get(&key)) {
            Some(place) => self.read_at(key, place).map(Some),
            None => Ok(None),
        }
    }

    /// On this rank alone: the result of a task.
    ///
    /// # Errors
    /// As [`Checkpoints::read`].
    pub fn result(&self, key: TaskKey) -> Result<Option<Vec<u8>>> {
        self.finished.get(&key).map(|place| self.read_at(key, place)).transpose()
    }

    fn read_at(&self, key: TaskKey, place: &Place) -> Result<Vec<u8>> {
        let file = &self.files[place.file];
        let path = self.directory.join(file.name.to_string());
        let failed = |why| {
            let remedy = "it was intact when this run began; run again, and what is intact then is used";
            Error::storage(&path, format!("record of {key} {why}; {remedy}"))
        };
        record_file::read(&path, file.start, &place.row).map_err(failed)
    }

    /// Collective: writes the next checkpoint, the results of this rank's tasks that were finished since the one before
    /// and the states of all its running tasks. The two newest files of states stay. Returns the bytes of all records of
    /// all ranks.
    ///
    /// # Errors
    /// `Storage` when a file cannot be written: then there is nothing under its name and earlier checkpoints are as they
    /// were. `Internal` when a task is given twice.
    pub fn write(
        &mut self,
        ranks: &Ranks,
        header: &CheckpointHeader,
        finished: &[CheckpointRecord],
        running: &[CheckpointRecord],
    ) -> Result<u64> {
        let header = ranks.broadcast(header.clone(), 0)?;
        if header.stage != self.stage {
            let (given, due) = (header.stage.name(), self.stage.name());
            return Err(Error::Internal(format!("a checkpoint of {given} is given to those of {due}")));
        }
        if self.header.as_ref().is_some_and(|earlier| *earlier != header) {
            self.forget();
        }
        let number = self.highest + 1;
        let name = |kind| FileName { stage: self.stage, number, kind };
        let names = [name(Kind::Finished), name(Kind::Running)];
        let prepared = if ranks.rank() == 0 { self.prepare(&names) } else { Ok(()) };
        ranks.agree(prepared)?;
        if ranks.any(!finished.is_empty()) {
            let contents = record_file::write(ranks, &self.directory, names[0], &header, finished)?;
            self.take(names[0], contents);
        }
        let contents = record_file::write(ranks, &self.directory, names[1], &header, running)?;
        self.take(names[1], contents);
        self.header = Some(header);
        self.remove_old(ranks);
        let bytes = finished.iter().chain(running).map(|record| record.bytes.len() as u64).sum();
        Ok(ranks.sum_u64(bytes))
    }

    /// Collective, after the stage's own file is in place: removes all checkpoints of the stage, and the directory when it
    /// is empty.
    ///
    /// # Errors
    /// `Storage` when a file cannot be removed.
    pub fn remove(ranks: &Ranks, directory: &Path, stage: Stage) -> Result<()> {
        let removed = if ranks.rank() == 0 { remove_all(&folder(directory), stage) } else { Ok(()) };
        ranks.agree(removed)
    }

    /// Forgets checkpoints that belong to something else.
    fn forget(&mut self) {
        self.files.clear();
        self.finished.clear();
        self.running.clear();
    }

    fn prepare(&self, names: &[FileName]) -> Result<()> {
        let failed = |path: &Path, error: std::io::Error| beside::cannot_write(path, &error.to_string());
        if !self.directory.is_dir() {
            // alone: where the campaign's own directory has gone its files have, too
            std::fs::create_dir(&self.directory).map_err(|error| failed(&self.directory, error))?;
            beside::sync_directory_of(&self.directory);
        }
        remove_temporary(&self.directory, self.stage).map_err(|error| failed(&self.directory, error))?;
        for path in names.iter().map(|name| self.directory.join(name.to_string())) {
            if path.exists() {
                let remedy = "end the other run that writes to this directory, and run again";
                return Err(Error::storage(&path, format!("appeared during this run; {remedy}")));
            }
        }
        Ok(())
    }

    /// Takes up a file that is in place.
    fn take(&mut self, name: FileName, contents: Contents) {
        let file = self.files.len();
        let tasks = if name.kind == Kind::Finished { &mut self.finished } else { &mut self.running };
        tasks.extend(contents.rows.iter().map(|row| (row.key, Place { file, row: *row })));
        self.files.push(UsedFile { name, start: contents.start, whole: true });
        self.highest = name.number;
    }

    /// Removes the files of states older than the newest intact ones.
    fn remove_old(&mut self, ranks: &Ranks) {
        let states = self.files.iter().rev().filter(|file| file.name.kind == Kind::Running && file.whole);
        let Some(last_kept) = states.map(|file| file.name.number).nth(KEPT - 1) else { return };
        self.running.retain(|_, place| self.files[place.file].name.number >= last_kept);
        if ranks.rank() != 0 {
            return;
        }
        let names = listed(&self.directory, self.stage).unwrap_or_default();
        for name in names.into_iter().filter(|name| name.kind == Kind::Running && name.number < last_kept) {
            // it only takes space
            if let Err(error) = std::fs::remove_file(self.directory.join(name.to_string())) {
                log::warn!("{name} cannot be removed: {error}");
            }
        }
    }
}

/// The file that shows that another program wrote the checkpoint, and how that program differs. The newest file that is
/// whole decides: a damaged one never does. Where none is, it is the newest one of another layout, which this program cannot
/// verify.
fn of_another_program(looked: &[(FileName, Look)], program: Program) -> Option<(FileName, String)> {
    if let Some((name, contents)) = looked.iter().rev().find_map(|(name, look)| Some((name, look.as_ref().ok()?))) {
        let how = contents.header.program.differs(&program)?;
        return Some((*name, format!("was written by glasswell {}, whose stage {how}", contents.version)));
    }
    looked.iter().rev().find_map(|(name, look)| match look {
        Err(Unusable::Layout(how)) => Some((*name, how.clone())),
        _ => None,
    })
}

/// The files of a stage that are there, by rising number.
fn listed(directory: &Path, stage: Stage) -> Result<Vec<FileName>> {
    let names = beside::names_in(directory)
        .map_err(|error| Error::storage(directory, format!("cannot be read: {error}; get permission there")))?;
    let mut files: Vec<FileName> = names.iter().filter_map(|name| FileName::of(stage, name)).collect();
    files.sort_unstable_by_key(|name| (name.number, name.kind));
    Ok(files)
}

/// Removes what an interrupted write has left.
fn remove_temporary(directory: &Path, stage: Stage) -> std::io::Result<()> {
    beside::remove_temporary(directory, |name| FileName::of(stage, name).is_some())
}

/// Removes a file that need not be there.
fn remove_if_there(path: &Path) -> std::io::Result<()> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn remove_all(directory: &Path, stage: Stage) -> Result<()> {
    let failed = |error| Error::storage(directory, format!("cannot be emptied: {error}; remove it by hand"));
    // the states first: what is left by an interruption is results
    for name in listed(directory, stage)?.into_iter().rev() {
        std::fs::remove_file(directory.join(name.to_string())).map_err(failed)?;
    }
    remove_temporary(directory, stage).map_err(failed)?;
    SharedRecords::remove_left(directory, stage).map_err(failed)?;
    // the checkpoints of other stages stay
    let _ = std::fs::remove_dir(directory);
    Ok(())
}
