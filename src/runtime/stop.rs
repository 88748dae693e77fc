//! Stopping at the time limit or on a signal.

use super::speaker::is_first_rank;
use crate::error::{Error, Result};
use signal_hook::consts::{SIGINT, SIGTERM, SIGUSR1};
use signal_hook::iterator;
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
        caught
            .and_then(|()| acknowledge())
            .map_err(|error| Error::Internal(format!("signals cannot be caught: {error}")))?;
        Ok(Self(asked))
    }
}

/// Says at once that a signal has arrived, from a thread of its own: the ranks may be busy for some time.
fn acknowledge() -> std::io::Result<()> {
    let mut arriving = iterator::Signals::new([SIGINT, SIGTERM, SIGUSR1])?;
    let tell = move || {
        let Some(signal) = arriving.forever().next() else { return };
        let name = signal_hook::low_level::signal_name(signal).unwrap_or("a signal");
        if is_first_rank() {
            let again = if signal == SIGINT { "; a second one ends the program at once" } else { "" };
            log::warn!("{name}: stops after the present piece of work and a checkpoint{again}");
        }
    };
    std::thread::Builder::new().name("signals".to_owned()).spawn(tell).map(|_| ())
}

/// Whether this rank is to stop.
#[derive(Clone, Debug, Default)]
pub struct Stop {
    deadline: Option<Instant>,
    signals: Signals,
}

impl Stop {
    /// Stops after `limit` from now, or on a signal. A limit beyond what a clock can show is none.
    pub fn new(limit: Option<Duration>, signals: Signals) -> Self {
        Self { deadline: limit.and_then(|limit| Instant::now().checked_add(limit)), signals }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_beyond_all_clocks_is_none() {
        for limit in [Duration::MAX, Duration::from_secs(580_000_000_000 * 31_557_600), Duration::from_secs(3600)] {
            assert!(!Stop::new(Some(limit), Signals::default()).wanted());
        }
        assert!(Stop::new(Some(Duration::ZERO), Signals::default()).wanted());
    }
}
