//! Lines of the closing table for excitations.h5.

use crate::error::Result;
use crate::files::{Attribute, StageReader};
use crate::stages::lines::{Line, line, mean};

/// # Errors
/// `Storage` when the file cannot be read.
pub fn summary(reader: &StageReader) -> Result<Vec<Line>> {
    let status = reader.read_text("/excitations/status")?;
    let with = |name: &str| status.iter().filter(|status| *status == name).count();
    let column = |name: &str| reader.read::<f64>(&format!("/glasses/{name}"));
    let number = |group: &str, name: &str| match reader.attribute(group, name)? {
        Attribute::F64(value) => Ok(value),
        _ => Ok(f64::NAN),
    };
    let mut rows = vec![
        line("inherent energy per particle, mean", format!("{:.6}", mean(&column("inherent_energy")?))),
        line("inherent pressure, mean", format!("{:.4}", mean(&column("inherent_pressure")?))),
        line("modes", status.len()),
    ];
    for (name, label) in [
        ("transition", "  with a transition"),
        ("none", "  without a transition"),
        ("discarded", "  discarded for overlaps"),
        ("step_limit", "  not converged"),
        ("not_pushed", "  not pushed"),
        ("zero_mode", "  without restoring force"),
        ("no_mode", "  requested, but the glass has fewer"),
    ] {
        if with(name) > 0 {
            rows.push(line(label, with(name)));
        }
    }
    let certainty = reader.read_text("/excitations/certainty")?;
    let uncertain = certainty.iter().filter(|certainty| !matches!(certainty.as_str(), "known" | "none")).count();
    if uncertain > 0 {
        rows.push(line("A_c known only as upper bounds", uncertain));
    }
    let glasses = reader.read_text("/glasses/status")?;
    let unusable = glasses.iter().filter(|status| !matches!(status.as_str(), "stable" | "zero_modes")).count();
    if unusable > 0 {
        rows.push(line("glasses without a stable minimum or modes", unusable));
    }
    let onset = column("onset_temperature")?.into_iter().filter(|onset| !onset.is_nan()).reduce(f64::min);
    rows.extend([
        line("distinct destinations", reader.shape("/destinations/glass")?.first().copied().unwrap_or(0)),
        line("lowest onset temperature", onset.map_or("none".to_owned(), |onset| format!("{onset:.2e}"))),
        line("boson peak", format!("{:.3}", number("/density_of_states", "boson_peak")?)),
        line("A_D", with_error(reader, "debye_level")?),
        line("3 / omega_D^3 from the moduli", format!("{:.3e}", number("/density_of_states", "elastic_debye_level")?)),
        line("alpha", with_error(reader, "quartic")?),
    ]);
    Ok(rows)
}

/// The coefficient of a law with its error, or the reason why there is none.
fn with_error(reader: &StageReader, name: &str) -> Result<String> {
    let number = |of: &str| match reader.attribute("/density_of_states", &format!("{name}{of}"))? {
        Attribute::F64(value) => Ok(value),
        _ => Ok(f64::NAN),
    };
    Ok(match reader.attribute("/density_of_states", &format!("{name}_status"))? {
        Attribute::Text(status) if status != "fitted" => status.replace('_', " "),
        _ => format!("{:.3e} +- {:.1e}", number("")?, number("_error")?),
    })
}
