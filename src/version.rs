//! What the program was built from.

/// Its version, as `--version` and the files have it.
pub const NUMBER: &str = env!("CARGO_PKG_VERSION");

/// The commit, or "unknown".
pub const COMMIT: &str = env!("GLASSWELL_COMMIT");

/// The compiler's name and version.
pub const COMPILER: &str = env!("GLASSWELL_RUSTC");

/// The features that it was built with.
pub fn features() -> Vec<&'static str> {
    let all = [("mpi", cfg!(feature = "mpi")), ("static-hdf5", cfg!(feature = "static-hdf5"))];
    all.into_iter().filter(|(_, has)| *has).map(|(name, _)| name).collect()
}

/// Version and commit, where someone has to find this program again.
pub fn with_commit() -> String {
    format!("{NUMBER} (commit {COMMIT})")
}
