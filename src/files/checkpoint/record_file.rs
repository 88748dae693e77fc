//! One file of a checkpoint: records, each with its checksum, and a table of where they are.
//!
//! Root attributes `checkpoint_layout`, `glasswell_version`, `schema`, `algorithm`, `stage`, `number`, `kind`, `seed`, `built_on`,
//! `deck_keys`; checksums of them (`header_checksum`) and of the table (`records_checksum`). /records/{round,task,first,length,checksum} has one
//! row for each record, whose bytes are first..first + length of /bytes. The order of the records depends on the ranks.

use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

use hdf5::types::{IntSize, TypeDescriptor};
use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::{Xxh3, xxh3_64};

use super::record::{CheckpointHeader, CheckpointRecord, TaskKey};
use super::schema::Program;
use crate::error::{Error, Result};
use crate::files::access;
use crate::files::attributes;
use crate::files::beside::Beside;
use crate::files::rows::RowRange;
use crate::files::transfer::{self, Rounds};
use crate::files::values::Attribute;
use crate::parallel::Ranks;
use crate::stage::Stage;
use crate::version;

/// Version of the layout of these files: the root attribute `checkpoint_layout`.
const LAYOUT: i64 = 6;

/// Bytes that a rank writes at once; it holds no second copy of more than these.
const PIECE_BYTES: usize = 1 << 26;

/// Bytes of a record that are looked at together.
const LOOK_BYTES: u64 = 1 << 20;

/// What the records of a file are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) enum Kind {
    Finished,
    Running,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Kind::Finished => "finished",
            Kind::Running => "running",
        }
    }
}

/// What a file is called: "explore.000007.running.h5".
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) struct FileName {
    pub(super) stage: Stage,
    pub(super) number: u64,
    pub(super) kind: Kind,
}

impl FileName {
    pub(super) fn of(stage: Stage, name: &str) -> Option<Self> {
        let rest = name.strip_prefix(stage.name())?.strip_prefix('.')?.strip_suffix(".h5")?;
        let (number, kind) = rest.split_once('.')?;
        let kind = [Kind::Finished, Kind::Running].into_iter().find(|known| known.name() == kind)?;
        let found = FileName { stage, number: number.parse().ok()?, kind };
        (found.to_string() == name).then_some(found)
    }
}

impl std::fmt::Display for FileName {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(to, "{}.{:06}.{}.h5", self.stage.name(), self.number, self.kind.name())
    }
}

/// A row of the table: where a record stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct RecordPlace {
    pub(super) key: TaskKey,
    first: u64,
    pub(super) length: u64,
    checksum: u64,
}

impl RecordPlace {
    fn columns(&self) -> [u64; 5] {
        [u64::from(self.key.round), self.key.task, self.first, self.length, self.checksum]
    }

    fn hash(&self) -> u64 {
        xxh3_64(&self.columns().map(u64::to_le_bytes).concat())
    }
}

/// Does not depend on the order of the rows.
fn checksum_of(rows: &[RecordPlace]) -> u64 {
    rows.iter().fold(0, |sum, row| sum.wrapping_add(row.hash()))
}

/// The columns of the table in the order of [`RecordPlace::columns`].
const COLUMNS: [&str; 5] = ["round", "task", "first", "length", "checksum"];
const BYTES: &str = "/bytes";

/// What a file says about itself.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Contents {
    /// Of the program that wrote it.
    pub(super) version: String,
    pub(super) header: CheckpointHeader,
    pub(super) rows: Vec<RecordPlace>,
    /// Where /bytes begins in the file.
    pub(super) start: u64,
}

/// Why a file cannot be used.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) enum Unusable {
    Damaged(String),
    /// It has another layout than this program's files: it is damaged, or another program wrote it.
    Layout(String),
}

impl From<String> for Unusable {
    fn from(why: String) -> Self {
        Unusable::Damaged(why)
    }
}

impl std::fmt::Display for Unusable {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (Unusable::Damaged(why) | Unusable::Layout(why)) = self;
        write!(to, "{why}")
    }
}

/// What a look at a file has found.
pub(super) type Look = std::result::Result<Contents, Unusable>;

fn header_checksum(version: &str, name: FileName, header: &CheckpointHeader) -> Result<u64> {
    let encoded = postcard::to_stdvec(&(LAYOUT, version, name, header));
    encoded.map(|bytes| xxh3_64(&bytes)).map_err(|error| Error::Internal(format!("a header has no checksum: {error}")))
}

/// Collective: writes the records of all ranks to this directory.
///
/// # Errors
/// `Storage` when the file cannot be written, `Internal` when a task has two records.
pub(super) fn write(
    ranks: &Ranks,
    directory: &Path,
    name: FileName,
    header: &CheckpointHeader,
    records: &[CheckpointRecord],
) -> Result<Contents> {
    let (rows, mine) = table(ranks, records)?;
    let file = Beside::create(ranks, &directory.join(name.to_string()))?;
    let begun = write_header(&file, name, header, checksum_of(&rows));
    ranks.agree(begun)?;
    for (column, column_name) in COLUMNS.into_iter().enumerate() {
        let values = rows[mine.clone()].iter().flat_map(|row| row.columns()[column].to_ne_bytes()).collect();
        let share = Share { total: rows.len() as u64, first: mine.start as u64, element_bytes: 8 };
        share.write(ranks, &file, &format!("/records/{column_name}"), std::iter::once(values))?;
    }
    let total = rows.iter().map(|row| row.length).sum();
    let first = rows.get(mine.start).map_or(0, |row| row.first);
    let start = Share { total, first, element_bytes: 1 }.write(ranks, &file, BYTES, Pieces::of(records))?;
    file.finish()?;
    let start = ranks.broadcast(start, 0)?;
    Ok(Contents { version: version::with_commit(), header: header.clone(), rows, start })
}

/// The rows of all ranks, by rank, and which of them are this rank's.
fn table(ranks: &Ranks, records: &[CheckpointRecord]) -> Result<(Vec<RecordPlace>, std::ops::Range<usize>)> {
    let row = |record: &CheckpointRecord| (record.key, record.bytes.len() as u64, xxh3_64(&record.bytes));
    let all = ranks.all_gather(&records.iter().map(row).collect::<Vec<(TaskKey, u64, u64)>>())?;
    let before: usize = all[..ranks.rank()].iter().map(Vec::len).sum();
    let mut next = 0;
    let placed = |(key, length, checksum)| {
        let first = next;
        next += length;
        RecordPlace { key, first, length, checksum }
    };
    let rows: Vec<RecordPlace> = all.into_iter().flatten().map(placed).collect();
    let mut keys: Vec<TaskKey> = rows.iter().map(|row| row.key).collect();
    keys.sort_unstable();
    match keys.windows(2).find(|pair| pair[0] == pair[1]) {
        Some(pair) => Err(Error::Internal(format!("{} has two records in a checkpoint", pair[0]))),
        None => Ok((rows, before..before + records.len())),
    }
}

fn write_header(file: &Beside, name: FileName, header: &CheckpointHeader, records_checksum: u64) -> Result<()> {
    let version = version::with_commit();
    let checksum = header_checksum(&version, name, header)?;
    let root = file.root()?;
    for (what, text) in [
        ("glasswell_version", version.as_str()),
        ("stage", name.stage.name()),
        ("kind", name.kind.name()),
        ("deck_keys", &header.deck_keys),
    ] {
        attributes::attach_fixed_text(root, what, text).map_err(|error| file.failed(what, &error))?;
    }
    for (what, value) in [
        ("checkpoint_layout", Attribute::I64(LAYOUT)),
        ("schema", Attribute::U64(header.program.schema)),
        ("algorithm", Attribute::U64(header.program.algorithm.into())),
        ("number", Attribute::U64(name.number)),
        ("seed", Attribute::U64(header.seed)),
        ("built_on", Attribute::U64(header.built_on)),
        ("header_checksum", Attribute::U64(checksum)),
        ("records_checksum", Attribute::U64(records_checksum)),
    ] {
        attributes::attach(root, what, &value).map_err(|error| file.failed(what, &error))?;
    }
    Ok(())
}

/// The part of a data set of one axis that this rank writes.
pub(super) struct Share {
    pub(super) total: u64,
    pub(super) first: u64,
    pub(super) element_bytes: u64,
}

impl Share {
    /// Collective: creates the data set and writes it piece after piece. Returns where it begins in the file.
    pub(super) fn write(
        mut self,
        ranks: &Ranks,
        file: &Beside,
        path: &str,
        mut pieces: impl Iterator<Item = Vec<u8>>,
    ) -> Result<u64> {
        let size = if self.element_bytes == 1 { IntSize::U1 } else { IntSize::U8 };
        let created = file.create_data_set(path, &TypeDescriptor::Unsigned(size), &[self.total]);
        let dataset = ranks.agree(created)?;
        if self.total == 0 {
            return Ok(0);
        }
        file.reserve(path, transfer::place(&dataset))?;
        loop {
            let piece = pieces.next();
            if !ranks.any(piece.is_some()) {
                break;
            }
            let piece = piece.unwrap_or_default();
            let range = RowRange { first: self.first, count: piece.len() as u64 / self.element_bytes };
            let rounds = Rounds::new(&[range], self.element_bytes);
            file.write_rows(path, &dataset, &[], &rounds, &piece)?;
            self.first += range.count;
        }
        Ok(transfer::place(&dataset).map_or(0, |(start, _)| start))
    }
}

/// The bytes of records one after the other, in pieces.
pub(super) struct Pieces<'r, B> {
    records: &'r [B],
    /// How much of the first record has gone.
    gone: usize,
}

impl<'r, B: AsRef<[u8]>> Pieces<'r, B> {
    pub(super) fn of(records: &'r [B]) -> Self {
        Pieces { records, gone: 0 }
    }
}

impl<B: AsRef<[u8]>> Iterator for Pieces<'_, B> {
    type Item = Vec<u8>;

    fn next(&mut self) -> Option<Vec<u8>> {
        let mut piece = Vec::new();
        while let Some((record, rest)) = self.records.split_first() {
            let bytes = record.as_ref();
            let end = bytes.len().min(self.gone + PIECE_BYTES - piece.len());
            piece.extend_from_slice(&bytes[self.gone..end]);
            self.gone = end;
            if end < bytes.len() {
                break;
            }
            (self.records, self.gone) = (rest, 0);
        }
        (!piece.is_empty()).then_some(piece)
    }
}

/// What a file says about itself; why it cannot be used, otherwise.
pub(super) fn look(directory: &Path, name: FileName) -> Look {
    let path = directory.join(name.to_string());
    let damaged = |error: hdf5::Error| format!("is truncated or damaged ({})", error.to_string().replace('\n', ""));
    let file = access::open(&path).map_err(damaged)?;
    let (version, header) = read_header(&file, name)?;
    let mut columns = Vec::new();
    for column in COLUMNS {
        columns.push(read_column(&file, column).map_err(damaged)?);
    }
    let rows = rows_of(&columns).filter(|rows| {
        let due = attributes::read(&file, "records_checksum");
        matches!(due, Ok(Attribute::U64(due)) if due == checksum_of(rows))
    });
    let rows = rows.ok_or_else(|| "the table of its records fails its checksum".to_owned())?;
    let bytes = file.dataset(BYTES).map_err(damaged)?;
    let inside = |row: &RecordPlace| row.first.checked_add(row.length).is_some_and(|end| end <= bytes.size() as u64);
    if !rows.iter().all(inside) {
        return Err("the table of its records leads outside of it".to_owned().into());
    }
    let start = transfer::place(&bytes).map_or(0, |(start, _)| start);
    Ok(Contents { version, header, rows, start })
}

/// The version of the program that wrote a file, and what the file belongs to.
fn read_header(file: &hdf5::File, name: FileName) -> std::result::Result<(String, CheckpointHeader), Unusable> {
    let attribute = |what: &str| attributes::read(file, what).map_err(|_| format!("has no root attribute {what}"));
    let text = |what: &str| match attribute(what)? {
        Attribute::Text(text) => Ok(text),
        _ => Err(format!("has a root attribute {what} that is not text")),
    };
    let number = |what: &str| match attribute(what)? {
        Attribute::U64(value) => Ok(value),
        _ => Err(format!("has a root attribute {what} that is no u64")),
    };
    match attribute("checkpoint_layout")? {
        Attribute::I64(LAYOUT) => (),
        Attribute::I64(layout) => {
            let version = text("glasswell_version").unwrap_or_else(|_| "of unknown version".into());
            let how = format!(
                "was written by glasswell {version} in checkpoint layout {layout}, this program reads {LAYOUT}"
            );
            return Err(Unusable::Layout(how));
        }
        _ => return Err("has a root attribute checkpoint_layout that is no i64".to_owned().into()),
    }
    let version = text("glasswell_version")?;
    let algorithm = u32::try_from(number("algorithm")?).map_err(|_| "has no algorithm number".to_owned())?;
    let program = Program { schema: number("schema")?, algorithm };
    let (deck_keys, seed, built_on) = (text("deck_keys")?, number("seed")?, number("built_on")?);
    let header = CheckpointHeader { stage: name.stage, program, deck_keys, seed, built_on };
    // the name is part of what is summed: a file that was renamed fails here
    let due = header_checksum(&version, name, &header).map_err(|error| error.to_string())?;
    if number("header_checksum")? != due {
        return Err("its header fails its checksum, or it was renamed".to_owned().into());
    }
    Ok((version, header))
}

fn read_column(file: &hdf5::File, column: &str) -> hdf5::Result<Vec<u64>> {
    let dataset = file.dataset(&format!("/records/{column}"))?;
    if dataset.ndim() != 1 || dataset.dtype()?.to_descriptor()? != TypeDescriptor::Unsigned(IntSize::U8) {
        return Err(hdf5::Error::from("the table of its records has another shape"));
    }
    let bytes = transfer::read_rows(&dataset, &[], RowRange { first: 0, count: dataset.size() as u64 })?;
    let number = |chunk: &[u8]| chunk.try_into().map_or(0, u64::from_ne_bytes);
    Ok(bytes.chunks_exact(8).map(number).collect())
}

fn rows_of(columns: &[Vec<u64>]) -> Option<Vec<RecordPlace>> {
    let [round, task, first, length, checksum] = columns else { return None };
    if columns.iter().any(|column| column.len() != round.len()) {
        return None;
    }
    let row = |k: usize| {
        let key = TaskKey { round: u32::try_from(round[k]).ok()?, task: task[k] };
        Some(RecordPlace { key, first: first[k], length: length[k], checksum: checksum[k] })
    };
    (0..round.len()).map(row).collect()
}

/// Whether a record's bytes are what was written; never holds more than a piece of them. `start` is that of its file.
pub(super) fn verify(path: &Path, start: u64, row: &RecordPlace) -> std::result::Result<(), String> {
    let mut hash = Xxh3::new();
    pieces(path, start, row, |piece| hash.update(piece)).map_err(|error| format!("cannot be read ({error})"))?;
    if hash.digest() == row.checksum { Ok(()) } else { Err("fails its checksum".into()) }
}

/// The bytes of a record, which are what was written.
pub(super) fn read(path: &Path, start: u64, row: &RecordPlace) -> std::result::Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    pieces(path, start, row, |piece| bytes.extend_from_slice(piece))
        .map_err(|error| format!("cannot be read ({error})"))?;
    if xxh3_64(&bytes) == row.checksum { Ok(bytes) } else { Err("fails its checksum".into()) }
}

/// Plain reading: /bytes is one piece of the file, and so no library and no lock is needed.
fn pieces(path: &Path, start: u64, row: &RecordPlace, mut take: impl FnMut(&[u8])) -> std::io::Result<()> {
    let mut file = std::fs::File::open(path)?;
    file.seek(SeekFrom::Start(start.saturating_add(row.first)))?;
    let mut piece = vec![0u8; row.length.min(LOOK_BYTES) as usize];
    let mut left = row.length;
    while left > 0 {
        let length = left.min(LOOK_BYTES) as usize;
        file.read_exact(&mut piece[..length])?;
        take(&piece[..length]);
        left -= length as u64;
    }
    Ok(())
}
