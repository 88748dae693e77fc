//! What pushes come to.

use crate::excitation::{Destinations, Excitation, GlassSpectrum, PushStatus};
use serde::{Deserialize, Serialize};

/// What the pushes along one mode of a glass came to.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Pushed {
    pub glass: u64,
    pub mode: usize,
    pub excitation: Excitation,
    /// a of |dr_i| ~ r^-a and its error; NaN without a transition, or in too small a box.
    pub decay: (f64, f64),
}

/// A minimum that some modes of a glass lead to.
pub struct Destination {
    /// Row among the modes of the glass: the lowest that leads there.
    pub first: usize,
    pub modes: usize,
    pub barrier: f64,
}

/// Everything `excite` knows of one glass.
pub struct PushedGlass {
    pub spectrum: GlassSpectrum,
    /// By mode.
    pub pushed: Vec<Pushed>,
    /// Of each mode; none without a transition.
    pub destination: Vec<Option<usize>>,
    pub destinations: Vec<Destination>,
}

impl PushedGlass {
    /// `pushed` by rising mode.
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
