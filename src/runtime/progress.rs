//! Progress of a stage: a bar on a terminal, otherwise log lines, and the file for `glasswell status`; on rank 0 only.

use super::live::{Live, Reporter};
use crate::parallel::Ranks;
use indicatif::{ProgressBar, ProgressStyle};
use std::io::IsTerminal;
use std::path::Path;
use std::time::{Duration, Instant};

/// Seconds between two log lines of one stage.
const INTERVAL: Duration = Duration::from_secs(30);

/// The progress of one stage, or of one of its rounds, over all ranks.
pub struct Progress {
    reporter: Option<Reporter>,
    bar: Option<ProgressBar>,
    log: Option<Log>,
}

struct Log {
    stage: String,
    started: Instant,
    written: Instant,
}

impl Progress {
    /// Only a `visible` progress is shown; the file is written in any case.
    pub fn new(ranks: &Ranks, directory: &Path, visible: bool, stage: &str, total: usize) -> Self {
        let mut progress = Self { reporter: None, bar: None, log: None };
        if ranks.rank() != 0 {
            return progress;
        }
        progress.reporter = Some(Reporter::new(directory, stage, total as u64, ranks.size()));
        if !visible {
            return progress;
        }
        if std::io::stderr().is_terminal() {
            let bar = ProgressBar::new(total as u64);
            if let Ok(style) = ProgressStyle::with_template("{prefix:12} {bar:40} {pos}/{len}  {elapsed}  {msg}") {
                bar.set_style(style);
            }
            bar.set_prefix(stage.to_owned());
            bar.enable_steady_tick(Duration::from_millis(200));
            progress.bar = Some(bar);
        } else {
            let now = Instant::now();
            progress.log = Some(Log { stage: stage.to_owned(), started: now, written: now });
        }
        progress
    }

    /// Reports the progress; `change` sets the values.
    pub fn report(&mut self, change: impl FnOnce(&mut Live)) {
        let Some(reporter) = &mut self.reporter else { return };
        let mut done_of = (0, 0);
        reporter.report(|live| {
            change(live);
            done_of = (live.done, live.tasks);
        });
        if let Some(bar) = &self.bar {
            bar.set_position(done_of.0);
        }
        if let Some(log) = &mut self.log
            && log.written.elapsed() >= INTERVAL
        {
            log.written = Instant::now();
            let seconds = log.started.elapsed().as_secs();
            log::info!("{}: {} of {} tasks after {seconds} s", log.stage, done_of.0, done_of.1);
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
