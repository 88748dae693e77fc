//! -1/(2M) psi'' + V(xi) psi = E psi on a given interval of xi; the grid is refined until the levels no longer change.

use super::eigen::{Eigenpairs, lowest, refine};
use super::pentadiagonal::Hamiltonian;

/// Largest number of nodes of one grid.
const LARGEST_GRID: f64 = 4e6;
/// Largest number of nodes of the first grid: wider domains start with fewer points per unit xi.
const LARGEST_FIRST_GRID: f64 = 1e5;
/// Largest number of nodes on which levels are searched for that the coarser grid did not lead to: only the levels of a potential
/// that no grid resolves are lost on every grid.
const LARGEST_SEARCH: usize = 200_000;
/// Relative change of the levels at which doubling stops.
pub const LEVEL_TOLERANCE: f64 = 1e-8;
const DOUBLINGS: usize = 6;

/// The interval and the resolution of the one-dimensional problem.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stretch {
    /// The wave function is zero at the first node below `left` and above `right`.
    pub left: f64,
    pub right: f64,
    /// Nodes per unit xi to start from; nodes lie at whole multiples of 1/points, so that xi = 0 and 1 are nodes.
    pub points: usize,
    /// Number of requested levels.
    pub levels: usize,
}

/// Levels and wave functions on the finest grid.
#[derive(Clone, Debug, PartialEq)]
pub struct Spectrum {
    /// e_1 <= e_2 ..., on the zero of V.
    pub levels: Vec<f64>,
    /// First node and step of the grid.
    pub first_node: f64,
    pub step: f64,
    /// psi_k [levels][nodes], sum over the nodes psi^2 = 1.
    pub wave_functions: Vec<Vec<f64>>,
    /// Largest change of a level in the last doubling, relative to its height above the lowest V.
    pub convergence: f64,
    /// Change of e_2 - e_1 in the last doubling, relative.
    pub splitting_convergence: f64,
    /// Nodes per unit xi of the finest grid.
    pub points: usize,
    /// Whether `convergence` is below 1e-8.
    pub converged: bool,
}

struct Grid {
    points: usize,
    first: i64,
    hamiltonian: Hamiltonian,
}

impl Grid {
    /// `potential(xi, h)` may depend on the step h (the node value at a kink does).
    fn new(potential: &impl Fn(f64, f64) -> f64, stretch: &Stretch, points: usize, mass: f64) -> Self {
        let per_unit = points as f64;
        let (first, last) = ((stretch.left * per_unit).ceil() as i64, (stretch.right * per_unit).floor() as i64);
        let step = 1.0 / per_unit;
        let potential = (first..=last).map(|i| potential(i as f64 / per_unit, step)).collect();
        Self { points, first, hamiltonian: Hamiltonian { potential, kinetic: 0.5 * per_unit * per_unit / mass } }
    }

    /// Wave functions of another grid on this one, by cubic interpolation.
    fn interpolate(&self, coarse: &Grid, pairs: &Eigenpairs) -> Eigenpairs {
        let ratio = coarse.points as f64 / self.points as f64;
        let at = |wave: &[f64], i: i64| if i >= 0 && (i as usize) < wave.len() { wave[i as usize] } else { 0.0 };
        let value = |wave: &Vec<f64>, node: usize| {
            let position = (self.first + node as i64) as f64 * ratio - coarse.first as f64;
            let below = position.floor();
            let (i, t) = (below as i64, position - below);
            let [a, b, c, d] = [at(wave, i - 1), at(wave, i), at(wave, i + 1), at(wave, i + 2)];
            -a * t * (t - 1.0) * (t - 2.0) / 6.0 + b * (t + 1.0) * (t - 1.0) * (t - 2.0) / 2.0
                - c * (t + 1.0) * t * (t - 2.0) / 2.0
                + d * (t + 1.0) * t * (t - 1.0) / 6.0
        };
        let nodes = self.hamiltonian.size();
        let vectors = pairs.vectors.iter().map(|wave| (0..nodes).map(|node| value(wave, node)).collect()).collect();
        Eigenpairs { energies: pairs.energies.clone(), vectors }
    }
}

/// The lowest levels of -1/(2M) psi'' + V psi = E psi on `stretch`, by the 5-point stencil on a uniform grid that is
/// refined until the requested levels change by less than 1e-8.
///
/// `potential(xi)` [epsilon]; M = m~ d^2. The splitting of close levels is accurate to about 1e-15 epsilon, because the
/// levels are formed as sums of squares of differences (see `Hamiltonian::form`) within one orthonormal block. None
/// when V is not finite everywhere on the interval, M is not positive, or the interval contains too few nodes.
pub fn solve_potential(potential: impl Fn(f64) -> f64, mass: f64, stretch: &Stretch) -> Option<Spectrum> {
    solve_on_grids(&|xi, _| potential(xi), mass, stretch)
}

pub(crate) fn solve_on_grids(potential: &impl Fn(f64, f64) -> f64, mass: f64, stretch: &Stretch) -> Option<Spectrum> {
    let width = stretch.right - stretch.left;
    let usable = mass.is_finite() && mass > 0.0 && width.is_finite() && width > 0.0;
    // one level more than requested, so that the last one cannot be confused with its close partner
    let count = stretch.levels.max(2) + 1;
    let mut points = stretch.points.max(16);
    while points > 16 && width * points as f64 > LARGEST_FIRST_GRID {
        points /= 2;
    }
    while width * (points as f64) < 64.0 * count as f64 && points < 1 << 30 {
        points *= 2;
    }
    if !usable || width * points as f64 > LARGEST_GRID {
        return None;
    }
    let mut grid = Grid::new(potential, stretch, points, mass);
    let floor = grid.hamiltonian.potential.iter().fold(f64::INFINITY, |floor, v| floor.min(*v));
    if grid.hamiltonian.potential.iter().any(|v| !v.is_finite()) {
        return None;
    }
    // the kink terms may pull a node of a finer grid a little below the lowest node of this one
    let mut pairs = first_pairs(potential, mass, stretch, &grid, count, floor)?;
    let (mut convergence, mut splitting_convergence, mut doublings) = (f64::INFINITY, f64::INFINITY, 0);
    while convergence >= LEVEL_TOLERANCE && doublings < DOUBLINGS && width * 2.0 * (grid.points as f64) < LARGEST_GRID {
        let fine = Grid::new(potential, stretch, 2 * grid.points, mass);
        let search = || match fine.hamiltonian.size() <= LARGEST_SEARCH {
            true => lowest(&fine.hamiltonian, count, floor),
            false => None,
        };
        let Some(next) = refine(&fine.hamiltonian, fine.interpolate(&grid, &pairs), floor).or_else(search) else {
            break;
        };
        convergence = (0..stretch.levels.max(2))
            .map(|k| ((next.energies[k] - pairs.energies[k]) / (next.energies[k] - floor)).abs())
            .fold(0.0, f64::max);
        let splitting = |pairs: &Eigenpairs| pairs.energies[1] - pairs.energies[0];
        splitting_convergence = ((splitting(&next) - splitting(&pairs)) / splitting(&next)).abs();
        (grid, pairs, doublings) = (fine, next, doublings + 1);
    }
    pairs.energies.truncate(stretch.levels.max(2));
    pairs.vectors.truncate(stretch.levels.max(2));
    Some(Spectrum {
        levels: pairs.energies,
        first_node: grid.first as f64 / grid.points as f64,
        step: 1.0 / grid.points as f64,
        wave_functions: pairs.vectors,
        convergence,
        splitting_convergence,
        points: grid.points,
        converged: convergence < LEVEL_TOLERANCE,
    })
}

/// The levels on the first grid, obtained from a grid eight times coarser, where bisection is cheap.
fn first_pairs(
    potential: &impl Fn(f64, f64) -> f64,
    mass: f64,
    stretch: &Stretch,
    grid: &Grid,
    count: usize,
    floor: f64,
) -> Option<Eigenpairs> {
    let coarse = Grid::new(potential, stretch, (grid.points / 8).max(4), mass);
    let from_coarse = || {
        // the coarse nodes may miss the lowest potential
        let pairs = lowest(&coarse.hamiltonian, count, floor)?;
        refine(&grid.hamiltonian, grid.interpolate(&coarse, &pairs), floor)
    };
    from_coarse().or_else(|| lowest(&grid.hamiltonian, count, floor))
}
