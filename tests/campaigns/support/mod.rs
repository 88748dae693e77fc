//! Shared by the tests of this folder: starting the program and ranks, campaigns with their decks, running processes.

mod campaign;
mod launch;
pub mod ranks;
mod running;

pub use campaign::{Campaign, FILES, text};
pub use launch::{alone, both, glasswell, program, ranks_of_glasswell};
pub use running::{Ended, Running, is_there, wait_until};

/// The numbers of ranks for an interruption: the program alone, and under mpirun where there is one.
pub fn rank_counts() -> &'static [usize] {
    if cfg!(feature = "mpi") { &[1, 2] } else { &[1] }
}

/// As many ranks as wanted, one where the build knows no others.
pub fn ranks_or_one(ranks: usize) -> usize {
    if cfg!(feature = "mpi") { ranks } else { 1 }
}
