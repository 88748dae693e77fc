//! A campaign of a test: a folder with a deck and the output; run, interrupted, and compared with an undisturbed run of
//! the same deck.

use super::launch::{both, glasswell, ranks_of_glasswell};
use super::running::{Ended, Running};
use glasswell::files::StageReader;
use glasswell::stage::Stage;
use std::fs::File;
use std::hash::Hasher;
use std::path::{Path, PathBuf};
use std::process::Command;
use xxhash_rust::xxh3::Xxh3Default;

/// The files of the first four stages.
pub const FILES: [&str; 4] = ["glasses.h5", "landscape.h5", "paths.h5", "tunnelling.h5"];

pub fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// A file next to the decks.
fn beside(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/campaign_decks").join(name)
}

fn deck_of(name: &str, changes: &[(&str, &str)]) -> String {
    let mut deck = std::fs::read_to_string(beside(name)).unwrap();
    for (old, new) in changes {
        assert!(deck.contains(old), "{old}");
        deck = deck.replace(old, new);
    }
    deck
}

pub struct Campaign {
    /// Holds deck.toml; for shared ones below target/.
    pub folder: PathBuf,
    pub output: PathBuf,
    _temporary: Option<tempfile::TempDir>,
}

impl Campaign {
    pub fn with_deck(deck: &str) -> Self {
        let temporary = tempfile::tempdir().unwrap();
        let folder = temporary.path().to_owned();
        let campaign = Self { output: folder.join("out"), folder, _temporary: Some(temporary) };
        campaign.set(deck);
        campaign
    }

    /// A deck of tests/campaign_decks/ with other (old, new) lines.
    pub fn of(name: &str, changes: &[(&str, &str)]) -> Self {
        Self::with_deck(&deck_of(name, changes))
    }

    /// The deck `short`, a few seconds of all stages, with which most interruptions are tested.
    pub fn short() -> Self {
        Self::of("short.toml", &[])
    }

    /// The deck `short` with another checkpoint interval.
    pub fn with_checkpoints_every(interval: &str) -> Self {
        Self::of("short.toml", &[("\"200 ms\"", &format!("{interval:?}"))])
    }

    /// The undisturbed run of a deck by the program alone on one thread, made once for all tests: must not be changed.
    pub fn reference(name: &str, changes: &[(&str, &str)]) -> Self {
        Self::shared(&deck_of(name, changes), None)
    }

    /// The same for a deck that continues from the files of another reference.
    pub fn reference_after(&self, deck: &str) -> Self {
        Self::shared(deck, Some(self))
    }

    /// Stored by program, deck and what it builds on; made under a lock, and complete once it exists.
    fn shared(deck: &str, base: Option<&Campaign>) -> Self {
        let shelf = Path::new(env!("CARGO_TARGET_TMPDIR")).join("campaigns");
        std::fs::create_dir_all(&shelf).unwrap();
        let mut hash = Xxh3Default::new();
        // by size and time: to read and hash the whole program would take longer than most tests of a reference
        let program = std::fs::metadata(env!("CARGO_BIN_EXE_glasswell")).unwrap();
        hash.write(format!("{} {:?} ", program.len(), program.modified().unwrap()).as_bytes());
        hash.write(deck.as_bytes());
        hash.write(base.map_or("", |base| text(&base.folder)).as_bytes());
        let name = format!("{:016x}", hash.finish());
        let folder = shelf.join(&name);
        let campaign = Self { output: folder.join("out"), folder, _temporary: None };
        let lock = File::create(shelf.join(format!("{name}.lock"))).unwrap();
        lock.lock().unwrap();
        if !campaign.folder.exists() {
            let fresh = Self::with_deck(deck);
            if let Some(base) = base {
                fresh.take_files(base);
            }
            fresh.start(1, &[]).wait().assert_code(0);
            // the store may be on another file system
            let part = Self {
                folder: shelf.join(format!("{name}.part")),
                output: shelf.join(format!("{name}.part/out")),
                _temporary: None,
            };
            let _ = std::fs::remove_dir_all(&part.folder);
            std::fs::create_dir(&part.folder).unwrap();
            part.set(deck);
            part.take_files(&fresh);
            std::fs::rename(&part.folder, &campaign.folder).unwrap();
        }
        campaign
    }

    /// A separate campaign with this deck and these files.
    pub fn copy(&self) -> Self {
        let copy = Self::with_deck(&self.text_of_deck());
        copy.take_files(self);
        copy
    }

    /// The deck `short` with the first files of its reference.
    pub fn with_files(count: usize) -> Self {
        let copy = Self::reference("short.toml", &[]).copy();
        FILES[count..].iter().for_each(|name| std::fs::remove_file(copy.file(name)).unwrap());
        copy
    }

    fn take_files(&self, from: &Campaign) {
        std::fs::create_dir(&self.output).unwrap();
        for entry in std::fs::read_dir(&from.output).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|ending| ending == "h5") {
                std::fs::copy(&path, self.output.join(path.file_name().unwrap())).unwrap();
            }
        }
    }

    pub fn set(&self, deck: &str) {
        std::fs::write(self.deck(), deck).unwrap();
    }

    /// Other (old, new) lines in its deck.
    pub fn change(&self, changes: &[(&str, &str)]) {
        let mut deck = self.text_of_deck();
        for (old, new) in changes {
            assert!(deck.contains(old), "{old}");
            deck = deck.replace(old, new);
        }
        self.set(&deck);
    }

    pub fn text_of_deck(&self) -> String {
        std::fs::read_to_string(self.deck()).unwrap()
    }

    pub fn deck(&self) -> PathBuf {
        self.folder.join("deck.toml")
    }

    pub fn file(&self, name: &str) -> PathBuf {
        self.output.join(name)
    }

    pub fn open(&self, stage: Stage) -> StageReader {
        StageReader::open(&self.output, stage).unwrap()
    }

    /// `run deck.toml --output out --threads 1 ...`, on another number of threads if the options say so.
    pub fn words(&self, options: &[&str]) -> Vec<String> {
        let (deck, output) = (self.deck(), self.output.clone());
        let threads: &[&str] = if options.contains(&"--threads") { &[] } else { &["--threads", "1"] };
        let words = ["run", text(&deck), "--output", text(&output)];
        words.iter().chain(threads).chain(options).map(|word| (*word).to_owned()).collect()
    }

    /// Starts it on this number of ranks; 1 is the program alone, without mpirun.
    pub fn start(&self, ranks: usize, options: &[&str]) -> Running {
        self.start_aloud(ranks, &[&["--quiet"], options].concat())
    }

    /// The same without --quiet.
    pub fn start_aloud(&self, ranks: usize, options: &[&str]) -> Running {
        let words = self.words(options);
        self.spawn(if ranks == 1 { glasswell(&words) } else { ranks_of_glasswell(ranks, &[], &words) }, ranks)
    }

    /// Starts a command that ends on its own.
    pub fn spawn(&self, command: Command, ranks: usize) -> Running {
        Running::start(command, self.folder.join("log"), ranks)
    }

    /// Runs it alone, without --quiet.
    pub fn run(&self, options: &[&str]) -> Ended {
        self.start_aloud(1, options).wait()
    }

    /// Runs it alone to success; returns its output.
    pub fn done(&self, options: &[&str]) -> String {
        let ended = self.run(options);
        ended.assert_code(0);
        ended.printed
    }

    /// Runs it to its end, and compares with the reference of the deck `short`.
    pub fn finish(&self, ranks: usize, what: &str) {
        self.finish_until("tunnel", ranks, what);
    }

    /// Runs it to the end of a stage, and compares the files up to there.
    pub fn finish_until(&self, stage: &str, ranks: usize, what: &str) {
        let ended = self.start(ranks, &["--until", stage]).wait();
        assert_eq!(ended.code, 0, "{what}, resumed on {ranks} ranks: {}", ended.printed);
        let stages = ["prepare", "explore", "connect", "tunnel"];
        let last = stages.iter().position(|name| *name == stage).unwrap();
        self.assert_same(&FILES[..=last], what);
        assert!(!self.output.join("checkpoint").exists(), "{what}: checkpoints are left over");
    }

    /// These files are those of the undisturbed run of the deck `short`.
    pub fn assert_same(&self, files: &[&str], what: &str) {
        self.assert_same_as(&Self::reference("short.toml", &[]), files, what);
    }

    /// No byte outside /timing and the deck's text differs: for example, the checkpoint interval changes no data.
    pub fn assert_same_as(&self, other: &Campaign, files: &[&str], what: &str) {
        self.compare(other, files, &["--decks-differ"], what);
    }

    /// No byte outside /timing differs, including the decks.
    pub fn assert_same_with_deck(&self, other: &Campaign, files: &[&str], what: &str) {
        self.compare(other, files, &[], what);
    }

    fn compare(&self, other: &Campaign, files: &[&str], options: &[&str], what: &str) {
        if files.is_empty() {
            return;
        }
        let mut script = Command::new("/usr/bin/python3");
        script.arg(beside("same.py")).args(options);
        script.args(files.iter().flat_map(|name| [other.file(name), self.file(name)]));
        let output = script.output().unwrap();
        assert!(output.status.success(), "{what}: {}", both(&output));
    }

    /// The bytes of every file, None for a missing one.
    pub fn bytes(&self) -> [Option<Vec<u8>>; 4] {
        FILES.map(|name| std::fs::read(self.file(name)).ok())
    }

    /// The names of everything below the output, except files that mark a running campaign, and the log.
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
        names.retain(|name| ![".lock", "progress.json", "glasswell.log"].contains(&name.as_str()));
        names.sort();
        names
    }

    pub fn assert_no_half_file(&self, what: &str) {
        let listing = self.listing();
        assert!(!listing.iter().any(|name| name.ends_with(".part")), "{what}: {listing:?}");
    }

    /// Recomputes its results by an independent script of tests/campaign_decks/; returns what the script has compared.
    pub fn recompute(&self, script: &str, model: &str) -> String {
        let mut python = Command::new("/usr/bin/python3");
        python.arg(beside(script)).arg(&self.output).arg(model).env("PYTHONDONTWRITEBYTECODE", "1");
        let output = python.env("OMP_NUM_THREADS", "1").env("OPENBLAS_NUM_THREADS", "1").output().unwrap();
        assert!(output.status.success(), "{model}: {}", both(&output));
        println!("{}", both(&output));
        both(&output)
    }
}
