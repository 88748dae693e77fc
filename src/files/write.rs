//! Writing a stage's file, all ranks together.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use hdf5::types::{EnumMember, EnumType, FloatSize, IntSize, TypeDescriptor, VarLenUnicode};
use hdf5::{Dataset, Group, Location};

use super::header::{self, Header, Timing};
use super::layout::{self, DataSet, Element, Lengths, Stage};
use super::rows::Rows;
use super::transfer::{self, Rounds, Transfer};
use super::values::{Attribute, Values};
use crate::error::{Error, Result};
use crate::parallel::Ranks;

/// A stage's file while it is written. Every method is collective, and an error is one on all ranks.
///
/// The data goes to a temporary name beside the final one; [`StageFile::finish`] renames it. A file that is dropped
/// unfinished is removed, and what was under the final name stays as it was.
pub struct StageFile<'r> {
    ranks: &'r Ranks,
    stage: Stage,
    /// `None` only once it is closed.
    file: Option<hdf5::File>,
    temporary: PathBuf,
    path: PathBuf,
    lengths: Lengths,
    written: BTreeSet<String>,
    last_transfer: Transfer,
}

impl<'r> StageFile<'r> {
    /// Begins the file of `header.stage` in this directory, with rank 0's header.
    ///
    /// # Errors
    /// `Storage` when the directory is not there or cannot be written to.
    pub fn create(ranks: &'r Ranks, directory: &Path, header: &Header) -> Result<Self> {
        let header = ranks.broadcast(header.clone(), 0)?;
        let name = header.stage.file_name();
        let path = directory.join(name);
        let temporary = directory.join(format!(".{name}.part"));
        // tried with the system's own calls first: they say why it does not work
        let tried = if ranks.rank() == 0 { std::fs::File::create(&temporary).map(|_| ()) } else { Ok(()) };
        ranks.agree(tried.map_err(|error| cannot_write(&path, &error.to_string())))?;
        let file = transfer::together(ranks, open(ranks, &temporary)).map_err(|error| {
            let _ = std::fs::remove_file(&temporary);
            cannot_write(&path, &error.to_string())
        });
        let file = ranks.agree(file)?;
        let mut stage_file = StageFile {
            ranks,
            stage: header.stage,
            file: Some(file),
            temporary,
            path,
            lengths: Lengths::new(),
            written: BTreeSet::new(),
            last_transfer: Transfer::Plain,
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
            let attached = self.root().and_then(|root| self.attach(root, name, &value));
            self.ranks.agree(attached)?;
        }
        Ok(())
    }

    /// Writes a data set of shape [rows.total(), trailing...]: each rank gives the values of its rows, range after range.
    ///
    /// # Errors
    /// `Internal` when the layout does not know the path, or has it with another type or shape, or it was written
    /// before; `Storage` when it cannot be written.
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
        let created = self.create_data_set(entry, path, &shape, text);
        let dataset = self.ranks.agree(created)?;
        if shape.iter().product::<u64>() > 0 {
            let element_bytes = bytes.len() as u64 / (values.len() as u64).max(1);
            // a rank without values has no rounds, whatever the size of its rows
            let rounds = Rounds::new(rows.ranges(), element_bytes * trailing.iter().product::<u64>());
            let moved = transfer::write_rows(self.ranks, &dataset, trailing, &rounds, &bytes);
            self.last_transfer = self.ranks.agree(moved.map_err(|error| self.failed(path, &error)))?;
        }
        self.written.insert(path.to_string());
        Ok(())
    }

    /// Writes a data set that every rank knows whole; rank 0's values count. `shape` may be [] for a scalar.
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
        let dataset = self.ranks.agree(self.create_data_set(entry, path, &[], text))?;
        let moved = transfer::write_scalar(self.ranks, &dataset, &bytes);
        self.ranks.agree(moved.map_err(|error| self.failed(path, &error)))?;
        self.written.insert(path.to_string());
        Ok(())
    }

    /// Gives zero rows to every promised data set under this group that has not been written ("/" for all; a unit's
    /// name must be in the prefix for its data sets to be among them).
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

    /// Adds an attribute of the layout to a group or data set that is there; all ranks give the same value.
    ///
    /// # Errors
    /// `Internal` when the layout does not know it or has another type, `Storage` when it cannot be written.
    pub fn attribute(&mut self, path: &str, name: &str, value: &Attribute) -> Result<()> {
        let value = self.ranks.broadcast(value.clone(), 0)?;
        let known = layout::attribute_entry(self.stage, path, name).and_then(|entry| {
            let (element, length) = value.kind();
            let due = layout::shape_words(entry.shape).first().map(|word| word.parse().unwrap_or(0));
            let fits = element == entry.element && due == length;
            if fits { Ok(()) } else { Err(Error::Internal(format!("{path} takes another attribute {name}"))) }
        });
        self.ranks.agree(known)?;
        let attached = self.group(path).and_then(|group| self.attach(&group, name, &value));
        self.ranks.agree(attached)
    }

    /// How the last data set with any rows was written.
    pub fn last_transfer(&self) -> Transfer {
        self.last_transfer
    }

    /// Adds /timing and `complete`, closes the file and gives it its final name, which is returned.
    ///
    /// # Errors
    /// `Internal` when a promised data set is missing, `Storage` when the file cannot be completed; then the
    /// temporary file is removed and the final name is as it was.
    pub fn finish(mut self, complete: bool, timing: &Timing) -> Result<PathBuf> {
        let missing: Vec<String> = self.missing("/").into_iter().map(|(_, path)| path).collect();
        let whole = match missing.is_empty() {
            true => Ok(()),
            false => Err(Error::Internal(format!("{} lacks {}", self.stage.file_name(), missing.join(", ")))),
        };
        self.ranks.agree(whole)?;
        self.write_timing(timing)?;
        let attached = self.root().and_then(|root| self.attach(root, "complete", &Attribute::I64(i64::from(complete))));
        self.ranks.agree(attached)?;
        if let Some(file) = self.file.take() {
            let flushed = transfer::together(self.ranks, file.flush());
            let closed = file.close();
            self.ranks.agree(flushed.and(closed).map_err(|error| self.failed("the end of the file", &error)))?;
        }
        self.ranks.barrier();
        let named = if self.ranks.rank() == 0 { self.put_in_place() } else { Ok(()) };
        self.ranks.agree(named)?;
        Ok(self.path.clone())
    }

    fn put_in_place(&self) -> Result<()> {
        let told = |error: std::io::Error| cannot_write(&self.path, &error.to_string());
        std::fs::File::open(&self.temporary).and_then(|file| file.sync_all()).map_err(told)?;
        std::fs::rename(&self.temporary, &self.path).map_err(told)?;
        if let Some(directory) = self.path.parent().filter(|directory| !directory.as_os_str().is_empty()) {
            // the new name should outlive a crash; a file system that cannot promise it is no reason to fail
            let _ = std::fs::File::open(directory).and_then(|directory| directory.sync_all());
        }
        Ok(())
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
        Ok(())
    }

    /// Promised data sets under a group that are not there yet; of the units, those that have been begun.
    fn missing(&self, group: &str) -> Vec<(&'static DataSet, String)> {
        let units: BTreeSet<&str> = self.written.iter().filter_map(|path| self.unit(path)).collect();
        let named = group.split('/').nth(1).filter(|name| !name.is_empty());
        let units: BTreeSet<&str> = units.into_iter().chain(named).collect();
        let mut missing = Vec::new();
        for entry in layout::data_sets(self.stage).iter().filter(|entry| entry.promised) {
            let paths = match entry.path.strip_prefix("/<unit>") {
                Some(rest) => units.iter().map(|unit| format!("/{unit}{rest}")).collect(),
                None => vec![entry.path.to_string()],
            };
            let under = |path: &String| group == "/" || path.starts_with(&format!("{}/", group.trim_end_matches('/')));
            let absent = paths.into_iter().filter(|path| under(path) && !self.written.contains(path));
            missing.extend(absent.map(|path| (entry, path)));
        }
        missing
    }

    fn unit<'p>(&self, path: &'p str) -> Option<&'p str> {
        let entry = layout::data_set(self.stage, path).ok()?;
        layout::unit_of(entry, path)
    }

    fn look_up(&mut self, path: &str, shape: &[u64]) -> Result<&'static DataSet> {
        let entry = layout::data_set(self.stage, path)?;
        if self.written.contains(path) {
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

    fn create_data_set(&self, entry: &DataSet, path: &str, shape: &[u64], text: usize) -> Result<Dataset> {
        let (parent, name) = path.rsplit_once('/').unwrap_or(("", path));
        let group = self.group(parent)?;
        let extents: Vec<usize> = shape.iter().map(|length| *length as usize).collect();
        // times of creation would differ from run to run
        let builder = group.new_dataset_builder().obj_track_times(false).empty_as(&descriptor(entry.element, text));
        let created = if shape.is_empty() { builder.shape(()).create(name) } else { builder.shape(extents).create(name) };
        let dataset = created.map_err(|error| self.failed(path, &error))?;
        self.attach(&dataset, "units", &Attribute::Text(entry.units.into()))?;
        self.attach(&dataset, "description", &Attribute::Text(entry.description.into()))?;
        Ok(dataset)
    }

    /// The group of this path, made with its parents if need be.
    fn group(&self, path: &str) -> Result<Group> {
        let root: &Group = self.root()?;
        let mut group = root.group("/").map_err(|error| self.failed(path, &error))?;
        for name in path.split('/').filter(|name| !name.is_empty()) {
            let next = match group.link_exists(name) {
                true => group.group(name),
                false => group.create_group_builder().obj_track_times(false).create(name),
            };
            group = next.map_err(|error| self.failed(path, &error))?;
        }
        Ok(group)
    }

    fn root(&self) -> Result<&hdf5::File> {
        self.file.as_ref().ok_or_else(|| Error::Internal("a file is used after it was closed".into()))
    }

    fn attach(&self, location: &Location, name: &str, value: &Attribute) -> Result<()> {
        attach(location, name, value).map_err(|error| self.failed(name, &error))
    }

    fn failed(&self, what: &str, error: &hdf5::Error) -> Error {
        cannot_write(&self.path, &format!("{what}: {error}"))
    }
}

impl Drop for StageFile<'_> {
    fn drop(&mut self) {
        if let Some(file) = self.file.take() {
            // what cannot be flushed is being thrown away
            let _ = file.close();
        }
        if self.ranks.rank() == 0 {
            // after a rename there is nothing under this name
            let _ = std::fs::remove_file(&self.temporary);
        }
    }
}

fn open(ranks: &Ranks, path: &Path) -> hdf5::Result<hdf5::File> {
    hdf5::File::with_options()
        .with_fapl(|list| {
            #[cfg(feature = "mpi")]
            if let Some(communicator) = ranks.communicator() {
                list.mpio(communicator, None);
            }
            #[cfg(not(feature = "mpi"))]
            let _ = ranks;
            list.libver_v110().fclose_degree(hdf5::file::FileCloseDegree::Strong)
        })
        .create(path)
}

fn cannot_write(path: &Path, why: &str) -> Error {
    let remedy = "free space or get permission there, or choose another --output";
    Error::storage(path, format!("cannot be written: {why}; {remedy}, and run again (what it held before is unchanged)"))
}

fn descriptor(element: Element, text: usize) -> TypeDescriptor {
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

fn attach(location: &Location, name: &str, value: &Attribute) -> hdf5::Result<()> {
    match value {
        Attribute::F64(value) => location.new_attr::<f64>().create(name)?.write_scalar(value),
        Attribute::I64(value) => location.new_attr::<i64>().create(name)?.write_scalar(value),
        Attribute::U64(value) => location.new_attr::<u64>().create(name)?.write_scalar(value),
        Attribute::F64List(list) => location.new_attr::<f64>().shape(list.len()).create(name)?.write_raw(list),
        Attribute::I64List(list) => location.new_attr::<i64>().shape(list.len()).create(name)?.write_raw(list),
        Attribute::Text(text) => {
            let text = VarLenUnicode::from_str(text).map_err(|error| hdf5::Error::from(error.to_string()))?;
            location.new_attr::<VarLenUnicode>().create(name)?.write_scalar(&text)
        }
    }
}
