//! A campaign of a few seconds (campaign_decks/short.toml) that is disturbed while it runs and must come to the same data.
#![allow(dead_code)]

use crate::launch;

pub use launch::{glasswell, ranks_of_glasswell};
use std::fs::File;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

pub const FILES: [&str; 4] = ["glasses.h5", "landscape.h5", "paths.h5", "tunnelling.h5"];

/// One campaign at a time: what is measured here is time.
pub fn one_at_a_time() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The numbers of ranks of a fault: the program alone, and under mpirun where there is one.
pub fn rank_counts() -> &'static [usize] {
    if cfg!(feature = "mpi") { &[1, 2] } else { &[1] }
}

pub fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

fn beside(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/campaign_decks").join(name)
}

/// A campaign with its deck.
pub struct Short {
    pub folder: tempfile::TempDir,
    pub output: PathBuf,
}

impl Short {
    pub fn new() -> Self {
        Self::with_checkpoints_every("1 s")
    }

    pub fn with_checkpoints_every(interval: &str) -> Self {
        Self::with_changes(&[("\"1 s\"", &format!("{interval:?}"))])
    }

    /// With other (old, new) lines in its deck.
    pub fn with_changes(changes: &[(&str, &str)]) -> Self {
        let mut deck = std::fs::read_to_string(beside("short.toml")).unwrap();
        for (old, new) in changes {
            assert!(deck.contains(old), "{old}");
            deck = deck.replace(old, new);
        }
        Self::with_deck(&deck)
    }

    /// A campaign of another deck.
    pub fn of_deck(name: &str) -> Self {
        Self::with_deck(&std::fs::read_to_string(beside(name)).unwrap())
    }

    fn with_deck(deck: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("deck.toml"), deck).unwrap();
        Self { output: folder.path().join("out"), folder }
    }

    /// The undisturbed run of this deck.
    pub fn reference() -> &'static Short {
        static REFERENCE: OnceLock<Short> = OnceLock::new();
        REFERENCE.get_or_init(|| {
            let campaign = Short::with_checkpoints_every("1 h");
            let ended = campaign.start(1, &[]).wait();
            assert_eq!(ended.code, 0, "{}", ended.told);
            campaign
        })
    }

    /// A directory that holds the first files of the reference.
    pub fn with_files(count: usize) -> Self {
        let campaign = Short::new();
        std::fs::create_dir(&campaign.output).unwrap();
        for name in &FILES[..count] {
            std::fs::copy(Short::reference().file(name), campaign.file(name)).unwrap();
        }
        campaign
    }

    pub fn file(&self, name: &str) -> PathBuf {
        self.output.join(name)
    }

    pub fn deck(&self) -> PathBuf {
        self.folder.path().join("deck.toml")
    }

    /// `run deck.toml --output out ...` on one thread.
    pub fn words(&self, options: &[&str]) -> Vec<String> {
        let (deck, output) = (self.deck(), self.output.clone());
        let words = ["run", text(&deck), "--output", text(&output), "--threads", "1", "--quiet"].into_iter();
        words.chain(options.iter().copied()).map(str::to_owned).collect()
    }

    /// Starts it on these ranks; 1 is the program alone, without mpirun.
    pub fn start(&self, ranks: usize, options: &[&str]) -> Running {
        let words = self.words(options);
        let command = if ranks == 1 { glasswell(&words) } else { ranks_of_glasswell(ranks, &[], &words) };
        self.spawn(command, ranks)
    }

    /// Starts a command that ends by itself, what it prints going to a file.
    pub fn spawn(&self, mut command: Command, ranks: usize) -> Running {
        let log = self.folder.path().join("log");
        let printed = File::create(&log).unwrap();
        command.stdout(printed.try_clone().unwrap()).stderr(printed);
        Running { child: command.spawn().unwrap(), log, ranks, struck: Instant::now() }
    }

    /// Runs it to its end, and compares.
    pub fn finish(&self, ranks: usize, what: &str) {
        self.finish_until("tunnel", ranks, what);
    }

    /// Runs it to the end of a stage, and compares the files up to there.
    pub fn finish_until(&self, stage: &str, ranks: usize, what: &str) {
        let ended = self.start(ranks, &["--until", stage]).wait();
        assert_eq!(ended.code, 0, "{what}, resumed on {ranks} ranks: {}", ended.told);
        let stages = ["prepare", "explore", "connect", "tunnel"];
        let last = stages.iter().position(|name| *name == stage).unwrap();
        self.assert_same(&FILES[..=last], what);
        assert!(!self.output.join("checkpoint").exists(), "{what}: checkpoints are left over");
    }

    /// These files hold what the undisturbed run gives.
    pub fn assert_same(&self, files: &[&str], what: &str) {
        self.assert_same_as(Short::reference(), files, what);
    }

    pub fn assert_same_as(&self, other: &Short, files: &[&str], what: &str) {
        for name in files {
            let mut script = Command::new("/usr/bin/python3");
            // the checkpoint interval is part of the deck's text
            script.arg(beside("same.py")).args([other.file(name), self.file(name)]).arg("--decks-differ");
            let output = script.output().unwrap();
            assert!(output.status.success(), "{what}: {name}: {}", String::from_utf8_lossy(&output.stderr));
        }
    }

    /// The names of everything below the output.
    pub fn listing(&self) -> Vec<String> {
        let mut folders = vec![self.output.clone()];
        let mut names = Vec::new();
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).into_iter().flatten() {
                let path = entry.unwrap().path();
                names.push(text(path.strip_prefix(&self.output).unwrap()).to_owned());
                if path.is_dir() {
                    folders.push(path);
                }
            }
        }
        names.sort();
        names
    }

    pub fn assert_no_half_file(&self, what: &str) {
        let listing = self.listing();
        assert!(!listing.iter().any(|name| name.ends_with(".part")), "{what}: {listing:?}");
    }
}

/// Until it is so; a minute at most.
pub fn wait_until(what: &str, so: impl Fn() -> bool) {
    let start = Instant::now();
    while !so() {
        assert!(start.elapsed() < Duration::from_secs(60), "waited in vain: {what}");
        std::thread::sleep(Duration::from_millis(2));
    }
}

pub fn children(process: u32) -> Vec<u32> {
    let listed = Command::new("pgrep").args(["-P", &process.to_string()]).output().unwrap().stdout;
    String::from_utf8_lossy(&listed).lines().map(|line| line.parse().unwrap()).collect()
}

/// Whether a process of ours has got so far that it catches SIGUSR1.
fn catches(process: u32) -> bool {
    let field =
        |text: &str| text.lines().find_map(|line| line.strip_prefix("SigCgt:").map(str::trim).map(str::to_owned));
    let caught = std::fs::read_to_string(format!("/proc/{process}/status")).ok().and_then(|text| field(&text));
    let name = std::fs::read_to_string(format!("/proc/{process}/comm")).unwrap_or_default();
    name.trim() == "glasswell" && caught.is_some_and(|mask| u64::from_str_radix(&mask, 16).unwrap() >> 9 & 1 == 1)
}

/// A run under way, behind `timeout` and, on several ranks, behind mpirun.
pub struct Running {
    child: Child,
    log: PathBuf,
    ranks: usize,
    struck: Instant,
}

/// How a run has ended.
pub struct Ended {
    /// As a shell tells it: 128 + the signal's number.
    pub code: i32,
    pub told: String,
    /// Since the last signal.
    pub seconds: f64,
}

impl Running {
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
        let told = String::from_utf8_lossy(&std::fs::read(&self.log).unwrap()).into_owned();
        for word in ["panicked", "HDF5-DIAG", "core dumped", "SIGABRT"] {
            assert!(!told.contains(word), "{told}");
        }
        Ended { code, told, seconds: self.struck.elapsed().as_secs_f64() }
    }
}

impl Ended {
    /// Exit code, one message, and these words in it.
    pub fn assert_told(&self, what: &str, code: i32, words: &[&str]) {
        assert_eq!(self.code, code, "{what}: {}", self.told);
        let messages: Vec<&str> = self.told.lines().filter(|line| line.starts_with("glasswell: ")).collect();
        assert_eq!(messages.len(), 1, "{what}: {}", self.told);
        for word in words {
            assert!(messages[0].contains(word), "{what}: no {word:?} in {}", messages[0]);
        }
        println!("{what}: exit code {code} after {:.1} s: {}", self.seconds, messages[0]);
    }
}
