//! A file that has been written is read back and compared before it is given its final name: what the memory of a rank held
//! need not be what has reached the disk.

use std::collections::BTreeMap;
use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::Path;

use super::checksum;
use super::header::Header;
use super::read::StageReader;
use crate::error::{Error, Result};
use crate::parallel::Ranks;

/// Bytes that a rank reads at once.
const PIECE_BYTES: u64 = 1 << 20;

/// The values of a data set as they were written.
#[derive(Clone, Copy, Debug)]
pub(super) struct Written {
    /// Offset in the file and length of the values; none without values.
    pub place: Option<(u64, u64)>,
    pub row_bytes: u64,
    pub checksum: u64,
}

/// All data sets of a file by path.
pub(super) type AllWritten = BTreeMap<String, Written>;

/// Collective: compares the values at their places on the disk, their rows divided among the ranks, with what was written.
/// The file has been flushed.
///
/// # Errors
/// `Storage` when they differ or cannot be read.
pub(super) fn compare_values(ranks: &Ranks, temporary: &Path, path: &Path, all: &AllWritten) -> Result<()> {
    let evicted = if ranks.rank() == 0 { evict(temporary) } else { Ok(()) };
    ranks.agree(evicted.map_err(|error| unreadable(path, &error)))?;
    let shares = File::open(temporary).and_then(|file| {
        all.values().map(|written| share(ranks, &file, written)).collect::<std::io::Result<Vec<u64>>>()
    });
    let shares = ranks.agree(shares.map_err(|error| unreadable(path, &error)))?;
    for ((name, written), mine) in all.iter().zip(shares) {
        if ranks.sum_u64(mine) != written.checksum {
            return Err(differs(path, name));
        }
    }
    Ok(())
}

/// Reads the closed file as any later stage will, and compares header, names and checksums, and the values of /timing, which
/// were written after the others had been compared.
///
/// # Errors
/// `Storage` when they differ or cannot be read.
pub(super) fn compare_closed(temporary: &Path, path: &Path, header: &Header, all: &AllWritten) -> Result<()> {
    let stage = header.stage;
    let reader = StageReader::open_at(temporary, stage).map_err(|error| differs(path, &error.to_string()))?;
    if reader.header() != header {
        return Err(differs(path, "the header"));
    }
    let stored = checksum::data_sets(&reader, stage)?;
    if !stored.iter().map(|(path, checksum)| (path, *checksum)).eq(all.iter().map(|(path, w)| (path, w.checksum))) {
        return Err(differs(path, "the list of data sets"));
    }
    for (name, written) in all.iter().filter(|(name, _)| name.starts_with("/timing/")) {
        if checksum::of_all(&reader, name)? != written.checksum {
            return Err(differs(path, name));
        }
    }
    Ok(())
}

/// Makes the system read from the disk, where it can be asked to: the pages in memory are those that were written.
fn evict(path: &Path) -> std::io::Result<()> {
    let file = File::open(path)?;
    file.sync_data()?;
    #[cfg(target_os = "linux")]
    {
        // a file system that does not know the advice is read from memory
        let _ = rustix::fs::fadvise(&file, 0, None, rustix::fs::Advice::DontNeed);
    }
    Ok(())
}

/// The checksum of this rank's share of the rows of a data set.
fn share(ranks: &Ranks, file: &File, written: &Written) -> std::io::Result<u64> {
    let Some((start, length)) = written.place.filter(|_| written.row_bytes > 0) else {
        return Ok(if ranks.rank() == 0 { written.checksum } else { 0 });
    };
    let rows = length / written.row_bytes;
    let place = |rank: usize| (u128::from(rows) * rank as u128 / ranks.size() as u128) as u64;
    let (mut first, end) = (place(ranks.rank()), place(ranks.rank() + 1));
    let mut sum = 0u64;
    while first < end {
        let count = (PIECE_BYTES / written.row_bytes).clamp(1, end - first);
        let mut bytes = vec![0u8; (count * written.row_bytes) as usize];
        file.read_exact_at(&mut bytes, start + first * written.row_bytes)?;
        sum = sum.wrapping_add(checksum::of_rows(first, written.row_bytes as usize, &bytes));
        first += count;
    }
    Ok(sum)
}

fn differs(path: &Path, what: &str) -> Error {
    Error::storage(
        path,
        format!(
            "what was read back differs from what was written: {what}; check disk, network and memory of the hosts, and run \
             again (checkpoints and earlier files are kept)"
        ),
    )
}

fn unreadable(path: &Path, error: &std::io::Error) -> Error {
    Error::storage(path, format!("cannot be read back: {error}; run again (checkpoints and earlier files are kept)"))
}
