//! Rows that a new file takes over from an earlier one, between new rows.

use super::read::StageReader;
use super::values::Values;
use crate::error::{Error, Result};

/// A row to be written.
#[derive(Clone, Debug)]
pub enum Row<R> {
    /// The row with this number in the earlier file.
    Kept(u64),
    New(R),
}

impl<R> Row<R> {
    /// The new record.
    pub fn record(&self) -> Option<&R> {
        match self {
            Row::Kept(_) => None,
            Row::New(record) => Some(record),
        }
    }

    fn kept(&self) -> Option<u64> {
        match self {
            Row::Kept(row) => Some(*row),
            Row::New(_) => None,
        }
    }
}

/// The values of these rows: those of new records from `new`, the others from `earlier`, whose rows are as wide.
pub(super) fn values<R>(
    order: &[Row<R>],
    trailing: &[u64],
    new: Values<'static>,
    path: &str,
    earlier: &StageReader,
) -> Result<Values<'static>> {
    if order.iter().all(|row| row.kept().is_none()) {
        return Ok(new);
    }
    if earlier.shape(path)?.get(1..) != Some(trailing) {
        return Err(Error::storage(earlier.path(), format!("{path} has rows of another length")));
    }
    let width = trailing.iter().product::<u64>() as usize;
    macro_rules! of_numbers {
        ($new:expr, $number:ty) => {
            placed(order, width, &$new, |first, count| earlier.read_rows::<$number>(path, first, count))?.into()
        };
    }
    Ok(match new {
        Values::F64(new) => of_numbers!(new, f64),
        Values::I64(new) => of_numbers!(new, i64),
        Values::U32(new) => of_numbers!(new, u32),
        Values::U64(new) => of_numbers!(new, u64),
        Values::U8(new) => of_numbers!(new, u8),
        Values::Bool(new) => of_numbers!(new, bool),
        Values::Text(new) => {
            placed(order, width, &new, |first, count| earlier.read_text_rows(path, first, count))?.into()
        }
    })
}

/// New and kept values in the order of the rows; consecutive rows are read at once.
fn placed<R, T: Clone>(
    order: &[Row<R>],
    width: usize,
    new: &[T],
    read: impl Fn(u64, u64) -> Result<Vec<T>>,
) -> Result<Vec<T>> {
    let mut all = Vec::with_capacity(order.len() * width);
    let mut records = new.chunks_exact(width.max(1));
    let follow = |one: &Row<R>, next: &Row<R>| match (one.kept(), next.kept()) {
        (Some(one), Some(next)) => next == one + 1,
        (one, next) => one.is_none() && next.is_none(),
    };
    for run in order.chunk_by(follow) {
        match run.first().and_then(Row::kept) {
            Some(first) => all.extend(read(first, run.len() as u64)?),
            None => records.by_ref().take(run.len()).for_each(|record| all.extend_from_slice(record)),
        }
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_placed_in_order() {
        let order = [Row::Kept(4), Row::Kept(5), Row::New(()), Row::Kept(7), Row::New(()), Row::New(()), Row::Kept(0)];
        let reads = std::cell::RefCell::new(Vec::new());
        let read = |first: u64, count: u64| {
            reads.borrow_mut().push((first, count));
            Ok((first..first + count).flat_map(|row| [10 * row, 10 * row + 1]).collect())
        };
        let all = placed(&order, 2, &[1, 2, 3, 4, 5, 6], read).unwrap();
        assert_eq!(all, [40, 41, 50, 51, 1, 2, 70, 71, 3, 4, 5, 6, 0, 1]);
        assert_eq!(reads.into_inner(), [(4, 2), (7, 1), (0, 1)]);
    }
}
