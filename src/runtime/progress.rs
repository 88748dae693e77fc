//! Progress of a stage: a bar on a terminal, otherwise lines, and the file for `glasswell status`; on rank 0 only.

use super::bar;
use super::live::{Live, Reporter};
use crate::parallel::Ranks;
use std::io::IsTerminal;
use std::path::Path;
use std::time::{Duration, Instant};

/// Shortest and longest time between two lines of one stage. In between it grows by half of the time so far, so that a
/// stage of a day prints some dozens.
const SHORTEST: Duration = Duration::from_secs(5);
const LONGEST: Duration = Duration::from_secs(1800);
/// Time between two changes of the bar.
const TICK: Duration = Duration::from_millis(100);

/// The progress of one stage, or of one of its rounds, over all ranks.
pub struct Progress {
    reporter: Option<Reporter>,
    shown: Option<Shown>,
}

/// How progress is shown.
struct Shown {
    stage: String,
    has_bar: bool,
    started: Instant,
    due: Instant,
}

impl Progress {
    /// Only a `visible` progress is shown; the file is written in any case.
    pub fn new(ranks: &Ranks, directory: &Path, visible: bool, stage: &str, total: usize) -> Self {
        if ranks.rank() != 0 {
            return Self { reporter: None, shown: None };
        }
        let reporter = Some(Reporter::new(directory, stage, total as u64, ranks.size()));
        let shown = visible.then(|| {
            let (has_bar, now) = (std::io::stderr().is_terminal(), Instant::now());
            if has_bar {
                bar::show(stage);
            }
            Shown { stage: stage.to_owned(), has_bar, started: now, due: if has_bar { now } else { now + SHORTEST } }
        });
        Self { reporter, shown }
    }

    /// Reports the progress; `change` sets the values.
    pub fn report(&mut self, change: impl FnOnce(&mut Live)) {
        let Some(reporter) = &mut self.reporter else { return };
        reporter.report(change);
        let Some(shown) = &mut self.shown else { return };
        let now = Instant::now();
        if now < shown.due {
            return;
        }
        let elapsed = now - shown.started;
        let live = reporter.live();
        if shown.has_bar {
            shown.due = now + TICK;
            bar::set(live.fraction, beside_bar(live, elapsed));
        } else {
            shown.due = now + (elapsed / 2).clamp(SHORTEST, LONGEST);
            log::info!("{}: {:.0} %, {}", shown.stage, 100.0 * live.fraction, words(live, elapsed));
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if self.shown.as_ref().is_some_and(|shown| shown.has_bar) {
            bar::clear();
        }
    }
}

/// "12 of 40 tasks, 2 min, about 4 min left".
fn words(live: &Live, elapsed: Duration) -> String {
    let left = match live.expected_after(elapsed.as_secs_f64()) {
        Some(left) => format!(", about {} left", rounded(left)),
        None => String::new(),
    };
    let round = if live.round > 0 { format!(", round {}", live.round) } else { String::new() };
    format!("{} of {} tasks{round}, {}{left}", live.done, live.tasks, rounded(elapsed.as_secs_f64()))
}

/// "12/40, 2 min, 4 min left": leaves room for a bar in 60 columns.
fn beside_bar(live: &Live, elapsed: Duration) -> String {
    let left = live.expected_after(elapsed.as_secs_f64()).map(|left| format!(", {} left", rounded(left)));
    format!("{}/{}, {}{}", live.done, live.tasks, rounded(elapsed.as_secs_f64()), left.unwrap_or_default())
}

/// A time to two figures or so: "45 s", "12 min", "3 h 20 min", "2 d 5 h".
pub fn rounded(seconds: f64) -> String {
    // beyond a century it is no forecast
    let seconds = seconds.clamp(0.0, 3e9) as u64;
    let (minutes, hours) = ((seconds + 30) / 60, (seconds + 1800) / 3600);
    match seconds {
        0..100 => format!("{seconds} s"),
        100..6000 => format!("{minutes} min"),
        6000..172_800 => format!("{} h {} min", minutes / 60, minutes % 60),
        _ => format!("{} d {} h", hours / 24, hours % 24),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_few_figures() {
        let words = [0.4, 99.0, 100.0, 725.0, 5999.0, 6000.0, 90_000.0, 172_800.0, 1e300, f64::NAN].map(rounded);
        assert_eq!(
            words,
            ["0 s", "99 s", "2 min", "12 min", "100 min", "1 h 40 min", "25 h 0 min", "2 d 0 h", "34722 d 5 h", "0 s"]
        );
    }

    /// Half of the work of this process is done after 100 s; the bar and its words fit 60 columns.
    #[test]
    fn the_time_left_follows_from_the_fraction_of_the_work() {
        let directory = tempfile::tempdir().unwrap();
        let mut reporter = Reporter::new(directory.path(), "explore", 40, 4);
        reporter.report(|live| (live.done, live.done_before, live.fraction) = (12, 10, 0.5));
        let live = reporter.live();
        assert_eq!(words(live, Duration::from_secs(100)), "12 of 40 tasks, 2 min, about 3 min left");
        assert_eq!(words(live, Duration::from_secs(10)), "12 of 40 tasks, 10 s, about 20 s left");
        assert_eq!(words(live, Duration::ZERO), "12 of 40 tasks, 0 s");
        assert_eq!(beside_bar(live, Duration::from_secs(100)), "12/40, 2 min, 3 min left");
        reporter.report(|live| (live.done, live.tasks, live.fraction) = (48_000, 48_000, 0.3));
        let longest = beside_bar(reporter.live(), Duration::from_secs(80_000));
        // the name of the stage and the per cent
        assert!(8 + 8 + longest.len() <= 60, "{longest}");
    }
}
