//! The deck's section [excite].

use crate::excitation::ExciteSettings;
use crate::input::{Deck, DeckSection, Section};

/// Largest number of amplitudes of a grid.
const MOST_AMPLITUDES: f64 = 10_000.0;

impl DeckSection for ExciteSettings {
    fn check(&self, deck: &Deck, section: &mut Section) {
        let modes = (3 * deck.model.particles).saturating_sub(3);
        section.at_least(self.modes as u64, 1, "modes");
        let wanted = format!("at most {modes}: {} particles have no more modes", deck.model.particles);
        section.require(self.modes <= modes, "modes", &wanted);
        section.require(self.spectrum <= modes, "spectrum", &wanted);
        let amplitudes = &self.amplitudes;
        section.positive(amplitudes.from, "amplitudes.from");
        let wanted = format!("a finite number, at least amplitudes.from ({:?})", amplitudes.from);
        section.require(amplitudes.to >= amplitudes.from && amplitudes.to.is_finite(), "amplitudes.to", &wanted);
        section.at_least(amplitudes.per_decade as u64, 1, "amplitudes.per_decade");
        let amplitudes = (amplitudes.to / amplitudes.from).log10() * amplitudes.per_decade as f64;
        let wanted = "fewer: the grid has more than 10000 amplitudes";
        section.require(!amplitudes.is_finite() || amplitudes <= MOST_AMPLITUDES, "amplitudes.per_decade", wanted);
        let tolerance = self.tolerance;
        section.require((1e-12..=1.0).contains(&tolerance), "tolerance", "a fraction of A_c, 1e-12 to 1");
        let wanted = "a share of the boson peak, above 0 and at most 1";
        section.require(self.fit_to > 0.0 && self.fit_to <= 1.0, "fit_to", wanted);
        section.positive(self.force_tolerance, "force_tolerance");
        section.at_least(self.max_evaluations, 1, "max_evaluations");
        if self.force_tolerance > 1e-11 {
            section.warn(
                "force_tolerance",
                &format!(
                    "force_tolerance = {:?} is loose: transitions are as small as 1e-4 in total (default 1e-13)",
                    self.force_tolerance
                ),
            );
        }
        let few = self.amplitudes.per_decade < 4 && self.push;
        if few {
            section.warn("amplitudes.per_decade", "fewer than 4 amplitudes per decade may miss the first transition");
        }
    }
}
