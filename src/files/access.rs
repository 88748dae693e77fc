//! Opens files with locks where the file system has them, and without where it does not.
//!
//! File systems without locks, often those of clusters, return different errors. The HDF5 library recognises one of
//! these errors; for the others, the file is opened again without locks. `HDF5_USE_FILE_LOCKING` has precedence.

use std::path::Path;

use hdf5::File;
use hdf5::plist::file_access::FileAccessBuilder;

/// The library's message when it gets no lock; errno 11 means that locks exist and another process holds this one.
const NO_LOCK: &str = "unable to lock file, errno = ";
const TAKEN: &str = "unable to lock file, errno = 11,";

/// Calls `open` with locks; without them if there are none.
pub(super) fn with_or_without_locks(open: impl Fn(bool) -> hdf5::Result<File>) -> hdf5::Result<File> {
    open(true).or_else(|error| {
        let message = error.to_string();
        if message.contains(NO_LOCK) && !message.contains(TAKEN) { open(false) } else { Err(error) }
    })
}

/// Requests locks, as far as the file system has them, or none.
#[cfg(hdf5_file_locking)]
pub(super) fn set_locks(list: &mut FileAccessBuilder, locks: bool) -> &mut FileAccessBuilder {
    list.file_locking(locks)
}

/// Older libraries use locks as configured when they were built.
#[cfg(not(hdf5_file_locking))]
pub(super) fn set_locks(list: &mut FileAccessBuilder, _locks: bool) -> &mut FileAccessBuilder {
    list
}

/// Opens a file for reading.
pub(super) fn open(path: &Path) -> hdf5::Result<File> {
    with_or_without_locks(|locks| File::with_options().with_fapl(|list| set_locks(list, locks)).open(path))
}
