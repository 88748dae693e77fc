//! The end of the SLURM job that this process belongs to.

use std::process::Command;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Shortest and longest margin before the end of the job at which the program stops; in between it is a tenth of the
/// time left at the start. A slice of work and a checkpoint must fit into it.
const SHORTEST_MARGIN: Duration = Duration::from_secs(10);
const LONGEST_MARGIN: Duration = Duration::from_secs(180);

/// How long this process may work before it has to write its last checkpoint; `None` outside a job, or if SLURM does
/// not report its end.
pub fn working_time() -> Option<Duration> {
    let variable = |name: &str| std::env::var(name).ok();
    // in a task of an array, SLURM_JOB_ID may denote the whole array
    let task = variable("SLURM_ARRAY_JOB_ID").zip(variable("SLURM_ARRAY_TASK_ID"));
    let job = task.map(|(array, task)| format!("{array}_{task}")).or_else(|| variable("SLURM_JOB_ID"))?;
    let left = variable("SLURM_JOB_END_TIME").and_then(|end| until(&end, SystemTime::now()));
    left.or_else(|| ask(&job)).map(without_margin)
}

/// Time from `now` to an end given in seconds since 1970; none for one beyond what a clock can show (SLURM gives 2^32 - 1 or
/// 2^64 - 1 for a job without an end).
fn until(end: &str, now: SystemTime) -> Option<Duration> {
    let end = end.trim().parse().ok().filter(|end| *end < u64::from(u32::MAX))?;
    let end = UNIX_EPOCH.checked_add(Duration::from_secs(end))?;
    Some(end.duration_since(now).unwrap_or_default())
}

fn ask(job: &str) -> Option<Duration> {
    let answer = Command::new("squeue").args(["--noheader", "--job", job, "--format=%L"]).output().ok()?;
    time_left(std::str::from_utf8(&answer.stdout).ok()?.trim())
}

/// Parses "[days-]hours:minutes:seconds" or "minutes:seconds".
fn time_left(text: &str) -> Option<Duration> {
    let (days, clock) = match text.split_once('-') {
        Some((days, clock)) => (days.parse::<u64>().ok()?, clock),
        None => (0, text),
    };
    let add = |sum: u64, part: &str| sum.checked_mul(60)?.checked_add(part.parse().ok()?);
    let seconds = clock.split(':').try_fold(0, add)?;
    Some(Duration::from_secs(days.checked_mul(86_400)?.checked_add(seconds)?))
}

fn without_margin(left: Duration) -> Duration {
    left.saturating_sub((left / 10).clamp(SHORTEST_MARGIN, LONGEST_MARGIN))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_left_are_read_in_all_their_forms() {
        let seconds = |text: &str| time_left(text).map(|left| left.as_secs());
        assert_eq!(seconds("2-03:04:05"), Some(2 * 86_400 + 3 * 3600 + 4 * 60 + 5));
        assert_eq!(seconds("23:59:59"), Some(86_399));
        assert_eq!(seconds("1:30"), Some(90));
        assert_eq!(seconds("UNLIMITED"), None);
        assert_eq!(seconds(""), None);
        assert_eq!(until("160", UNIX_EPOCH + Duration::from_secs(100)), Some(Duration::from_secs(60)));
        assert_eq!(until("60", UNIX_EPOCH + Duration::from_secs(100)), Some(Duration::ZERO));
        for far in ["4294967295", "18446744073709551615", "99999999999999999999", "-1"] {
            assert_eq!(until(far, UNIX_EPOCH + Duration::from_secs(100)), None, "{far}");
        }
        assert_eq!(seconds("18446744073709551615-00:00:00"), None);
        assert_eq!(seconds("18446744073709551615:00:00"), None);
    }

    #[test]
    fn the_margin_is_a_tenth_within_bounds() {
        let margin = |left: u64| left - without_margin(Duration::from_secs(left)).as_secs();
        assert_eq!([margin(60), margin(600), margin(86_400)], [10, 60, 180]);
        assert_eq!(without_margin(Duration::from_secs(5)), Duration::ZERO);
    }
}
