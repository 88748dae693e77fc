//! The options of `run`.

use crate::runtime::Loudness;
use std::path::PathBuf;

/// The options of `run`.
#[derive(Clone, Debug, Default)]
pub struct RunOptions {
    pub output: Option<PathBuf>,
    pub until: Option<String>,
    pub redo: Option<String>,
    pub threads: Option<usize>,
    /// Stop after this time, e.g. "23 h 50 min".
    pub time_limit: Option<String>,
    pub loudness: Loudness,
}
