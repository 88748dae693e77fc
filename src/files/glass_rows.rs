//! The rows of each glass in a file.

use super::read::StageReader;
use crate::error::{Error, Result};
use crate::parallel::Ranks;

/// Rows of a column that a rank reads at once.
const PIECE_ROWS: u64 = 1 << 20;

/// The first row of each glass, and one past the last row.
pub struct GlassRows(Vec<u64>);

impl GlassRows {
    /// Collective: from a column of glass numbers, which must not decrease; its rows are divided among the ranks.
    ///
    /// # Errors
    /// `Storage` when the column cannot be read or refers to a glass that does not exist.
    pub fn look(ranks: &Ranks, reader: &StageReader, path: &str, glasses: usize) -> Result<Self> {
        let mine = ranks.agree(share_of_counts(ranks, reader, path, glasses))?;
        let mut first = vec![0; glasses + 1];
        for (glass, count) in ranks.all_gather(&mine)?.concat() {
            first[glass as usize + 1] += count;
        }
        for glass in 0..glasses {
            first[glass + 1] += first[glass];
        }
        Ok(Self(first))
    }

    /// First row and number of rows of a glass.
    pub fn of(&self, glass: usize) -> (u64, u64) {
        (self.0[glass], self.0[glass + 1] - self.0[glass])
    }
}

/// (glass, rows) for the glasses in this rank's share of a column.
fn share_of_counts(ranks: &Ranks, reader: &StageReader, path: &str, glasses: usize) -> Result<Vec<(u32, u64)>> {
    let total = reader.shape(path)?.first().copied().unwrap_or(0);
    let place = |rank: usize| (u128::from(total) * rank as u128 / ranks.size() as u128) as u64;
    let (mut next, end) = (place(ranks.rank()), place(ranks.rank() + 1));
    let mut counts: Vec<(u32, u64)> = Vec::new();
    while next < end {
        let rows = (end - next).min(PIECE_ROWS);
        let column: Vec<u32> = reader.read_rows(path, next, rows)?;
        next += rows;
        for same in column.chunk_by(|a, b| a == b) {
            match counts.last_mut() {
                Some(last) if last.0 == same[0] => last.1 += same.len() as u64,
                _ => counts.push((same[0], same.len() as u64)),
            }
        }
    }
    match counts.iter().find(|(glass, _)| *glass as usize >= glasses) {
        Some((glass, _)) => Err(Error::storage(
            reader.path(),
            format!("{path} refers to glass {glass}, but there are {glasses} glasses"),
        )),
        None => Ok(counts),
    }
}
