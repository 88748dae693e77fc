//! One double well under strain, as a task.

use super::coupling::{EndResponse, PathResponse, PointResponse, Strained, asymmetry_derivatives, stretches};
use crate::error::{Error, Result};
use crate::forces::{PairSum, as_lanes, as_lanes_mut};
use crate::landscape::Identity;
use crate::model::{Model, PeriodicBox};
use crate::paths::{PathPoints, PathWalk, bring_near};
use crate::task::{Progress, Task};
use crate::tunnelling::{Profile, TunnelSettings, splitting_derivatives};
use serde::{Deserialize, Serialize};

/// Points on each side of the saddle.
const POINTS: f64 = 24.0;
/// A side is taken to be at least this fraction of the whole path.
const SHORTEST_SIDE: f64 = 5e-3;

/// A double well as paths.h5 has it.
#[derive(Clone, Debug, PartialEq)]
pub struct CoupledWell {
    /// The minima and the saddle [3N].
    pub a: Vec<f64>,
    pub b: Vec<f64>,
    pub saddle: Vec<f64>,
    /// Ends at the minima.
    pub profile: Profile,
}

impl CoupledWell {
    /// xi of the highest point of the profile.
    fn top(&self) -> f64 {
        let energy = &self.profile.energy;
        let highest = (1..energy.len().saturating_sub(1)).max_by(|&i, &j| energy[i].total_cmp(&energy[j]));
        highest.map_or(0.5, |k| self.profile.xi[k])
    }
}

/// How the coupling was left.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CouplingStatus {
    Converged,
    /// The Hessian is not positive across the path somewhere: the path's own displacement there is that of the point before.
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

/// Where the work stands; a plain record.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum CouplingState {
    Walk(Box<PathWalk>),
    Strain(Box<StrainState>),
    Done(Box<StrainCoupling>),
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct StrainState {
    path: PathPoints,
    response: PathResponse,
    at_saddle: Option<PointResponse>,
    /// Towards a first, then towards b.
    towards_b: bool,
    /// The last point answered, and how.
    at: usize,
    last: Option<PointResponse>,
    /// The point before the last, on the same side.
    earlier: Option<(usize, PointResponse)>,
    converged: bool,
}

/// Finds the coupling of one double well.
pub struct CouplingTask {
    model: Model,
    cell: PeriodicBox,
    sum: PairSum<1>,
    well: CoupledWell,
    loose: Vec<bool>,
    reduced_masses: Vec<f64>,
    settings: TunnelSettings,
    most_bytes: u64,
    state: CouplingState,
}

impl CouplingTask {
    /// `reduced_masses`: m~ of every unit; the factors of a Hessian may take `most_bytes`.
    pub fn new(
        model: &Model,
        cell: &PeriodicBox,
        mut well: CoupledWell,
        reduced_masses: &[f64],
        settings: &TunnelSettings,
        most_bytes: u64,
    ) -> Self {
        well.a = bring_near(cell, &well.saddle, &well.a);
        well.b = bring_near(cell, &well.saddle, &well.b);
        let mut sum = PairSum::new(model.clone(), *cell).ordered_if_large(&well.saddle);
        let identity = Identity::new(model.clone(), *cell);
        let loose: Vec<bool> =
            identity.rattlers(&well.a).iter().zip(identity.rattlers(&well.b)).map(|(a, b)| *a || b).collect();
        let loose = if loose.contains(&true) { loose } else { Vec::new() };
        let towards_b: Vec<f64> = well.b.iter().zip(&well.a).map(|(b, a)| b - a).collect();
        let top = well.top();
        let steps = [top, 1.0 - top].map(|side| side.max(SHORTEST_SIDE) * well.profile.length / POINTS);
        let walk = PathWalk::new(&mut sum, &well.saddle, &towards_b, steps);
        Self {
            model: model.clone(),
            cell: *cell,
            sum,
            well,
            loose,
            reduced_masses: reduced_masses.to_vec(),
            settings: settings.clone(),
            most_bytes,
            state: CouplingState::Walk(Box::new(walk)),
        }
    }

    /// Goes on from a state.
    pub fn resume(mut self, state: CouplingState) -> Self {
        self.state = state;
        self
    }

    /// The coupling of a task that is done.
    ///
    /// # Errors
    /// `Error::Internal` when it is not.
    pub fn into_coupling(self) -> Result<StrainCoupling> {
        match self.state {
            CouplingState::Done(coupling) => Ok(*coupling),
            _ => Err(Error::Internal("the coupling of an unfinished task was asked for".to_owned())),
        }
    }

    fn without_path(&self, status: CouplingStatus) -> CouplingState {
        let asymmetry = asymmetry_derivatives(&self.model, &self.cell, &self.well.a, &self.well.b);
        let none = [f64::NAN; 6];
        CouplingState::Done(Box::new(StrainCoupling {
            asymmetry: asymmetry.map(|derivative| 0.5 * derivative),
            length: none,
            curvature: [none; 2],
            splitting: vec![none; self.reduced_masses.len()],
            status,
        }))
    }

    /// One step; what costs most is a factorisation.
    fn step(&mut self) -> Result<()> {
        let next = match &mut self.state {
            CouplingState::Walk(walk) => {
                if !walk.advance(&mut self.sum) {
                    return Ok(());
                }
                self.arrived()
            }
            CouplingState::Strain(state) => {
                let mut strained = Strained {
                    model: &self.model,
                    cell: &self.cell,
                    sum: &mut self.sum,
                    left_out: &self.loose,
                    most_bytes: self.most_bytes,
                };
                match state.advance(&mut strained) {
                    Ok(false) => return Ok(()),
                    Ok(true) => self.finish(),
                    Err(error) => Err(error),
                }
            }
            CouplingState::Done(_) => return Ok(()),
        };
        self.state = match next {
            Err(Error::Numerical(_)) => match self.state {
                CouplingState::Walk(_) => self.without_path(CouplingStatus::NoPath),
                _ => self.without_path(CouplingStatus::Unsolved),
            },
            other => other?,
        };
        Ok(())
    }

    fn arrived(&mut self) -> Result<CouplingState> {
        let CouplingState::Walk(walk) = &self.state else {
            return Err(Error::Internal("a path ended twice".to_owned()));
        };
        let walk = (**walk).clone();
        let mut force = vec![0.0; self.well.a.len()];
        let mut energy = |x: &[f64]| self.sum.forces(as_lanes(x), as_lanes_mut(&mut force))[0];
        let (energy_a, energy_b) = (energy(&self.well.a), energy(&self.well.b));
        let path = walk.finish((&self.well.a, energy_a), (&self.well.b, energy_b), &self.loose)?;
        let points = path.arc_length.len();
        let response = PathResponse {
            work: vec![[0.0; 6]; points],
            stretches: vec![[0.0; 6]; points - 1],
            curvature: [[0.0; 6]; 2],
        };
        Ok(CouplingState::Strain(Box::new(StrainState {
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

    fn finish(&self) -> Result<CouplingState> {
        let CouplingState::Strain(state) = &self.state else {
            return Err(Error::Internal("a strained path ended twice".to_owned()));
        };
        let profile = &self.well.profile;
        let perturbations = state.response.perturbations(&state.path, profile, self.well.top())?;
        let of_unit = |mass: &f64| -> Result<[f64; 6]> {
            let derivatives = splitting_derivatives(profile, *mass, &self.settings, &perturbations)?;
            Ok(std::array::from_fn(|p| 0.5 * derivatives[p]))
        };
        let (first, last) = (&state.response.work[0], &state.response.work[state.response.work.len() - 1]);
        Ok(CouplingState::Done(Box::new(StrainCoupling {
            asymmetry: std::array::from_fn(|p| 0.5 * (last[p] - first[p])),
            length: state.response.length(),
            curvature: state.response.curvature,
            splitting: self.reduced_masses.iter().map(of_unit).collect::<Result<_>>()?,
            status: if state.converged { CouplingStatus::Converged } else { CouplingStatus::Approximate },
        })))
    }
}

impl StrainState {
    /// Answers the next point; true when all have.
    fn advance(&mut self, strained: &mut Strained<'_>) -> Result<bool> {
        let (saddle, end) = (self.path.saddle, self.path.arc_length.len() - 1);
        let (Some(before), Some(at_saddle)) = (&self.last, &self.at_saddle) else {
            let response = strained.stationary(&self.path.positions[saddle])?;
            self.response.work[saddle] = response.work;
            (self.last, self.at_saddle) = (Some(response.clone()), Some(response));
            return Ok(false);
        };
        let next = if self.towards_b { self.at + 1 } else { self.at - 1 };
        let (x, y) = (&self.path.positions[next], &self.path.positions[self.at]);
        let response = if next == 0 || next == end {
            // the tangent leads away from the minimum
            let tangent: Vec<f64> = y.iter().zip(x).map(|(y, x)| y - x).collect();
            let EndResponse { point, curvature } = strained.end(x, &tangent)?;
            self.response.curvature[usize::from(self.towards_b)] = curvature;
            PointResponse { converged: before.converged, ..point }
        } else {
            let earlier = self.earlier.as_ref().map(|(at, response)| (self.path.positions[*at].as_slice(), response));
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
        /// Force calls that a step costs, about: its systems are solved with six vectors side by side.
        const STEP: u64 = 1000;
        let mut spent = 0;
        while !matches!(self.state, CouplingState::Done(_)) {
            let before = self.walked();
            self.step()?;
            let walked = self.walked();
            spent += if walked > before { walked - before } else { STEP };
            if spent >= force_calls && !matches!(self.state, CouplingState::Done(_)) {
                return Ok(Progress::Pending);
            }
        }
        Ok(Progress::Done)
    }

    fn state(&self) -> CouplingState {
        self.state.clone()
    }

    fn fraction(&self) -> f64 {
        match &self.state {
            CouplingState::Walk(_) => 0.1,
            CouplingState::Strain(state) => {
                let (points, saddle) = (state.path.arc_length.len() as f64, state.path.saddle as f64);
                let done = if state.towards_b { state.at as f64 } else { saddle - state.at as f64 };
                0.2 + 0.75 * (done / points).clamp(0.0, 1.0)
            }
            CouplingState::Done(_) => 1.0,
        }
    }
}

impl CouplingTask {
    fn walked(&self) -> u64 {
        match &self.state {
            CouplingState::Walk(walk) => walk.evaluations(),
            _ => 0,
        }
    }
}
