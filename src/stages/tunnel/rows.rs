//! Writes tunnelling.h5.

use super::before::Before;
use super::columns::{DoubletOf, ZERO_POINTS};
use super::layout::LAYOUT;
use super::splitting::{Levels, Splitting};
use super::statistics::{Ensemble, write_statistics};
use crate::error::{Error, Result};
use crate::files::{Attribute, Row, Rows, StageFile, StageReader, TaskCost};
use crate::stage::Stage;
use crate::stages::Context;
use crate::tunnelling::{Kind, Unit};
use crate::units::{self, Material};

/// The double wells of this rank.
pub struct Solved {
    pub rows: Rows,
    pub glass: Vec<u32>,
    pub exchange: Vec<bool>,
    /// The doublets for each unit; None for those of the earlier file.
    pub units: Vec<(Unit, Option<Vec<Levels>>)>,
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
    ensemble: &Ensemble,
    tasks: Vec<TaskCost>,
) -> Result<()> {
    let mut file = context.create_file(Stage::Tunnel, &LAYOUT)?;
    let levels = context.section(&context.deck.tunnel, Stage::Tunnel)?.levels.max(2);
    for (unit, of_unit) in &solved.units {
        file.set_length(&unit.name, "L", levels)?;
        let splittings = match (of_unit, before.of(unit)) {
            (Some(levels), _) => {
                write_doublets(&mut file, unit, levels, solved)?;
                levels.iter().map(Splitting::of).collect()
            }
            (None, Some(earlier)) => {
                keep_doublets(&mut file, unit, solved, earlier)?;
                context.ranks.agree(kept_splittings(unit, solved, earlier))?
            }
            (None, None) => return Err(Error::Internal(format!("the levels of {} are nowhere", unit.name))),
        };
        write_attributes(&mut file, unit, before.paths())?;
        let of_wells = (&solved.glass[..], &solved.exchange[..]);
        write_statistics(context, &mut file, unit, &splittings, of_wells, ensemble)?;
    }
    if let Some(differences) = &solved.zero_points {
        file.write_columns(ZERO_POINTS, &solved.rows, differences)?;
    }
    context.finish_with(file, None, tasks)
}

fn write_doublets(file: &mut StageFile<'_>, unit: &Unit, levels: &[Levels], solved: &Solved) -> Result<()> {
    let quantum_temperature = units::quantum_temperature(unit.reduced_mass);
    // an exchange is symmetric by construction: it does not count as a two-level system in the statistics
    let rows = levels.iter().zip(&solved.exchange).map(|(Levels { doublet, reflected }, exchange)| DoubletOf {
        doublet,
        active: doublet.splitting < quantum_temperature && !exchange,
        reflected: *reflected,
        rate: unit.material.map_or(f64::NAN, |material| material.rate_per_second(doublet.decay_rate)),
    });
    file.write_columns_of_unit(&unit.name, DoubletOf::COLUMNS, &solved.rows, rows)
}

/// The rows of an earlier file for the same double wells.
fn keep_doublets(file: &mut StageFile<'_>, unit: &Unit, solved: &Solved, earlier: &StageReader) -> Result<()> {
    let mine = solved.rows.ranges().iter().flat_map(|range| range.first..range.first + range.count);
    let order: Vec<Row<DoubletOf>> = mine.map(Row::Kept).collect();
    file.write_columns_with_kept(&unit.name, DoubletOf::COLUMNS, &solved.rows, (&order, earlier))
}

/// What the statistics need of the double wells of this rank, from an earlier file.
fn kept_splittings(unit: &Unit, solved: &Solved, earlier: &StageReader) -> Result<Vec<Splitting>> {
    let mut all = Vec::new();
    for range in solved.rows.ranges() {
        let path = |name: &str| format!("/{}/{name}", unit.name);
        let splitting: Vec<f64> = earlier.read_rows(&path("splitting"), range.first, range.count)?;
        let reflected: Vec<f64> = earlier.read_rows(&path("splitting_reflected"), range.first, range.count)?;
        let kind = earlier.read_text_rows(&path("kind"), range.first, range.count)?;
        let status = earlier.read_text_rows(&path("status"), range.first, range.count)?;
        let floor: Vec<bool> = earlier.read_rows(&path("below_floor"), range.first, range.count)?;
        all.extend((0..splitting.len()).map(|k| Splitting {
            splitting: splitting[k],
            reflected: reflected[k],
            is_tunnelling: kind[k] == Kind::Tunnelling.name(),
            below_floor: floor[k],
            unconverged: status[k] != "converged",
        }));
    }
    Ok(all)
}

fn write_attributes(file: &mut StageFile<'_>, unit: &Unit, paths: u64) -> Result<()> {
    let group = format!("/{}", unit.name);
    file.attribute(&group, "reduced_mass", &Attribute::F64(unit.reduced_mass))?;
    file.attribute(&group, "kT_Q", &Attribute::F64(units::quantum_temperature(unit.reduced_mass)))?;
    file.attribute(&group, "paths", &Attribute::U64(paths))?;
    let constant = |value: fn(&Material) -> f64| Attribute::F64(unit.material.map_or(f64::NAN, value));
    let kelvin = unit.material.map_or(f64::NAN, |material| material.quantum_temperature_in_kelvin(unit.reduced_mass));
    file.attribute(&group, "T_Q_kelvin", &Attribute::F64(kelvin))?;
    file.attribute(&group, "sigma_metre", &constant(|material| material.sigma))?;
    file.attribute(&group, "epsilon_joule", &constant(|material| material.epsilon))?;
    file.attribute(&group, "mass_kilogram", &constant(|material| material.mass))
}
