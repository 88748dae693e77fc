//! The files of a campaign: all HDF5, and its `unsafe`.
//!
//! [`layout`] is the one table of what is in them. [`StageFile`] writes one file, all ranks together: under a
//! temporary name first, then renamed, so that under the final name there is always a whole file. [`StageReader`] reads it,
//! each rank what it wants. [`Campaign`] is the directory, and [`Checkpoints`] is what
//! keeps the work of a stage until its file is there.
//!
//! The bytes of a data set do not depend on the number of ranks, nor on which rank holds which rows; what does depend on
//! clock, host or ranks goes to the group /timing.

mod access;
mod attributes;
mod beside;
mod campaign;
mod checkpoint;
mod checksum;
mod header;
pub mod layout;
mod names;
mod read;
mod rows;
mod seal;
mod speed;
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
pub use checksum::{fingerprint, verify};
pub use header::{Header, TaskCost, Timing};
pub use layout::Stage;
pub use names::name_of;
pub use read::{Number, StageReader};
pub use rows::{RowRange, Rows};
pub use speed::write_speed;
pub use transfer::Transfer;
pub use values::{Attribute, Values};
pub use write::StageFile;

/// The version of the HDF5 library.
pub fn library_version() -> String {
    let (major, minor, release) = hdf5::library_version();
    format!("{major}.{minor}.{release}")
}

/// Starts the ranks of a program that writes files: [`Ranks::start`] with the HDF5 library opened before it.
///
/// A library that is opened after MPI closes itself inside MPI_Finalize, and there it crashes (HDF5 1.10) when a file could
/// not be closed for want of space: the exit code and the message would be lost.
///
/// # Errors
/// As [`Ranks::start`].
pub fn start_ranks() -> Result<Ranks> {
    hdf5::sync::sync(|| ());
    Ranks::start()
}
