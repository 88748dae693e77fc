//! What a rank holds in memory at its peak, stage by stage, from what its data structures hold for each particle.

use super::excite_cost;
use crate::forces::LANES;
use crate::input::Deck;
use crate::landscape::configurations_held;
use crate::modes::ModeCount;
use crate::stage::Stage;

/// Resident memory of a process with MPI and HDF5 that has done nothing yet, as seen with Open MPI on Linux.
const PROCESS: f64 = 28e6;
/// Freed blocks that the allocator keeps between those in use, and lists longer than those of a lattice; a preparation makes
/// and drops less.
const SLACK: f64 = 1.35;
const SLACK_OF_PREPARATION: f64 = 1.1;

/// Bytes per particle of one configuration [3] in f64.
const VECTOR: f64 = 24.0;
/// Positions and forces of a batch.
const LANES_OF_QUEUE: f64 = 2.0 * VECTOR * LANES as f64;
/// Forces, step and six pairs in f32 of the minimiser, for one configuration.
const MINIMISER: f64 = 2.0 * VECTOR + 6.0 * 2.0 * 0.5 * VECTOR;
/// Positions and forces of the lanes of a batch that has no list yet.
const IDLE_BATCH: f64 = 2.0 * VECTOR * LANES as f64;
/// A preparation: configurations, velocities, forces, displacements, origins of F_s.
const PREPARATION: f64 = 20.0 * VECTOR;
/// An image of a band: positions, forces, step, six secant pairs, the last step with its force; copies and splines when the
/// band is refined or measured.
const IMAGE: f64 = (3.0 + 6.0 * 2.0 + 2.0 + 6.0) * VECTOR;
/// Vectors of the largest Krylov subspace.
const KRYLOV: f64 = 80.0 * VECTOR;
/// Factors of a Hessian by nested dissection, times (3N)^(4/3): half of the dense matrix at N = 1200.
const FACTORS: f64 = 950.0;
/// A double well: saddle, tangent and unstable mode, twice while it is merged.
const OUTCOME: f64 = 2.0 * 3.0 * VECTOR;
/// A minimum when it is written: in the record of its run, in the library, as a column, as bytes, and what the allocator keeps of
/// each.
const WRITTEN_MINIMUM: f64 = 4.5 * VECTOR;
/// The same of a glass: positions, diameter and species.
const WRITTEN_GLASS: f64 = 3.0 * (VECTOR + 9.0);

/// Matrices of the full spectrum: Hessian, eigenvectors, work space.
const FULL_MATRICES: f64 = 7.0;
/// Vectors of the search for the lowest modes, for each of them.
const LANCZOS_BASIS: f64 = 9.0;

/// Bytes of the pair sums with their lists: for one configuration and for a batch.
pub struct Sums {
    pub single: f64,
    pub batch: f64,
}

/// Minima per quench and candidates per minimum.
pub struct Yields {
    pub minima: f64,
    pub candidates: f64,
}

/// Bytes of a rank in one stage.
pub struct Peak {
    pub stage: Stage,
    /// The process itself and what is gathered before it is written.
    pub process: f64,
    /// What each thread holds beside that.
    pub task: f64,
    /// The part of `process` that a thousand minima found by this rank hold.
    pub thousand_minima: f64,
}

/// The peak of each stage that holds much, on one of `ranks` ranks.
pub fn peaks(deck: &Deck, sums: &Sums, yields: &Yields, ranks: usize) -> Vec<Peak> {
    let mut peaks = peaks_to_connect(deck, sums, yields, ranks);
    peaks.extend(peak_of_modes(deck, sums));
    peaks
}

/// The Hessian, its modes, and the matrices of the eigenvalue problem; the sparse factors up to their bound.
fn peak_of_modes(deck: &Deck, sums: &Sums) -> Option<Peak> {
    let modes = deck.modes.as_ref()?;
    let unknowns = 3.0 * deck.model.particles as f64;
    let task = match modes.count {
        ModeCount::All => FULL_MATRICES * 8.0 * unknowns * unknowns,
        ModeCount::Lowest(count) => LANCZOS_BASIS * 8.0 * unknowns * (count as f64 + 6.0),
    };
    let factors = if modes.nonlinear || modes.count != ModeCount::All { modes.factor_memory * 1e9 } else { 0.0 };
    let factors = factors.min(FULL_MATRICES * 8.0 * unknowns * unknowns);
    Some(Peak { stage: Stage::Modes, process: PROCESS, task: sums.single + task + factors, thousand_minima: 0.0 })
}

fn peaks_to_connect(deck: &Deck, sums: &Sums, yields: &Yields, ranks: usize) -> Vec<Peak> {
    let n = deck.model.particles as f64;
    let glasses = deck.prepare.as_ref().map_or(1, |prepare| prepare.glasses).max(1) as f64;
    let share = (glasses / ranks.max(1) as f64).max(1.0);
    let mut peaks = Vec::new();
    let mut tell = |stage: Stage, task: f64, gathered: f64| {
        let slack = if stage <= Stage::Relax { SLACK_OF_PREPARATION } else { SLACK };
        let each = match stage {
            Stage::Prepare | Stage::Relax | Stage::Elastic | Stage::Excite => 0.0,
            Stage::Explore => WRITTEN_MINIMUM,
            _ => VECTOR + yields.candidates * OUTCOME,
        };
        peaks.push(Peak { stage, process: PROCESS + gathered, task: slack * task, thousand_minima: 1e3 * n * each });
    };
    if deck.prepare.is_some() {
        // the quench to the inherent structure has a sum of its own
        let task = 2.0 * sums.single + n * (PREPARATION + MINIMISER + 2.0 * VECTOR);
        tell(Stage::Prepare, task, share * n * WRITTEN_GLASS);
    }
    if let Some(relax) = &deck.relax {
        // two lags in every octave of the longest run, each with up to four snapshots
        let lags = 2.0 * (relax.measurement.max_steps as f64).log2().max(1.0);
        let task = 2.0 * sums.single + n * (PREPARATION + lags * 4.0 * (VECTOR + 1.0));
        tell(Stage::Relax, task, 0.0);
    }
    let quench = sums.batch + n * (LANES as f64 * MINIMISER + LANES_OF_QUEUE);
    if deck.elastic.is_some() {
        // at the last strain, at this one, on the way, and the results of a batch
        let strains = quench + 4.0 * LANES as f64 * n * VECTOR;
        tell(Stage::Elastic, strains.max(FACTORS * (3.0 * n).powf(4.0 / 3.0)), 0.0);
    }
    if let Some(excite) = &deck.excite {
        let (spectrum, gathered) = excite_cost::held(deck, excite, share);
        tell(Stage::Excite, spectrum.max(quench + 4.0 * n * VECTOR), gathered);
    }
    let Some(explore) = &deck.explore else { return peaks };
    let moving = if explore.runs > 1 { sums.batch + n * LANES_OF_QUEUE } else { n * IDLE_BATCH };
    let held = configurations_held(deck.model.particles, explore) as f64 * n * VECTOR;
    let found = (explore.runs as f64 * explore.quenches as f64 * yields.minima).ceil();
    tell(Stage::Explore, sums.single + moving + quench + held, share * found * n * WRITTEN_MINIMUM);
    if let Some(connect) = &deck.connect {
        let batches = connect.images.saturating_sub(2).div_ceil(LANES) as f64;
        let band = batches * (sums.batch + n * LANES_OF_QUEUE) + connect.images as f64 * n * IMAGE;
        let beside = if connect.split { quench.max(n * KRYLOV) } else { n * KRYLOV };
        let pairs = share * found * yields.candidates;
        let stored = if connect.store_images { 2.0 * connect.images as f64 * VECTOR } else { 0.0 };
        let gathered = n * (share * found * VECTOR + pairs * (OUTCOME + stored));
        tell(Stage::Connect, sums.single + band + beside, gathered);
    }
    peaks
}
