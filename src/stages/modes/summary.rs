//! Lines of the closing table for modes.h5.

use crate::error::Result;
use crate::files::{Attribute, StageReader};
use crate::stages::lines::{Line, length, line, median};

/// # Errors
/// `Storage` when the file cannot be read.
pub fn summary(reader: &StageReader) -> Result<Vec<Line>> {
    let number = |name: &str| match reader.attribute("/density_of_states", name) {
        Ok(Attribute::F64(value)) => value,
        _ => f64::NAN,
    };
    let failed = reader.read_text("/spectra/status")?.iter().filter(|status| *status != "converged").count();
    let mut rows = vec![
        line("spectra", length(reader, "/spectra/glass")?),
        line("modes per spectrum", reader.shape("/spectra/frequency")?.get(1).copied().unwrap_or(0)),
        line("quasi-localised modes", reader.read::<bool>("/spectra/quasi_localised")?.iter().filter(|q| **q).count()),
        line("A_4 omega_D^5", quartic_law(reader, number("a4_reduced"), number("a4_error"))),
    ];
    if failed > 0 {
        rows.insert(1, line("  failed", failed));
    }
    let (field, scalar) = (reader.read_text("/overlaps/field")?, reader.read::<f64>("/overlaps/scalar")?);
    for (name, label) in [("displacement", "r_AB"), ("saddle", "r_AS"), ("tangent", "r_12")] {
        let values = field.iter().zip(&scalar).filter(|(field, c)| *field == name && c.is_finite()).map(|(_, c)| *c);
        if let Some(median) = median(values.collect()) {
            rows.push(line(&format!("median of the largest overlap with {label}"), format!("{median:.3}")));
        }
    }
    let status = reader.read_text("/nonlinear/status")?;
    if !status.is_empty() {
        let converged = status.iter().filter(|status| *status == "converged").count();
        rows.push(line("nonlinear modes, converged", format!("{converged} of {}", status.len())));
    }
    let followed = reader.read_text("/followed/status")?;
    if !followed.is_empty() {
        let whole = followed.iter().filter(|status| *status == "converged").count();
        rows.push(line("paths followed", format!("{whole} of {}", followed.len())));
    }
    Ok(rows)
}

/// A_4 with its error, or why there is none.
fn quartic_law(reader: &StageReader, reduced: f64, error: f64) -> String {
    if reduced.is_finite() {
        return format!("{reduced:.3e} (A_4 to {error:.1e})");
    }
    match reader.attribute("/density_of_states", "a4_status") {
        Ok(Attribute::Text(status)) => format!("none ({})", status.replace('_', " ")),
        _ => "none".to_string(),
    }
}
