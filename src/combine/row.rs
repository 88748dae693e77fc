//! A row of the table: a unit of the pooled campaigns of one temperature.

use super::relaxation::RelaxationRatio;
use super::source::{Choice, Source, UnitOf, Well};
use crate::error::{Error, Result};
use crate::files::columns::Take::*;
use crate::files::columns::{Column, column};
use crate::stages::explore::ROUNDING;
use crate::statistics::{DensityEstimate, Library};
use std::collections::BTreeSet;

/// Where a number is not known.
const UNKNOWN_COUNT: i64 = -1;

/// The figures of one unit of pooled campaigns.
#[derive(Clone, Debug)]
pub struct CampaignRow {
    pub name: String,
    pub unit: String,
    pub temperature: f64,
    pub relaxation_ratio: f64,
    pub relaxation_ratio_error: f64,
    pub extrapolated: bool,
    pub campaigns: usize,
    pub particles: usize,
    pub glasses: usize,
    pub equilibrated: usize,
    pub minima: u64,
    pub double_wells: u64,
    pub local_systems: Option<u64>,
    pub active: u64,
    pub quantum_temperature: f64,
    /// Of everything that was found.
    pub n0: DensityEstimate,
    /// Of what was first seen until the time of the choice.
    pub n0_at_time: Option<DensityEstimate>,
    pub a4_reduced: f64,
    pub shear: f64,
    pub bulk: f64,
}

impl CampaignRow {
    /// /campaigns.
    pub const COLUMNS: &'static [Column<Self>] = &[
        column(
            "/campaigns/name",
            "[R]",
            "1",
            "name of the campaign; the names of pooled ones, separated by commas",
            Text(|row| row.name.clone()),
        ),
        column("/campaigns/unit", "[R]", "1", "material or reduced mass of [tunnel]", Text(|row| row.unit.clone())),
        column(
            "/campaigns/temperature",
            "[R]",
            "epsilon",
            "T_f, temperature at which the glasses were prepared; NaN for imported glasses whose deck does not give it",
            F64(|row| row.temperature),
        ),
        column(
            "/campaigns/relaxation_ratio",
            "[R]",
            "1",
            "tau_alpha(T_f) / tau_0 of molecular dynamics, tau_0 = tau_alpha(T_o) (tau_onset in relaxation.h5); NaN where no \
             relaxation.h5 gives it",
            F64(|row| row.relaxation_ratio),
        ),
        column(
            "/campaigns/relaxation_ratio_error",
            "[R]",
            "1",
            "its standard error: measured, that of tau_alpha(T_f) alone; extrapolated, by fits to relaxation times drawn \
             again within their errors; NaN where it is not known",
            F64(|row| row.relaxation_ratio_error),
        ),
        column(
            "/campaigns/extrapolated",
            "[R]",
            "1",
            "whether tau_alpha was not measured at T_f: relaxation_ratio is that of the stored fit, parabolic or, without \
             one, of Vogel, Fulcher and Tammann",
            Bool(|row| row.extrapolated),
        ),
        column("/campaigns/campaigns", "[R]", "1", "number of pooled campaigns", I64(|row| row.campaigns as i64)),
        column(
            "/campaigns/particles",
            "[R]",
            "1",
            "N, number of particles of a glass",
            I64(|row| row.particles as i64),
        ),
        column(
            "/campaigns/glasses",
            "[R]",
            "1",
            "N_g, number of glasses that are counted",
            I64(|row| row.glasses as i64),
        ),
        column(
            "/campaigns/equilibrated",
            "[R]",
            "1",
            "number of these glasses that were in equilibrium when preparation ended",
            I64(|row| row.equilibrated as i64),
        ),
        column(
            "/campaigns/minima",
            "[R]",
            "1",
            "N_IS, number of minima that the dynamics reached, without those found by splitting paths; with the attribute \
             at_time of the root, until this time",
            I64(|row| row.minima as i64),
        ),
        column(
            "/campaigns/double_wells",
            "[R]",
            "1",
            "N_DW, number of double wells of the papers' rule (both_ways), without exchanges; with at_time, first seen until \
             this time",
            I64(|row| row.double_wells as i64),
        ),
        column(
            "/campaigns/local_systems",
            "[R]",
            "1",
            "N_local, number of distinct local systems to which these double wells belong; -1 where files of layout 1 do not \
             give it",
            I64(|row| row.local_systems.map_or(UNKNOWN_COUNT, |count| count as i64)),
        ),
        column(
            "/campaigns/active",
            "[R]",
            "1",
            "N_TLS, number of these double wells with a splitting below k_B T_Q",
            I64(|row| row.active as i64),
        ),
        column(
            "/campaigns/minima_per_glass",
            "[R]",
            "1",
            "N_IS / N_g, first factor of n0 (J. Chem. Phys. 158, 014501, Eq. 3): the product of the three over N k_B T_Q is \
             n0, with at_time n0_at_time",
            F64(|row| row.minima as f64 / row.glasses as f64),
        ),
        column(
            "/campaigns/wells_per_minimum",
            "[R]",
            "1",
            "N_DW / N_IS, second factor",
            F64(|row| row.double_wells as f64 / row.minima as f64),
        ),
        column(
            "/campaigns/active_per_well",
            "[R]",
            "1",
            "N_TLS / N_DW, third factor; NaN without double wells",
            F64(|row| row.active as f64 / row.double_wells as f64),
        ),
        column("/campaigns/kT_Q", "[R]", "epsilon", "k_B T_Q = 2 pi / m~", F64(|row| row.quantum_temperature)),
        column(
            "/campaigns/n0",
            "[R]",
            "1/epsilon",
            "n0 = n(k_B T_Q) / k_B T_Q, per atom (divided by N N_g), of the whole exploration, also with at_time",
            F64(|row| row.n0.density),
        ),
        column(
            "/campaigns/n0_lower",
            "[R]",
            "1/epsilon",
            "its lower 68 % limit: Poisson statistics, widened by the spread of the counts between the pooled glasses",
            F64(|row| row.n0.lower),
        ),
        column("/campaigns/n0_upper", "[R]", "1/epsilon", "its upper 68 % limit", F64(|row| row.n0.upper)),
        column(
            "/campaigns/n0_at_time",
            "[R]",
            "1/epsilon",
            "n0 of the double wells first seen until at_time, per atom; NaN without at_time",
            F64(|row| row.at_time(|n0| n0.density)),
        ),
        column(
            "/campaigns/n0_at_time_lower",
            "[R]",
            "1/epsilon",
            "its lower 68 % limit",
            F64(|row| row.at_time(|n0| n0.lower)),
        ),
        column(
            "/campaigns/n0_at_time_upper",
            "[R]",
            "1/epsilon",
            "its upper 68 % limit",
            F64(|row| row.at_time(|n0| n0.upper)),
        ),
        column(
            "/campaigns/a4_reduced",
            "[R]",
            "1",
            "A_4 omega_D^5 of modes.h5, mean over pooled campaigns by their glasses; NaN without modes.h5, and with \
             equilibrated_only where its glasses are not all equilibrated",
            F64(|row| row.a4_reduced),
        ),
        column(
            "/campaigns/shear",
            "[R]",
            "epsilon/sigma^3",
            "shear modulus G by linear response, mean over the glasses that have one in elasticity.h5; NaN without",
            F64(|row| row.shear),
        ),
        column("/campaigns/bulk", "[R]", "epsilon/sigma^3", "bulk modulus K, the same", F64(|row| row.bulk)),
    ];

    fn at_time(&self, of: fn(&DensityEstimate) -> f64) -> f64 {
        self.n0_at_time.as_ref().map_or(f64::NAN, of)
    }

    /// The figures of a unit of pooled campaigns, whose glasses are numbered on in the order of the campaigns.
    ///
    /// # Errors
    /// `Usage` when no glass is left; `Internal` when a campaign lacks the unit.
    pub fn new(pool: &[Source], name: &str, choice: &Choice) -> Result<Self> {
        let [first, ..] = pool else { return Err(Error::Internal("no campaign is pooled".to_owned())) };
        let counted = Counted::of(pool, name, choice)?;
        if counted.glasses == 0 {
            let message = "has no glass that was equilibrated: leave it out, or leave out --equilibrated-only";
            return Err(Error::Usage(format!("{}: {message}", first.directory.display())));
        }
        let unit = unit(first, name)?;
        let quantum_temperature = unit.quantum_temperature();
        let n0 = |rows: &[bool]| -> Result<DensityEstimate> {
            let library = Library::new(&counted.glass, &counted.splitting, rows, counted.glasses, first.particles)?;
            Ok(library.density(quantum_temperature))
        };
        let everything = n0(&counted.counts)?;
        let n0_at_time = choice.at_time.map(|_| n0(&counted.in_time)).transpose()?;
        let active = n0_at_time.as_ref().unwrap_or(&everything).count;
        let mut names: Vec<&str> = Vec::new();
        for source in pool {
            if !names.contains(&source.name.as_str()) {
                names.push(&source.name);
            }
        }
        let ratio = relaxation(pool);
        let [shear, bulk] = moduli(pool);
        Ok(Self {
            name: names.join(", "),
            unit: name.to_owned(),
            temperature: first.temperature,
            relaxation_ratio: ratio.map_or(f64::NAN, |ratio| ratio.value),
            relaxation_ratio_error: ratio.map_or(f64::NAN, |ratio| ratio.error),
            extrapolated: ratio.is_some_and(|ratio| ratio.extrapolated),
            campaigns: pool.len(),
            particles: first.particles,
            glasses: counted.glasses,
            equilibrated: pool.iter().map(|source| source.equilibrated.iter().filter(|is| **is).count()).sum(),
            minima: counted.minima,
            double_wells: counted.in_time.iter().filter(|counts| **counts).count() as u64,
            local_systems: pool.iter().all(Source::has_systems).then(|| counted.systems()),
            active,
            quantum_temperature,
            n0: everything,
            n0_at_time,
            a4_reduced: quartic(pool),
            shear,
            bulk,
        })
    }
}

fn unit<'s>(source: &'s Source, name: &str) -> Result<&'s UnitOf> {
    let unit = source.units.iter().find(|unit| unit.name == name);
    unit.ok_or_else(|| Error::Internal(format!("{} lacks the unit {name}", source.directory.display())))
}

/// The double wells of all glasses that count, as columns.
#[derive(Default)]
struct Counted {
    glasses: usize,
    minima: u64,
    /// Among the glasses that count.
    glass: Vec<u32>,
    local: Vec<u32>,
    splitting: Vec<f64>,
    counts: Vec<bool>,
    /// Those that were first seen until the time of the choice.
    in_time: Vec<bool>,
}

impl Counted {
    fn of(pool: &[Source], name: &str, choice: &Choice) -> Result<Self> {
        let mut all = Self::default();
        for source in pool {
            let mut number = Vec::with_capacity(source.glasses.len());
            for (counts, minima) in source.glasses.iter().zip(&source.minima) {
                number.push(counts.then_some(all.glasses as u32));
                all.glasses += usize::from(*counts);
                all.minima += if *counts { *minima } else { 0 };
            }
            for (well, splitting) in source.wells.iter().zip(&unit(source, name)?.splitting) {
                if let Some(glass) = number[well.glass as usize] {
                    all.push(glass, well, *splitting, choice);
                }
            }
        }
        Ok(all)
    }

    fn push(&mut self, glass: u32, well: &Well, splitting: f64, choice: &Choice) {
        let in_time = choice.at_time.is_none_or(|time| well.first_seen <= time * (1.0 + ROUNDING));
        self.glass.push(glass);
        self.local.push(well.local.unwrap_or(0));
        self.splitting.push(splitting);
        self.counts.push(well.counts);
        self.in_time.push(well.counts && in_time);
    }

    /// Number of local systems of the double wells in time.
    fn systems(&self) -> u64 {
        let rows = self.glass.iter().zip(&self.local).zip(&self.in_time);
        rows.filter(|(_, counts)| **counts).map(|(system, _)| system).collect::<BTreeSet<_>>().len() as u64
    }
}

/// The measured ratio of a campaign, else an extrapolated one.
fn relaxation(pool: &[Source]) -> Option<RelaxationRatio> {
    let known = || pool.iter().filter_map(|source| source.relaxation);
    known().find(|ratio| !ratio.extrapolated).or_else(|| known().next())
}

/// A_4 omega_D^5, by the numbers of glasses.
fn quartic(pool: &[Source]) -> f64 {
    let (mut sum, mut glasses) = (0.0, 0.0);
    for source in pool {
        let Some((value, of)) = &source.quartic else { continue };
        if of.iter().any(|glass| source.glasses.get(*glass as usize) != Some(&true)) {
            return f64::NAN;
        }
        sum += value * of.len() as f64;
        glasses += of.len() as f64;
    }
    sum / glasses
}

/// Means of G and K over the glasses that count and have them.
fn moduli(pool: &[Source]) -> [f64; 2] {
    let rows = || {
        pool.iter().flat_map(|source| {
            source.moduli.iter().filter(|(glass, ..)| source.glasses.get(*glass as usize) == Some(&true))
        })
    };
    let mean = |of: fn(&(u32, f64, f64)) -> f64| {
        let known: Vec<f64> = rows().map(of).filter(|value| value.is_finite()).collect();
        known.iter().sum::<f64>() / known.len() as f64
    };
    [mean(|row| row.1), mean(|row| row.2)]
}
