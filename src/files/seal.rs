//! The seal of a file: a checksum of all its bytes except the values of its data sets, appended to the file.
//!
//! Names, shapes and attributes are small, and the library parses them before this program can verify anything; texts
//! of attributes are in its global heap, which has no checksum, and one wrong byte there can crash the process. The
//! seal is verified before the library opens the file. The library ignores bytes beyond the end of file that it has
//! recorded.
//!
//! ```text
//! n times: start, length of the values of a data set
//! n, checksum of the numbers so far, checksum of what lies between the values, "glasseal"; numbers are u64, little-endian
//! ```

use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::Path;

use xxhash_rust::xxh3::{Xxh3, xxh3_64};

const MARK: [u8; 8] = *b"glasseal";
/// Bytes of n, the checksums, and the mark.
const END_BYTES: u64 = 32;
const PIECE_BYTES: u64 = 1 << 20;

/// The result of the verification.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Seal {
    Whole,
    Broken,
    /// Files of earlier versions, and files that were truncated or rewritten.
    Absent,
}

/// Seals a closed file; `values` are the offset and length of the values of its data sets.
pub(super) fn put_on(path: &Path, mut values: Vec<(u64, u64)>) -> std::io::Result<()> {
    values.sort_unstable();
    let mut file = std::fs::OpenOptions::new().read(true).write(true).open(path)?;
    let end = file.metadata()?.len();
    let checksum = checksum_between(&mut file, &values, end)?;
    let mut seal: Vec<u8> =
        values.iter().flat_map(|(start, length)| [start.to_le_bytes(), length.to_le_bytes()]).flatten().collect();
    seal.extend((values.len() as u64).to_le_bytes());
    seal.extend(xxh3_64(&seal).to_le_bytes());
    seal.extend(checksum.to_le_bytes());
    seal.extend(MARK);
    file.seek(SeekFrom::Start(end))?;
    file.write_all(&seal)
}

/// Verifies a file against its seal.
pub(super) fn look(path: &Path) -> std::io::Result<Seal> {
    let mut file = File::open(path)?;
    let length = file.metadata()?.len();
    let Some(end_start) = length.checked_sub(END_BYTES) else { return Ok(Seal::Absent) };
    file.seek(SeekFrom::Start(end_start))?;
    let mut end = [[0u8; 8]; 4];
    for word in &mut end {
        file.read_exact(word)?;
    }
    let [count, of_numbers, of_rest, mark] = end;
    if mark != MARK {
        return Ok(Seal::Absent);
    }
    let table_bytes = u64::from_le_bytes(count).checked_mul(16);
    let Some(sealed) = table_bytes.and_then(|bytes| end_start.checked_sub(bytes)) else { return Ok(Seal::Broken) };
    file.seek(SeekFrom::Start(sealed))?;
    let mut numbers = vec![0u8; (end_start - sealed) as usize];
    file.read_exact(&mut numbers)?;
    numbers.extend(count);
    if xxh3_64(&numbers) != u64::from_le_bytes(of_numbers) {
        return Ok(Seal::Broken);
    }
    let number = |bytes: &[u8]| bytes.try_into().map_or(0, u64::from_le_bytes);
    let values: Vec<(u64, u64)> =
        numbers.chunks_exact(16).map(|pair| (number(&pair[..8]), number(&pair[8..]))).collect();
    let same = checksum_between(&mut file, &values, sealed)? == u64::from_le_bytes(of_rest);
    Ok(if same { Seal::Whole } else { Seal::Broken })
}

/// Checksum of the bytes before `end` that do not belong to values.
fn checksum_between(file: &mut File, values: &[(u64, u64)], end: u64) -> std::io::Result<u64> {
    let mut hash = Xxh3::new();
    let mut place = 0;
    for (start, length) in values.iter().copied().chain([(end, 0)]) {
        let within = place <= start && start.checked_add(length).is_some_and(|after| after <= end);
        if !within {
            return Err(std::io::Error::new(std::io::ErrorKind::InvalidData, "values beyond the end of the file"));
        }
        file.seek(SeekFrom::Start(place))?;
        let mut piece = vec![0u8; (start - place).min(PIECE_BYTES) as usize];
        while place < start {
            let part = (start - place).min(PIECE_BYTES);
            file.read_exact(&mut piece[..part as usize])?;
            hash.update(&piece[..part as usize]);
            place += part;
        }
        place = start + length;
    }
    Ok(hash.digest())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_but_those_of_values_is_sealed() {
        let scratch = tempfile::tempdir().unwrap();
        let path = scratch.path().join("file");
        std::fs::write(&path, [7; 300]).unwrap();
        assert_eq!(look(&path).unwrap(), Seal::Absent);
        put_on(&path, vec![(200, 50), (10, 90), (100, 0)]).unwrap();
        let sealed = std::fs::read(&path).unwrap();
        assert_eq!(sealed.len() as u64, 300 + 3 * 16 + END_BYTES);
        assert_eq!(look(&path).unwrap(), Seal::Whole);
        for place in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[place] ^= 16;
            std::fs::write(&path, changed).unwrap();
            let of_values = (10..100).contains(&place) || (200..250).contains(&place);
            let due = match place {
                _ if of_values => Seal::Whole,
                _ if place >= sealed.len() - 8 => Seal::Absent,
                _ => Seal::Broken,
            };
            assert_eq!(look(&path).unwrap(), due, "byte {place}");
        }
        for length in 0..sealed.len() {
            std::fs::write(&path, &sealed[..length]).unwrap();
            assert_eq!(look(&path).unwrap(), Seal::Absent, "cut at {length}");
        }
    }
}
