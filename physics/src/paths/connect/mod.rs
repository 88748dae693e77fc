//! One pair of minima: band, splitting, saddle, first profile.

mod measure;

pub(super) use measure::SOFT_MODE_PRODUCTS;

use super::band::improved_tangent;
use super::band_search::VALLEY_DEPTH;
use super::double_well::{DoubleWell, PathStatus};
use super::ends::{EndMinimum, compare, end_near, is_same_minimum, loose};
use super::inertia::counted_modes;
use super::settings::MOST_TRIES;
use super::team::ImageTeam;
use super::tries::settings_of_try;
use super::vectors::distance;
use super::{BandSearch, BandStop, ConnectSettings, ImageSums, SaddleSearch, SaddleStop};
use crate::error::{Error, Result};
use crate::forces::{LANES, PairSum, listed, sums};
use crate::landscape::{Identity, Quench, QuenchSettings, Same, quench_batch};
use crate::model::{Model, PeriodicBox};
use crate::task::{Alone, Progress, Task, in_counted_steps};
use serde::{Deserialize, Serialize};

/// Largest distance of the saddle from the highest image, in distances between images.
const SADDLE_REACH: f64 = 3.0;
/// Distance below which two particles are upon each other, in units of their sigma_ij.
const CLOSEST: f64 = 0.3;

/// A minimum on the way from a to b.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Waypoint {
    A,
    B,
    /// Index into `ConnectOutcome::found`.
    Found(usize),
}

/// A minimum found by a path.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FoundMinimum {
    /// [3N], continuous with a.
    pub positions: Vec<f64>,
    pub energy: f64,
    pub residual: f64,
}

impl From<Quench> for FoundMinimum {
    fn from(quench: Quench) -> Self {
        Self { positions: quench.positions, energy: quench.energy, residual: quench.residual }
    }
}

/// The outcome for one pair.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ConnectOutcome {
    pub status: PathStatus,
    /// Indices of a (the lower end) and b within the glass.
    pub ends: (usize, usize),
    /// The path, with its status; none when the pair is identical or split.
    pub double_well: Option<DoubleWell>,
    /// Minima between the ends, in order along the path.
    pub found: Vec<FoundMinimum>,
    /// The ends and the minima between them in order, each once; empty unless the path is split.
    pub chain: Vec<Waypoint>,
    pub force_evaluations: u64,
}

/// The state of the work on a pair; serialisable.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ConnectState {
    /// The lower and the upper end, next to each other.
    a: EndMinimum,
    b: EndMinimum,
    asymmetry: f64,
    exchange: bool,
    /// Rattlers of a harmonic packing [N]; empty for every other model.
    loose: Vec<bool>,
    /// Number of this search, from 1.
    tries: u32,
    /// Negative modes of a and b, once they are counted.
    negative: Option<[i64; 2]>,
    phase: PathSearch,
    evaluations: u64,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
enum PathSearch {
    Start,
    Band(Box<BandSearch>),
    Saddle { band: Box<BandSearch>, search: Box<SaddleSearch>, top: usize },
    Done(Box<ConnectOutcome>),
}

impl ConnectState {
    /// Indices of a (the lower end) and b within the glass.
    pub fn ends(&self) -> (usize, usize) {
        (self.a.index, self.b.index)
    }
}

/// Connects two minima of a glass by a minimum-energy path.
pub struct ConnectTask {
    sum: PairSum<1>,
    images: ImageSums,
    identity: Identity,
    /// Those of the deck, and those of this search.
    settings: ConnectSettings,
    now: ConnectSettings,
    quench: QuenchSettings,
    state: ConnectState,
}

impl ConnectTask {
    /// From two minima; the lower one becomes a.
    pub fn new(
        model: &Model,
        cell: &PeriodicBox,
        ends: (&EndMinimum, &EndMinimum),
        settings: &ConnectSettings,
        quench: &QuenchSettings,
    ) -> Self {
        let rise = sums::energy_difference(model, cell, &ends.0.positions, &ends.1.positions);
        let (a, b) = if rise < 0.0 { (ends.1, ends.0) } else { ends };
        let loose = loose(&Identity::new(model.clone(), *cell), &a.positions, &b.positions);
        let mut sum = PairSum::new(model.clone(), *cell).ordered_if_large(&a.positions);
        let b = EndMinimum { positions: end_near(&mut sum, &a.positions, &b.positions, &loose), ..b.clone() };
        let state = ConnectState {
            a: a.clone(),
            b,
            asymmetry: rise.abs(),
            exchange: false,
            loose,
            tries: 1,
            negative: None,
            phase: PathSearch::Start,
            evaluations: 0,
        };
        Self::resume(model, cell, settings, quench, state)
    }

    /// Resumes from a saved state.
    pub fn resume(
        model: &Model,
        cell: &PeriodicBox,
        settings: &ConnectSettings,
        quench: &QuenchSettings,
        state: ConnectState,
    ) -> Self {
        Self {
            sum: PairSum::new(model.clone(), *cell).ordered_if_large(&state.a.positions),
            images: ImageSums::new(model, cell).ordered_if_large(&state.a.positions),
            identity: Identity::new(model.clone(), *cell),
            settings: settings.clone(),
            now: settings_of_try(settings, state.tries),
            quench: quench.clone(),
            state,
        }
    }

    /// Minima are recognised by their displacements from this one [3N], the library's first (harmonic packings only).
    pub fn with_origin(mut self, origin: &[f64]) -> Self {
        self.identity = self.identity.with_origin(origin);
        self
    }

    /// With the negative modes of the ends where they are known, by their indices within the glass: those of the others are
    /// counted.
    pub fn with_counts(mut self, known: impl Fn(usize) -> Option<i64>) -> Self {
        if self.state.negative.is_none()
            && let (Some(a), Some(b)) = (known(self.state.a.index), known(self.state.b.index))
        {
            self.state.negative = Some([a, b]);
        }
        self
    }

    /// As [`Task::advance`], with the images of the band shared by a team. Collective in the team.
    ///
    /// # Errors
    /// As `advance`, and when a member of the team cannot be reached.
    pub fn advance_with(&mut self, team: &dyn ImageTeam, force_calls: u64) -> Result<Progress> {
        let is_done = |task: &Self| task.outcome().is_some();
        in_counted_steps(self, force_calls, is_done, |task| task.state.evaluations, |task| task.step(team))
    }

    /// Collective in the team: gives every member the state of the whole task.
    ///
    /// # Errors
    /// When a member of the team cannot be reached.
    pub fn complete(&mut self, team: &dyn ImageTeam) -> Result<()> {
        match &mut self.state.phase {
            PathSearch::Band(band) => band.complete(team),
            _ => Ok(()),
        }
    }

    /// The outcome, once the task is done.
    pub fn outcome(&self) -> Option<&ConnectOutcome> {
        match &self.state.phase {
            PathSearch::Done(outcome) => Some(outcome),
            _ => None,
        }
    }

    /// The outcome of a task that is done.
    ///
    /// # Errors
    /// `Error::Internal` when it is not.
    pub fn into_outcome(self) -> Result<ConnectOutcome> {
        match self.state.phase {
            PathSearch::Done(outcome) => Ok(*outcome),
            _ => Err(Error::Internal("the outcome of an unfinished pair was requested".into())),
        }
    }

    fn step(&mut self, team: &dyn ImageTeam) -> Result<()> {
        let phase = std::mem::replace(&mut self.state.phase, PathSearch::Start);
        self.state.phase = match phase {
            PathSearch::Start => self.start()?,
            PathSearch::Band(band) => self.band_step(band, team)?,
            PathSearch::Saddle { band, search, top } => self.saddle_step(band, search, top, team)?,
            done @ PathSearch::Done(_) => done,
        };
        Ok(())
    }

    fn start(&mut self) -> Result<PathSearch> {
        let (a, b) = (&self.state.a, &self.state.b);
        match compare(&self.identity, (&a.positions, a.energy), (&b.positions, b.energy)) {
            Same::Identical => return Ok(self.done(PathStatus::Identical, None, Vec::new(), Vec::new())),
            same => self.state.exchange = same == Same::Permuted,
        }
        Ok(self.straight_band())
    }

    /// The band of the first search, and of one after a band that is not worth keeping.
    fn straight_band(&mut self) -> PathSearch {
        let (a, b) = (&self.state.a, &self.state.b);
        let band = BandSearch::new(&mut self.sum, (&a.positions, a.energy), (&b.positions, b.energy), &self.now);
        self.state.evaluations += band.evaluations;
        PathSearch::Band(Box::new(band))
    }

    /// Another search, or the end of the last one.
    fn failed(
        &mut self,
        mut band: Box<BandSearch>,
        status: PathStatus,
        saddle: Option<(&SaddleSearch, usize, i64)>,
        team: &dyn ImageTeam,
    ) -> Result<PathSearch> {
        let has_band = matches!(status, PathStatus::SaddleFailed | PathStatus::NegativeModes);
        // a band that has used all its iterations is dear: one more search
        let most = if has_band { self.settings.tries } else { self.settings.tries.min(2) };
        if self.state.tries >= most {
            return match status {
                PathStatus::Diverged => Ok(self.done(status, None, Vec::new(), Vec::new())),
                _ if has_band && band.rise() <= band.tilt(self.now.force_tolerance) => {
                    self.finish(&band, PathStatus::NoBarrier, None)
                }
                _ => self.finish(&band, status, saddle),
            };
        }
        self.state.tries += 1;
        self.now = settings_of_try(&self.settings, self.state.tries);
        if has_band && self.state.tries < MOST_TRIES {
            match band.continue_with(self.now.images, team) {
                Err(Error::Numerical(_)) => {}
                other => return other.map(|()| PathSearch::Band(band)),
            }
        }
        Ok(self.straight_band())
    }

    /// Whether two particles of the highest image are upon each other: no path of a glass goes there.
    fn collapses(&self, band: &BandSearch) -> bool {
        let highest = (0..band.count()).max_by(|&i, &j| band.energies[i].total_cmp(&band.energies[j])).unwrap_or(0);
        let mut closest = f64::INFINITY;
        let model = self.sum.model();
        listed::for_each_pair(model, self.sum.cell(), band.image(highest), |pair| {
            closest = closest.min(pair.r / model.mixture.sigma(pair.i, pair.j));
        });
        closest < CLOSEST
    }

    fn band_step(&mut self, mut band: Box<BandSearch>, team: &dyn ImageTeam) -> Result<PathSearch> {
        let before = band.evaluations;
        match band.iterate(&mut self.images, &self.now, team) {
            Err(Error::Numerical(_)) => band.stop = BandStop::Diverged,
            other => other?,
        }
        self.state.evaluations += band.evaluations - before;
        match band.stop {
            BandStop::Running => Ok(PathSearch::Band(band)),
            BandStop::Valleys => match self.split(&band) {
                Some(split) => Ok(split),
                None => match band.ignore_valleys(team) {
                    Err(Error::Numerical(_)) => self.failed(band, PathStatus::Diverged, None, team),
                    other => other.map(|()| PathSearch::Band(band)),
                },
            },
            BandStop::Converged if self.collapses(&band) => self.failed(band, PathStatus::Diverged, None, team),
            BandStop::Converged => {
                if self.settings.split
                    && let Some(split) = self.split(&band)
                {
                    return Ok(split);
                }
                let before = band.evaluations;
                let top = super::band::highest_interior(&band.energies).or_else(|| band.reveal_top(&mut self.sum));
                self.state.evaluations += band.evaluations - before;
                match top {
                    None => self.finish(&band, PathStatus::NoBarrier, None),
                    Some(top) => {
                        let tangent = improved_tangent(&band.images, &band.energies, self.state.a.positions.len(), top);
                        let search = Box::new(SaddleSearch::new(band.image(top), &tangent, self.sum.model().law));
                        Ok(PathSearch::Saddle { band, search, top })
                    }
                }
            }
            BandStop::StepLimit => self.failed(band, PathStatus::NotConverged, None, team),
            BandStop::Diverged => self.failed(band, PathStatus::Diverged, None, team),
        }
    }

    /// Quenches the valleys of a band; splits the path when one leads to a minimum that is neither end.
    fn split(&mut self, band: &BandSearch) -> Option<PathSearch> {
        let starts: Vec<&[f64]> = band.valleys().into_iter().map(|k| band.image(k)).collect();
        if starts.is_empty() {
            return None;
        }
        let mut sum =
            PairSum::<LANES>::new(self.sum.model().clone(), *self.sum.cell()).ordered_if_large(&self.state.a.positions);
        let quenches = quench_batch(&mut sum, &starts, &self.quench);
        self.state.evaluations += quenches.iter().map(|q| q.force_evaluations).sum::<u64>();
        let (found, chain) = self.chain(quenches);
        (chain.len() > 2).then(|| self.done(PathStatus::Split, None, found, chain))
    }

    /// From a to b over the minima found, without loops: each minimum appears once.
    fn chain(&self, quenches: Vec<Quench>) -> (Vec<FoundMinimum>, Vec<Waypoint>) {
        let (a, b) = (&self.state.a, &self.state.b);
        let mut found: Vec<FoundMinimum> = Vec::new();
        let mut chain = vec![Waypoint::A];
        for quench in quenches.into_iter().filter(Quench::at_minimum) {
            let this = (quench.positions.as_slice(), quench.energy);
            let known = found.iter().position(|f| is_same_minimum(&self.identity, (&f.positions, f.energy), this));
            let waypoint = if is_same_minimum(&self.identity, (&a.positions, a.energy), this) {
                Waypoint::A
            } else if is_same_minimum(&self.identity, (&b.positions, b.energy), this) {
                Waypoint::B
            } else if let Some(known) = known {
                Waypoint::Found(known)
            } else {
                found.push(quench.into());
                Waypoint::Found(found.len() - 1)
            };
            visit(&mut chain, waypoint);
        }
        visit(&mut chain, Waypoint::B);
        (found, chain)
    }

    fn saddle_step(
        &mut self,
        band: Box<BandSearch>,
        mut search: Box<SaddleSearch>,
        top: usize,
        team: &dyn ImageTeam,
    ) -> Result<PathSearch> {
        let before = search.evaluations;
        search.iterate(&mut self.sum, self.quench.force_tolerance);
        self.state.evaluations += search.evaluations - before;
        match search.stop {
            SaddleStop::Running => return Ok(PathSearch::Saddle { band, search, top }),
            SaddleStop::StepLimit => return self.failed(band, PathStatus::SaddleFailed, None, team),
            SaddleStop::Converged => {}
        }
        let spacing =
            distance(band.image(top), band.image(top - 1)).max(distance(band.image(top), band.image(top + 1)));
        let above_top = search.energy - band.energies[top];
        if distance(&search.positions, band.image(top)) > SADDLE_REACH * spacing
            || above_top > band.rise().max(0.0) + band.count() as f64 * band.tilt(self.now.force_tolerance)
        {
            return self.failed(band, PathStatus::SaddleFailed, None, team);
        }
        // no deeper than what separates two minima of a band, the upper end is none of its own
        let upper = band.energies[0].max(band.energies[band.count() - 1]);
        if search.energy - upper < VALLEY_DEPTH * self.sum.model().law.stiffness_unit() {
            return self.finish(&band, PathStatus::NoBarrier, None);
        }
        let negative = counted_modes(self.sum.model(), self.sum.cell(), &search.positions);
        if negative == 1 {
            // forces vanish at a saddle, too
            let ends = self.state.negative.unwrap_or_else(|| {
                [&self.state.a, &self.state.b]
                    .map(|end| counted_modes(self.sum.model(), self.sum.cell(), &end.positions))
            });
            self.state.negative = Some(ends);
            if ends.iter().any(|count| *count > 0) {
                return Ok(self.done(PathStatus::EndNotMinimum, None, Vec::new(), Vec::new()));
            }
            return self.finish(&band, PathStatus::Converged, Some((&search, top, negative)));
        }
        self.failed(band, PathStatus::NegativeModes, Some((&search, top, negative)), team)
    }

    fn done(
        &self,
        status: PathStatus,
        double_well: Option<DoubleWell>,
        found: Vec<FoundMinimum>,
        chain: Vec<Waypoint>,
    ) -> PathSearch {
        let force_evaluations = self.state.evaluations;
        let ends = (self.state.a.index, self.state.b.index);
        PathSearch::Done(Box::new(ConnectOutcome { status, ends, double_well, found, chain, force_evaluations }))
    }
}

/// Appends a waypoint; if it has been visited before, the loop back to it is removed.
fn visit(chain: &mut Vec<Waypoint>, waypoint: Waypoint) {
    match chain.iter().position(|&w| w == waypoint) {
        Some(earlier) => chain.truncate(earlier + 1),
        None => chain.push(waypoint),
    }
}

impl Task for ConnectTask {
    type State = ConnectState;

    fn advance(&mut self, force_calls: u64) -> Result<Progress> {
        self.advance_with(&Alone, force_calls)
    }

    fn state(&self) -> ConnectState {
        self.state.clone()
    }

    fn fraction(&self) -> f64 {
        match &self.state.phase {
            PathSearch::Start => 0.0,
            PathSearch::Band(band) if band.is_coarse() => 0.1,
            PathSearch::Band(band) => {
                let decades = (band.residual / self.now.force_tolerance).max(1.0).log10();
                0.8 - 0.2 * decades.min(3.0)
            }
            PathSearch::Saddle { .. } => 0.9,
            PathSearch::Done(_) => 1.0,
        }
    }
}
