//! What every stage needs from the run.

use crate::error::{Error, Result};
use crate::files::layout::Layout;
use crate::files::{self, CheckpointHeader, Header, StageFile, StageRecords, TaskCost, Timing};
use crate::input::Deck;
use crate::landscape::{ExploreSettings, QuenchSettings};
use crate::parallel::Ranks;
use crate::runtime::{Journal, JournalOf, Progress, Rounds, Stop, Workers};
use crate::sampling::PrepareMethod;
use crate::stage::Stage;
use crate::tunnelling::{TunnelSettings, Unit, units_of};
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// What every stage needs from the run.
pub struct Context<'r> {
    pub ranks: &'r Ranks,
    pub deck: Deck,
    pub directory: PathBuf,
    /// Number of tasks that a rank advances concurrently.
    pub threads: usize,
    /// Whether this rank shows progress.
    pub visible: bool,
    pub stop: Stop,
    /// The last stage that may run.
    until: Option<Stage>,
    /// Number of this stage's algorithm.
    algorithm: u32,
    /// Idle time before this stage [s].
    waited: f64,
    started: Instant,
}

/// Earlier results of the same stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Earlier {
    /// No usable results.
    Nothing,
    /// Complete results of a smaller deck, to be extended.
    Part,
}

/// What the tasks of a stage depend on besides its keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BuiltOn {
    /// Only the deck.
    Deck,
    /// The contents of another stage's file.
    File(Stage),
    /// The same, with tasks numbered across all glasses: with more glasses, the numbers mean different tasks.
    AllGlasses(Stage),
}

impl<'r> Context<'r> {
    pub fn new(
        ranks: &'r Ranks,
        deck: Deck,
        directory: PathBuf,
        until: Option<Stage>,
        stop: Stop,
        threads: usize,
        visible: bool,
    ) -> Self {
        Self {
            ranks,
            deck,
            directory,
            threads,
            visible,
            stop,
            until,
            algorithm: 1,
            waited: 0.0,
            started: Instant::now(),
        }
    }

    /// Whether this run includes a stage: it is in the deck and not after `--until`.
    pub fn runs(&self, stage: Stage) -> bool {
        self.deck.has(stage) && self.until.is_none_or(|until| stage <= until)
    }

    /// Starts the clocks of a stage; its file carries the number of its algorithm.
    pub fn begin_stage(&mut self, algorithm: u32) {
        self.algorithm = algorithm;
        self.waited = self.ranks.waited();
        self.started = Instant::now();
    }

    /// Time since the stage began.
    pub fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }

    /// The workers for the tasks of a stage.
    pub fn workers(&self, stage: Stage) -> Workers<'_> {
        Workers { ranks: self.ranks, threads: self.threads, stop: &self.stop, stage: stage.name() }
    }

    /// Collective: opens the journal of the stage, with the types of states and results given by `records`.
    ///
    /// # Errors
    /// As [`Journal::open`].
    pub fn journal(&self, records: &StageRecords, built_on: BuiltOn, rounds: Rounds) -> Result<Journal<'_>> {
        let header = self.ranks.agree(self.checkpoint_header(records, built_on))?;
        let interval = self.deck.campaign.checkpoint_interval;
        let of = JournalOf { directory: &self.directory, deck: &self.deck.file, header, interval, rounds };
        Journal::open(self.ranks, of)
    }

    /// The progress of a stage, or of one of its rounds, with `total` tasks.
    pub fn progress(&self, stage: Stage, total: usize) -> Progress {
        Progress::new(self.ranks, &self.directory, self.visible, stage.name(), total)
    }

    /// Begins the file of a stage.
    ///
    /// # Errors
    /// `Storage` when the directory cannot be written to.
    pub fn create_file(&self, stage: Stage, layout: &'static Layout) -> Result<StageFile<'_>> {
        let deck = &self.deck;
        let (of, keys) = ((stage, self.algorithm), deck.stage_keys(stage)?);
        let header = Header::new(of, &deck.text, &deck.deck_hash()?, &keys, deck.campaign.seed);
        StageFile::create(self.ranks, &self.directory, &header, layout)
    }

    /// Completes the file of the current stage and removes its checkpoints.
    ///
    /// # Errors
    /// `Storage` when the file cannot be completed.
    pub fn finish(&self, file: StageFile<'_>, journal: Option<Journal<'_>>) -> Result<()> {
        let tasks = journal.as_ref().map_or(&[][..], Journal::costs).to_vec();
        self.finish_with(file, journal, tasks)
    }

    /// The same, with the costs of tasks that are in no journal.
    ///
    /// # Errors
    /// As [`Context::finish`].
    pub fn finish_with(
        &self,
        mut file: StageFile<'_>,
        journal: Option<Journal<'_>>,
        tasks: Vec<TaskCost>,
    ) -> Result<()> {
        let mut costs = vec![("stage".to_owned(), self.elapsed().as_secs_f64())];
        if let Some(journal) = &journal {
            costs.push(("checkpoints".to_owned(), journal.checkpoint_seconds()));
        }
        costs.push(("write".to_owned(), file.seconds()));
        if self.deck.campaign.verify_writes {
            costs.push(("verify".to_owned(), file.read_back()?));
        }
        let idle = self.ranks.waited() - self.waited;
        file.finish(true, &Timing { threads: self.threads as u32, idle, costs, tasks })?;
        journal.map_or(Ok(()), Journal::close)
    }

    /// The header of a stage's checkpoints. It does not contain the number of glasses if every task belongs to one
    /// glass, because more glasses leave the existing tasks unchanged.
    fn checkpoint_header(&self, records: &StageRecords, built_on: BuiltOn) -> Result<CheckpointHeader> {
        let stage = records.stage;
        let keys = self.deck.stage_keys(stage)?;
        let counts = |line: &&str| matches!(built_on, BuiltOn::AllGlasses(_)) || !line.starts_with("prepare.glasses");
        let deck_keys = keys.lines().filter(counts).fold(String::new(), |text, line| text + line + "\n");
        let built_on = match built_on {
            BuiltOn::Deck => 0,
            BuiltOn::File(before) | BuiltOn::AllGlasses(before) => files::fingerprint(&self.directory, before)?,
        };
        Ok(CheckpointHeader { stage, program: records.program()?, deck_keys, seed: self.deck.campaign.seed, built_on })
    }

    /// What the tasks of a stage depend on if each belongs to one glass: only the deck, or glasses that the deck did
    /// not prepare.
    pub fn on_glasses(&self) -> BuiltOn {
        // the deck names the files of imported glasses, not what is in them
        let prepared = self.deck.prepare.as_ref().is_some_and(|prepare| prepare.method != PrepareMethod::Import);
        if prepared { BuiltOn::Deck } else { BuiltOn::File(Stage::Prepare) }
    }

    /// The section of a running stage.
    ///
    /// # Errors
    /// `Internal` when the deck has no such section.
    pub fn section<'d, T>(&self, section: &'d Option<T>, stage: Stage) -> Result<&'d T> {
        section.as_ref().ok_or_else(|| Error::Internal(format!("stage {stage} runs without its section")))
    }

    /// Settings for quenches outside the exploration; they are those of the exploration.
    pub fn quench_settings(&self) -> QuenchSettings {
        match &self.deck.explore {
            Some(explore) => QuenchSettings::from(explore),
            None => QuenchSettings::from(&ExploreSettings::defaults(self.deck.model.potential)),
        }
    }

    /// The units whose k_B T_Q decides which paths matter: those of the deck, else the materials of the model.
    pub fn units(&self) -> Vec<Unit> {
        let potential = &self.deck.model.potential;
        match &self.deck.tunnel {
            Some(settings) => units_of(potential, settings),
            None => units_of(potential, &TunnelSettings::default()),
        }
    }
}
