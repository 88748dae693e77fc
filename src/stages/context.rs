//! What every stage needs to know of the run.

use crate::error::{Error, Result};
use crate::files::layout::Layout;
use crate::files::{self, CheckpointHeader, Header, StageFile, StageRecords, TaskCost, Timing};
use crate::input::Deck;
use crate::landscape::{ExploreSettings, QuenchSettings};
use crate::parallel::Ranks;
use crate::runtime::{Journal, JournalOf, Progress, Rounds, Stop, Workers};
use crate::stage::Stage;
use crate::tunnelling::{TunnelSettings, Unit, units_of};
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// What every stage needs to know of the run.
pub struct Context<'r> {
    pub ranks: &'r Ranks,
    pub deck: Deck,
    pub directory: PathBuf,
    /// Tasks that a rank advances side by side.
    pub threads: usize,
    /// Whether this rank shows progress.
    pub visible: bool,
    pub stop: Stop,
    /// The last stage that may run.
    until: Option<Stage>,
    /// Idle time before this stage.
    waited: f64,
    started: Instant,
}

/// What a stage finds of its own earlier work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Earlier {
    /// Nothing that can be used.
    Nothing,
    /// Complete results of a smaller deck, to be added to.
    Part,
}

/// What the tasks of a stage depend on beside its keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BuiltOn {
    /// The deck says all.
    Deck,
    /// The contents of the file of another stage.
    File(Stage),
    /// The same; tasks are numbered through all glasses, so that with more glasses they are others.
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
        Self { ranks, deck, directory, threads, visible, stop, until, waited: 0.0, started: Instant::now() }
    }

    /// Whether this run has a stage: the deck asks for it, and it is not after `--until`.
    pub fn runs(&self, stage: Stage) -> bool {
        self.deck.has(stage) && self.until.is_none_or(|until| stage <= until)
    }

    /// The clocks of a stage start.
    pub fn begin_stage(&mut self) {
        self.waited = self.ranks.waited();
        self.started = Instant::now();
    }

    /// Since the stage began.
    pub fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }

    /// Who works on the tasks of a stage.
    pub fn workers(&self, stage: Stage) -> Workers<'_> {
        Workers { ranks: self.ranks, threads: self.threads, stop: &self.stop, stage: stage.name() }
    }

    /// Collective: the journal of the stage whose states and results `records` names.
    ///
    /// # Errors
    /// As [`Journal::open`].
    pub fn journal(&self, records: &StageRecords, built_on: BuiltOn, rounds: Rounds) -> Result<Journal<'_>> {
        let header = self.ranks.agree(self.checkpoint_header(records, built_on))?;
        let interval = self.deck.campaign.checkpoint_interval;
        let of = JournalOf { directory: &self.directory, deck: &self.deck.file, header, interval, rounds };
        Journal::open(self.ranks, of)
    }

    /// The progress of a stage with so many tasks, or of one round of it.
    pub fn progress(&self, stage: Stage, total: usize) -> Progress {
        Progress::new(self.ranks, &self.directory, self.visible, stage.name(), total)
    }

    /// Begins the file of a stage.
    ///
    /// # Errors
    /// `Storage` when the directory cannot be written to.
    pub fn create_file(&self, stage: Stage, layout: &'static Layout) -> Result<StageFile<'_>> {
        let deck = &self.deck;
        let header = Header::new(stage, &deck.text, &deck.deck_hash()?, &deck.stage_keys(stage)?, deck.campaign.seed);
        StageFile::create(self.ranks, &self.directory, &header, layout)
    }

    /// Completes the file of the stage that began last, and lets go of its checkpoints.
    ///
    /// # Errors
    /// `Storage` when the file cannot be completed.
    pub fn finish(&self, file: StageFile<'_>, journal: Option<Journal<'_>>) -> Result<()> {
        let tasks = journal.as_ref().map_or(&[][..], Journal::costs).to_vec();
        self.finish_with(file, journal, tasks)
    }

    /// The same with the costs of tasks that no journal knows.
    ///
    /// # Errors
    /// As [`Context::finish`].
    pub fn finish_with(&self, file: StageFile<'_>, journal: Option<Journal<'_>>, tasks: Vec<TaskCost>) -> Result<()> {
        let mut costs = vec![("stage".to_owned(), self.elapsed().as_secs_f64())];
        if let Some(journal) = &journal {
            costs.push(("checkpoints".to_owned(), journal.checkpoint_seconds()));
        }
        costs.push(("write".to_owned(), file.seconds()));
        let idle = self.ranks.waited() - self.waited;
        file.finish(true, &Timing { threads: self.threads as u32, idle, costs, tasks })?;
        journal.map_or(Ok(()), Journal::close)
    }

    /// What a checkpoint of a stage says of itself. How many glasses are asked for is not part of it where tasks belong to one
    /// glass: more glasses change none of them.
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

    /// What the tasks of a stage that belong to one glass depend on: the deck, or glasses that it did not make.
    pub fn on_glasses(&self) -> BuiltOn {
        if self.deck.has(Stage::Prepare) { BuiltOn::Deck } else { BuiltOn::File(Stage::Prepare) }
    }

    /// The section of a stage that is being run.
    ///
    /// # Errors
    /// `Internal` when the deck does not have it.
    pub fn section<'d, T>(&self, section: &'d Option<T>, stage: Stage) -> Result<&'d T> {
        section.as_ref().ok_or_else(|| Error::Internal(format!("stage {stage} runs without its section")))
    }

    /// Minima found on the way are quenched as those of the exploration were.
    pub fn quench_settings(&self) -> QuenchSettings {
        match &self.deck.explore {
            Some(explore) => QuenchSettings::from(explore),
            None => QuenchSettings::from(&ExploreSettings::defaults(self.deck.model.potential)),
        }
    }

    /// The units whose k_B T_Q decides which paths matter: the deck's, else the model's materials.
    pub fn units(&self) -> Vec<Unit> {
        let potential = &self.deck.model.potential;
        match &self.deck.tunnel {
            Some(settings) => units_of(potential, settings),
            None => units_of(potential, &TunnelSettings::default()),
        }
    }
}
