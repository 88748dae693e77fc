//! Messages of a run: on standard error, and in the log file of the campaign.

use super::bar;
use crate::error::{Error, Result};
use log::{LevelFilter, Log, Metadata, Record};
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;
use std::sync::Mutex;
use std::time::SystemTime;

/// Name of the log file in a campaign's directory.
pub const NAME: &str = "glasswell.log";

/// How much a run prints; the log file has everything from the second on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Loudness {
    /// Only warnings and errors, no progress.
    Quiet,
    #[default]
    Usual,
    /// Also every task that ends and every checkpoint.
    Verbose,
}

/// Where lines for the log file go.
enum Kept {
    /// To memory, until the directory of the campaign is known.
    Early(Vec<u8>),
    File(File),
    Nowhere,
}

static KEPT: Mutex<Kept> = Mutex::new(Kept::Nowhere);

/// Standard error, beside a progress bar if there is one.
struct Terminal;

impl Write for Terminal {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        bar::aside(|| io::stderr().lock().write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stderr().lock().flush()
    }
}

/// The log file. What cannot be written is lost: no result depends on it.
struct LogFile;

impl Write for LogFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if let Ok(mut kept) = KEPT.lock() {
            match &mut *kept {
                Kept::Early(early) => early.extend_from_slice(bytes),
                Kept::File(file) => file.write_all(bytes).unwrap_or_default(),
                Kept::Nowhere => {}
            }
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Both, each with its own level.
struct Both {
    terminal: env_logger::Logger,
    file: env_logger::Logger,
}

impl Log for Both {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        self.terminal.enabled(metadata) || self.file.enabled(metadata)
    }

    fn log(&self, record: &Record<'_>) {
        self.terminal.log(record);
        self.file.log(record);
    }

    fn flush(&self) {}
}

fn logger(level: LevelFilter, target: Box<dyn Write + Send>) -> env_logger::Logger {
    env_logger::Builder::new()
        .filter_module("glasswell", level)
        .format(|line, record| {
            let now = humantime::format_rfc3339_seconds(SystemTime::now());
            writeln!(line, "[{now} {:<5}] {}", record.level(), record.args())
        })
        .target(env_logger::Target::Pipe(target))
        .build()
}

/// Starts the messages of this process: none unless it `speaks`.
pub fn start_log(speaks: bool, loudness: Loudness) {
    if !speaks {
        return;
    }
    let (terminal, file) = match loudness {
        Loudness::Quiet => (LevelFilter::Warn, LevelFilter::Info),
        Loudness::Usual => (LevelFilter::Info, LevelFilter::Info),
        Loudness::Verbose => (LevelFilter::Debug, LevelFilter::Debug),
    };
    if let Ok(mut kept) = KEPT.lock() {
        *kept = Kept::Early(Vec::new());
    }
    let both = Both { terminal: logger(terminal, Box::new(Terminal)), file: logger(file, Box::new(LogFile)) };
    // a second initialisation in one process (tests) is harmless
    if log::set_boxed_logger(Box::new(both)).is_ok() {
        log::set_max_level(terminal.max(file));
    }
}

/// From now on, and with what was said before, messages are added to the log file in a directory.
///
/// # Errors
/// `Storage` when the file cannot be written.
pub fn keep_log(directory: &Path) -> Result<()> {
    let path = directory.join(NAME);
    let fails =
        |error: io::Error| Error::storage(&path, format!("cannot be written: {error}; choose another --output"));
    let mut file = OpenOptions::new().create(true).append(true).open(&path).map_err(fails)?;
    if let Ok(mut kept) = KEPT.lock() {
        if let Kept::Early(early) = &*kept {
            file.write_all(early).map_err(fails)?;
        }
        *kept = Kept::File(file);
    }
    Ok(())
}

/// Adds lines to the log file alone.
pub fn note(text: &str) {
    let _ = writeln!(LogFile, "{text}");
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One test, because the log of a process is one.
    #[test]
    fn early_messages_are_kept_and_quiet_runs_keep_theirs() {
        let directory = tempfile::tempdir().unwrap();
        let kept = || std::fs::read_to_string(directory.path().join(NAME)).unwrap();
        note("lost: no run has begun");
        start_log(true, Loudness::Quiet);
        log::info!("before the directory is known");
        keep_log(directory.path()).unwrap();
        log::warn!("after it");
        log::debug!("only with --verbose");
        note("a note");
        let lines = kept();
        assert_eq!(lines.lines().count(), 3, "{lines}");
        for (line, end) in lines.lines().zip(["INFO ] before the directory is known", "WARN ] after it", "a note"]) {
            assert!(line.ends_with(end), "{lines}");
        }
        // a second run adds to it
        keep_log(directory.path()).unwrap();
        note("once more");
        assert!(kept().starts_with(&lines) && kept().ends_with("once more\n"), "{}", kept());
        assert!(keep_log(&directory.path().join("missing")).is_err());
    }
}
