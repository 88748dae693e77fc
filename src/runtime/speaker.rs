//! Which process prints messages, and the final error message.

use crate::error::Error;
use std::sync::atomic::{AtomicBool, Ordering};

/// Whether this process prints messages; every process does before its rank is known.
static FIRST_RANK: AtomicBool = AtomicBool::new(true);
static REPORTED: AtomicBool = AtomicBool::new(false);

/// Whether this process prints messages.
pub fn is_first_rank() -> bool {
    FIRST_RANK.load(Ordering::Relaxed)
}

/// Whether an MPI launcher (Open MPI, MPICH) has started this process with a rank other than 0: commands that run on
/// one rank do nothing there.
pub fn is_a_further_rank() -> bool {
    let ranks = ["OMPI_COMM_WORLD_RANK", "PMI_RANK"].into_iter().filter_map(|name| std::env::var(name).ok());
    ranks.into_iter().any(|rank| rank != "0")
}

/// Sets the rank of this process.
pub fn rank_is(rank: usize) {
    FIRST_RANK.store(rank == 0, Ordering::Relaxed);
}

/// Prints the error that ends the program, once.
pub fn report(error: &Error) {
    if is_first_rank() && !REPORTED.swap(true, Ordering::Relaxed) {
        eprintln!("glasswell: {error}");
    }
}

/// Starts the log of this process: nothing unless it prints messages, only warnings with --quiet.
pub fn start_log(speaks: bool, quiet: bool) {
    let level = match (speaks, quiet) {
        (false, _) => log::LevelFilter::Off,
        (true, true) => log::LevelFilter::Warn,
        (true, false) => log::LevelFilter::Info,
    };
    // a second initialisation in one process (tests) is harmless
    let _ = env_logger::Builder::new()
        .filter_module("glasswell", level)
        .format_target(false)
        .format_timestamp_secs()
        .try_init();
}
