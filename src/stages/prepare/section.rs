//! The deck's section [prepare].

use crate::formats::unknown_species;
use crate::input::{Deck, DeckSection, Growth, Section};
use crate::sampling::{PrepareMethod, PrepareSettings};

impl DeckSection for PrepareSettings {
    const GROWTH: Growth = Growth { raised: &["glasses"], appended: &["from"], ..Growth::NONE };
    const WITHOUT_DEFAULT: &'static [&'static str] = &["temperature"];

    fn check(&self, deck: &Deck, section: &mut Section) {
        let potential = &deck.model.potential;
        section.at_least(self.glasses as u64, 1, "glasses");
        let hot = self.method == PrepareMethod::Quench && self.temperature == f64::INFINITY;
        let wanted = "a finite temperature above 0 (inf, random positions, with method = \"quench\" only)";
        section.require(hot || (self.temperature > 0.0 && self.temperature.is_finite()), "temperature", wanted);
        section.time_step(self.time_step);
        section.at_least(self.md_steps, 1, "md_steps");
        let swaps = self.swaps_per_particle;
        section.require(swaps >= 0.0 && swaps.is_finite(), "swaps_per_particle", "a finite number, 0 or more");
        section.positive(self.equilibration.relaxation_times, "equilibration.relaxation_times");
        section.at_least(self.equilibration.max_steps, 1, "equilibration.max_steps");
        let import = self.method == PrepareMethod::Import;
        section.require(
            !import || !self.from.is_empty(),
            "method",
            "a key `from` in the same section that names the files to import: from = \"glasses/*.xyz\"",
        );
        section.require(
            import || self.from.is_empty(),
            "from",
            "method = \"import\" in the same section, or no `from`",
        );
        section.require(self.from.iter().all(|name| !name.trim().is_empty()), "from", "file names that are not empty");
        section.require(
            import || self.species.is_empty(),
            "species",
            "method = \"import\" in the same section, or no `species`",
        );
        if let Some((symbol, known)) = unknown_species(&self.species, potential) {
            section.require(false, &format!("species.{symbol}"), &format!("a species of the model: {known}"));
        }
        let swapping = matches!(self.method, PrepareMethod::HybridSwap | PrepareMethod::SwapMc);
        if swapping && potential.is_of_one_kind() {
            section.warn(
                "method",
                &format!(
                    "swaps have no effect in {}, whose particles are all identical: md gives the same",
                    potential.name()
                ),
            );
        }
    }
}
