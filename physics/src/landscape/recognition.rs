//! Recognition of known minima during a quench.
//!
//! A quench that has come close to a known minimum x_m of energy E_m is ended there when all of these hold, with
//! d = x - x_m, h = E(x) - E_m and F the force at x:
//!
//! - no particle is further than `REACH` from its position in x_m;
//! - the energy on the straight line to x_m is a parabola, |h + F.d / 2| < `SHARE` h: in a quadratic basin F.d = -2 h, while
//!   F vanishes and h does not at another minimum, however near in energy. In a cubic well whose saddle is at a distance u*
//!   the sum is h u / 3 u*, so that a soft direction is still far from its saddle;
//! - h itself is small, `HEIGHT`: a quench that is higher than the saddle of a shallow well may pass it. At 3e-4 with a
//!   share of 0.05 one quench in 2,800 continued to a minimum 0.006 epsilon below; at 3e-5, or with a share of 0.001, it
//!   was not recognised wrongly. The descent from 0.05 to 3e-5 costs a tenth of the force calls;
//! - both conditions held at the look before, for the same minimum.
//!
//! With `Recognition::Waypoints` a quench also ends where an earlier quench of its run has passed (waypoints.rs).
//!
//! This is a test, not a proof: a random fraction of the recognised quenches is continued to the end, and the
//! disagreements are counted.

use super::identity::Identity;
use super::minimisers::Look;
use super::outcome::{Quench, StopReason};
use super::run_library::Minimum;
use super::schedule::Turn;
use super::watch::Watch;
use super::waypoints::{CONFLUENCE, Ways};
use crate::forces::lanes::{Pass, vectorised};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How quenches of an exploration are ended early.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Recognition {
    /// Never.
    None,
    /// Where it approaches a minimum that its run has visited before.
    Minima,
    /// Also where every particle comes within 0.005 sigma of a point on the way of one of the last 8 quenches of its run,
    /// and the energy is less than 0.01 epsilon above the end of that quench.
    Waypoints,
}

/// Evaluations between two looks at a lane.
const EVERY: u64 = 8;
/// Residual below which a lane is examined [epsilon / sigma].
const CALM: f64 = 0.5;
/// Largest distance of a particle from its position in the known minimum [sigma].
const REACH: f64 = 0.05;
/// Largest height above the known minimum [epsilon].
const HEIGHT: f64 = 3e-5;
/// Number of minima of a run for comparison, the latest visited first.
pub(super) const REMEMBERED: usize = 32;
/// Largest departure of the energy from a parabola, relative to the height.
const SHARE: f64 = 1e-3;
/// Rounding of an energy difference, relative to the tolerance of equal energies.
const ROUNDING: f64 = 0.01;

/// How often quenches were ended by recognition, and how often an audit disagreed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecognitionCount {
    pub recognised: u64,
    pub audited: u64,
    pub disagreed: u64,
}

impl RecognitionCount {
    pub(super) fn add(&mut self, other: &Self) {
        self.recognised += other.recognised;
        self.audited += other.audited;
        self.disagreed += other.disagreed;
    }
}

/// A known minimum that may end a quench.
#[derive(Clone)]
struct Known {
    positions: Vec<f64>,
    energy: f64,
    residual: f64,
    /// The first snapshot that led here. Only those of later turns may end here, so that the one that enters the
    /// minimum always has its own positions.
    since: Turn,
}

/// The state of recognition for a snapshot.
#[derive(Clone, Default)]
struct Suspicion {
    /// Key of the minimum at which the last look would end the quench.
    key: Option<usize>,
    /// The minimum at which an audited quench would have been ended.
    verdict: Option<Known>,
}

/// The known minima of one run, the latest visited first, as (key, minimum).
#[derive(Clone, Default)]
struct Memory {
    known: Vec<(usize, Known)>,
    next_key: usize,
    capacity: usize,
}

/// The run to which a start of the queue belongs.
#[derive(Clone, Copy, Debug)]
pub(super) struct Member {
    /// Place of the run.
    pub run: usize,
    pub turn: Turn,
    pub audited: bool,
}

/// Recognises minima by the earlier visits of the same run.
pub(super) struct Recogniser<'a> {
    identity: &'a Identity,
    memories: Vec<Memory>,
    /// The ways of the quenches of each run, unless only minima are compared.
    ways: Option<Vec<Ways>>,
    /// Of every start.
    members: Vec<Member>,
    suspicions: Vec<Suspicion>,
    counts: Vec<RecognitionCount>,
}

impl<'a> Recogniser<'a> {
    /// For the starts of `members`; `recent` holds the minima that each run's record visited last, the latest first,
    /// and `waiting` those of its quenches that are not in the record yet.
    pub(super) fn new(
        identity: &'a Identity,
        recognition: Recognition,
        members: Vec<Member>,
        recent: &[Vec<&Minimum>],
        waiting: &[Vec<(Turn, &Minimum)>],
    ) -> Self {
        let memories: Vec<Memory> =
            recent.iter().zip(waiting).map(|(recent, waiting)| Memory::new(identity, recent, waiting)).collect();
        let counts = vec![RecognitionCount::default(); memories.len()];
        let suspicions = vec![Suspicion::default(); members.len()];
        let ways = (recognition == Recognition::Waypoints).then(|| vec![Ways::default(); memories.len()]);
        Self { identity, memories, ways, members, suspicions, counts }
    }

    /// The counts of each run.
    pub(super) fn counts(&self) -> &[RecognitionCount] {
        &self.counts
    }

    /// The known minimum at the end of a way on which the quench is.
    fn followed(&self, look: &Look<'_>) -> Option<usize> {
        let Member { run, turn, .. } = self.members[look.start];
        let known = &self.memories[run].known;
        let may_end = |key: &usize| {
            known.iter().any(|(other, known)| {
                // a quench never rises: below a minimum it does not end there
                let height = look.energy - known.energy;
                let above = height >= -self.identity.energy_tolerance(known.energy) && height < CONFLUENCE;
                other == key && known.since <= turn && above
            })
        };
        self.ways.as_ref()?[run].ends_near(look.positions).find(may_end)
    }

    /// The closest known minimum that passes the tests.
    fn candidate(&self, look: &Look<'_>) -> Option<usize> {
        let Member { run, turn, .. } = self.members[look.start];
        let memory = &self.memories[run];
        let mut nearest: Option<(f64, usize)> = None;
        for (key, known) in &memory.known {
            if known.since > turn {
                continue;
            }
            let height = look.energy - known.energy;
            if height < -self.identity.energy_tolerance(known.energy) || height > HEIGHT {
                continue;
            }
            let products = Products { positions: look.positions, minimum: &known.positions, forces: look.forces };
            let (squared, work) = vectorised(products);
            let quadratic = is_parabola(height, work, ROUNDING * self.identity.energy_tolerance(known.energy));
            if !quadratic || nearest.is_some_and(|(least, _)| least <= squared) {
                continue;
            }
            if within_reach(look.positions, &known.positions) {
                nearest = Some((squared, *key));
            }
        }
        nearest.map(|(_, key)| key)
    }
}

impl Watch for Recogniser<'_> {
    fn wants(&self, evaluations: u64, residual: f64) -> bool {
        evaluations.is_multiple_of(EVERY) && residual < CALM
    }

    fn look(&mut self, look: &Look<'_>) -> Option<Quench> {
        let Member { run: member, audited, .. } = self.members[look.start];
        let candidate = self.candidate(look);
        let sure = candidate.is_some() && self.suspicions[look.start].key == candidate;
        let followed = self.followed(look);
        if let Some(ways) = &mut self.ways {
            ways[member].pass(look.start, look.positions);
        }
        let suspicion = &mut self.suspicions[look.start];
        suspicion.key = candidate;
        let key = candidate.filter(|_| sure).or(followed).filter(|_| suspicion.verdict.is_none())?;
        let memory = &mut self.memories[member];
        let place = memory.known.iter().position(|(k, _)| *k == key)?;
        if audited {
            suspicion.verdict = Some(memory.known[place].1.clone());
            return None;
        }
        self.counts[member].recognised += 1;
        let known = memory.known.remove(place);
        memory.known.insert(0, known);
        if let Some(ways) = &mut self.ways {
            ways[member].end(look.start, Some(key));
        }
        Some(memory.known[0].1.quench(look.evaluations))
    }

    fn ended(&mut self, start: usize, quench: &Quench) {
        let Member { run: member, turn, .. } = self.members[start];
        let memory = &mut self.memories[member];
        if let Some(expected) = self.suspicions[start].verdict.take() {
            let counts = &mut self.counts[member];
            counts.recognised += 1;
            counts.audited += 1;
            counts.disagreed += u64::from(!expected.is(&quench.positions, quench.energy, self.identity));
        }
        let end = (&*quench.positions, quench.energy, quench.residual);
        let key = quench.at_minimum().then(|| memory.note(self.identity, turn, end));
        if let Some(ways) = &mut self.ways {
            ways[member].end(start, key);
        }
    }
}

impl Memory {
    fn new(identity: &Identity, recent: &[&Minimum], waiting: &[(Turn, &Minimum)]) -> Self {
        let known = recent.iter().take(REMEMBERED).map(|minimum| Known::from(*minimum)).enumerate();
        let mut memory = Self { known: known.collect(), next_key: recent.len(), capacity: usize::MAX };
        for (turn, minimum) in waiting {
            memory.note(identity, *turn, (&minimum.positions, minimum.energy, minimum.residual));
        }
        memory.capacity = memory.known.len().max(REMEMBERED);
        memory
    }

    /// Records the end of a quench, (positions, energy, residual); returns its key.
    fn note(&mut self, identity: &Identity, turn: Turn, (positions, energy, residual): (&[f64], f64, f64)) -> usize {
        let place = self.known.iter().position(|(_, other)| other.is(positions, energy, identity));
        let entry = match place {
            Some(place) => {
                let (key, known) = self.known.remove(place);
                let since = known.since.min(turn);
                (key, Known { since, ..known })
            }
            None => {
                self.next_key += 1;
                (self.next_key - 1, Known { positions: positions.to_vec(), energy, residual, since: turn })
            }
        };
        let key = entry.0;
        self.known.insert(0, entry);
        self.known.truncate(self.capacity);
        key
    }
}

impl From<&Minimum> for Known {
    fn from(minimum: &Minimum) -> Self {
        let positions = minimum.positions.clone();
        Self { positions, energy: minimum.energy, residual: minimum.residual, since: Turn::default() }
    }
}

impl Known {
    fn is(&self, positions: &[f64], energy: f64, identity: &Identity) -> bool {
        (self.energy - energy).abs() <= identity.energy_tolerance(self.energy)
            && within_reach(&self.positions, positions)
    }

    fn quench(&self, force_evaluations: u64) -> Quench {
        Quench {
            positions: self.positions.clone(),
            energy: self.energy,
            residual: self.residual,
            force_evaluations,
            stop: StopReason::Recognised,
        }
    }
}

/// |d|^2 and F.d with d = x - x_m, in eight partial sums.
struct Products<'a> {
    positions: &'a [f64],
    minimum: &'a [f64],
    forces: &'a [f64],
}

impl Pass for Products<'_> {
    type Output = (f64, f64);
    #[inline(always)]
    fn run(self) -> (f64, f64) {
        let (x, x_rest) = self.positions.as_chunks::<8>();
        let (m, m_rest) = self.minimum.as_chunks::<8>();
        let (f, f_rest) = self.forces.as_chunks::<8>();
        let (mut squares, mut works) = ([0.0; 8], [0.0; 8]);
        for ((x, m), f) in x.iter().zip(m).zip(f) {
            for k in 0..8 {
                let d = x[k] - m[k];
                squares[k] += d * d;
                works[k] += d * f[k];
            }
        }
        for (k, ((x, m), f)) in x_rest.iter().zip(m_rest).zip(f_rest).enumerate() {
            squares[k] += (x - m) * (x - m);
            works[k] += (x - m) * f;
        }
        (squares.iter().sum(), works.iter().sum())
    }
}

/// Whether a point of height h above a minimum, with `work` = F.d there, lies on a parabola through that minimum.
fn is_parabola(height: f64, work: f64, rounding: f64) -> bool {
    (height + 0.5 * work).abs() <= SHARE * height.max(0.0) + rounding
}

/// Whether every particle of x is within `REACH` of its position in y.
fn within_reach(x: &[f64], y: &[f64]) -> bool {
    let (x, y) = (x.as_chunks::<3>().0, y.as_chunks::<3>().0);
    x.iter().zip(y).all(|(x, y)| (0..3).map(|k| (x[k] - y[k]) * (x[k] - y[k])).sum::<f64>() <= REACH * REACH)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_minimum_is_no_point_of_the_parabola() {
        let tolerance = 1e-8;
        // a quadratic basin: F.d = -2 h, at every height
        for height in [1e-2, 1e-5, 1e-8] {
            assert!(is_parabola(height, -2.0 * height, tolerance));
            // a lost factor of two, or the sign of the force
            assert!(height < 1e-6 || !is_parabola(height, -height, tolerance));
            assert!(height < 1e-6 || !is_parabola(height, 2.0 * height, tolerance));
        }
        // at another minimum F vanishes, however little higher it lies
        for rise in [1e-6, 5e-6, 1e-3] {
            assert!(!is_parabola(rise, 0.0, tolerance));
        }
        assert!(!is_parabola(-5e-6, 0.0, tolerance));
        // the anharmonic part is bounded, whatever the height
        assert!(!is_parabola(1e-2, -2e-2 + 4e-5, tolerance));
    }
}
