//! Tables that are too large for memory, written in portions.

use hdf5::Dataset;

use super::attributes;
use super::checksum;
use super::columns::Column;
use super::kept::{self, Row};
use super::layout::DataSet;
use super::read::StageReader;
use super::read_back::Written;
use super::rows::{RowRange, Rows};
use super::transfer::{self, Rounds};
use super::write::{self, StageFile};
use crate::error::{Error, Result};

/// Bytes of records that a rank should hold for a portion.
pub const PORTION_BYTES: usize = 1 << 24;

/// A column of which some rows are written.
struct Begun {
    path: String,
    entry: &'static DataSet,
    trailing: Vec<u64>,
    dataset: Dataset,
    row_bytes: usize,
    /// Of this rank's rows so far.
    checksum: u64,
}

/// The rows of a rank that are still to be written.
struct Left {
    ranges: std::collections::VecDeque<RowRange>,
}

impl Left {
    /// The next rows; `None` when there are not as many.
    fn take(&mut self, mut count: u64) -> Option<Vec<RowRange>> {
        let mut taken = Vec::new();
        while count > 0 {
            let range = self.ranges.front_mut()?;
            let part = range.count.min(count);
            taken.push(RowRange { first: range.first, count: part });
            *range = RowRange { first: range.first + part, count: range.count - part };
            count -= part;
            if range.count == 0 {
                self.ranges.pop_front();
            }
        }
        Some(taken)
    }

    fn is_empty(&self) -> bool {
        self.ranges.iter().all(|range| range.count == 0)
    }
}

impl StageFile<'_> {
    /// Writes columns in portions: `next` gives the next records of this rank's rows, range after range, of about
    /// [`PORTION_BYTES`] each time, and nothing after the last. Ranks may have different numbers of portions. Rows may be
    /// those of an earlier file.
    ///
    /// # Errors
    /// As [`StageFile::write_columns_with_kept`], and those of `next`.
    pub fn write_columns_in_portions<R>(
        &mut self,
        columns: &[Column<R>],
        rows: &Rows,
        earlier: Option<&StageReader>,
        mut next: impl FnMut() -> Result<Option<Vec<Row<R>>>>,
    ) -> Result<()> {
        let mut table = columns.iter().map(|column| self.begin(column, rows)).collect::<Result<Vec<Begun>>>()?;
        let mut left = Left { ranges: rows.ranges().iter().copied().collect() };
        loop {
            let portion = self.ranks.agree(next())?;
            if !self.ranks.any(portion.is_some()) {
                break;
            }
            let order = portion.unwrap_or_default();
            let ranges = left.take(order.len() as u64);
            let ranges = ranges.ok_or_else(|| Error::Internal("a table has more records than rows".to_owned()));
            let ranges = self.ranks.agree(ranges)?;
            for (column, begun) in columns.iter().zip(&mut table) {
                let bytes = self.ranks.agree(bytes_of(column, begun, &order, earlier))?;
                begun.checksum = begun.checksum.wrapping_add(checksum::of_ranges(&ranges, begun.row_bytes, &bytes));
                let rounds = Rounds::new(&ranges, begun.row_bytes as u64);
                self.last_transfer =
                    self.file.write_rows(&begun.path, &begun.dataset, &begun.trailing, &rounds, &bytes)?;
            }
        }
        let complete = match left.is_empty() {
            true => Ok(()),
            false => Err(Error::Internal("a table has fewer records than rows".to_owned())),
        };
        self.ranks.agree(complete)?;
        table.into_iter().try_for_each(|begun| self.complete(begun, rows.total()))
    }

    /// Creates the data set of a column.
    fn begin<R>(&mut self, column: &Column<R>, rows: &Rows) -> Result<Begun> {
        let path = column.data_set.path.to_owned();
        let prepared = self.trailing(&column.data_set, &path).and_then(|trailing| {
            let shape: Vec<u64> = std::iter::once(rows.total()).chain(trailing.iter().copied()).collect();
            Ok((self.look_up(&path, &shape)?, shape, trailing))
        });
        let (entry, shape, trailing) = self.ranks.agree(prepared)?;
        // the checksum is not known yet
        let created = self.create_data_set(entry, &path, &shape, 1, 0);
        let dataset = self.ranks.agree(created)?;
        if shape.iter().product::<u64>() > 0 {
            self.file.reserve(&path, transfer::place(&dataset))?;
        }
        let row_bytes = write::descriptor(entry.element, 1).size() * trailing.iter().product::<u64>() as usize;
        Ok(Begun { path, entry, trailing, dataset, row_bytes, checksum: 0 })
    }

    fn complete(&mut self, begun: Begun, total: u64) -> Result<()> {
        let Begun { path, dataset, row_bytes, checksum, .. } = begun;
        let checksum = self.ranks.sum_u64(checksum);
        let replaced = attributes::replace(&dataset, checksum::NAME, checksum);
        self.file.settle(replaced.map_err(|error| self.file.failed(&path, &error)))?;
        let place = transfer::place(&dataset).filter(|_| total > 0 && row_bytes > 0);
        self.written.insert(path, Written { place, row_bytes: row_bytes as u64, checksum });
        Ok(())
    }
}

/// The bytes of a column of these rows.
fn bytes_of<R>(column: &Column<R>, begun: &Begun, order: &[Row<R>], earlier: Option<&StageReader>) -> Result<Vec<u8>> {
    let width = begun.trailing.iter().product::<u64>() as usize;
    let mut values = column.values(order.iter().filter_map(Row::record), width)?;
    if let Some(earlier) = earlier {
        values = kept::values(order, &begun.trailing, values, &begun.path, earlier)?;
    }
    let (due, given) = (order.len() * width, values.len());
    if given != due {
        return Err(Error::Internal(format!("{} takes {due} values of a portion, not {given}", begun.path)));
    }
    values.bytes(&begun.path, begun.entry.element, 1)
}
