//! One error type for the whole program. Every message names the offending value and the remedy; every variant has an
//! exit code on which users' scripts may rely.

use std::path::{Path, PathBuf};

/// The kinds of errors, by who can fix them.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Bad usage of the command line (exit code 2).
    #[error("{0}")]
    Usage(String),
    /// A deck that cannot be run (exit code 2). `message` holds line, key, value and remedy.
    #[error("{}: {message}", file.display())]
    Deck { file: PathBuf, message: String },
    /// An input file that cannot be used: configuration, profile, vector (exit code 3).
    #[error("{}: {message}", file.display())]
    Input { file: PathBuf, message: String },
    /// The campaign's directory or a file in it cannot be used or written (exit code 3).
    #[error("{}: {message}", file.display())]
    Storage { file: PathBuf, message: String },
    /// A numerical failure that leaves no usable result (exit code 5).
    #[error("{0}")]
    Numerical(String),
    /// Stopped by the time limit or a signal, with everything saved (exit code 4).
    #[error("{0}")]
    Stopped(String),
    /// A bug in the program (exit code 70).
    #[error("internal error: {0}; please report it with the deck")]
    Internal(String),
}

/// The result of every function that can fail.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// Exit code of the process; docs/running.md lists them.
    pub fn exit_code(&self) -> i32 {
        match self {
            Error::Usage(_) | Error::Deck { .. } => 2,
            Error::Input { .. } | Error::Storage { .. } => 3,
            Error::Stopped(_) => 4,
            Error::Numerical(_) => 5,
            Error::Internal(_) => 70,
        }
    }

    /// An error for an unusable input file.
    pub fn input(file: &Path, message: impl Into<String>) -> Self {
        Error::Input { file: file.to_path_buf(), message: message.into() }
    }

    /// An error for an unusable campaign directory or output file.
    pub fn storage(file: &Path, message: impl Into<String>) -> Self {
        Error::Storage { file: file.to_path_buf(), message: message.into() }
    }
}
