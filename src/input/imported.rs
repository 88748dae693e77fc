//! Where a configuration to import stands.

use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// A configuration to import: its file, and its number in the file, from 0.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Imported {
    pub file: PathBuf,
    pub number: usize,
}
