//! Lines of the closing table for glasses.h5.

use crate::error::Result;
use crate::files::StageReader;
use crate::stages::lines::{Line, length, line, mean};

/// # Errors
/// `Storage` when the file cannot be read.
pub fn summary(reader: &StageReader) -> Result<Vec<Line>> {
    let inherent: Vec<f64> = reader.read("/glasses/inherent_energy")?;
    let equilibrated: Vec<bool> = reader.read("/glasses/equilibrated")?;
    let count = equilibrated.iter().filter(|flag| **flag).count();
    let mut rows = vec![line("glasses", inherent.len())];
    let further = if reader.has("/starts/glass") { length(reader, "/starts/glass")? } else { 0 };
    if further > 0 {
        rows.push(line("  starting configurations", inherent.len() as u64 + further));
    }
    rows.push(line("  equilibrated", count));
    rows.push(line("inherent energy per particle, mean", format!("{:.5}", mean(&inherent))));
    Ok(rows)
}
