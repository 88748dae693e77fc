//! The searches for one path: what is changed when one has failed.

use super::ConnectSettings;

/// The settings of a search, number 1 being those of the deck: two and three times the images, tolerances 0.3 and 0.1 of the
/// band's. A band with few images can meet its tolerance while it cuts a corner of the path, with its top far from the saddle.
pub(super) fn settings_of_try(settings: &ConnectSettings, number: u32) -> ConnectSettings {
    let (images, tolerance) = match number {
        0 | 1 => (1, 1.0),
        2 => (2, 0.3),
        _ => (3, 0.1),
    };
    ConnectSettings {
        images: images * settings.images,
        force_tolerance: tolerance * settings.force_tolerance,
        ..settings.clone()
    }
}
