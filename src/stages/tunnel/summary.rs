//! Lines of the closing table for tunnelling.h5.

use crate::error::Result;
use crate::files::{Attribute, StageReader};
use crate::stages::lines::{Line, line};

/// # Errors
/// `Storage` when the file cannot be read.
pub fn summary(reader: &StageReader) -> Result<Vec<Line>> {
    let mut rows = Vec::new();
    for unit in reader.groups()?.into_iter().filter(|name| name != "timing") {
        let active: Vec<bool> = reader.read(&format!("/{unit}/active"))?;
        let number = |name: &str| -> Result<f64> {
            match reader.attribute(&format!("/{unit}/density"), name)? {
                Attribute::F64(value) => Ok(value),
                _ => Ok(f64::NAN),
            }
        };
        let (n0, third) = (number("n0")?, number("n0_third")?);
        let errors = match reader.attribute(&format!("/{unit}/density"), "errors")? {
            Attribute::F64List(list) => list,
            _ => Vec::new(),
        };
        let n0 = match errors[..] {
            [_, high, ..] if n0 == 0.0 => format!("0, 68 % limit {high:.2e}"),
            [low, high, ..] => format!("{n0:.3e} ({low:.2e} ... {high:.2e})"),
            _ => format!("{n0:.3e}"),
        };
        let count = active.iter().filter(|flag| **flag).count();
        rows.push(line(&format!("{unit}: active two-level systems"), count));
        rows.push(line(&format!("{unit}: n0 per atom [1/epsilon]"), n0));
        rows.push(line(&format!("{unit}: n(E)/E at T_Q/3"), format!("{third:.3e}")));
        if reader.has(&format!("/{unit}/density_local/splitting"))
            && let Attribute::F64(local) = reader.attribute(&format!("/{unit}/density_local"), "n0")?
        {
            rows.push(line(&format!("{unit}: n0 of distinct local systems"), format!("{local:.3e}")));
        }
    }
    Ok(rows)
}
