//! Whether two configurations are one structure with indistinguishable particles exchanged, and which particles of two
//! configurations correspond.

use super::displacement::{common_shift, differences};
use crate::model::PeriodicBox;

/// Edge of a bin [sigma], at least: about one particle a bin.
const BIN: f64 = 1.0;

/// The exchange of like particles that turns a into b: `Some(map)` when, up to a common translation, b[map[i]] is within
/// `tolerance` [sigma] of a[i] and of its kind, for every i of `members` (map[i] = i for all others).
///
/// Where at least half of the particles are near their own places, only their translation counts: a vacancy that has moved in a
/// crystal is no exchange, although the whole crystal, moved by a lattice vector, would fit. Otherwise every translation that
/// brings one particle of the rarest kind onto a like one is tried, and given up at the first particle without a counterpart:
/// O(N) lookups where one fits, some per trial where none does.
pub fn permutation(
    cell: &PeriodicBox,
    kinds: &[u64],
    (a, b): (&[f64], &[f64]),
    members: &[usize],
    tolerance: f64,
) -> Option<Vec<usize>> {
    let own = |shift: [f64; 3]| {
        let near = |&&i: &&usize| {
            let d = cell.minimum_image(std::array::from_fn(|k| b[3 * i + k] - a[3 * i + k] - shift[k]));
            square(d) <= NEAR * NEAR
        };
        members.iter().filter(near).count()
    };
    let sites = Sites::new(cell, b, members);
    let shift = common_shift(cell, &differences(cell, a, b, &|_| true, [0.0; 3]), &|i| is_member(members, i));
    if 2 * own(shift) >= members.len() {
        return sites.matched(kinds, a, members, shift, tolerance);
    }
    let of = |kind: u64| members.iter().copied().filter(move |&i| kinds[i] == kind);
    let mut counts = std::collections::BTreeMap::<u64, usize>::new();
    members.iter().for_each(|&i| *counts.entry(kinds[i]).or_default() += 1);
    let rarest = counts.into_iter().min_by_key(|&(_, count)| count)?.0;
    let first = of(rarest).next()?;
    // most often, the particle itself is at its place
    let targets = std::iter::once(first).chain(of(rarest).filter(|&j| j != first));
    targets
        .map(|j| std::array::from_fn(|k| b[3 * j + k] - a[3 * first + k]))
        .find_map(|shift| sites.matched(kinds, a, members, shift, tolerance))
}

/// Members are in increasing order.
fn is_member(members: &[usize], i: usize) -> bool {
    members.binary_search(&i).is_ok()
}

/// Largest distance of a particle from its place in another minimum at which the two are paired off at once [sigma].
const NEAR: f64 = 0.35;
/// Particles whose places are tried as the common translation, and particles that are counted for each.
const REFERENCES: usize = 8;
const SAMPLE: usize = 64;

/// Which row of b is which particle of a, for two configurations of the same particles in any order: row map[i] of b is the
/// particle i of a. `kinds_a` and `kinds_b` [N] are the same up to order.
///
/// The common translation is the one that brings most particles within 0.35 sigma of one of their kind; these are paired off,
/// the rest by increasing distance. O(N N_kind) lookups of the rarest kind.
pub fn corresponding(cell: &PeriodicBox, (a, kinds_a): (&[f64], &[u64]), (b, kinds_b): (&[f64], &[u64])) -> Vec<usize> {
    let n = kinds_a.len();
    let all: Vec<usize> = (0..n).collect();
    let sites = Sites::new(cell, b, &all);
    let shift = common_translation(&sites, (a, kinds_a), (b, kinds_b));
    let place = |i: usize| std::array::from_fn(|k| a[3 * i + k] + shift[k]);
    let mut near: Vec<(f64, usize, usize)> = all
        .iter()
        .filter_map(|&i| sites.nearest(kinds_b, kinds_a[i], place(i), NEAR).map(|(j, d)| (square(d), i, j)))
        .collect();
    let (mut map, mut taken) = (vec![usize::MAX; n], vec![false; n]);
    let mut pair_off = |pairs: &mut Vec<(f64, usize, usize)>| {
        pairs.sort_by(|p, q| p.0.total_cmp(&q.0).then((p.1, p.2).cmp(&(q.1, q.2))));
        for &(_, i, j) in pairs.iter() {
            if map[i] == usize::MAX && !taken[j] {
                (map[i], taken[j]) = (j, true);
            }
        }
        let left: Vec<usize> = (0..n).filter(|&i| map[i] == usize::MAX).collect();
        let free: Vec<usize> = (0..n).filter(|&j| !taken[j]).collect();
        (left, free)
    };
    let (left, free) = pair_off(&mut near);
    let mut rest: Vec<(f64, usize, usize)> = Vec::new();
    for &i in &left {
        for &j in free.iter().filter(|&&j| kinds_b[j] == kinds_a[i]) {
            let (site, place): ([f64; 3], [f64; 3]) = (atom(b, j), place(i));
            rest.push((square(cell.minimum_image(std::array::from_fn(|k| site[k] - place[k]))), i, j));
        }
    }
    pair_off(&mut rest);
    map
}

fn common_translation(sites: &Sites, (a, kinds_a): (&[f64], &[u64]), (b, kinds_b): (&[f64], &[u64])) -> [f64; 3] {
    let n = kinds_a.len();
    let mut counts = std::collections::BTreeMap::<u64, usize>::new();
    kinds_a.iter().for_each(|kind| *counts.entry(*kind).or_default() += 1);
    let mut by_rarity: Vec<usize> = (0..n).collect();
    by_rarity.sort_by_key(|&i| (counts[&kinds_a[i]], i));
    let sample: Vec<usize> = (0..n).step_by(n.div_ceil(SAMPLE).max(1)).collect();
    let mut best = (0, [0.0; 3]);
    for &first in by_rarity.iter().step_by((n / (4 * REFERENCES)).max(1)).take(REFERENCES) {
        for j in (0..n).filter(|&j| kinds_b[j] == kinds_a[first]) {
            let shift: [f64; 3] = std::array::from_fn(|k| b[3 * j + k] - a[3 * first + k]);
            let lands = |&&i: &&usize| {
                let place = std::array::from_fn(|k| a[3 * i + k] + shift[k]);
                sites.nearest(kinds_b, kinds_a[i], place, NEAR).is_some()
            };
            let hits = sample.iter().filter(lands).count();
            if hits > best.0 {
                best = (hits, shift);
            }
        }
    }
    best.1
}

fn atom(x: &[f64], i: usize) -> [f64; 3] {
    [x[3 * i], x[3 * i + 1], x[3 * i + 2]]
}

/// The positions of a configuration, sorted into bins.
struct Sites<'a> {
    cell: PeriodicBox,
    positions: &'a [f64],
    bins: [usize; 3],
    /// Start of each bin in `sorted` [bins + 1].
    starts: Vec<usize>,
    sorted: Vec<usize>,
}

impl<'a> Sites<'a> {
    fn new(cell: &PeriodicBox, positions: &'a [f64], members: &[usize]) -> Self {
        // never more bins than particles, however large the box
        let most = (members.len() as f64).cbrt().ceil().max(1.0) as usize;
        let bins = cell.edges.map(|edge| ((edge / BIN) as usize).clamp(1, most));
        let mut sites = Self {
            cell: *cell,
            positions,
            bins,
            starts: vec![0; bins.iter().product::<usize>() + 1],
            sorted: Vec::new(),
        };
        let mut keyed: Vec<(usize, usize)> = members.iter().map(|&i| (sites.bin(atom(positions, i)), i)).collect();
        keyed.sort_unstable();
        keyed.iter().for_each(|&(bin, _)| sites.starts[bin + 1] += 1);
        for bin in 1..sites.starts.len() {
            sites.starts[bin] += sites.starts[bin - 1];
        }
        sites.sorted = keyed.into_iter().map(|(_, i)| i).collect();
        sites
    }

    fn bin(&self, place: [f64; 3]) -> usize {
        let along = |k: usize| {
            let reduced = (place[k] / self.cell.edges[k]).rem_euclid(1.0);
            ((reduced * self.bins[k] as f64) as usize).min(self.bins[k] - 1)
        };
        (along(0) * self.bins[1] + along(1)) * self.bins[2] + along(2)
    }

    /// The nearest particle of a kind within `reach` of a place, with the difference to it.
    fn nearest(&self, kinds: &[u64], kind: u64, place: [f64; 3], reach: f64) -> Option<(usize, [f64; 3])> {
        let mut corners: Vec<usize> = (0..8)
            .map(|corner| {
                self.bin(std::array::from_fn(|k| place[k] + if corner >> k & 1 == 0 { reach } else { -reach }))
            })
            .collect();
        corners.sort_unstable();
        corners.dedup();
        let candidates = corners.into_iter().flat_map(|bin| &self.sorted[self.starts[bin]..self.starts[bin + 1]]);
        candidates
            .filter(|&&j| kinds[j] == kind)
            .map(|&j| {
                let site = atom(self.positions, j);
                (j, self.cell.minimum_image(std::array::from_fn(|k| site[k] - place[k])))
            })
            .filter(|(_, d)| square(*d) <= reach * reach)
            .min_by(|(_, d), (_, e)| square(*d).total_cmp(&square(*e)))
    }

    /// The counterparts of all members of a, moved by `shift`.
    fn matched(
        &self,
        kinds: &[u64],
        a: &[f64],
        members: &[usize],
        shift: [f64; 3],
        tolerance: f64,
    ) -> Option<Vec<usize>> {
        let mut map: Vec<usize> = (0..kinds.len()).collect();
        let mut offsets = Vec::with_capacity(members.len());
        let mut taken = vec![false; kinds.len()];
        for &i in members {
            let place = atom(a, i);
            // the shift is that of one particle, itself within the tolerance of its place
            let (j, offset) =
                self.nearest(kinds, kinds[i], std::array::from_fn(|k| place[k] + shift[k]), 2.0 * tolerance)?;
            if std::mem::replace(&mut taken[j], true) {
                return None;
            }
            map[i] = j;
            offsets.push(offset);
        }
        let mean: [f64; 3] = std::array::from_fn(|k| offsets.iter().map(|d| d[k]).sum::<f64>() / offsets.len() as f64);
        let far = |d: &[f64; 3]| square(std::array::from_fn(|k| d[k] - mean[k])) > tolerance * tolerance;
        (!offsets.iter().any(far)).then_some(map)
    }
}

fn square(d: [f64; 3]) -> f64 {
    d[0] * d[0] + d[1] * d[1] + d[2] * d[2]
}
