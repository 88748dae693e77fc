//! How files are opened: the library's locks are used where there are locks, and not needed where there are none.
//!
//! File systems without locks, often those of clusters, answer with different errors. The library knows one of them;
//! at any other it is asked again without locks. `HDF5_USE_FILE_LOCKING` outranks all this.

use std::path::Path;

use hdf5::File;
use hdf5::plist::file_access::FileAccessBuilder;

/// What the library says when it gets no lock; 11 means that there are locks, and another process has this one.
const NO_LOCK: &str = "unable to lock file, errno = ";
const TAKEN: &str = "unable to lock file, errno = 11,";

/// What `open` does with locks; without, when there are none.
pub(super) fn with_or_without_locks(open: impl Fn(bool) -> hdf5::Result<File>) -> hdf5::Result<File> {
    open(true).or_else(|error| {
        let message = error.to_string();
        if message.contains(NO_LOCK) && !message.contains(TAKEN) { open(false) } else { Err(error) }
    })
}

/// Asks for locks, as far as the file system has them, or for none.
#[cfg(hdf5_file_locking)]
pub(super) fn set_locks(list: &mut FileAccessBuilder, locks: bool) -> &mut FileAccessBuilder {
    list.file_locking(locks)
}

/// Older libraries take the locks that they were built to take.
#[cfg(not(hdf5_file_locking))]
pub(super) fn set_locks(list: &mut FileAccessBuilder, _locks: bool) -> &mut FileAccessBuilder {
    list
}

/// Opens a file for reading.
pub(super) fn open(path: &Path) -> hdf5::Result<File> {
    with_or_without_locks(|locks| File::with_options().with_fapl(|list| set_locks(list, locks)).open(path))
}
