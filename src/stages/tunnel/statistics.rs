//! n(E), n0 and the specific heat of each unit, counted by rows and by local systems.

use super::columns::{Continuation, Counted, Counting, EstimateOf};
use super::splitting::Splitting;
use crate::error::{Error, Result};
use crate::files::{Attribute, Rows, StageFile, StageReader};
use crate::paths::CandidateRule;
use crate::stage::Stage;
use crate::stages::Context;
use crate::stages::connect::{DoubleWellReader, WellSystems};
use crate::statistics::{Library, logarithmic_grid, quantum_densities};
use crate::systems::spread;
use crate::tunnelling::Unit;
use crate::units;

/// What the statistics of every unit need besides its splittings.
pub struct Ensemble {
    glasses: usize,
    particles: usize,
    /// Particles of all glasses over the volume of all glasses [sigma^-3]: n per volume is n per particle times this,
    /// even for imported boxes of different sizes.
    density: f64,
    /// Of all double wells on rank 0; empty elsewhere.
    wells: WellSystems,
    /// Numbers of local systems, and of times at which double wells are counted.
    systems: u64,
    times: u64,
    /// Which glasses were equilibrated, and which have a run that diffused.
    equilibrated: Vec<bool>,
    diffusing: Vec<bool>,
}

/// Normalisation of the attributes n0, n0_third, n0_SI and errors.
const NORMALISATION: &str = "n0, n0_third and errors: per atom (over N N_g) and epsilon; n0_SI: per volume (N N_g over the \
                             sum of the box volumes), in J^-1 m^-3";

impl Ensemble {
    /// Collective: reads glasses.h5 and, on rank 0, the local systems in paths.h5.
    ///
    /// # Errors
    /// `Storage` when a file is missing or damaged.
    pub fn read(context: &Context<'_>, paths: &DoubleWellReader) -> Result<Self> {
        let ranks = context.ranks;
        let (glasses, particles, edges) = ranks.agree(boxes(context))?;
        let wells = ranks.agree(if ranks.rank() == 0 { paths.systems() } else { Ok(WellSystems::default()) })?;
        let systems = ranks.max_u64(wells.representative.len() as u64);
        let times = ranks.max_u64(wells.growth.len() as u64);
        let equilibrated = ranks.agree(equilibrated(context))?;
        let diffusing = ranks.agree(diffusing(context, glasses))?;
        let density = mean_density(particles, &edges);
        Ok(Self { glasses, particles, density, wells, systems, times, equilibrated, diffusing })
    }
}

fn equilibrated(context: &Context<'_>) -> Result<Vec<bool>> {
    StageReader::open(&context.directory, Stage::Prepare)?.read("/glasses/equilibrated")
}

/// Which glasses have a run that diffused.
fn diffusing(context: &Context<'_>, glasses: usize) -> Result<Vec<bool>> {
    let reader = StageReader::open(&context.directory, Stage::Explore)?;
    let runs = reader.read::<u32>("/runs/glass")?.into_iter().zip(reader.read::<bool>("/runs/diffusing")?);
    let mut any = vec![false; glasses];
    runs.filter(|(_, diffusing)| *diffusing).for_each(|(glass, _)| {
        any.get_mut(glass as usize).into_iter().for_each(|any| *any = true);
    });
    Ok(any)
}

/// Numbers of glasses and particles, and the edges of the boxes [Ng,3].
fn boxes(context: &Context<'_>) -> Result<(usize, usize, Vec<f64>)> {
    let reader = StageReader::open(&context.directory, Stage::Prepare)?;
    let edges = reader.read("/glasses/box")?;
    match reader.shape("/glasses/species")?[..] {
        [count, particles] => Ok((count as usize, particles as usize, edges)),
        _ => Err(Error::storage(reader.path(), "/glasses/species is not [Ng, N]")),
    }
}

/// Particles of all glasses over the volume of all glasses; `edges` [Ng,3].
fn mean_density(particles: usize, edges: &[f64]) -> f64 {
    let boxes = edges.as_chunks::<3>().0;
    let volume: f64 = boxes.iter().map(|edges| edges.iter().product::<f64>()).sum();
    (boxes.len() * particles) as f64 / volume
}

/// Glass, splittings [parabola, reflected], and flags: counted, of kind tunnelling, below the floor, unconverged.
type SplittingOfGlass = (u32, [f64; 2], [bool; 4]);

/// The splittings of all double wells in the order of the rows, on rank 0; empty elsewhere.
struct Splittings {
    glass: Vec<u32>,
    splitting: Vec<f64>,
    reflected: Vec<f64>,
    below_floor: Vec<bool>,
    unconverged: Vec<bool>,
    /// Double wells that count in the statistics, and those of kind tunnelling among them.
    all: Vec<bool>,
    tunnelling: Vec<bool>,
}

impl Splittings {
    /// `mine`: the double wells of this rank.
    fn gather(context: &Context<'_>, mine: &[Splitting], (glass, exchange): (&[u32], &[bool])) -> Result<Self> {
        let wells = mine.iter().zip(glass).zip(exchange);
        let mine: Vec<(usize, SplittingOfGlass)> = wells
            .map(|((well, glass), exchange)| {
                let counts = !exchange && well.splitting.is_finite();
                let flags = [counts, counts && well.is_tunnelling, well.below_floor, well.unconverged];
                (0, (*glass, [well.splitting, well.reflected], flags))
            })
            .collect();
        let rows: Vec<_> = context.ranks.exchange(mine)?.into_iter().map(|(_, row)| row).collect();
        let flag = |k: usize| rows.iter().map(|row| row.2[k]).collect();
        Ok(Self {
            glass: rows.iter().map(|row| row.0).collect(),
            splitting: rows.iter().map(|row| row.1[0]).collect(),
            reflected: rows.iter().map(|row| row.1[1]).collect(),
            all: flag(0),
            tunnelling: flag(1),
            below_floor: flag(2),
            unconverged: flag(3),
        })
    }

    /// Which rows are counted.
    fn counted(&self, wells: &WellSystems, rule: CandidateRule, counting: Counting, kind: Counted) -> Vec<bool> {
        let of_kind = match kind {
            Counted::All => &self.all,
            Counted::Tunnelling => &self.tunnelling,
        };
        let joined = of_kind.iter().zip(&wells.rule).map(|(counted, of_well)| *counted && *of_well <= rule);
        match counting {
            Counting::Rows => joined.collect(),
            Counting::Local => joined
                .zip(wells.representatives(rule, |well| self.all[well]))
                .map(|(counted, one)| counted && one)
                .collect(),
        }
    }
}

/// Collective: writes the statistics of a unit; `splittings` are those of the double wells of this rank, with their glasses and
/// whether they are exchanges.
///
/// # Errors
/// `Storage` when the file cannot be written.
pub fn write_statistics(
    context: &Context<'_>,
    file: &mut StageFile<'_>,
    unit: &Unit,
    splittings: &[Splitting],
    of_wells: (&[u32], &[bool]),
    ensemble: &Ensemble,
) -> Result<()> {
    let known = Splittings::gather(context, splittings, of_wells)?;
    let quantum_temperature = units::quantum_temperature(unit.reduced_mass);
    // from T_Q / 100 to 10 T_Q
    let temperatures = logarithmic_grid(0.01 * quantum_temperature, 10.0 * quantum_temperature, 10);
    let heat = |name: &str| format!("/{}/specific_heat/{name}", unit.name);
    let length = [temperatures.len() as u64];
    file.write_small(&heat("temperature"), &length, &temperatures)?;
    let groups = [
        ("density", Counting::Rows, Counted::All, Some("value")),
        ("density_tunnelling", Counting::Rows, Counted::Tunnelling, None),
        ("density_local", Counting::Local, Counted::All, Some("local")),
    ];
    for (group, counting, kind, of_heat) in groups {
        let counted = known.counted(&ensemble.wells, CandidateRule::BothWays, counting, kind);
        let library = ensemble.library(&known, &counted);
        let library = context.ranks.agree(library)?;
        write_density(context, file, unit, group, &library, ensemble)?;
        if let Some(name) = of_heat {
            file.write_small(&heat(name), &length, library.specific_heat(&temperatures))?;
        }
    }
    write_systems(file, unit, &known, ensemble)?;
    write_growth(file, unit, &known, ensemble)?;
    write_estimates(context, file, unit, &known, ensemble)
}

impl Ensemble {
    fn library<'k>(&self, known: &'k Splittings, counted: &'k [bool]) -> Result<Library<'k>> {
        Library::new(&known.glass, &known.splitting, counted, self.glasses, self.particles)
    }

    fn library_reflected<'k>(&self, known: &'k Splittings, counted: &'k [bool]) -> Result<Library<'k>> {
        Library::new(&known.glass, &known.reflected, counted, self.glasses, self.particles)
    }

    /// How many of the counted wells below `energy` are below the rounding floor, unconverged, in glasses that were not
    /// equilibrated, or in glasses with a run that diffused.
    fn doubtful(&self, known: &Splittings, counted: &[bool], energy: f64) -> Vec<i64> {
        let wells: Vec<usize> = (0..counted.len()).filter(|&k| counted[k] && known.splitting[k] < energy).collect();
        let count = |is: &dyn Fn(usize) -> bool| wells.iter().filter(|k| is(**k)).count() as i64;
        let of_glass = |flags: &[bool], k: usize| flags.get(known.glass[k] as usize).copied().unwrap_or(false);
        vec![
            count(&|k| known.below_floor[k]),
            count(&|k| known.unconverged[k]),
            count(&|k| !of_glass(&self.equilibrated, k)),
            count(&|k| of_glass(&self.diffusing, k)),
        ]
    }
}

/// n(E) and the attributes of one group.
fn write_density(
    context: &Context<'_>,
    file: &mut StageFile<'_>,
    unit: &Unit,
    group: &str,
    library: &Library<'_>,
    ensemble: &Ensemble,
) -> Result<()> {
    let at = format!("/{}/{group}", unit.name);
    let n = library.cumulative_density();
    // the other ranks have empty statistics: what they pass below is not used
    let length = context.ranks.max_u64(n.splitting.len() as u64);
    file.write_small(&format!("{at}/splitting"), &[length], &n.splitting)?;
    file.write_small(&format!("{at}/cumulative"), &[length], &n.cumulative)?;
    let quantum_temperature = units::quantum_temperature(unit.reduced_mass);
    let [n0, third] = quantum_densities(library, quantum_temperature);
    let in_si = unit
        .material
        .map_or(f64::NAN, |material| material.density_per_joule_and_cubic_metre(n0.density, ensemble.density));
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
    Ok(())
}

/// The splittings of the local systems and their spreads.
fn write_systems(file: &mut StageFile<'_>, unit: &Unit, known: &Splittings, ensemble: &Ensemble) -> Result<()> {
    let wells = &ensemble.wells;
    let splitting: Vec<f64> = wells.representative.iter().map(|&well| known.splitting[well]).collect();
    let mut members = vec![Vec::new(); wells.representative.len()];
    for (&system, &splitting) in
        wells.system.iter().zip(&known.splitting).filter(|(_, splitting)| splitting.is_finite())
    {
        members[system].push(splitting);
    }
    let spreads: Vec<f64> = members.into_iter().map(|splittings| spread(splittings.into_iter())).collect();
    let at = |name: &str| format!("/{}/local_systems/{name}", unit.name);
    file.write_small(&at("splitting"), &[ensemble.systems], &splitting)?;
    file.write_small(&at("splitting_spread"), &[ensemble.systems], &spreads)
}

/// The number of active double wells against the time explored.
fn write_growth(file: &mut StageFile<'_>, unit: &Unit, known: &Splittings, ensemble: &Ensemble) -> Result<()> {
    let growth = &ensemble.wells.growth;
    let quantum_temperature = units::quantum_temperature(unit.reduced_mass);
    let mut seen = vec![Vec::new(); ensemble.glasses];
    for (well, &first_seen) in ensemble.wells.first_seen.iter().enumerate() {
        if known.all[well] && known.splitting[well] < quantum_temperature {
            seen[known.glass[well] as usize].push(first_seen);
        }
    }
    let until = |&(glass, time): &(u32, f64)| {
        let of_glass = seen.get(glass as usize).map_or(&[][..], Vec::as_slice);
        of_glass.iter().filter(|seen| **seen <= time).count() as i64
    };
    let at = |name: &str| format!("/{}/growth/{name}", unit.name);
    let length = [ensemble.times];
    file.write_small(&at("glass"), &length, growth.iter().map(|(glass, _)| *glass).collect::<Vec<u32>>())?;
    file.write_small(&at("time"), &length, growth.iter().map(|(_, time)| *time).collect::<Vec<f64>>())?;
    file.write_small(&at("active"), &length, growth.iter().map(until).collect::<Vec<i64>>())
}

/// n0 by every rule, way of counting and kind.
fn write_estimates(
    context: &Context<'_>,
    file: &mut StageFile<'_>,
    unit: &Unit,
    known: &Splittings,
    ensemble: &Ensemble,
) -> Result<()> {
    let quantum_temperature = units::quantum_temperature(unit.reduced_mass);
    // the papers' rule is always there; the other ranks learn from rank 0 which looser ones joined double wells
    let rules = ensemble.wells.rule.iter().fold(1, |rules, rule| rules | 1 << *rule as u64);
    let rules = context.ranks.max_u64(rules);
    let length = context.section(&context.deck.tunnel, Stage::Tunnel)?.length;
    let mut estimates = Vec::new();
    for rule in CandidateRule::ALL.into_iter().filter(|rule| rules >> *rule as u64 & 1 == 1) {
        for counting in [Counting::Rows, Counting::Local] {
            for kind in [Counted::All, Counted::Tunnelling] {
                let counted = known.counted(&ensemble.wells, rule, counting, kind);
                let parabola = context.ranks.agree(ensemble.library(known, &counted))?;
                let reflected = context.ranks.agree(ensemble.library_reflected(known, &counted))?;
                for (continuation, library) in
                    [(Continuation::Parabola, parabola), (Continuation::Reflected, reflected)]
                {
                    let [n0, _] = quantum_densities(&library, quantum_temperature);
                    estimates.push(EstimateOf { rule, counting, kind, length, continuation, n0 });
                }
            }
        }
    }
    let rows = Rows::on_rank_zero(context.ranks, estimates.len() as u64);
    file.write_columns_of_unit(&unit.name, EstimateOf::COLUMNS, &rows, &estimates[..rows.held() as usize])?;
    let headline = estimates.iter().find(|estimate| estimate.is_headline());
    let method = headline.map_or("", |estimate| estimate.n0.method.name());
    let counted = known.counted(&ensemble.wells, CandidateRule::BothWays, Counting::Rows, Counted::All);
    let at = format!("/{}/n0", unit.name);
    file.attribute(&at, "error_method", &Attribute::Text(method.to_owned()))?;
    file.attribute(&at, "doubtful", &Attribute::I64List(ensemble.doubtful(known, &counted, quantum_temperature)))
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
