//! The pairs of near minima of a glass.

use super::PairGeometry;
use crate::landscape::{Displacement, Identity, Same, displacement_field};
use crate::model::PeriodicBox;
use crate::paths::{EndMinimum, PairKey, PairLimits, compare};

/// Differences of coordinates up to this fraction of an edge are small enough that the sum of squares of minimum images is that
/// of the displacement field.
const SMALL: f64 = 0.25;

/// Pairs of minima of one glass with their geometry, by increasing (a, b). Stored as numbers: a large campaign has millions.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct NearPairs {
    keys: Vec<(u32, u32)>,
    /// Whether the minima differ only by an exchange of like particles.
    exchange: Vec<bool>,
    /// distance, energy difference, participation ratio, M displacements, M - 1 separations.
    values: Vec<f64>,
    /// M.
    displacements: usize,
}

impl NearPairs {
    /// An empty list for pairs with `displacements` displacements.
    pub fn new(displacements: usize) -> Self {
        Self { displacements, ..Self::default() }
    }

    /// The pairs (i, j > i) of minimum `i`, whose energies increase with the index: within the limits of distance and energy.
    /// `rattlers` are those of each minimum: their displacements do not count. O(N) for each minimum whose energy is near.
    pub fn of_minimum(
        identity: &Identity,
        (minima, rattlers): (&[EndMinimum], &[Vec<bool>]),
        i: usize,
        limits: &PairLimits,
    ) -> Self {
        let mut pairs = Self::new(limits.displacements);
        let a = &minima[i];
        let near_energy = |j: &usize| minima[*j].energy - a.energy <= limits.largest_difference;
        for j in (i + 1..minima.len()).take_while(near_energy) {
            let b = &minima[j];
            let is_loose = |k: usize| [i, j].iter().any(|end| rattlers[*end].get(k) == Some(&true));
            let has_loose = [i, j].iter().any(|end| rattlers[*end].contains(&true));
            if !has_loose && !may_be_within(identity.cell(), &a.positions, &b.positions, limits.largest_distance) {
                continue;
            }
            let field = displacement_field(identity.cell(), &a.positions, &b.positions, |k| !is_loose(k));
            let displacement = Displacement::of(&field);
            if displacement.distance > limits.largest_distance {
                continue;
            }
            pairs.keys.push((a.index as u32, b.index as u32));
            let same = compare(identity, (&a.positions, a.energy), (&b.positions, b.energy));
            pairs.exchange.push(same == Same::Permuted);
            // minima of nearly the same energy are not in order
            let difference = (b.energy - a.energy).abs();
            pairs.values.extend([displacement.distance, difference, displacement.participation_ratio]);
            pairs.add_largest(identity.cell(), &a.positions, &field);
        }
        pairs
    }

    /// The largest displacements and the distances of the most displaced particle, in a, from those that follow.
    fn add_largest(&mut self, cell: &PeriodicBox, a: &[f64], field: &[f64]) {
        let moved: Vec<f64> = field.as_chunks::<3>().0.iter().map(|d| d.iter().map(|x| x * x).sum::<f64>()).collect();
        let mut order: Vec<usize> = (0..moved.len()).collect();
        let most = self.displacements.min(order.len());
        let by_size = |i: &usize, j: &usize| moved[*j].total_cmp(&moved[*i]).then(i.cmp(j));
        if most < order.len() {
            order.select_nth_unstable_by(most, by_size);
        }
        order.truncate(most);
        order.sort_by(by_size);
        let padded = |k: usize, value: &dyn Fn(usize) -> f64| order.get(k).map_or(f64::NAN, |i| value(*i));
        self.values.extend((0..self.displacements).map(|k| padded(k, &|i| moved[i].sqrt())));
        let from_first = |i: usize| cell.difference(a, order[0], i).iter().map(|x| x * x).sum::<f64>().sqrt();
        self.values.extend((1..self.displacements).map(|k| padded(k, &from_first)));
    }

    /// Adds pairs of later minima.
    pub fn extend(&mut self, later: Self) {
        self.keys.extend(later.keys);
        self.exchange.extend(later.exchange);
        self.values.extend(later.values);
    }

    pub fn len(&self) -> usize {
        self.keys.len()
    }

    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// The minima of pair `k`, the one with the lower energy first.
    pub fn key(&self, k: usize) -> PairKey {
        PairKey::new(self.keys[k].0 as usize, self.keys[k].1 as usize)
    }

    /// The number of a pair in the list.
    pub fn find(&self, key: PairKey) -> Option<usize> {
        self.keys.binary_search(&(key.a as u32, key.b as u32)).ok()
    }

    /// Whether the minima of pair `k` differ only by an exchange of like particles.
    pub fn is_exchange(&self, k: usize) -> bool {
        self.exchange[k]
    }

    /// |r_b - r_a| of pair `k` [sigma].
    pub fn distance(&self, k: usize) -> f64 {
        self.values[k * self.width()]
    }

    /// Numbers of a pair.
    fn width(&self) -> usize {
        2 * self.displacements + 2
    }

    /// What is known of pair `k`.
    pub fn geometry(&self, k: usize) -> PairGeometry {
        let width = self.width();
        let values = &self.values[k * width..(k + 1) * width];
        let (first, lists) = values.split_at(3);
        let (displacements, separations) = lists.split_at(self.displacements);
        PairGeometry {
            distance: first[0],
            energy_difference: first[1],
            participation_ratio: first[2],
            largest_displacements: displacements.to_vec(),
            separations: separations.to_vec(),
        }
    }
}

/// Whether two configurations [3N] may be within a distance: exact where all differences are small, else true.
fn may_be_within(cell: &PeriodicBox, a: &[f64], b: &[f64], distance: f64) -> bool {
    let (mut squares, mut sum, mut largest) = (0.0, [0.0; 3], [0.0_f64; 3]);
    for (a, b) in a.as_chunks::<3>().0.iter().zip(b.as_chunks::<3>().0) {
        let d = cell.minimum_image(std::array::from_fn(|k| b[k] - a[k]));
        for k in 0..3 {
            squares += d[k] * d[k];
            sum[k] += d[k];
            largest[k] = largest[k].max(d[k].abs());
        }
    }
    if (0..3).any(|k| largest[k] > SMALL * cell.edges[k]) {
        return true;
    }
    let mean = sum.iter().map(|x| x * x).sum::<f64>() / (a.len() / 3) as f64;
    // a margin for rounding: the displacement field decides
    squares - mean <= distance * distance * (1.0 + 1e-9)
}
