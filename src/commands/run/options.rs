//! What the user asks of `run`.

use std::path::PathBuf;

/// What `run` was asked for beside the deck.
#[derive(Clone, Debug, Default)]
pub struct RunOptions {
    pub output: Option<PathBuf>,
    pub until: Option<String>,
    pub redo: Option<String>,
    pub threads: Option<usize>,
    /// "23 h 50 min": stop after this time.
    pub time_limit: Option<String>,
    pub quiet: bool,
}
