//! Neighbour search: all pairs, row by row, in small systems; cells in large ones.

use super::lanes::{self, Atom, BLOCK, Fractions, Kernel, ReachOfKind, ReachOfPair};
use super::subject::Subject;
use super::table::PairTable;
use super::wide_rows::WideRows;
use crate::model::Mixture;

/// Below this number of particles all pairs are searched row by row; above it, cells are faster.
const CELLS_FROM: usize = 2500;
/// Added to every reach for the rounding of single precision [sigma].
const ROUNDING: f64 = 1e-4;

/// The mean position of each particle over the lanes and how far the lanes are from it.
pub struct Centres {
    coordinates: Vec<[f64; 3]>,
    spreads: Vec<f32>,
    largest_spread: f64,
}

impl Centres {
    pub fn of_one(subject: &Subject, position: impl Fn(usize) -> [f64; 3]) -> Self {
        let n = subject.model.mixture.particles();
        Self { coordinates: (0..n).map(position).collect(), spreads: vec![0.0; n], largest_spread: 0.0 }
    }

    pub fn of_batch(subject: &Subject, atoms: &[Atom]) -> Self {
        let mut centres = Self { coordinates: Vec::new(), spreads: Vec::new(), largest_spread: 0.0 };
        for atom in atoms {
            // displacements from lane 0, so that lanes in different images agree
            let displacements: [[f64; 3]; 8] = std::array::from_fn(|lane| {
                let d = std::array::from_fn(|k| atom.0[k][lane] - atom.0[k][0]);
                // a coordinate that is NaN has no neighbours, and must not affect those of the other lanes
                if d.iter().all(|d: &f64| d.is_finite()) { subject.cell.minimum_image(d) } else { [0.0; 3] }
            });
            let mean: [f64; 3] = std::array::from_fn(|k| displacements.iter().map(|d| d[k]).sum::<f64>() / 8.0);
            let squared = |d: &[f64; 3]| (0..3).map(|k| (d[k] - mean[k]).powi(2)).sum::<f64>();
            let spread = displacements.iter().map(squared).fold(0.0, f64::max).sqrt();
            centres.coordinates.push(std::array::from_fn(|k| atom.0[k][0] + mean[k]));
            centres.spreads.push(spread as f32);
            centres.largest_spread = centres.largest_spread.max(spread);
        }
        centres
    }
}

/// Workspace of the search; particles are held in the order of their cells.
#[derive(Debug, Default)]
pub struct Candidates {
    /// Particle at each place, when there are cells.
    members: Vec<u32>,
    /// Place of each particle.
    places: Vec<u32>,
    fractions: [Vec<i32>; 3],
    spreads: Vec<f32>,
    /// Reach from each kind to each place; or the diameters.
    reaches: Vec<Vec<f32>>,
    hits: Vec<u32>,
    runs: Vec<(u32, u32)>,
    /// Rows of equal capacity that are filled in parallel, and their lengths.
    rows: Vec<u32>,
    lengths: Vec<u32>,
    wide: WideRows,
    /// Whether particles exchange their identities, so that lists are found again while nobody has moved far.
    exchanges: bool,
}

impl Candidates {
    /// Bytes of the workspace.
    pub fn bytes(&self) -> usize {
        let fractions: usize = self.fractions.iter().map(Vec::len).sum();
        let reaches: usize = self.reaches.iter().map(Vec::len).sum();
        let words = self.members.len() + self.places.len() + self.spreads.len() + self.hits.len();
        let rows = self.rows.len() + self.lengths.len();
        4 * (words + fractions + reaches + rows) + 8 * self.runs.len() + self.wide.bytes()
    }

    /// Fills `first` and `entries` with the pairs i < j whose centres are within cutoff + skin + spreads, in increasing
    /// order of i, then of j.
    pub fn find(
        &mut self,
        kernel: Kernel,
        subject: &Subject,
        centres: &Centres,
        first: &mut Vec<usize>,
        entries: &mut Vec<u32>,
    ) {
        let n = centres.coordinates.len();
        let reach = subject.model.largest_cutoff() + subject.skin + ROUNDING + 2.0 * centres.largest_spread;
        let grid = (n >= CELLS_FROM).then(|| Grid::new(subject, centres, reach));
        self.members.clear();
        match &grid {
            Some(grid) => self.members.extend_from_slice(&grid.members),
            None => self.members.extend(0..n as u32),
        }
        self.lay_out(subject, centres);
        match grid {
            None if self.exchanges && centres.largest_spread == 0.0 => {
                if !self.wide.hold(&centres.coordinates, subject.cell.edges, reach) {
                    self.find_wide(kernel, subject, &centres.coordinates, reach);
                }
                self.find_in_wide(subject, first, entries);
            }
            None => self.find_by_rows(kernel, subject, n, first, entries),
            Some(grid) => self.find_by_cells(kernel, subject, &grid, first, entries),
        }
    }

    /// From now on, further searches differ in the identities of the particles.
    pub fn expect_exchanges(&mut self) {
        self.exchanges = true;
    }

    /// Copies everything that the scan reads into the order of the places.
    fn lay_out(&mut self, subject: &Subject, centres: &Centres) {
        let n = self.members.len();
        let padded = n.next_multiple_of(BLOCK);
        self.hits.resize(n + BLOCK, 0);
        self.places.resize(n, 0);
        for (place, &member) in self.members.iter().enumerate() {
            self.places[member as usize] = place as u32;
        }
        for k in 0..3 {
            let edge = subject.cell.edges[k];
            let fraction = |&member: &u32| {
                let share = centres.coordinates[member as usize][k] / edge;
                ((share - share.floor()) * 4294967296.0) as i64 as i32
            };
            self.fractions[k].clear();
            self.fractions[k].extend(self.members.iter().map(fraction));
            self.fractions[k].resize(padded, 0);
        }
        self.spreads.clear();
        self.spreads.extend(self.members.iter().map(|&member| centres.spreads[member as usize]));
        self.spreads.resize(padded, 0.0);
        self.lay_out_reaches(subject, padded);
    }

    fn lay_out_reaches(&mut self, subject: &Subject, padded: usize) {
        self.reaches.clear();
        match subject.table {
            PairTable::ByPair(_) => {
                let Mixture::Polydisperse { diameters, .. } = &subject.model.mixture else { return };
                let mut row: Vec<f32> =
                    self.members.iter().map(|&member| diameters[subject.place(member as usize)] as f32).collect();
                row.resize(padded, 0.0);
                self.reaches.push(row);
            }
            PairTable::ByKind { kinds, rows } => {
                let present = kinds.iter().max().map_or(0, |&kind| kind as usize + 1);
                for own in rows.iter().take(present) {
                    let reach_of = own.inverse_sigma_squared.map(|inverse| {
                        let sigma = if inverse > 0.0 { 1.0 / inverse.sqrt() } else { 0.0 };
                        (subject.model.law.cutoff() * sigma + subject.skin + ROUNDING) as f32
                    });
                    let with_spread =
                        |(&member, spread): (&u32, &f32)| reach_of[kinds[member as usize] as usize] + spread;
                    let mut row: Vec<f32> = self.members.iter().zip(&self.spreads).map(with_spread).collect();
                    row.resize(padded, 0.0);
                    self.reaches.push(row);
                }
            }
        }
    }

    fn fractions(&self, subject: &Subject) -> Fractions<'_> {
        Fractions { coordinates: [&self.fractions[0], &self.fractions[1], &self.fractions[2]], units: units(subject) }
    }

    /// Makes the wide rows.
    fn find_wide(&mut self, kernel: Kernel, subject: &Subject, centres: &[[f64; 3]], largest_reach: f64) {
        let mut wide = std::mem::take(&mut self.wide);
        let reach = wide.start(centres, subject.cell.edges, largest_reach) as f32;
        let mut hits = std::mem::take(&mut self.hits);
        let (n, reaches) = (centres.len() as u32, vec![reach; self.spreads.len()]);
        for i in 0..n {
            let centre = std::array::from_fn(|k| self.fractions[k][i as usize]);
            let reach = ReachOfKind { reaches: &reaches, own_spread: 0.0 };
            let count = lanes::scan(kernel, reach, self.fractions(subject), centre, &[(i + 1, n)], &mut hits);
            wide.entries.extend_from_slice(&hits[..count]);
            wide.first.push(wide.entries.len());
        }
        self.hits = hits;
        self.wide = wide;
    }

    /// `find_by_rows` among the wide rows, of particles without spread.
    fn find_in_wide(&mut self, subject: &Subject, first: &mut Vec<usize>, entries: &mut Vec<u32>) {
        let units = units(subject);
        let margin = (subject.skin + ROUNDING) as f32;
        let cutoff = subject.model.law.cutoff() as f32;
        self.wide.pack(&self.fractions, &self.reaches[0]);
        first.push(0);
        for i in 0..self.wide.particles() {
            let count = match (&subject.model.mixture, subject.table) {
                (Mixture::Polydisperse { nonadditivity, .. }, _) => {
                    let nonadditivity = *nonadditivity as f32;
                    self.wide.select(i, units, &mut self.hits, |_, own, other| {
                        let sigma = 0.5 * (own + other) * (1.0 - nonadditivity * (own - other).abs());
                        cutoff * sigma + margin
                    })
                }
                (_, table) => {
                    let reaches = &self.reaches[table.kind(i) as usize];
                    self.wide.select(i, units, &mut self.hits, |j, _, _| reaches[j])
                }
            };
            entries.extend_from_slice(&self.hits[..count]);
            first.push(entries.len());
        }
    }

    /// Collects the places within reach of the particle at `place` into `hits`.
    fn scan(&mut self, kernel: Kernel, subject: &Subject, place: usize) -> usize {
        let fractions = Fractions {
            coordinates: [&self.fractions[0], &self.fractions[1], &self.fractions[2]],
            units: units(subject),
        };
        let centre = [self.fractions[0][place], self.fractions[1][place], self.fractions[2][place]];
        let own_spread = self.spreads[place];
        match (&subject.model.mixture, subject.table) {
            (Mixture::Polydisperse { nonadditivity, .. }, _) => {
                let diameters = &self.reaches[0];
                let reach = ReachOfPair {
                    diameters,
                    spreads: &self.spreads,
                    own_diameter: diameters[place],
                    cutoff: subject.model.law.cutoff() as f32,
                    nonadditivity: *nonadditivity as f32,
                    margin: (subject.skin + ROUNDING) as f32 + own_spread,
                };
                lanes::scan(kernel, reach, fractions, centre, &self.runs, &mut self.hits)
            }
            (_, table) => {
                let kind = table.kind(self.members[place] as usize) as usize;
                let reach = ReachOfKind { reaches: &self.reaches[kind], own_spread };
                lanes::scan(kernel, reach, fractions, centre, &self.runs, &mut self.hits)
            }
        }
    }

    fn find_by_rows(
        &mut self,
        kernel: Kernel,
        subject: &Subject,
        n: usize,
        first: &mut Vec<usize>,
        entries: &mut Vec<u32>,
    ) {
        first.push(0);
        for i in 0..n {
            self.runs.clear();
            self.runs.push((i as u32 + 1, n as u32));
            let count = self.scan(kernel, subject, i);
            entries.extend_from_slice(&self.hits[..count]);
            first.push(entries.len());
        }
    }

    /// Visits the particles j in increasing order and appends each to the rows of its neighbours i < j, so that the
    /// rows are sorted.
    fn find_by_cells(
        &mut self,
        kernel: Kernel,
        subject: &Subject,
        grid: &Grid,
        first: &mut Vec<usize>,
        entries: &mut Vec<u32>,
    ) {
        let n = self.members.len();
        let mut capacity = (self.rows.len() / n).max(64);
        self.rows.resize(n * capacity, 0);
        self.lengths.clear();
        self.lengths.resize(n, 0);
        for j in 0..n as u32 {
            let place = self.places[j as usize] as usize;
            grid.runs(place, &mut self.runs);
            let count = self.scan(kernel, subject, place);
            for &hit in &self.hits[..count] {
                let i = self.members[hit as usize];
                if i >= j {
                    continue;
                }
                let length = &mut self.lengths[i as usize];
                if *length as usize == capacity {
                    self.rows = widened(&self.rows, capacity);
                    capacity *= 2;
                }
                self.rows[i as usize * capacity + *length as usize] = j;
                *length += 1;
            }
        }
        first.push(0);
        for (row, &length) in self.rows.chunks_exact(capacity).zip(&self.lengths) {
            entries.extend_from_slice(&row[..length as usize]);
            first.push(entries.len());
        }
    }
}

/// Edges / 2^32: what the fractions of the box are multiplied with.
fn units(subject: &Subject) -> [f32; 3] {
    subject.cell.edges.map(|edge| (edge / 4294967296.0) as f32)
}

/// The same rows with twice the capacity.
fn widened(rows: &[u32], capacity: usize) -> Vec<u32> {
    let mut wide = Vec::with_capacity(2 * rows.len());
    for row in rows.chunks_exact(capacity) {
        wide.extend_from_slice(row);
        wide.resize(wide.len() + capacity, 0);
    }
    wide
}

/// Particles sorted into cells about half as wide as the reach.
struct Grid {
    counts: [usize; 3],
    /// Number of cells to search on either side.
    steps: [usize; 3],
    first: Vec<u32>,
    members: Vec<u32>,
    /// Cell of each place.
    cells: Vec<u32>,
}

impl Grid {
    fn new(subject: &Subject, centres: &Centres, reach: f64) -> Self {
        let counts = subject.cell.edges.map(|edge| ((2.0 * edge / reach).floor() as usize).max(1));
        let steps = std::array::from_fn(|k| (reach * counts[k] as f64 / subject.cell.edges[k]).ceil() as usize);
        let cell_of = |x: &[f64; 3]| {
            (0..3).fold(0, |flat, k| {
                let share = x[k] / subject.cell.edges[k];
                let place = ((share - share.floor()) * counts[k] as f64) as usize;
                flat * counts[k] + place.min(counts[k] - 1)
            })
        };
        let cell_of_each: Vec<u32> = centres.coordinates.iter().map(|x| cell_of(x) as u32).collect();
        let mut first = vec![0; counts.iter().product::<usize>() + 1];
        for &cell in &cell_of_each {
            first[cell as usize + 1] += 1;
        }
        for c in 1..first.len() {
            first[c] += first[c - 1];
        }
        let mut next = first.clone();
        let (mut members, mut cells) = (vec![0; cell_of_each.len()], vec![0; cell_of_each.len()]);
        for (i, &cell) in cell_of_each.iter().enumerate() {
            let slot = next[cell as usize] as usize;
            next[cell as usize] += 1;
            members[slot] = i as u32;
            cells[slot] = cell;
        }
        Self { counts, steps, first, members, cells }
    }

    /// The runs of places that may hold neighbours of the particle at `place`.
    fn runs(&self, place: usize, runs: &mut Vec<(u32, u32)>) {
        runs.clear();
        let [nx, ny, nz] = self.counts;
        let cell = self.cells[place] as usize;
        let (x, y, z) = (cell / (ny * nz), cell / nz % ny, cell % nz);
        let (span_x, span_y) = (2 * self.steps[0] + 1, 2 * self.steps[1] + 1);
        for a in 0..span_x.min(nx) {
            let column_x = if span_x >= nx { a } else { (x + nx + a - self.steps[0]) % nx };
            for b in 0..span_y.min(ny) {
                let column_y = if span_y >= ny { b } else { (y + ny + b - self.steps[1]) % ny };
                let column = (column_x * ny + column_y) * nz;
                let mut run = |from: usize, to: usize| {
                    let run = (self.first[column + from], self.first[column + to]);
                    if run.0 < run.1 {
                        runs.push(run);
                    }
                };
                let steps = self.steps[2];
                if 2 * steps + 1 >= nz {
                    run(0, nz);
                } else if z < steps {
                    run(0, z + steps + 1);
                    run(z + nz - steps, nz);
                } else if z + steps >= nz {
                    run(0, z + steps + 1 - nz);
                    run(z - steps, nz);
                } else {
                    run(z - steps, z + steps + 1);
                }
            }
        }
    }
}
