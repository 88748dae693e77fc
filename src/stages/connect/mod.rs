//! Stage `connect`: minimum-energy paths between minima that are connected by transitions in the dynamics.

mod before;
mod columns;
mod cost;
mod layout;
mod near_pairs;
mod pair_columns;
mod pairs;
mod place_columns;
mod reader;
mod record;
mod rows;
mod run;
mod screen;
mod section;
mod summary;
mod systems;
mod task;

use super::cost::{Cost, ForceCall, Memory};
use super::lines::Line;
use super::{Context, Earlier, StageWork};
use crate::error::Result;
use crate::files::layout::Layout;
use crate::files::{StageReader, StageRecords};
use crate::input::Deck;
pub use reader::{DoubleWellReader, MinimumReader, WellEnds, WellSystems};
pub use task::{PairState, PairTask, wants_descent};

pub struct Work;

impl StageWork for Work {
    fn run(&self, context: &Context<'_>, earlier: Earlier) -> Result<()> {
        run::run(context, earlier)
    }

    fn cost(&self, deck: &Deck, call: &ForceCall) -> Option<Cost> {
        cost::cost(deck, call)
    }

    fn memory(&self, deck: &Deck, call: &ForceCall, ranks: usize) -> Option<Memory> {
        cost::memory(deck, call, ranks)
    }

    fn records(&self) -> Option<&'static StageRecords> {
        Some(&run::RECORDS)
    }

    fn layout(&self) -> &'static Layout {
        &layout::LAYOUT
    }

    fn summary(&self, reader: &StageReader) -> Result<Vec<Line>> {
        summary::summary(reader)
    }
}
