//! Pairs of particles within a distance, by cells.

use crate::model::{PeriodicBox, nearest};

/// Distances by minimum image without a division.
#[derive(Clone, Copy, Debug)]
pub(super) struct Distance {
    edges: [f64; 3],
    inverse: [f64; 3],
}

impl Distance {
    pub fn new(cell: &PeriodicBox) -> Self {
        Self { edges: cell.edges, inverse: cell.edges.map(|edge| 1.0 / edge) }
    }

    /// r^2 of two points.
    #[inline(always)]
    pub fn squared(&self, a: [f64; 3], b: [f64; 3]) -> f64 {
        let along = |k: usize| {
            let d = a[k] - b[k];
            d - self.edges[k] * nearest(d * self.inverse[k])
        };
        let d = [along(0), along(1), along(2)];
        d[0] * d[0] + d[1] * d[1] + d[2] * d[2]
    }
}

/// Calls `visit(i, j, r^2)` once for every pair (minimum image) with r < `reach`; the order depends only on the
/// positions.
pub fn for_each_near_pair(cell: &PeriodicBox, positions: &[f64], reach: f64, mut visit: impl FnMut(usize, usize, f64)) {
    let (atoms, distance, largest) = (positions.as_chunks::<3>().0, Distance::new(cell), reach * reach);
    let Some(grid) = Grid::new(cell, positions, reach) else {
        for (i, &a) in atoms.iter().enumerate() {
            for (j, &b) in atoms.iter().enumerate().skip(i + 1) {
                let r2 = distance.squared(a, b);
                if r2 < largest {
                    visit(i, j, r2);
                }
            }
        }
        return;
    };
    // in the order of the cells, so that the members of a cell lie side by side
    let sorted: Vec<[f64; 3]> = grid.particles.iter().map(|&i| atoms[i as usize]).collect();
    let mut row = |m: usize, others: std::ops::Range<usize>| {
        let (i, a) = (grid.particles[m] as usize, sorted[m]);
        for (&j, &b) in grid.particles[others.clone()].iter().zip(&sorted[others]) {
            let r2 = distance.squared(a, b);
            if r2 < largest {
                visit(i, j as usize, r2);
            }
        }
    };
    let stencil = grid.half_stencil();
    for home in 0..grid.starts.len() - 1 {
        let members = grid.members(home);
        for m in members.clone() {
            row(m, m + 1..members.end);
        }
        for &offset in &stencil {
            let others = grid.members(grid.neighbour(home, offset));
            for m in members.clone() {
                row(m, others.clone());
            }
        }
    }
}

/// Particles sorted by cells of at least reach / range in edge.
struct Grid {
    cells: [usize; 3],
    range: isize,
    /// [cells + 1]
    starts: Vec<u32>,
    /// [N], by cell, then in order of increasing index
    particles: Vec<u32>,
}

impl Grid {
    /// `None` if the box holds too few cells: then all pairs are as fast.
    fn new(cell: &PeriodicBox, positions: &[f64], reach: f64) -> Option<Self> {
        let count = |range: f64| cell.edges.map(|edge| (range * edge / reach).floor() as usize);
        let range = [2usize, 1].into_iter().find(|&range| count(range as f64).iter().all(|&n| n > 2 * range))?;
        // no more cells than particles, to limit the memory of a sparse box
        let most = ((positions.len() / 3) as f64).cbrt().ceil() as usize + 2 * range;
        let cells = count(range as f64).map(|n| n.min(most));
        let index_of = |atom: &[f64]| {
            let part = |k: usize| {
                let fraction = atom[k] / cell.edges[k];
                (((fraction - fraction.floor()) * cells[k] as f64) as usize).min(cells[k] - 1)
            };
            (part(0) * cells[1] + part(1)) * cells[2] + part(2)
        };
        let homes: Vec<usize> = positions.chunks_exact(3).map(index_of).collect();
        let (starts, order) = counting_sort(cells.iter().product(), &homes);
        Some(Self { cells, range: range as isize, starts, particles: order })
    }

    /// The range of the members of a cell in `particles`.
    fn members(&self, cell: usize) -> std::ops::Range<usize> {
        self.starts[cell] as usize..self.starts[cell + 1] as usize
    }

    /// One of each pair of opposite offsets.
    fn half_stencil(&self) -> Vec<[isize; 3]> {
        let mut stencil = Vec::new();
        for x in -self.range..=self.range {
            for y in -self.range..=self.range {
                for z in -self.range..=self.range {
                    if (x, y, z) > (0, 0, 0) {
                        stencil.push([x, y, z]);
                    }
                }
            }
        }
        stencil
    }

    fn neighbour(&self, cell: usize, offset: [isize; 3]) -> usize {
        let [_, ny, nz] = self.cells;
        let at = [cell / (ny * nz), cell / nz % ny, cell % nz];
        let moved = |k: usize| (at[k] as isize + offset[k]).rem_euclid(self.cells[k] as isize) as usize;
        (moved(0) * ny + moved(1)) * nz + moved(2)
    }
}

/// Starts [keys + 1] and the indices of `of` ordered by key, then by index.
fn counting_sort(keys: usize, of: &[usize]) -> (Vec<u32>, Vec<u32>) {
    let mut starts = vec![0u32; keys + 1];
    of.iter().for_each(|&key| starts[key + 1] += 1);
    for key in 0..keys {
        starts[key + 1] += starts[key];
    }
    let mut next = starts.clone();
    let mut order = vec![0u32; of.len()];
    for (index, &key) in of.iter().enumerate() {
        order[next[key] as usize] = index as u32;
        next[key] += 1;
    }
    (starts, order)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{Purpose, stream};
    use rand::RngExt;

    #[test]
    fn cells_find_the_pairs_of_the_plain_double_loop() {
        let mut random = stream(3, Purpose::Prepare, 0, 0);
        for (edges, reach) in [([9.0, 11.0, 7.5], 1.4), ([6.5, 7.0, 7.5], 2.1), ([4.0, 9.0, 9.0], 1.9)] {
            let cell = PeriodicBox { edges };
            let positions: Vec<f64> = (0..900).map(|_| random.random_range(-20.0..20.0)).collect();
            let mut plain = Vec::new();
            for i in 0..300 {
                for j in i + 1..300 {
                    let d = cell.difference(&positions, i, j);
                    if d.iter().map(|x| x * x).sum::<f64>() < reach * reach {
                        plain.push((i, j));
                    }
                }
            }
            let mut found = Vec::new();
            for_each_near_pair(&cell, &positions, reach, |i, j, _| found.push((i.min(j), i.max(j))));
            found.sort_unstable();
            assert_eq!(found, plain);
        }
    }
}
