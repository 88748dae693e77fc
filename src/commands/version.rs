//! `glasswell --version --verbose`.

use crate::files;
use crate::forces::lanes::Kernel;
use crate::parallel;
use crate::version::{COMMIT, COMPILER, NUMBER, features};

/// What a report of a fault should say of the program, a line each.
pub fn version() -> String {
    let features = match features()[..] {
        [] => "none".to_owned(),
        ref some => some.join(", "),
    };
    let mpi = parallel::library_version().unwrap_or_else(|| "none".to_owned());
    let (hdf5, kernel) = (files::library_version(), Kernel::best().name());
    format!(
        "glasswell {NUMBER}\ncommit: {COMMIT}\nfeatures: {features}\nMPI: {mpi}\nHDF5: {hdf5}\nSIMD kernel: {kernel}\n\
         compiler: {COMPILER}"
    )
}
