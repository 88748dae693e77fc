//! A column of a table, declared once: its path in the file, its description, and its value for a record.
//!
//! A table of a file has one row for each record of a kind; a stage's `columns.rs` lists its columns, one entry each:
//!
//! ```text
//! pub const WELLS: &[Column<Well>] = &[
//!     column("/double_wells/length", "[P]", "sigma", "arc length d of the path", F64(|well| well.length)),
//!     column("/double_wells/tangent_a", "[P,N,3]", "1", "unit tangent at a", F64s(|well| well.tangent_a.clone())),
//! ];
//! ```
//!
//! [`data_sets`] makes the part of the stage's [`super::layout::Layout`] that describes them;
//! [`super::StageFile::write_columns`] writes them.

use std::borrow::Borrow;

use super::layout::{DataSet, Element};
use super::values::Values;
use crate::error::{Error, Result};

/// A data set that has one row for each record `R`.
pub struct Column<R> {
    pub data_set: DataSet,
    take: Take<R>,
}

/// How a record gives its row, and the type of its elements: one value, or a vector that fills the axes after the first. What is
/// padded may be shorter and then ends in NaN, 0 or false.
pub enum Take<R> {
    F64(fn(&R) -> f64),
    I64(fn(&R) -> i64),
    U32(fn(&R) -> u32),
    U64(fn(&R) -> u64),
    Bool(fn(&R) -> bool),
    /// UTF-8 text, in a file of tables (`super::TableFile`).
    Text(fn(&R) -> String),
    /// One of these names.
    Name(&'static [&'static str], fn(&R) -> Result<String>),
    F64s(fn(&R) -> Vec<f64>),
    I64s(fn(&R) -> Vec<i64>),
    U32s(fn(&R) -> Vec<u32>),
    /// Names for the whole row.
    Names(&'static [&'static str], fn(&R) -> Result<Vec<String>>),
    PaddedF64s(fn(&R) -> Vec<f64>),
    PaddedI64s(fn(&R) -> Vec<i64>),
    PaddedBools(fn(&R) -> Vec<bool>),
}

impl<R> Take<R> {
    const fn element(&self) -> Element {
        match self {
            Take::F64(_) | Take::F64s(_) | Take::PaddedF64s(_) => Element::F64,
            Take::I64(_) | Take::I64s(_) | Take::PaddedI64s(_) => Element::I64,
            Take::U32(_) | Take::U32s(_) => Element::U32,
            Take::U64(_) => Element::U64,
            Take::Bool(_) | Take::PaddedBools(_) => Element::Bool,
            Take::Text(_) => Element::Text,
            Take::Name(names, _) | Take::Names(names, _) => Element::Names(names),
        }
    }
}

/// A promised column.
pub const fn column<R>(
    path: &'static str,
    shape: &'static str,
    units: &'static str,
    description: &'static str,
    take: Take<R>,
) -> Column<R> {
    let element = take.element();
    Column { data_set: DataSet { path, element, shape, units, description, promised: true }, take }
}

/// An optional column, present when it was requested.
pub const fn asked_column<R>(
    path: &'static str,
    shape: &'static str,
    units: &'static str,
    description: &'static str,
    take: Take<R>,
) -> Column<R> {
    let element = take.element();
    Column { data_set: DataSet { path, element, shape, units, description, promised: false }, take }
}

/// The data sets of a table, for the layout: `static WELLS: [DataSet; columns::WELLS.len()] = data_sets(columns::WELLS);`.
pub const fn data_sets<R, const N: usize>(columns: &[Column<R>]) -> [DataSet; N] {
    let mut sets = [columns[0].data_set; N];
    let mut k = 0;
    while k < N {
        sets[k] = columns[k].data_set;
        k += 1;
    }
    sets
}

impl<R> Column<R> {
    /// The values of these records, `width` for each.
    ///
    /// # Errors
    /// `Internal` when a vector is not as long as a row, or a status has no plain name.
    pub(super) fn values<I>(&self, records: I, width: usize) -> Result<Values<'static>>
    where
        I: IntoIterator<Item: Borrow<R>>,
    {
        let records = records.into_iter();
        Ok(match self.take {
            Take::F64(take) => each(records, take).collect::<Vec<f64>>().into(),
            Take::I64(take) => each(records, take).collect::<Vec<i64>>().into(),
            Take::U32(take) => each(records, take).collect::<Vec<u32>>().into(),
            Take::U64(take) => each(records, take).collect::<Vec<u64>>().into(),
            Take::Bool(take) => each(records, take).collect::<Vec<bool>>().into(),
            Take::Text(take) => each(records, take).collect::<Vec<String>>().into(),
            Take::Name(_, take) => each(records, take).collect::<Result<Vec<String>>>()?.into(),
            Take::F64s(take) => self.joined(each(records, take), width, None)?.into(),
            Take::I64s(take) => self.joined(each(records, take), width, None)?.into(),
            Take::U32s(take) => self.joined(each(records, take), width, None)?.into(),
            Take::Names(_, take) => {
                let rows = each(records, take).collect::<Result<Vec<Vec<String>>>>()?;
                self.joined(rows.into_iter(), width, None)?.into()
            }
            Take::PaddedF64s(take) => self.joined(each(records, take), width, Some(f64::NAN))?.into(),
            Take::PaddedI64s(take) => self.joined(each(records, take), width, Some(0))?.into(),
            Take::PaddedBools(take) => self.joined(each(records, take), width, Some(false))?.into(),
        })
    }

    /// Rows one after the other, each of `width` values, if need be with padding.
    fn joined<T: Clone>(&self, rows: impl Iterator<Item = Vec<T>>, width: usize, padding: Option<T>) -> Result<Vec<T>> {
        let mut all = Vec::with_capacity(rows.size_hint().0 * width);
        for mut row in rows {
            if let Some(padding) = &padding
                && row.len() < width
            {
                row.resize(width, padding.clone());
            }
            if row.len() != width {
                let (path, length) = (self.data_set.path, row.len());
                return Err(Error::Internal(format!("{path} takes {width} values of a record, not {length}")));
            }
            all.extend(row);
        }
        Ok(all)
    }
}

/// What each record gives.
fn each<R, T>(records: impl Iterator<Item: Borrow<R>>, take: fn(&R) -> T) -> impl Iterator<Item = T> {
    records.map(move |record| take(record.borrow()))
}
