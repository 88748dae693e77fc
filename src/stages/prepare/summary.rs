//! Lines of the closing table for glasses.h5.

use crate::error::Result;
use crate::files::StageReader;
use crate::stages::lines::{Line, line, mean};

/// # Errors
/// `Storage` when the file cannot be read.
pub fn summary(reader: &StageReader) -> Result<Vec<Line>> {
    let inherent: Vec<f64> = reader.read("/glasses/inherent_energy")?;
    let equilibrated: Vec<bool> = reader.read("/glasses/equilibrated")?;
    let count = equilibrated.iter().filter(|flag| **flag).count();
    Ok(vec![
        line("glasses", inherent.len()),
        line("  equilibrated", count),
        line("inherent energy per particle, mean", format!("{:.5}", mean(&inherent))),
    ])
}
