//! Lines of the closing table for paths.h5.

use crate::error::Result;
use crate::files::StageReader;
use crate::stages::lines::{Line, length, line};

/// # Errors
/// `Storage` when the file cannot be read.
pub fn summary(reader: &StageReader) -> Result<Vec<Line>> {
    let status = reader.read_text("/candidates/status")?;
    let exchange: Vec<bool> = reader.read("/double_wells/exchange")?;
    let mut calls: Vec<i64> = reader.read("/double_wells/force_evaluations")?;
    calls.extend(reader.read::<i64>("/rejected/force_evaluations")?);
    let mut rows = vec![line("candidates", status.len())];
    let mut names: Vec<&String> = status.iter().collect();
    names.sort();
    names.dedup();
    for name in names {
        rows.push(line(&format!("  {name}"), status.iter().filter(|other| *other == name).count()));
    }
    rows.push(line("double wells", exchange.len()));
    rows.push(line("  exchanges of identical particles", exchange.iter().filter(|flag| **flag).count()));
    if reader.has("/local_systems/members") {
        rows.push(line("distinct local systems", length(reader, "/local_systems/members")?));
    }
    rows.push(line("minima found by splitting paths", length(reader, "/minima/energy")?));
    rows.push(line("force evaluations", calls.iter().sum::<i64>()));
    Ok(rows)
}
