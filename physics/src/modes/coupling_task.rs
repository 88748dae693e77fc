//! One double well under strain, as a task.

use super::coupling::{EndResponse, PathResponse, PointResponse, Strained, asymmetry_derivatives, stretches};
use crate::error::{Error, Result};
use crate::forces::PairSum;
use crate::landscape::Identity;
use crate::model::{Model, PeriodicBox};
use crate::paths::{PathPoints, PathPointsSettings, PathPointsState, PathPointsTask, PathStatus};
use crate::task::{Progress, Task, in_steps};
use crate::tunnelling::{Profile, TunnelSettings, splitting_derivatives};
use serde::{Deserialize, Serialize};

/// The resolution of the path: two passes, of which the second has 40 steps on each side and more near the minima.
fn path_settings() -> PathPointsSettings {
    PathPointsSettings { first_steps: 20.0, length_change: 2e-2, ..PathPointsSettings::default() }
}

/// A double well as stored in paths.h5.
#[derive(Clone, Debug, PartialEq)]
pub struct CoupledWell {
    /// The minima and the saddle [3N].
    pub a: Vec<f64>,
    pub b: Vec<f64>,
    pub saddle: Vec<f64>,
    /// Ends at the minima.
    pub profile: Profile,
    /// The library's first minimum [3N] when its model recognises minima by displacements from it, else empty.
    pub origin: Vec<f64>,
}

impl CoupledWell {
    /// xi of the highest point of the profile.
    fn top(&self) -> f64 {
        let energy = &self.profile.energy;
        let highest = (1..energy.len().saturating_sub(1)).max_by(|&i, &j| energy[i].total_cmp(&energy[j]));
        highest.map_or(0.5, |k| self.profile.xi[k])
    }
}

/// The outcome of the calculation of the coupling.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CouplingStatus {
    Converged,
    /// The Hessian is not positive across the path somewhere: conjugate gradients did not converge there, from the
    /// displacement of the point before.
    Approximate,
    /// The descent from the saddle does not lead to both minima; the splitting's coupling is NaN.
    NoPath,
    /// A linear system was not solved; the splitting's coupling is NaN.
    Unsolved,
}

/// gamma of one double well, in the order xx, yy, zz, yz, xz, xy.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StrainCoupling {
    /// (1/2) d(dV)/d eps_ab [epsilon].
    pub asymmetry: [f64; 6],
    /// dd/d eps_ab [sigma].
    pub length: [f64; 6],
    /// dk/d eps_ab of the curvature d2V/ds2 at a and at b [epsilon / sigma^2].
    pub curvature: [[f64; 6]; 2],
    /// (1/2) dE/d eps_ab of every unit [epsilon].
    pub splitting: Vec<[f64; 6]>,
    pub status: CouplingStatus,
}

/// The state of the task; serialisable.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum CouplingState {
    Walk(Box<PathPointsState>),
    Strain(Box<StrainState>),
    Done(Box<StrainCoupling>),
}

enum CouplingPhase {
    Walk(Box<PathPointsTask>),
    Strain(Box<StrainState>),
    Done(Box<StrainCoupling>),
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct StrainState {
    path: PathPoints,
    response: PathResponse,
    at_saddle: Option<PointResponse>,
    /// Whether the side of b is treated (a comes first).
    towards_b: bool,
    /// The last point whose response is known, and this response.
    at: usize,
    last: Option<PointResponse>,
    /// The point before the last, on the same side.
    earlier: Option<(usize, PointResponse)>,
    converged: bool,
}

/// Computes the coupling of one double well.
pub struct CouplingTask {
    model: Model,
    cell: PeriodicBox,
    sum: PairSum<1>,
    well: CoupledWell,
    loose: Vec<bool>,
    reduced_masses: Vec<f64>,
    settings: TunnelSettings,
    most_bytes: u64,
    phase: CouplingPhase,
}

impl CouplingTask {
    /// `reduced_masses`: m~ of every unit; `most_bytes`: memory limit of the factors of a Hessian.
    pub fn new(
        model: &Model,
        cell: &PeriodicBox,
        well: CoupledWell,
        reduced_masses: &[f64],
        settings: &TunnelSettings,
        most_bytes: u64,
    ) -> Self {
        let sum = PairSum::new(model.clone(), *cell).ordered_if_large(&well.saddle);
        let identity = Identity::new(model.clone(), *cell);
        let loose: Vec<bool> =
            identity.rattlers(&well.a).iter().zip(identity.rattlers(&well.b)).map(|(a, b)| *a || b).collect();
        let loose = if loose.contains(&true) { loose } else { Vec::new() };
        let walk = PathPointsTask::new(model, cell, &well.a, &well.b, &well.saddle, &path_settings());
        Self {
            model: model.clone(),
            cell: *cell,
            sum,
            phase: CouplingPhase::Walk(Box::new(walk.with_origin(&well.origin))),
            well,
            loose,
            reduced_masses: reduced_masses.to_vec(),
            settings: settings.clone(),
            most_bytes,
        }
    }

    /// Resumes from a saved state.
    pub fn resume(mut self, state: CouplingState) -> Self {
        self.phase = match state {
            CouplingState::Walk(state) => {
                let walk = PathPointsTask::resume(&self.model, &self.cell, &path_settings(), *state);
                CouplingPhase::Walk(Box::new(walk.with_origin(&self.well.origin)))
            }
            CouplingState::Strain(state) => CouplingPhase::Strain(state),
            CouplingState::Done(coupling) => CouplingPhase::Done(coupling),
        };
        self
    }

    /// The coupling of a task that is done.
    ///
    /// # Errors
    /// `Error::Internal` when it is not.
    pub fn into_coupling(self) -> Result<StrainCoupling> {
        match self.phase {
            CouplingPhase::Done(coupling) => Ok(*coupling),
            _ => Err(Error::Internal("the coupling of an unfinished task was requested".to_owned())),
        }
    }

    fn without_path(&self, status: CouplingStatus) -> CouplingPhase {
        let asymmetry = asymmetry_derivatives(&self.model, &self.cell, &self.well.a, &self.well.b);
        let none = [f64::NAN; 6];
        CouplingPhase::Done(Box::new(StrainCoupling {
            asymmetry: asymmetry.map(|derivative| 0.5 * derivative),
            length: none,
            curvature: [none; 2],
            splitting: vec![none; self.reduced_masses.len()],
            status,
        }))
    }

    /// Works on the path for some force calls, or computes the response of one of its points; returns the force calls
    /// spent.
    fn step(&mut self, force_calls: u64) -> Result<u64> {
        /// Approximate force calls per point: its systems are solved with six vectors in parallel.
        const POINT: u64 = 1000;
        let (next, spent) = match &mut self.phase {
            CouplingPhase::Walk(walk) => match walk.advance(force_calls) {
                Ok(Progress::Pending) => return Ok(force_calls),
                Ok(Progress::Done) => (self.arrived(), POINT),
                Err(error) => (Err(error), POINT),
            },
            CouplingPhase::Strain(state) => {
                let mut strained = Strained {
                    model: &self.model,
                    cell: &self.cell,
                    sum: &mut self.sum,
                    left_out: &self.loose,
                    most_bytes: self.most_bytes,
                };
                match state.advance(&mut strained) {
                    Ok(false) => return Ok(POINT),
                    Ok(true) => (self.finish(), POINT),
                    Err(error) => (Err(error), POINT),
                }
            }
            CouplingPhase::Done(_) => return Ok(0),
        };
        self.phase = match next {
            Err(Error::Numerical(_)) => self.without_path(CouplingStatus::Unsolved),
            other => other?,
        };
        Ok(spent)
    }

    fn arrived(&self) -> Result<CouplingPhase> {
        let path = match &self.phase {
            CouplingPhase::Walk(walk) => walk.points().filter(|points| points.status == PathStatus::Converged),
            _ => None,
        };
        let Some(path) = path.cloned() else { return Ok(self.without_path(CouplingStatus::NoPath)) };
        let points = path.count();
        let response = PathResponse {
            work: vec![[0.0; 6]; points],
            stretches: vec![[0.0; 6]; points - 1],
            curvature: [[0.0; 6]; 2],
        };
        Ok(CouplingPhase::Strain(Box::new(StrainState {
            at: path.saddle,
            path,
            response,
            at_saddle: None,
            towards_b: false,
            last: None,
            earlier: None,
            converged: true,
        })))
    }

    fn finish(&self) -> Result<CouplingPhase> {
        let CouplingPhase::Strain(state) = &self.phase else {
            return Err(Error::Internal("a strained path ended twice".to_owned()));
        };
        let profile = &self.well.profile;
        let perturbations = state.response.perturbations(&state.path, profile, self.well.top())?;
        let of_unit = |mass: &f64| -> Result<[f64; 6]> {
            let derivatives = splitting_derivatives(profile, *mass, &self.settings, &perturbations)?;
            Ok(std::array::from_fn(|p| 0.5 * derivatives[p]))
        };
        let splitting: Vec<[f64; 6]> = self.reduced_masses.iter().map(of_unit).collect::<Result<_>>()?;
        let status = match splitting.iter().flatten().all(|derivative| derivative.is_finite()) {
            false => CouplingStatus::Unsolved,
            true if state.converged => CouplingStatus::Converged,
            true => CouplingStatus::Approximate,
        };
        let (first, last) = (&state.response.work[0], &state.response.work[state.response.work.len() - 1]);
        Ok(CouplingPhase::Done(Box::new(StrainCoupling {
            asymmetry: std::array::from_fn(|p| 0.5 * (last[p] - first[p])),
            length: state.response.length(),
            curvature: state.response.curvature,
            splitting,
            status,
        })))
    }
}

impl StrainState {
    /// Computes the response of the next point; true when all are done.
    fn advance(&mut self, strained: &mut Strained<'_>) -> Result<bool> {
        let (saddle, end) = (self.path.saddle, self.path.count() - 1);
        let (Some(before), Some(at_saddle)) = (&self.last, &self.at_saddle) else {
            let response = strained.stationary(self.path.position(saddle))?;
            self.response.work[saddle] = response.work;
            (self.last, self.at_saddle) = (Some(response.clone()), Some(response));
            return Ok(false);
        };
        let next = if self.towards_b { self.at + 1 } else { self.at - 1 };
        let (x, y) = (self.path.position(next), self.path.position(self.at));
        let response = if next == 0 || next == end {
            let EndResponse { point, curvature } = strained.end(x, self.path.tangent(next))?;
            self.response.curvature[usize::from(self.towards_b)] = curvature;
            PointResponse { converged: before.converged, ..point }
        } else {
            let earlier = self.earlier.as_ref().map(|(at, response)| (self.path.position(*at), response));
            strained.point(x, (y, before), earlier)
        };
        self.response.work[next] = response.work;
        self.response.stretches[next.min(self.at)] = stretches((y, before), (x, &response));
        self.converged &= response.converged;
        self.earlier = self.last.replace(response).map(|before| (self.at, before));
        self.at = next;
        if next == 0 {
            // the other side
            self.at = saddle;
            self.towards_b = true;
            self.last = Some(at_saddle.clone());
            self.earlier = None;
        }
        Ok(next == end)
    }
}

impl Task for CouplingTask {
    type State = CouplingState;

    fn advance(&mut self, force_calls: u64) -> Result<Progress> {
        in_steps(self, force_calls, |task| matches!(task.phase, CouplingPhase::Done(_)), Self::step)
    }

    fn state(&self) -> CouplingState {
        match &self.phase {
            CouplingPhase::Walk(walk) => CouplingState::Walk(Box::new(walk.state())),
            CouplingPhase::Strain(state) => CouplingState::Strain(state.clone()),
            CouplingPhase::Done(coupling) => CouplingState::Done(coupling.clone()),
        }
    }

    fn fraction(&self) -> f64 {
        match &self.phase {
            CouplingPhase::Walk(walk) => 0.2 * walk.fraction(),
            CouplingPhase::Strain(state) => {
                let (points, saddle) = (state.path.count() as f64, state.path.saddle as f64);
                let done = if state.towards_b { state.at as f64 } else { saddle - state.at as f64 };
                0.2 + 0.75 * (done / points).clamp(0.0, 1.0)
            }
            CouplingPhase::Done(_) => 1.0,
        }
    }
}
