//! The interface of a stage to the commands.

use super::context::{Context, Earlier};
use super::cost::{Cost, ForceCall, Memory};
use super::lines::Line;
use crate::error::Result;
use crate::files::layout::Layout;
use crate::files::{Campaign, StageReader, StageRecords};
use crate::input::Deck;

/// A stage: its work, its file, its cost and its summary. One value for each stage ([`super::work`]).
pub trait StageWork: Sync {
    /// Collective: does the work of the deck and writes the stage's file. `earlier`: usable earlier results.
    ///
    /// # Errors
    /// A file that the stage builds on is missing or damaged, numerical failures, a directory that cannot be written
    /// to; `Stopped` after a checkpoint, on the time limit or a signal.
    fn run(&self, context: &Context<'_>, earlier: Earlier) -> Result<()>;

    /// Estimated cost, from the deck alone; `None` when the deck does not have the stage.
    fn cost(&self, deck: &Deck, call: &ForceCall) -> Option<Cost>;

    /// Peak memory of one of `ranks` ranks; `None` when the deck does not have the stage or it needs little.
    fn memory(&self, deck: &Deck, call: &ForceCall, ranks: usize) -> Option<Memory>;

    /// The types of states and results that its checkpoints hold; `None` for a stage without checkpoints.
    fn records(&self) -> Option<&'static StageRecords>;

    /// Number of the algorithm that makes its results, in the stage's file: results of two do not go together in one file.
    fn algorithm(&self) -> u32 {
        self.records().map_or(1, |records| records.algorithm)
    }

    /// The layout of the stage's file.
    fn layout(&self) -> &'static Layout;

    /// The results of the stage, line by line.
    ///
    /// # Errors
    /// `Storage` when the file cannot be read.
    fn summary(&self, reader: &StageReader) -> Result<Vec<Line>>;

    /// Whether the complete file lacks something that its own keys do not name.
    fn is_outdated(&self, _deck: &Deck, _campaign: &Campaign) -> bool {
        false
    }

    /// What this stage's file lacks although a later stage has computed it; `None` when there is nothing to add.
    ///
    /// # Errors
    /// `Storage` when a file cannot be read.
    fn lacks(&self, _context: &Context<'_>) -> Result<Option<&'static str>> {
        Ok(None)
    }

    /// Collective: writes the file again, with the data that [`StageWork::lacks`] names.
    ///
    /// # Errors
    /// As [`StageWork::run`].
    fn revisit(&self, context: &Context<'_>) -> Result<()> {
        self.run(context, Earlier::Nothing)
    }
}
