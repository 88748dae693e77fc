//! Which stages of a deck are run, given the contents of the directory.

use super::options::RunOptions;
use crate::error::{Error, Result};
use crate::files::layout::VERSION;
use crate::files::{Campaign, StageState};
use crate::input::{self, Change, Comparison, Deck};
use crate::stage::Stage;
use crate::stages::{Earlier, work};

/// Whether `--redo` replaces this stage: the one it names and those that build on it.
pub fn is_redone(deck: &Deck, stage: Stage, redo: Option<Stage>) -> bool {
    redo.is_some_and(|redo| stage == redo || deck.upstream(stage).contains(&redo))
}

/// The stages to run and the earlier results that each can use.
///
/// # Errors
/// `Usage` for unknown or missing stages, `Deck` when the directory holds results of another deck.
pub fn plan(deck: &Deck, campaign: &Campaign, options: &RunOptions) -> Result<Vec<(Stage, Earlier)>> {
    let until = options.until.as_deref().map(stage_named).transpose()?;
    let redo = options.redo.as_deref().map(stage_named).transpose()?;
    if let (Some(redo), Some(until)) = (redo, until)
        && redo > until
    {
        return Err(Error::Usage(format!(
            "--redo {redo} --until {until}: `{redo}` comes after `{until}` and would not be run; give --redo a stage up to \
             `{until}`, or --until `{redo}` or a later one"
        )));
    }
    refuse_earlier_layout(deck, campaign, until, redo)?;
    let mut plan = Vec::new();
    let mut stale: Vec<Stage> = Vec::new();
    for stage in Stage::ALL {
        if !deck.has(stage) || until.is_some_and(|until| stage > until) {
            continue;
        }
        for &needed in &deck.upstream(stage) {
            if !deck.has(needed) && campaign.stage(needed).is_none() {
                return Err(Error::Usage(format!(
                    "stage `{stage}` needs {} in {}; add [{needed}] to the deck or import the file",
                    needed.file_name(),
                    campaign.directory().display()
                )));
            }
        }
        let redone = is_redone(deck, stage, redo);
        let outdated =
            deck.upstream(stage).iter().any(|before| stale.contains(before)) || work(stage).is_outdated(deck, campaign);
        let state = campaign.stage(stage).filter(|_| !redone);
        let comparison = match state {
            None => None,
            Some(state) => Some(input::compare_keys(&state.header.deck_keys, &deck.stage_keys(stage)?)?),
        };
        if let Some(Comparison::Changed(changes)) = &comparison {
            let replacing = replacing(deck, campaign, until, redo)?;
            return Err(changed(deck, campaign, stage, changes, &replacing));
        }
        if let Some(earlier) = usable(stage, comparison, outdated, campaign.is_complete(stage)) {
            stale.push(stage);
            plan.push((stage, earlier));
        }
    }
    Ok(plan)
}

/// The earlier results that a stage can use, after the comparison of its deck with that of its file; None if it need not run.
fn usable(stage: Stage, comparison: Option<Comparison>, outdated: bool, complete: bool) -> Option<Earlier> {
    match comparison {
        Some(Comparison::Same) if !outdated && complete => {
            log::info!("{stage}: complete, skipped");
            None
        }
        // results for the units that are left; only the file with a group for each unit is written again
        Some(Comparison::Fewer(_)) if !outdated && complete && stage != Stage::Tunnel => {
            log::info!("{stage}: complete, skipped; it may hold results for units that the deck no longer has");
            None
        }
        Some(Comparison::Extends(changes) | Comparison::Fewer(changes)) => {
            for change in &changes {
                log::info!("{stage}: extended, {change}");
            }
            // keys of an earlier stage, which may have been extended by an earlier run: nothing of this stage is left
            let own = changes.iter().all(|change| change.stage >= stage);
            Some(if own && !outdated { Earlier::Part } else { Earlier::Nothing })
        }
        _ => Some(Earlier::Nothing),
    }
}

/// How the results of another deck can be replaced: the latest stage whose `--redo` replaces all of them, or the stages that
/// must be replaced one after the other.
fn replacing(deck: &Deck, campaign: &Campaign, until: Option<Stage>, redo: Option<Stage>) -> Result<Vec<Stage>> {
    let mut others = Vec::new();
    for state in continued(deck, campaign, until, redo) {
        let due = deck.stage_keys(state.stage)?;
        if let Comparison::Changed(_) = input::compare_keys(&state.header.deck_keys, &due)? {
            others.push(state.stage);
        }
    }
    Ok(all_replaced(deck, &others))
}

/// The files of the deck's stages that this run would continue.
fn continued<'c>(
    deck: &Deck,
    campaign: &'c Campaign,
    until: Option<Stage>,
    redo: Option<Stage>,
) -> impl Iterator<Item = &'c StageState> {
    campaign.stages().iter().filter(move |state| {
        let stage = state.stage;
        deck.has(stage) && until.is_none_or(|until| stage <= until) && !is_redone(deck, stage, redo)
    })
}

/// The latest stage whose `--redo` replaces all of these, or those that must be replaced one after the other.
fn all_replaced(deck: &Deck, others: &[Stage]) -> Vec<Stage> {
    let one = |redo: &Stage| deck.has(*redo) && others.iter().all(|stage| is_redone(deck, *stage, Some(*redo)));
    if let Some(redo) = Stage::ALL.into_iter().rev().find(one) {
        return vec![redo];
    }
    // those that no other one of them replaces
    let is_first = |stage: &Stage| !deck.upstream(*stage).iter().any(|before| others.contains(before));
    others.iter().copied().filter(is_first).collect()
}

/// Refuses files of an earlier layout that this run would continue or build on: they lack what later stages read.
fn refuse_earlier_layout(deck: &Deck, campaign: &Campaign, until: Option<Stage>, redo: Option<Stage>) -> Result<()> {
    let is_earlier = |state: &&StageState| state.header.layout < VERSION;
    let others: Vec<Stage> =
        continued(deck, campaign, until, redo).filter(is_earlier).map(|state| state.stage).collect();
    let needed = |stage: Stage| {
        let runs = |later: &Stage| deck.has(*later) && until.is_none_or(|until| *later <= until);
        Stage::ALL.into_iter().filter(runs).any(|later| deck.upstream(later).contains(&stage))
    };
    let foreign =
        campaign.stages().iter().filter(is_earlier).find(|state| !deck.has(state.stage) && needed(state.stage));
    let Some(stage) = foreign.map(|state| state.stage).or(others.first().copied()) else { return Ok(()) };
    let replace = match foreign {
        None => format!(", or {}", how_to_replace(&all_replaced(deck, &others))),
        Some(_) => String::new(),
    };
    Err(Error::Deck {
        file: deck.file.clone(),
        message: format!(
            "{} holds {} of an earlier layout, which can be read (`glasswell status`) but not continued; give another \
             --output{replace}",
            campaign.directory().display(),
            stage.file_name()
        ),
    })
}

fn how_to_replace(replacing: &[Stage]) -> String {
    match replacing {
        [redo] => format!("--redo {redo} to replace it"),
        several => {
            let steps: Vec<String> = several.iter().map(|redo| format!("--redo {redo} --until {redo}")).collect();
            format!("replace it in several runs, {}", steps.join(", then "))
        }
    }
}

/// The error for a directory that holds results of another deck.
fn changed(deck: &Deck, campaign: &Campaign, stage: Stage, changes: &[Change], replacing: &[Stage]) -> Error {
    let difference: Vec<String> = changes.iter().map(ToString::to_string).collect();
    let replace = how_to_replace(replacing);
    Error::Deck {
        file: deck.file.clone(),
        message: format!(
            "{} holds {} of another deck: {}; give another --output, or {replace}",
            campaign.directory().display(),
            stage.file_name(),
            difference.join("; ")
        ),
    }
}

pub fn stage_named(name: &str) -> Result<Stage> {
    Stage::from_name(name).ok_or_else(|| {
        let names: Vec<&str> = Stage::ALL.iter().map(|stage| stage.name()).collect();
        Error::Usage(format!("there is no stage {name:?}; stages are {}", names.join(", ")))
    })
}
