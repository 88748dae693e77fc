//! The outcome of pushes along a mode.

use super::search::{Bracket, Certainty, Fate};
use super::spectrum::Origin;
use crate::forces::energy_differences;
use crate::landscape::{Displacement, displacement_field, rattlers};
use crate::model::{Model, PeriodicBox};
use crate::modes::overlaps;
use serde::{Deserialize, Serialize};

/// The outcome of the pushes along a mode.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PushStatus {
    /// The glass leaves its minimum at A_c.
    Transition,
    /// It returns from every amplitude.
    None,
    /// It returns from every amplitude at which no particles overlap.
    Discarded,
    /// A quench did not reach a minimum: before any left, or the one from A_c.
    StepLimit,
    /// No push was requested, or the glass is not at a minimum.
    NotPushed,
    /// The glass is free to move along the mode: there is nothing to leave.
    ZeroMode,
    /// The glass has fewer modes.
    NoMode,
}

impl PushStatus {
    /// For a mode that never leaves, by what ended the grid of each sign.
    pub fn without_transition(losses: [Option<Fate>; 2]) -> Self {
        match losses {
            _ if losses.contains(&Some(Fate::Unsettled)) => PushStatus::StepLimit,
            _ if losses.contains(&Some(Fate::Overlapping)) => PushStatus::Discarded,
            _ => PushStatus::None,
        }
    }
}

/// Pushes along one mode (doi:10.1103/PhysRevResearch.2.013215, Eqs. 5 to 10); numbers of a transition are NaN without one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Excitation {
    pub status: PushStatus,
    /// A_c, the smallest amplitude whose push left the minimum [sigma].
    pub critical_amplitude: f64,
    pub certainty: Certainty,
    /// The largest amplitude below it whose push returned; 0 when the first push of the grid leaves [sigma].
    pub returning_amplitude: f64,
    /// The factor of e: 1 or -1; 0 without a transition.
    pub sign: f64,
    /// V(A_c) - V(0) [epsilon].
    pub barrier: f64,
    /// |dr|, without the rattlers at either end [sigma].
    pub distance: f64,
    /// Energy of the new minimum minus that of the old one [epsilon].
    pub energy_difference: f64,
    /// [sum dr_i^2]^2 / sum dr_i^4.
    pub rearranging_particles: f64,
    /// |sum dr_i.e_i| / |dr|.
    pub alignment: f64,
    /// Pushes that were quenched, and those that were not for overlapping particles.
    pub pushes: u64,
    pub overlaps: u64,
    pub force_evaluations: u64,
    /// dr_i of the transition [3N], 0 on rattlers; empty without one. Single precision is sufficient to distinguish
    /// destinations.
    pub displacement: Vec<f32>,
}

impl Excitation {
    pub fn without_transition(status: PushStatus) -> Self {
        Self {
            status,
            critical_amplitude: f64::NAN,
            certainty: Certainty::None,
            returning_amplitude: f64::NAN,
            sign: 0.0,
            barrier: f64::NAN,
            distance: f64::NAN,
            energy_difference: f64::NAN,
            rearranging_particles: f64::NAN,
            alignment: f64::NAN,
            pushes: 0,
            overlaps: 0,
            force_evaluations: 0,
            displacement: Vec::new(),
        }
    }

    /// The transition from `origin` to `end` [3N] along `sign` times `mode` [3N].
    pub fn of_transition(
        (model, cell): (&Model, &PeriodicBox),
        origin: &Origin,
        mode: &[f64],
        (bracket, certainty, sign): (Bracket, Certainty, f64),
        end: &[f64],
    ) -> Self {
        let pushed = pushed(&origin.positions, mode, sign * bracket.high);
        let differences = energy_differences(model, cell, &origin.positions, &[pushed.as_slice(), end]);
        let field = displacement(model, cell, origin, end);
        let moved = Displacement::of(&field);
        Self {
            critical_amplitude: bracket.high,
            certainty,
            returning_amplitude: bracket.low,
            sign,
            barrier: differences[0],
            distance: moved.distance,
            energy_difference: differences[1],
            rearranging_particles: moved.participation_ratio,
            alignment: overlaps(&field, mode).scalar,
            displacement: field.into_iter().map(|d| d as f32).collect(),
            ..Self::without_transition(PushStatus::Transition)
        }
    }
}

/// r_0 + A sqrt(N) e [3N].
pub fn pushed(positions: &[f64], mode: &[f64], amplitude: f64) -> Vec<f64> {
    let length = amplitude * (positions.len() as f64 / 3.0).sqrt();
    positions.iter().zip(mode).map(|(x, e)| x + length * e).collect()
}

/// Displacements from the origin to another minimum [3N], those of rattlers of either left out.
fn displacement(model: &Model, cell: &PeriodicBox, origin: &Origin, end: &[f64]) -> Vec<f64> {
    let loose = rattlers(model, cell, end);
    let counted = |i: usize| !origin.rattlers[i] && !loose.get(i).copied().unwrap_or(false);
    displacement_field(cell, &origin.positions, end, counted)
}
