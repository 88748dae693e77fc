//! One run at a time in a campaign's directory.

use crate::error::{Error, Result};
use std::fs::{File, TryLockError};
use std::io::{ErrorKind, Write};
use std::path::Path;
use std::time::{Duration, Instant};

/// Name of the file in a campaign's directory.
pub const NAME: &str = ".lock";
/// The ranks of a killed run may take a moment to end.
const PATIENCE: Duration = Duration::from_secs(10);

/// Holds the lock of a directory until it is dropped or the process ends.
pub struct DirectoryLock(Option<File>);

/// Whether a run is using a directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Occupied {
    Yes,
    No,
    /// The file system has no locks.
    Unknown,
}

impl DirectoryLock {
    /// Takes the lock of the directory for this process. If the file system has no locks, a warning is logged instead.
    ///
    /// # Errors
    /// `Storage` when another process keeps using the directory, or it cannot be written to.
    pub fn take(directory: &Path) -> Result<Self> {
        let path = directory.join(NAME);
        let unwritable = |error: std::io::Error| {
            Error::storage(
                &path,
                format!("cannot be written: {error}; get permission to write there, or choose another --output"),
            )
        };
        let mut file = File::options().create(true).truncate(false).write(true).open(&path).map_err(unwritable)?;
        let start = Instant::now();
        let owner = || std::fs::read_to_string(&path).unwrap_or_default().trim().to_owned();
        let mut waits = false;
        loop {
            match file.try_lock() {
                Ok(()) => break,
                Err(TryLockError::WouldBlock) if start.elapsed() < PATIENCE => {
                    if !std::mem::replace(&mut waits, true) {
                        log::warn!(
                            "{}: another run is using this directory ({}); waits up to {} s for its end",
                            directory.display(),
                            owner(),
                            PATIENCE.as_secs()
                        );
                    }
                    std::thread::sleep(Duration::from_millis(50));
                }
                Err(TryLockError::WouldBlock) => {
                    let message = format!("another run is using this directory ({}); wait for it or stop it", owner());
                    return Err(Error::storage(directory, message));
                }
                Err(TryLockError::Error(error)) => {
                    log::warn!(
                        "{}: the file system has no locks ({error}); make sure that only one run uses the \
                                directory",
                        directory.display()
                    );
                    return Ok(Self(None));
                }
            }
        }
        let host = hostname::get().map_or_else(|_| "unknown".into(), |name| name.to_string_lossy().into_owned());
        // the owner is recorded only for messages
        let _ = file.set_len(0).and_then(|()| writeln!(file, "process {} on {host}", std::process::id()));
        Ok(Self(Some(file)))
    }

    /// Whether a run is using the directory now.
    pub fn look(directory: &Path) -> Occupied {
        let Ok(file) = File::open(directory.join(NAME)) else { return Occupied::No };
        match file.try_lock_shared() {
            Ok(()) => Occupied::No,
            Err(TryLockError::WouldBlock) => Occupied::Yes,
            Err(TryLockError::Error(error)) if error.kind() == ErrorKind::NotFound => Occupied::No,
            Err(TryLockError::Error(_)) => Occupied::Unknown,
        }
    }
}

impl Drop for DirectoryLock {
    fn drop(&mut self) {
        if let Some(file) = &self.0 {
            // the end of the process would release it, too
            let _ = file.unlock();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_is_held_by_one() {
        let directory = tempfile::tempdir().unwrap();
        assert_eq!(DirectoryLock::look(directory.path()), Occupied::No);
        let held = DirectoryLock::take(directory.path()).unwrap();
        assert_eq!(DirectoryLock::look(directory.path()), Occupied::Yes);
        let start = Instant::now();
        let Err(error) = DirectoryLock::take(directory.path()) else { panic!("taken twice") };
        assert!(start.elapsed() >= PATIENCE);
        assert!(error.to_string().contains(&format!("process {}", std::process::id())), "{error}");
        assert_eq!(error.exit_code(), 3);
        drop(held);
        assert_eq!(DirectoryLock::look(directory.path()), Occupied::No);
        DirectoryLock::take(directory.path()).unwrap();
    }
}
