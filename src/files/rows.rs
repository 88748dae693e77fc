//! The rows of a data set that each rank holds.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::{Error, Result};
use crate::parallel::Ranks;

/// Consecutive rows of a data set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RowRange {
    pub first: u64,
    pub count: u64,
}

/// The rows of a data set that this rank holds: any number of ranges, in the order in which it holds them. Over all
/// ranks, every row is held exactly once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rows {
    total: u64,
    ranges: Vec<RowRange>,
}

/// A hash of a row number, whose sum over a set of rows identifies the set (the finaliser of SplitMix64).
fn mixed(row: u64) -> u64 {
    let z = row.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

fn fingerprint(rows: impl Iterator<Item = u64>) -> u64 {
    rows.fold(0, |sum, row| sum.wrapping_add(mixed(row)))
}

impl Rows {
    /// Collective: these ranges of `total` rows.
    ///
    /// # Errors
    /// `Internal`, on all ranks together, when the ranks' ranges do not cover every row exactly once.
    pub fn new(ranks: &Ranks, total: u64, ranges: Vec<RowRange>) -> Result<Self> {
        let outside = ranges.iter().any(|range| range.first.checked_add(range.count).is_none_or(|end| end > total));
        let checked = if outside { Err(Error::Internal(format!("rows beyond the last of {total}"))) } else { Ok(()) };
        ranks.agree(checked)?;
        let held = ranges.iter().map(|range| range.count).sum();
        let mine = fingerprint(ranges.iter().flat_map(|range| range.first..range.first + range.count));
        // each rank sums the hashes of its share of all rows
        let (rank, size) = (ranks.rank() as u64, ranks.size() as u64);
        let share = |rank: u64| (total as u128 * rank as u128 / size as u128) as u64;
        let due = fingerprint(share(rank)..share(rank + 1));
        if ranks.sum_u64(held) != total || ranks.sum_u64(mine.wrapping_sub(due)) != 0 {
            return Err(Error::Internal(format!("the ranks do not hold each of {total} rows exactly once")));
        }
        Ok(Rows { total, ranges })
    }

    /// Collective: places segments in increasing order of their keys, over all ranks: (key, number of rows) for each
    /// segment of this rank. Keys such as (glass, run) give the order of rows that the files promise.
    ///
    /// # Errors
    /// `Internal`, on all ranks together, when a key occurs twice.
    pub fn by_key<K>(ranks: &Ranks, segments: &[(K, u64)]) -> Result<Self>
    where
        K: Ord + Clone + Serialize + DeserializeOwned,
    {
        let mut all: Vec<(K, u64)> = ranks.all_gather(&segments.to_vec())?.concat();
        all.sort_by(|left, right| left.0.cmp(&right.0));
        if all.windows(2).any(|pair| pair[0].0 == pair[1].0) {
            return Err(Error::Internal("two segments of rows have the same key".into()));
        }
        let mut total = 0;
        let firsts: Vec<u64> = all
            .iter()
            .map(|(_, count)| {
                total += count;
                total - count
            })
            .collect();
        let place = |(key, count): &(K, u64)| {
            let position = all.binary_search_by(|(other, _)| other.cmp(key)).ok()?;
            Some(RowRange { first: firsts[position], count: *count })
        };
        let ranges = segments.iter().map(place).collect::<Option<Vec<_>>>();
        ranges.map(|ranges| Rows { total, ranges }).ok_or_else(|| Error::Internal("a segment of rows was lost".into()))
    }

    /// All rows on rank 0, for small tables that every rank knows (values of the other ranks are ignored by
    /// [`super::StageFile::write_small`]).
    pub fn on_rank_zero(ranks: &Ranks, total: u64) -> Self {
        let ranges = if ranks.rank() == 0 { vec![RowRange { first: 0, count: total }] } else { Vec::new() };
        Rows { total, ranges }
    }

    /// A data set without rows.
    pub fn none() -> Self {
        Rows { total: 0, ranges: Vec::new() }
    }

    /// Rows of the data set, over all ranks.
    pub fn total(&self) -> u64 {
        self.total
    }

    /// Rows this rank holds.
    pub fn held(&self) -> u64 {
        self.ranges.iter().map(|range| range.count).sum()
    }

    /// This rank's ranges, in the order in which it holds them.
    pub fn ranges(&self) -> &[RowRange] {
        &self.ranges
    }
}
