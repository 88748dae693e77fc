//! Lines of the closing table for elasticity.h5.

use crate::error::Result;
use crate::files::StageReader;
use crate::stages::lines::{Line, length, line, mean};

/// # Errors
/// `Storage` when the file cannot be read.
pub fn summary(reader: &StageReader) -> Result<Vec<Line>> {
    let numbers = |path: &str| reader.read::<f64>(path);
    let both = |route: &str, other: &str| -> Result<String> {
        Ok(format!("{:.4}, {:.4}", mean(&numbers(route)?), mean(&numbers(other)?)))
    };
    let status = reader.read_text("/moduli/status")?;
    let mut rows = vec![
        line("glasses", status.len()),
        line("  not converged by both methods", status.iter().filter(|status| *status != "converged").count()),
        line("G: linear response, strains (mean)", both("/moduli/shear", "/quasi_static/shear")?),
        line("K: linear response, strains (mean)", both("/moduli/bulk", "/quasi_static/bulk")?),
        line("omega_D (mean)", format!("{:.4}", mean(&numbers("/moduli/omega_debye")?))),
        line("plastic events", length(reader, "/plastic_events/glass")?),
    ];
    if reader.has("/coupling/status") {
        rows.push(line("double wells strained", length(reader, "/coupling/status")?));
    }
    Ok(rows)
}
