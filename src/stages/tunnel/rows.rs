//! Writes tunnelling.h5.

use super::before::Before;
use super::columns::{DoubletOf, ZERO_POINTS};
use super::layout::LAYOUT;
use crate::error::{Error, Result};
use crate::files::{Attribute, Row, Rows, StageFile, StageReader, TaskCost};
use crate::stage::Stage;
use crate::stages::Context;
use crate::statistics::{Library, logarithmic_grid, quantum_densities};
use crate::tunnelling::{Doublet, Kind, Unit};
use crate::units;

/// The double wells of this rank.
pub struct Solved {
    pub rows: Rows,
    pub glass: Vec<u32>,
    pub exchange: Vec<bool>,
    /// The doublets for each unit; None for those of the earlier file.
    pub units: Vec<(Unit, Option<Vec<Doublet>>)>,
    /// Differences of zero-point energies, if modes.h5 exists.
    pub zero_points: Option<Vec<f64>>,
}

/// Collective: every rank passes its double wells.
///
/// # Errors
/// `Storage` when the file cannot be written.
pub fn write(
    context: &Context<'_>,
    solved: &Solved,
    before: &Before,
    glasses: Glasses,
    tasks: Vec<TaskCost>,
) -> Result<()> {
    let mut file = context.create_file(Stage::Tunnel, &LAYOUT)?;
    let levels = context.section(&context.deck.tunnel, Stage::Tunnel)?.levels.max(2);
    for (unit, doublets) in &solved.units {
        file.set_length(&unit.name, "L", levels)?;
        let splittings = match (doublets, before.of(unit)) {
            (Some(doublets), _) => {
                write_doublets(&mut file, unit, doublets, solved)?;
                doublets.iter().map(|doublet| (doublet.splitting, doublet.kind == Some(Kind::Tunnelling))).collect()
            }
            (None, Some(earlier)) => {
                keep_doublets(&mut file, unit, solved, earlier)?;
                context.ranks.agree(kept_splittings(unit, solved, earlier))?
            }
            (None, None) => return Err(Error::Internal(format!("the levels of {} are nowhere", unit.name))),
        };
        write_attributes(&mut file, unit, before.paths())?;
        write_statistics(context, &mut file, unit, &splittings, solved, glasses)?;
    }
    if let Some(differences) = &solved.zero_points {
        file.write_columns(ZERO_POINTS, &solved.rows, differences)?;
    }
    context.finish_with(file, None, tasks)
}

fn write_doublets(file: &mut StageFile<'_>, unit: &Unit, doublets: &[Doublet], solved: &Solved) -> Result<()> {
    let quantum_temperature = units::quantum_temperature(unit.reduced_mass);
    // an exchange is symmetric by construction: it does not count as a two-level system in the statistics
    let rows = doublets
        .iter()
        .zip(&solved.exchange)
        .map(|(doublet, exchange)| DoubletOf { doublet, active: doublet.splitting < quantum_temperature && !exchange });
    file.write_columns_of_unit(&unit.name, DoubletOf::COLUMNS, &solved.rows, rows)
}

/// The rows of an earlier file for the same double wells.
fn keep_doublets(file: &mut StageFile<'_>, unit: &Unit, solved: &Solved, earlier: &StageReader) -> Result<()> {
    let mine = solved.rows.ranges().iter().flat_map(|range| range.first..range.first + range.count);
    let order: Vec<Row<DoubletOf>> = mine.map(Row::Kept).collect();
    file.write_columns_with_kept(&unit.name, DoubletOf::COLUMNS, &solved.rows, (&order, earlier))
}

/// (splitting, whether of kind tunnelling) of the double wells of this rank in an earlier file.
fn kept_splittings(unit: &Unit, solved: &Solved, earlier: &StageReader) -> Result<Vec<(f64, bool)>> {
    let mut all = Vec::new();
    for range in solved.rows.ranges() {
        let path = |name: &str| format!("/{}/{name}", unit.name);
        let splitting: Vec<f64> = earlier.read_rows(&path("splitting"), range.first, range.count)?;
        let kind = earlier.read_text_rows(&path("kind"), range.first, range.count)?;
        all.extend(splitting.into_iter().zip(kind.iter().map(|kind| kind == Kind::Tunnelling.name())));
    }
    Ok(all)
}

fn write_attributes(file: &mut StageFile<'_>, unit: &Unit, paths: u64) -> Result<()> {
    let group = format!("/{}", unit.name);
    file.attribute(&group, "reduced_mass", &Attribute::F64(unit.reduced_mass))?;
    file.attribute(&group, "kT_Q", &Attribute::F64(units::quantum_temperature(unit.reduced_mass)))?;
    file.attribute(&group, "paths", &Attribute::U64(paths))
}

/// The normalisation of n(E).
#[derive(Clone, Copy)]
pub struct Glasses {
    count: usize,
    particles: usize,
    /// Particles of all glasses over the volume of all glasses [sigma^-3]: n per volume is n per particle times this,
    /// even for imported boxes of different sizes.
    density: f64,
}

/// Normalisation of the attributes n0, n0_third, n0_SI and errors.
const NORMALISATION: &str = "n0, n0_third and errors: per atom (over N N_g) and epsilon; n0_SI: per volume (N N_g over the \
                             sum of the box volumes), in J^-1 m^-3";

impl Glasses {
    /// Reads glasses.h5.
    ///
    /// # Errors
    /// `Storage` when it is missing or damaged.
    pub fn read(context: &Context<'_>) -> Result<Self> {
        let reader = StageReader::open(&context.directory, Stage::Prepare)?;
        let shape = reader.shape("/glasses/species")?;
        let edges: Vec<f64> = reader.read("/glasses/box")?;
        let (count, particles) = match shape[..] {
            [count, particles] => (count as usize, particles as usize),
            _ => return Err(Error::storage(reader.path(), "/glasses/species is not [Ng, N]")),
        };
        Ok(Self { count, particles, density: mean_density(particles, &edges) })
    }
}

/// Particles of all glasses over the volume of all glasses; `edges` [Ng,3].
fn mean_density(particles: usize, edges: &[f64]) -> f64 {
    let boxes = edges.as_chunks::<3>().0;
    let volume: f64 = boxes.iter().map(|edges| edges.iter().product::<f64>()).sum();
    (boxes.len() * particles) as f64 / volume
}

/// The splittings of all double wells in the order of the rows, on rank 0; empty elsewhere.
struct Splittings {
    glass: Vec<u32>,
    splitting: Vec<f64>,
    /// Double wells that count in the statistics, and active ones.
    all: Vec<bool>,
    tunnelling: Vec<bool>,
}

impl Splittings {
    /// `mine`: (splitting, whether of kind tunnelling) of the double wells of this rank.
    fn gather(context: &Context<'_>, mine: &[(f64, bool)], solved: &Solved) -> Result<Self> {
        let mine: Vec<(usize, (u32, f64, bool, bool))> = mine
            .iter()
            .enumerate()
            .map(|(well, (splitting, tunnelling))| {
                let counts = !solved.exchange[well] && splitting.is_finite();
                (0, (solved.glass[well], *splitting, counts, counts && *tunnelling))
            })
            .collect();
        let rows: Vec<_> = context.ranks.exchange(mine)?.into_iter().map(|(_, row)| row).collect();
        Ok(Self {
            glass: rows.iter().map(|row| row.0).collect(),
            splitting: rows.iter().map(|row| row.1).collect(),
            all: rows.iter().map(|row| row.2).collect(),
            tunnelling: rows.iter().map(|row| row.3).collect(),
        })
    }
}

fn write_statistics(
    context: &Context<'_>,
    file: &mut StageFile<'_>,
    unit: &Unit,
    splittings: &[(f64, bool)],
    solved: &Solved,
    glasses: Glasses,
) -> Result<()> {
    let known = Splittings::gather(context, splittings, solved)?;
    let quantum_temperature = units::quantum_temperature(unit.reduced_mass);
    for (group, counted) in [("density", &known.all), ("density_tunnelling", &known.tunnelling)] {
        let library = Library::new(&known.glass, &known.splitting, counted, glasses.count, glasses.particles);
        let library = context.ranks.agree(library)?;
        let at = format!("/{}/{group}", unit.name);
        let n = library.cumulative_density();
        // the other ranks have empty statistics: what they pass below is not used
        let length = context.ranks.max_u64(n.splitting.len() as u64);
        file.write_small(&format!("{at}/splitting"), &[length], &n.splitting)?;
        file.write_small(&format!("{at}/cumulative"), &[length], &n.cumulative)?;
        let [n0, third] = quantum_densities(&library, quantum_temperature, context.deck.campaign.seed);
        let in_si = unit
            .material
            .map_or(f64::NAN, |material| material.density_per_joule_and_cubic_metre(n0.density, glasses.density));
        let attributes = [
            ("n0", Attribute::F64(n0.density)),
            ("n0_third", Attribute::F64(third.density)),
            ("counts", Attribute::I64List(vec![n0.count as i64, third.count as i64])),
            ("n0_SI", Attribute::F64(in_si)),
            ("normalisation", Attribute::Text(NORMALISATION.to_owned())),
            ("errors", Attribute::F64List(vec![n0.lower, n0.upper, third.lower, third.upper])),
        ];
        for (name, value) in &attributes {
            file.attribute(&at, name, value)?;
        }
        if group == "density" {
            // from T_Q / 100 to 10 T_Q
            let temperatures = logarithmic_grid(0.01 * quantum_temperature, 10.0 * quantum_temperature, 10);
            let heat = library.specific_heat(&temperatures);
            let length = temperatures.len() as u64;
            file.write_small(&format!("/{}/specific_heat/temperature", unit.name), &[length], &temperatures)?;
            file.write_small(&format!("/{}/specific_heat/value", unit.name), &[length], &heat)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::mean_density;

    #[test]
    fn unequal_boxes_count_by_their_volumes() {
        assert_eq!(mean_density(54, &[3.0, 3.0, 3.0]), 2.0);
        assert_eq!(mean_density(54, &[3.0, 3.0, 3.0, 3.0, 3.0, 9.0]), 1.0);
    }
}
