//! The search for a converged band: first coarse, then refined by splines; resumable at every iteration.

use super::band::{
    highest_interior, improved_tangent, intermediate_minima, perpendicular_residual, tangential_move, uphill_neighbour,
};
use super::images::ImageSums;
use super::interpolation::{Curve, chord_lengths, evenly, repair_overlaps, straight};
use super::lbfgs::PerpendicularMemory;
use super::team::{ImageTeam, shares};
use super::vectors::{add_scaled, distance, dot};
use super::{ConnectSettings, PathMethod};
use crate::error::Result;
use crate::forces::PairSum;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use std::ops::Range;

/// Number of secant pairs of an image.
const MEMORY: usize = 6;
/// Longest step of an image perpendicular to the path [sigma], regardless of the spacing.
const STEP_CAP: f64 = 0.3;
/// Longest step of an image as a fraction of the distance to its nearer neighbour: steps of neighbours differ by about
/// their own length while the quasi-Newton matrices differ, and a kink as long as the spacing makes the tangents
/// meaningless.
const SPACING_SHARE: f64 = 0.5;
/// Inverse of a stiff curvature, for the first step [sigma^2 / epsilon]; larger for a softer law.
const FIRST_SCALE: f64 = 1.0 / 500.0;
/// A coarser band is converged to this multiple of the final tolerance.
const COARSE_FACTOR: f64 = 10.0;
/// The highest image climbs once the residual is below this multiple of the level's tolerance.
const CLIMB_FACTOR: f64 = 10.0;
/// Bands of at most this many images have no coarser level.
const COARSEST: usize = 11;
/// Depth from which a local minimum of the band is an intermediate minimum [epsilon]; smaller for a softer law.
pub(super) const VALLEY_DEPTH: f64 = 1e-6;
/// Iterations without a lower residual after which the quasi-Newton matrix is reset and steps are halved.
const PATIENCE: u64 = 60;
/// Number of points examined between the upper end and its neighbour.
const HIDDEN_POINTS: u32 = 16;
/// The same for a band, whose springs correct small differences.
const BAND_UNEVENNESS: f64 = 2.0;
/// A band longer than this many straight distances (of at least 1 sigma) has diverged.
const LONGEST_BAND: f64 = 30.0;
/// Largest ratio of two neighbouring distances in a string before it is reparametrised.
const STRING_UNEVENNESS: f64 = 1.1;

/// Why a band stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum BandStop {
    Running,
    Converged,
    /// A coarse band has intermediate minima, to be examined before it is refined.
    Valleys,
    StepLimit,
    /// Energies or forces became infinite.
    Diverged,
}

/// A running band search; serialisable.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct BandSearch {
    /// [M][3N], ends included.
    pub images: Vec<f64>,
    /// [M] total energies.
    pub energies: Vec<f64>,
    /// Evaluations of one configuration so far.
    pub evaluations: u64,
    pub iterations: u64,
    pub residual: f64,
    pub climbing: Option<usize>,
    pub stop: BandStop,
    coordinates: usize,
    memory: Vec<PerpendicularMemory>,
    /// The law's unit of stiffness, see [`crate::model::Law::stiffness_unit`].
    unit: f64,
    cap: f64,
    best: f64,
    since_best: u64,
    /// Numbers of images of the remaining levels, the last one first.
    levels: Vec<usize>,
    valleys_judged: bool,
}

impl BandSearch {
    /// The straight band between a and b [3N] (already next to each other) with energies e_a and e_b.
    pub fn new(sum: &mut PairSum<1>, a: (&[f64], f64), b: (&[f64], f64), settings: &ConnectSettings) -> Self {
        let coordinates = a.0.len();
        let unit = sum.model().law.stiffness_unit();
        let mut levels = vec![settings.images.max(3)];
        while let Some(&count) = levels.last()
            && count > COARSEST
        {
            levels.push(count / 2 + 1);
        }
        let count = levels.pop().unwrap_or(3);
        let mut search = Self {
            images: straight(a.0, b.0, count),
            energies: vec![0.0; count],
            evaluations: 0,
            iterations: 0,
            residual: f64::INFINITY,
            climbing: None,
            stop: BandStop::Running,
            coordinates,
            memory: memories(count, unit),
            unit,
            cap: STEP_CAP,
            best: f64::INFINITY,
            since_best: 0,
            levels,
            valleys_judged: false,
        };
        search.energies[0] = a.1;
        search.energies[count - 1] = b.1;
        search.part_overlaps(sum);
        search
    }

    /// Number of images with both ends.
    pub fn count(&self) -> usize {
        self.energies.len()
    }

    /// Image k [3N].
    pub fn image(&self, k: usize) -> &[f64] {
        &self.images[k * self.coordinates..(k + 1) * self.coordinates]
    }

    /// Distance from interior image k to the nearer of its neighbours.
    fn nearest(&self, k: usize) -> f64 {
        distance(self.image(k), self.image(k + 1)).min(distance(self.image(k), self.image(k - 1)))
    }

    /// Sum of the distances between images.
    pub fn chord_length(&self) -> f64 {
        chord_lengths(&self.images, self.coordinates).last().copied().unwrap_or(0.0)
    }

    /// Whether a finer band follows.
    pub fn is_coarse(&self) -> bool {
        !self.levels.is_empty()
    }

    /// One iteration; `stop` is set when the search has ended. Collective in the team.
    ///
    /// # Errors
    /// When two images coincide as a band is refined, or a member of the team cannot be reached.
    pub fn iterate(&mut self, sums: &mut ImageSums, settings: &ConnectSettings, team: &dyn ImageTeam) -> Result<()> {
        let last = self.count() - 1;
        let shares = shares(self.count(), team.members());
        let own = Share::evaluate(self, sums, &shares, team.member());
        team.share(&mut self.energies, 1, &shares)?;
        self.evaluations += last as u64 - 1;
        self.iterations += 1;
        let tolerance = settings.force_tolerance * if self.is_coarse() { COARSE_FACTOR } else { 1.0 };
        let own = own.with_tangents(self);
        let mut residuals = vec![0.0; 2 * self.count()];
        own.residuals(&mut residuals);
        team.share(&mut residuals, 2, &shares)?;
        self.measure(&residuals);
        if self.choose_climbing(settings, self.residual < CLIMB_FACTOR * tolerance) {
            self.measure(&residuals);
        }
        if !self.residual.is_finite() {
            self.stop = BandStop::Diverged;
        } else if self.residual < tolerance {
            return self.level_done(settings, team);
        } else if self.iterations >= settings.max_iterations {
            self.stop = BandStop::StepLimit;
        } else {
            self.watch_progress();
            self.advance_images(&own, settings, team)?;
            let coordinates = self.coordinates;
            team.share(&mut self.images, coordinates, &shares)?;
            let unevenness = match settings.method {
                PathMethod::Neb => BAND_UNEVENNESS,
                PathMethod::String => STRING_UNEVENNESS,
            };
            self.reparametrise(unevenness)?;
            let straight = distance(self.image(0), self.image(last));
            let length = self.chord_length();
            if length.is_nan() || length > LONGEST_BAND * straight.max(1.0) {
                self.stop = BandStop::Diverged;
            }
        }
        Ok(())
    }

    /// Collective in the team: every member receives the quasi-Newton memories of the others, so that each holds the
    /// whole band.
    ///
    /// # Errors
    /// When a member cannot be reached.
    pub fn complete(&mut self, team: &dyn ImageTeam) -> Result<()> {
        if team.members() > 1 {
            let own = shares(self.count(), team.members())[team.member()].clone();
            self.memory = team.gather(&self.memory[own.start - 1..own.end - 1])?.concat();
        }
        Ok(())
    }

    /// `residuals` [M][2]: largest component of the perpendicular and of the whole force.
    fn measure(&mut self, residuals: &[f64]) {
        let mut residual = 0.0_f64;
        for (k, pair) in residuals.chunks_exact(2).enumerate().take(self.count() - 1).skip(1) {
            let largest = pair[usize::from(self.climbing == Some(k))];
            residual = if largest.is_nan() { f64::NAN } else { residual.max(largest) };
        }
        self.residual = residual;
    }

    /// Moves every image of the share: quasi-Newton across the path, springs or climbing along it.
    ///
    /// The tangent of image k points to its higher neighbour h, so that the perpendicular force changes by
    /// mu (dR_h - dR_k), mu = |F.tau| / |R_h - R_k|, besides -P H P dR_k: the Newton equations of the band are
    /// (P H P + mu) dR_k = F_perp + mu dR_h and are solved from the tops downwards.
    fn advance_images(&mut self, share: &Share, settings: &ConnectSettings, team: &dyn ImageTeam) -> Result<()> {
        let images = share.range.clone();
        self.memory[images.start - 1..images.end - 1].par_iter_mut().zip(images.clone().into_par_iter()).for_each(
            |(memory, k)| {
                let (force, tangent) = share.of_image(k);
                memory.take_in(force, tangent);
            },
        );
        let mut order: Vec<usize> = images.clone().collect();
        order.sort_by(|&i, &j| self.energies[j].total_cmp(&self.energies[i]).then(i.cmp(&j)));
        let mut steps: Vec<Vec<f64>> = vec![Vec::new(); images.len()];
        for k in order {
            let from_other;
            let pull = match self.pulled_by(k) {
                Some(higher) if images.contains(&higher) => Some((higher, &steps[higher - images.start])),
                Some(higher) => {
                    from_other = team.receive(share.neighbour(higher))?;
                    Some((higher, &from_other))
                }
                None => None,
            };
            let step = self.step(share, k, pull.map(|(higher, step)| (higher, step.as_slice())), settings);
            for other in [k - 1, k + 1].into_iter().filter(|other| !images.contains(other)) {
                if self.pulled_by(other) == Some(k) {
                    team.send(share.neighbour(other), &step)?;
                }
            }
            steps[k - images.start] = step;
        }
        let place = images.start * self.coordinates..images.end * self.coordinates;
        add_scaled(&mut self.images[place], 1.0, &steps.concat());
        Ok(())
    }

    /// The interior image that determines the tangent of image k and pulls it along; none if k is an end, climbs, or is
    /// a top.
    fn pulled_by(&self, k: usize) -> Option<usize> {
        let interior = 1..self.count() - 1;
        if !interior.contains(&k) || self.climbing == Some(k) {
            return None;
        }
        uphill_neighbour(&self.energies, k).filter(|higher| interior.contains(higher))
    }

    /// The step [3N] of image k, which is pulled by the step of its higher neighbour.
    fn step(&mut self, share: &Share, k: usize, pull: Option<(usize, &[f64])>, settings: &ConnectSettings) -> Vec<f64> {
        let along_share = match settings.method {
            PathMethod::Neb => 0.25 * settings.spring / (settings.spring + 0.1),
            PathMethod::String => 0.25,
        };
        let (force, tangent) = share.of_image(k);
        let along = dot(force, tangent);
        let pull = pull.map(|(higher, step)| (along.abs() / distance(self.image(k), self.image(higher)), step));
        let room = SPACING_SHARE * self.nearest(k);
        let mut step = self.memory[k - 1].next_step(force, tangent, pull, self.cap.min(room));
        let climbs = self.climbing == Some(k);
        let slide = tangential_move(&self.images, &self.energies, along, self.coordinates, k, along_share, climbs);
        add_scaled(&mut step, slide, tangent);
        step
    }

    fn level_done(&mut self, settings: &ConnectSettings, team: &dyn ImageTeam) -> Result<()> {
        if !self.is_coarse() {
            self.stop = BandStop::Converged;
        } else if settings.split && !self.valleys_judged && !self.valleys().is_empty() {
            self.stop = BandStop::Valleys;
        } else {
            return self.refine(team);
        }
        Ok(())
    }

    /// Images in intermediate minima of the band deeper than `VALLEY_DEPTH` on both sides.
    pub fn valleys(&self) -> Vec<usize> {
        intermediate_minima(&self.energies, VALLEY_DEPTH * self.unit)
    }

    /// The valleys of a coarse band are not separate minima: continues, and examines them again only at the end.
    /// Collective in the team.
    ///
    /// # Errors
    /// When two images coincide, or a member of the team cannot be reached.
    pub fn ignore_valleys(&mut self, team: &dyn ImageTeam) -> Result<()> {
        self.valleys_judged = true;
        self.stop = BandStop::Running;
        self.refine(team)
    }

    /// Goes on with `count` images on the same path, after the band has stopped. Collective in the team.
    ///
    /// # Errors
    /// When two images coincide, or a member of the team cannot be reached.
    pub fn continue_with(&mut self, count: usize, team: &dyn ImageTeam) -> Result<()> {
        self.levels = vec![count];
        self.stop = BandStop::Running;
        self.iterations = 0;
        self.refine(team)
    }

    /// Finds a barrier between the upper end and its neighbour: the upper end is a minimum, so the energy rises from it
    /// before it falls towards a lower neighbour. Puts an image on the highest point of that segment and returns its
    /// number; `None` when no point of the segment is above the end.
    pub fn reveal_top(&mut self, sum: &mut PairSum<1>) -> Option<usize> {
        let last = self.count() - 1;
        let (inner, end) = (self.image(last - 1).to_vec(), self.image(last).to_vec());
        let mut forces = vec![0.0; self.coordinates];
        let mut highest: Option<(f64, Vec<f64>)> = None;
        for k in 1..=HIDDEN_POINTS {
            // closer and closer to the end, as the barrier of a shallow well is near it
            let share = 0.5_f64.powf(0.5 * f64::from(k));
            let point: Vec<f64> = inner.iter().zip(&end).map(|(inner, end)| end + share * (inner - end)).collect();
            let energy = sum.forces(crate::forces::as_lanes(&point), crate::forces::as_lanes_mut(&mut forces))[0];
            self.evaluations += 1;
            if energy > self.energies[last] && highest.as_ref().is_none_or(|(known, _)| energy > *known) {
                highest = Some((energy, point));
            }
        }
        let (energy, point) = highest?;
        self.images.splice(last * self.coordinates..last * self.coordinates, point);
        self.energies.insert(last, energy);
        Some(last)
    }

    /// Goes to the next finer band by splines, if there is one.
    fn refine(&mut self, team: &dyn ImageTeam) -> Result<()> {
        self.complete(team)?;
        let Some(count) = self.levels.pop() else { return Ok(()) };
        let (first, last) = (self.energies[0], self.energies[self.count() - 1]);
        let end = self.image(self.count() - 1).to_vec();
        self.images = Curve::new(&self.images, self.coordinates)?.resampled(count);
        self.images[(count - 1) * self.coordinates..].copy_from_slice(&end);
        self.energies = vec![first; count];
        self.energies[count - 1] = last;
        self.climbing = None;
        self.memory = inherited(&self.memory, count);
        self.best = f64::INFINITY;
        self.since_best = 0;
        self.cap = STEP_CAP;
        Ok(())
    }

    /// Lets the highest image climb when the residual is small; returns whether the choice changed.
    fn choose_climbing(&mut self, settings: &ConnectSettings, calm: bool) -> bool {
        if !settings.climbing || self.is_coarse() || !(calm || self.climbing.is_some()) {
            return false;
        }
        // on a flat band the highest image is a matter of noise, and would climb away from the path
        let top = highest_interior(&self.energies).filter(|_| self.rise() > self.tilt(settings.force_tolerance));
        if top == self.climbing {
            return false;
        }
        for image in [self.climbing, top].into_iter().flatten() {
            self.memory[image - 1].clear();
        }
        self.climbing = top;
        true
    }

    fn forget(&mut self) {
        self.memory = memories(self.count(), self.unit);
        self.best = f64::INFINITY;
        self.since_best = 0;
    }

    fn watch_progress(&mut self) {
        if self.residual < 0.95 * self.best {
            self.best = self.residual;
            self.since_best = 0;
            return;
        }
        self.since_best += 1;
        if self.since_best >= PATIENCE {
            self.forget();
            self.cap = (0.5 * self.cap).max(1e-4);
        }
    }

    /// Restores equal distances when a string (or a band whose springs are too slow) has become uneven, separately on
    /// both sides of a climbing image.
    fn reparametrise(&mut self, unevenness: f64) -> Result<()> {
        let pieces: Vec<(usize, usize)> = match self.climbing {
            Some(k) => vec![(0, k), (k, self.count() - 1)],
            None => vec![(0, self.count() - 1)],
        };
        for (from, to) in pieces {
            let range = from * self.coordinates..(to + 1) * self.coordinates;
            let chord = chord_lengths(&self.images[range.clone()], self.coordinates);
            let mean = chord[to - from] / (to - from) as f64;
            let uneven = chord
                .windows(2)
                .any(|pair| pair[1] - pair[0] > unevenness * mean || pair[1] - pair[0] < mean / unevenness);
            if uneven && to > from + 1 {
                let even = evenly(&self.images[range.clone()], &chord, self.coordinates);
                let inner = range.start + self.coordinates..range.end - self.coordinates;
                self.images[inner].copy_from_slice(&even[self.coordinates..even.len() - self.coordinates]);
                self.memory = memories(self.count(), self.unit);
            }
        }
        Ok(())
    }

    fn part_overlaps(&mut self, sum: &mut PairSum<1>) {
        let mut forces = vec![0.0; self.images.len()];
        for (image, force) in
            self.images.chunks_exact(self.coordinates).zip(forces.chunks_exact_mut(self.coordinates)).skip(1)
        {
            sum.forces(crate::forces::as_lanes(image), crate::forces::as_lanes_mut(force));
        }
        self.evaluations += self.count() as u64 - 1;
        self.evaluations += repair_overlaps(sum, &mut self.images, &mut forces);
    }
}

/// The images of one member, with their forces and tangents.
struct Share {
    range: Range<usize>,
    /// The members whose images come before and after, if there are any.
    neighbours: [usize; 2],
    coordinates: usize,
    /// [images of the share][3N].
    forces: Vec<f64>,
    tangents: Vec<Vec<f64>>,
}

impl Share {
    /// Energies, which the band gets, and forces of the images in `range`.
    fn evaluate(band: &mut BandSearch, sums: &mut ImageSums, shares: &[Range<usize>], member: usize) -> Self {
        let range = shares[member].clone();
        let owner = |k: usize| shares.iter().position(|share| share.contains(&k)).unwrap_or(member);
        let neighbours = [owner(range.start - 1), owner(range.end)];
        let coordinates = band.coordinates;
        let images = &band.images[range.start * coordinates..range.end * coordinates];
        let mut forces = vec![0.0; images.len()];
        sums.evaluate(images, &mut band.energies[range.clone()], &mut forces);
        Self { range, neighbours, coordinates, forces, tangents: Vec::new() }
    }

    /// With the tangents, for which the energies of the neighbours must be known.
    fn with_tangents(mut self, band: &BandSearch) -> Self {
        let images = self.range.clone().into_par_iter();
        self.tangents = images.map(|k| improved_tangent(&band.images, &band.energies, band.coordinates, k)).collect();
        self
    }

    /// Fills in this share of [M][2]: largest component of the perpendicular and of the whole force.
    fn residuals(&self, residuals: &mut [f64]) {
        for k in self.range.clone() {
            let (force, tangent) = self.of_image(k);
            residuals[2 * k] = perpendicular_residual(force, tangent, false);
            residuals[2 * k + 1] = perpendicular_residual(force, tangent, true);
        }
    }

    /// The member that has image k, next to this share.
    fn neighbour(&self, k: usize) -> usize {
        self.neighbours[usize::from(k >= self.range.end)]
    }

    /// Force and tangent [3N] of image k.
    fn of_image(&self, k: usize) -> (&[f64], &[f64]) {
        let place = k - self.range.start;
        (&self.forces[place * self.coordinates..(place + 1) * self.coordinates], &self.tangents[place])
    }
}

/// The memories of `count` images: each gets that of the closest image of the coarser band.
fn inherited(coarse: &[PerpendicularMemory], count: usize) -> Vec<PerpendicularMemory> {
    let mut memory: Vec<PerpendicularMemory> = (1..count - 1)
        .map(|k| {
            let nearest = (k as f64 / (count - 1) as f64 * (coarse.len() + 1) as f64).round() as usize;
            coarse[nearest.clamp(1, coarse.len()) - 1].clone()
        })
        .collect();
    memory.iter_mut().for_each(PerpendicularMemory::forget_step);
    memory
}

fn memories(count: usize, unit: f64) -> Vec<PerpendicularMemory> {
    vec![PerpendicularMemory::new(MEMORY, FIRST_SCALE / unit); count - 2]
}
