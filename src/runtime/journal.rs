//! The progress of a stage on disk: the results of its tasks and the states of those in progress.

use super::live;
use crate::error::{Error, Result};
use crate::files::{CheckpointHeader, CheckpointRecord, Checkpoints, Persisted, Record, TaskCost, TaskKey};
use crate::input::{Comparison, compare_keys};
use crate::parallel::{Ranks, decode, encode};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// A finished task.
#[derive(Clone, Debug)]
pub struct Finished<R> {
    /// Number of the task in its round.
    pub key: u64,
    pub result: R,
    /// Time it took.
    pub seconds: f64,
}

/// The journal of a stage. Its tasks are identified by a number within a round.
pub struct Journal<'r> {
    ranks: &'r Ranks,
    directory: PathBuf,
    header: CheckpointHeader,
    rounds: Rounds,
    checkpoints: Checkpoints,
    round: u32,
    interval: Duration,
    /// Start of the last checkpoint, or of the stage.
    last: Instant,
    seconds: f64,
    /// Time of the last checkpoint, since 1970 [s].
    written: Option<f64>,
    costs: Vec<TaskCost>,
}

/// Whether later tasks of a stage depend on earlier ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rounds {
    One,
    Several,
}

/// What a journal belongs to.
pub struct JournalOf<'a> {
    /// The campaign's.
    pub directory: &'a Path,
    /// The deck's file, for messages.
    pub deck: &'a Path,
    pub header: CheckpointHeader,
    /// Time between two checkpoints.
    pub interval: Duration,
    pub rounds: Rounds,
}

/// The relation of an existing checkpoint to the stage that is about to run.
enum Relation {
    None,
    Same(CheckpointHeader),
    Changed(String),
    Useless(&'static str),
}

impl Relation {
    fn between(found: Option<&CheckpointHeader>, due: &CheckpointHeader) -> Result<Self> {
        let Some(found) = found else { return Ok(Self::None) };
        Ok(match compare_keys(&found.deck_keys, &due.deck_keys)? {
            Comparison::Changed(changes) => {
                Self::Changed(changes.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))
            }
            Comparison::Extends(_) => Self::Useless("belongs to a smaller deck"),
            Comparison::Fewer(_) => Self::Useless("belongs to a deck with more units"),
            Comparison::Same if found.built_on != due.built_on => {
                Self::Useless("was built on a different version of an earlier stage's file")
            }
            Comparison::Same => Self::Same(found.clone()),
        })
    }
}

impl<'r> Journal<'r> {
    /// Collective: opens the journal of a stage, with the data that an interrupted run of the stage has left. A
    /// checkpoint of a smaller deck is not used.
    ///
    /// # Errors
    /// `Storage` when the directory cannot be read or holds the checkpoint of another program, `Deck` when it holds that of
    /// another deck.
    pub fn open(ranks: &'r Ranks, of: JournalOf<'_>) -> Result<Self> {
        let JournalOf { directory, deck, mut header, interval, rounds } = of;
        let stage = header.stage;
        let mut checkpoints = Checkpoints::open(ranks, directory, stage, header.program)?;
        for damage in checkpoints.damage() {
            log::warn!("{damage}");
        }
        match Relation::between(checkpoints.header(), &header)? {
            Relation::None => {}
            // the same keys in another order are a different text: keep the header of the existing checkpoint
            Relation::Same(found) => header = found,
            Relation::Changed(difference) => {
                return Err(Error::Deck {
                    file: deck.to_path_buf(),
                    message: format!(
                        "{} holds a checkpoint of stage {} of another deck: {difference}; give another --output, or --redo {} to replace it",
                        directory.display(),
                        stage.name(),
                        stage.name()
                    ),
                });
            }
            Relation::Useless(why) => {
                log::warn!("{}: the checkpoint {why} and is not used: the stage starts again", stage.name());
                Checkpoints::remove(ranks, directory, stage)?;
                checkpoints = Checkpoints::open(ranks, directory, stage, header.program)?;
            }
        }
        let (finished, running) = (checkpoints.finished().len(), checkpoints.running().len());
        if finished + running > 0 {
            log::info!("{}: resumes from a checkpoint, {finished} tasks done, {running} in progress", stage.name());
        }
        Ok(Self {
            ranks,
            directory: directory.to_path_buf(),
            header,
            rounds,
            checkpoints,
            round: 0,
            interval,
            last: Instant::now(),
            seconds: 0.0,
            written: None,
            costs: Vec::new(),
        })
    }

    /// The current round.
    pub fn round(&self) -> u32 {
        self.round
    }

    /// When this process wrote its last checkpoint, in seconds since 1970.
    pub fn written(&self) -> Option<f64> {
        self.written
    }

    /// Moves on to the tasks of the next round.
    pub fn next_round(&mut self) {
        self.round += 1;
    }

    /// Whether a checkpoint is due; decided by rank 0's clock.
    pub fn due(&self) -> bool {
        self.ranks.rank() == 0 && self.last.elapsed() >= self.interval
    }

    /// Tasks of this round that have a result, in increasing order.
    pub fn finished(&self) -> Vec<u64> {
        self.of_this_round(self.checkpoints.finished())
    }

    /// Tasks of this round that have a state, in increasing order.
    pub fn running(&self) -> Vec<u64> {
        self.of_this_round(self.checkpoints.running())
    }

    fn of_this_round(&self, keys: Vec<TaskKey>) -> Vec<u64> {
        keys.into_iter().filter(|key| key.round == self.round).map(|key| key.task).collect()
    }

    /// This rank's share of the existing results.
    ///
    /// # Errors
    /// `Storage` when one cannot be read.
    pub fn results<R: Persisted>(&self, keys: &[u64]) -> Result<Vec<Finished<R>>> {
        let finished = self.finished();
        if finished.is_empty() {
            return Ok(Vec::new());
        }
        let mut keys = keys.to_vec();
        keys.sort_unstable();
        let wanted = |key: &u64| keys.binary_search(key).is_ok();
        let mine = finished.into_iter().filter(wanted).skip(self.ranks.rank()).step_by(self.ranks.size());
        mine.filter_map(|key| {
            let read = self.read::<R>(key).transpose()?;
            Some(read.map(|(result, seconds)| Finished { key, result, seconds }))
        })
        .collect()
    }

    /// How many of these tasks have a result on this rank's share, as [`Journal::results`] divides them.
    pub fn share_of_finished(&self, keys: &[u64]) -> usize {
        let finished = self.finished();
        let count = keys.iter().filter(|key| finished.binary_search(key).is_ok()).count();
        count.saturating_sub(self.ranks.rank()).div_ceil(self.ranks.size())
    }

    /// On this rank alone: a result that a checkpoint holds, whichever rank computed it.
    ///
    /// # Errors
    /// `Storage` when it cannot be read, `Internal` when no checkpoint holds it.
    pub fn result<R: Persisted>(&self, key: TaskKey) -> Result<Finished<R>> {
        self.has_schema_of::<R>()?;
        let bytes = self.checkpoints.result(key)?;
        let bytes = bytes.ok_or_else(|| Error::Internal(format!("no checkpoint holds the result of {key}")))?;
        let (result, seconds) = decode::<Record<R>>(&bytes)?;
        Ok(Finished { key: key.task, result, seconds })
    }

    /// The saved state of a task and the time it had taken, if it was in progress.
    ///
    /// # Errors
    /// `Storage` when it cannot be read.
    pub fn state<S: Persisted>(&self, key: u64) -> Result<Option<(S, f64)>> {
        self.read(key)
    }

    fn read<V: Persisted>(&self, task: u64) -> Result<Option<Record<V>>> {
        self.has_schema_of::<V>()?;
        let bytes = self.checkpoints.read(TaskKey { round: self.round, task })?;
        bytes.map(|bytes| decode(&bytes)).transpose()
    }

    /// Checks that the schema of the header covers these states and results.
    fn has_schema_of<V: Persisted>(&self) -> Result<()> {
        if V::STAGE == self.header.stage {
            return Ok(());
        }
        let (other, stage) = (V::STAGE.name(), self.header.stage.name());
        Err(Error::Internal(format!("a record of {other} is given to the checkpoints of {stage}")))
    }

    /// Collective: writes a checkpoint with the tasks that this rank has finished since the last one, and with the
    /// states (and the seconds so far) of its tasks in progress.
    ///
    /// # Errors
    /// `Storage`, on all ranks together, when it cannot be written; earlier checkpoints are kept.
    pub fn write<R: Persisted, S: Persisted>(&mut self, done: &[Finished<R>], states: &[(u64, S, f64)]) -> Result<()> {
        let states = states.iter().map(|(key, state, seconds)| self.record(*key, state, *seconds));
        let states = self.ranks.agree(states.collect::<Result<Vec<_>>>())?;
        self.write_records(done, states)
    }

    /// The bytes of a [`Record`].
    fn record<V: Persisted>(&self, task: u64, value: &V, seconds: f64) -> Result<CheckpointRecord> {
        self.has_schema_of::<V>()?;
        let key = TaskKey { round: self.round, task };
        Ok(CheckpointRecord { key, bytes: encode(&(value, seconds))? })
    }

    fn write_records<R: Persisted>(&mut self, done: &[Finished<R>], mut running: Vec<CheckpointRecord>) -> Result<()> {
        let start = Instant::now();
        let finished = done.iter().map(|done| self.record(done.key, &done.result, done.seconds));
        let finished = self.ranks.agree(finished.collect::<Result<Vec<_>>>())?;
        let begun = done.iter().map(|done| done.key).chain(running.iter().map(|state| state.key.task)).collect();
        running.extend(self.share_of_waiting(begun)?);
        self.checkpoints.write(self.ranks, &self.header, &finished, &running)?;
        self.last = Instant::now();
        self.written = Some(live::now());
        let seconds = start.elapsed().as_secs_f64();
        self.seconds += seconds;
        log::debug!("{}: checkpoint written in {seconds:.2} s", self.header.stage);
        Ok(())
    }

    /// Collective: this rank's share of the states of tasks that no rank has taken up again since the interruption
    /// (there may be fewer ranks now); they are copied from checkpoint to checkpoint. `begun`: this rank's other tasks.
    fn share_of_waiting(&self, begun: Vec<u64>) -> Result<Vec<CheckpointRecord>> {
        let begun: BTreeSet<u64> = self.ranks.all_gather(&begun)?.into_iter().flatten().collect();
        let waits = |key: &TaskKey| key.round > self.round || (key.round == self.round && !begun.contains(&key.task));
        let waiting = self.checkpoints.running().into_iter().filter(waits);
        let records = waiting.skip(self.ranks.rank()).step_by(self.ranks.size()).filter_map(|key| {
            let bytes = self.checkpoints.read(key).transpose()?;
            Some(bytes.map(|bytes| CheckpointRecord { key, bytes }))
        });
        self.ranks.agree(records.collect())
    }

    /// Collective: saves what was finished since the last checkpoint before the results leave the ranks that hold them:
    /// later checkpoints belong to another round and would never contain them.
    ///
    /// # Errors
    /// As [`Journal::write`].
    pub fn end_round<R: Persisted>(&mut self, unsaved: &[Finished<R>]) -> Result<()> {
        match self.rounds {
            Rounds::Several => self.put_away(unsaved),
            Rounds::One => Ok(()),
        }
    }

    /// Collective: saves what was finished since the last checkpoint, so that any rank can read any result
    /// ([`Journal::result`]).
    ///
    /// # Errors
    /// As [`Journal::write`].
    pub fn put_away<R: Persisted>(&mut self, unsaved: &[Finished<R>]) -> Result<()> {
        match self.ranks.any(!unsaved.is_empty()) {
            true => self.write_records(unsaved, Vec::new()),
            false => Ok(()),
        }
    }

    /// Records the costs of finished tasks.
    pub fn note_costs<R>(&mut self, done: &[Finished<R>]) {
        done.iter().for_each(|done| self.note_cost(done));
    }

    /// Records the cost of a finished task of this round.
    pub fn note_cost<R>(&mut self, done: &Finished<R>) {
        self.costs.push(TaskCost { key: TaskKey { round: self.round, task: done.key }, seconds: done.seconds });
    }

    /// The costs of tasks that ended on this rank, or whose results it read from a checkpoint.
    pub fn costs(&self) -> &[TaskCost] {
        &self.costs
    }

    /// Seconds spent on checkpoints by this process.
    pub fn checkpoint_seconds(&self) -> f64 {
        self.seconds
    }

    /// Collective: removes the checkpoints, once the stage's file is complete.
    ///
    /// # Errors
    /// `Storage` when the checkpoints cannot be removed.
    pub fn close(self) -> Result<()> {
        Checkpoints::remove(self.ranks, &self.directory, self.header.stage)
    }
}
