//! The lines of a stage in the closing table and in `glasswell status`.

use crate::error::Result;
use crate::files::StageReader;

/// Name and value of a result.
pub type Line = (String, String);

pub fn line(name: &str, value: impl ToString) -> Line {
    (name.to_owned(), value.to_string())
}

pub fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

pub fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied()
}

/// Sum of a data set of counts.
pub fn total(reader: &StageReader, path: &str) -> Result<i64> {
    Ok(reader.read::<i64>(path)?.into_iter().sum())
}

pub fn length(reader: &StageReader, path: &str) -> Result<u64> {
    Ok(reader.shape(path)?.first().copied().unwrap_or(0))
}
