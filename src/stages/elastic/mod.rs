//! Stage `elastic`: moduli of each glass, and the coupling of double wells to strain.

mod columns;
mod cost;
mod layout;
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
use crate::files::{Campaign, StageReader, StageRecords};
use crate::input::Deck;
use crate::stage::Stage;

pub struct Work;

impl StageWork for Work {
    fn run(&self, context: &Context<'_>, _earlier: Earlier) -> Result<()> {
        run::run(context)
    }

    fn cost(&self, deck: &Deck, call: &ForceCall) -> Option<Cost> {
        cost::cost(deck, call)
    }

    fn memory(&self, deck: &Deck, call: &ForceCall, _ranks: usize) -> Option<Memory> {
        cost::memory(deck, call)
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

    // double wells may have been added after this file was written; an unreadable file is reported when it is verified
    fn is_outdated(&self, deck: &Deck, campaign: &Campaign) -> bool {
        let wanted = deck.couples_to_strain() && campaign.is_complete(Stage::Elastic);
        wanted
            && StageReader::open(campaign.directory(), Stage::Elastic)
                .is_ok_and(|reader| !reader.has("/coupling/status"))
    }
}
