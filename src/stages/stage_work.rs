//! What a stage is to the commands.

use super::context::{Context, Earlier};
use super::cost::{Cost, ForceCall, Memory};
use super::lines::Line;
use crate::error::Result;
use crate::files::layout::Layout;
use crate::files::{Campaign, StageReader, StageRecords};
use crate::input::Deck;

/// The work of a stage: its file, what it costs, what is said of it. One value for each stage ([`super::work`]).
pub trait StageWork: Sync {
    /// Collective: does the work that the deck asks for and writes the stage's file. `earlier`: what is there of it.
    ///
    /// # Errors
    /// A file that the stage builds on missing or damaged, numerical failures, a directory that cannot be written; `Stopped`
    /// after a checkpoint when the clock or a signal asks for it.
    fn run(&self, context: &Context<'_>, earlier: Earlier) -> Result<()>;

    /// What the work costs, from what the deck says alone; `None` when the deck does not ask for the stage.
    fn cost(&self, deck: &Deck, call: &ForceCall) -> Option<Cost>;

    /// What a rank holds at its peak, one of `ranks`; `None` when the deck does not ask for the stage or it holds little.
    fn memory(&self, deck: &Deck, call: &ForceCall, ranks: usize) -> Option<Memory>;

    /// The states and results of its tasks that checkpoints hold; `None` for a stage that keeps none.
    fn records(&self) -> Option<&'static StageRecords>;

    /// What is in the stage's file.
    fn layout(&self) -> &'static Layout;

    /// What the stage has found, line by line.
    ///
    /// # Errors
    /// `Storage` when the file cannot be read.
    fn summary(&self, reader: &StageReader) -> Result<Vec<Line>>;

    /// Whether the complete file that is there lacks something that its own keys do not name.
    fn is_outdated(&self, _deck: &Deck, _campaign: &Campaign) -> bool {
        false
    }

    /// What a later stage has found and the file of this one lacks; `None` when there is nothing to add.
    ///
    /// # Errors
    /// `Storage` when a file cannot be read.
    fn lacks(&self, _context: &Context<'_>) -> Result<Option<&'static str>> {
        Ok(None)
    }

    /// Collective: writes the file once more, with what [`StageWork::lacks`] named.
    ///
    /// # Errors
    /// As [`StageWork::run`].
    fn revisit(&self, context: &Context<'_>) -> Result<()> {
        self.run(context, Earlier::Nothing)
    }
}
