//! Verlet lists, shared by the configurations of a batch.

use super::lanes::{self, Kernel};
use crate::model::{Model, PeriodicBox};

/// One entry of a list: the neighbour and what the pair law needs of the pair.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ListedPair {
    pub epsilon: f64,
    pub inverse_sigma_squared: f64,
    pub neighbour: u32,
}

/// Half list: for every particle i its neighbours j > i by rising index, those that are within cutoff + skin in any
/// configuration of the batch. Pairs beyond the cutoff add exactly zero, so no sum depends on when the list was made.
#[derive(Clone, Debug, Default)]
pub struct NeighbourList {
    first: Vec<usize>,
    pairs: Vec<ListedPair>,
    /// Positions [3N][L] (flat) when the list was made; empty when the list holds all pairs and never ages.
    reference: Vec<f64>,
    skin: f64,
}

/// Below this many particles all pairs are looked at row by row (vectorised); above, cells are faster.
const CELLS_FROM: usize = 2500;

impl NeighbourList {
    /// Number of particles.
    pub fn particles(&self) -> usize {
        self.first.len().saturating_sub(1)
    }

    /// Number of pairs in the list.
    pub fn pairs(&self) -> usize {
        self.pairs.len()
    }

    /// The neighbours j > i of particle i.
    #[inline(always)]
    pub fn row(&self, i: usize) -> &[ListedPair] {
        &self.pairs[self.first[i]..self.first[i + 1]]
    }

    /// Makes the list stale, whatever the positions; its memory is kept.
    pub fn forget(&mut self) {
        self.first.clear();
    }

    /// Whether any particle of any configuration has moved so far that a pair within the cutoff may be missing:
    /// more than half the skin.
    pub fn is_stale(&self, kernel: Kernel, lanes: usize, positions: &[f64]) -> bool {
        if self.particles() * 3 * lanes != positions.len() {
            return true;
        }
        if self.reference.is_empty() {
            return false;
        }
        let allowed = 0.5 * self.skin;
        // a coordinate that is not a number compares false: the list is then left as it is, the energy tells the caller
        lanes::furthest_move(kernel, lanes, positions, &self.reference) > allowed * allowed
    }

    /// Makes the list anew for `lanes` configurations `positions` [3N][lanes].
    ///
    /// When cutoff + skin does not fit into half the box, the list holds all pairs.
    pub fn rebuild(
        &mut self,
        kernel: Kernel,
        model: &Model,
        cell: &PeriodicBox,
        lanes: usize,
        positions: &[f64],
        skin: f64,
    ) {
        let n = model.mixture.particles();
        self.skin = skin;
        self.first.clear();
        self.first.push(0);
        self.pairs.clear();
        self.reference.clear();
        let largest_cutoff = model.largest_cutoff();
        if 2.0 * (largest_cutoff + skin) > cell.shortest_edge() {
            self.list_all_pairs(model, n);
            return;
        }
        self.reference.extend_from_slice(positions);
        let centres = Centres::of(cell, lanes, positions);
        let (mut row, mut closest) = (Vec::new(), Vec::new());
        let mut squared = vec![0.0; n];
        let grid = (n >= CELLS_FROM).then(|| Grid::new(cell, &centres));
        for i in 0..n {
            let reach = largest_cutoff + skin + centres.spread[i] + centres.largest_spread;
            row.clear();
            match &grid {
                Some(grid) => grid.neighbours(cell, &centres, i, reach, &mut row),
                None => {
                    lanes::candidates(kernel, cell, &centres.coordinates, i, &mut squared[..n - i - 1]);
                    let close = squared[..n - i - 1].iter().enumerate().filter(|(_, r2)| **r2 < reach * reach);
                    row.extend(close.map(|(offset, r2)| ((i + 1 + offset) as u32, *r2)));
                }
            }
            if lanes == 1 {
                closest.clear();
                closest.extend(row.iter().map(|(_, squared)| *squared));
            } else {
                lanes::closest_lanes(kernel, cell, positions, i, &row, &mut closest);
            }
            let largest_reach = (largest_cutoff + skin) * (largest_cutoff + skin);
            let near = row.iter().zip(&closest).filter(|(_, squared)| **squared < largest_reach);
            for (&(neighbour, _), &squared) in near {
                self.add_if_close(model, i, neighbour as usize, squared);
            }
            self.first.push(self.pairs.len());
        }
    }

    fn list_all_pairs(&mut self, model: &Model, n: usize) {
        for i in 0..n {
            for j in i + 1..n {
                let pair = model.mixture.pair(i, j);
                self.pairs.push(ListedPair {
                    epsilon: pair.epsilon,
                    inverse_sigma_squared: pair.inverse_sigma_squared,
                    neighbour: j as u32,
                });
            }
            self.first.push(self.pairs.len());
        }
    }

    /// Lists the pair when it is within its own cutoff + skin in at least one lane, `squared` being its smallest distance.
    fn add_if_close(&mut self, model: &Model, i: usize, j: usize, squared: f64) {
        let reach = model.law.cutoff() * model.mixture.sigma(i, j) + self.skin;
        if squared < reach * reach {
            let pair = model.mixture.pair(i, j);
            self.pairs.push(ListedPair {
                epsilon: pair.epsilon,
                inverse_sigma_squared: pair.inverse_sigma_squared,
                neighbour: j as u32,
            });
        }
    }
}

/// The mean position of each particle over the lanes and how far the lanes are from it.
struct Centres {
    coordinates: [Vec<f64>; 3],
    spread: Vec<f64>,
    largest_spread: f64,
}

impl Centres {
    fn of(cell: &PeriodicBox, lanes: usize, positions: &[f64]) -> Self {
        let n = positions.len() / (3 * lanes);
        let mut coordinates = [vec![0.0; n], vec![0.0; n], vec![0.0; n]];
        let mut spread = vec![0.0; n];
        for (i, atom) in positions.chunks_exact(3 * lanes).enumerate() {
            // displacements from lane 0, so that lanes in different images agree
            let displacement =
                |lane: usize| cell.minimum_image(std::array::from_fn(|k| atom[k * lanes + lane] - atom[k * lanes]));
            let mut mean = [0.0; 3];
            for lane in 1..lanes {
                let d = displacement(lane);
                for k in 0..3 {
                    mean[k] += d[k] / lanes as f64;
                }
            }
            for lane in 0..lanes {
                let d = displacement(lane);
                let distance = (0..3).map(|k| (d[k] - mean[k]).powi(2)).sum::<f64>().sqrt();
                spread[i] = f64::max(spread[i], distance);
            }
            for k in 0..3 {
                coordinates[k][i] = atom[k * lanes] + mean[k];
            }
        }
        let largest_spread = spread.iter().copied().fold(0.0, f64::max);
        Self { coordinates, spread, largest_spread }
    }
}

/// Particles sorted into cells a little wider than 1.3 sigma.
struct Grid {
    counts: [usize; 3],
    first: Vec<usize>,
    members: Vec<u32>,
    place: Vec<[usize; 3]>,
}

impl Grid {
    const WIDTH: f64 = 1.3;

    fn new(cell: &PeriodicBox, centres: &Centres) -> Self {
        let n = centres.spread.len();
        let counts = cell.edges.map(|edge| ((edge / Self::WIDTH).floor() as usize).max(1));
        let place: Vec<[usize; 3]> = (0..n)
            .map(|i| {
                std::array::from_fn(|k| {
                    let share = centres.coordinates[k][i] / cell.edges[k];
                    (((share - share.floor()) * counts[k] as f64) as usize).min(counts[k] - 1)
                })
            })
            .collect();
        let flat = |place: &[usize; 3]| (place[0] * counts[1] + place[1]) * counts[2] + place[2];
        let mut first = vec![0; counts.iter().product::<usize>() + 1];
        for place in &place {
            first[flat(place) + 1] += 1;
        }
        for c in 1..first.len() {
            first[c] += first[c - 1];
        }
        let mut next = first.clone();
        let mut members = vec![0; n];
        for (i, place) in place.iter().enumerate() {
            let slot = &mut next[flat(place)];
            members[*slot] = i as u32;
            *slot += 1;
        }
        Self { counts, first, members, place }
    }

    /// Particles j > i whose centres are within `reach` of i, by rising index, with their squared distances.
    fn neighbours(&self, cell: &PeriodicBox, centres: &Centres, i: usize, reach: f64, row: &mut Vec<(u32, f64)>) {
        let spans: [Vec<usize>; 3] = std::array::from_fn(|k| {
            let count = self.counts[k];
            let steps = (reach / (cell.edges[k] / count as f64)).ceil() as usize;
            if 2 * steps + 1 >= count {
                (0..count).collect()
            } else {
                (0..=2 * steps).map(|s| (self.place[i][k] + count + s - steps) % count).collect()
            }
        });
        let centre = |i: usize| std::array::from_fn(|k| centres.coordinates[k][i]);
        let xi: [f64; 3] = centre(i);
        for &a in &spans[0] {
            for &b in &spans[1] {
                for &c in &spans[2] {
                    let cell_index = (a * self.counts[1] + b) * self.counts[2] + c;
                    for &j in &self.members[self.first[cell_index]..self.first[cell_index + 1]] {
                        if (j as usize) <= i {
                            continue;
                        }
                        let xj: [f64; 3] = centre(j as usize);
                        let d = cell.minimum_image([xi[0] - xj[0], xi[1] - xj[1], xi[2] - xj[2]]);
                        let squared = d[0] * d[0] + d[1] * d[1] + d[2] * d[2];
                        if squared < reach * reach {
                            row.push((j, squared));
                        }
                    }
                }
            }
        }
        row.sort_unstable_by_key(|(j, _)| *j);
    }
}
