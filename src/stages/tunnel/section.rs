//! The deck's section [tunnel].

use crate::input::{Deck, DeckSection, Growth, Section, listed, nearest_name};
use crate::paths::ConnectSettings;
use crate::tunnelling::{PathLength, TunnelSettings, materials_of};

/// Names that tunnelling.h5 and elasticity.h5 use for something else.
const RESERVED: [&str; 7] =
    ["timing", "zero_point_difference", "moduli", "quasi_static", "curves", "plastic_events", "coupling"];

impl DeckSection for TunnelSettings {
    const GROWTH: Growth =
        Growth { extended: &["units", "reduced_mass"], dropped: &["units", "reduced_mass"], ..Growth::NONE };
    const WITHOUT_DEFAULT: &'static [&'static str] = &["reduced_mass"];

    fn check(&self, deck: &Deck, section: &mut Section) {
        let potential = &deck.model.potential;
        section.at_least(self.points as u64, 50, "points");
        section.at_least(self.levels as u64, 2, "levels");
        let wanted = format!("at most a tenth of `points` ({})", self.points / 10);
        section.require(self.levels <= self.points / 10 || self.points < 50, "levels", &wanted);
        let known: Vec<&str> = materials_of(potential).iter().map(|material| material.name).collect();
        for (k, unit) in self.units.iter().enumerate() {
            let choice = if known.is_empty() {
                format!(
                    "an empty list: {} does not represent a material; give reduced_mass = {{ name = number }}",
                    potential.name()
                )
            } else {
                let hint = nearest_name(unit, known.iter().copied()).filter(|name| name != unit);
                let hint = hint.map_or(String::new(), |name| format!(" (did you mean `{name}`?)"));
                format!(
                    "names among {}{hint}, or reduced_mass = {{ name = number }} for others",
                    listed(known.iter().copied())
                )
            };
            section.require(known.contains(&unit.as_str()), "units", &choice);
            section.require(!self.units[..k].contains(unit), "units", "each name once");
            section.require(
                !self.reduced_mass.contains_key(unit),
                &format!("reduced_mass.{unit}"),
                "a name that is not in `units`",
            );
        }
        for (name, mass) in &self.reduced_mass {
            section.positive(*mass, &format!("reduced_mass.{name}"));
            let plain = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '-' || c == '_');
            let plain = plain && !RESERVED.contains(&name.as_str());
            section.require(
                plain,
                &format!("reduced_mass.{name}"),
                "a name of letters, digits, - and _, not timing or another group of the files",
            );
        }
        let nothing = self.units.is_empty() && self.reduced_mass.is_empty();
        let wanted = match known.is_empty() {
            true => {
                format!(
                    "a key reduced_mass = {{ name = number }} in the same section: {} does not represent a material",
                    potential.name()
                )
            }
            false => format!("at least one of {}, or a reduced_mass", listed(known.iter().copied())),
        };
        section.require(!nothing, "units", &wanted);
        let images = deck.connect.as_ref().map(|connect| connect.images);
        let few = images.filter(|&images| images < ConnectSettings::FEWEST_FOR_LENGTHS);
        if let (Some(images), PathLength::Band) = (few, self.length) {
            let message = format!(
                "length = \"band\" with connect.images = {images}: the papers' d is the sum over 40 to 64 images"
            );
            section.warn("length", &message);
        }
    }
}
