//! Distances and energy differences of all pairs of minima of a glass.

use super::product::{Text, io_error};
use super::source::{Found, Source};
use crate::error::Result;
use crate::landscape::{Displacement, displacement_field, rattlers};
use rayon::prelude::*;
use std::io;

/// The minima of a glass.
struct Minima {
    found: Vec<Found>,
    /// Rattlers of each [N].
    loose: Vec<Vec<bool>>,
}

/// A row for each pair a, b of minima of a glass, a the lower one: |r_b - r_a| without the motion of the whole glass (and
/// without rattlers), V(b) - V(a) from the energies in the files, and the participation ratio of r_b - r_a, as in
/// /double_wells. M (M - 1) / 2 rows.
///
/// # Errors
/// `Usage` when there is no such glass; `Storage` when a file is missing or damaged.
pub fn pairs(source: &Source, glass: u64) -> Result<Text> {
    source.check_glass(glass)?;
    let minima = source.minima()?;
    let found = (0..minima.count(glass)).map(|index| minima.get(glass, index)).collect::<Result<Vec<Found>>>()?;
    let of_minimum = |Found { configuration, .. }: &Found| {
        rattlers(&source.potential.model(configuration), &configuration.cell, &configuration.positions)
    };
    let loose = found.par_iter().map(of_minimum).collect();
    let minima = Minima { found, loose };
    Ok(Box::new(move |out| minima.write(out)))
}

impl Minima {
    fn write(&self, out: &mut dyn io::Write) -> io::Result<()> {
        let mut writer = csv::Writer::from_writer(out);
        writer.write_record(["a", "b", "distance", "energy_difference", "participation_ratio"]).map_err(io_error)?;
        for i in 0..self.found.len() {
            let later: Vec<(usize, usize, Displacement)> =
                (i + 1..self.found.len()).into_par_iter().map(|j| self.pair(i, j)).collect();
            for (a, b, displacement) in later {
                let difference = self.found[b].energy - self.found[a].energy;
                let numbers = [displacement.distance, difference, displacement.participation_ratio];
                let ends = [a.to_string(), b.to_string()];
                let record = ends.into_iter().chain(numbers.map(|number| format!("{number:?}")));
                writer.write_record(record).map_err(io_error)?;
            }
        }
        writer.flush()
    }

    /// The lower minimum, the upper one, and how far they are apart.
    fn pair(&self, i: usize, j: usize) -> (usize, usize, Displacement) {
        let (a, b) = if self.found[j].energy < self.found[i].energy { (j, i) } else { (i, j) };
        let [of_a, of_b] = [a, b].map(|of| &self.found[of].configuration);
        let held = |particle: usize| !(self.loose[a][particle] || self.loose[b][particle]);
        (a, b, Displacement::of(&displacement_field(&of_a.cell, &of_a.positions, &of_b.positions, held)))
    }
}
