//! Which double wells are shown one by one.

use super::source::{Source, UnitOf};
use crate::error::Result;

/// The rows of double wells by rising splitting in the first unit, tunnelling ones before the others.
///
/// # Errors
/// `Storage` when a file is damaged.
pub fn ranking(source: &Source) -> Result<Option<(UnitOf, Vec<usize>)>> {
    let Some(unit) = source.units()?.into_iter().next() else { return Ok(None) };
    let levels = source.levels(&unit.name)?;
    let mut rows: Vec<usize> = (0..levels.splitting.len()).collect();
    let key = |row: &usize| (!levels.is_tunnelling(*row), levels.exchange[*row], levels.splitting[*row]);
    rows.sort_by(|one, other| {
        let (a, b) = (key(one), key(other));
        (a.0, a.1).cmp(&(b.0, b.1)).then(a.2.total_cmp(&b.2))
    });
    Ok(Some((unit, rows)))
}

/// The double well that is shown first: with the smallest tunnel splitting.
///
/// # Errors
/// As [`ranking`].
pub fn chosen(source: &Source) -> Result<Option<(UnitOf, usize)>> {
    Ok(ranking(source)?.and_then(|(unit, rows)| rows.first().map(|row| (unit, *row))))
}
