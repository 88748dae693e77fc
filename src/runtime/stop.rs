//! Stopping at the time limit or on a signal.

use crate::error::{Error, Result};
use signal_hook::consts::{SIGINT, SIGTERM, SIGUSR1};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// Requests by signals, caught from the start: a signal that arrives while MPI starts is not lost.
#[derive(Clone, Debug, Default)]
pub struct Signals(Arc<AtomicBool>);

impl Signals {
    /// SIGTERM, SIGINT and SIGUSR1 request a stop, any number of times: launchers and schedulers send the same signal
    /// more than once. A SIGINT after any other signal ends the process at once.
    ///
    /// # Errors
    /// `Internal` when a signal cannot be caught.
    pub fn catch() -> Result<Self> {
        let asked: Arc<AtomicBool> = Arc::default();
        let caught = signal_hook::flag::register_conditional_default(SIGINT, asked.clone()).and_then(|_| {
            [SIGINT, SIGTERM, SIGUSR1]
                .into_iter()
                .try_for_each(|signal| signal_hook::flag::register(signal, asked.clone()).map(|_| ()))
        });
        caught.map_err(|error| Error::Internal(format!("signals cannot be caught: {error}")))?;
        Ok(Self(asked))
    }
}

/// Whether this rank is to stop.
#[derive(Clone, Debug, Default)]
pub struct Stop {
    deadline: Option<Instant>,
    signals: Signals,
}

impl Stop {
    /// Stops after `limit` from now, or on a signal.
    pub fn new(limit: Option<Duration>, signals: Signals) -> Self {
        Self { deadline: limit.map(|limit| Instant::now() + limit), signals }
    }

    /// Whether this rank is to stop.
    pub fn wanted(&self) -> bool {
        self.signals.0.load(Ordering::Relaxed) || self.deadline.is_some_and(|deadline| Instant::now() >= deadline)
    }

    /// The error when the ranks have stopped in a stage.
    pub fn error(stage: &str) -> Error {
        Error::Stopped(format!(
            "stopped by the time limit or a signal in stage {stage} after a checkpoint: repeat the same command to \
             resume, on any number of ranks"
        ))
    }
}
