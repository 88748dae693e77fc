//! Records that all ranks write together and any rank reads one by one while a stage runs: data too large for the
//! memory of every rank.
//!
//! `DIR/checkpoint/STAGE.shared.h5`: /bytes holds the records of rank 0, 1, ... one after the other, /place [records,3]
//! the first byte, length and checksum of each by its number. It is not part of a checkpoint: a resumed run writes it
//! again.

use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use hdf5::types::{IntSize, TypeDescriptor};
use xxhash_rust::xxh3::xxh3_64;

use super::record_file::{Pieces, Share};
use super::{folder, remove_if_there};
use crate::error::{Error, Result};
use crate::files::beside::{self, Beside};
use crate::files::rows::Rows;
use crate::files::transfer::{self, Rounds};
use crate::parallel::Ranks;
use crate::stage::Stage;

/// Numbers of a row of /place.
const PLACE: usize = 3;
const PLACE_BYTES: u64 = 8 * PLACE as u64;

/// The records of one file. When it is dropped, rank 0 removes the file: no rank may still be reading.
#[derive(Debug)]
pub struct SharedRecords {
    path: PathBuf,
    total: u64,
    /// Offsets of /place and /bytes in the file.
    place: u64,
    bytes: u64,
    removes: bool,
}

fn name_of(stage: Stage) -> String {
    format!("{}.shared.h5", stage.name())
}

impl SharedRecords {
    /// Collective: writes this rank's records, those of its `rows`, in the order of its ranges. An existing file of
    /// this name is replaced.
    ///
    /// # Errors
    /// `Storage` when the file cannot be written, `Internal` when the numbers of records and rows differ.
    pub fn write(ranks: &Ranks, directory: &Path, stage: Stage, rows: &Rows, records: &[Vec<u8>]) -> Result<Self> {
        let path = folder(directory).join(name_of(stage));
        let fits = match records.len() as u64 == rows.held() {
            true => Ok(()),
            false => Err(Error::Internal(format!("{} shared records for {} rows", records.len(), rows.held()))),
        };
        let made = if ranks.rank() == 0 { make(&folder(directory)) } else { Ok(()) };
        ranks.agree(fits.and(made))?;
        let lengths: Vec<u64> = ranks.all_gather(&records.iter().map(|record| record.len() as u64).sum())?;
        let first = lengths[..ranks.rank()].iter().sum();
        let file = Beside::create(ranks, &path)?;
        let place = write_places(ranks, &file, rows, first, records)?;
        let share = Share { total: lengths.iter().sum(), first, element_bytes: 1 };
        let bytes = share.write(ranks, &file, "/bytes", Pieces::of(records))?;
        file.finish()?;
        let (place, bytes) = ranks.broadcast((place, bytes), 0)?;
        Ok(SharedRecords { path, total: rows.total(), place, bytes, removes: ranks.rank() == 0 })
    }

    /// On this rank alone: the record of this number.
    ///
    /// # Errors
    /// `Storage` when it cannot be read or fails its checksum.
    pub fn read(&self, number: u64) -> Result<Vec<u8>> {
        let remedy = "run again, and it is written again";
        let failed =
            |why: String| Error::storage(&self.path, format!("record {number} of {}: {why}; {remedy}", self.total));
        self.find(number).map_err(|error| failed(error.to_string()))?.ok_or_else(|| failed("fails its checksum".into()))
    }

    /// Plain reading: both data sets are contiguous in the file. `None` when the checksum differs.
    fn find(&self, number: u64) -> std::io::Result<Option<Vec<u8>>> {
        let mut file = std::fs::File::open(&self.path)?;
        file.seek(SeekFrom::Start(self.place.saturating_add(number.saturating_mul(PLACE_BYTES))))?;
        let mut row = [0u8; PLACE_BYTES as usize];
        file.read_exact(&mut row)?;
        let [first, length, checksum] = [0, 1, 2].map(|k| number_at(&row, k));
        if first.saturating_add(length) > file.metadata()?.len() {
            return Ok(None);
        }
        let mut bytes = vec![0u8; length as usize];
        file.seek(SeekFrom::Start(self.bytes.saturating_add(first)))?;
        file.read_exact(&mut bytes)?;
        Ok((xxh3_64(&bytes) == checksum).then_some(bytes))
    }

    /// Removes what a killed run has left.
    pub(super) fn remove_left(folder: &Path, stage: Stage) -> std::io::Result<()> {
        let name = name_of(stage);
        beside::remove_temporary(folder, |file| file == name)?;
        remove_if_there(&folder.join(name))
    }
}

impl Drop for SharedRecords {
    fn drop(&mut self) {
        if self.removes {
            // a remaining file is overwritten by the next one, or removed with the checkpoints
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

fn number_at(row: &[u8], k: usize) -> u64 {
    row[8 * k..8 * (k + 1)].try_into().map_or(0, u64::from_ne_bytes)
}

fn make(folder: &Path) -> Result<()> {
    std::fs::create_dir_all(folder).map_err(|error| beside::cannot_write(folder, &error.to_string()))
}

/// Collective: writes the table of the records; returns its offset in the file.
fn write_places(ranks: &Ranks, file: &Beside<'_>, rows: &Rows, first: u64, records: &[Vec<u8>]) -> Result<u64> {
    const PATH: &str = "/place";
    let mut next = first;
    let mut bytes = Vec::with_capacity(records.len() * PLACE_BYTES as usize);
    for record in records {
        for value in [next, record.len() as u64, xxh3_64(record)] {
            bytes.extend_from_slice(&value.to_ne_bytes());
        }
        next += record.len() as u64;
    }
    let kind = TypeDescriptor::Unsigned(IntSize::U8);
    let dataset = ranks.agree(file.create_data_set(PATH, &kind, &[rows.total(), PLACE as u64]))?;
    file.reserve(PATH, transfer::place(&dataset))?;
    let rounds = Rounds::new(rows.ranges(), PLACE_BYTES);
    file.write_rows(PATH, &dataset, &[PLACE as u64], &rounds, &bytes)?;
    Ok(transfer::place(&dataset).map_or(0, |(start, _)| start))
}
