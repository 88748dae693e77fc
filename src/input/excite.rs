//! Which values of `[excite]` can be run.

use super::check::Section;
use super::stages::Deck;
use crate::excitation::ExciteSettings;

/// Amplitudes of a grid at most.
const MOST_AMPLITUDES: f64 = 10_000.0;

pub(super) fn check(deck: &Deck, settings: &ExciteSettings, section: &mut Section) {
    let modes = (3 * deck.model.particles).saturating_sub(3);
    section.at_least(settings.modes as u64, 1, "modes");
    let wanted = format!("at most {modes}: {} particles have no more modes", deck.model.particles);
    section.require(settings.modes <= modes, "modes", &wanted);
    section.require(settings.spectrum <= modes, "spectrum", &wanted);
    let amplitudes = &settings.amplitudes;
    section.positive(amplitudes.from, "amplitudes.from");
    let wanted = format!("a finite number, at least amplitudes.from ({:?})", amplitudes.from);
    section.require(amplitudes.to >= amplitudes.from && amplitudes.to.is_finite(), "amplitudes.to", &wanted);
    section.at_least(amplitudes.per_decade as u64, 1, "amplitudes.per_decade");
    let amplitudes = (amplitudes.to / amplitudes.from).log10() * amplitudes.per_decade as f64;
    let wanted = "fewer: the grid has more than 10000 amplitudes";
    section.require(!amplitudes.is_finite() || amplitudes <= MOST_AMPLITUDES, "amplitudes.per_decade", wanted);
    let tolerance = settings.tolerance;
    section.require((1e-12..=1.0).contains(&tolerance), "tolerance", "a fraction of A_c, 1e-12 to 1");
    let wanted = "a share of the boson peak, above 0 and at most 1";
    section.require(settings.fit_to > 0.0 && settings.fit_to <= 1.0, "fit_to", wanted);
    section.positive(settings.force_tolerance, "force_tolerance");
    section.at_least(settings.max_evaluations, 1, "max_evaluations");
    if settings.force_tolerance > 1e-11 {
        section.warn(
            "force_tolerance",
            &format!(
                "force_tolerance = {:?} is loose: transitions are as small as 1e-4 in total (default 1e-13)",
                settings.force_tolerance
            ),
        );
    }
    let few = settings.amplitudes.per_decade < 4 && settings.push;
    if few {
        section.warn("amplitudes.per_decade", "fewer than 4 amplitudes a decade may step over the first transition");
    }
}
