//! How far a stage is: a bar on a terminal, log lines elsewhere, and the file for `glasswell status`; rank 0 only.

use super::live::{Live, Teller};
use crate::parallel::Ranks;
use indicatif::{ProgressBar, ProgressStyle};
use std::io::IsTerminal;
use std::path::Path;
use std::time::{Duration, Instant};

/// Seconds between two log lines of one stage.
const INTERVAL: Duration = Duration::from_secs(30);

/// The progress of one stage, or of one round of it, over all ranks.
pub struct Progress {
    teller: Option<Teller>,
    bar: Option<ProgressBar>,
    log: Option<Log>,
}

struct Log {
    stage: String,
    started: Instant,
    told: Instant,
}

impl Progress {
    /// Nothing is shown, but all is told to the file, unless it is `visible`.
    pub fn new(ranks: &Ranks, directory: &Path, visible: bool, stage: &str, total: usize) -> Self {
        let mut progress = Self { teller: None, bar: None, log: None };
        if ranks.rank() != 0 {
            return progress;
        }
        progress.teller = Some(Teller::new(directory, stage, total as u64, ranks.size()));
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
            progress.log = Some(Log { stage: stage.to_owned(), started: now, told: now });
        }
        progress
    }

    /// Tells how things are; `change` fills in what is told.
    pub fn tell(&mut self, change: impl FnOnce(&mut Live)) {
        let Some(teller) = &mut self.teller else { return };
        let mut told = (0, 0);
        teller.tell(|live| {
            change(live);
            told = (live.done, live.tasks);
        });
        if let Some(bar) = &self.bar {
            bar.set_position(told.0);
        }
        if let Some(log) = &mut self.log
            && log.told.elapsed() >= INTERVAL
        {
            log.told = Instant::now();
            let seconds = log.started.elapsed().as_secs();
            log::info!("{}: {} of {} tasks after {seconds} s", log.stage, told.0, told.1);
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
