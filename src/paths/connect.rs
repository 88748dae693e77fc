//! One pair of minima: band, splitting, saddle, first profile.

use super::band::improved_tangent;
use super::double_well::{DoubleWell, LengthMethod, PathProfile, PathStatus};
use super::ends::{EndMinimum, compare, displacement_without, end_near, images_without, is_same_minimum, loose};
use super::interpolation::{Curve, chord_lengths};
use super::krylov::{HessianAt, softest_along};
use super::profile::PROFILE_POINTS;
use super::team::ImageTeam;
use super::vectors::{difference, distance, normalise};
use super::{BandSearch, BandStop, ConnectSettings, ImageSums, SaddleSearch, SaddleStop, negative_modes};
use crate::error::{Error, Result};
use crate::forces::{LANES, PairSum, sums};
use crate::landscape::{Displacement, Identity, Quench, QuenchSettings, Same, quench_batch};
use crate::model::{Model, PeriodicBox};
use crate::task::{Alone, Progress, Task, in_counted_steps};
use serde::{Deserialize, Serialize};

/// Products spent on the soft modes at each end.
pub(super) const SOFT_MODE_PRODUCTS: usize = 80;
/// Largest distance of the saddle from the highest image, in distances between images.
const SADDLE_REACH: f64 = 3.0;

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
    settings: ConnectSettings,
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
            quench: quench.clone(),
            state,
        }
    }

    /// Minima are recognised by their displacements from this one [3N], the library's first (harmonic packings only).
    pub fn with_origin(mut self, origin: &[f64]) -> Self {
        self.identity = self.identity.with_origin(origin);
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
            PathSearch::Start => self.start(),
            PathSearch::Band(band) => self.band_step(band, team)?,
            PathSearch::Saddle { band, search, top } => self.saddle_step(band, search, top)?,
            done @ PathSearch::Done(_) => done,
        };
        Ok(())
    }

    fn start(&mut self) -> PathSearch {
        let (a, b) = (&self.state.a, &self.state.b);
        match compare(&self.identity, (&a.positions, a.energy), (&b.positions, b.energy)) {
            Same::Identical => return self.done(PathStatus::Identical, None, Vec::new(), Vec::new()),
            same => self.state.exchange = same == Same::Permuted,
        }
        let band = BandSearch::new(&mut self.sum, (&a.positions, a.energy), (&b.positions, b.energy), &self.settings);
        self.state.evaluations += band.evaluations;
        PathSearch::Band(Box::new(band))
    }

    fn band_step(&mut self, mut band: Box<BandSearch>, team: &dyn ImageTeam) -> Result<PathSearch> {
        let before = band.evaluations;
        match band.iterate(&mut self.images, &self.settings, team) {
            Err(Error::Numerical(_)) => band.stop = BandStop::Diverged,
            other => other?,
        }
        self.state.evaluations += band.evaluations - before;
        match band.stop {
            BandStop::Running => Ok(PathSearch::Band(band)),
            BandStop::Valleys => match self.split(&band) {
                Some(split) => Ok(split),
                None => match band.ignore_valleys(team) {
                    Err(Error::Numerical(_)) => Ok(self.done(PathStatus::Diverged, None, Vec::new(), Vec::new())),
                    other => other.map(|()| PathSearch::Band(band)),
                },
            },
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
            BandStop::StepLimit => self.finish(&band, PathStatus::NotConverged, None),
            BandStop::Diverged => Ok(self.done(PathStatus::Diverged, None, Vec::new(), Vec::new())),
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

    fn saddle_step(&mut self, band: Box<BandSearch>, mut search: Box<SaddleSearch>, top: usize) -> Result<PathSearch> {
        let before = search.evaluations;
        search.iterate(&mut self.sum, self.quench.force_tolerance);
        self.state.evaluations += search.evaluations - before;
        match search.stop {
            SaddleStop::Running => return Ok(PathSearch::Saddle { band, search, top }),
            SaddleStop::StepLimit => return self.finish(&band, PathStatus::SaddleFailed, None),
            SaddleStop::Converged => {}
        }
        let spacing =
            distance(band.image(top), band.image(top - 1)).max(distance(band.image(top), band.image(top + 1)));
        if distance(&search.positions, band.image(top)) > SADDLE_REACH * spacing {
            return self.finish(&band, PathStatus::SaddleFailed, None);
        }
        // a factorisation that fails has counted nothing
        let negative =
            negative_modes(self.sum.model(), self.sum.cell(), &search.positions).map_or(-1, |count| count as i64);
        let status = if negative == 1 { PathStatus::Converged } else { PathStatus::NegativeModes };
        self.finish(&band, status, Some((&search, top, negative)))
    }

    /// Makes the double well of an unsplit band, with the refined saddle in place of its top.
    fn finish(
        &mut self,
        band: &BandSearch,
        status: PathStatus,
        saddle: Option<(&SaddleSearch, usize, i64)>,
    ) -> Result<PathSearch> {
        let coordinates = self.state.a.positions.len();
        let highest = (0..band.count()).max_by(|&i, &j| band.energies[i].total_cmp(&band.energies[j])).unwrap_or(0);
        let top = saddle.map_or(highest, |(_, top, _)| top);
        let (mut images, mut energies) = (band.images.clone(), band.energies.clone());
        if let Some((search, top, _)) = saddle {
            images[top * coordinates..(top + 1) * coordinates].copy_from_slice(&search.positions);
            energies[top] = search.energy;
        }
        let measured = images_without(&images, &self.state.loose);
        let Ok((length, profile)) = spline_profile(&measured, &energies, top, coordinates) else {
            return Ok(self.done(PathStatus::Diverged, None, Vec::new(), Vec::new()));
        };
        let position = images[top * coordinates..(top + 1) * coordinates].to_vec();
        let activation = sums::energy_difference(self.sum.model(), self.sum.cell(), &self.state.a.positions, &position);
        let (tangent_a, tangent_b) = end_tangents(&images, coordinates);
        let curvature_a = self.soft_curvature(&images[..coordinates], &tangent_a);
        let curvature_b = self.soft_curvature(&images[images.len() - coordinates..], &tangent_b);
        if self.settings.store_images && band.count() != self.settings.images {
            // a top was inserted: the file has the requested number of images
            images = Curve::new(&images, coordinates)?.resampled(self.settings.images);
        }
        let well = DoubleWell {
            a: self.state.a.index,
            b: self.state.b.index,
            status,
            asymmetry: self.state.asymmetry,
            activation,
            barrier: activation - 0.5 * self.state.asymmetry,
            length,
            length_method: LengthMethod::Spline,
            band_length: chord_lengths(&images_without(&band.images, &self.state.loose), coordinates)
                .last()
                .copied()
                .unwrap_or(0.0),
            separation: Displacement::of(&self.displacement()),
            rattlers: self.state.loose.iter().filter(|loose| **loose).count() as u64,
            exchange: self.state.exchange,
            saddle_energy: energies[top],
            saddle_residual: saddle.map_or(band.residual, |(search, ..)| search.residual),
            negative_modes: saddle.map_or(-1, |(_, _, negative)| negative),
            force_evaluations: self.state.evaluations,
            curvature_a,
            curvature_b,
            curvature_saddle: saddle.map_or(f64::NAN, |(search, ..)| search.curvature),
            profile,
            saddle_position: position,
            tangent_a,
            tangent_b,
            unstable_mode: saddle.map_or_else(|| vec![0.0; coordinates], |(search, ..)| search.mode.clone()),
            images: if self.settings.store_images { images } else { Vec::new() },
        };
        Ok(self.done(status, Some(well), Vec::new(), Vec::new()))
    }

    /// b - a [3N] of the particles that count.
    fn displacement(&self) -> Vec<f64> {
        let (a, b) = (&self.state.a.positions, &self.state.b.positions);
        match self.state.loose.is_empty() {
            true => difference(b, a),
            false => displacement_without(self.sum.cell(), a, b, &self.state.loose),
        }
    }

    fn soft_curvature(&mut self, minimum: &[f64], tangent: &[f64]) -> f64 {
        let mut hessian = HessianAt::new(&mut self.sum, minimum);
        let curvature = softest_along(&mut hessian, tangent, SOFT_MODE_PRODUCTS);
        self.state.evaluations += hessian.products;
        curvature
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

/// Length of the spline through the images and the energies along it, above the first.
fn spline_profile(images: &[f64], energies: &[f64], top: usize, coordinates: usize) -> Result<(f64, PathProfile)> {
    let arc = Curve::new(images, coordinates)?.arc_lengths();
    let above: Vec<f64> = energies.iter().map(|e| e - energies[0]).collect();
    let length = arc[arc.len() - 1];
    // the top of a path without barrier is at an end
    let top = arc[top].clamp(1e-3 * length, 0.999 * length);
    Ok((length, PathProfile::resample(&arc, &above, top, PROFILE_POINTS)?))
}

/// Unit vectors from each end to the image next to it.
fn end_tangents(images: &[f64], coordinates: usize) -> (Vec<f64>, Vec<f64>) {
    let last = images.len() - coordinates;
    let towards = |to: &[f64], from: &[f64]| {
        let mut tangent = difference(to, from);
        normalise(&mut tangent);
        tangent
    };
    (
        towards(&images[coordinates..2 * coordinates], &images[..coordinates]),
        towards(&images[last - coordinates..last], &images[last..]),
    )
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
                let decades = (band.residual / self.settings.force_tolerance).max(1.0).log10();
                0.8 - 0.2 * decades.min(3.0)
            }
            PathSearch::Saddle { .. } => 0.9,
            PathSearch::Done(_) => 1.0,
        }
    }
}
