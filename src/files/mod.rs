//! The files of a campaign: all HDF5, and its `unsafe`.
//!
//! [`layout`] is the one table of their contents; [`columns`] are the parts that records fill. [`StageFile`] writes one
//! file, all ranks together: first under a temporary name, then renamed, so that there is always a complete file under
//! the final name. [`StageReader`] reads it, each rank the rows it needs. [`Campaign`] is the directory, and
//! [`Checkpoints`] keeps the work of a stage until its file is complete.
//!
//! The bytes of a data set do not depend on the number of ranks, nor on which rank holds which rows; everything that
//! depends on clock, host or ranks goes to the group /timing.
//!
//! ```no_run
//! use glasswell::{files::StageReader, stage::Stage};
//! let paths = StageReader::open("quickstart.out".as_ref(), Stage::Connect)?;
//! let barriers: Vec<f64> = paths.read("/double_wells/barrier")?;
//! # Ok::<(), glasswell::error::Error>(())
//! ```

mod access;
mod attributes;
mod beside;
mod campaign;
mod checkpoint;
mod checksum;
pub mod columns;
mod glass_rows;
mod h5md;
mod header;
mod kept;
mod keys;
pub mod layout;
mod names;
mod portions;
mod read;
mod read_back;
mod rows;
mod seal;
mod speed;
mod table_file;
mod transfer;
mod values;
mod write;

use crate::error::Result;
use crate::parallel::Ranks;

pub use beside::seen_by_all;
pub use campaign::{Campaign, StageState, remove};
pub(crate) use checkpoint::persisted;
pub use checkpoint::{
    CheckpointHeader, CheckpointRecord, Checkpoints, Persisted, PersistedType, Program, Record, Shape, SharedRecords,
    StageRecords, TaskKey,
};
pub use checksum::{fingerprint, matches_checksum, verify};
pub use glass_rows::GlassRows;
pub use h5md::{Trajectory, write_h5md};
pub use header::{Header, TaskCost, Timing};
pub use kept::Row;
pub use keys::Keys;
pub use names::name_of;
pub use portions::PORTION_BYTES;
pub use read::{Number, StageReader};
pub use rows::{RowRange, Rows};
pub use speed::write_speed;
pub use table_file::TableFile;
pub use transfer::Transfer;
pub use values::{Attribute, Values};
pub use write::StageFile;

/// The version of the HDF5 library.
pub fn library_version() -> String {
    let (major, minor, release) = hdf5::library_version();
    format!("{major}.{minor}.{release}")
}

/// Starts the ranks of a program that writes files: [`Ranks::start`], after the HDF5 library has been opened.
///
/// If it is opened after MPI, the library closes itself inside MPI_Finalize and crashes there (HDF5 1.10) when a file
/// could not be closed for lack of space: the exit code and the message would be lost.
///
/// # Errors
/// As [`Ranks::start`].
pub fn start_ranks() -> Result<Ranks> {
    hdf5::sync::sync(|| ());
    Ranks::start()
}
