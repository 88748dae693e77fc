//! From the energy profile of a double well to its quantum doublet.
//!
//! -1/(2 m~ d^2) psi'' + V(xi) psi = E psi along the minimum-energy path, xi = s/d (doi:10.1103/PhysRevLett.124.225901;
//! doi:10.1063/5.0128820, Eqs. 11-15). One dimension: the zero-point energy of the other modes is not included.
//! Energies in epsilon, rates in epsilon/hbar, M = m~ d^2.
//!
//! ```
//! use glasswell_physics::tunnelling::{Profile, TunnelSettings, solve};
//! let s: Vec<f64> = (0..41).map(|k| f64::from(k) / 40.0).collect();
//! let barrier = |s: &f64| 0.05 * 16.0 * (s * (1.0 - s)).powi(2);
//! let profile = Profile::from_arc_length(&s, &s.iter().map(barrier).collect::<Vec<_>>(), [None; 2]);
//! let doublet = solve(&profile, None, 1200.0, &TunnelSettings::default())?;
//! // a symmetric double well: E is the tunnel splitting Delta_0 alone
//! assert!(doublet.splitting > 0.0 && doublet.diagonal_splitting.abs() < 1e-6);
//! # Ok::<(), glasswell_physics::error::Error>(())
//! ```

mod eigen;
mod pentadiagonal;
mod perturbation;
mod profile;
mod quadrature;
mod schroedinger;
mod semiclassical;
mod states;
mod unit;
mod zero_point;

use crate::error::{Error, Result};
pub use perturbation::{Perturbation, splitting_derivatives};
use profile::Potential;
pub use profile::Profile;
pub use schroedinger::{LEVEL_TOLERANCE, Spectrum, Stretch, solve_potential};
pub use semiclassical::SemiclassicalStatus;
pub use states::{States, states};
use std::collections::BTreeMap;
pub use unit::{Unit, is_below, materials_of, units_of};
pub use zero_point::splitting_with_zero_point;

/// Largest action of a profile [hbar].
const LARGEST_ACTION: f64 = 1e6;
/// Widest domain of the wave functions [path lengths]: its grid has two million points, and states that spread so far are none
/// of this double well.
const WIDEST: f64 = 1000.0;

/// Splittings below this [epsilon] are marked `below_floor`. The numerical error of a splitting is smaller (about
/// 1e-15: levels are formed without cancellation), but V itself is not known better than this: the energies of the
/// minima, sums over all pairs, carry rounding errors of 1e-12 to 1e-11.
pub const SPLITTING_FLOOR: f64 = 1e-11;
/// 2 int sqrt(2 M (V - E)) that the highest requested level must have decayed by at both ends of the domain.
pub const REQUIRED_DECAY: f64 = 30.0;

/// The deck's [tunnel].
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct TunnelSettings {
    /// Number of grid points per unit of xi to start from; doubled until the levels are converged.
    ///
    /// Source: doi:10.1063/5.0128820
    #[schemars(range(min = 50))]
    pub points: usize,
    /// Number of levels that are stored, at most a tenth of `points`.
    #[schemars(range(min = 2))]
    pub levels: usize,
    /// Materials by name, each with its reduced mass m~ = m sigma^2 epsilon / hbar^2. For `pss` and `tlj`: `argon` and
    /// `nickel-phosphorus`. Other models represent no material and need `reduced_mass`.
    ///
    /// Source: pss doi:10.1103/PhysRevLett.124.225901, tlj doi:10.1063/5.0128820
    pub units: Vec<String>,
    /// Length d of a path in the Schroedinger equation. V as a function of the reduced arc length stays the same.
    ///
    /// Source: doi:10.1103/PhysRevLett.124.225901, doi:10.1063/5.0128820
    pub length: PathLength,
    /// Further reduced masses m~ by name, { mine = 2500.0 }.
    #[schemars(extend("additionalProperties" = { "type": "number", "exclusiveMinimum": 0 }))]
    pub reduced_mass: BTreeMap<String, f64>,
}

/// The length d of a path in the Schroedinger equation; V as a function of xi stays the same.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PathLength {
    /// The arc length of the path.
    #[default]
    Arc,
    /// The sum of the distances between the images of the band.
    Band,
    /// The Euclidean distance between the minima.
    Distance,
}

impl PathLength {
    /// The name in decks and files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Arc => "arc",
            Self::Band => "band",
            Self::Distance => "distance",
        }
    }
}

impl Default for TunnelSettings {
    fn default() -> Self {
        Self {
            points: 2000,
            levels: 5,
            units: vec!["argon".into(), "nickel-phosphorus".into()],
            reduced_mass: BTreeMap::new(),
            length: PathLength::Arc,
        }
    }
}

/// The kind of the splitting e_2 - e_1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// No barrier, or the second level lies above it.
    NoBarrier,
    /// The two lowest states share the two wells: w_1 + w_2 near 1.
    Tunnelling,
    /// Both lowest states live in one well: the splitting is its vibrational spacing.
    Intrawell,
}

impl Kind {
    pub const ALL: [Kind; 3] = [Kind::NoBarrier, Kind::Tunnelling, Kind::Intrawell];

    /// The name in files.
    pub fn name(self) -> &'static str {
        match self {
            Kind::NoBarrier => "no_barrier",
            Kind::Tunnelling => "tunnelling",
            Kind::Intrawell => "intrawell",
        }
    }
}

/// The outcome of the calculation of the levels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LevelsStatus {
    /// Changed by less than 1e-8 in the last doubling, and decayed at both ends.
    Converged,
    /// Still changing on the finest grid allowed; `convergence` is the change.
    GridLimit,
    /// The data end in a wall before the highest level has decayed; `decay` is the decay reached.
    Truncated,
    /// V decreases beyond an end of the data (curvature not positive): no bound states; results are NaN.
    Unbound,
    /// The eigenvalue problem could not be solved; results are NaN.
    Unsolved,
    /// There was no profile to solve (the path did not converge); results are NaN.
    NoProfile,
}

/// The quantum properties of one double well for one reduced mass. What does not exist is NaN, with the status that
/// explains it.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Doublet {
    /// e_1, e_2, ... on the zero of V.
    pub levels: Vec<f64>,
    /// E = e_2 - e_1.
    pub splitting: f64,
    /// Delta = dV + (omega_2 - omega_1)/(2 sqrt(m~)), 1 = the lower minimum (doi:10.1063/5.0128820, Eq. 13).
    pub diagonal_splitting: f64,
    /// Delta_0 = e exp(-S(e)), e = (e_1 + e_2)/2 above the lower minimum (Eq. 15).
    pub tunnelling_element: f64,
    /// exp(-2 S(e_2)) over the period of the lower well [epsilon/hbar].
    pub decay_rate: f64,
    /// Eq. 14 as printed: the integral over the well starts at its minimum, without the factor 2 [epsilon/hbar].
    pub decay_rate_paper: f64,
    /// None without levels.
    pub kind: Option<Kind>,
    /// The splitting is smaller than [`SPLITTING_FLOOR`].
    pub below_floor: bool,
    /// Largest relative change of a level (above the lowest V) in the last doubling of the grid.
    pub convergence: f64,
    /// The same for E.
    pub splitting_convergence: f64,
    /// Nodes per unit xi of the finest grid.
    pub points: usize,
    /// 2 int sqrt(2 M (V - e)) of the highest level, at the end of the domain where it is smaller.
    pub decay: f64,
    /// w_1 and w_2, the weights on the lower minimum's side of the saddle.
    pub weights: [f64; 2],
    /// S((e_1 + e_2)/2).
    pub action: f64,
    /// Its turning points a < b, as positions of the given profile.
    pub turning_points: [f64; 2],
    pub status: LevelsStatus,
    pub tunnelling_element_status: SemiclassicalStatus,
    pub decay_rate_status: SemiclassicalStatus,
}

impl Doublet {
    /// A row of NaN, for a path without a solution.
    pub fn unsolved(levels: usize, status: LevelsStatus) -> Self {
        Self {
            levels: vec![f64::NAN; levels],
            splitting: f64::NAN,
            diagonal_splitting: f64::NAN,
            tunnelling_element: f64::NAN,
            decay_rate: f64::NAN,
            decay_rate_paper: f64::NAN,
            kind: None,
            below_floor: false,
            convergence: f64::NAN,
            splitting_convergence: f64::NAN,
            points: 0,
            decay: f64::NAN,
            weights: [f64::NAN; 2],
            action: f64::NAN,
            turning_points: [f64::NAN; 2],
            status,
            tunnelling_element_status: SemiclassicalStatus::NoLevels,
            decay_rate_status: SemiclassicalStatus::NoLevels,
        }
    }
}

/// Solves the double well of `profile` for m~ = `reduced_mass`.
///
/// `saddle` is the position xi of the saddle, None for the highest maximum of the profile. V is a not-a-knot spline
/// through the data. Beyond data that end at the minima (xi = 0, 1) it continues as the parabola of the given
/// curvature; data that extend further are used on their whole range, and V continues with the spline's last value,
/// slope and curvature where it rises (with a wall where it does not). The domain is as wide as the highest level
/// needs.
///
/// # Errors
/// `Error::Numerical` when the numbers do not define a profile (not finite, not increasing, not from 0 to 1, no
/// positive length or reduced mass). Everything else is reported by the status.
pub fn solve(profile: &Profile, saddle: Option<f64>, reduced_mass: f64, settings: &TunnelSettings) -> Result<Doublet> {
    if !(reduced_mass.is_finite() && reduced_mass > 0.0) {
        return Err(Error::Numerical(format!("the reduced mass must be a positive number, got {reduced_mass}")));
    }
    solve_in(&Potential::new(profile)?, (reduced_mass, profile.length), saddle, settings)
}

fn solve_in(
    potential: &Potential,
    (reduced_mass, length): (f64, f64),
    saddle: Option<f64>,
    settings: &TunnelSettings,
) -> Result<Doublet> {
    let mass = reduced_mass * length * length;
    check_action(potential, mass, reduced_mass)?;
    let saddle = find_saddle(potential, saddle);
    let levels = settings.levels.max(2);
    let mut doublet = Doublet::unsolved(levels, LevelsStatus::Unsolved);
    let asymmetry = potential.value(1.0) - potential.value(0.0);
    let quantum = |curvature: f64| (curvature / mass).sqrt();
    doublet.diagonal_splitting = asymmetry + 0.5 * (quantum(potential.curvature[1]) - quantum(potential.curvature[0]));
    if !potential.bound() {
        doublet.status = LevelsStatus::Unbound;
        return Ok(doublet);
    }
    if let Some((spectrum, decay)) = bound_levels(potential, mass, levels, settings.points) {
        fill_levels(&mut doublet, potential, saddle, spectrum, decay);
    }
    fill_semiclassical(&mut doublet, potential, saddle, mass);
    doublet.levels.iter_mut().for_each(|level| *level += potential.offset);
    Ok(doublet)
}

/// E with another continuation of V beyond the minima: each well is reflected about its minimum, V(-xi) = V(xi) up to the
/// saddle, where there is a wall, instead of the parabola of its curvature. The difference of both is a systematic error. NaN
/// without levels.
///
/// # Errors
/// Those of [`solve`].
pub fn splitting_reflected(profile: &Profile, reduced_mass: f64, settings: &TunnelSettings) -> Result<f64> {
    let (reflected, saddle) = profile.reflected();
    let settings = TunnelSettings { levels: 2, ..settings.clone() };
    let potential = Potential::new(&reflected)?.between_walls();
    Ok(solve_in(&potential, (reduced_mass, reflected.length), Some(saddle), &settings)?.splitting)
}

/// Refuses a mass with which no grid resolves the wave functions: the action (2 m~ d^2 V)^(1/2) over the range of V, in units of
/// hbar, is some hundreds for double wells of a glass.
fn check_action(potential: &Potential, mass: f64, reduced_mass: f64) -> Result<()> {
    let (first, last) = potential.spline.range();
    let points = (0..=100).map(|i| potential.value(first + (last - first) * f64::from(i) / 100.0));
    let range = points.fold(0.0, f64::max) - potential.lowest();
    let action = (2.0 * mass * range).sqrt();
    match action <= LARGEST_ACTION {
        true => Ok(()),
        false => Err(Error::Numerical(format!(
            "the reduced mass {reduced_mass:e} is out of all proportion: with this length and V the action is {action:e} hbar, \
             and at most {LARGEST_ACTION:e} can be solved"
        ))),
    }
}

/// The saddle's position on the (perhaps mirrored) potential, if it is higher than both minima.
fn find_saddle(potential: &Potential, given: Option<f64>) -> Option<f64> {
    let given = given.filter(|xi| *xi > 0.0 && *xi < 1.0).map(|xi| if potential.mirrored { 1.0 - xi } else { xi });
    let position = given.or_else(|| potential.spline.highest_maximum(0.0, 1.0).map(|maximum| maximum.position))?;
    (potential.value(position) > potential.value(1.0).max(potential.value(0.0))).then_some(position)
}

/// The levels on a domain wide enough for the highest level, and the decay reached; none if it would be wider than `WIDEST`.
fn bound_levels(potential: &Potential, mass: f64, levels: usize, points: usize) -> Option<(Spectrum, f64)> {
    let scale = (2.0 * mass).sqrt();
    let floor = potential.lowest();
    // Bohr-Sommerfeld: the energy below which there are one or two levels more than requested
    let wanted = std::f64::consts::PI * (levels as f64 + 1.0);
    let mut excess = 1e-6;
    while scale * potential.rough_phase(floor + excess) < wanted && excess < 1e15 {
        excess *= 2.0;
    }
    let mut low = 0.0;
    for _ in 0..6 {
        let middle = 0.5 * (low + excess);
        if scale * potential.rough_phase(floor + middle) < wanted { low = middle } else { excess = middle }
    }
    let mut top = floor + excess;
    for _ in 0..4 {
        // a margin, so that the domain need not be widened for a level slightly higher than estimated
        let [left, right] = [0, 1].map(|side| potential.reach(top, 1.1 * 0.5 * REQUIRED_DECAY / scale, side));
        if (right - left).abs() > WIDEST {
            return None;
        }
        let stretch = Stretch { left, right, points, levels };
        let spectrum = schroedinger::solve_on_grids(&|xi, h| potential.node_value(xi, h), mass, &stretch)?;
        let highest = *spectrum.levels.last()?;
        let decay = [left, right].into_iter().enumerate().map(|(side, end)| potential.decay(highest, end, side));
        let decay = 2.0 * scale * decay.fold(f64::INFINITY, f64::min);
        if decay >= REQUIRED_DECAY || highest <= top {
            return Some((spectrum, decay));
        }
        top = highest;
    }
    None
}

fn fill_levels(doublet: &mut Doublet, potential: &Potential, saddle: Option<f64>, spectrum: Spectrum, decay: f64) {
    doublet.splitting = spectrum.levels[1] - spectrum.levels[0];
    doublet.below_floor = doublet.splitting < SPLITTING_FLOOR;
    doublet.convergence = spectrum.convergence;
    doublet.splitting_convergence = spectrum.splitting_convergence;
    doublet.points = spectrum.points;
    doublet.decay = decay;
    doublet.status = match (decay >= REQUIRED_DECAY, spectrum.converged) {
        (true, true) => LevelsStatus::Converged,
        (true, false) => LevelsStatus::GridLimit,
        (false, _) => LevelsStatus::Truncated,
    };
    doublet.kind = Some(Kind::NoBarrier);
    if let Some(saddle) = saddle {
        doublet.weights = [0, 1].map(|k| weight_left_of(&spectrum, k, saddle));
        let both = doublet.weights[0] + doublet.weights[1];
        doublet.kind = Some(if spectrum.levels[1] >= potential.value(saddle) {
            Kind::NoBarrier
        } else if 0.5 < both && both < 1.5 {
            Kind::Tunnelling
        } else {
            Kind::Intrawell
        });
    }
    doublet.levels = spectrum.levels;
}

/// Weight of psi_k at xi < position; the node whose cell holds the position is shared.
fn weight_left_of(spectrum: &Spectrum, k: usize, position: f64) -> f64 {
    let share = |node: usize| {
        let xi = spectrum.first_node + node as f64 * spectrum.step;
        ((position - xi) / spectrum.step + 0.5).clamp(0.0, 1.0)
    };
    spectrum.wave_functions[k].iter().enumerate().map(|(node, psi)| share(node) * psi * psi).sum()
}

fn fill_semiclassical(doublet: &mut Doublet, potential: &Potential, saddle: Option<f64>, mass: f64) {
    let Some(saddle) = saddle else {
        doublet.tunnelling_element_status = SemiclassicalStatus::NoBarrier;
        doublet.decay_rate_status = SemiclassicalStatus::NoBarrier;
        return;
    };
    let (first, second) = (doublet.levels[0], doublet.levels[1]);
    let mean = 0.5 * (first + second);
    doublet.tunnelling_element_status = match semiclassical::barrier(potential, saddle, mass, mean) {
        Ok(barrier) => {
            doublet.action = barrier.action;
            let [a, b] = barrier.turning_points;
            doublet.turning_points = if potential.mirrored { [1.0 - b, 1.0 - a] } else { [a, b] };
            doublet.tunnelling_element = (mean - potential.value(0.0)) * (-barrier.action).exp();
            SemiclassicalStatus::Computed
        }
        Err(status) => status,
    };
    doublet.decay_rate_status = match semiclassical::barrier(potential, saddle, mass, second) {
        Ok(barrier) => {
            (doublet.decay_rate, doublet.decay_rate_paper) =
                semiclassical::decay_rates(potential, mass, second, &barrier);
            SemiclassicalStatus::Computed
        }
        Err(status) => status,
    };
}
