//! When to stop: the clock, or a signal.

use crate::error::{Error, Result};
use signal_hook::consts::{SIGINT, SIGTERM, SIGUSR1};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// The requests of signals, caught from the first moment on: what comes while MPI starts is not lost.
#[derive(Clone, Debug, Default)]
pub struct Signals(Arc<AtomicBool>);

impl Signals {
    /// SIGTERM, SIGINT and SIGUSR1 ask for a stop, any number of times: launchers and schedulers send a rank the same request
    /// more than once. A SIGINT after any of them ends the process at once.
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

/// The wish of this rank to stop.
#[derive(Clone, Debug, Default)]
pub struct Stop {
    deadline: Option<Instant>,
    signals: Signals,
}

impl Stop {
    /// After `limit` from now, or when a signal asks for it.
    pub fn new(limit: Option<Duration>, signals: Signals) -> Self {
        Self { deadline: limit.map(|limit| Instant::now() + limit), signals }
    }

    /// Whether this rank wants to stop.
    pub fn wanted(&self) -> bool {
        self.signals.0.load(Ordering::Relaxed) || self.deadline.is_some_and(|deadline| Instant::now() >= deadline)
    }

    /// What to tell when the ranks have stopped in a stage.
    pub fn error(stage: &str) -> Error {
        Error::Stopped(format!(
            "stopped by the time limit or a signal in stage {stage} after a checkpoint: repeat the same command to \
             resume, on any number of ranks"
        ))
    }
}
