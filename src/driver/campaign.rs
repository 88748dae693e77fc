//! `glasswell run`: the stages of a deck in order, each skipped when its file is complete.

use super::journal::Journal;
use super::lock::{self, DirectoryLock};
use super::plan::{is_redone, plan, stage_keys, stage_named};
use super::stop::{Signals, Stop};
use super::threads::threads;
use super::{
    Workers, checkpointed, connect, elastic, excite, explore, live, modes, prepare, relax, slurm, summary, tunnel,
};
use crate::error::{Error, Result};
use crate::files::{self, Campaign, CheckpointHeader, Checkpoints, Header, StageFile, StageReader, TaskCost, Timing};
use crate::input::{self, Deck, Stage};
use crate::parallel::Ranks;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

/// What `run` was asked for beside the deck.
#[derive(Clone, Debug, Default)]
pub struct RunOptions {
    pub output: Option<PathBuf>,
    pub until: Option<String>,
    pub redo: Option<String>,
    pub threads: Option<usize>,
    /// "23 h 50 min": stop after this time.
    pub time_limit: Option<String>,
    pub quiet: bool,
}

/// What every stage needs to know of the run.
pub struct Context<'r> {
    pub ranks: &'r Ranks,
    pub deck: Deck,
    pub directory: PathBuf,
    /// Tasks that a rank advances side by side.
    pub threads: usize,
    /// Whether this rank shows progress.
    pub visible: bool,
    pub(super) stop: Stop,
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

static FIRST_RANK: AtomicBool = AtomicBool::new(true);
static TOLD: AtomicBool = AtomicBool::new(false);

/// Whether this process is the one that speaks.
pub fn is_first_rank() -> bool {
    FIRST_RANK.load(Ordering::Relaxed)
}

/// Whether a launcher of MPI (Open MPI, MPICH) has started this process as another rank than 0: the commands of one rank leave
/// their work, and what they print, to that one.
pub fn is_a_further_rank() -> bool {
    let ranks = ["OMPI_COMM_WORLD_RANK", "PMI_RANK"].into_iter().filter_map(|name| std::env::var(name).ok());
    ranks.into_iter().any(|rank| rank != "0")
}

/// Runs the stages of a deck.
///
/// # Errors
/// Everything of `Error`, the same on all ranks.
pub fn run(file: &Path, options: &RunOptions) -> Result<()> {
    let signals = Signals::catch()?;
    let ranks = files::start_ranks()?;
    FIRST_RANK.store(ranks.rank() == 0, Ordering::Relaxed);
    // told before the ranks part: the first that leaves with an error code may end the others, rank 0 among them
    let ended = run_stages(&ranks, file, options, signals).map_err(|error| match error {
        Error::Stopped(told) if options.redo.is_some() => {
            Error::Stopped(format!("{told}; without --redo, which would begin anew"))
        }
        error => error,
    });
    ended.inspect_err(tell)
}

/// Tells the error that ends the program, once.
pub fn tell(error: &Error) {
    if is_first_rank() && !TOLD.swap(true, Ordering::Relaxed) {
        eprintln!("glasswell: {error}");
    }
}

fn run_stages(ranks: &Ranks, file: &Path, options: &RunOptions, signals: Signals) -> Result<()> {
    start_log(ranks.rank() == 0, options.quiet);
    let deck = ranks.agree(input::read_deck(file))?;
    for warning in &deck.warnings {
        log::warn!("{warning}");
    }
    let threads = threads(ranks, options.threads)?;
    let stop = ranks.agree(stop(ranks, options.time_limit.as_deref(), signals))?;
    let directory = options.output.clone().unwrap_or_else(|| PathBuf::from(&deck.campaign.name));
    let redo = ranks.agree(options.redo.as_deref().map(stage_named).transpose())?;
    let _lock = ranks.agree(lock(ranks, &directory))?;
    files::seen_by_all(ranks, &directory.join(lock::NAME))?;
    let campaign = Campaign::open(ranks, &directory, redo.map(file_stage))?;
    for damage in campaign.damaged() {
        log::warn!("{damage} (replaced by --redo)");
    }
    let plan = ranks.agree(plan(&deck, &campaign, options))?;
    verify(ranks, &deck, &campaign, &plan, options)?;
    clear(ranks, &deck, &campaign, &plan, redo)?;
    let visible = ranks.rank() == 0 && !options.quiet;
    log::info!("{} ranks, {threads} threads each, {}", ranks.size(), directory.display());
    let mut context = Context { ranks, deck, directory, threads, visible, stop, waited: 0.0, started: Instant::now() };
    for (stage, earlier) in plan {
        if ranks.any(context.stop.wanted()) {
            return Err(Stop::told(stage.name()));
        }
        context.waited = ranks.waited();
        context.started = Instant::now();
        match stage {
            Stage::Prepare => prepare::run(&context, earlier)?,
            Stage::Relax => relax::run(&context, earlier)?,
            Stage::Explore => explore::run(&context)?,
            Stage::Connect => connect::run(&context)?,
            Stage::Tunnel => tunnel::run(&context, false)?,
            Stage::Modes => modes::run(&context)?,
            Stage::Elastic => elastic::run(&context)?,
            Stage::Excite => excite::run(&context)?,
        }
        log::info!("{stage}: done in {:.1} s", context.started.elapsed().as_secs_f64());
    }
    add_zero_points(&mut context, options)?;
    if ranks.rank() == 0 {
        live::nothing_under_way(&context.directory);
    }
    if visible {
        summary::print(&context.directory)?;
    }
    Ok(())
}

/// Collective: what [modes] knows of the double wells goes into tunnelling.h5, which is written again: two-level systems need not wait
/// for the spectra.
fn add_zero_points(context: &mut Context<'_>, options: &RunOptions) -> Result<()> {
    let until = options.until.as_deref().map(stage_named).transpose()?;
    let both = context.deck.has(Stage::Tunnel) && context.deck.modes.as_ref().is_some_and(|m| m.has_zero_points());
    if !both || until.is_some_and(|until| until < Stage::Modes) {
        return Ok(());
    }
    let lacking = tunnel::lacks_zero_points(context);
    if context.ranks.agree(lacking)? {
        log::info!("tunnel: adds the differences of zero-point energies");
        context.waited = context.ranks.waited();
        context.started = Instant::now();
        tunnel::run(context, true)?;
    }
    Ok(())
}

/// Collective: removes what nobody may go on with: of the stage `redo` and those that build on it, the last one first, files and checkpoints, so
/// that the same command without --redo goes on with the new ones; of stages that are complete, the checkpoints.
fn clear(
    ranks: &Ranks,
    deck: &Deck,
    campaign: &Campaign,
    plan: &[(Stage, Earlier)],
    redo: Option<Stage>,
) -> Result<()> {
    for &stage in Stage::ALL.iter().rev() {
        let redone = deck.has(stage) && is_redone(deck, stage, redo);
        if redone {
            files::remove(ranks, campaign.directory(), file_stage(stage))?;
        }
        let planned = plan.iter().any(|(planned, _)| *planned == stage);
        if redone || (!planned && campaign.is_complete(file_stage(stage))) {
            Checkpoints::remove(ranks, campaign.directory(), file_stage(stage))?;
        }
    }
    Ok(())
}

/// The clock starts when the program does; the end of a job of SLURM is rank 0's to watch.
fn stop(ranks: &Ranks, time_limit: Option<&str>, signals: Signals) -> Result<Stop> {
    let limit = time_limit.map(input::parse_duration).transpose();
    let limit = limit.map_err(|message| Error::Usage(format!("--time-limit: {message}")))?;
    let job = if ranks.rank() == 0 { slurm::working_time() } else { None };
    if let Some(job) = job {
        log::info!("the job leaves {} s to work", job.as_secs());
    }
    Ok(Stop::new(limit.into_iter().chain(job).min(), signals))
}

/// Rank 0 holds the directory for all.
fn lock(ranks: &Ranks, directory: &Path) -> Result<Option<DirectoryLock>> {
    if ranks.rank() != 0 {
        return Ok(None);
    }
    std::fs::create_dir_all(directory)
        .map_err(|error| Error::storage(directory, format!("cannot be made: {error}; choose another --output")))?;
    DirectoryLock::take(directory).map(Some)
}

fn start_log(speaks: bool, quiet: bool) {
    let level = match (speaks, quiet) {
        (false, _) => log::LevelFilter::Off,
        (true, true) => log::LevelFilter::Warn,
        (true, false) => log::LevelFilter::Info,
    };
    // a second initialisation in one process (tests) is harmless
    let _ = env_logger::Builder::new()
        .filter_module("glasswell", level)
        .format_target(false)
        .format_timestamp_secs()
        .try_init();
}

/// Collective: compares the files that stay, those that are read and those that are skipped, with their checksums; not those
/// after `--until`, and none that is to be replaced.
fn verify(
    ranks: &Ranks,
    deck: &Deck,
    campaign: &Campaign,
    plan: &[(Stage, Earlier)],
    options: &RunOptions,
) -> Result<()> {
    let until = options.until.as_deref().map(stage_named).transpose()?;
    let redo = options.redo.as_deref().map(stage_named).transpose()?;
    for &stage in Stage::ALL {
        let replaced = plan.contains(&(stage, Earlier::Nothing)) || is_redone(deck, stage, redo);
        if replaced || until.is_some_and(|until| stage > until) || campaign.stage(file_stage(stage)).is_none() {
            continue;
        }
        files::verify(ranks, campaign.directory(), file_stage(stage))?;
    }
    Ok(())
}

pub(super) fn joined(mut lines: String, line: &str) -> String {
    lines.push_str(line);
    lines.push('\n');
    lines
}

/// glasses.h5 of a campaign, its number of glasses, and their number of particles.
///
/// # Errors
/// `Storage` when it is missing or damaged.
pub fn glasses_file(directory: &Path) -> Result<(StageReader, usize, usize)> {
    let reader = StageReader::open(directory, files::Stage::Prepare)?;
    match reader.shape("/glasses/species")?[..] {
        [glasses, particles] => Ok((reader, glasses as usize, particles as usize)),
        _ => Err(Error::storage(reader.path(), "/glasses/species is not [Ng, N]")),
    }
}

/// The file of a stage.
pub fn file_stage(stage: Stage) -> files::Stage {
    match stage {
        Stage::Prepare => files::Stage::Prepare,
        Stage::Relax => files::Stage::Relax,
        Stage::Explore => files::Stage::Explore,
        Stage::Connect => files::Stage::Connect,
        Stage::Tunnel => files::Stage::Tunnel,
        Stage::Modes => files::Stage::Modes,
        Stage::Elastic => files::Stage::Elastic,
        Stage::Excite => files::Stage::Excite,
    }
}

impl Context<'_> {
    /// Who works on the tasks of a stage.
    pub fn workers(&self, stage: &'static str) -> Workers<'_> {
        Workers { ranks: self.ranks, threads: self.threads, stop: &self.stop, stage }
    }

    /// Begins the file of a stage.
    ///
    /// # Errors
    /// `Storage` when the directory cannot be written to.
    pub fn create_file(&self, stage: Stage) -> Result<StageFile<'_>> {
        let deck = &self.deck;
        let header = Header::new(
            file_stage(stage),
            &deck.text,
            &deck.deck_hash()?,
            &stage_keys(deck, stage)?,
            deck.campaign.seed,
        );
        StageFile::create(self.ranks, &self.directory, &header)
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
        let mut costs = vec![("stage".to_owned(), self.started.elapsed().as_secs_f64())];
        if let Some(journal) = &journal {
            costs.push(("checkpoints".to_owned(), journal.checkpoint_seconds()));
        }
        costs.push(("write".to_owned(), file.seconds()));
        let idle = self.ranks.waited() - self.waited;
        file.finish(true, &Timing { threads: self.threads as u32, idle, costs, tasks })?;
        journal.map_or(Ok(()), Journal::close)
    }

    /// What a checkpoint of a stage says of itself. How many glasses are asked for is not part of it for the stages whose tasks
    /// belong to one glass: more glasses change none of them. The tasks of connect are numbered through all pairs.
    ///
    /// # Errors
    /// `Internal` when settings cannot be written as text, `Storage` when the file that the stage builds on cannot be read.
    pub fn checkpoint_header(&self, stage: Stage) -> Result<CheckpointHeader> {
        let keys = stage_keys(&self.deck, stage)?;
        let of_pairs = matches!(stage, Stage::Connect | Stage::Tunnel);
        let counts = |line: &&str| of_pairs || !line.starts_with("prepare.glasses");
        let built_on = match stage {
            Stage::Elastic if self.deck.couples_to_strain() => {
                files::fingerprint(&self.directory, files::Stage::Connect)?
            }
            Stage::Explore | Stage::Elastic | Stage::Excite if !self.deck.has(Stage::Prepare) => {
                files::fingerprint(&self.directory, files::Stage::Prepare)?
            }
            Stage::Connect => files::fingerprint(&self.directory, files::Stage::Explore)?,
            // spectra are numbered through all double wells, minima or glasses
            Stage::Modes => match self.deck.upstream(stage).last() {
                Some(&last) => files::fingerprint(&self.directory, file_stage(last))?,
                None => 0,
            },
            _ => 0,
        };
        let deck_keys = keys.lines().filter(counts).fold(String::new(), joined);
        let (stage, program) = (file_stage(stage), checkpointed::records(stage)?.program()?);
        Ok(CheckpointHeader { stage, program, deck_keys, seed: self.deck.campaign.seed, built_on })
    }

    /// The section of a stage that is being run.
    ///
    /// # Errors
    /// `Internal` when the deck does not have it.
    pub fn section<'d, T>(&self, section: &'d Option<T>, stage: Stage) -> Result<&'d T> {
        section.as_ref().ok_or_else(|| Error::Internal(format!("stage {stage} runs without its section")))
    }
}
