//! Which snapshots are quenched: all, or by bisection in time.
//!
//! With bisection only every `stride`-th snapshot (and the last) is quenched at first. If both ends of an interval are
//! in the same minimum, the snapshots between them are assumed to be there too; otherwise the middle one is quenched
//! and both halves are treated in the same way, down to adjacent snapshots. An excursion that begins and ends between
//! two ends in the same minimum is missed.

use super::run_library::Minimum;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Which snapshots of a run are quenched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Schedule {
    /// All snapshots.
    Every,
    /// Those requested by bisection between every `stride`-th; misses short visits.
    Bisect,
}

/// The position of a quench in the order in which the minima of a run are entered: by interval, depth of bisection, and
/// number of the snapshot. It depends only on the minima themselves, not on when a quench is done or with which others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Turn {
    interval: u64,
    depth: u32,
    number: u64,
}

impl Turn {
    pub fn depth(self) -> u32 {
        self.depth
    }
}

/// The outcome for a snapshot so far.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) enum Fate {
    /// Its positions [3N] wait for a quench, or for both ends of its interval.
    Waiting(Vec<f64>),
    /// Quenched at this depth of bisection; no minimum when the quench did not converge.
    Quenched { depth: u32, minimum: Option<Minimum>, force_evaluations: u64 },
}

/// A snapshot of a run that is not in the record yet.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Snapshot {
    /// Snapshots of the run before it.
    pub number: u64,
    /// MD steps since the run began.
    pub step: u64,
    pub audited: bool,
    pub fate: Fate,
}

impl Snapshot {
    /// Whether it ends an interval of `stride` snapshots.
    pub fn ends_interval(number: u64, stride: u64) -> bool {
        number.is_multiple_of(stride)
    }

    pub fn turn(&self, depth: u32, stride: u64) -> Turn {
        Turn { interval: self.number.div_ceil(stride), depth, number: self.number }
    }

    pub fn positions(&self) -> &[f64] {
        match &self.fate {
            Fate::Waiting(positions) => positions,
            Fate::Quenched { .. } => &[],
        }
    }

    /// Turn and minimum of a quench that converged.
    pub fn quenched(&self, stride: u64) -> Option<(Turn, &Minimum)> {
        match &self.fate {
            Fate::Quenched { depth, minimum: Some(minimum), .. } => Some((self.turn(*depth, stride), minimum)),
            _ => None,
        }
    }

    fn is_waiting(&self) -> bool {
        matches!(self.fate, Fate::Waiting(_))
    }
}

/// The snapshots that must be quenched next, as (depth of bisection, index among the `waiting` of one run); none when
/// all remaining ones lie between equal ends.
///
/// `before` is the minimum of the snapshot before them; `same`: whether two minima are the same. The last snapshot is
/// an end.
pub(super) fn wanted(
    waiting: &[Snapshot],
    before: Option<&Minimum>,
    stride: u64,
    same: impl Fn(&Minimum, &Minimum) -> bool,
) -> Vec<(u32, usize)> {
    let mut search = Search { waiting, before, same, wanted: Vec::new() };
    let mut left = 0;
    for right in 1..=waiting.len() {
        let end = &waiting[right - 1];
        if !Snapshot::ends_interval(end.number, stride) && right < waiting.len() {
            continue;
        }
        if end.is_waiting() {
            search.wanted.push((0, right - 1));
        } else {
            search.between(left, right, 1);
        }
        left = right;
    }
    search.wanted
}

/// Mark 0 is the snapshot before the waiting ones, mark k the k-th waiting one.
struct Search<'a, S> {
    waiting: &'a [Snapshot],
    before: Option<&'a Minimum>,
    same: S,
    wanted: Vec<(u32, usize)>,
}

impl<S: Fn(&Minimum, &Minimum) -> bool> Search<'_, S> {
    fn minimum(&self, mark: usize) -> Option<&Minimum> {
        let Some(place) = mark.checked_sub(1) else { return self.before };
        match &self.waiting[place].fate {
            Fate::Quenched { minimum, .. } => minimum.as_ref(),
            Fate::Waiting(_) => None,
        }
    }

    fn between(&mut self, left: usize, right: usize, depth: u32) {
        if right - left < 2 {
            return;
        }
        // a quench that did not converge has no minimum: nothing is inferred from it
        if let (Some(a), Some(b)) = (self.minimum(left), self.minimum(right))
            && (self.same)(a, b)
        {
            return;
        }
        let middle = usize::midpoint(left, right);
        if self.waiting[middle - 1].is_waiting() {
            self.wanted.push((depth, middle - 1));
            return;
        }
        self.between(left, middle, depth + 1);
        self.between(middle, right, depth + 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A minimum that is distinguished from others by its energy.
    fn minimum(energy: f64) -> Minimum {
        Minimum { positions: Vec::new(), energy, residual: 0.0, first_step: 0, rattlers: Vec::new() }
    }

    /// Quenches what is wanted, level by level; returns the numbers of the quenched snapshots, by depth.
    fn quenched(energies: &[Option<f64>], stride: u64) -> Vec<(u32, u64)> {
        let snapshot = |number| Snapshot { number, step: number, audited: false, fate: Fate::Waiting(Vec::new()) };
        let mut waiting: Vec<Snapshot> = (0..energies.len() as u64).map(snapshot).collect();
        let mut done = Vec::new();
        loop {
            let next = wanted(&waiting, None, stride, |a, b| a.energy == b.energy);
            if next.is_empty() {
                return done;
            }
            for (depth, place) in next {
                done.push((depth, waiting[place].number));
                let minimum = energies[place].map(minimum);
                waiting[place].fate = Fate::Quenched { depth, minimum, force_evaluations: 1 };
            }
        }
    }

    #[test]
    fn intervals_are_halved_where_their_ends_differ() {
        let a = [Some(1.0); 10];
        assert_eq!(quenched(&a, 4), [(0, 0), (0, 4), (0, 8), (0, 9)]);
        assert_eq!(quenched(&a, 1).len(), 10);
        // one change, between 5 and 6
        let mut one = a;
        one[6..].fill(Some(2.0));
        assert_eq!(quenched(&one, 8), [(0, 0), (0, 8), (0, 9), (1, 4), (2, 6), (3, 5)]);
        // an excursion between equal ends is missed, one across an end is found
        let mut excursion = a;
        excursion[5..7].fill(Some(2.0));
        assert_eq!(quenched(&excursion, 4), [(0, 0), (0, 4), (0, 8), (0, 9)]);
        excursion[8] = Some(2.0);
        assert_eq!(quenched(&excursion, 4), [(0, 0), (0, 4), (0, 8), (0, 9), (1, 6), (2, 5)]);
        // nothing is inferred from a failed quench, not even between two failed ones
        let failed = [Some(1.0), None, None, None, None, Some(1.0), Some(1.0), Some(1.0), Some(1.0)];
        assert_eq!(quenched(&failed, 4).len(), 8);
    }
}
