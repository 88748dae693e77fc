//! Checks of a configuration for its model: the box holds two cutoffs, coordinates are near it, particles do not
//! overlap.

use super::frame::Frame;
use crate::error::{Error, Result};
use crate::model::{Configuration, Mixture, PeriodicBox, Potential};
use std::path::Path;

/// Particles closer than this many sigma_ij overlap: the energy of a pair is above 10^6 there. Where phi stays finite
/// particles may overlap but not coincide.
const SMALLEST_DISTANCE: f64 = 0.3;
/// Coordinates further from the box than this many edges have lost their digits.
const MOST_EDGES: f64 = 1e6;

pub(super) fn check(path: &Path, frame: &Frame, configuration: &Configuration, potential: &Potential) -> Result<()> {
    let model = potential.model(configuration);
    let (edge, cutoff) = (configuration.cell.shortest_edge(), model.largest_cutoff());
    if edge < 2.0 * cutoff {
        let needed = (configuration.density() * (2.0 * cutoff).powi(3)).ceil();
        let remedy = match needed > configuration.particles() as f64 {
            true => format!("use a larger configuration (a cube at this density: {needed} particles or more)"),
            false => "use a box closer to a cube".to_string(),
        };
        let message = format!(
            "{}: the shortest edge {edge:?} is below two cutoffs, {:.4}; {remedy}",
            frame.start(),
            2.0 * cutoff
        );
        return Err(Error::input(path, message));
    }
    for (k, position) in configuration.positions.chunks_exact(3).enumerate() {
        for (x, edge) in position.iter().zip(configuration.cell.edges) {
            if x.abs() > MOST_EDGES * edge {
                return Err(Error::input(
                    path,
                    format!(
                        "{}: coordinate {x:?} is more than {MOST_EDGES:?} box edges away; wrap it into the box",
                        frame.particle(k)
                    ),
                ));
            }
        }
    }
    let diverges = model.law.diverges();
    let smallest = if diverges { SMALLEST_DISTANCE } else { f64::MIN_POSITIVE };
    let Some(Overlap { i, j, r, sigma }) = first_overlap(configuration, &model.mixture, smallest) else {
        return Ok(());
    };
    let lines = frame.pair(i, j);
    Err(Error::input(
        path,
        match diverges {
            false => format!("{lines} coincide; move one of the two"),
            true => format!(
                "{lines} overlap: r = {r:.6}, sigma_ij = {sigma:.6}; expected at least {SMALLEST_DISTANCE} sigma_ij; check the box, the species and the diameters"
            ),
        },
    ))
}

/// Two particles that are too close.
struct Overlap {
    i: usize,
    j: usize,
    r: f64,
    sigma: f64,
}

/// The first pair (by i, then j) closer than `smallest` sigma_ij, by cells in O(N).
fn first_overlap(configuration: &Configuration, mixture: &Mixture, smallest: f64) -> Option<Overlap> {
    let cells = Cells::new(&configuration.cell, &configuration.positions, smallest * mixture.largest_sigma());
    for i in 0..configuration.particles() {
        let mut found: Option<Overlap> = None;
        cells.for_each_near(i, |j| {
            if j <= i || found.as_ref().is_some_and(|found| found.j < j) {
                return;
            }
            let d = configuration.cell.difference(&configuration.positions, i, j);
            let r = (d[0] * d[0] + d[1] * d[1] + d[2] * d[2]).sqrt();
            let sigma = mixture.sigma(i, j);
            if r < smallest * sigma {
                found = Some(Overlap { i, j, r, sigma });
            }
        });
        if found.is_some() {
            return found;
        }
    }
    None
}

/// Particles sorted into cells at least `distance` wide.
struct Cells {
    counts: [usize; 3],
    cell_of: Vec<[usize; 3]>,
    members: Vec<Vec<usize>>,
}

impl Cells {
    fn new(cell: &PeriodicBox, positions: &[f64], distance: f64) -> Self {
        let particles = positions.len() / 3;
        // about one particle in a cell, never narrower than the given distance
        let width = (cell.volume() / particles.max(1) as f64).cbrt().max(distance);
        let mut counts = cell.edges.map(|edge| ((edge / width).floor().max(1.0) as usize).min(particles.max(1)));
        // a flat or long box must not make more cells than there are particles
        while counts.iter().map(|count| *count as f64).product::<f64>() > 8.0 * particles.max(1) as f64 {
            let longest =
                if counts[0] >= counts[1].max(counts[2]) { 0 } else { 1 + usize::from(counts[2] > counts[1]) };
            counts[longest] = counts[longest].div_ceil(2);
        }
        let mut wrapped = positions.to_vec();
        cell.wrap(&mut wrapped);
        let place = |x: f64, edge: f64, count: usize| ((x / edge * count as f64) as usize).min(count - 1);
        let cell_of: Vec<[usize; 3]> =
            wrapped.chunks_exact(3).map(|x| std::array::from_fn(|k| place(x[k], cell.edges[k], counts[k]))).collect();
        let mut members = vec![Vec::new(); counts.iter().product()];
        for (i, at) in cell_of.iter().enumerate() {
            members[(at[0] * counts[1] + at[1]) * counts[2] + at[2]].push(i);
        }
        Self { counts, cell_of, members }
    }

    /// Calls `visit` for every particle in the cells around particle i's, each cell once.
    fn for_each_near(&self, i: usize, mut visit: impl FnMut(usize)) {
        let around = |k: usize| {
            let (at, count) = (self.cell_of[i][k], self.counts[k]);
            let steps = count.min(3);
            (0..steps).map(move |step| (at + count + step - usize::from(count > 2)) % count)
        };
        for x in around(0) {
            for y in around(1) {
                for z in around(2) {
                    for &j in &self.members[(x * self.counts[1] + y) * self.counts[2] + z] {
                        visit(j);
                    }
                }
            }
        }
    }
}
