//! The write speed of a directory.

use std::path::Path;
use std::time::Instant;

use hdf5::types::{IntSize, TypeDescriptor};

use super::beside::Beside;
use super::rows::RowRange;
use super::transfer::Rounds;
use crate::error::Result;
use crate::parallel::Ranks;

const BYTES: u64 = 64_000_000;

/// Bytes per second for a file of 64 MB, written as the stages' files are, by one rank alone, and flushed to the disk.
/// The file is removed.
///
/// # Errors
/// `Storage` when the directory does not exist or cannot be written to.
pub fn write_speed(directory: &Path) -> Result<f64> {
    let ranks = Ranks::alone();
    let start = Instant::now();
    let path = directory.join(format!(".glasswell-speed-{}.h5", std::process::id()));
    let file = Beside::create(&ranks, &path)?;
    let kind = TypeDescriptor::Unsigned(IntSize::U1);
    let dataset = file.create_data_set("/bytes", &kind, &[BYTES])?;
    let rounds = Rounds::new(&[RowRange { first: 0, count: BYTES }], 1);
    // not zeros, which some file systems do not store
    let bytes: Vec<u8> = (0..BYTES).map(|k| (k.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 56) as u8).collect();
    file.write_rows("/bytes", &dataset, &[], &rounds, &bytes)?;
    drop(dataset);
    let finished = file.finish();
    let seconds = start.elapsed().as_secs_f64();
    // a remaining file only takes space
    let _ = std::fs::remove_file(&path);
    finished.map(|_| BYTES as f64 / seconds)
}
