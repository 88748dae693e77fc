//! The energy along a straight line through a minimum, and whether it is a double well.

use crate::forces::{LANES, PairSum, energy_differences};
use serde::{Deserialize, Serialize};

/// The grid.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ProfileSettings {
    /// The last point of the grid, in units of the displacement at which the cubic energy has its barrier.
    pub reach: f64,
    /// Steps of the grid.
    pub points: usize,
}

impl Default for ProfileSettings {
    fn default() -> Self {
        Self { reach: 4.0, points: 64 }
    }
}

/// U(x0 + s pi) - U(x0).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ModeProfile {
    /// s from 0 on [points + 1] [sigma].
    pub displacement: Vec<f64>,
    /// [points + 1] [epsilon]; infinite or NaN where particles coincide.
    pub energy: Vec<f64>,
    /// The second well, if the line has one.
    pub second_well: Option<SecondWell>,
}

/// A second minimum of the energy along the line (not of the energy of the glass), and the maximum before it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct SecondWell {
    /// s of the maximum [sigma].
    pub barrier_displacement: f64,
    /// U of the maximum - U(x0) [epsilon].
    pub barrier: f64,
    /// s of the second minimum [sigma].
    pub displacement: f64,
    /// U of the second minimum - U(x0) [epsilon].
    pub energy: f64,
}

/// Rounds in which a zero of the slope is bracketed, each to a ninth of the interval.
const ROUNDS: usize = 10;

/// The energy from the minimum `positions` [3N] along `mode` [3N] (of unit length, with the sign for which the third
/// order is negative) up to `reach` times `saddle_displacement`. Eight points at a time; the zeros of the slope dU/ds =
/// -F.pi are bracketed to 1e-9 of a step, and the energies there are summed pair by pair.
pub fn mode_profile(
    sum: &mut PairSum<LANES>,
    positions: &[f64],
    mode: &[f64],
    saddle_displacement: f64,
    settings: &ProfileSettings,
) -> ModeProfile {
    let points = settings.points.max(1);
    let step = settings.reach * saddle_displacement / points as f64;
    let displacement: Vec<f64> = (0..=points).map(|k| k as f64 * step).collect();
    let mut line = Line { sum, positions, mode };
    let (mut energy, mut slope) = (Vec::new(), Vec::new());
    for chunk in displacement.chunks(LANES) {
        let (energies, slopes) = line.at(std::array::from_fn(|lane| chunk[lane.min(chunk.len() - 1)]));
        energy.extend_from_slice(&energies[..chunk.len()]);
        slope.extend_from_slice(&slopes[..chunk.len()]);
    }
    let start = energy[0];
    energy.iter_mut().for_each(|energy| *energy -= start);
    let second_well = line.second_well(&displacement, &slope);
    ModeProfile { displacement, energy, second_well }
}

struct Line<'a> {
    sum: &'a mut PairSum<LANES>,
    positions: &'a [f64],
    mode: &'a [f64],
}

impl Line<'_> {
    /// U and dU/ds at eight places.
    fn at(&mut self, s: [f64; LANES]) -> ([f64; LANES], [f64; LANES]) {
        let x: Vec<[f64; LANES]> = self.positions.iter().zip(self.mode).map(|(x, pi)| s.map(|s| x + s * pi)).collect();
        let mut forces = vec![[0.0; LANES]; x.len()];
        let energies = self.sum.forces(&x, &mut forces);
        let mut slopes = [0.0; LANES];
        for (force, pi) in forces.iter().zip(self.mode) {
            for lane in 0..LANES {
                slopes[lane] -= force[lane] * pi;
            }
        }
        (energies, slopes)
    }

    /// The first minimum after the first maximum beyond s = 0.
    fn second_well(&mut self, displacement: &[f64], slope: &[f64]) -> Option<SecondWell> {
        // the slope at the minimum itself is rounding: the grid counts from its first point on
        let falls = (1..slope.len() - 1).find(|&k| slope[k] > 0.0 && slope[k + 1] <= 0.0)?;
        let rises = (falls + 1..slope.len() - 1).find(|&k| slope[k] <= 0.0 && slope[k + 1] > 0.0)?;
        let barrier_displacement = self.zero(displacement[falls], displacement[falls + 1], 1.0);
        let displacement = self.zero(displacement[rises], displacement[rises + 1], -1.0);
        let at = |s: f64| -> Vec<f64> { self.positions.iter().zip(self.mode).map(|(x, pi)| x + s * pi).collect() };
        let ends = [at(barrier_displacement), at(displacement)];
        let energies = energy_differences(self.sum.model(), self.sum.cell(), self.positions, &ends);
        Some(SecondWell { barrier_displacement, barrier: energies[0], displacement, energy: energies[1] })
    }

    /// Where sign * slope goes from positive to negative between a and b.
    fn zero(&mut self, mut a: f64, mut b: f64, sign: f64) -> f64 {
        for _ in 0..ROUNDS {
            let s: [f64; LANES] = std::array::from_fn(|lane| a + (b - a) * (lane + 1) as f64 / (LANES + 1) as f64);
            let (_, slopes) = self.at(s);
            let before = slopes.iter().take_while(|slope| sign * **slope > 0.0).count();
            (a, b) = (if before == 0 { a } else { s[before - 1] }, if before == LANES { b } else { s[before] });
        }
        0.5 * (a + b)
    }
}
