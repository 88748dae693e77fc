//! The records of a checkpoint, and its header.

use super::schema::Program;
use crate::stage::Stage;
use serde::{Deserialize, Serialize};

/// What a checkpoint belongs to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckpointHeader {
    pub stage: Stage,
    pub program: Program,
    /// The keys and values of the deck that the stage depends on, in the form that the caller compares.
    pub deck_keys: String,
    pub seed: u64,
    /// [`crate::files::fingerprint`] of the file whose contents the tasks depend on; 0 if they depend only on the deck.
    pub built_on: u64,
}

/// The name of a task within its stage; tasks are numbered within a round.
#[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct TaskKey {
    pub round: u32,
    pub task: u64,
}

impl std::fmt::Display for TaskKey {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.round {
            0 => write!(to, "task {}", self.task),
            round => write!(to, "task {} of round {round}", self.task),
        }
    }
}

/// The result or the state of a task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckpointRecord {
    pub key: TaskKey,
    pub bytes: Vec<u8>,
}

impl AsRef<[u8]> for CheckpointRecord {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}
