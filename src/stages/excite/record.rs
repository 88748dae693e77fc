//! The outcomes of pushes.

use crate::excitation::{Destinations, Excitation, GlassSpectrum, PushStatus};
use serde::{Deserialize, Serialize};

/// The outcome of the pushes along one mode of a glass.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Pushed {
    pub glass: u64,
    pub mode: usize,
    pub excitation: Excitation,
    /// Exponent a of |dr_i| ~ r^-a and its error; NaN without a transition, or if the box is too small.
    pub decay: (f64, f64),
}

/// A minimum reached from some modes of a glass.
pub struct Destination {
    /// Index of the lowest mode of the glass that leads to it.
    pub first: usize,
    pub modes: usize,
    pub barrier: f64,
}

/// All results of `excite` for one glass.
pub struct PushedGlass {
    pub spectrum: GlassSpectrum,
    /// For each mode.
    pub pushed: Vec<Pushed>,
    /// Index of the destination of each mode; none without a transition.
    pub destination: Vec<Option<usize>>,
    pub destinations: Vec<Destination>,
}

impl PushedGlass {
    /// `pushed`: in increasing order of the modes.
    pub fn new(spectrum: GlassSpectrum, pushed: Vec<Pushed>) -> Self {
        let mut known = Destinations::default();
        let mut destinations: Vec<Destination> = Vec::new();
        let mut destination = Vec::with_capacity(pushed.len());
        for (row, Pushed { excitation, .. }) in pushed.iter().enumerate() {
            if excitation.status != PushStatus::Transition {
                destination.push(None);
                continue;
            }
            let number = known.number(&excitation.displacement);
            if number == destinations.len() {
                destinations.push(Destination { first: row, modes: 0, barrier: f64::INFINITY });
            }
            destinations[number].modes += 1;
            destinations[number].barrier = destinations[number].barrier.min(excitation.barrier);
            destination.push(Some(number));
        }
        Self { spectrum, pushed, destination, destinations }
    }

    pub fn number(&self) -> usize {
        self.spectrum.glass as usize
    }

    pub fn particles(&self) -> usize {
        self.spectrum.origin.positions.len() / 3
    }

    pub fn with(&self, status: PushStatus) -> usize {
        self.pushed.iter().filter(|pushed| pushed.excitation.status == status).count()
    }

    /// T_c = 2 min_k barrier.
    pub fn onset_temperature(&self) -> f64 {
        let barriers = self.destinations.iter().map(|destination| destination.barrier);
        barriers.reduce(f64::min).map_or(f64::NAN, |lowest| 2.0 * lowest)
    }
}
