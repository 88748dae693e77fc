//! The memory that `check` predicts is the peak memory of a rank.

use crate::support::alone;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// The program of the tests is not optimised, and takes this much more memory than the usual one before it does anything [bytes]:
/// 53 MB instead of 39 at the peak of `prepare` here, 77 instead of 64 in `explore`.
const NOT_OPTIMISED: f64 = if cfg!(debug_assertions) { 13e6 } else { 0.0 };

/// A run that takes longer hangs.
const LIMIT: Duration = Duration::from_secs(300);

/// Large enough that configurations and lists dominate, with tolerances loose enough to be fast: the memory does not depend on them.
const DECK: &str = r#"
[campaign]
name = "memory"
seed = 3
[model]
preset = "tlj"
particles = 4000
[prepare]
glasses = 1
temperature = 0.9
method = "md"
equilibration = { relaxation_times = 1, max_steps = 20 }
[explore]
temperature = 0.8
quench_every = 10
quenches = 2
equilibration_steps = 20
force_tolerance = 2.0
[connect]
tries = 1
visits = "sum"
images = 24
force_tolerance = 8.0
max_iterations = 30
refine = "none"
"#;

/// The program itself: a launcher in between would hide its memory.
fn glasswell(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_glasswell"));
    alone(&mut command).args(arguments);
    command.env("OMPI_ALLOW_RUN_AS_ROOT", "1").env("OMPI_ALLOW_RUN_AS_ROOT_CONFIRM", "1");
    command
}

/// VmHWM of a process [bytes].
fn peak(id: u32) -> Option<f64> {
    let status = std::fs::read_to_string(format!("/proc/{id}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(1024.0 * line.trim().strip_suffix("kB")?.trim().parse::<f64>().ok()?)
}

/// Runs one stage in a separate process; returns its peak memory [bytes].
fn run(deck: &Path, output: &Path, stage: &str) -> f64 {
    let (deck, output) = (deck.to_str().unwrap(), output.to_str().unwrap());
    peak_of(&["run", deck, "--output", output, "--until", stage, "--threads", "1", "--quiet"], stage)
}

/// The peak memory of a command [bytes].
fn peak_of(arguments: &[&str], stage: &str) -> f64 {
    let mut child = glasswell(arguments).stdout(Stdio::null()).spawn().unwrap();
    let (begin, mut highest) = (Instant::now(), 0.0_f64);
    loop {
        highest = highest.max(peak(child.id()).unwrap_or(0.0));
        match child.try_wait().unwrap() {
            Some(status) => break assert!(status.success(), "{stage}"),
            None if begin.elapsed() > LIMIT => {
                child.kill().unwrap();
                panic!("{stage} takes too long");
            }
            None => std::thread::sleep(Duration::from_millis(2)),
        }
    }
    highest - NOT_OPTIMISED
}

/// "explore: 36.1 MB at its peak" in bytes.
fn predicted(text: &str, stage: &str) -> f64 {
    let start = format!("memory of a rank, {stage}: ");
    let rest = text.lines().find_map(|line| line.strip_prefix(&start)).unwrap();
    let mut words = rest.split(' ');
    let number: f64 = words.next().unwrap().parse().unwrap();
    let unit = match words.next().unwrap() {
        "MB" => 1e6,
        "GB" => 1e9,
        other => panic!("{other}"),
    };
    number * unit
}

#[test]
fn check_predicts_the_memory_of_a_rank() {
    if !Path::new("/proc/self/status").exists() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let (deck, output) = (folder.path().join("deck.toml"), folder.path().join("out"));
    std::fs::write(&deck, DECK).unwrap();
    let printed = glasswell(&["check", deck.to_str().unwrap()]).output().unwrap();
    let printed = String::from_utf8(printed.stdout).unwrap();
    // the factors with which `connect` counts negative modes, by the formula of the forecast
    let factors = 1.35 * 1400.0 * 12_000.0_f64.powf(4.0 / 3.0);
    for stage in ["prepare", "explore", "connect"] {
        let (mut said, held) = (predicted(&printed, stage), run(&deck, &output, stage));
        // no double well is found here, so that no negative modes are counted
        said -= if stage == "connect" { factors } else { 0.0 };
        println!("{stage}: check says {:.1} MB, held {:.1} MB: {:.2}", said / 1e6, held / 1e6, said / held);
        assert!((said / held - 1.0).abs() < 0.2, "{stage}: check says {said:e}, held {held:e}");
    }
    let glass = output.join("glasses.h5");
    let held = peak_of(&["evaluate", glass.to_str().unwrap(), "--model", "tlj", "--quench", "--json"], "evaluate");
    println!("factors: {:.1} MB, a process that counts modes {:.1} MB", factors / 1e6, held / 1e6);
    assert!((factors / held - 1.0).abs() < 0.3, "{factors:e} {held:e}");
}
