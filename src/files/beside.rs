//! A file that all ranks write together, under a temporary name next to its final one.

use std::cell::Cell;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use hdf5::types::TypeDescriptor;
use hdf5::{Dataset, Group};

use super::access;
use super::seal;
use super::transfer::{self, Rounds, Transfer};
use crate::error::{Error, Result};
use crate::parallel::Ranks;

/// An HDF5 file while it is written; an error of a collective method occurs on all ranks.
///
/// [`Beside::finish`] gives it its final name, so that there is always a complete file under that name. A file that is
/// dropped unfinished is removed, and an existing file under the final name is unchanged.
pub(super) struct Beside<'r> {
    ranks: &'r Ranks,
    /// `None` only after it is closed.
    file: Option<hdf5::File>,
    temporary: PathBuf,
    path: PathBuf,
    /// Whether a write of the library has failed: then the file is not even closed.
    broken: Cell<bool>,
}

/// More than the data that the library holds back until a file is closed: names, shapes, attributes.
const END_BYTES: u64 = 1 << 22;

/// The name of a file until it is complete.
pub(super) fn temporary_name(name: &str) -> String {
    format!(".{name}.part")
}

/// The name that a file has once it is complete, from its temporary one. While an MPI library opens a file it makes others,
/// with its name and more (Open MPI: `.part.locktest.RANK`); a kill at that moment leaves them.
fn final_name(temporary: &str) -> Option<&str> {
    let (name, more) = temporary.strip_prefix('.')?.split_once(".part")?;
    (more.is_empty() || more.starts_with('.')).then_some(name)
}

/// What is in a directory that need not be there.
pub(super) fn names_in(directory: &Path) -> std::io::Result<Vec<String>> {
    let entries = match std::fs::read_dir(directory) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries?,
    };
    entries.map(|entry| entry.map(|entry| entry.file_name().to_string_lossy().into_owned())).collect()
}

/// Removes what interrupted writes of certain files have left in a directory.
pub(super) fn remove_temporary(directory: &Path, is_one: impl Fn(&str) -> bool) -> std::io::Result<()> {
    for name in names_in(directory)? {
        if final_name(&name).is_some_and(&is_one) {
            std::fs::remove_file(directory.join(name))?;
        }
    }
    Ok(())
}

impl<'r> Beside<'r> {
    /// Collective: creates the file that will become `path`.
    ///
    /// # Errors
    /// `Storage` when the directory does not exist or cannot be written to.
    pub(super) fn create(ranks: &'r Ranks, path: &Path) -> Result<Self> {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let temporary = path.with_file_name(temporary_name(&name));
        // try the system's own calls first: they report the reason of a failure
        let tried = if ranks.rank() == 0 { std::fs::File::create(&temporary).map(|_| ()) } else { Ok(()) };
        ranks.agree(tried.map_err(|error| cannot_write(path, &error.to_string())))?;
        // a rank that cannot open it would leave the others waiting inside the library
        seen_by_all(ranks, &temporary)?;
        let mut opened = open(ranks, &temporary);
        if ranks.any(opened.is_err()) {
            // closing is collective, too
            opened = opened.and_then(|file| {
                std::mem::forget(file);
                Err(hdf5::Error::from("another rank failed"))
            });
            let _ = std::fs::remove_file(&temporary);
        }
        let file = ranks.agree(opened.map_err(|error| cannot_write(path, &in_short(&error))))?;
        Ok(Beside { ranks, file: Some(file), temporary, path: path.to_path_buf(), broken: Cell::new(false) })
    }

    /// The open file.
    pub(super) fn root(&self) -> Result<&hdf5::File> {
        self.file.as_ref().ok_or_else(|| Error::Internal("a file is used after it was closed".into()))
    }

    /// The group of this path, created with its parents if necessary; all ranks call this and agree afterwards.
    pub(super) fn group(&self, path: &str) -> Result<Group> {
        let root: &Group = self.root()?;
        let mut group = root.group("/").map_err(|error| self.failed(path, &error))?;
        for name in path.split('/').filter(|name| !name.is_empty()) {
            let next = match group.link_exists(name) {
                true => group.group(name),
                // creation times would differ from run to run
                false => group.create_group_builder().obj_track_times(false).create(name),
            };
            group = next.map_err(|error| self.failed(path, &error))?;
        }
        Ok(group)
    }

    /// A new data set, [] being a scalar; all ranks call this and agree afterwards.
    pub(super) fn create_data_set(&self, path: &str, kind: &TypeDescriptor, shape: &[u64]) -> Result<Dataset> {
        let (parent, name) = path.rsplit_once('/').unwrap_or(("", path));
        let group = self.group(parent)?;
        let extents: Vec<usize> = shape.iter().map(|length| *length as usize).collect();
        let builder = group.new_dataset_builder().obj_track_times(false).empty_as(kind);
        let created =
            if shape.is_empty() { builder.shape(()).create(name) } else { builder.shape(extents).create(name) };
        created.map_err(|error| self.failed(path, &error))
    }

    /// Collective: agrees on the outcome of a library call; after a failure the file is not touched again.
    pub(super) fn settle<T>(&self, result: Result<T>) -> Result<T> {
        let agreed = self.ranks.agree(result);
        self.broken.set(self.broken.get() || agreed.is_err());
        agreed
    }

    /// Collective: rank 0 reserves the disk space before all ranks write. If the disk became full inside a collective
    /// write, only some ranks would get the error, and the others might wait forever.
    pub(super) fn reserve(&self, what: &str, place: Option<(u64, u64)>) -> Result<()> {
        let reserved = match place.filter(|_| self.ranks.rank() == 0 && self.ranks.size() > 1) {
            Some((start, length)) => transfer::reserve(&self.temporary, start, length),
            None => Ok(()),
        };
        self.settle(reserved.map_err(|error| cannot_write(&self.path, &format!("{what}: {error}"))))
    }

    /// Collective: writes this rank's rows, for which space has been reserved ([`Beside::reserve`]).
    pub(super) fn write_rows(
        &self,
        what: &str,
        dataset: &Dataset,
        row: &[u64],
        rounds: &Rounds,
        bytes: &[u8],
    ) -> Result<Transfer> {
        let moved = transfer::write_rows(self.ranks, dataset, row, rounds, bytes);
        self.settle(moved.map_err(|error| self.failed(what, &error)))
    }

    /// Collective: closes the file and gives it its final name, which is returned.
    ///
    /// # Errors
    /// `Storage` when the file cannot be completed; then the temporary file is removed and the file under the final
    /// name is unchanged.
    pub(super) fn finish(self) -> Result<PathBuf> {
        self.close(None, |_, _| Ok(()))
    }

    /// The name of the file until it is complete.
    pub(super) fn temporary(&self) -> &Path {
        &self.temporary
    }

    /// Its final name.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Collective: everything that has been written so far reaches the file.
    ///
    /// # Errors
    /// `Storage` when it cannot be written.
    pub(super) fn flush(&self) -> Result<()> {
        self.settle(self.root().and_then(|file| file.flush().map_err(|error| self.failed("flush", &error))))
    }

    /// Collective: closes the file with a seal (`seal.rs`) that does not cover the values of these data sets, and gives it its
    /// final name, which is returned. On rank 0, `examine` may still refuse the closed file, given its present and its final
    /// name.
    ///
    /// # Errors
    /// As [`Beside::finish`], and those of `examine`.
    pub(super) fn finish_sealed<'p>(
        self,
        data_sets: impl Iterator<Item = &'p str>,
        examine: impl FnOnce(&Path, &Path) -> Result<()>,
    ) -> Result<PathBuf> {
        let values = self.root().and_then(|root| {
            let place = |path: &str| root.dataset(path).map(|dataset| transfer::place(&dataset));
            let places = data_sets.map(|path| place(path).map_err(|error| self.failed(path, &error)));
            Ok(places.collect::<Result<Vec<_>>>()?.into_iter().flatten().collect())
        });
        let values = self.ranks.agree(values)?;
        self.close(Some(values), examine)
    }

    fn close(
        mut self,
        sealed: Option<Vec<(u64, u64)>>,
        examine: impl FnOnce(&Path, &Path) -> Result<()>,
    ) -> Result<PathBuf> {
        let what = "the end of the file";
        let end = std::fs::metadata(&self.temporary).map_or(0, |data| data.len());
        self.reserve(what, Some((end, END_BYTES)))?;
        let flushed = self.root().and_then(|file| file.flush().map_err(|error| self.failed(what, &error)));
        self.settle(flushed)?;
        let closed = self.file.take().map_or(Ok(()), hdf5::File::close);
        self.ranks.agree(closed.map_err(|error| self.failed(what, &error)))?;
        let named = if self.ranks.rank() == 0 { self.put_in_place(sealed, examine) } else { Ok(()) };
        self.ranks.agree(named)?;
        Ok(self.path.clone())
    }

    fn put_in_place(
        &self,
        sealed: Option<Vec<(u64, u64)>>,
        examine: impl FnOnce(&Path, &Path) -> Result<()>,
    ) -> Result<()> {
        let unwritable = |error: std::io::Error| cannot_write(&self.path, &error.to_string());
        if let Some(values) = sealed {
            seal::put_on(&self.temporary, values).map_err(unwritable)?;
        }
        std::fs::File::open(&self.temporary).and_then(|file| file.sync_all()).map_err(unwritable)?;
        examine(&self.temporary, &self.path)?;
        std::fs::rename(&self.temporary, &self.path).map_err(unwritable)?;
        sync_directory_of(&self.path);
        Ok(())
    }

    /// The error for a failure of the library.
    pub(super) fn failed(&self, what: &str, error: &hdf5::Error) -> Error {
        cannot_write(&self.path, &format!("{what}: {}", in_short(error)))
    }
}

/// The library's message in one line; if the system has refused a write, only the system's message, without addresses
/// and byte counts.
fn in_short(error: &hdf5::Error) -> String {
    let message = error.to_string().replace('\n', "");
    let refused = message.split_once("file write failed: ").and_then(|(_, rest)| rest.split_once("error message = '"));
    let word = refused.and_then(|(_, rest)| rest.split_once('\'')).map(|(word, _)| word.to_owned());
    word.unwrap_or(message)
}

impl Drop for Beside<'_> {
    fn drop(&mut self) {
        match self.file.take() {
            // closing would write again, fail again, and might wait forever for a rank on which the failure was
            // different
            Some(file) if self.broken.get() => std::mem::forget(file),
            // data that cannot be flushed is being discarded
            Some(file) => _ = file.close(),
            None => (),
        }
        if self.ranks.rank() == 0 {
            if self.broken.get() && self.temporary.exists() {
                // the library still holds a broken file: truncate it to free its space
                let _ = std::fs::File::create(&self.temporary);
            }
            // after a rename there is no file under this name
            let _ = std::fs::remove_file(&self.temporary);
        }
    }
}

/// A new name should survive a crash; that a file system does not guarantee this is not an error.
pub(super) fn sync_directory_of(path: &Path) {
    if let Some(directory) = path.parent().filter(|directory| !directory.as_os_str().is_empty()) {
        let _ = std::fs::File::open(directory).and_then(|directory| directory.sync_all());
    }
}

/// Collective: checks that every rank sees a file that rank 0 has created.
///
/// # Errors
/// `Storage` when a rank does not see it: its host has not mounted the file system, or has another directory of that
/// name.
pub fn seen_by_all(ranks: &Ranks, path: &Path) -> Result<()> {
    let start = Instant::now();
    let seen = loop {
        match std::fs::File::open(path) {
            // over NFS, a new file of another host may take some seconds to become visible
            Err(error) if error.kind() == ErrorKind::NotFound && start.elapsed() < PATIENCE && ranks.rank() != 0 => {
                std::thread::sleep(Duration::from_millis(50));
            }
            seen => break seen.map(|_| ()),
        }
    };
    ranks.agree(seen.map_err(|error| {
        let remedy = "the directory must be on a file system that all hosts share; choose another --output";
        Error::storage(path, format!("is not visible on host {}: {error}; {remedy}", ranks.hostname()))
    }))
}

/// How long a file of another host may stay invisible.
const PATIENCE: Duration = Duration::from_secs(10);

/// The error for a file that cannot be written.
pub(super) fn cannot_write(path: &Path, why: &str) -> Error {
    let remedy = "free space or get permission there, or choose another --output";
    Error::storage(
        path,
        format!("cannot be written: {why}; {remedy}, and run again (its previous contents are unchanged)"),
    )
}

fn open(ranks: &Ranks, path: &Path) -> hdf5::Result<hdf5::File> {
    let create = |locks| {
        hdf5::File::with_options()
            .with_fapl(|list| {
                #[cfg(feature = "mpi")]
                if let Some(communicator) = ranks.communicator() {
                    list.mpio(communicator, None);
                }
                #[cfg(not(feature = "mpi"))]
                let _ = ranks;
                access::set_locks(list, locks).libver_v110().fclose_degree(hdf5::file::FileCloseDegree::Strong)
            })
            .create(path)
    };
    // a file written by several ranks is not locked; all ranks open it once, together
    access::with_or_without_locks(create)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::rows::RowRange;
    use hdf5::types::IntSize;
    use std::io::{Read, Seek, SeekFrom};

    const PROGRAM: &str = "GLASSWELL_LARGE_FILE";
    /// 2^34 elements of eight bytes: a file of 128 GB, almost none of which is on the disk.
    const ROWS: u64 = 1 << 33;
    const COLUMNS: u64 = 2;

    /// Rows before and beyond 4 GB, 2^32 rows and the middle, including the last row; different ranks hold the ranges
    /// of even and odd number.
    const RANGES: [(u64, u64); 6] =
        [(0, 3), ((1 << 28) - 1, 2), ((1 << 31) - 2, 5), ((1 << 32) - 1, 3), ((1 << 32) + 7, 2), (ROWS - 4, 4)];

    fn value(row: u64, column: u64) -> u64 {
        row.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ column
    }

    fn values(first: u64, rows: u64) -> Vec<u64> {
        (first..first + rows).flat_map(|row| (0..COLUMNS).map(move |column| value(row, column))).collect()
    }

    /// Not a test by itself: the program of a rank in the next test.
    #[test]
    fn rank_program() {
        let Ok(path) = std::env::var(PROGRAM) else { return };
        let ranks = crate::files::start_ranks().unwrap();
        let path = PathBuf::from(path);
        let file = Beside::create(&ranks, &path).unwrap();
        let kind = TypeDescriptor::Unsigned(IntSize::U8);
        let dataset = ranks.agree(file.create_data_set("/large", &kind, &[ROWS, COLUMNS])).unwrap();
        let mine = RANGES.iter().enumerate().filter(|(k, _)| k % ranks.size() == ranks.rank());
        // the last range first
        let ranges: Vec<RowRange> =
            mine.rev().map(|(_, (first, count))| RowRange { first: *first, count: *count }).collect();
        let bytes: Vec<u8> =
            ranges.iter().flat_map(|range| values(range.first, range.count)).flat_map(u64::to_ne_bytes).collect();
        // no space is reserved: the file stays sparse
        let rounds = Rounds::new(&ranges, 8 * COLUMNS);
        let transfer = file.write_rows("/large", &dataset, &[COLUMNS], &rounds, &bytes).unwrap();
        assert_eq!(transfer, if ranks.size() > 1 { Transfer::Collective } else { Transfer::Plain });
        let (start, length) = transfer::place(&dataset).unwrap();
        assert_eq!(length, ROWS * COLUMNS * 8);
        drop(dataset);
        file.finish().unwrap();
        let written = access::open(&path).unwrap();
        let dataset = written.dataset("/large").unwrap();
        for (first, count) in RANGES {
            let bytes = transfer::read_rows(&dataset, &[COLUMNS], RowRange { first, count }).unwrap();
            let due: Vec<u8> = values(first, count).into_iter().flat_map(u64::to_ne_bytes).collect();
            assert!(bytes == due, "rows {first} + {count} by the library");
            let mut plain = vec![0u8; due.len()];
            let mut file = std::fs::File::open(&path).unwrap();
            file.seek(SeekFrom::Start(start + first * COLUMNS * 8)).unwrap();
            file.read_exact(&mut plain).unwrap();
            assert!(plain == due, "rows {first} + {count} at their place");
        }
        ranks.barrier();
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn rows_beyond_four_gigabytes_are_written_together_and_read_back() {
        let directory = tempfile::tempdir().unwrap();
        for ranks in if cfg!(feature = "mpi") { vec![1, 2] } else { vec![1] } {
            let path = directory.path().join(format!("large-{ranks}.h5"));
            let executable = std::env::current_exe().unwrap();
            let mut command = match cfg!(feature = "mpi") {
                true => std::process::Command::new("mpirun"),
                false => std::process::Command::new(&executable),
            };
            if cfg!(feature = "mpi") {
                command.args(["-n", &ranks.to_string()]).arg(&executable);
            }
            command
                .args(["--exact", "files::beside::tests::rank_program", "--nocapture", "--test-threads=1"])
                .envs([(PROGRAM, path.as_os_str()), ("MPIEXEC_TIMEOUT", "120".as_ref())])
                .envs(["OMPI_ALLOW_RUN_AS_ROOT", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM"].map(|name| (name, "1")))
                .envs([("OMPI_MCA_rmaps_base_oversubscribe", "1"), ("OMPI_MCA_hwloc_base_binding_policy", "none")]);
            let output = command.output().unwrap();
            let printed =
                [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
            assert!(output.status.success(), "{ranks} ranks: {printed}");
            use std::os::unix::fs::MetadataExt;
            let data = std::fs::metadata(&path).unwrap();
            assert!(data.len() > 1 << 37 && data.blocks() * 512 < 1 << 30, "{} blocks", data.blocks());
        }
    }
}
