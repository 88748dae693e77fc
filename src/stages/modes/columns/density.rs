//! The columns of the density of states.

use super::FREQUENCY;
use crate::files::columns::Take::*;
use crate::files::columns::{Column, column};

/// A bin of the density of states.
pub struct DensityBin {
    /// Upper edge of the bin.
    pub frequency: f64,
    pub count: u64,
    pub integrated: f64,
    pub density: f64,
}

/// /density_of_states.
pub const DENSITY: &[Column<DensityBin>] = &[
    column(
        "/density_of_states/frequency",
        "[B]",
        FREQUENCY,
        "upper edges of the bins, 10^(k/20); the first bin starts at 0",
        F64(|bin| bin.frequency),
    ),
    column(
        "/density_of_states/count",
        "[B]",
        "1",
        "number of modes in the bin, over all glasses, with one minimum for each glass",
        I64(|bin| bin.count as i64),
    ),
    column(
        "/density_of_states/integrated",
        "[B]",
        "1",
        "I(omega), fraction of the 3N-3 modes up to the upper edge of the bin",
        F64(|bin| bin.integrated),
    ),
    column(
        "/density_of_states/density",
        "[B]",
        "sigma/sqrt(epsilon/m)",
        "D(omega), normalised to 1 over 3N-3 modes",
        F64(|bin| bin.density),
    ),
    column(
        "/density_of_states/reduced",
        "[B]",
        "(sigma/sqrt(epsilon/m))^5",
        "I(omega)/omega^5",
        F64(|bin| bin.integrated / bin.frequency.powi(5)),
    ),
];

/// The frequencies of sound of one glass in the density of states.
pub struct SoundOf {
    pub glass: usize,
    pub omega_debye: f64,
    pub omega_first_phonon: f64,
}

/// /density_of_states, one row for each glass.
pub const SOUND: &[Column<SoundOf>] = &[
    column("/density_of_states/glass", "[G]", "1", "glasses of the density of states", U32(|sound| sound.glass as u32)),
    column(
        "/density_of_states/omega_debye",
        "[G]",
        FREQUENCY,
        "Debye frequency, from the moduli of linear response",
        F64(|sound| sound.omega_debye),
    ),
    column(
        "/density_of_states/omega_first_phonon",
        "[G]",
        FREQUENCY,
        "lowest transverse phonon 2 pi c_t / L",
        F64(|sound| sound.omega_first_phonon),
    ),
];
