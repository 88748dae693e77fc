//! The ranks of a run and the communication between them.
//!
//! [`Ranks`] is the only interface; it has two implementations: `mpi.rs`, the only file that calls MPI, and
//! `serial.rs`, a single rank without any library. Values of any `Serialize` type are sent as postcard bytes. Every
//! method marked *collective* must be called by all ranks in the same order; errors are agreed on first (a rank that
//! fails never leaves the others waiting).
//!
//! There is no sum of floating-point numbers: its result would depend on the number of ranks. Gather the terms with
//! their keys and add them in the order of the keys.

mod form;
#[cfg(feature = "mpi")]
mod mpi;
mod queue;
mod replay;
mod serial;
mod teams;
mod sort;

pub use queue::{Next, WorkQueue};
pub use replay::{Machine, POLL, Replay, blocks, replay};

use std::cell::Cell;
use std::io::Write;
use std::path::PathBuf;
use std::time::Instant;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use form::Form;
#[cfg(feature = "mpi")]
pub use form::RawCommunicator;

/// Bytes of the largest single transfer; longer ones are divided into rounds, so that MPI's 32-bit counts never
/// overflow.
const TRANSFER_LIMIT: usize = 1 << 30;

/// The ranks of this run.
///
/// Dropping it ends MPI, so it must be dropped before `std::process::exit`.
pub struct Ranks {
    form: Box<dyn Form>,
    limit: usize,
    hostname: String,
    waited: Cell<f64>,
    queues: Cell<u64>,
}

/// An error in the form in which it is sent to the other ranks.
#[derive(Serialize, Deserialize)]
struct Report {
    kind: u8,
    file: Option<PathBuf>,
    message: String,
}

impl Ranks {
    /// Starts MPI (thread level Funneled: only the thread that called this may use the `Ranks`); without `mpirun` there
    /// is one rank. In a build without the feature `mpi` this is [`Ranks::alone`].
    ///
    /// With several ranks, a panic anywhere prints its rank and ends all ranks with exit code 70, so that no rank waits
    /// for one that has ended.
    ///
    /// # Errors
    /// `Internal` when MPI has already been started in this process.
    pub fn start() -> Result<Self> {
        #[cfg(feature = "mpi")]
        return Ok(Self::with_form(Box::new(mpi::Mpi::start()?)));
        #[cfg(not(feature = "mpi"))]
        return Ok(Self::alone());
    }

    /// A single rank without MPI, in every build.
    pub fn alone() -> Self {
        Self::with_form(Box::new(serial::Serial))
    }

    fn with_form(form: Box<dyn Form>) -> Self {
        let hostname = hostname::get().map_or_else(|_| "unknown".into(), |name| name.to_string_lossy().into_owned());
        Ranks { form, limit: TRANSFER_LIMIT, hostname, waited: Cell::new(0.0), queues: Cell::new(0) }
    }

    /// The same ranks with a smaller largest transfer (bytes, at least one per rank); all ranks must use the same
    /// value.
    pub fn with_transfer_limit(mut self, bytes: usize) -> Self {
        self.limit = bytes.clamp(self.size(), TRANSFER_LIMIT);
        self
    }

    /// This rank, 0-based.
    pub fn rank(&self) -> usize {
        self.form.rank()
    }

    /// Number of ranks.
    pub fn size(&self) -> usize {
        self.form.size()
    }

    /// Name of the host this rank runs on.
    pub fn hostname(&self) -> &str {
        &self.hostname
    }

    /// Seconds this rank has spent in collective calls and in waiting for work: its idle time.
    pub fn waited(&self) -> f64 {
        self.waited.get()
    }

    fn timed<T>(&self, call: impl FnOnce() -> T) -> T {
        let start = Instant::now();
        let value = call();
        self.add_waited(start.elapsed().as_secs_f64());
        value
    }

    /// Adds to the idle time.
    pub fn add_waited(&self, seconds: f64) {
        self.waited.set(self.waited.get() + seconds);
    }

    /// Collective: returns when all ranks have arrived.
    pub fn barrier(&self) {
        self.timed(|| self.form.barrier());
    }

    /// Collective: whether `value` is true on any rank.
    pub fn any(&self, value: bool) -> bool {
        self.timed(|| self.form.any(value))
    }

    /// Collective: the sum over ranks, modulo 2^64.
    pub fn sum_u64(&self, value: u64) -> u64 {
        self.timed(|| self.form.sum(value))
    }

    /// Collective: the largest value of all ranks.
    pub fn max_u64(&self, value: u64) -> u64 {
        self.timed(|| self.form.max(value))
    }

    /// Collective: every rank's value, by rank.
    ///
    /// # Errors
    /// `Internal`, on all ranks together, when a value does not serialise.
    pub fn all_gather<T: Serialize + DeserializeOwned>(&self, value: &T) -> Result<Vec<T>> {
        let bytes = self.agree(encode(value))?;
        let gathered = self.timed(|| self.form.gather(&bytes, self.limit));
        self.agree(gathered.iter().map(|bytes| decode(bytes)).collect())
    }

    /// Collective: sends each value to its rank; returns (source rank, value) ordered by source, then by the order in
    /// which the source listed them. Any volume: transfers longer than MPI's counts are divided into rounds.
    ///
    /// # Errors
    /// `Internal`, on all ranks together, when a destination does not exist or a value does not serialise.
    pub fn exchange<T: Serialize + DeserializeOwned>(&self, values: Vec<(usize, T)>) -> Result<Vec<(usize, T)>> {
        let outgoing = self.agree(self.sorted_by_destination(values))?;
        let incoming = self.timed(|| self.form.exchange(outgoing, self.limit));
        let decoded = incoming.iter().map(|bytes| decode::<Vec<T>>(bytes)).collect::<Result<Vec<_>>>();
        let values = self.agree(decoded)?;
        Ok(values
            .into_iter()
            .enumerate()
            .flat_map(|(source, list)| list.into_iter().map(move |v| (source, v)))
            .collect())
    }

    fn sorted_by_destination<T: Serialize>(&self, values: Vec<(usize, T)>) -> Result<Vec<Vec<u8>>> {
        let mut lists: Vec<Vec<T>> = (0..self.size()).map(|_| Vec::new()).collect();
        for (destination, value) in values {
            let Some(list) = lists.get_mut(destination) else {
                return Err(Error::Internal(format!("a value for rank {destination} of {}", self.size())));
            };
            list.push(value);
        }
        lists.iter().map(encode).collect()
    }

    /// Collective: the value of rank `root`, on all ranks.
    ///
    /// # Errors
    /// `Internal`, on all ranks together, when the value does not serialise.
    pub fn broadcast<T: Serialize + DeserializeOwned>(&self, value: T, root: usize) -> Result<T> {
        let encoded = if self.rank() == root { encode(&value) } else { Ok(Vec::new()) };
        let mut bytes = self.agree(encoded)?;
        self.timed(|| self.form.broadcast(&mut bytes, root, self.limit));
        self.agree(decode(&bytes))
    }

    /// Collective: all ranks succeed or none does. If any rank has failed, every rank gets the error of the first
    /// failing rank, with that rank in its message and its exit code.
    ///
    /// # Errors
    /// That error.
    pub fn agree<T>(&self, result: Result<T>) -> Result<T> {
        if !self.any(result.is_err()) {
            return result;
        }
        if self.size() == 1 {
            return result;
        }
        let report = result.err().map(|error| to_report(&error));
        // a `Report` always serialises; an empty message would still end all ranks with an error
        let bytes = encode(&report).unwrap_or_default();
        let gathered = self.timed(|| self.form.gather(&bytes, self.limit));
        let first = gathered
            .iter()
            .enumerate()
            .find_map(|(rank, bytes)| decode::<Option<Report>>(bytes).ok().flatten().map(|report| (rank, report)));
        Err(match first {
            Some((rank, report)) => from_report(rank, report),
            None => Error::Internal("a rank failed without an error message".into()),
        })
    }

    /// Prints `message` and the rank on standard error and ends all ranks at once with this exit code. For errors that
    /// occur while the other ranks are elsewhere; where all ranks meet, use [`Ranks::agree`].
    pub fn abort(&self, code: i32, message: &str) -> ! {
        let mut standard_error = std::io::stderr().lock();
        let rank = if self.size() > 1 { format!("rank {}: ", self.rank()) } else { String::new() };
        // in one piece, as other messages that end the program; nothing can be done about a closed standard error
        let line = format!("glasswell: {rank}{message}\n");
        let _ = standard_error.write_all(line.as_bytes()).and_then(|()| standard_error.flush());
        self.form.abort(code)
    }

    /// Collective: this rank's number among the ranks of its host, and their number.
    ///
    /// # Errors
    /// As [`Ranks::all_gather`].
    pub fn on_this_host(&self) -> Result<(usize, usize)> {
        let names = self.all_gather(&self.hostname)?;
        let same = |names: &[String]| names.iter().filter(|name| **name == self.hostname).count();
        Ok((same(&names[..self.rank()]), same(&names)))
    }

    /// Whether there is a message that no rank has received; there is none between two queues.
    pub fn unreceived_message(&self) -> bool {
        self.form.unreceived()
    }

    /// The communicator for collective files; `None` for a single rank, which writes without MPI.
    #[cfg(feature = "mpi")]
    pub(crate) fn communicator(&self) -> Option<RawCommunicator> {
        if self.size() > 1 { self.form.communicator() } else { None }
    }
}

/// The name and version of the MPI library; `None` for a program without.
pub fn library_version() -> Option<String> {
    #[cfg(feature = "mpi")]
    return Some(mpi::library_version());
    #[cfg(not(feature = "mpi"))]
    None
}

/// The bytes of a value in messages and checkpoints (postcard).
///
/// # Errors
/// `Internal` when the value does not serialise.
pub fn encode<T: Serialize>(value: &T) -> Result<Vec<u8>> {
    postcard::to_stdvec(value).map_err(|error| Error::Internal(format!("a value cannot be encoded: {error}")))
}

/// The value encoded by [`encode`].
///
/// # Errors
/// `Internal` when the bytes do not encode a `T`.
pub fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Result<T> {
    let failed = |why: String| Error::Internal(format!("a value cannot be decoded: {why}"));
    let (value, rest) = postcard::take_from_bytes(bytes).map_err(|error| failed(error.to_string()))?;
    match rest.len() {
        0 => Ok(value),
        // a longer value of another type that begins alike
        more => Err(failed(format!("{more} bytes are left over"))),
    }
}

fn to_report(error: &Error) -> Report {
    let (kind, file, message) = match error {
        Error::Usage(message) => (0, None, message),
        Error::Deck { file, message } => (1, Some(file), message),
        Error::Input { file, message } => (2, Some(file), message),
        Error::Storage { file, message } => (3, Some(file), message),
        Error::Numerical(message) => (4, None, message),
        Error::Stopped(message) => (5, None, message),
        Error::Internal(message) => (6, None, message),
    };
    Report { kind, file: file.cloned(), message: message.clone() }
}

fn from_report(rank: usize, report: Report) -> Error {
    // an error that was agreed on earlier already names its rank
    let message =
        if names_a_rank(&report.message) { report.message } else { format!("rank {rank}: {}", report.message) };
    match (report.kind, report.file) {
        (0, _) => Error::Usage(message),
        (1, Some(file)) => Error::Deck { file, message },
        (2, Some(file)) => Error::Input { file, message },
        (3, Some(file)) => Error::Storage { file, message },
        (4, _) => Error::Numerical(message),
        (5, _) => Error::Stopped(message),
        _ => Error::Internal(message),
    }
}

fn names_a_rank(message: &str) -> bool {
    let rank = message.strip_prefix("rank ").and_then(|rest| rest.split_once(": "));
    rank.is_some_and(|(rank, _)| rank.parse::<usize>().is_ok())
}
