//! A single path, outside a campaign.

use super::{
    Candidate, ConnectRounds, ConnectSettings, ConnectTask, ConnectedWell, DescentTask, EndMinimum, MinimaLibrary,
    PairKey, PathStatus, compare, joined, quench_to_minimum,
};
use crate::error::Result;
use crate::forces::PairSum;
use crate::landscape::{Identity, QuenchSettings, Same, StopReason};
use crate::model::{Model, PeriodicBox};
use crate::task::Task;
use serde::{Deserialize, Serialize};

/// The paths between two configurations.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FoundPath {
    /// Status of the direct path; `Split` when it is replaced by its parts, `EndNotConverged` when an end is not a
    /// minimum.
    pub status: PathStatus,
    /// The elementary paths: one, or the parts of a split path.
    pub wells: Vec<ConnectedWell>,
    /// Minima 0 and 1 are the quenched ends in the order given, the rest lies between them.
    pub minima: Vec<EndMinimum>,
    /// Why the quenches of the ends stopped.
    pub end_stops: [StopReason; 2],
    pub force_evaluations: u64,
    /// Number of particles that take the sites of others of their kind, where the ends are one structure otherwise; if these
    /// are more than a quarter, the rows of the files are in another order, and no path is searched for.
    pub exchanged: usize,
}

/// Quenches two configurations [3N] to proven minima and connects them by minimum-energy paths; with `refine` each converged one
/// is followed down from its saddle.
///
/// # Errors
/// `Error::Numerical` when a step leaves no usable numbers.
pub fn find_path(
    model: &Model,
    cell: &PeriodicBox,
    ends: (&[f64], &[f64]),
    settings: &ConnectSettings,
    quench_settings: &QuenchSettings,
    refine: bool,
) -> Result<FoundPath> {
    let mut sum = PairSum::<1>::new(model.clone(), *cell);
    let mut force_evaluations = 0;
    let (mut minima, mut converged, mut proven) = (Vec::new(), true, true);
    let mut end_stops = [StopReason::Converged; 2];
    for (index, start) in [ends.0, ends.1].into_iter().enumerate() {
        let (minimum, negative) = quench_to_minimum(&mut sum, start, quench_settings);
        force_evaluations += minimum.force_evaluations;
        converged &= minimum.at_minimum();
        end_stops[index] = minimum.stop;
        proven &= negative <= 0;
        let (positions, energy, residual) = (minimum.positions, minimum.energy, minimum.residual);
        minima.push(EndMinimum { index, positions, energy, residual });
    }
    if !(converged && proven) {
        return Ok(FoundPath {
            status: if converged { PathStatus::EndNotMinimum } else { PathStatus::EndNotConverged },
            wells: Vec::new(),
            minima,
            end_stops,
            force_evaluations,
            exchanged: 0,
        });
    }
    let origin = minima[0].positions.clone();
    let identity = Identity::new(model.clone(), *cell).with_origin(&origin);
    let all: Vec<usize> = (0..sum.particles()).collect();
    let ends = [&minima[0], &minima[1]].map(|end| (end.positions.as_slice(), end.energy));
    let exchanged = match compare(&identity, ends[0], ends[1]) {
        Same::Permuted => identity.exchanged(ends[0].0, ends[1].0, &all),
        _ => 0,
    };
    if 4 * exchanged > all.len() {
        let (status, wells) = (PathStatus::Identical, Vec::new());
        return Ok(FoundPath { status, wells, minima, end_stops, force_evaluations, exchanged });
    }
    let mut library = MinimaLibrary::new(*cell, minima);
    let candidate = Candidate { key: PairKey::new(0, 1), count_ab: 0, count_ba: 0, status: None };
    let mut rounds = ConnectRounds::new(vec![candidate]);
    while !rounds.pairs().is_empty() {
        let mut outcomes = Vec::new();
        for pair in rounds.pairs() {
            let (a, b) = (&library.minima()[pair.key.a], &library.minima()[pair.key.b]);
            let mut task = ConnectTask::new(model, cell, (a, b), settings, quench_settings).with_origin(&origin);
            task.run_to_end()?;
            let mut outcome = task.into_outcome()?;
            force_evaluations += outcome.force_evaluations;
            if let (true, PathStatus::Converged, Some(well)) = (refine, outcome.status, &outcome.double_well) {
                let mut descent = DescentTask::new(model, cell, well, (a, b), quench_settings)
                    .with_origin(&origin)
                    .splitting(settings.split);
                descent.run_to_end()?;
                let refined = descent.into_outcome()?;
                force_evaluations += refined.force_evaluations;
                outcome = joined(outcome, refined);
            }
            outcomes.push(outcome);
        }
        rounds.merge(&identity, &mut library, &outcomes)?;
    }
    let status = rounds.candidates()[0].status.unwrap_or(PathStatus::NotConverged);
    let (wells, minima) = (rounds.wells().to_vec(), library.minima().to_vec());
    Ok(FoundPath { status, wells, minima, end_stops, force_evaluations, exchanged })
}
