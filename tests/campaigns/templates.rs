//! What the job templates share, without a scheduler: which signals stop the program.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

/// The script of a job that ends in `left` of `whole` seconds and gets a signal. The program is a shell that waits for it and ends
/// as `glasswell run` does; a requeue is only printed. Returns what is printed.
fn job(left: i64, whole: i64, signal: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let program = folder.path().join("program.sh");
    std::fs::write(
        &program,
        "trap 'echo stops; exit 4' USR1\ntouch \"$1\"\nfor _ in $(seq 30); do sleep 0.05; done\necho ends; exit 0\n",
    )
    .unwrap();
    let resume = Path::new(env!("CARGO_MANIFEST_DIR")).join("jobs/resume.sh");
    let (resume, begun) = (resume.display(), folder.path().join("begun"));
    let script = format!(
        "now=$(date +%s)\nexport SLURM_JOB_ID=7 SLURM_JOB_START_TIME=$((now - {whole} + {left})) SLURM_JOB_END_TIME=$((now + {left}))\n\
         source {resume}\nscontrol() {{ echo \"requeue $2\"; }}\nrun_and_resume bash {} {}\n",
        program.display(),
        begun.display()
    );
    let mut shell = Command::new("bash");
    let shell = shell.args(["-c", &script]).stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped());
    let child = shell.spawn().unwrap();
    let start = Instant::now();
    while !begun.exists() {
        assert!(start.elapsed() < Duration::from_secs(60), "the job does not start");
        std::thread::sleep(Duration::from_millis(5));
    }
    // a signal that comes just before bash waits for the program may be lost
    while !is_waiting(child.id()) {
        assert!(start.elapsed() < Duration::from_secs(60), "the job does not wait");
        std::thread::sleep(Duration::from_millis(5));
    }
    assert!(Command::new("kill").args([&format!("-{signal}"), &child.id().to_string()]).status().unwrap().success());
    let output = child.wait_with_output().unwrap();
    [output.stdout, output.stderr].concat().iter().map(|byte| char::from(*byte)).collect()
}

/// Whether a process sleeps.
fn is_waiting(id: u32) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{id}/stat")).unwrap();
    stat.rsplit(')').next().is_some_and(|rest| rest.trim_start().starts_with('S'))
}

#[test]
fn an_early_warning_does_not_stop_a_short_job() {
    // USR1@300 of a job of five minutes
    let printed = job(295, 300, "USR1");
    assert!(printed.contains("is early") && printed.contains("ends") && printed.contains("exit code 0"), "{printed}");
    assert!(!printed.contains("requeue"), "{printed}");
    // of a job of a day
    let printed = job(300, 86_400, "USR1");
    assert!(printed.contains("stops") && printed.contains("exit code 4") && printed.contains("requeue 7"), "{printed}");
    // a user's request, at any time
    let printed = job(295, 300, "USR2");
    assert!(printed.contains("stops") && printed.contains("requeue 7"), "{printed}");
    let printed = job(295, 300, "TERM");
    assert!(printed.contains("stops") && printed.contains("exit code 4") && !printed.contains("requeue"), "{printed}");
}

/// Every template gives each rank as many cores as threads.
#[test]
fn templates_give_ranks_their_cores() {
    for name in ["slurm-one-node", "slurm-many-nodes", "slurm-array"] {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("jobs/{name}.sh"));
        let text = std::fs::read_to_string(&file).unwrap();
        let launchers: Vec<&str> = text.lines().filter(|line| line.contains("launch=(")).collect();
        assert_eq!(launchers.len(), 2, "{name}");
        for line in launchers {
            let cores = ["--map-by \"slot:PE=$SLURM_CPUS_PER_TASK\"", "--cpus-per-task=\"$SLURM_CPUS_PER_TASK\""];
            assert!(cores.iter().any(|cores| line.contains(cores)), "{name}: {line}");
        }
    }
}
