//! Reads glasses.h5.

use super::record::GlassRecord;
use crate::error::{Error, Result};
use crate::files::StageReader;
use crate::landscape::StopReason;
use crate::model::{Configuration, MOST_SPECIES, PeriodicBox};
use crate::stage::Stage;
use crate::stages::Context;
use std::path::Path;

/// Opens the glasses.h5 of a campaign; returns it with the number of glasses and the number of particles.
///
/// # Errors
/// `Storage` when it is missing or damaged.
pub fn glasses_file(directory: &Path) -> Result<(StageReader, usize, usize)> {
    let reader = StageReader::open(directory, Stage::Prepare)?;
    match reader.shape("/glasses/species")?[..] {
        [glasses, particles] => Ok((reader, glasses as usize, particles as usize)),
        _ => Err(Error::storage(reader.path(), "/glasses/species is not [Ng, N]")),
    }
}

/// The starting configurations of glasses beyond their first, which is the glass itself.
pub struct Starts {
    /// The glass of each row, in rising order.
    glass: Vec<u32>,
}

impl Starts {
    pub const POSITION: &str = "/starts/position";

    /// # Errors
    /// `Storage` (or `Input`) when the file cannot be read.
    pub fn look(reader: &StageReader) -> Result<Self> {
        let has = reader.has("/starts/glass");
        Ok(Self { glass: if has { reader.read("/starts/glass")? } else { Vec::new() } })
    }

    /// Number of configurations from which a glass is explored: one, and those of its rows.
    pub fn of(&self, glass: u64) -> usize {
        1 + self.rows(glass).len()
    }

    fn rows(&self, glass: u64) -> std::ops::Range<usize> {
        let before = |limit: u64| self.glass.partition_point(|of| u64::from(*of) < limit);
        before(glass)..before(glass.saturating_add(1))
    }

    /// Positions [3N] of starting configuration `start` of a glass, from 1.
    ///
    /// # Errors
    /// `Storage` (or `Input`) when there is none or the file cannot be read.
    pub fn positions(&self, reader: &StageReader, glass: u64, start: usize) -> Result<Vec<f64>> {
        match self.rows(glass).nth(start.wrapping_sub(1)) {
            Some(row) => reader.read_rows(Self::POSITION, row as u64, 1),
            None => Err(reader.unusable(format!("has no starting configuration {start} of glass {glass}"))),
        }
    }
}

/// One glass of an open glasses.h5.
///
/// # Errors
/// `Storage` (or `Input`) when data sets are missing or have other shapes.
pub fn configuration(reader: &StageReader, glass: u64) -> Result<Configuration> {
    let edges: Vec<f64> = reader.read_rows("/glasses/box", glass, 1)?;
    let [x, y, z] = edges[..] else {
        return Err(Error::storage(reader.path(), "/glasses/box does not have three edges"));
    };
    let numbers: Vec<u32> = reader.read_rows("/glasses/species", glass, 1)?;
    let known = |number: &u32| u8::try_from(*number).ok().filter(|species| usize::from(*species) < MOST_SPECIES);
    let species: Option<Vec<u8>> = numbers.iter().map(known).collect();
    let unknown = || reader.unusable(format!("/glasses/species of glass {glass} is not 0, 1 or 2 everywhere"));
    Ok(Configuration {
        cell: PeriodicBox { edges: [x, y, z] },
        positions: reader.read_rows("/glasses/position", glass, 1)?,
        species: species.ok_or_else(unknown)?,
        diameters: reader.read_rows("/glasses/diameter", glass, 1)?,
    })
}

/// The number of existing glasses, and this rank's share.
pub fn read_glasses(context: &Context<'_>) -> Result<(usize, Vec<GlassRecord>)> {
    let reader = StageReader::open(&context.directory, Stage::Prepare)?;
    let count = reader.shape("/glasses/energy")?.first().copied().unwrap_or(0);
    let inherent_status = reader.read_text("/glasses/inherent_status")?;
    let trace_glass: Vec<u32> = reader.read("/glasses/equilibration/glass")?;
    let trace_time: Vec<f64> = reader.read("/glasses/equilibration/time")?;
    let trace_energy: Vec<f64> = reader.read("/glasses/equilibration/energy")?;
    let mut records = Vec::new();
    let size = context.ranks.size() as u64;
    for glass in (0..count).filter(|glass| glass % size == context.ranks.rank() as u64) {
        let number = |path: &str| -> Result<f64> {
            let rows: Vec<f64> = reader.read_rows(path, glass, 1)?;
            rows.first().copied().ok_or_else(|| Error::storage(reader.path(), format!("{path} has no row {glass}")))
        };
        let stop = match inherent_status[glass as usize].as_str() {
            "converged" => StopReason::Converged,
            "stalled" => StopReason::Stalled,
            _ => StopReason::StepLimit,
        };
        let flag = reader.read_rows::<bool>("/glasses/equilibrated", glass, 1)?;
        let of_glass = |values: &[f64]| -> Vec<f64> {
            values.iter().zip(&trace_glass).filter(|(_, g)| u64::from(**g) == glass).map(|(v, _)| *v).collect()
        };
        records.push(GlassRecord {
            glass: glass as usize,
            configuration: configuration(&reader, glass)?,
            energy_per_particle: number("/glasses/energy")?,
            inherent_energy_per_particle: number("/glasses/inherent_energy")?,
            inherent_stop: stop,
            pressure: number("/glasses/pressure")?,
            equilibrated: flag.first() == Some(&true),
            relaxation_time: number("/glasses/relaxation_time")?,
            swap_acceptance: number("/glasses/swap_acceptance")?,
            trace_time: of_glass(&trace_time),
            trace_energy: of_glass(&trace_energy),
        });
    }
    Ok((count as usize, records))
}
