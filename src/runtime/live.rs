//! Progress of a running campaign: a small file that rank 0 updates, read by `glasswell status`.

use super::lock::{DirectoryLock, NAME as LOCK_NAME, Occupied};
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Name of the file in a campaign's directory.
const NAME: &str = "progress.json";
/// Time between two updates.
const INTERVAL: Duration = Duration::from_secs(2);

/// An end further away than a century is no forecast [s].
const FARTHEST_END: f64 = 3e9;
/// The last date that can be written, in the year 9999.
const LAST_DATE: Duration = Duration::from_secs(253_402_300_799);

/// A running stage; times in seconds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Live {
    pub stage: String,
    /// Round of the stage: in connect, the pairs of split paths form further rounds.
    pub round: u32,
    pub tasks: u64,
    pub done: u64,
    /// Tasks that have been started, including finished ones.
    pub begun: u64,
    /// Tasks that were finished when this process started the stage.
    pub done_before: u64,
    /// Fraction of the work that is done, estimated from rank 0's own tasks in progress.
    pub fraction: f64,
    pub ranks: u64,
    /// Time since this process started the stage.
    pub seconds: f64,
    /// Since 1970: when this was written, and the last checkpoint (null: none yet).
    pub updated: f64,
    pub checkpoint: Option<f64>,
    /// Whether the run was asked to stop, and has written its checkpoint.
    #[serde(default)]
    pub stopped: bool,
}

impl Live {
    /// Seconds until the tasks of this round are finished, at the mean rate of this process.
    pub fn expected(&self) -> Option<f64> {
        self.expected_after(self.seconds)
    }

    /// The same, when the stage was started `seconds` ago.
    pub fn expected_after(&self, seconds: f64) -> Option<f64> {
        let gained = self.fraction - self.done_before as f64 / self.tasks.max(1) as f64;
        (gained > 0.0 && seconds > 0.0).then(|| (1.0 - self.fraction) * seconds / gained)
    }

    /// The end of a stop: (tasks done, tasks in progress, their work in whole tasks), and when the checkpoint was written.
    pub fn stop(&mut self, (done, running, work): (u64, u64, f64), checkpoint: Option<f64>) {
        (self.done, self.begun) = (done, done + running);
        self.fraction = (done as f64 + work) / self.tasks.max(1) as f64;
        (self.stopped, self.checkpoint) = (true, checkpoint);
    }

    /// The last version on disk.
    pub fn read(directory: &Path) -> Option<Self> {
        serde_json::from_slice(&std::fs::read(directory.join(NAME)).ok()?).ok()
    }

    /// Lines for `glasswell status`.
    pub fn lines(&self, occupied: Occupied) -> Vec<String> {
        let since = |time: f64| Duration::try_from_secs_f64((now() - time).max(0.0)).unwrap_or_default();
        let age = since(self.updated);
        let ago = |age: Duration| humantime::format_duration(Duration::from_secs(age.as_secs())).to_string();
        let state = match occupied {
            Occupied::Yes => "running".to_owned(),
            Occupied::No if self.stopped => {
                format!("stopped {} ago after a checkpoint; repeat the same command to resume", ago(age))
            }
            Occupied::No => format!("not running, last update {} ago; repeat the same command to resume", ago(age)),
            Occupied::Unknown if age < Duration::from_secs(60) => "running".to_owned(),
            Occupied::Unknown => format!("last update {} ago", ago(age)),
        };
        let round = if self.round > 0 { format!(" of round {}", self.round) } else { String::new() };
        let mut lines = vec![
            format!("{}: {state}, {} ranks", self.stage, self.ranks),
            format!(
                "  {} of {} tasks{round} done, {} in progress, about {:.0} % of their work",
                self.done,
                self.tasks,
                self.begun.saturating_sub(self.done),
                100.0 * self.fraction
            ),
        ];
        let rate = 60.0 * (self.done - self.done_before.min(self.done)) as f64 / self.seconds;
        let left = self.expected().filter(|left| occupied != Occupied::No && *left < FARTHEST_END);
        if let Some(end) = left.and_then(|left| Duration::try_from_secs_f64(self.updated + left).ok()) {
            lines.push(format!(
                "  {rate:.2} tasks per minute; expected end of the tasks {}",
                humantime::format_rfc3339_seconds(UNIX_EPOCH + end.min(LAST_DATE))
            ));
        }
        lines.push(match self.checkpoint {
            Some(time) => format!("  last checkpoint {} ago", ago(since(time))),
            None => "  no checkpoint in this run yet".to_owned(),
        });
        lines
    }
}

/// Updates the file at intervals. Errors are ignored, because nothing depends on the file.
pub struct Reporter {
    directory: PathBuf,
    live: Live,
    started: Instant,
    written: Option<Instant>,
}

impl Reporter {
    pub fn new(directory: &Path, stage: &str, tasks: u64, ranks: usize) -> Self {
        let live = Live {
            stage: stage.to_owned(),
            round: 0,
            tasks,
            done: 0,
            begun: 0,
            done_before: 0,
            fraction: 0.0,
            ranks: ranks as u64,
            seconds: 0.0,
            updated: 0.0,
            checkpoint: None,
            stopped: false,
        };
        Self { directory: directory.to_path_buf(), live, started: Instant::now(), written: None }
    }

    /// The values, as they were last changed.
    pub fn live(&self) -> &Live {
        &self.live
    }

    /// Changes the reported values; they are written if the last update is old enough.
    pub fn report(&mut self, change: impl FnOnce(&mut Live)) {
        change(&mut self.live);
        let is_recent = self.written.is_some_and(|written| written.elapsed() < INTERVAL);
        if is_recent && !self.live.stopped {
            return;
        }
        self.written = Some(Instant::now());
        self.live.seconds = self.started.elapsed().as_secs_f64();
        self.live.updated = now();
        let temporary = self.directory.join(format!(".{NAME}"));
        let _ = serde_json::to_vec_pretty(&self.live)
            .map_err(std::io::Error::from)
            .and_then(|bytes| std::fs::write(&temporary, bytes))
            .and_then(|()| std::fs::rename(&temporary, self.directory.join(NAME)));
    }
}

/// Removes the file when the campaign is complete.
pub fn nothing_under_way(directory: &Path) {
    let _ = std::fs::remove_file(directory.join(NAME));
}

/// Whether a directory holds what a run leaves before its first stage has finished.
pub fn is_begun(directory: &Path) -> bool {
    [NAME, LOCK_NAME, "checkpoint"].iter().any(|name| directory.join(name).exists())
}

/// The lines of `glasswell status` for the running stage; `written`: when the file of a stage was written, if there is one [s
/// since 1970].
pub fn under_way(directory: &Path, written: impl Fn(&str) -> Option<f64>) -> Vec<String> {
    let occupied = DirectoryLock::look(directory);
    match Live::read(directory) {
        // the last progress of a stage is written before its file is
        Some(live) if written(&live.stage).is_none_or(|file| file < live.updated) => live.lines(occupied),
        _ if occupied == Occupied::Yes => vec!["running".to_owned()],
        Some(live) => vec![format!("not running, ended after {}; repeat the same command to go on", live.stage)],
        None => Vec::new(),
    }
}

/// Seconds since 1970.
pub fn now() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0.0, |age| age.as_secs_f64())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_expected_end_follows_from_what_this_process_has_done() {
        let directory = tempfile::tempdir().unwrap();
        let mut reporter = Reporter::new(directory.path(), "explore", 40, 4);
        reporter.report(|live| (live.done, live.done_before, live.begun, live.fraction) = (20, 10, 24, 0.5));
        let mut live = Live::read(directory.path()).unwrap();
        assert_eq!((live.done, live.ranks), (20, 4));
        // a quarter of the work in 100 s, half of it is left
        live.seconds = 100.0;
        assert!((live.expected().unwrap() - 200.0).abs() < 1e-9);
        let lines = live.lines(Occupied::Yes);
        assert!(lines[0].contains("running") && lines[1].contains("20 of 40 tasks done, 4 in progress, about 50 %"));
        assert!(lines[2].contains("6.00 tasks per minute"), "{lines:?}");
        assert!(live.lines(Occupied::No)[0].contains("not running"));
        live.done = 10;
        live.fraction = 0.25;
        assert_eq!(live.expected(), None);
        // a stop is written at once, with its checkpoint
        reporter.report(|live| (live.stopped, live.checkpoint, live.done) = (true, Some(now()), 21));
        let lines = under_way(directory.path(), |_| Some(1.0));
        assert!(lines[0].contains("stopped") && lines[1].contains("21 of 40") && lines[2].contains("last checkpoint"));
        let lines = under_way(directory.path(), |stage| (stage == "explore").then_some(now() + 1.0));
        assert!(lines.len() == 1 && lines[0].contains("ended after explore"), "{lines:?}");
        assert!(is_begun(directory.path()));
        nothing_under_way(directory.path());
        assert_eq!(under_way(directory.path(), |_| None), Vec::<String>::new());
        assert!(!is_begun(directory.path()));
    }

    /// Numbers that no run writes, and rates near zero.
    #[test]
    fn strange_progress_is_shown_without_a_panic() {
        let directory = tempfile::tempdir().unwrap();
        let mut reporter = Reporter::new(directory.path(), "explore", 40, 4);
        reporter.report(|live| (live.done, live.fraction) = (0, 1e-17));
        let mut live = Live::read(directory.path()).unwrap();
        live.seconds = 1e3;
        assert!(live.lines(Occupied::Yes).iter().all(|line| !line.contains("expected end")));
        for strange in [-1e300, 1e300, 1e12] {
            (live.updated, live.fraction, live.checkpoint) = (strange, 0.5, Some(strange));
            assert_eq!(live.lines(Occupied::Yes).len(), live.lines(Occupied::Unknown).len());
        }
    }
}
