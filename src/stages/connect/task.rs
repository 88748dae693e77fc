//! One pair of minima, from the band to the descent, as one task.

use crate::error::Result;
use crate::landscape::QuenchSettings;
use crate::model::{Model, PeriodicBox};
use crate::paths::{
    ConnectOutcome, ConnectSettings, ConnectState, ConnectTask, DescentState, DescentTask, DoubleWell, EndMinimum,
    ImageTeam, PairKey, PathStatus, Refine, joined,
};
use crate::runtime::TeamTask;
use crate::task::{Alone, Progress, Task};
use crate::tunnelling::{Profile, Unit, is_below};
use serde::{Deserialize, Serialize};

/// Connects a pair and, if the deck requests it, follows the path down from its saddle.
pub struct PairTask {
    glass: usize,
    model: Model,
    cell: PeriodicBox,
    ends: (EndMinimum, EndMinimum),
    settings: ConnectSettings,
    /// The first minimum of the library [3N]; empty if the model does not need it.
    origin: Vec<f64>,
    units: Vec<Unit>,
    quench: QuenchSettings,
    search: PathSearch,
}

enum PathSearch {
    Connect(Box<ConnectTask>),
    Descend { direct: Box<ConnectOutcome>, task: Box<DescentTask> },
    Done(Box<ConnectOutcome>),
}

/// The serialisable state of a `PairTask`.
#[derive(Clone, Serialize, Deserialize)]
pub struct PairState {
    glass: usize,
    search: SearchState,
}

#[derive(Clone, Serialize, Deserialize)]
enum SearchState {
    Connect(Box<ConnectState>),
    Descend { direct: Box<ConnectOutcome>, state: Box<DescentState> },
    Done(Box<ConnectOutcome>),
}

impl PairState {
    /// Whether this is the state of a pair of a glass.
    pub fn is_of(&self, glass: usize, pair: PairKey) -> bool {
        let (a, b) = match &self.search {
            SearchState::Connect(state) => state.ends(),
            SearchState::Descend { direct: outcome, .. } | SearchState::Done(outcome) => outcome.ends,
        };
        glass == self.glass && PairKey::new(a, b) == pair
    }
}

impl PairTask {
    /// The pair of a glass. `origin`: the first minimum of the library [3N] if the model recognises minima by displacements from it, else
    /// empty.
    pub fn new(
        (glass, model, cell): (usize, &Model, &PeriodicBox),
        ends: (EndMinimum, EndMinimum),
        settings: &ConnectSettings,
        units: &[Unit],
        quench: &QuenchSettings,
        origin: &[f64],
    ) -> Self {
        let task = ConnectTask::new(model, cell, (&ends.0, &ends.1), settings, quench).with_origin(origin);
        Self {
            glass,
            model: model.clone(),
            cell: *cell,
            ends,
            settings: settings.clone(),
            origin: origin.to_vec(),
            units: units.to_vec(),
            quench: quench.clone(),
            search: PathSearch::Connect(Box::new(task)),
        }
    }

    /// See [`ConnectTask::with_counts`].
    pub fn with_counts(mut self, known: impl Fn(usize) -> Option<i64>) -> Self {
        self.search = match self.search {
            PathSearch::Connect(task) => PathSearch::Connect(Box::new(task.with_counts(known))),
            other => other,
        };
        self
    }

    /// The same pair, resumed from a saved state.
    pub fn resume(mut self, state: PairState) -> Self {
        self.search = match state.search {
            SearchState::Connect(state) => {
                let task = ConnectTask::resume(&self.model, &self.cell, &self.settings, &self.quench, *state);
                PathSearch::Connect(Box::new(task.with_origin(&self.origin)))
            }
            SearchState::Descend { direct, state } => {
                let task = DescentTask::resume(&self.model, &self.cell, &self.quench, *state);
                let task = task.with_origin(&self.origin).splitting(self.settings.split);
                PathSearch::Descend { direct, task: Box::new(task) }
            }
            SearchState::Done(outcome) => PathSearch::Done(outcome),
        };
        self
    }

    /// The outcome, once the task is done.
    pub fn into_outcome(self) -> Option<ConnectOutcome> {
        match self.search {
            PathSearch::Done(outcome) => Some(*outcome),
            _ => None,
        }
    }

    /// The next step after the outcome of the band.
    fn after_connect(&self, outcome: ConnectOutcome) -> PathSearch {
        let well = outcome.double_well.as_ref().filter(|_| outcome.status == PathStatus::Converged);
        match well {
            Some(well) if wants_descent(self.settings.refine, well, &self.units) => {
                let ends = (&self.ends.0, &self.ends.1);
                let task = DescentTask::new(&self.model, &self.cell, well, ends, &self.quench)
                    .with_origin(&self.origin)
                    .splitting(self.settings.split);
                PathSearch::Descend { direct: Box::new(outcome), task: Box::new(task) }
            }
            _ => PathSearch::Done(Box::new(outcome)),
        }
    }
}

/// Whether the length and the profile matter enough to follow the path by steepest descent.
pub fn wants_descent(refine: Refine, well: &DoubleWell, units: &[Unit]) -> bool {
    match refine {
        Refine::All => true,
        Refine::None => false,
        Refine::Active => is_below(&profile_of(well), units),
    }
}

/// The energy along the path of a double well, with the curvatures of its ends.
pub fn profile_of(well: &DoubleWell) -> Profile {
    let curvature = [well.curvature_a, well.curvature_b].map(|k| Some(k).filter(|k| k.is_finite() && *k > 0.0));
    Profile::from_arc_length(&well.profile.arc_length, &well.profile.energy, curvature)
}

impl TeamTask for PairTask {
    fn advance_with(&mut self, team: &dyn ImageTeam, force_calls: u64) -> Result<Progress> {
        let finished = match &mut self.search {
            PathSearch::Connect(task) => task.advance_with(team, force_calls)? == Progress::Done,
            PathSearch::Descend { task, .. } => task.advance(force_calls)? == Progress::Done,
            PathSearch::Done(_) => return Ok(Progress::Done),
        };
        if !finished {
            return Ok(Progress::Pending);
        }
        let next = match &self.search {
            PathSearch::Connect(task) => task.outcome().cloned().map(|outcome| self.after_connect(outcome)),
            PathSearch::Descend { direct, task } => {
                let refined = task.outcome().cloned();
                refined.map(|refined| PathSearch::Done(Box::new(joined((**direct).clone(), refined))))
            }
            PathSearch::Done(_) => None,
        };
        if let Some(next) = next {
            self.search = next;
        }
        Ok(if matches!(self.search, PathSearch::Done(_)) { Progress::Done } else { Progress::Pending })
    }

    fn complete(&mut self, team: &dyn ImageTeam) -> Result<()> {
        match &mut self.search {
            PathSearch::Connect(task) => task.complete(team),
            // the descent is the same on every member of the team
            PathSearch::Descend { .. } | PathSearch::Done(_) => Ok(()),
        }
    }
}

impl Task for PairTask {
    type State = PairState;

    fn advance(&mut self, force_calls: u64) -> Result<Progress> {
        self.advance_with(&Alone, force_calls)
    }

    fn state(&self) -> PairState {
        let search = match &self.search {
            PathSearch::Connect(task) => SearchState::Connect(Box::new(task.state())),
            PathSearch::Descend { direct, task } => {
                SearchState::Descend { direct: direct.clone(), state: Box::new(task.state()) }
            }
            PathSearch::Done(outcome) => SearchState::Done(outcome.clone()),
        };
        PairState { glass: self.glass, search }
    }

    fn fraction(&self) -> f64 {
        match &self.search {
            PathSearch::Connect(task) => 0.7 * task.fraction(),
            PathSearch::Descend { task, .. } => 0.7 + 0.3 * task.fraction(),
            PathSearch::Done(_) => 1.0,
        }
    }
}
