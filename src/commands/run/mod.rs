//! `glasswell run`: the stages of a deck in order, each skipped when its file is complete.

mod options;
mod plan;

use super::closing::{self, Asked};
use crate::error::{Error, Result};
use crate::files::{self, Campaign, Checkpoints};
use crate::input::{self, Deck};
use crate::parallel::Ranks;
use crate::runtime::{self, DirectoryLock, Loudness, Signals, Stop};
use crate::stage::Stage;
use crate::stages::{Context, Earlier, prepare, work};
use crate::version;
pub use options::RunOptions;
pub use plan::plan;
use plan::{is_redone, stage_named};
use std::path::{Path, PathBuf};

/// Runs the stages of a deck.
///
/// # Errors
/// Any [`Error`], the same on all ranks.
pub fn run(file: &Path, options: &RunOptions) -> Result<()> {
    let signals = Signals::catch()?;
    let ranks = files::start_ranks()?;
    let rank = if runtime::is_a_further_rank() { 1 } else { ranks.rank() };
    runtime::rank_is(rank);
    runtime::check_launcher(ranks.size())?;
    runtime::rank_is(ranks.rank());
    // reported before the ranks separate: the first one that exits with an error code may end the others, including
    // rank 0
    let ended = run_stages(&ranks, file, options, signals).map_err(|error| match error {
        Error::Stopped(message) if options.redo.is_some() => {
            Error::Stopped(format!("{message}; leave out --redo, which would start the stage again"))
        }
        error => error,
    });
    ended.inspect_err(runtime::report)
}

fn run_stages(ranks: &Ranks, file: &Path, options: &RunOptions, signals: Signals) -> Result<()> {
    runtime::start_log(ranks.rank() == 0, options.loudness);
    let deck = ranks.agree(input::read_deck(file))?;
    let deck = with_imports(ranks, deck)?;
    for warning in &deck.warnings {
        log::warn!("{warning}");
    }
    let threads = runtime::threads(ranks, options.threads)?;
    let stop = ranks.agree(stop(ranks, options.time_limit.as_deref(), signals))?;
    let directory = options.output.clone().unwrap_or_else(|| PathBuf::from(&deck.campaign.name));
    let redo = ranks.agree(options.redo.as_deref().map(stage_named).transpose())?;
    let _lock = ranks.agree(lock(ranks, &directory))?;
    ranks.agree(keep_log(ranks, &directory))?;
    files::seen_by_all(ranks, &directory.join(runtime::LOCK_NAME))?;
    let campaign = Campaign::open(ranks, &directory, redo)?;
    for damage in campaign.damaged() {
        log::warn!("{damage} (replaced by --redo)");
    }
    // rank 0 decides: another host may see a file differently, and what follows is collective
    let plan = if ranks.rank() == 0 { plan(&deck, &campaign, options) } else { Ok(Vec::new()) };
    let plan = ranks.broadcast(ranks.agree(plan)?, 0)?;
    verify(ranks, &deck, &campaign, &plan, options)?;
    clear(ranks, &deck, &campaign, &plan, redo)?;
    let visible = ranks.rank() == 0 && options.loudness != Loudness::Quiet;
    log::info!("{} ranks, {threads} threads each, {}", ranks.size(), directory.display());
    let until = ranks.agree(options.until.as_deref().map(stage_named).transpose())?;
    let stages = Stage::ALL.into_iter().filter(|stage| deck.has(*stage)).collect();
    let asked = Asked { deck: file, output: options.output.as_deref(), stages };
    let mut context = Context::new(ranks, deck, directory, until, stop, threads, visible);
    let done = work_through(&mut context, plan);
    if visible
        && matches!(done, Err(Error::Stopped(_)))
        && let Err(error) = closing::print_interrupted(&context.directory, &asked)
    {
        log::warn!("{error}");
    }
    done?;
    if ranks.rank() == 0 {
        runtime::nothing_under_way(&context.directory);
    }
    if visible {
        closing::print(&context.directory, Some(&asked), true)?;
    }
    Ok(())
}

/// Collective: does the work of the stages.
fn work_through(context: &mut Context<'_>, plan: Vec<(Stage, Earlier)>) -> Result<()> {
    for (stage, earlier) in plan {
        if context.ranks.any(context.stop.wanted()) {
            return Err(Stop::error(stage.name()));
        }
        context.begin_stage(work(stage).algorithm());
        work(stage).run(context, earlier)?;
        log::info!("{stage}: done in {:.1} s", context.elapsed().as_secs_f64());
    }
    revisit(context)
}

/// Rank 0 keeps its messages in the directory.
fn keep_log(ranks: &Ranks, directory: &Path) -> Result<()> {
    if ranks.rank() != 0 {
        return Ok(());
    }
    runtime::keep_log(directory)?;
    let words: Vec<String> = std::env::args_os().map(|word| word.to_string_lossy().into_owned()).collect();
    runtime::note(&format!("glasswell {}: {}", version::with_commit(), words.join(" ")));
    Ok(())
}

/// Collective: the deck with the glasses that rank 0 has found in the files to import.
fn with_imports(ranks: &Ranks, mut deck: Deck) -> Result<Deck> {
    if !deck.imports_glasses() {
        return Ok(deck);
    }
    let found = if ranks.rank() == 0 { prepare::look(&deck) } else { Ok(prepare::Found::default()) };
    let found = ranks.broadcast(ranks.agree(found)?, 0)?;
    deck.warnings.extend(found.warnings);
    ranks.agree(deck.import(found.glasses))?;
    for note in found.notes {
        log::info!("{note}");
    }
    Ok(deck)
}

/// Collective: writes the files of earlier stages again with results of later ones, so that two-level systems need not
/// wait for the spectra.
fn revisit(context: &mut Context<'_>) -> Result<()> {
    for stage in Stage::ALL.into_iter().filter(|stage| context.runs(*stage)).collect::<Vec<Stage>>() {
        // rank 0 decides: another host may not yet see a new file
        let lacks = if context.ranks.rank() == 0 { work(stage).lacks(context) } else { Ok(None) };
        let lacks = context.ranks.agree(lacks)?.map(str::to_owned);
        if let Some(what) = context.ranks.broadcast(lacks, 0)? {
            log::info!("{stage}: adds {what}");
            context.begin_stage(work(stage).algorithm());
            work(stage).revisit(context)?;
        }
    }
    Ok(())
}

/// Collective: removes data that must not be used again. For the stage `redo` and the stages that build on it, the last
/// one first, these are files and checkpoints, so that the same command without --redo resumes from the new ones; for
/// complete stages, the checkpoints.
fn clear(
    ranks: &Ranks,
    deck: &Deck,
    campaign: &Campaign,
    plan: &[(Stage, Earlier)],
    redo: Option<Stage>,
) -> Result<()> {
    for stage in Stage::ALL.into_iter().rev() {
        let redone = deck.has(stage) && is_redone(deck, stage, redo);
        if redone {
            files::remove(ranks, campaign.directory(), stage)?;
        }
        let planned = plan.iter().any(|(planned, _)| *planned == stage);
        if redone || (!planned && campaign.is_complete(stage)) {
            Checkpoints::remove(ranks, campaign.directory(), stage)?;
        }
    }
    Ok(())
}

/// The time limit counts from the start of the program; only rank 0 knows the end of a SLURM job.
fn stop(ranks: &Ranks, time_limit: Option<&str>, signals: Signals) -> Result<Stop> {
    let limit = time_limit.map(input::parse_duration).transpose();
    let limit = limit.map_err(|message| Error::Usage(format!("--time-limit: {message}")))?;
    let job = if ranks.rank() == 0 { runtime::working_time() } else { None };
    if let Some(job) = job {
        log::info!("the SLURM job allows {} s of work", job.as_secs());
    }
    Ok(Stop::new(limit.into_iter().chain(job).min(), signals))
}

/// Rank 0 holds the lock of the directory for all ranks.
fn lock(ranks: &Ranks, directory: &Path) -> Result<Option<DirectoryLock>> {
    if ranks.rank() != 0 {
        return Ok(None);
    }
    std::fs::create_dir_all(directory)
        .map_err(|error| Error::storage(directory, format!("cannot be created: {error}; choose another --output")))?;
    DirectoryLock::take(directory).map(Some)
}

/// Collective: verifies the checksums of all files that are kept, whether they are read or skipped, but not of stages
/// after `--until` or of files that will be replaced.
fn verify(
    ranks: &Ranks,
    deck: &Deck,
    campaign: &Campaign,
    plan: &[(Stage, Earlier)],
    options: &RunOptions,
) -> Result<()> {
    let until = options.until.as_deref().map(stage_named).transpose()?;
    let redo = options.redo.as_deref().map(stage_named).transpose()?;
    for stage in Stage::ALL {
        let replaced = plan.contains(&(stage, Earlier::Nothing)) || is_redone(deck, stage, redo);
        if replaced || until.is_some_and(|until| stage > until) || campaign.stage(stage).is_none() {
            continue;
        }
        files::verify(ranks, campaign.directory(), stage)?;
    }
    Ok(())
}
