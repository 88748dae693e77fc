//! Which stages of a deck are run, given the contents of the directory.

use super::options::RunOptions;
use crate::error::{Error, Result};
use crate::files::Campaign;
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
        match comparison {
            Some(Comparison::Changed(changes)) => return Err(changed(deck, campaign, stage, &changes)),
            Some(Comparison::Same) if !outdated && campaign.is_complete(stage) => {
                log::info!("{stage}: complete, skipped");
            }
            Some(Comparison::Extends(changes)) => {
                for change in &changes {
                    log::info!("{stage}: extended, {change}");
                }
                stale.push(stage);
                plan.push((stage, Earlier::Part));
            }
            _ => {
                stale.push(stage);
                plan.push((stage, Earlier::Nothing));
            }
        }
    }
    Ok(plan)
}

/// The error for a directory that holds results of another deck.
fn changed(deck: &Deck, campaign: &Campaign, stage: Stage, changes: &[Change]) -> Error {
    let difference: Vec<String> = changes.iter().map(ToString::to_string).collect();
    let first = changes.first().map_or(stage, |change| change.stage);
    Error::Deck {
        file: deck.file.clone(),
        message: format!(
            "{} holds {} of another deck: {}; give another --output, or --redo {first} to replace it",
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
