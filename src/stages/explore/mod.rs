//! Stage `explore`: molecular dynamics and quenches.

mod columns;
pub mod cost;
mod layout;
mod reader;
mod record;
mod rows;
mod run;
mod section;
mod summary;

use super::cost::{Cost, ForceCall, Memory};
use super::lines::Line;
use super::{Context, Earlier, StageWork};
use crate::error::Result;
use crate::files::layout::Layout;
use crate::files::{StageReader, StageRecords};
use crate::input::Deck;
pub use reader::{Clock, LandscapeReader, ROUNDING, Sighting, sightings};

pub struct Work;

impl StageWork for Work {
    fn run(&self, context: &Context<'_>, _earlier: Earlier) -> Result<()> {
        run::run(context)
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
