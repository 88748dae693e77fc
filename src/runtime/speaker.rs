//! Which process speaks, and what it says at its end.

use crate::error::Error;
use std::sync::atomic::{AtomicBool, Ordering};

/// Whether this process is the one that speaks; before the ranks are known each does.
static FIRST_RANK: AtomicBool = AtomicBool::new(true);
static REPORTED: AtomicBool = AtomicBool::new(false);

/// Whether this process is the one that speaks.
pub fn is_first_rank() -> bool {
    FIRST_RANK.load(Ordering::Relaxed)
}

/// Whether a launcher of MPI (Open MPI, MPICH) has started this process as another rank than 0: the commands of one rank leave
/// their work, and what they print, to that one.
pub fn is_a_further_rank() -> bool {
    let ranks = ["OMPI_COMM_WORLD_RANK", "PMI_RANK"].into_iter().filter_map(|name| std::env::var(name).ok());
    ranks.into_iter().any(|rank| rank != "0")
}

/// The ranks are known.
pub fn rank_is(rank: usize) {
    FIRST_RANK.store(rank == 0, Ordering::Relaxed);
}

/// Tells the error that ends the program, once.
pub fn report(error: &Error) {
    if is_first_rank() && !REPORTED.swap(true, Ordering::Relaxed) {
        eprintln!("glasswell: {error}");
    }
}

/// Log lines of this process: none unless it speaks, warnings alone when it is quiet.
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
