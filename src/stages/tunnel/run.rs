//! Stage `tunnel`: the quantum problem along each path, for each unit of energy asked for.

use super::layout::LAYOUT;
use crate::error::{Error, Result};
use crate::files::{Attribute, RowRange, Rows, StageFile, StageReader, TaskCost, TaskKey, name_of};
use crate::stage::Stage;
use crate::stages::Context;
use crate::stages::connect::Wells;
use crate::statistics::{Library, logarithmic_grid, quantum_densities};
use crate::tunnelling::{Doublet, Kind, LevelsStatus, Profile, TunnelSettings, Unit, solve, units_of};
use crate::units;
use std::time::Instant;

/// A column of the doublets by name.
type Named = (&'static str, fn(&Doublet) -> f64);

/// Solves every double well for every unit and writes tunnelling.h5; with `spectra`, the differences of zero-point energies of
/// modes.h5 beside.
///
/// # Errors
/// paths.h5 missing or damaged, a directory that cannot be written.
pub fn run(context: &Context<'_>, spectra: bool) -> Result<()> {
    let settings = context.section(&context.deck.tunnel, Stage::Tunnel)?;
    let opened = StageReader::open(&context.directory, Stage::Connect).and_then(|reader| {
        let total = reader.shape("/double_wells/glass")?.first().copied().unwrap_or(0);
        Ok((reader, total))
    });
    let (reader, total) = context.ranks.agree(opened)?;
    let (rank, size) = (context.ranks.rank() as u64, context.ranks.size() as u64);
    let first = total * rank / size;
    let count = total * (rank + 1) / size - first;
    let wells = context.ranks.agree(Wells::read(&reader, first, count))?;
    let rows = Rows::new(context.ranks, total, vec![RowRange { first, count }])?;
    let glasses = context.ranks.agree(Glasses::read(context))?;
    let differences = match spectra {
        true => context.ranks.agree(zero_point_differences(context, first, count))?,
        false => None,
    };
    let mut tasks = Vec::new();
    let mut solved_units = Vec::new();
    for (round, unit) in units_of(context.deck.model.preset, settings).into_iter().enumerate() {
        let one = |well: usize| {
            let start = Instant::now();
            let doublet = doublet(&wells.profile(well), unit.reduced_mass, settings)?;
            let key = TaskKey { round: round as u32, task: first + well as u64 };
            Ok((doublet, TaskCost { key, seconds: start.elapsed().as_secs_f64() }))
        };
        let (doublets, costs): (Vec<Doublet>, Vec<TaskCost>) =
            context.workers(Stage::Tunnel).in_pieces(count, one)?.into_iter().unzip();
        tasks.extend(costs);
        solved_units.push((unit, doublets));
    }
    let mut file = context.create_file(Stage::Tunnel, &LAYOUT)?;
    for (unit, doublets) in solved_units {
        write_doublets(&mut file, &unit, &rows, (&wells, &doublets), settings)?;
        write_statistics(context, &mut file, &unit, &wells, &doublets, glasses)?;
    }
    if let Some(differences) = differences {
        file.write("/zero_point_difference", &rows, &[], &differences)?;
    }
    context.finish_with(file, None, tasks)
}

/// Whether tunnelling.h5 still lacks the differences of zero-point energies that modes.h5 has.
///
/// # Errors
/// `Storage` when a file cannot be read.
pub fn lacks_zero_points(context: &Context<'_>) -> Result<bool> {
    let asked = context.deck.modes.as_ref().is_some_and(|modes| modes.has_zero_points());
    if !asked || !context.runs(Stage::Modes) {
        return Ok(false);
    }
    let (tunnelling, modes) = (Stage::Tunnel.file_name(), Stage::Modes.file_name());
    if [tunnelling, modes].iter().any(|name| !context.directory.join(name).is_file()) {
        return Ok(false);
    }
    let has = |stage: Stage| Ok(StageReader::open(&context.directory, stage)?.has("/zero_point_difference"));
    Ok(has(Stage::Modes)? && !has(Stage::Tunnel)?)
}

/// The differences of zero-point energies of modes.h5 for some rows of /double_wells.
fn zero_point_differences(context: &Context<'_>, first: u64, count: u64) -> Result<Option<Vec<f64>>> {
    let reader = StageReader::open(&context.directory, Stage::Modes)?;
    reader.read_rows("/zero_point_difference", first, count).map(Some)
}

/// A path whose profile cannot be solved is a row without figures, not the end of the campaign.
fn doublet(profile: &Profile, reduced_mass: f64, settings: &TunnelSettings) -> Result<Doublet> {
    match solve(profile, None, reduced_mass, settings) {
        Err(Error::Numerical(_)) => Ok(Doublet::unsolved(settings.levels.max(2), LevelsStatus::NoProfile)),
        other => other,
    }
}

fn write_doublets(
    file: &mut StageFile<'_>,
    unit: &Unit,
    rows: &Rows,
    (wells, doublets): (&Wells, &[Doublet]),
    settings: &TunnelSettings,
) -> Result<()> {
    let at = |name: &str| format!("/{}/{name}", unit.name);
    let levels: Vec<f64> = doublets.iter().flat_map(|doublet| &doublet.levels).copied().collect();
    file.write(&at("levels"), rows, &[settings.levels.max(2) as u64], &levels)?;
    let numbers: [Named; 7] = [
        ("splitting", |d| d.splitting),
        ("diagonal_splitting", |d| d.diagonal_splitting),
        ("tunnelling_element", |d| d.tunnelling_element),
        ("decay_rate", |d| d.decay_rate),
        ("decay_rate_paper", |d| d.decay_rate_paper),
        ("convergence", |d| d.convergence),
        ("splitting_convergence", |d| d.splitting_convergence),
    ];
    for (name, value) in numbers {
        let column: Vec<f64> = doublets.iter().map(value).collect();
        file.write(&at(name), rows, &[], &column)?;
    }
    let quantum_temperature = units::quantum_temperature(unit.reduced_mass);
    // an exchange is symmetric by identity: no two-level system of the statistics
    let below = |(d, exchange): (&Doublet, &bool)| d.splitting < quantum_temperature && !exchange;
    let active: Vec<bool> = doublets.iter().zip(&wells.exchange).map(below).collect();
    let flags: [(&str, Vec<bool>); 2] =
        [("below_floor", doublets.iter().map(|d| d.below_floor).collect()), ("active", active)];
    for (name, column) in &flags {
        file.write(&at(name), rows, &[], column)?;
    }
    let kinds = doublets.iter().map(|d| name_of(&d.kind)).collect::<Result<Vec<_>>>()?;
    file.write(&at("kind"), rows, &[], &kinds)?;
    let statuses = doublets.iter().map(|d| name_of(&d.status)).collect::<Result<Vec<_>>>()?;
    file.write(&at("status"), rows, &[], &statuses)?;
    let group = format!("/{}", unit.name);
    file.attribute(&group, "reduced_mass", &Attribute::F64(unit.reduced_mass))?;
    file.attribute(&group, "kT_Q", &Attribute::F64(quantum_temperature))
}

/// What normalises n(E).
#[derive(Clone, Copy)]
struct Glasses {
    count: usize,
    particles: usize,
    /// Particles of all glasses over the volume of all glasses [sigma^-3]: n per volume is n per particle times this, of
    /// whatever sizes imported boxes are.
    density: f64,
}

/// What the attributes n0, n0_third, n0_SI and errors count by.
const NORMALISATION: &str = "n0, n0_third and errors: per atom (over N N_g) and epsilon; n0_SI: per volume (N N_g over the \
                             sum of the box volumes), in J^-1 m^-3";

impl Glasses {
    fn read(context: &Context<'_>) -> Result<Self> {
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

/// The small columns of all double wells in the order of the rows, on rank 0; none elsewhere.
struct Columns {
    glass: Vec<u32>,
    splitting: Vec<f64>,
    all: Vec<bool>,
    tunnelling: Vec<bool>,
}

impl Columns {
    fn gather(context: &Context<'_>, wells: &Wells, doublets: &[Doublet]) -> Result<Self> {
        let mine: Vec<(usize, (u32, f64, bool, bool))> = doublets
            .iter()
            .enumerate()
            .map(|(well, doublet)| {
                let counts = !wells.exchange[well] && doublet.splitting.is_finite();
                (0, (wells.glass[well], doublet.splitting, counts, counts && doublet.kind == Kind::Tunnelling))
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
    wells: &Wells,
    doublets: &[Doublet],
    glasses: Glasses,
) -> Result<()> {
    let columns = Columns::gather(context, wells, doublets)?;
    let quantum_temperature = units::quantum_temperature(unit.reduced_mass);
    for (group, counted) in [("density", &columns.all), ("density_tunnelling", &columns.tunnelling)] {
        let library = Library::new(&columns.glass, &columns.splitting, counted, glasses.count, glasses.particles);
        let library = context.ranks.agree(library)?;
        let at = format!("/{}/{group}", unit.name);
        let n = library.cumulative_density();
        // the other ranks have a library of nothing: what they hand over below is not used
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
            // from a hundredth of T_Q to ten times it
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
