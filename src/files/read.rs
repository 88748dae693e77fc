//! Reading a stage's file: each rank on its own, and only the rows it needs.

use std::path::{Path, PathBuf};

use hdf5::types::TypeDescriptor;
use hdf5::{Dataset, Location, LocationType};

use super::access;
use super::attributes;
use super::checkpoint::TaskKey;
use super::header::{ALGORITHM, Header, TaskCost};
use super::layout;
use super::rows::RowRange;
use super::seal::{self, Seal};
use super::transfer;
use super::values::{Attribute, Values};
use crate::error::{Error, Result};
use crate::stage::Stage;

/// A numeric type of data sets.
pub trait Number: Copy + Sized {
    /// The name of the type, for messages.
    const NAME: &'static str;
    /// Whether a data set of this type holds it.
    fn is(kind: &TypeDescriptor) -> bool;
    /// From the bytes of one element.
    fn from_bytes(bytes: &[u8]) -> Self;
}

macro_rules! number {
    ($($number:ident $kind:pat),*) => {$(
        impl Number for $number {
            const NAME: &'static str = stringify!($number);
            fn is(kind: &TypeDescriptor) -> bool {
                matches!(kind, $kind)
            }
            fn from_bytes(bytes: &[u8]) -> Self {
                bytes.try_into().map_or_else(|_| Self::default(), $number::from_ne_bytes)
            }
        }
    )*};
}

use hdf5::types::{FloatSize, IntSize};
number!(
    f64 TypeDescriptor::Float(FloatSize::U8),
    i64 TypeDescriptor::Integer(IntSize::U8),
    u32 TypeDescriptor::Unsigned(IntSize::U4),
    u64 TypeDescriptor::Unsigned(IntSize::U8),
    u8 TypeDescriptor::Unsigned(IntSize::U1)
);

impl Number for bool {
    const NAME: &'static str = "bool";
    fn is(kind: &TypeDescriptor) -> bool {
        matches!(kind, TypeDescriptor::Boolean)
    }
    fn from_bytes(bytes: &[u8]) -> Self {
        bytes.iter().any(|byte| *byte != 0)
    }
}

/// A stage's file, open for reading by this rank alone.
pub struct StageReader {
    file: hdf5::File,
    path: PathBuf,
    header: Header,
    sealed: bool,
    imported: bool,
}

/// The first bytes of every HDF5 file.
const SIGNATURE: [u8; 8] = *b"\x89HDF\r\n\x1a\n";

impl StageReader {
    /// Opens a stage's file of a campaign's directory.
    ///
    /// # Errors
    /// `Storage` when it is missing, is no HDF5 file, is truncated or damaged, has a layout that cannot be read, or was
    /// written by another stage.
    pub fn open(directory: &Path, stage: Stage) -> Result<Self> {
        Self::open_as(&directory.join(stage.file_name()), stage, false)
    }

    /// Opens a file that the user specifies (glasses to import); failures are `Input` errors.
    ///
    /// # Errors
    /// As [`StageReader::open`], as `Input`.
    pub fn open_input(path: &Path, stage: Stage) -> Result<Self> {
        Self::open_as(path, stage, true)
    }

    /// Opens a file that has not been given its final name.
    ///
    /// # Errors
    /// As [`StageReader::open`].
    pub(super) fn open_at(path: &Path, stage: Stage) -> Result<Self> {
        Self::open_as(path, stage, false)
    }

    fn open_as(path: &Path, stage: Stage, imported: bool) -> Result<Self> {
        let unusable = |message: String| unusable(path, stage, imported, message);
        let mut start = [0u8; 8];
        std::fs::File::open(path)
            .and_then(|mut file| std::io::Read::read(&mut file, &mut start))
            .map_err(|error| unusable(format!("cannot be read: {error}")))?;
        if start != SIGNATURE {
            return Err(unusable("is not an HDF5 file".into()));
        }
        // verify first, because damaged metadata can crash the library
        let seal = seal::look(path).map_err(|error| unusable(format!("cannot be read: {error}")))?;
        if seal == Seal::Broken {
            return Err(unusable("is damaged: its names, shapes and attributes fail their checksum".into()));
        }
        let file = access::open(path).map_err(|error| unusable(format!("is truncated or damaged: {error}")))?;
        let header = read_header(&file, stage).map_err(unusable)?;
        Ok(StageReader { file, path: path.to_path_buf(), header, sealed: seal == Seal::Whole, imported })
    }

    /// Whether its names, shapes and attributes have been verified by a checksum.
    pub(super) fn is_sealed(&self) -> bool {
        self.sealed
    }

    /// The header of the file.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// The path of the file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether the file has this data set.
    pub fn has(&self, path: &str) -> bool {
        self.find(path).is_some()
    }

    /// Names of the groups in the root (for example, the units of tunnelling.h5), sorted.
    ///
    /// # Errors
    /// `Storage` (`Input` for an imported file) when the file cannot be read.
    pub fn groups(&self) -> Result<Vec<String>> {
        let groups = self.file.groups().map_err(|error| self.unusable(format!("/: {error}")))?;
        let mut names: Vec<String> =
            groups.iter().map(|group| group.name().trim_start_matches('/').to_string()).collect();
        names.sort();
        Ok(names)
    }

    /// The paths of all data sets, sorted.
    ///
    /// # Errors
    /// `Storage` (`Input`) when the file cannot be read.
    pub fn data_sets(&self) -> Result<Vec<String>> {
        let unusable = |error: hdf5::Error| self.unusable(format!("/: {error}"));
        let mut groups = vec![(String::new(), self.file.group("/").map_err(unusable)?)];
        let mut paths = Vec::new();
        while let Some((above, group)) = groups.pop() {
            // by the names of the links: the library finds the name of an open object by a search of the whole file
            for name in group.member_names().map_err(unusable)? {
                let path = format!("{above}/{name}");
                match group.loc_type_by_name(&name).map_err(unusable)? {
                    LocationType::Dataset => paths.push(path),
                    LocationType::Group => groups.push((path, group.group(&name).map_err(unusable)?)),
                    _ => (),
                }
            }
        }
        paths.sort();
        Ok(paths)
    }

    /// A data set, opened once to be read piece by piece.
    pub(super) fn stored(&self, path: &str) -> Result<Stored<'_>> {
        let dataset = self.data_set(path)?;
        let size = dataset.dtype().map_err(|error| self.unusable(format!("{path}: {error}")))?.size() as u64;
        let shape = lengths(&dataset);
        let row_bytes = shape.iter().skip(1).product::<u64>() * size;
        Ok(Stored { reader: self, path: path.to_owned(), dataset, shape, row_bytes })
    }

    /// Shape of a data set.
    ///
    /// # Errors
    /// `Storage` (`Input`) when it is missing; the message names it.
    pub fn shape(&self, path: &str) -> Result<Vec<u64>> {
        Ok(lengths(&self.data_set(path)?))
    }

    /// A whole data set, row-major.
    ///
    /// # Errors
    /// `Storage` (`Input`) when it is missing, holds another type or cannot be read.
    pub fn read<T: Number>(&self, path: &str) -> Result<Vec<T>> {
        self.numbers(path, None)
    }

    /// Rows first..first + count of a data set, row-major.
    ///
    /// # Errors
    /// As [`StageReader::read`], and when it has fewer rows.
    pub fn read_rows<T: Number>(&self, path: &str, first: u64, count: u64) -> Result<Vec<T>> {
        self.numbers(path, Some(RowRange { first, count }))
    }

    fn numbers<T: Number>(&self, path: &str, rows: Option<RowRange>) -> Result<Vec<T>> {
        let (kind, bytes) = self.bytes(path, rows)?;
        if !T::is(&kind) {
            return Err(self.unusable(format!("{path} holds {kind}, not {}", T::NAME)));
        }
        Ok(bytes.chunks_exact(kind.size()).map(T::from_bytes).collect())
    }

    /// A whole data set of names (an enum) or texts.
    ///
    /// # Errors
    /// As [`StageReader::read`].
    pub fn read_text(&self, path: &str) -> Result<Vec<String>> {
        self.texts(path, None)
    }

    /// Rows of a data set of names or texts.
    ///
    /// # Errors
    /// As [`StageReader::read_rows`].
    pub fn read_text_rows(&self, path: &str, first: u64, count: u64) -> Result<Vec<String>> {
        self.texts(path, Some(RowRange { first, count }))
    }

    fn texts(&self, path: &str, rows: Option<RowRange>) -> Result<Vec<String>> {
        let (kind, bytes) = self.bytes(path, rows)?;
        match &kind {
            TypeDescriptor::Enum(kind) if kind.size == IntSize::U1 => {
                let name = |value: &u8| kind.members.iter().find(|member| member.value == u64::from(*value));
                let names =
                    bytes.iter().map(|value| name(value).map(|member| member.name.clone())).collect::<Option<_>>();
                names.ok_or_else(|| self.unusable(format!("{path} has a value without a name")))
            }
            TypeDescriptor::FixedUnicode(length) | TypeDescriptor::FixedAscii(length) => {
                let text = |slot: &[u8]| String::from_utf8_lossy(slot).trim_end_matches('\0').to_string();
                Ok(bytes.chunks_exact(*length).map(text).collect())
            }
            other => Err(self.unusable(format!("{path} holds {other}, not names or texts"))),
        }
    }

    /// A whole data set of any of the types of a layout.
    ///
    /// # Errors
    /// As [`StageReader::read`].
    pub fn values(&self, path: &str) -> Result<Values<'static>> {
        let kind = self.data_set(path)?.dtype().and_then(|kind| kind.to_descriptor());
        Ok(match kind.map_err(|error| self.unusable(format!("{path}: {error}")))? {
            TypeDescriptor::Float(FloatSize::U8) => self.read::<f64>(path)?.into(),
            TypeDescriptor::Integer(IntSize::U8) => self.read::<i64>(path)?.into(),
            TypeDescriptor::Unsigned(IntSize::U8) => self.read::<u64>(path)?.into(),
            TypeDescriptor::Unsigned(IntSize::U4) => self.read::<u32>(path)?.into(),
            TypeDescriptor::Unsigned(IntSize::U1) => self.read::<u8>(path)?.into(),
            TypeDescriptor::Boolean => self.read::<bool>(path)?.into(),
            _ => self.read_text(path)?.into(),
        })
    }

    /// The costs of the tasks in /timing; none if the stage had no tasks.
    ///
    /// # Errors
    /// As [`StageReader::read`].
    pub fn tasks(&self) -> Result<Vec<TaskCost>> {
        if !self.has("/timing/tasks/seconds") {
            return Ok(Vec::new());
        }
        let round: Vec<u32> = self.read("/timing/tasks/round")?;
        let task: Vec<i64> = self.read("/timing/tasks/task")?;
        let seconds: Vec<f64> = self.read("/timing/tasks/seconds")?;
        let keys = round.into_iter().zip(task).map(|(round, task)| TaskKey { round, task: task as u64 });
        Ok(keys.zip(seconds).map(|(key, seconds)| TaskCost { key, seconds }).collect())
    }

    /// An attribute of a group or data set: a number, a list of numbers, or text.
    ///
    /// # Errors
    /// `Storage` (`Input`) when it is missing or of unknown type.
    pub fn attribute(&self, path: &str, name: &str) -> Result<Attribute> {
        let location: hdf5::Result<Location> = match self.find(path) {
            Some(dataset) => Ok(Location::clone(&dataset)),
            None => self.file.group(path).map(|group| Location::clone(&group)),
        };
        let read = location.and_then(|location| attributes::read(&location, name));
        read.map_err(|_| self.unusable(format!("has no attribute {name} of {path}")))
    }

    /// Type and bytes of these rows of a data set, or of all.
    fn bytes(&self, path: &str, rows: Option<RowRange>) -> Result<(TypeDescriptor, Vec<u8>)> {
        let stored = self.stored(path)?;
        let kind = stored.dataset.dtype().and_then(|kind| kind.to_descriptor());
        let kind = kind.map_err(|error| self.unusable(format!("{path} cannot be read: {error}")))?;
        let RowRange { first, count } = rows.unwrap_or(RowRange { first: 0, count: stored.rows() });
        Ok((kind, stored.bytes(first, count)?))
    }

    fn data_set(&self, path: &str) -> Result<Dataset> {
        self.find(path).ok_or_else(|| self.unusable(format!("has no data set {path}")))
    }

    /// The data set at this path, if there is one: asked for link by link, because the library reports a path that does not
    /// exist as an error.
    fn find(&self, path: &str) -> Option<Dataset> {
        let path = path.trim_start_matches('/');
        let (parent, name) = path.rsplit_once('/').unwrap_or(("", path));
        let mut group = self.file.group("/").ok()?;
        for part in parent.split('/').filter(|part| !part.is_empty()) {
            group = if group.link_exists(part) { group.group(part).ok()? } else { return None };
        }
        if group.link_exists(name) { group.dataset(name).ok() } else { None }
    }

    /// The error for a file that cannot be used: `Storage`, or `Input` for an imported file.
    pub fn unusable(&self, message: String) -> Error {
        unusable(&self.path, self.header.stage, self.imported, message)
    }
}

/// An open data set, whose rows are read as they are stored.
pub(super) struct Stored<'a> {
    reader: &'a StageReader,
    path: String,
    dataset: Dataset,
    shape: Vec<u64>,
    row_bytes: u64,
}

impl Stored<'_> {
    /// Number of rows; a scalar is one.
    pub fn rows(&self) -> u64 {
        self.shape.first().copied().unwrap_or(1)
    }

    /// Bytes of a row.
    pub fn row_bytes(&self) -> u64 {
        self.row_bytes
    }

    /// Rows first..first + count.
    ///
    /// # Errors
    /// `Storage` (`Input`) when it has fewer rows or cannot be read.
    pub fn bytes(&self, first: u64, count: u64) -> Result<Vec<u8>> {
        let path = &self.path;
        let unusable = |error: hdf5::Error| self.reader.unusable(format!("{path} cannot be read: {error}"));
        let Some((total, row)) = self.shape.split_first() else {
            return transfer::read_scalar(&self.dataset).map_err(unusable);
        };
        if first.checked_add(count).is_none_or(|end| end > *total) {
            let end = first.saturating_add(count);
            return Err(self.reader.unusable(format!("{path} has {total} rows, not rows {first} to {end}")));
        }
        transfer::read_rows(&self.dataset, row, RowRange { first, count }).map_err(unusable)
    }
}

fn lengths(dataset: &Dataset) -> Vec<u64> {
    dataset.shape().iter().map(|length| *length as u64).collect()
}

fn unusable(path: &Path, stage: Stage, imported: bool, message: String) -> Error {
    match imported {
        true => Error::input(path, format!("{message}; give a complete file written by glasswell")),
        false => Error::storage(path, format!("{message}; restore it, or give --redo {}", stage.name())),
    }
}

fn read_header(file: &hdf5::File, stage: Stage) -> std::result::Result<Header, String> {
    let attribute = |name: &str| attributes::read(file, name).map_err(|_| format!("has no root attribute {name}"));
    let text = |name: &str| match attribute(name)? {
        Attribute::Text(text) => Ok(text),
        _ => Err(format!("has a root attribute {name} that is not text")),
    };
    let integer = |name: &str| match attribute(name)? {
        Attribute::I64(value) => Ok(value),
        _ => Err(format!("has a root attribute {name} that is not an integer")),
    };
    let layout = integer("glasswell_layout")?;
    if !(layout::OLDEST..=layout::VERSION).contains(&layout) {
        let (oldest, newest) = (layout::OLDEST, layout::VERSION);
        return Err(format!("has layout {layout}, this program reads layouts {oldest} to {newest}"));
    }
    let name = text("stage")?;
    if name != stage.name() {
        return Err(format!("was written by the stage {name}, not by {}", stage.name()));
    }
    let Attribute::U64(seed) = attribute("seed")? else {
        return Err("has a root attribute seed that is no u64".into());
    };
    let algorithm = match attributes::read(file, ALGORITHM) {
        Ok(Attribute::I64(value)) => u32::try_from(value).map_err(|_| format!("has {ALGORITHM} = {value}"))?,
        Ok(_) => return Err(format!("has a root attribute {ALGORITHM} that is not an integer")),
        // of a program that did not write it
        Err(_) => 1,
    };
    Ok(Header {
        layout,
        algorithm,
        version: text("glasswell_version")?,
        stage,
        deck: text("deck")?,
        deck_hash: text("deck_hash")?,
        deck_keys: text("deck_keys")?,
        seed,
        complete: integer("complete")? == 1,
    })
}
