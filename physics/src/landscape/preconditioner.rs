//! Which configuration preconditions the quenches of a run.
//!
//! The snapshots of a run are divided into blocks by their numbers. All quenches of a block share one factor, that of the last
//! minimum before the block: it depends only on the run itself, not on when its snapshots are quenched or with which others.

use super::quench::quench;
use super::run_library::{Minimum, Visit};
use super::settings::{Preconditioner, QuenchSettings};
use crate::forces::{IncompleteCholesky, LANES, PairSum};

/// Largest number of snapshots in a block: a few for each lane, so that lanes are seldom idle at its end.
const LARGEST_BLOCK: usize = 4 * LANES;
/// Particles of all snapshots of the blocks of a full group of runs, as long as each lane has one.
const BLOCK_PARTICLES: usize = 1_000_000;
/// Residual of a descent that finds a first reference [epsilon / sigma, times the law's unit of stiffness].
const NEAR_MINIMUM: f64 = 1e-2;
/// Memory of a factor while it is made, in configurations: eight blocks of 80 bytes a particle, four times; and twice the images of
/// the forces of the lanes.
const FACTOR: u64 = 110 + 2 * LANES as u64;

/// Configurations [3N] that take as much memory as the factor.
pub(super) fn configurations_held(preconditioner: Preconditioner) -> u64 {
    match preconditioner {
        Preconditioner::None => 0,
        Preconditioner::IncompleteCholesky => FACTOR,
    }
}

/// Number of snapshots of a run that share a factor.
pub(super) fn block(particles: usize) -> u64 {
    (BLOCK_PARTICLES / (LANES * particles.max(1))).clamp(LANES, LARGEST_BLOCK) as u64
}

/// The factor for the block of snapshot `number` of a run with these visits of minima so far, whose first snapshot was at
/// `origin` [3N].
pub(super) fn factor(
    single: &mut PairSum<1>,
    (visits, minima): (&[Visit], &[Minimum]),
    number: u64,
    origin: &[f64],
    quenches: &QuenchSettings,
) -> IncompleteCholesky {
    let block = block(single.particles());
    let before = visits.iter().take((number / block * block) as usize);
    let minimum = before.rev().find_map(|visit| minima.get(visit.minimum? as usize));
    let reference = match minimum {
        Some(minimum) => minimum.positions.clone(),
        None => {
            let force_tolerance = NEAR_MINIMUM * single.model().law.stiffness_unit();
            quench(single, origin, &QuenchSettings { force_tolerance, ..quenches.clone() }).positions
        }
    };
    IncompleteCholesky::new(single.model(), single.cell(), &reference)
}
