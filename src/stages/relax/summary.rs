//! Lines of the closing table for relaxation.h5.

use crate::error::Result;
use crate::files::{Attribute, StageReader};
use crate::stages::lines::{Line, length, line};

/// # Errors
/// `Storage` when the file cannot be read.
pub fn summary(reader: &StageReader) -> Result<Vec<Line>> {
    let temperature: Vec<f64> = reader.read("/relaxation/temperature")?;
    let tau: Vec<f64> = reader.read("/relaxation/tau_alpha")?;
    let error: Vec<f64> = reader.read("/relaxation/tau_alpha_error")?;
    let status = reader.read_text("/relaxation/status")?;
    let faster = match reader.has("/relaxation/speed_up") {
        true => reader.read::<f64>("/relaxation/speed_up")?,
        false => Vec::new(),
    };
    let mut rows = vec![line("liquid samples", length(reader, "/samples/sample")?)];
    for (n, t) in temperature.iter().enumerate() {
        let ratio = faster.get(n).map_or(String::new(), |ratio| format!(", {ratio:.3} times faster with swaps"));
        let unsound = if status[n] == "converged" { "" } else { &format!(" ({})", status[n].replace('_', " ")) };
        rows.push(line(&format!("tau_alpha at T = {t}"), format!("{:.4} +- {:.2}{unsound}{ratio}", tau[n], error[n])));
    }
    for name in ["onset", "t_mct", "t_g_vft", "t_g_parabolic"] {
        let number = |name: &str| match reader.attribute("/relaxation", name)? {
            Attribute::F64(value) => Ok::<f64, crate::error::Error>(value),
            _ => Ok(f64::NAN),
        };
        let (value, error) = (number(name)?, number(&format!("{name}_error"))?);
        if value.is_finite() {
            rows.push(line(name, format!("{value:.3} +- {error:.3}")));
        }
    }
    Ok(rows)
}
