//! The files of a campaign: all HDF5, and its `unsafe`.
//!
//! [`layout`] is the one table of what is in them. [`StageFile`] writes one file, all ranks together: under a
//! temporary name first, then renamed, so that under the final name there is always a whole file. [`StageReader`] reads it,
//! each rank what it wants. [`Campaign`] is the directory.
//!
//! The bytes of a data set do not depend on the number of ranks, nor on which rank holds which rows; what does depend on
//! clock, host or ranks goes to the group /timing.

mod campaign;
mod header;
pub mod layout;
mod names;
mod read;
mod rows;
mod transfer;
mod values;
mod write;

pub use campaign::{Campaign, StageState};
pub use header::{Header, Timing};
pub use layout::Stage;
pub use names::name_of;
pub use read::{Number, StageReader};
pub use rows::{RowRange, Rows};
pub use transfer::Transfer;
pub use values::{Attribute, Values};
pub use write::StageFile;
