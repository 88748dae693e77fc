//! What to type next.

use super::wrap::Paragraphs;
use crate::files::Campaign;
use crate::report::{Summary, for_shell};
use crate::stage::Stage;
use std::path::Path;

/// Active systems below which the limits of n0 are wide: the error of a count of 10 is a third of it.
const ENOUGH: usize = 10;

/// The command line of `run`.
pub struct Asked<'a> {
    pub deck: &'a Path,
    pub output: Option<&'a Path>,
    /// The stages of the deck.
    pub stages: Vec<Stage>,
}

impl Asked<'_> {
    /// The command, without options that hold for one run only.
    fn command(&self) -> String {
        let path = |path: &Path| for_shell(&path.to_string_lossy());
        let output = self.output.map(|output| format!(" --output {}", path(output))).unwrap_or_default();
        format!("glasswell run {}{output}", path(self.deck))
    }
}

/// Says how an interrupted campaign goes on.
pub fn again(said: &mut Paragraphs, directory: &Path, asked: &Asked<'_>) {
    said.gap();
    said.say("Interrupted after a checkpoint. Next: the same command again, on any number of ranks:");
    said.command(&asked.command());
    said.say("What is done and what is left:");
    said.command(&format!("glasswell status {}", for_shell(&directory.to_string_lossy())));
}

/// Says what to type after the files of a campaign; `summary`: what they hold.
pub fn next(said: &mut Paragraphs, campaign: &Campaign, summary: Option<&Summary>, asked: Option<&Asked<'_>>) {
    let directory = for_shell(&campaign.directory().to_string_lossy());
    let command = asked.map_or_else(|| format!("glasswell run DECK --output {directory}"), Asked::command);
    let stages = match asked {
        Some(asked) => asked.stages.clone(),
        None => stages_of(campaign),
    };
    let mut left = stages.into_iter().filter(|stage| !campaign.is_complete(*stage));
    said.gap();
    if let Some(stage) = left.next() {
        let rest: Vec<&str> = left.map(Stage::name).collect();
        let rest = if rest.is_empty() {
            String::new()
        } else {
            format!(
                " (without --until also {}, which {} left)",
                rest.join(", "),
                if rest.len() == 1 { "is" } else { "are" }
            )
        };
        said.say(&format!("Next: the stage {stage}{rest}:"));
        said.command(&format!("{command} --until {stage}"));
        return;
    }
    if let Some(summary) = summary {
        few(said, summary, &command);
    }
    said.say("Next: one page with numbers, warnings, figures and all double wells:");
    said.command(&format!("glasswell report {directory}"));
}

/// The stages of the deck from which the last file was made.
fn stages_of(campaign: &Campaign) -> Vec<Stage> {
    let deck = campaign.stages().last().and_then(|state| state.header.deck.parse::<toml::Table>().ok());
    let deck = deck.unwrap_or_default();
    Stage::ALL.into_iter().filter(|stage| deck.contains_key(stage.name())).collect()
}

/// Says when the counts are too small for an estimate, and what raises them.
fn few(said: &mut Paragraphs, summary: &Summary, command: &str) {
    let Some(most) = summary.units.iter().map(|unit| unit.active_tunnelling).max() else { return };
    if most < ENOUGH {
        said.say(
            "These counts are small, and so the limits of n0 wide: more glasses (prepare.glasses) or longer runs \
             (explore.quenches) in the deck raise them. Then, in the same directory, which keeps its glasses:",
        );
        said.command(command);
        said.gap();
    }
}
