//! Lines of the closing table for landscape.h5.

use crate::error::Result;
use crate::files::StageReader;
use crate::stages::lines::{Line, length, line, total};

/// # Errors
/// `Storage` when the file cannot be read.
pub fn summary(reader: &StageReader) -> Result<Vec<Line>> {
    let calls: Vec<i64> = reader.read("/visits/force_evaluations")?;
    let minimum: Vec<i64> = reader.read("/visits/minimum")?;
    let diffusing: Vec<bool> = reader.read("/runs/diffusing")?;
    let inferred = reader.read::<i64>("/runs/inferred")?.into_iter().sum::<i64>();
    let unconverged = minimum.iter().filter(|minimum| **minimum < 0).count();
    let mut rows = vec![line("quenches", calls.len() as i64 - inferred), line("  not converged", unconverged)];
    if inferred > 0 {
        rows.push(line("snapshots inferred, same minimum before and after", inferred));
    }
    rows.extend([
        line("minima", length(reader, "/minima/energy")?),
        line("transitions", length(reader, "/transitions/count")?),
        line("diffusing runs", diffusing.iter().filter(|flag| **flag).count()),
        line("recognised quenches audited", total(reader, "/recognition/audited")?),
        line("  assigned to another minimum", total(reader, "/recognition/disagreed")?),
        line("force evaluations", calls.iter().sum::<i64>()),
    ]);
    Ok(rows)
}
