//! Athermal quasi-static deformation: small strains, each followed by a quench.
//!
//! Eight strains of one glass form one batch: simple shear in three planes and volume change, each in both directions.
//! The slope of the stress on the elastic branch is the modulus (Maloney and Lemaitre, doi:10.1103/PhysRevE.74.016118).

use super::elasticity::{PLANES, strained};
use super::stress_strain::{Curve, Event, Point};
use crate::error::Result;
use crate::forces::deformation::{self, Frame, Gradient, IDENTITY, volume_ratio};
use crate::forces::{LANES, PairSum};
use crate::landscape::{Minimiser, QuenchSettings, quench_batch};
use crate::model::{Model, PeriodicBox, Potential};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The deck's [elastic].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ElasticSettings {
    /// Strain between two quenches (gamma, or ln V/V_0).
    #[schemars(extend("exclusiveMinimum" = 0), range(max = 0.01))]
    pub strain_step: f64,
    /// Number of quenches in each direction; 0: linear response only.
    pub steps: usize,
    /// Strains from here on, by factors of ten, lead up to the first step; the modulus at rest is their slope. At most
    /// `strain_step`.
    #[schemars(extend("exclusiveMinimum" = 0))]
    pub smallest_strain: f64,
    /// Largest force component at a minimum [epsilon/sigma].
    #[schemars(extend("exclusiveMinimum" = 0))]
    pub force_tolerance: f64,
    /// Upper bound of the force evaluations of one quench.
    #[schemars(range(min = 1))]
    pub max_evaluations: u64,
    /// Whether the coupling of every double well to strain is computed, in a deck with `[connect]`.
    pub coupling: bool,
    /// Memory for the sparse factors of a Hessian [bytes]. Beyond it, linear systems are solved by conjugate gradients.
    pub most_bytes: u64,
}

impl Default for ElasticSettings {
    fn default() -> Self {
        Self {
            strain_step: 1e-4,
            steps: 20,
            smallest_strain: 1e-6,
            force_tolerance: 1e-13,
            max_evaluations: 200_000,
            coupling: true,
            most_bytes: 4_000_000_000,
        }
    }
}

impl ElasticSettings {
    /// The same for every model.
    pub fn defaults(_: impl Into<Potential>) -> Self {
        Self::default()
    }

    /// Settings of the quenches.
    pub fn quench(&self) -> QuenchSettings {
        QuenchSettings {
            force_tolerance: self.force_tolerance,
            minimiser: Minimiser::Lbfgs,
            max_evaluations: self.max_evaluations,
        }
    }

    /// Strains in the order in which they are applied, the same in both directions.
    pub fn strains(&self) -> Vec<f64> {
        if self.steps == 0 {
            return Vec::new();
        }
        let leading = std::iter::successors(Some(self.smallest_strain), |strain| Some(10.0 * strain));
        let mut strains: Vec<f64> = leading.take_while(|strain| *strain < 0.9 * self.strain_step).collect();
        strains.extend((1..=self.steps).map(|step| step as f64 * self.strain_step));
        strains
    }

    /// The largest gradients, which determine the smallest box.
    pub fn largest_gradients(&self) -> [Gradient; LANES] {
        let largest = self.strains().last().copied().unwrap_or(0.0);
        std::array::from_fn(|lane| gradient(lane, largest))
    }
}

/// The deformations of a batch: plane `lane / 2`, or volume, forwards in even lanes and backwards in odd ones.
pub fn gradient(lane: usize, strain: f64) -> Gradient {
    let strain = signed(lane, strain);
    match PLANES.get(lane / 2) {
        Some(&(a, b)) => {
            let mut direction = [[0.0; 3]; 3];
            direction[a][b] = 1.0;
            strained(&direction, strain)
        }
        None => strained(&IDENTITY, (strain / 3.0).exp_m1()),
    }
}

/// A lane's strain with its sign.
pub fn signed(lane: usize, strain: f64) -> f64 {
    if lane.is_multiple_of(2) { strain } else { -strain }
}

/// Force evaluations of a piece of work, times particles.
const PIECE: u64 = 4_000_000;
const SHORTEST_PIECE: u64 = 300;
/// A step whose energy differs from the work done by more than this fraction of it may be a plastic event; on a smooth
/// branch the difference is of third order.
const WORK_DEFECT: f64 = 0.05;
/// The rounding of an energy, relative.
const ENERGY_ROUNDING: f64 = 1e-14;
/// So may a step in which the non-affine motion per strain grows by this factor.
const SPEED_UP: f64 = 2.0;
/// An elastic step that is reversed ends within this fraction of its length from its start.
const REVERSIBLE: f64 = 0.1;

/// The state of the strains; serialisable.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct QuasiStaticState {
    /// Positions of the unstrained minimum.
    rest: Vec<f64>,
    rest_stress: Gradient,
    rest_energy: f64,
    /// Index of the present strain.
    step: usize,
    /// Lanes at the last strain [8][3N], in the coordinates of the reference.
    settled: Vec<Vec<f64>>,
    /// Positions of the quenches of the present phase [8][3N].
    moving: Vec<Vec<f64>>,
    spent: u64,
    phase: StrainPhase,
    curves: Vec<Curve>,
    evaluations: u64,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
enum StrainPhase {
    /// Quenches at the new strain.
    Loading,
    /// Doubtful lanes return to the last strain, from the positions reached.
    Reversing { reached: Vec<Vec<f64>>, points: Vec<Point>, doubtful: [bool; LANES] },
}

/// Strains one glass.
pub struct QuasiStatic {
    sum: PairSum<LANES>,
    settings: ElasticSettings,
    strains: Vec<f64>,
    state: QuasiStaticState,
}

impl QuasiStatic {
    /// From a minimum [3N] of energy `energy`.
    ///
    /// # Errors
    /// `Error::Numerical` when the box does not hold two cutoffs stretched by the largest strain.
    pub fn start(
        model: &Model,
        cell: &PeriodicBox,
        (minimum, energy): (&[f64], f64),
        settings: &ElasticSettings,
    ) -> Result<Self> {
        for gradient in settings.largest_gradients() {
            deformation::fits(model, cell, &gradient)?;
        }
        let state = QuasiStaticState {
            rest: minimum.to_vec(),
            rest_stress: deformation::stress(model, cell, &IDENTITY, minimum),
            rest_energy: energy,
            step: 0,
            settled: vec![minimum.to_vec(); LANES],
            moving: vec![minimum.to_vec(); LANES],
            spent: 0,
            phase: StrainPhase::Loading,
            curves: vec![Curve::default(); LANES],
            evaluations: 0,
        };
        Ok(Self::resume(model, cell, settings, state))
    }

    /// Resumes from a saved state.
    pub fn resume(model: &Model, cell: &PeriodicBox, settings: &ElasticSettings, state: QuasiStaticState) -> Self {
        let sum = PairSum::new(model.clone(), *cell).ordered_if_large(&state.rest);
        Self { sum, settings: settings.clone(), strains: settings.strains(), state }
    }

    pub fn state(&self) -> &QuasiStaticState {
        &self.state
    }

    /// Fraction of the strains done.
    pub fn fraction(&self) -> f64 {
        self.state.step as f64 / self.strains.len().max(1) as f64
    }

    /// Force evaluations of all lanes so far.
    pub fn evaluations(&self) -> u64 {
        self.state.evaluations
    }

    /// The curves of the eight lanes, in the order of `gradient`.
    pub fn curves(&self) -> &[Curve] {
        &self.state.curves
    }

    /// One piece of work; true when all strains are done.
    pub fn advance(&mut self) -> bool {
        let Some(&strain) = self.strains.get(self.state.step) else { return true };
        let before = self.strain_before();
        let gradients: [Gradient; LANES] = std::array::from_fn(|lane| match &self.state.phase {
            _ if self.state.curves[lane].broken() => IDENTITY,
            StrainPhase::Reversing { doubtful, .. } if doubtful[lane] => gradient(lane, before),
            _ => gradient(lane, strain),
        });
        self.sum.deform(&gradients, Frame::Reference);
        let particles = self.sum.particles() as u64;
        let piece = (PIECE / particles / LANES as u64).max(SHORTEST_PIECE).min(self.settings.max_evaluations);
        let quench = QuenchSettings { max_evaluations: piece, ..self.settings.quench() };
        let starts: Vec<&[f64]> = self.state.moving.iter().map(Vec::as_slice).collect();
        let quenches = quench_batch(&mut self.sum, &starts, &quench);
        self.state.spent += piece;
        self.state.evaluations += quenches.iter().map(|quench| quench.force_evaluations).sum::<u64>();
        let settled = quenches.iter().all(|quench| quench.at_minimum());
        let converged: Vec<bool> = quenches.iter().map(|quench| quench.at_minimum()).collect();
        let energies: Vec<f64> = quenches.iter().map(|quench| quench.energy).collect();
        self.state.moving = quenches.into_iter().map(|quench| quench.positions).collect();
        if settled || self.state.spent >= self.settings.max_evaluations {
            self.state.spent = 0;
            self.conclude(strain, &energies, &converged);
        }
        self.state.step >= self.strains.len()
    }

    fn strain_before(&self) -> f64 {
        self.state.step.checked_sub(1).map_or(0.0, |step| self.strains[step])
    }

    /// The quenches of a phase have ended.
    fn conclude(&mut self, strain: f64, energies: &[f64], converged: &[bool]) {
        match std::mem::replace(&mut self.state.phase, StrainPhase::Loading) {
            StrainPhase::Loading => {
                let points: Vec<Point> =
                    (0..LANES).map(|lane| self.measure(lane, strain, energies[lane], converged[lane])).collect();
                let doubtful = std::array::from_fn(|lane| self.is_doubtful(lane, &points[lane]));
                if doubtful.contains(&true) {
                    let reached = self.state.moving.clone();
                    self.state.phase = StrainPhase::Reversing { reached, points, doubtful };
                } else {
                    self.accept(points);
                }
            }
            StrainPhase::Reversing { reached, mut points, doubtful } => {
                for lane in (0..LANES).filter(|&lane| doubtful[lane]) {
                    let settled = &self.state.settled[lane];
                    let (returned, length) =
                        (distance(&self.state.moving[lane], settled), distance(&reached[lane], settled));
                    if returned > REVERSIBLE * length {
                        points[lane].event = Event::Rearrangement;
                        points[lane].distance = returned;
                    }
                }
                self.state.moving = reached;
                self.accept(points);
            }
        }
    }

    /// The result of a lane.
    fn measure(&self, lane: usize, strain: f64, energy: f64, converged: bool) -> Point {
        let state = &self.state;
        if state.curves[lane].broken() || !converged {
            return Point::unconverged(signed(lane, strain));
        }
        let (model, cell) = (self.sum.model(), self.sum.cell());
        let (gradient, positions) = (gradient(lane, strain), &state.moving[lane]);
        let stress = deformation::stress(model, cell, &gradient, positions);
        let volume = cell.volume() * volume_ratio(&gradient);
        let (now, rest) = (resolved(lane, &stress), resolved(lane, &state.rest_stress));
        let before = state.curves[lane].points.last();
        let before_force = before.map_or(cell.volume() * rest, |point| point.force);
        let (energy, before_energy) = (energy - state.rest_energy, before.map_or(0.0, |point| point.energy));
        let taken = signed(lane, strain) - before.map_or(0.0, |point| point.strain);
        let work = 0.5 * (volume * now + before_force) * taken;
        let contacts = self.contacts_changed(lane, strain);
        Point {
            strain: signed(lane, strain),
            stress: now - rest,
            energy,
            force: volume * now,
            nonaffine: distance(positions, &state.rest),
            speed: distance(positions, &state.settled[lane]) / taken.abs(),
            energy_drop: work - (energy - before_energy),
            contacts,
            distance: 0.0,
            event: if contacts > 0 { Event::ContactChange } else { Event::None },
        }
    }

    /// Number of pairs within the cutoff at one of two strains but not at the other, for laws whose curvature jumps
    /// there.
    fn contacts_changed(&self, lane: usize, strain: f64) -> u64 {
        if !self.sum.model().law.has_contacts() {
            return 0;
        }
        let contacts = |strain: f64, positions: &[f64]| {
            let mut all = Vec::new();
            let (model, cell) = (self.sum.model(), self.sum.cell());
            deformation::for_each_pair(model, cell, &gradient(lane, strain), positions, |pair| {
                all.push((pair.i, pair.j));
            });
            all
        };
        let before = contacts(self.strain_before(), &self.state.settled[lane]);
        let now = contacts(strain, &self.state.moving[lane]);
        let missing = |all: &[(usize, usize)], of: &[(usize, usize)]| {
            of.iter().filter(|contact| all.binary_search(contact).is_err()).count() as u64
        };
        missing(&before, &now) + missing(&now, &before)
    }

    /// Whether a step must be reversed to decide whether it was elastic.
    fn is_doubtful(&self, lane: usize, point: &Point) -> bool {
        if point.event == Event::Unconverged {
            return false;
        }
        let cell = self.sum.cell();
        let before = self.state.curves[lane].points.last();
        let rest = cell.volume() * resolved(lane, &self.state.rest_stress);
        let (force, strain) = before.map_or((rest, 0.0), |before| (before.force, before.strain));
        let second_order = ((point.force - force) * (point.strain - strain)).abs();
        let rounding = ENERGY_ROUNDING * (self.state.rest_energy.abs() + self.sum.particles() as f64) * 10.0;
        let faster = before.is_some_and(|before| point.speed > SPEED_UP * before.speed);
        faster || point.energy_drop.abs() > WORK_DEFECT * second_order + rounding
    }

    fn accept(&mut self, points: Vec<Point>) {
        for (curve, point) in self.state.curves.iter_mut().zip(points) {
            curve.points.push(point);
        }
        for lane in (0..LANES).filter(|&lane| self.state.curves[lane].broken()) {
            self.state.moving[lane].clone_from(&self.state.rest);
        }
        self.state.settled.clone_from(&self.state.moving);
        self.state.step += 1;
    }
}

/// The stress conjugate to a lane's strain: sigma_ab, or -p.
fn resolved(lane: usize, stress: &Gradient) -> f64 {
    match PLANES.get(lane / 2) {
        Some(&(a, b)) => stress[a][b],
        None => (stress[0][0] + stress[1][1] + stress[2][2]) / 3.0,
    }
}

/// |a - b| without motion of the whole glass.
fn distance(a: &[f64], b: &[f64]) -> f64 {
    let mut mean = [0.0; 3];
    let atoms = (a.len() / 3) as f64;
    let difference = |k: usize| a[k] - b[k];
    (0..a.len()).for_each(|k| mean[k % 3] += difference(k) / atoms);
    (0..a.len()).map(|k| (difference(k) - mean[k % 3]).powi(2)).sum::<f64>().sqrt()
}
