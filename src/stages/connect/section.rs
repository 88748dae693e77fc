//! The deck's section [connect].

use crate::input::{Deck, DeckSection, Section};
use crate::paths::{CandidateRule, ConnectSettings, MOST_TRIES, PathMethod, Refine};

impl DeckSection for ConnectSettings {
    fn check(&self, _deck: &Deck, section: &mut Section) {
        section.at_least(self.images as u64, 3, "images");
        let needs_spring = self.method == PathMethod::Neb;
        let spring = self.spring;
        let wanted = "a finite number above 0 (method = \"string\" does not use it)";
        section.require(spring.is_finite() && (spring > 0.0 || (!needs_spring && spring == 0.0)), "spring", wanted);
        section.positive(self.force_tolerance, "force_tolerance");
        section.at_least(self.minimum_visits, 1, "minimum_visits");
        let list = self.candidates == CandidateRule::List;
        section.require(
            !list || !self.from.trim().is_empty(),
            "candidates",
            "a key `from` in the same section that names the list: from = \"pairs.csv\", with columns glass, a, b",
        );
        section.require(
            list || self.from.is_empty(),
            "from",
            "candidates = \"list\" in the same section, or no `from`",
        );
        section.at_least(self.max_iterations, 1, "max_iterations");
        section.require((1..=MOST_TRIES).contains(&self.tries), "tries", &format!("a whole number, 1 to {MOST_TRIES}"));
        if self.images > 1000 {
            section.warn("images", &format!("images = {} is unusually large: the papers use 40 to 600", self.images));
        }
    }

    // the choice of the paths that are refined depends on the units
    fn is_decided_by_units(&self, _deck: &Deck) -> bool {
        self.refine == Refine::Active
    }
}
