//! Writes glasses.h5.

use super::columns::{EQUILIBRATION, GLASSES, STARTS, TracePoint};
use super::layout::LAYOUT;
use super::record::{GlassRecord, StartRecord};
use crate::error::Result;
use crate::files::Rows;
use crate::runtime::Journal;
use crate::stage::Stage;
use crate::stages::Context;

/// Collective: every rank passes its glasses and their further starting configurations.
///
/// # Errors
/// `Storage` when the file cannot be written.
pub fn write(
    context: &Context<'_>,
    records: &[GlassRecord],
    starts: &[StartRecord],
    journal: Option<Journal<'_>>,
) -> Result<()> {
    let mut file = context.create_file(Stage::Prepare, &LAYOUT)?;
    file.set_length("", "N", context.deck.model.particles)?;
    let keys: Vec<(usize, u64)> = records.iter().map(|record| (record.glass, 1)).collect();
    let rows = Rows::by_key(context.ranks, &keys)?;
    file.write_columns(GLASSES, &rows, records)?;
    let keys: Vec<(usize, u64)> = records.iter().map(|record| (record.glass, record.trace_time.len() as u64)).collect();
    let rows = Rows::by_key(context.ranks, &keys)?;
    let points = records.iter().flat_map(|GlassRecord { glass, trace_time, trace_energy, .. }| {
        let both = trace_time.iter().zip(trace_energy);
        both.map(|(time, energy)| TracePoint { glass: *glass, time: *time, energy: *energy })
    });
    file.write_columns(EQUILIBRATION, &rows, points)?;
    let keys: Vec<((usize, usize), u64)> = starts.iter().map(|start| ((start.glass, start.number), 1)).collect();
    file.write_columns(STARTS, &Rows::by_key(context.ranks, &keys)?, starts)?;
    context.finish(file, journal)
}
