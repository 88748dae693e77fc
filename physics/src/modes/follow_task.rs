//! The path of one double well as a task: its points, tangents for several numbers of images, Hessians along it.

use super::records::{PathHessianRow, PathRecord, TangentRow};
use super::settings::{ModeCount, ModesSettings};
use super::vibration_task::modes_of;
use super::{
    Completeness, path_arc_lengths, path_rattlers, point_modes, point_zero_point, tangent_study, zero_point_arc_lengths,
};
use crate::error::{Error, Result};
use crate::model::{Model, PeriodicBox};
use crate::paths::{PathPoints, PathPointsSettings, PathPointsState, PathPointsTask, PathStatus};
use crate::task::{Alone, Progress, Task};
use crate::tunnelling::{Profile, TunnelSettings, splitting_with_zero_point};
use serde::{Deserialize, Serialize};

/// The progress of the task.
#[derive(Clone, Debug, Serialize, Deserialize)]
enum Stand {
    Points(Box<PathPointsState>),
    /// The path, and the arc lengths to be treated.
    Along {
        path: Box<PathPoints>,
        at: Vec<f64>,
    },
    Done,
}

/// The serialisable state of a `FollowTask`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FollowState {
    stand: Stand,
    record: PathRecord,
    /// Whether the tangents have been computed.
    tangents_known: bool,
}

enum FollowPhase {
    Points(Box<PathPointsTask>),
    Along { path: Box<PathPoints>, at: Vec<f64> },
    Done,
}

/// One double well.
pub struct FollowTask {
    model: Model,
    cell: PeriodicBox,
    settings: ModesSettings,
    points: PathPointsSettings,
    /// The first minimum of the library [3N]; empty when its model does not need it.
    origin: Vec<f64>,
    phase: FollowPhase,
    record: PathRecord,
    tangents_known: bool,
}

impl FollowTask {
    /// Between the minima a and b over their saddle, each [3N]; `origin`: the first minimum of the library [3N] if its
    /// model recognises minima by displacements from it, else empty.
    pub fn new(
        model: Model,
        cell: PeriodicBox,
        [a, b, saddle]: &[Vec<f64>; 3],
        origin: Vec<f64>,
        settings: ModesSettings,
    ) -> Self {
        let points = PathPointsSettings::default();
        let task = PathPointsTask::new(&model, &cell, a, b, saddle, &points).with_origin(&origin);
        let (tangents, hessians) = Default::default();
        let record = PathRecord { status: PathStatus::NotConverged, length: f64::NAN, tangents, hessians };
        let phase = FollowPhase::Points(Box::new(task));
        Self { model, cell, settings, points, origin, phase, record, tangents_known: false }
    }

    /// The same, resumed from a saved state.
    pub fn resume(mut self, state: FollowState) -> Self {
        self.phase = match state.stand {
            Stand::Points(state) => {
                let task = PathPointsTask::resume(&self.model, &self.cell, &self.points, *state);
                FollowPhase::Points(Box::new(task.with_origin(&self.origin)))
            }
            Stand::Along { path, at } => FollowPhase::Along { path, at },
            Stand::Done => FollowPhase::Done,
        };
        (self.record, self.tangents_known) = (state.record, state.tangents_known);
        self
    }

    /// The results.
    pub fn into_record(self) -> PathRecord {
        self.record
    }

    /// The next phase after the points.
    fn along(&mut self, path: PathPoints) -> Result<FollowPhase> {
        self.record.status = path.status;
        if path.status != PathStatus::Converged {
            return Ok(FollowPhase::Done);
        }
        self.record.length = path.length();
        let at = match (self.settings.path_points, self.settings.count) {
            (0, _) => Vec::new(),
            (points, ModeCount::All) => zero_point_arc_lengths(&path, points)?,
            (points, ModeCount::Lowest(_)) => path_arc_lengths(&path, points)?,
        };
        Ok(FollowPhase::Along { path: Box::new(path), at })
    }

    /// Overlaps of r_12 with the modes of minimum a, for each number of images.
    fn tangents(&self, path: &PathPoints) -> Result<Vec<TangentRow>> {
        let images = &self.settings.tangent_images;
        if images.is_empty() {
            return Ok(Vec::new());
        }
        let rattlers = path_rattlers(&self.model, &self.cell, path);
        let modes = modes_of((&self.model, &self.cell, path.position(0), &rattlers), &self.settings, &Alone)?;
        let study = tangent_study(path, images, &modes.vectors)?;
        let row = |(images, best): (&usize, &super::BestOverlap)| TangentRow {
            images: *images as u64,
            mode: best.scalar_mode as u32,
            scalar: best.scalar,
            magnitude: best.magnitude,
        };
        Ok(images.iter().zip(&study.first_segments).map(row).collect())
    }

    /// The Hessian at arc length s.
    fn hessian(&self, path: &PathPoints, s: f64) -> Result<PathHessianRow> {
        let (model, cell) = (&self.model, &self.cell);
        let rattlers = path_rattlers(model, cell, path);
        let completeness = Completeness::Within(self.settings.factor_bytes());
        let modes = point_modes(model, cell, path, s, &rattlers, completeness)?;
        let (zero_point, imaginary) = match self.settings.count {
            ModeCount::All => {
                let sum = point_zero_point(model, cell, path, s, &rattlers)?;
                (sum.energy, sum.negative as i64)
            }
            ModeCount::Lowest(_) => (f64::NAN, -1),
        };
        let energy = if (0.0..=path.length()).contains(&s) { path.energy_spline()?.value(s) } else { f64::NAN };
        let (eigenvalues, projections) = (modes.eigenvalues, modes.projections);
        Ok(PathHessianRow { arc_length: s, energy, eigenvalues, projections, zero_point, imaginary })
    }
}

impl PathRecord {
    /// (E, V(b) - V(a)) of V + sum hbar omega / 2 across the path for a reduced mass, with the profile of paths.h5; NaN
    /// where the path was not followed or its zero-point energies are not known.
    ///
    /// # Errors
    /// None for bad data: a profile that cannot be solved gives NaN.
    pub fn with_zero_point(&self, profile: &Profile, reduced_mass: f64) -> Result<[f64; 2]> {
        let known = self.hessians.iter().all(|row| row.zero_point.is_finite());
        let inside = || self.hessians.iter().filter(|row| (0.0..=self.length).contains(&row.arc_length));
        let (Some(first), Some(last)) = (inside().next(), inside().next_back()) else { return Ok([f64::NAN; 2]) };
        if !known {
            return Ok([f64::NAN; 2]);
        }
        // the two lengths of one path differ by the accuracy of the descents
        let stretch = profile.length / self.length;
        let arc_length: Vec<f64> = self.hessians.iter().map(|row| row.arc_length * stretch).collect();
        let zero_point: Vec<f64> = self.hessians.iter().map(|row| row.zero_point).collect();
        let settings = TunnelSettings { levels: 2, ..TunnelSettings::default() };
        let solved = splitting_with_zero_point(profile, &arc_length, &zero_point, reduced_mass, &settings);
        let ends =
            [0, profile.energy.len().saturating_sub(1)].map(|k| profile.energy.get(k).copied().unwrap_or(f64::NAN));
        let asymmetry = ends[1] - ends[0] + (last.zero_point - first.zero_point) / reduced_mass.sqrt();
        match solved {
            Ok(doublet) => Ok([doublet.splitting, asymmetry]),
            Err(Error::Numerical(_)) => Ok([f64::NAN, asymmetry]),
            Err(error) => Err(error),
        }
    }
}

impl Task for FollowTask {
    type State = FollowState;

    fn advance(&mut self, force_calls: u64) -> Result<Progress> {
        self.phase = match self.next_phase(force_calls) {
            Ok(phase) => phase,
            // a path that cannot be followed gives a row of NaN instead of ending the campaign
            Err(Error::Numerical(_)) => {
                self.record.status = PathStatus::DescentFailed;
                FollowPhase::Done
            }
            Err(error) => return Err(error),
        };
        Ok(if matches!(self.phase, FollowPhase::Done) { Progress::Done } else { Progress::Pending })
    }

    fn state(&self) -> FollowState {
        let stand = match &self.phase {
            FollowPhase::Points(task) => Stand::Points(Box::new(task.state())),
            FollowPhase::Along { path, at } => Stand::Along { path: path.clone(), at: at.clone() },
            FollowPhase::Done => Stand::Done,
        };
        FollowState { stand, record: self.record.clone(), tangents_known: self.tangents_known }
    }

    fn fraction(&self) -> f64 {
        match &self.phase {
            FollowPhase::Points(task) => 0.2 * task.fraction(),
            FollowPhase::Along { at, .. } => 0.2 + 0.8 * self.record.hessians.len() as f64 / at.len().max(1) as f64,
            FollowPhase::Done => 1.0,
        }
    }
}

impl FollowTask {
    /// Carries out the next phase.
    fn next_phase(&mut self, force_calls: u64) -> Result<FollowPhase> {
        Ok(match std::mem::replace(&mut self.phase, FollowPhase::Done) {
            FollowPhase::Points(mut task) => match task.advance(force_calls)? {
                Progress::Pending => FollowPhase::Points(task),
                Progress::Done => self.along(task.into_points()?)?,
            },
            FollowPhase::Along { path, at } if !self.tangents_known => {
                self.record.tangents = or_nothing(self.tangents(&path))?.unwrap_or_default();
                self.tangents_known = true;
                FollowPhase::Along { path, at }
            }
            FollowPhase::Along { path, at } => match at.get(self.record.hessians.len()) {
                Some(&s) => {
                    let row = or_nothing(self.hessian(&path, s))?;
                    self.record.hessians.push(row.unwrap_or_else(|| PathHessianRow::without_figures(s)));
                    FollowPhase::Along { path, at }
                }
                None => FollowPhase::Done,
            },
            FollowPhase::Done => FollowPhase::Done,
        })
    }
}

/// The result, or nothing if the numbers did not converge.
fn or_nothing<T>(found: Result<T>) -> Result<Option<T>> {
    match found {
        Ok(found) => Ok(Some(found)),
        Err(Error::Numerical(_)) => Ok(None),
        Err(error) => Err(error),
    }
}
