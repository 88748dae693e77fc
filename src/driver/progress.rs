//! How far a stage is: a bar on a terminal, log lines elsewhere; rank 0 only.

use indicatif::{ProgressBar, ProgressStyle};
use std::io::IsTerminal;
use std::sync::Mutex;
use std::time::{Duration, Instant};

/// Seconds between two log lines of one stage.
const INTERVAL: Duration = Duration::from_secs(30);

/// The progress of one stage as rank 0 sees it: its own share of the tasks.
pub struct Progress {
    bar: Option<ProgressBar>,
    log: Option<Mutex<Log>>,
}

struct Log {
    stage: String,
    total: u64,
    done: u64,
    started: Instant,
    told: Instant,
}

impl Progress {
    /// Nothing is shown when `visible` is false (other ranks, `--quiet`).
    pub fn new(stage: &str, total: usize, visible: bool) -> Self {
        if !visible {
            return Self { bar: None, log: None };
        }
        if std::io::stderr().is_terminal() {
            let bar = ProgressBar::new(total as u64);
            if let Ok(style) = ProgressStyle::with_template("{prefix:12} {bar:40} {pos}/{len}  {elapsed}  {msg}") {
                bar.set_style(style);
            }
            bar.set_prefix(stage.to_owned());
            bar.enable_steady_tick(Duration::from_millis(200));
            return Self { bar: Some(bar), log: None };
        }
        let now = Instant::now();
        let log = Log { stage: stage.to_owned(), total: total as u64, done: 0, started: now, told: now };
        Self { bar: None, log: Some(Mutex::new(log)) }
    }

    /// `tasks` more are done.
    pub fn advance(&self, tasks: u64) {
        if let Some(bar) = &self.bar {
            bar.inc(tasks);
        }
        if let Some(log) = &self.log
            && let Ok(mut log) = log.lock()
        {
            log.done += tasks;
            if log.told.elapsed() >= INTERVAL {
                log.told = Instant::now();
                let seconds = log.started.elapsed().as_secs();
                log::info!("{}: {} of {} tasks here after {seconds} s", log.stage, log.done, log.total);
            }
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
