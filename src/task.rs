//! What a resumable piece of work is: a glass to prepare, a run to explore, a pair to connect.

use crate::error::Result;

/// Whether a task wants to be called again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    Pending,
    Done,
}

/// A state machine that is advanced in short slices; between two calls its state is a plain record.
///
/// The slice length never changes a result: a task cut after every step equals the task run in one go, bit for bit.
pub trait Task {
    /// The plain record that, given to the task's `resume`, continues it.
    type State: Clone + serde::Serialize + serde::de::DeserializeOwned;

    /// Works for about `force_calls` evaluations of one configuration (at least one step).
    ///
    /// # Errors
    /// A numerical failure that leaves no usable result.
    fn advance(&mut self, force_calls: u64) -> Result<Progress>;

    /// The state as it stands between two slices.
    fn state(&self) -> Self::State;

    /// Fraction of the work that is done, for progress bars, in [0, 1].
    fn fraction(&self) -> f64;
}
