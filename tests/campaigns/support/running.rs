//! A running campaign: its processes, signals to them, and how it ends.

use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::{Child, Command};
use std::time::{Duration, Instant};

/// Waits until it is so; at most four minutes, for busy machines.
pub fn wait_until(what: &str, so: impl Fn() -> bool) {
    let start = Instant::now();
    while !so() {
        assert!(start.elapsed() < Duration::from_secs(240), "waited in vain: {what}");
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// Whether a process exists and has not ended.
pub fn is_there(process: u32) -> bool {
    let status = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    // a process that waits for its parent has ended
    status.rsplit_once(") ").is_some_and(|(_, rest)| !rest.starts_with(['Z', 'X']))
}

fn children(process: u32) -> Vec<u32> {
    let listed = Command::new("pgrep").args(["-P", &process.to_string()]).output().unwrap().stdout;
    String::from_utf8_lossy(&listed).lines().map(|line| line.parse().unwrap()).collect()
}

/// Whether one of our processes catches SIGUSR1 by now.
fn catches(process: u32) -> bool {
    let field =
        |text: &str| text.lines().find_map(|line| line.strip_prefix("SigCgt:").map(str::trim).map(str::to_owned));
    let caught = std::fs::read_to_string(format!("/proc/{process}/status")).ok().and_then(|text| field(&text));
    let name = std::fs::read_to_string(format!("/proc/{process}/comm")).unwrap_or_default();
    name.trim() == "glasswell" && caught.is_some_and(|mask| u64::from_str_radix(&mask, 16).unwrap() >> 9 & 1 == 1)
}

/// A running campaign, behind `timeout` and, on several ranks, behind mpirun.
pub struct Running {
    child: Child,
    log: PathBuf,
    ranks: usize,
    struck: Instant,
}

/// How a run has ended.
pub struct Ended {
    /// As a shell gives it: 128 + the signal's number.
    pub code: i32,
    pub printed: String,
    /// Since the last signal.
    pub seconds: f64,
}

impl Running {
    /// What it prints goes to the file `log`.
    pub fn start(mut command: Command, log: PathBuf, ranks: usize) -> Self {
        let printed = std::fs::File::create(&log).unwrap();
        command.stdout(printed.try_clone().unwrap()).stderr(printed);
        Self { child: command.spawn().unwrap(), log, ranks, struck: Instant::now() }
    }

    /// mpirun, or the program alone.
    pub fn launcher(&self) -> u32 {
        wait_until("the launcher starts", || !children(self.child.id()).is_empty());
        children(self.child.id())[0]
    }

    /// The processes of the ranks, as soon as they catch signals.
    pub fn members(&self) -> Vec<u32> {
        let launcher = self.launcher();
        let members = || if self.ranks == 1 { vec![launcher] } else { children(launcher) };
        let ready = || members().len() == self.ranks && members().into_iter().all(catches);
        wait_until("all ranks have started", ready);
        members()
    }

    pub fn signal(&mut self, name: &str, processes: &[u32]) {
        let processes: Vec<String> = processes.iter().map(u32::to_string).collect();
        self.struck = Instant::now();
        assert!(Command::new("kill").arg(format!("-{name}")).args(processes).status().unwrap().success(), "{name}");
    }

    pub fn wait(mut self) -> Ended {
        let status = self.child.wait().unwrap();
        let code = status.code().unwrap_or_else(|| 128 + status.signal().unwrap());
        let printed = String::from_utf8_lossy(&std::fs::read(&self.log).unwrap()).into_owned();
        for word in ["panicked", "HDF5-DIAG", "core dumped", "SIGABRT"] {
            assert!(!printed.contains(word), "{printed}");
        }
        Ended { code, printed, seconds: self.struck.elapsed().as_secs_f64() }
    }
}

impl Ended {
    /// Exit code, one message, and these words in it.
    pub fn assert_message(&self, what: &str, code: i32, words: &[&str]) {
        assert_eq!(self.code, code, "{what}: {}", self.printed);
        let messages: Vec<&str> = self.printed.lines().filter(|line| line.starts_with("glasswell: ")).collect();
        assert_eq!(messages.len(), 1, "{what}: {}", self.printed);
        for word in words {
            assert!(messages[0].contains(word), "{what}: no {word:?} in {}", messages[0]);
        }
        println!("{what}: exit code {code} after {:.1} s: {}", self.seconds, messages[0]);
    }

    pub fn assert_code(&self, code: i32) {
        assert_eq!(self.code, code, "{}", self.printed);
    }
}
