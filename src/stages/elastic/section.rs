//! The deck's section [elastic].

use crate::forces::deformation::stretched;
use crate::input::{Deck, DeckSection, Section};
use crate::modes::ElasticSettings;
use crate::stage::Stage;

/// A larger strain between two quenches could skip plastic events.
const LARGEST_STRAIN_STEP: f64 = 0.01;
/// Slopes at smaller strains are dominated by rounding.
const SMALLEST_SOUND_STRAIN: f64 = 1e-8;

impl DeckSection for ElasticSettings {
    fn check(&self, deck: &Deck, section: &mut Section) {
        let (step, smallest) = (self.strain_step, self.smallest_strain);
        let wanted = format!("a number above 0, at most {LARGEST_STRAIN_STEP}");
        section.require(step > 0.0 && step <= LARGEST_STRAIN_STEP, "strain_step", &wanted);
        let wanted = format!("a number above 0, at most strain_step ({step:?})");
        section.require(smallest > 0.0 && smallest <= step, "smallest_strain", &wanted);
        section.positive(self.force_tolerance, "force_tolerance");
        section.at_least(self.max_evaluations, 1, "max_evaluations");
        if !(step > 0.0 && step <= LARGEST_STRAIN_STEP && smallest > 0.0) {
            return;
        }
        if smallest < SMALLEST_SOUND_STRAIN {
            section.warn(
                "smallest_strain",
                &format!("smallest_strain = {smallest:?} moves particles by little more than rounding (default 1e-6)"),
            );
        }
        let reach = stretched(deck.model.largest_cutoff(), &self.largest_gradients());
        let edge = deck.model.cell().shortest_edge();
        let wanted = format!(
            "fewer (or a smaller strain_step, or more particles): the box (edge {edge:.3}) must hold two cutoffs stretched by the largest strain ({:.3})",
            2.0 * reach
        );
        section.require(2.0 * reach <= edge || self.steps == 0, "steps", &wanted);
    }

    /// Moduli of glasses need no double wells.
    fn builds_on(&self, deck: &Deck, possible: &'static [Stage]) -> Vec<Stage> {
        let last = if deck.couples_to_strain() { Stage::Connect } else { Stage::Prepare };
        possible.iter().copied().filter(|before| *before <= last).collect()
    }

    // the splittings that are strained depend on the units
    fn is_decided_by_units(&self, deck: &Deck) -> bool {
        deck.couples_to_strain()
    }
}
