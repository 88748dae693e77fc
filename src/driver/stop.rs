//! When to stop: the clock, or a signal.

use crate::error::{Error, Result};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// The wish of this rank to stop.
#[derive(Clone, Debug, Default)]
pub struct Stop {
    deadline: Option<Instant>,
    signal: Arc<AtomicBool>,
}

impl Stop {
    /// After `limit`, or on SIGTERM, SIGINT or SIGUSR1; a second signal ends the process at once.
    ///
    /// # Errors
    /// `Internal` when a signal cannot be caught.
    pub fn new(limit: Option<Duration>) -> Result<Self> {
        let stop = Self { deadline: limit.map(|limit| Instant::now() + limit), signal: Arc::default() };
        for signal in [signal_hook::consts::SIGTERM, signal_hook::consts::SIGINT, signal_hook::consts::SIGUSR1] {
            signal_hook::flag::register_conditional_default(signal, stop.signal.clone())
                .and_then(|_| signal_hook::flag::register(signal, stop.signal.clone()))
                .map_err(|error| Error::Internal(format!("signal {signal} cannot be caught: {error}")))?;
        }
        Ok(stop)
    }

    /// Whether this rank wants to stop.
    pub fn wanted(&self) -> bool {
        self.signal.load(Ordering::Relaxed) || self.deadline.is_some_and(|deadline| Instant::now() >= deadline)
    }

    /// What to tell when the ranks have stopped in a stage.
    pub fn told(stage: &str) -> Error {
        Error::Stopped(format!(
            "stopped by the clock or a signal in stage {stage} after a checkpoint: the same command goes on from there, on any \
             number of ranks"
        ))
    }
}
