//! Writing a stage's file, all ranks together.

use std::borrow::Borrow;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Instant;

use hdf5::types::{EnumMember, EnumType, FloatSize, IntSize, TypeDescriptor};
use hdf5::{Dataset, Location};

use super::attributes;
use super::beside::Beside;
use super::checksum;
use super::columns::Column;
use super::header::{self, Header, TaskCost, Timing};
use super::kept::{self, Row};
use super::layout::{self, DataSet, Element, Layout, Lengths};
use super::read::StageReader;
use super::read_back::{self, AllWritten, Written};
use super::rows::Rows;
use super::transfer::{self, Rounds, Transfer};
use super::values::{Attribute, Values};
use crate::error::{Error, Result};
use crate::parallel::Ranks;
use crate::stage::Stage;

/// A stage's file while it is written. Every method is collective, and an error occurs on all ranks.
///
/// The data goes to a temporary name next to the final one; [`StageFile::finish`] renames it. A file that is dropped
/// unfinished is removed, and an existing file under the final name is unchanged.
pub struct StageFile<'r> {
    ranks: &'r Ranks,
    stage: Stage,
    header: Header,
    layout: &'static Layout,
    file: Beside<'r>,
    lengths: Lengths,
    written: AllWritten,
    last_transfer: Transfer,
    /// Whether what has been written is read back.
    read_back: bool,
    begun: Instant,
}

impl<'r> StageFile<'r> {
    /// Creates the file of `header.stage` in this directory, with rank 0's header; `layout` defines what may be
    /// written.
    ///
    /// # Errors
    /// `Storage` when the directory does not exist or cannot be written to.
    pub fn create(ranks: &'r Ranks, directory: &Path, header: &Header, layout: &'static Layout) -> Result<Self> {
        let header = ranks.broadcast(header.clone(), 0)?;
        let file = Beside::create(ranks, &directory.join(header.stage.file_name()))?;
        let mut stage_file = StageFile {
            ranks,
            stage: header.stage,
            layout,
            file,
            lengths: Lengths::new(),
            written: AllWritten::new(),
            header: header.clone(),
            last_transfer: Transfer::Plain,
            read_back: false,
            begun: Instant::now(),
        };
        stage_file.write_header(&header)?;
        Ok(stage_file)
    }

    fn write_header(&mut self, header: &Header) -> Result<()> {
        let text = |text: &str| Attribute::Text(text.to_string());
        for (name, value) in [
            ("glasswell_layout", Attribute::I64(header.layout)),
            ("glasswell_version", text(&header.version)),
            ("stage", text(header.stage.name())),
            ("deck", text(&header.deck)),
            ("deck_hash", text(&header.deck_hash)),
            ("deck_keys", text(&header.deck_keys)),
            ("seed", Attribute::U64(header.seed)),
        ] {
            let attached = self.file.root().and_then(|root| self.attach(root, name, &value));
            self.ranks.agree(attached)?;
        }
        Ok(())
    }

    /// Writes a data set of shape [rows.total(), trailing...]: each rank gives the values of its rows, range after range.
    ///
    /// # Errors
    /// `Internal` when the path is not in the layout, has another type or shape there, or was written before; `Storage`
    /// when it cannot be written.
    pub fn write<'v>(
        &mut self,
        path: &str,
        rows: &Rows,
        trailing: &[u64],
        values: impl Into<Values<'v>>,
    ) -> Result<()> {
        let values = values.into();
        let text = self.ranks.max_u64(values.longest_text() as u64).max(1) as usize;
        let prepared = self.prepare(path, rows, trailing, &values, text);
        let (entry, shape, bytes) = self.ranks.agree(prepared)?;
        let row_bytes = descriptor(entry.element, text).size() * trailing.iter().product::<u64>() as usize;
        let checksum = self.ranks.sum_u64(checksum::of_ranges(rows.ranges(), row_bytes, &bytes));
        let created = self.create_data_set(entry, path, &shape, text, checksum);
        let dataset = self.ranks.agree(created)?;
        let filled = shape.iter().product::<u64>() > 0;
        if filled {
            let rounds = Rounds::new(rows.ranges(), row_bytes as u64);
            self.file.reserve(path, transfer::place(&dataset))?;
            self.last_transfer = self.file.write_rows(path, &dataset, trailing, &rounds, &bytes)?;
        }
        let place = transfer::place(&dataset).filter(|_| filled);
        self.written.insert(path.to_string(), Written { place, row_bytes: row_bytes as u64, checksum });
        Ok(())
    }

    /// Writes a data set that every rank holds completely; the values of rank 0 are used. `shape` may be [] for a
    /// scalar.
    ///
    /// # Errors
    /// As [`StageFile::write`].
    pub fn write_small<'v>(&mut self, path: &str, shape: &[u64], values: impl Into<Values<'v>>) -> Result<()> {
        let values = values.into();
        if let Some((total, trailing)) = shape.split_first() {
            let rows = Rows::on_rank_zero(self.ranks, *total);
            return match self.ranks.rank() {
                0 => self.write(path, &rows, trailing, values),
                _ => self.write(path, &rows, trailing, values.none()),
            };
        }
        let text = self.ranks.max_u64(values.longest_text() as u64).max(1) as usize;
        let prepared = self.look_up(path, &[]).and_then(|entry| Ok((entry, values.bytes(path, entry.element, text)?)));
        let (entry, bytes) = self.ranks.agree(prepared)?;
        let bytes = self.ranks.broadcast(bytes, 0)?;
        let checksum = checksum::of_rows(0, bytes.len(), &bytes);
        let dataset = self.ranks.agree(self.create_data_set(entry, path, &[], text, checksum))?;
        let moved = transfer::write_scalar(self.ranks, &dataset, &bytes);
        self.file.settle(moved.map_err(|error| self.file.failed(path, &error)))?;
        let place = transfer::place(&dataset);
        self.written.insert(path.to_string(), Written { place, row_bytes: bytes.len() as u64, checksum });
        Ok(())
    }

    /// Sets the length that a letter in the shapes of the layout stands for, in the group of a unit or, with "",
    /// outside such groups.
    ///
    /// # Errors
    /// `Internal` when the letter already has another length.
    pub fn set_length(&mut self, unit: &str, letter: &str, length: usize) -> Result<()> {
        let known = *self.lengths.entry((unit.to_string(), letter.to_string())).or_insert(length as u64);
        match known == length as u64 {
            true => Ok(()),
            false => Err(Error::Internal(format!("{letter} is {known}, not {length}"))),
        }
    }

    /// Writes columns: each rank gives the records of its rows, range after range. The lengths of all letters of a
    /// shape but the first must be known from earlier data sets or set ([`StageFile::set_length`]).
    ///
    /// # Errors
    /// As [`StageFile::write`]; `Internal` also when a record gives another number of values than a row has.
    pub fn write_columns<R, I>(&mut self, columns: &[Column<R>], rows: &Rows, records: I) -> Result<()>
    where
        I: IntoIterator<Item: Borrow<R>> + Clone,
    {
        self.write_columns_of_unit("", columns, rows, records)
    }

    /// The same for columns of a unit, whose name replaces `<unit>`.
    ///
    /// # Errors
    /// As [`StageFile::write_columns`].
    pub fn write_columns_of_unit<R, I>(
        &mut self,
        unit: &str,
        columns: &[Column<R>],
        rows: &Rows,
        records: I,
    ) -> Result<()>
    where
        I: IntoIterator<Item: Borrow<R>> + Clone,
    {
        for column in columns {
            let path = column.data_set.path.replace("<unit>", unit);
            let prepared = self.trailing(&column.data_set, &path).and_then(|trailing| {
                let width = trailing.iter().product::<u64>() as usize;
                Ok((column.values(records.clone(), width)?, trailing))
            });
            let (values, trailing) = self.ranks.agree(prepared)?;
            self.write(&path, rows, &trailing, values)?;
        }
        Ok(())
    }

    /// Writes columns of which some rows are those of an earlier file: `order` are the rows of this rank, range after range.
    /// "" in place of a unit for columns outside of units.
    ///
    /// # Errors
    /// As [`StageFile::write_columns`]; `Storage` also when the earlier file lacks a column or cannot be read.
    pub fn write_columns_with_kept<R>(
        &mut self,
        unit: &str,
        columns: &[Column<R>],
        rows: &Rows,
        (order, earlier): (&[Row<R>], &StageReader),
    ) -> Result<()> {
        for column in columns {
            let path = column.data_set.path.replace("<unit>", unit);
            let prepared = self.trailing(&column.data_set, &path).and_then(|trailing| {
                let width = trailing.iter().product::<u64>() as usize;
                let new = column.values(order.iter().filter_map(Row::record), width)?;
                Ok((kept::values(order, &trailing, new, &path, earlier)?, trailing))
            });
            let (values, trailing) = self.ranks.agree(prepared)?;
            self.write(&path, rows, &trailing, values)?;
        }
        Ok(())
    }

    /// Writes columns of records that every rank holds; those of rank 0 are used.
    ///
    /// # Errors
    /// As [`StageFile::write_columns`].
    pub fn write_small_columns<R>(&mut self, columns: &[Column<R>], records: &[R]) -> Result<()> {
        let rows = Rows::on_rank_zero(self.ranks, records.len() as u64);
        self.write_columns(columns, &rows, &records[..rows.held() as usize])
    }

    /// The lengths of the axes after the first.
    fn trailing(&self, entry: &DataSet, path: &str) -> Result<Vec<u64>> {
        let unit = layout::unit_of(entry, path).unwrap_or("");
        let length = |word: &str| word.parse().ok().or_else(|| self.lengths.get(&(unit.into(), word.into())).copied());
        let lengths = layout::shape_words(entry.shape)
            .into_iter()
            .skip(1)
            .map(|word| length(word).ok_or_else(|| Error::Internal(format!("{path}: the length {word} is not set"))));
        lengths.collect()
    }

    /// Writes zero rows for every promised data set under this group that has not been written ("/" for all; for the
    /// data sets of a unit, its name must be in the prefix).
    ///
    /// # Errors
    /// As [`StageFile::write`].
    pub fn leave_empty(&mut self, group: &str) -> Result<()> {
        for (entry, path) in self.missing(group) {
            let key = |word: &str| (layout::unit_of(entry, &path).unwrap_or("").to_string(), word.to_string());
            let length = |word: &&str| word.parse().ok().or_else(|| self.lengths.get(&key(word)).copied()).unwrap_or(0);
            let words = layout::shape_words(entry.shape);
            let trailing: Vec<u64> = words.iter().skip(1).map(length).collect();
            self.write(&path, &Rows::none(), &trailing, Values::of(entry.element))?;
        }
        Ok(())
    }

    /// Adds an attribute of the layout to an existing group or data set; all ranks give the same value.
    ///
    /// # Errors
    /// `Internal` when it is not in the layout or has another type there, `Storage` when it cannot be written.
    pub fn attribute(&mut self, path: &str, name: &str, value: &Attribute) -> Result<()> {
        let value = self.ranks.broadcast(value.clone(), 0)?;
        let known = self.layout.attribute(path, name).and_then(|entry| {
            let (element, length) = value.kind();
            let due = layout::shape_words(entry.shape).first().map(|word| word.parse().unwrap_or(0));
            let fits = element == entry.element && due == length;
            if fits { Ok(()) } else { Err(Error::Internal(format!("{path} takes another attribute {name}"))) }
        });
        self.ranks.agree(known)?;
        let attached = self.file.group(path).and_then(|group| self.attach(&group, name, &value));
        self.ranks.agree(attached)
    }

    /// Whether this data set has been written.
    pub fn has(&self, path: &str) -> bool {
        self.written.contains_key(path)
    }

    /// How the last non-empty data set was written.
    pub fn last_transfer(&self) -> Transfer {
        self.last_transfer
    }

    /// Reads back all values that have been written, from the disk where the system can be asked to, and compares them; the
    /// seconds that it took. What follows, names, attributes and /timing, is compared by [`StageFile::finish`].
    ///
    /// # Errors
    /// `Storage` when they differ.
    pub fn read_back(&mut self) -> Result<f64> {
        let begun = Instant::now();
        self.read_back = true;
        self.file.flush()?;
        read_back::compare_values(self.ranks, self.file.temporary(), self.file.path(), &self.written)?;
        Ok(begun.elapsed().as_secs_f64())
    }

    /// Adds /timing and `complete`, closes the file and gives it its final name, which is returned.
    ///
    /// # Errors
    /// `Internal` when a promised data set is missing, `Storage` when the file cannot be completed, or does not read back as
    /// it was written; then the temporary file is removed and the file under the final name is unchanged.
    pub fn finish(mut self, complete: bool, timing: &Timing) -> Result<PathBuf> {
        let missing: Vec<String> = self.missing("/").into_iter().map(|(_, path)| path).collect();
        let whole = match missing.is_empty() {
            true => Ok(()),
            false => Err(Error::Internal(format!("{} lacks {}", self.stage.file_name(), missing.join(", ")))),
        };
        self.ranks.agree(whole)?;
        self.write_timing(timing)?;
        self.header.complete = complete;
        let complete = Attribute::I64(i64::from(complete));
        let attached = self.file.root().and_then(|root| self.attach(root, "complete", &complete));
        self.ranks.agree(attached)?;
        let Self { file, header, written, read_back, .. } = self;
        file.finish_sealed(written.keys().map(String::as_str), |temporary, path| match read_back {
            true => read_back::compare_closed(temporary, path, &header, &written),
            false => Ok(()),
        })
    }

    fn write_timing(&mut self, timing: &Timing) -> Result<()> {
        let mine = (timing.threads, timing.idle, timing.costs.clone(), self.ranks.hostname().to_string());
        let all = self.ranks.all_gather(&mine)?;
        let ranks = all.len() as u64;
        let created = header::now();
        let threads: Vec<u32> = all.iter().map(|(threads, ..)| *threads).collect();
        let idle: Vec<f64> = all.iter().map(|(_, idle, ..)| *idle).collect();
        let hosts: Vec<String> = all.iter().map(|(.., host)| host.clone()).collect();
        self.write_small("/timing/ranks", &[], &[ranks as u32])?;
        self.write_small("/timing/threads", &[ranks], &threads)?;
        self.write_small("/timing/hostname", &[ranks], &hosts)?;
        self.write_small("/timing/created", &[], &[created])?;
        self.write_small("/timing/idle", &[ranks], &idle)?;
        for (number, (name, _)) in all[0].2.iter().enumerate() {
            let cost = |costs: &[(String, f64)]| costs.get(number).map_or(f64::NAN, |(_, seconds)| *seconds);
            let costs: Vec<f64> = all.iter().map(|(_, _, costs, _)| cost(costs)).collect();
            self.write_small(&format!("/timing/costs/{name}"), &[ranks], &costs)?;
        }
        self.write_tasks(&timing.tasks)
    }

    /// The tasks of all ranks by round and number; the rank on which a task ended depends on timing.
    fn write_tasks(&mut self, tasks: &[TaskCost]) -> Result<()> {
        if !self.ranks.any(!tasks.is_empty()) {
            return Ok(());
        }
        let tasks = self.ranks.sorted_by_key(tasks.to_vec(), |task| task.key)?;
        let rows = Rows::by_key(self.ranks, &[(self.ranks.rank(), tasks.len() as u64)])?;
        let round: Vec<u32> = tasks.iter().map(|task| task.key.round).collect();
        let number: Vec<i64> = tasks.iter().map(|task| task.key.task as i64).collect();
        let seconds: Vec<f64> = tasks.iter().map(|task| task.seconds).collect();
        self.write("/timing/tasks/round", &rows, &[], &round)?;
        self.write("/timing/tasks/task", &rows, &[], &number)?;
        self.write("/timing/tasks/seconds", &rows, &[], &seconds)
    }

    /// Seconds since the file was created.
    pub fn seconds(&self) -> f64 {
        self.begun.elapsed().as_secs_f64()
    }

    /// Promised data sets under a group that have not been written; for units, only those that have been started.
    fn missing(&self, group: &str) -> Vec<(&'static DataSet, String)> {
        let units: BTreeSet<&str> = self.written.keys().filter_map(|path| self.unit(path)).collect();
        let named = group.split('/').nth(1).filter(|name| !name.is_empty());
        let units: BTreeSet<&str> = units.into_iter().chain(named).collect();
        let mut missing = Vec::new();
        for entry in self.layout.data_sets().filter(|entry| entry.promised) {
            let paths = match entry.path.strip_prefix("/<unit>") {
                Some(rest) => units.iter().map(|unit| format!("/{unit}{rest}")).collect(),
                None => vec![entry.path.to_string()],
            };
            let under = |path: &String| group == "/" || path.starts_with(&format!("{}/", group.trim_end_matches('/')));
            let absent = paths.into_iter().filter(|path| under(path) && !self.written.contains_key(path));
            missing.extend(absent.map(|path| (entry, path)));
        }
        missing
    }

    fn unit<'p>(&self, path: &'p str) -> Option<&'p str> {
        let entry = self.layout.data_set(path).ok()?;
        layout::unit_of(entry, path)
    }

    fn look_up(&mut self, path: &str, shape: &[u64]) -> Result<&'static DataSet> {
        let entry = self.layout.data_set(path)?;
        if self.written.contains_key(path) {
            return Err(Error::Internal(format!("{path} is written twice")));
        }
        layout::check_shape(entry, path, shape, &mut self.lengths)?;
        Ok(entry)
    }

    fn prepare(
        &mut self,
        path: &str,
        rows: &Rows,
        trailing: &[u64],
        values: &Values,
        text: usize,
    ) -> Result<(&'static DataSet, Vec<u64>, Vec<u8>)> {
        let shape: Vec<u64> = std::iter::once(rows.total()).chain(trailing.iter().copied()).collect();
        let entry = self.look_up(path, &shape)?;
        let due = rows.held() * trailing.iter().product::<u64>();
        if values.len() as u64 != due {
            return Err(Error::Internal(format!("{path} takes {due} values of this rank, not {}", values.len())));
        }
        Ok((entry, shape, values.bytes(path, entry.element, text)?))
    }

    fn create_data_set(
        &self,
        entry: &DataSet,
        path: &str,
        shape: &[u64],
        text: usize,
        checksum: u64,
    ) -> Result<Dataset> {
        let dataset = self.file.create_data_set(path, &descriptor(entry.element, text), shape)?;
        self.attach(&dataset, "units", &Attribute::Text(entry.units.into()))?;
        self.attach(&dataset, checksum::NAME, &Attribute::U64(checksum))?;
        self.attach(&dataset, "description", &Attribute::Text(entry.description.into()))?;
        Ok(dataset)
    }

    fn attach(&self, location: &Location, name: &str, value: &Attribute) -> Result<()> {
        attributes::attach(location, name, value).map_err(|error| self.file.failed(name, &error))
    }
}

pub(super) fn descriptor(element: Element, text: usize) -> TypeDescriptor {
    match element {
        Element::F64 => TypeDescriptor::Float(FloatSize::U8),
        Element::I64 => TypeDescriptor::Integer(IntSize::U8),
        Element::U32 => TypeDescriptor::Unsigned(IntSize::U4),
        Element::U64 => TypeDescriptor::Unsigned(IntSize::U8),
        Element::U8 => TypeDescriptor::Unsigned(IntSize::U1),
        Element::Bool => TypeDescriptor::Boolean,
        Element::Text => TypeDescriptor::FixedUnicode(text),
        Element::Names(names) => TypeDescriptor::Enum(EnumType {
            size: IntSize::U1,
            signed: false,
            members: (0..).zip(names).map(|(value, name)| EnumMember { name: name.to_string(), value }).collect(),
        }),
    }
}
