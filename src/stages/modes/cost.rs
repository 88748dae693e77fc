//! Cost of `modes`.

use crate::input::Deck;
use crate::modes::{FollowedPaths, ModeCount, SpectraOf};
use crate::stages::cost::{Begun, Cost, Expected, ForceCall, Memory, PROCESS};

/// Seconds of a full spectrum, divided by the cube of the matrix dimension; of the lowest modes, per mode and unknown.
const SECONDS_OF_FULL_SPECTRUM: f64 = 1.3e-10;
const SECONDS_OF_LOWEST_MODE: f64 = 1e-6;
/// Spectra (minima at the ends of double wells) per double well, and the share of paths whose splitting is below 10
/// k_B T_Q.
const SPECTRA_PER_WELL: f64 = 1.5;
const ACTIVE_SHARE: f64 = 0.1;
/// Matrices held for the full spectrum: Hessian, eigenvectors, work space.
const FULL_MATRICES: f64 = 7.0;
/// Vectors held by the search for the lowest modes, per mode.
const LANCZOS_BASIS: f64 = 9.0;

/// Cost of spectra and followed paths, from the expected numbers of glasses, minima and pairs.
pub fn cost(deck: &Deck, call: &ForceCall) -> Option<Cost> {
    let modes = deck.modes.as_ref()?;
    let Expected { glasses, minima, wells, .. } = Expected::corrected(deck, call.correction);
    let spectra = match modes.of {
        SpectraOf::Glasses => glasses,
        SpectraOf::Minima => minima,
        SpectraOf::DoubleWells => SPECTRA_PER_WELL * wells,
    };
    let unknowns = 3.0 * deck.model.particles as f64;
    let each = match modes.count {
        ModeCount::All => SECONDS_OF_FULL_SPECTRUM * unknowns.powi(3),
        ModeCount::Lowest(count) => SECONDS_OF_LOWEST_MODE * count as f64 * unknowns,
    };
    let followed = match modes.paths {
        _ if !modes.follows_paths() => 0.0,
        FollowedPaths::None => 0.0,
        FollowedPaths::Active => ACTIVE_SHARE * wells,
        FollowedPaths::All => wells,
    };
    let tasks = spectra + followed;
    let seconds = spectra * each + followed * (1 + modes.path_points) as f64 * each;
    let vectors = if modes.eigenvectors { 8.0 * unknowns } else { 0.0 };
    let bytes = spectra * modes.modes(deck.model.particles) as f64 * (33.0 + vectors);
    Some(Cost { tasks, seconds, bytes, spread: 0.5, begun: Begun::Found })
}

/// Memory of the Hessian, its modes and the matrices of the eigenvalue problem; sparse factors count up to their limit.
pub fn memory(deck: &Deck, call: &ForceCall) -> Option<Memory> {
    let modes = deck.modes.as_ref()?;
    let unknowns = 3.0 * deck.model.particles as f64;
    let task = match modes.count {
        ModeCount::All => FULL_MATRICES * 8.0 * unknowns * unknowns,
        ModeCount::Lowest(count) => LANCZOS_BASIS * 8.0 * unknowns * (count as f64 + 6.0),
    };
    let factors = if modes.nonlinear || modes.count != ModeCount::All { modes.factor_memory * 1e9 } else { 0.0 };
    let factors = factors.min(FULL_MATRICES * 8.0 * unknowns * unknowns);
    Some(Memory { process: PROCESS, task: call.single_bytes + task + factors, thousand_minima: 0.0 })
}
