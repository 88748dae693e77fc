//! Which stages of a deck are to be run, given what is in the directory.

use super::campaign::{Earlier, RunOptions, joined};
use crate::error::{Error, Result};
use crate::files::{Campaign, StageReader};
use crate::input::{self, Change, Comparison, Deck};
use crate::paths::Refine;
use crate::stage::Stage;

/// Whether `--redo` replaces this stage: the one it names and those that build on it.
pub(super) fn is_redone(deck: &Deck, stage: Stage, redo: Option<Stage>) -> bool {
    redo.is_some_and(|redo| stage == redo || deck.upstream(stage).contains(&redo))
}

/// The stages to run and what each can build on.
///
/// # Errors
/// `Usage` for stages that are not there, `Deck` when the directory holds what another deck has made.
pub(super) fn plan(deck: &Deck, campaign: &Campaign, options: &RunOptions) -> Result<Vec<(Stage, Earlier)>> {
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
        let outdated = deck.upstream(stage).iter().any(|before| stale.contains(before))
            || (stage == Stage::Elastic && lacks_couplings(deck, campaign));
        let state = campaign.stage(stage).filter(|_| !redone);
        let comparison = match state {
            None => None,
            Some(state) => Some(input::compare_keys(&state.header.deck_keys, &stage_keys(deck, stage)?)?),
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

/// Whether elasticity.h5 was written before there were double wells to strain.
fn lacks_couplings(deck: &Deck, campaign: &Campaign) -> bool {
    let wanted = deck.couples_to_strain() && campaign.is_complete(Stage::Elastic);
    // a file that cannot be read is told of where it is verified
    wanted
        && StageReader::open(campaign.directory(), Stage::Elastic).is_ok_and(|reader| !reader.has("/coupling/status"))
}

/// The error for a directory that holds what another deck has made.
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

/// The keys that a stage's results depend on. Which paths `connect` refines and `modes` follows, and which
/// splittings `elastic` strains, depends on the units, too.
///
/// # Errors
/// `Internal` when settings cannot be written as text.
pub(super) fn stage_keys(deck: &Deck, stage: Stage) -> Result<String> {
    let mut keys = deck.stage_keys(stage)?;
    let follows = deck.modes.as_ref().is_some_and(|modes| modes.follows_paths());
    let refines_active = deck.connect.as_ref().is_some_and(|connect| connect.refine == Refine::Active);
    let by_units = match stage {
        Stage::Connect => refines_active,
        Stage::Modes => follows,
        Stage::Elastic => deck.couples_to_strain(),
        _ => false,
    };
    if by_units {
        let mut with_units = deck.clone();
        if !with_units.has(Stage::Tunnel) {
            with_units.add_stage(Stage::Tunnel)?;
        }
        let of_tunnel = with_units.stage_keys(Stage::Tunnel)?;
        let decides = |line: &&str| line.starts_with("tunnel.units") || line.starts_with("tunnel.reduced_mass");
        keys = of_tunnel.lines().filter(decides).fold(keys, joined);
    }
    Ok(keys)
}

pub(super) fn stage_named(name: &str) -> Result<Stage> {
    Stage::from_name(name).ok_or_else(|| {
        let names: Vec<&str> = Stage::ALL.iter().map(|stage| stage.name()).collect();
        Error::Usage(format!("there is no stage {name:?}; stages are {}", names.join(", ")))
    })
}
