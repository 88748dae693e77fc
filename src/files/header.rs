//! The header of every file.

use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};

use super::checkpoint::TaskKey;
use crate::stage::Stage;

/// The root attribute of [`Header::algorithm`].
pub(super) const ALGORITHM: &str = "algorithm";

/// The root attributes of a stage's file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// Version of the layout; [`super::layout::VERSION`] in files that this program writes.
    pub layout: i64,
    /// Algorithm of the stage of the program that wrote it ([`super::StageRecords::algorithm`]); 1 in a file without it.
    pub algorithm: u32,
    /// Version of the program that wrote it.
    pub version: String,
    pub stage: Stage,
    /// Text of the deck.
    pub deck: String,
    pub deck_hash: String,
    /// The keys and values of the deck that this file depends on, in the form that the caller compares.
    pub deck_keys: String,
    pub seed: u64,
    /// Whether the stage did everything the deck requests.
    pub complete: bool,
}

impl Header {
    /// The header of a file written by this program.
    pub fn new((stage, algorithm): (Stage, u32), deck: &str, deck_hash: &str, deck_keys: &str, seed: u64) -> Self {
        Header {
            layout: super::layout::VERSION,
            algorithm,
            version: crate::version::NUMBER.into(),
            stage,
            deck: deck.into(),
            deck_hash: deck_hash.into(),
            deck_keys: deck_keys.into(),
            seed,
            complete: false,
        }
    }
}

/// What this rank contributes to the group /timing.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Timing {
    /// Threads of this rank.
    pub threads: u32,
    /// Seconds this rank has been idle.
    pub idle: f64,
    /// Seconds spent by this rank, by name; all ranks give the same names in the same order.
    pub costs: Vec<(String, f64)>,
    /// Tasks that ended on this rank.
    pub tasks: Vec<TaskCost>,
}

/// The cost of a task.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct TaskCost {
    pub key: TaskKey,
    pub seconds: f64,
}

/// The present time, as ISO 8601 in UTC, to the second.
pub(super) fn now() -> String {
    let seconds = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |age| age.as_secs());
    humantime::format_rfc3339_seconds(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)).to_string()
}
