//! Which values of [campaign] and [model] can be run. The sections of the stages are checked where the stages are.

use super::deck::{Deck, to_value};
use super::findings::Findings;
use super::section::Section;
use crate::error::Result;
use crate::model::{Preset, species_counts};

/// Finds every impossible value of a deck as a fault and every doubtful one as a warning.
pub(super) fn check(deck: &Deck, findings: &mut Findings) -> Result<()> {
    let mut section = Section::new("campaign", to_value(&deck.campaign)?, findings);
    let interval = deck.campaign.checkpoint_interval.as_secs_f64();
    section.require(interval >= 0.1, "checkpoint_interval", "at least \"100 ms\"");
    let name = &deck.campaign.name;
    section.require(!name.trim().is_empty(), "name", "a name");
    let writable = !name.chars().any(char::is_control) && name.split('/').all(|part| part.len() <= 255);
    section.require(writable, "name", "a name of a directory: without control characters, at most 255 bytes");
    model(deck, &mut Section::new("model", to_value(&deck.model)?, findings));
    deck.check_stages(findings)
}

fn model(deck: &Deck, section: &mut Section) {
    let settings = &deck.model;
    section.require((1..1 << 24).contains(&settings.particles), "particles", "a whole number, 1 to 16777215");
    section.positive(settings.density, "density");
    let limits = settings.diameter_limits.unwrap_or([1.0, 1.0]);
    let limits_ok = limits[0] > 0.0 && limits[0] <= limits[1] && limits[1] <= 10.0;
    section.require(limits_ok, "diameter_limits", "two numbers, 0 < smallest <= largest <= 10");
    if settings.particles > 0 && settings.density > 0.0 && settings.density.is_finite() && limits_ok {
        let smallest = settings.smallest_particles();
        let wanted = format!(
            "{smallest} or more: the box must hold two cutoffs, {:.3} at this density (the edge is {:.3} now)",
            2.0 * settings.largest_cutoff(),
            settings.cell().shortest_edge(),
        );
        section.require(settings.particles >= smallest, "particles", &wanted);
    }
    let counts = species_counts(settings.particles, settings.potential.composition());
    if let Some(missing) = counts.iter().position(|count| *count == 0).filter(|_| settings.particles > 0) {
        let name = settings.potential.names().nth(missing).unwrap_or_default();
        section.require(false, "particles", &format!("enough that the composition gives at least one {name}"));
    }
    if settings.potential.preset() == Some(Preset::TljAsPrinted) {
        section.warn(
            "preset",
            "tlj-as-printed has epsilon and sigma of the C pairs exchanged as the paper prints them; use tlj for the mixture that the paper simulates",
        );
    }
}
