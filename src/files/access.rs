//! How files are opened: the library's locks are used where there are locks, and not needed where there are none.

use std::path::Path;

use hdf5::plist::file_access::FileAccessBuilder;

/// File systems without locks (often those of clusters) are no reason to fail; `HDF5_USE_FILE_LOCKING` outranks this.
pub(super) fn without_need_of_locks(list: &mut FileAccessBuilder) -> &mut FileAccessBuilder {
    #[cfg(hdf5_file_locking)]
    list.file_locking(true);
    list
}

/// Opens a file for reading.
pub(super) fn open(path: &Path) -> hdf5::Result<hdf5::File> {
    hdf5::File::with_options().with_fapl(without_need_of_locks).open(path)
}
