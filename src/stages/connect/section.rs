//! The deck's section [connect].

use crate::input::{Deck, DeckSection, Section};
use crate::paths::{CandidateRule, ConnectSettings, MOST_TRIES, PathMethod, Refine, Screening};
use crate::tunnelling::{materials_of, units_of};

impl DeckSection for ConnectSettings {
    fn check(&self, deck: &Deck, section: &mut Section) {
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
        let Screening { per_round, largest_distance, audit, .. } = self.screened;
        section.at_least(per_round as u64, 1, "screened.per_round");
        section.positive(largest_distance, "screened.largest_distance");
        section.require((0.0..=1.0).contains(&audit), "screened.audit", "a number from 0 to 1");
        section.positive(self.pairs.largest_distance, "pairs.largest_distance");
        section.positive(self.pairs.largest_difference, "pairs.largest_difference");
        section.require((2..=20).contains(&self.pairs.displacements), "pairs.displacements", "a whole number, 2 to 20");
        let screened = self.candidates == CandidateRule::Screened;
        section.require(
            !screened || largest_distance <= self.pairs.largest_distance,
            "screened.largest_distance",
            "at most pairs.largest_distance: only pairs that are listed are screened",
        );
        let units = units_of(&deck.model.potential, &deck.tunnel.clone().unwrap_or_default());
        let has_unit = !materials_of(&deck.model.potential).is_empty() || !units.is_empty();
        section.require(
            !screened || has_unit,
            "candidates",
            "a reduced mass in [tunnel] for a model without materials: pairs are ranked by their splitting",
        );
        section.at_least(self.max_iterations, 1, "max_iterations");
        section.require((1..=MOST_TRIES).contains(&self.tries), "tries", &format!("a whole number, 1 to {MOST_TRIES}"));
        if self.images > 1000 {
            section.warn("images", &format!("images = {} is unusually large: the papers use 40 to 600", self.images));
        }
        if self.refine != Refine::All && self.images < ConnectSettings::FEWEST_FOR_LENGTHS {
            let message = format!(
                "images = {}: a path that is not followed down from its saddle has the length of its images, which is some percent \
                 too short with fewer than {}; refine = \"all\" follows every path",
                self.images,
                ConnectSettings::FEWEST_FOR_LENGTHS
            );
            section.warn("images", &message);
        }
    }

    // the choice of the paths that are refined depends on the units
    fn is_decided_by_units(&self, _deck: &Deck) -> bool {
        self.refine == Refine::Active
    }
}
