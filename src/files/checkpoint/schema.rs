//! What the checkpoints of a stage hold, so that no record is read as something that it is not.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_64;

use super::shape::Shape;
use crate::error::{Error, Result};
use crate::stage::Stage;

/// A state or a result that checkpoints of a stage hold. `persisted!` implements it.
pub trait Persisted: Serialize + DeserializeOwned {
    const STAGE: Stage;
}

/// What a record is: a state or a result, and the seconds that it has taken.
pub type Record<T> = (T, f64);

/// To be raised by one when a part that several stages share takes other steps: minimisers, recognition of minima, force sums.
const SHARED_ALGORITHM: u32 = 1;

/// A persisted type.
#[derive(Clone, Copy, Debug)]
pub struct PersistedType {
    name: &'static str,
    shape: fn() -> std::result::Result<Shape, String>,
}

impl PersistedType {
    pub const fn of<T: Persisted>(name: &'static str) -> Self {
        Self { name, shape: Shape::of::<Record<T>> }
    }
}

/// What the checkpoints of a stage hold, and how its tasks make it.
#[derive(Clone, Copy, Debug)]
pub struct StageRecords {
    pub stage: Stage,
    /// To be raised by one when an unfinished task of the program before would not end as a task of this one does although
    /// all types are the same: the steps of the stage have changed, or the meaning of a field, or the numbers of its tasks.
    pub algorithm: u32,
    pub types: &'static [PersistedType],
}

/// `RECORDS` of a stage: its algorithm ([`StageRecords::algorithm`]), its states and its results.
macro_rules! persisted {
    ($stage:ident, algorithm $algorithm:literal: $($type:ty),+) => {
        /// What the checkpoints of the stage hold.
        pub static RECORDS: $crate::files::StageRecords = $crate::files::StageRecords {
            stage: $crate::stage::Stage::$stage,
            algorithm: $algorithm,
            types: &[$($crate::files::PersistedType::of::<$type>(stringify!($type))),+],
        };
        $(impl $crate::files::Persisted for $type {
            const STAGE: $crate::stage::Stage = $crate::stage::Stage::$stage;
        })+
    };
}
pub(crate) use persisted;

/// What of a program decides whether it can go on with a checkpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Program {
    /// Hash of the shapes of all states and results of the stage.
    pub schema: u64,
    /// [`StageRecords::algorithm`], and in thousands that of the shared parts.
    pub algorithm: u32,
}

impl StageRecords {
    /// The shapes of all types, a line for every field.
    ///
    /// # Errors
    /// `Internal` when a type has none.
    pub fn description(&self) -> Result<String> {
        let mut all = String::new();
        for kept in self.types {
            let failed = |why| Error::Internal(format!("{} cannot be kept in a checkpoint: {why}", kept.name));
            // without the name in the source, whose text depends on the compiler
            all.push_str(&format!("{}\n", (kept.shape)().map_err(failed)?));
        }
        Ok(all)
    }

    /// This program's.
    ///
    /// # Errors
    /// As [`StageRecords::description`].
    pub fn program(&self) -> Result<Program> {
        Ok(Program {
            schema: xxh3_64(self.description()?.as_bytes()),
            algorithm: 1000 * SHARED_ALGORITHM + self.algorithm,
        })
    }
}

impl Program {
    /// How the stage of this program, which has written a checkpoint, differs from that of `other`, which reads it; `None`
    /// when `other` can go on with it.
    pub(super) fn differs(&self, other: &Program) -> Option<String> {
        let mut differences = Vec::new();
        if self.schema != other.schema {
            differences.push(format!("keeps other data (schema {:016x}, here {:016x})", self.schema, other.schema));
        }
        if self.algorithm != other.algorithm {
            differences.push(format!("takes other steps (algorithm {}, here {})", self.algorithm, other.algorithm));
        }
        (!differences.is_empty()).then(|| differences.join(" and "))
    }
}
