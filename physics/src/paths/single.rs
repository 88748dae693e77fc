//! A single path, outside a campaign.

use super::{
    Candidate, ConnectRounds, ConnectSettings, ConnectTask, ConnectedWell, DescentTask, EndMinimum, MinimaLibrary,
    PairKey, PathStatus, compare, joined, quench_to_minimum,
};
use crate::error::Result;
use crate::forces::PairSum;
use crate::landscape::{Identity, Quench, QuenchSettings, Same, StopReason};
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
    let mut found = quenched_ends(model, cell, ends, quench_settings);
    if found.status != PathStatus::NotConverged {
        return Ok(found);
    }
    let origin = found.minima[0].positions.clone();
    let identity = Identity::new(model.clone(), *cell).with_origin(&origin);
    let mut library = MinimaLibrary::new(*cell, std::mem::take(&mut found.minima));
    let candidate = Candidate { key: PairKey::new(0, 1), count_ab: 0, count_ba: 0, status: None };
    let mut rounds = ConnectRounds::new(vec![candidate]);
    while !rounds.pairs().is_empty() {
        let mut outcomes = Vec::new();
        for pair in rounds.pairs() {
            let (a, b) = (&library.minima()[pair.key.a], &library.minima()[pair.key.b]);
            let mut task = ConnectTask::new(model, cell, (a, b), settings, quench_settings).with_origin(&origin);
            task.run_to_end()?;
            let mut outcome = task.into_outcome()?;
            found.force_evaluations += outcome.force_evaluations;
            if let (true, PathStatus::Converged, Some(well)) = (refine, outcome.status, &outcome.double_well) {
                let mut descent = DescentTask::new(model, cell, well, (a, b), quench_settings)
                    .with_origin(&origin)
                    .splitting(settings.split);
                descent.run_to_end()?;
                let refined = descent.into_outcome()?;
                found.force_evaluations += refined.force_evaluations;
                outcome = joined(outcome, refined);
            }
            outcomes.push(outcome);
        }
        rounds.merge(&identity, &mut library, &outcomes)?;
    }
    found.status = rounds.candidates()[0].status.unwrap_or(PathStatus::NotConverged);
    (found.wells, found.minima) = (rounds.wells().to_vec(), library.minima().to_vec());
    Ok(found)
}

/// Both minima, and what is known before a path between them is searched for: the status is `NotConverged` if there may be
/// one.
fn quenched_ends(model: &Model, cell: &PeriodicBox, ends: (&[f64], &[f64]), settings: &QuenchSettings) -> FoundPath {
    let mut found = FoundPath {
        status: PathStatus::NotConverged,
        wells: Vec::new(),
        minima: Vec::new(),
        end_stops: [StopReason::Converged; 2],
        force_evaluations: 0,
        exchanged: 0,
    };
    let mut sum = PairSum::<1>::new(model.clone(), *cell);
    for (index, start) in [ends.0, ends.1].into_iter().enumerate() {
        let (minimum, negative) = quench_to_minimum(&mut sum, start, settings);
        found.force_evaluations += minimum.force_evaluations;
        found.end_stops[index] = minimum.stop;
        if !minimum.at_minimum() {
            found.status = PathStatus::EndNotConverged;
        } else if negative > 0 && found.status == PathStatus::NotConverged {
            found.status = PathStatus::EndNotMinimum;
        }
        let Quench { positions, energy, residual, .. } = minimum;
        found.minima.push(EndMinimum { index, positions, energy, residual });
    }
    if found.status == PathStatus::NotConverged {
        let [a, b] = [0, 1].map(|end: usize| (found.minima[end].positions.as_slice(), found.minima[end].energy));
        let identity = Identity::new(model.clone(), *cell).with_origin(a.0);
        if compare(&identity, a, b) == Same::Permuted {
            found.exchanged = identity.exchanged(a.0, b.0, &(0..sum.particles()).collect::<Vec<usize>>());
        }
    }
    if 4 * found.exchanged > sum.particles() {
        found.status = PathStatus::Identical;
    }
    found
}
