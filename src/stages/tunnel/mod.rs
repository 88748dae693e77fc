//! Stage `tunnel`: the Schroedinger equation along each path.

mod before;
mod columns;
mod cost;
mod layout;
mod rows;
mod run;
mod section;
mod splitting;
mod statistics;
mod summary;

use super::cost::{Cost, ForceCall, Memory};
use super::lines::Line;
use super::{Context, Earlier, StageWork};
use crate::error::Result;
use crate::files::layout::Layout;
use crate::files::{StageReader, StageRecords};
use crate::input::Deck;

pub struct Work;

impl StageWork for Work {
    fn run(&self, context: &Context<'_>, _earlier: Earlier) -> Result<()> {
        run::run(context, false)
    }

    fn cost(&self, deck: &Deck, call: &ForceCall) -> Option<Cost> {
        cost::cost(deck, call)
    }

    fn memory(&self, _deck: &Deck, _call: &ForceCall, _ranks: usize) -> Option<Memory> {
        None
    }

    fn records(&self) -> Option<&'static StageRecords> {
        None
    }

    fn layout(&self) -> &'static Layout {
        &layout::LAYOUT
    }

    fn summary(&self, reader: &StageReader) -> Result<Vec<Line>> {
        summary::summary(reader)
    }

    fn lacks(&self, context: &Context<'_>) -> Result<Option<&'static str>> {
        Ok(run::lacks_zero_points(context)?.then_some("the differences of zero-point energies"))
    }

    fn revisit(&self, context: &Context<'_>) -> Result<()> {
        run::run(context, true)
    }
}
