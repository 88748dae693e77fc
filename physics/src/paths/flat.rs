//! Whether a band has a barrier at all.

use super::BandSearch;

impl BandSearch {
    /// How far the band rises above its upper end.
    pub(super) fn rise(&self) -> f64 {
        let ends = self.energies[0].max(self.energies[self.count() - 1]);
        self.energies.iter().copied().fold(f64::NEG_INFINITY, f64::max) - ends
    }

    /// The energy that a force tolerance allows between two images: a band that rises no more has no barrier, and a search for
    /// a saddle from its top leads away (a dimer that turns).
    pub(super) fn tilt(&self, force_tolerance: f64) -> f64 {
        force_tolerance * self.chord_length() / (self.count() - 1) as f64
    }
}
