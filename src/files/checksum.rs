//! Checksums of data sets: the attribute `checksum`, and the comparison with it.
//!
//! A data set's checksum is the sum, modulo 2^64, of XXH3 (64 bits) of the bytes of each row in the file, with the
//! row's index as the seed; a scalar is one row. It therefore depends neither on the ranks nor on the order of writing.

use std::path::Path;

use xxhash_rust::xxh3::xxh3_64_with_seed;

use super::read::{StageReader, Stored};
use super::rows::RowRange;
use super::values::Attribute;
use crate::error::{Error, Result};
use crate::parallel::Ranks;
use crate::stage::Stage;

/// The name of the attribute.
pub(super) const NAME: &str = "checksum";

/// Bytes that a rank reads at once.
const PIECE_BYTES: u64 = 1 << 20;

/// Checksum of consecutive rows from `first` on; rows without bytes contribute nothing.
pub(super) fn of_rows(first: u64, row_bytes: usize, bytes: &[u8]) -> u64 {
    let rows = bytes.chunks_exact(row_bytes.max(1)).zip(first..);
    rows.fold(0, |sum, (row, index)| sum.wrapping_add(xxh3_64_with_seed(row, index)))
}

/// Checksum of the ranges that a rank holds, with their bytes in the same order.
pub(super) fn of_ranges(ranges: &[RowRange], row_bytes: usize, bytes: &[u8]) -> u64 {
    let mut rest = bytes;
    ranges.iter().fold(0, |sum: u64, range| {
        let (rows, after) = rest.split_at((range.count as usize * row_bytes).min(rest.len()));
        rest = after;
        sum.wrapping_add(of_rows(range.first, row_bytes, rows))
    })
}

/// Path and checksum of a data set to be verified.
type DataSet = (String, u64);

/// Collective: reads a stage's file once, with its rows divided among the ranks, and compares every data set with its
/// checksum; names, shapes and attributes have been compared when it was opened.
///
/// # Errors
/// `Storage` when a data set is damaged, or the file has no checksums.
pub fn verify(ranks: &Ranks, directory: &Path, stage: Stage) -> Result<()> {
    let opened = StageReader::open(directory, stage).and_then(|reader| match reader.is_sealed() {
        true => Ok(reader),
        false => Err(damaged(
            &directory.join(stage.file_name()),
            stage,
            "has no checksums: an earlier version or another program wrote it, or it is truncated",
        )),
    });
    let reader = ranks.agree(opened)?;
    let listed = if ranks.rank() == 0 { data_sets(&reader, stage) } else { Ok(Vec::new()) };
    let listed: Vec<DataSet> = ranks.broadcast(ranks.agree(listed)?, 0)?;
    let shares = listed.iter().map(|(path, _)| share(ranks, &reader, path)).collect::<Result<Vec<u64>>>();
    for ((path, due), mine) in listed.iter().zip(ranks.agree(shares)?) {
        if ranks.sum_u64(mine) != *due {
            return Err(damaged(reader.path(), stage, &format!("{path} fails its checksum")));
        }
    }
    Ok(())
}

/// A fingerprint of the contents of a stage's file without /timing: the sum modulo 2^64 of the checksums of its data
/// sets.
///
/// # Errors
/// `Storage` when the file or a checksum is missing.
pub fn fingerprint(directory: &Path, stage: Stage) -> Result<u64> {
    let listed = data_sets(&StageReader::open(directory, stage)?, stage)?;
    let counted = listed.into_iter().filter(|(path, _)| !path.starts_with("/timing/"));
    Ok(counted.fold(0, |sum, (_, checksum)| sum.wrapping_add(checksum)))
}

fn damaged(path: &Path, stage: Stage, what: &str) -> Error {
    Error::storage(path, format!("{what}; restore it, or give --redo {}", stage.name()))
}

/// The data sets of a file by path, with the checksums in their attributes.
pub(super) fn data_sets(reader: &StageReader, stage: Stage) -> Result<Vec<DataSet>> {
    let with_checksum = |path: String| match reader.attribute(&path, NAME)? {
        Attribute::U64(checksum) => Ok((path, checksum)),
        _ => Err(damaged(reader.path(), stage, &format!("{path} has a checksum that is no u64"))),
    };
    reader.data_sets()?.into_iter().map(with_checksum).collect()
}

/// Compares one data set of an open file with its checksum, on this rank alone; false when it has none.
///
/// # Errors
/// `Storage` (`Input` for an imported file) when it is damaged or cannot be read.
pub fn matches_checksum(reader: &StageReader, path: &str) -> Result<bool> {
    let Ok(Attribute::U64(due)) = reader.attribute(path, NAME) else { return Ok(false) };
    match of_all(reader, path)? == due {
        true => Ok(true),
        false => Err(reader.unusable(format!("{path} fails its checksum: it was changed or damaged"))),
    }
}

/// The checksum of this rank's share of the rows.
fn share(ranks: &Ranks, reader: &StageReader, path: &str) -> Result<u64> {
    let stored = reader.stored(path)?;
    let place = |rank: usize| (u128::from(stored.rows()) * rank as u128 / ranks.size() as u128) as u64;
    sum_of(&stored, place(ranks.rank()), place(ranks.rank() + 1))
}

/// The checksum of all values of a data set.
pub(super) fn of_all(reader: &StageReader, path: &str) -> Result<u64> {
    let stored = reader.stored(path)?;
    sum_of(&stored, 0, stored.rows())
}

/// The checksum of rows from `first` to before `end`.
fn sum_of(stored: &Stored, mut first: u64, end: u64) -> Result<u64> {
    let row_bytes = stored.row_bytes();
    let mut sum = 0u64;
    while first < end {
        let count = (PIECE_BYTES / row_bytes.max(1)).clamp(1, end - first);
        let bytes = stored.bytes(first, count)?;
        sum = sum.wrapping_add(of_rows(first, row_bytes as usize, &bytes));
        first += count;
    }
    Ok(sum)
}
