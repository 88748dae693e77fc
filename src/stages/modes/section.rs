//! The deck's section [modes].

use crate::input::{Deck, DeckSection, Section};
use crate::modes::{ModeCount, ModesSettings, SpectraOf};
use crate::stage::Stage;

impl DeckSection for ModesSettings {
    fn check(&self, deck: &Deck, section: &mut Section) {
        let all = (3 * deck.model.particles).saturating_sub(3);
        if let ModeCount::Lowest(count) = self.count {
            let wanted = format!("\"all\" or at most {all}, the modes that there are");
            section.require((1..=all).contains(&count), "count", &wanted);
        }
        let share = self.localised_below;
        section.require(share > 0.0 && share <= 1.0, "localised_below", "a participation ratio, above 0 and at most 1");
        let images = &self.tangent_images;
        section.require(
            images.iter().all(|images| *images >= 3),
            "tangent_images",
            "numbers of images, each 3 or more",
        );
        let points = self.path_points;
        section.require(points == 0 || points >= 5, "path_points", "0 (no Hessians along the paths) or 5 or more");
        let [low, high] = self.fit_window;
        section.require(low >= 0.0 && low < high && high.is_finite(), "fit_window", "two numbers, 0 <= from < to");
        let step = self.nonlinear_step;
        section.require(step > 0.0 && step <= 1.0, "nonlinear_step", "a number above 0, at most 1");
        let memory = self.factor_memory;
        section.require(memory.is_finite() && memory >= 0.0, "factor_memory", "a number of GB, 0 or more");
        if self.count == ModeCount::All && deck.model.particles > 8000 {
            let bytes = 7.0 * 8.0 * (3.0 * deck.model.particles as f64).powi(2);
            section.warn(
                "count",
                &format!(
                    "count = \"all\" takes {:.0} GB for each thread at this size: give a number of lowest modes",
                    bytes / 1e9
                ),
            );
        }
    }

    /// Spectra of glasses need no double wells.
    fn builds_on(&self, _deck: &Deck, possible: &'static [Stage]) -> Vec<Stage> {
        let last = match self.of {
            SpectraOf::Glasses => Stage::Prepare,
            SpectraOf::Minima => Stage::Explore,
            SpectraOf::DoubleWells => Stage::Connect,
        };
        possible.iter().copied().filter(|before| *before <= last).collect()
    }

    // the choice of the paths that are followed depends on the units
    fn is_decided_by_units(&self, _deck: &Deck) -> bool {
        self.follows_paths()
    }
}
