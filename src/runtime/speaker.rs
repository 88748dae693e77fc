//! Which process prints messages, and the final error message.

use super::messages;
use crate::error::{Error, Result};
use std::io::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};

/// Whether this process prints messages; every process does before its rank is known.
static FIRST_RANK: AtomicBool = AtomicBool::new(true);
static REPORTED: AtomicBool = AtomicBool::new(false);

/// Whether this process prints messages.
pub fn is_first_rank() -> bool {
    FIRST_RANK.load(Ordering::Relaxed)
}

/// Sets the rank of this process.
pub fn rank_is(rank: usize) {
    FIRST_RANK.store(rank == 0, Ordering::Relaxed);
}

/// Prints the error that ends the program, once.
pub fn report(error: &Error) {
    if is_first_rank() && !REPORTED.swap(true, Ordering::Relaxed) {
        let message = format!("glasswell: {error}");
        messages::note(&message);
        // in one piece: mpirun puts what other streams print between pieces; nothing can be done about a closed standard error
        let _ = std::io::stderr().lock().write_all(format!("{message}\n").as_bytes());
    }
}

/// Does the work of this process; a panic becomes an internal error, with its exit code and a request for a report. (With
/// several ranks a panic ends all of them: see [`crate::parallel::Ranks::start`].)
///
/// # Errors
/// Those of the work, and `Internal` for a panic.
pub fn guarded(work: impl FnOnce() -> Result<()>) -> Result<()> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
        let text = text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default();
        Err(Error::Internal(text))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_an_internal_error() {
        let errors = [
            guarded(|| panic!("of a text")),
            guarded(|| panic!("of {}", "words")),
            guarded(|| std::panic::panic_any(3)),
        ];
        for error in errors.map(|result| result.unwrap_err()) {
            assert_eq!(error.exit_code(), 70);
            assert!(error.to_string().contains("please report it"), "{error}");
        }
        assert!(guarded(|| Ok(())).is_ok());
    }
}
