//! Transfers rows to and from a data set: the calls of the C library, and the `unsafe` they need.
//!
//! The safe crate only writes independently; a collective write needs a transfer property list. Each call goes through
//! `hdf5::sync::sync`, which holds the library's lock and keeps its error stack off standard error.

use std::borrow::Cow;
use std::ffi::c_void;
use std::path::Path;

use hdf5::{Dataset, Datatype};
use hdf5_sys::h5::HADDR_UNDEF;
use hdf5_sys::h5d::{H5Dget_offset, H5Dget_space, H5Dread, H5Dwrite};
use hdf5_sys::h5i::{H5Idec_ref, hid_t};
use hdf5_sys::h5p::H5P_DEFAULT;
use hdf5_sys::h5s::{H5S_ALL, H5S_seloper_t, H5Screate_simple, H5Sselect_hyperslab, H5Sselect_none};

use super::rows::RowRange;
use crate::parallel::Ranks;

/// Limits on the bytes and ranges that one rank writes in one call: below the 2^31 of MPI-IO, and few enough that
/// HDF5's union of hyperslabs, whose cost grows with the square of their number, stays cheap.
const ROUND_BYTES: u64 = 1 << 26;
const ROUND_RANGES: usize = 256;

/// How the last data was actually written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transfer {
    /// By one rank, without MPI-IO.
    Plain,
    /// By all ranks together.
    Collective,
    /// By each rank independently although a collective write was requested: slow, and a bug.
    Independent,
}

/// An identifier of the C library that is closed when it is dropped.
struct Identifier(hid_t);

impl Identifier {
    fn new(identifier: hid_t, what: &str) -> hdf5::Result<Self> {
        if identifier < 0 { Err(hdf5::Error::from(format!("{what} failed"))) } else { Ok(Identifier(identifier)) }
    }
}

impl Drop for Identifier {
    fn drop(&mut self) {
        // SAFETY: the identifier was returned by the library and is given back once.
        hdf5::sync::sync(|| unsafe { H5Idec_ref(self.0) });
    }
}

/// A rank's rows divided into rounds: ranges in increasing order, each with the position of its first row in the rank's
/// memory.
pub(super) struct Rounds {
    rounds: Vec<Vec<(RowRange, u64)>>,
}

impl Rounds {
    pub(super) fn new(ranges: &[RowRange], row_bytes: u64) -> Self {
        let most_rows = (ROUND_BYTES / row_bytes.max(1)).max(1);
        let mut placed = Vec::with_capacity(ranges.len());
        let mut place = 0;
        for range in ranges {
            placed.push((*range, place));
            place += range.count;
        }
        placed.sort_by_key(|(range, _)| range.first);
        let mut rounds = Vec::new();
        let mut round = Vec::new();
        let mut room = most_rows;
        for (mut range, mut place) in placed {
            while range.count > 0 {
                let count = range.count.min(room);
                round.push((RowRange { first: range.first, count }, place));
                range = RowRange { first: range.first + count, count: range.count - count };
                place += count;
                room -= count;
                if room == 0 || round.len() == ROUND_RANGES {
                    rounds.push(std::mem::take(&mut round));
                    room = most_rows;
                }
            }
        }
        if !round.is_empty() {
            rounds.push(round);
        }
        Rounds { rounds }
    }
}

/// The part of a data set that one call moves.
struct Selection<'s> {
    dataset: &'s Dataset,
    /// Lengths of the axes after the first.
    row: &'s [u64],
}

impl Selection<'_> {
    /// The file's space with these rows selected, or nothing.
    fn file_space(&self, ranges: impl Iterator<Item = RowRange>) -> hdf5::Result<Identifier> {
        hdf5::sync::sync(|| {
            // SAFETY: the data set is open for as long as it is borrowed.
            let space = Identifier::new(unsafe { H5Dget_space(self.dataset.id()) }, "H5Dget_space")?;
            // SAFETY: `space` is a dataspace.
            check(unsafe { H5Sselect_none(space.0) }, "H5Sselect_none")?;
            for range in joined(ranges) {
                let mut start = vec![0u64; self.row.len() + 1];
                start[0] = range.first;
                let count: Vec<u64> = std::iter::once(range.count).chain(self.row.iter().copied()).collect();
                // SAFETY: start and count have one entry for each axis of `space`; null means a stride and a block of 1.
                let code = unsafe {
                    H5Sselect_hyperslab(
                        space.0,
                        H5S_seloper_t::H5S_SELECT_OR,
                        start.as_ptr(),
                        std::ptr::null(),
                        count.as_ptr(),
                        std::ptr::null(),
                    )
                };
                check(code, "H5Sselect_hyperslab")?;
            }
            Ok(space)
        })
    }

    /// A space for `rows` packed rows in memory.
    fn memory_space(&self, rows: u64) -> hdf5::Result<Identifier> {
        let lengths: Vec<u64> = std::iter::once(rows).chain(self.row.iter().copied()).collect();
        hdf5::sync::sync(|| {
            // SAFETY: `lengths` has as many entries as the call is given.
            let space = unsafe { H5Screate_simple(lengths.len() as i32, lengths.as_ptr(), std::ptr::null()) };
            let space = Identifier::new(space, "H5Screate_simple")?;
            if rows == 0 {
                // SAFETY: `space` is a dataspace.
                check(unsafe { H5Sselect_none(space.0) }, "H5Sselect_none")?;
            }
            Ok(space)
        })
    }

    /// Everything a write needs, so that an error of one rank occurs before the collective call.
    fn prepare<'b>(&self, round: &[(RowRange, u64)], bytes: &'b [u8], row_bytes: usize) -> hdf5::Result<Prepared<'b>> {
        let packed = pack(round, bytes, row_bytes)?;
        let rows = round.iter().map(|(range, _)| range.count).sum();
        let file = self.file_space(round.iter().map(|(range, _)| *range))?;
        Ok(Prepared { packed, file, memory: self.memory_space(rows)? })
    }

    fn write(&self, kind: &Datatype, round: &Prepared<'_>, list: hid_t) -> hdf5::Result<()> {
        let bytes = round.packed.as_ptr().cast::<c_void>();
        // SAFETY: `packed` holds exactly the packed rows of type `kind` that the memory space describes (`pack`).
        let code = hdf5::sync::sync(|| unsafe {
            H5Dwrite(self.dataset.id(), kind.id(), round.memory.0, round.file.0, list, bytes)
        });
        check(code, "H5Dwrite")
    }
}

/// Ranges in increasing order, with adjacent ones merged.
fn joined(ranges: impl Iterator<Item = RowRange>) -> Vec<RowRange> {
    let mut joined: Vec<RowRange> = Vec::new();
    for range in ranges {
        match joined.last_mut() {
            Some(last) if last.first + last.count == range.first => last.count += range.count,
            _ => joined.push(range),
        }
    }
    joined
}

/// A round about to be written.
struct Prepared<'b> {
    packed: Cow<'b, [u8]>,
    file: Identifier,
    memory: Identifier,
}

pub(super) fn check(code: i32, what: &str) -> hdf5::Result<()> {
    if code >= 0 {
        return Ok(());
    }
    // the library's stack of errors still belongs to this call; it may be empty
    Err(match hdf5::Error::query() {
        Ok(error) if error.stack().is_some_and(|stack| stack.top().is_some()) => error,
        _ => hdf5::Error::from(format!("{what} failed")),
    })
}

/// Collective: writes this rank's rows. `bytes` holds them in the order of the ranges from which `rounds` was made.
/// When a rank fails, all ranks return after the same call.
pub(super) fn write_rows(
    ranks: &Ranks,
    dataset: &Dataset,
    row: &[u64],
    rounds: &Rounds,
    bytes: &[u8],
) -> hdf5::Result<Transfer> {
    let (kind, list) =
        together(ranks, dataset.dtype().and_then(|kind| Ok((kind, TransferList::new(ranks.size() > 1)?))))?;
    let count = ranks.max_u64(rounds.rounds.len() as u64) as usize;
    let row_bytes = kind.size() * row.iter().product::<u64>() as usize;
    let selection = Selection { dataset, row };
    let mut transfer = Transfer::Plain;
    for number in 0..count {
        let round = rounds.rounds.get(number).map_or(&[][..], Vec::as_slice);
        let prepared = together(ranks, selection.prepare(round, bytes, row_bytes))?;
        together(ranks, selection.write(&kind, &prepared, list.identifier()))?;
        if transfer != Transfer::Independent {
            transfer = list.done()?;
        }
    }
    Ok(transfer)
}

/// Offset in the file and number of bytes of the values of a data set, if space has been allocated for them.
pub(super) fn place(dataset: &Dataset) -> Option<(u64, u64)> {
    // SAFETY: the data set is open for as long as it is borrowed.
    let start = hdf5::sync::sync(|| unsafe { H5Dget_offset(dataset.id()) });
    (start != HADDR_UNDEF).then(|| (start, dataset.storage_size()))
}

/// Makes sure that the disk has space for these bytes of a file; succeeds if the file system cannot check this.
#[cfg(all(target_os = "linux", target_pointer_width = "64"))]
pub(super) fn reserve(path: &Path, start: u64, length: u64) -> std::io::Result<()> {
    use std::ffi::c_int;
    use std::os::fd::AsRawFd;
    unsafe extern "C" {
        fn fallocate(file: c_int, mode: c_int, start: i64, length: i64) -> c_int;
    }
    let file = std::fs::OpenOptions::new().write(true).open(path)?;
    let (Ok(start), Ok(length)) = (i64::try_from(start), i64::try_from(length)) else {
        return Err(std::io::ErrorKind::FileTooLarge.into());
    };
    // SAFETY: the descriptor is open for the whole call, which touches no memory of ours.
    if unsafe { fallocate(file.as_raw_fd(), 0, start, length) } == 0 {
        return Ok(());
    }
    let error = std::io::Error::last_os_error();
    let full = [std::io::ErrorKind::StorageFull, std::io::ErrorKind::QuotaExceeded, std::io::ErrorKind::FileTooLarge];
    if full.contains(&error.kind()) { Err(error) } else { Ok(()) }
}

/// On other systems, a full disk is detected by the write itself.
#[cfg(not(all(target_os = "linux", target_pointer_width = "64")))]
pub(super) fn reserve(_path: &Path, _start: u64, _length: u64) -> std::io::Result<()> {
    Ok(())
}

/// Collective: an error when any rank has one.
pub(super) fn together<T>(ranks: &Ranks, result: hdf5::Result<T>) -> hdf5::Result<T> {
    match ranks.any(result.is_err()) {
        true => result.and_then(|_| Err(hdf5::Error::from("another rank failed"))),
        false => result,
    }
}

/// The bytes of a round in the order of the file; borrowed if they are in this order already.
fn pack<'b>(round: &[(RowRange, u64)], bytes: &'b [u8], row_bytes: usize) -> hdf5::Result<Cow<'b, [u8]>> {
    let piece = |place: u64, rows: u64| {
        let start = place as usize * row_bytes;
        let piece = bytes.get(start..start + rows as usize * row_bytes);
        piece.ok_or_else(|| hdf5::Error::from("the bytes of a write do not fill its rows"))
    };
    let (Some(first), Some(last)) = (round.first(), round.last()) else { return Ok(Cow::Borrowed(&[])) };
    if round.windows(2).all(|pair| pair[0].1 + pair[0].0.count == pair[1].1) {
        return Ok(Cow::Borrowed(piece(first.1, last.1 + last.0.count - first.1)?));
    }
    let mut packed = Vec::new();
    for (range, place) in round {
        packed.extend_from_slice(piece(*place, range.count)?);
    }
    Ok(Cow::Owned(packed))
}

/// Reads `rows` into bytes of the data set's own type.
pub(super) fn read_rows(dataset: &Dataset, row: &[u64], rows: RowRange) -> hdf5::Result<Vec<u8>> {
    let kind = dataset.dtype()?;
    let length = kind.size() as u64 * rows.count * row.iter().product::<u64>();
    let mut bytes = vec![0u8; length as usize];
    if length == 0 {
        return Ok(bytes);
    }
    let selection = Selection { dataset, row };
    let file = selection.file_space(std::iter::once(rows))?;
    let memory = selection.memory_space(rows.count)?;
    // SAFETY: `bytes` has room for the packed rows of the data set's own type that the memory space describes.
    let code = hdf5::sync::sync(|| unsafe {
        H5Dread(dataset.id(), kind.id(), memory.0, file.0, H5P_DEFAULT, bytes.as_mut_ptr().cast::<c_void>())
    });
    check(code, "H5Dread").map(|()| bytes)
}

/// Collective: writes a scalar; all ranks hold the same bytes.
pub(super) fn write_scalar(ranks: &Ranks, dataset: &Dataset, bytes: &[u8]) -> hdf5::Result<()> {
    let (kind, list) =
        together(ranks, dataset.dtype().and_then(|kind| Ok((kind, TransferList::new(ranks.size() > 1)?))))?;
    let fits = if bytes.len() == kind.size() { Ok(()) } else { Err(hdf5::Error::from("a scalar of another size")) };
    together(ranks, fits)?;
    // SAFETY: `bytes` holds one element of the data set's own type.
    let code = hdf5::sync::sync(|| unsafe {
        H5Dwrite(dataset.id(), kind.id(), H5S_ALL, H5S_ALL, list.identifier(), bytes.as_ptr().cast::<c_void>())
    });
    together(ranks, check(code, "H5Dwrite"))
}

/// Reads a scalar as bytes of its own type.
pub(super) fn read_scalar(dataset: &Dataset) -> hdf5::Result<Vec<u8>> {
    let kind = dataset.dtype()?;
    let mut bytes = vec![0u8; kind.size()];
    // SAFETY: `bytes` has room for one element of the data set's own type.
    let code = hdf5::sync::sync(|| unsafe {
        H5Dread(dataset.id(), kind.id(), H5S_ALL, H5S_ALL, H5P_DEFAULT, bytes.as_mut_ptr().cast::<c_void>())
    });
    check(code, "H5Dread").map(|()| bytes)
}

/// The properties of a transfer: collective, or the library's default.
struct TransferList(Option<Identifier>);

impl TransferList {
    fn identifier(&self) -> hid_t {
        self.0.as_ref().map_or(H5P_DEFAULT, |list| list.0)
    }

    #[cfg(feature = "mpi")]
    fn new(collective: bool) -> hdf5::Result<Self> {
        use hdf5_sys::h5p::{H5FD_mpio_xfer_t, H5Pcreate, H5Pset_dxpl_mpio};
        if !collective {
            return Ok(TransferList(None));
        }
        hdf5::sync::sync(|| {
            // SAFETY: the class is the library's own, read under its lock after it was opened.
            let list = unsafe { H5Pcreate(*hdf5::globals::H5P_DATASET_XFER) };
            let list = Identifier::new(list, "H5Pcreate")?;
            // SAFETY: `list` is a transfer property list.
            check(unsafe { H5Pset_dxpl_mpio(list.0, H5FD_mpio_xfer_t::H5FD_MPIO_COLLECTIVE) }, "H5Pset_dxpl_mpio")?;
            Ok(TransferList(Some(list)))
        })
    }

    #[cfg(not(feature = "mpi"))]
    fn new(_collective: bool) -> hdf5::Result<Self> {
        Ok(TransferList(None))
    }

    /// How the last call with this list was carried out.
    #[cfg(feature = "mpi")]
    fn done(&self) -> hdf5::Result<Transfer> {
        // SAFETY: the declaration is that of H5Ppublic.h, with the enum as the int it is in C.
        unsafe extern "C" {
            // missing from the crate of the C interface; the enum is an int
            fn H5Pget_mpio_actual_io_mode(list: hid_t, mode: *mut std::ffi::c_int) -> std::ffi::c_int;
        }
        const CHUNK_COLLECTIVE: i32 = 2;
        const CONTIGUOUS_COLLECTIVE: i32 = 4;
        let Some(list) = &self.0 else { return Ok(Transfer::Plain) };
        let mut mode = 0;
        // SAFETY: `list` is a transfer property list and `mode` an int.
        check(
            hdf5::sync::sync(|| unsafe { H5Pget_mpio_actual_io_mode(list.0, &raw mut mode) }),
            "H5Pget_mpio_actual_io_mode",
        )?;
        let collective = mode == CHUNK_COLLECTIVE || mode == CONTIGUOUS_COLLECTIVE;
        Ok(if collective { Transfer::Collective } else { Transfer::Independent })
    }

    #[cfg(not(feature = "mpi"))]
    fn done(&self) -> hdf5::Result<Transfer> {
        Ok(Transfer::Plain)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// No call moves more than `ROUND_BYTES`, however much a rank holds: counts never exceed 32 bits.
    #[test]
    fn rounds_of_any_number_of_rows_stay_small() {
        let held = [(5, 1_u64 << 33), (1 << 40, 3), ((1 << 33) + 5, 77)];
        let ranges = held.map(|(first, count)| RowRange { first, count });
        let row_bytes = 24;
        let Rounds { rounds } = Rounds::new(&ranges, row_bytes);
        let base = [0, 1 << 33, (1 << 33) + 3];
        let mut next = base;
        for round in &rounds {
            let rows: u64 = round.iter().map(|(range, _)| range.count).sum();
            assert!(rows > 0 && rows * row_bytes <= ROUND_BYTES && round.len() <= ROUND_RANGES);
            for (range, place) in round {
                let number = if range.first >= 1 << 40 { 1 } else { usize::from(range.first >= held[2].0) * 2 };
                assert_eq!((range.first - held[number].0, *place), (place - base[number], next[number]));
                next[number] = place + range.count;
            }
        }
        let all: u64 = rounds.iter().flatten().map(|(range, _)| range.count).sum();
        assert_eq!(all, (1 << 33) + 80);
    }
}
