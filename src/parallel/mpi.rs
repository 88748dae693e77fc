//! The implementation with MPI: the only file that calls MPI. It needs no `unsafe`: rsmpi's safe calls suffice.

use mpi::collective::SystemOperation;
use mpi::datatype::{Partition, PartitionMut};
use mpi::environment::Universe;
use mpi::topology::{Color, SimpleCommunicator};
use mpi::traits::*;
use mpi::{Count, Rank, Tag, Threading};
use std::io::Write;
use std::time::{Duration, Instant};

use super::form::{Form, RawCommunicator};
use crate::error::{Error, Result};

/// `world` is declared before `universe`, whose drop ends MPI; a subset of the ranks has no `universe`.
pub(super) struct Mpi {
    world: SimpleCommunicator,
    _universe: Option<Universe>,
}

/// The name and version of the library, which need not have started.
pub(super) fn library_version() -> String {
    let version = mpi::environment::library_version().unwrap_or_default();
    // C ends it, some libraries add how they were configured
    let line = version.trim_matches('\0').lines().next().unwrap_or("").trim();
    if line.is_empty() { "unknown".to_owned() } else { line.to_owned() }
}

/// Tag of messages with bytes, between members of a subset of ranks that has no queue.
const BYTES: Tag = 1;

/// A rank that waits longer than this gives its core away between two looks: to other threads and ranks of its host.
const SPIN: Duration = Duration::from_millis(1);
/// Longest time between two looks.
const LONGEST_SLEEP: Duration = Duration::from_millis(1);

/// Looks until there is something. MPI's own calls wait by looking without end, which costs a core: where ranks are more than
/// cores, or threads share them, that core is one at work.
fn patiently<T>(mut look: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        let waited = start.elapsed();
        if waited > SPIN {
            std::thread::sleep((waited / 20).min(LONGEST_SLEEP));
        }
    }
}

impl Mpi {
    /// Collective: waits until all ranks are here, so that the collective call that follows does not wait.
    fn meet(&self) {
        let mut request = Some(self.world.immediate_barrier());
        patiently(|| match request.take()?.test() {
            Ok(_) => Some(()),
            Err(pending) => {
                request = Some(pending);
                None
            }
        });
    }

    pub(super) fn start() -> Result<Self> {
        let Some((universe, _)) = mpi::initialize_with_threading(Threading::Funneled) else {
            return Err(Error::Internal("MPI was started twice".into()));
        };
        let world = universe.world();
        if world.size() > 1 {
            end_all_ranks_on_panic(world.rank());
        }
        Ok(Mpi { world, _universe: Some(universe) })
    }
}

/// Number of rounds of a transfer with messages of these lengths, where no round moves more than `limit` bytes plus one
/// per rank: few long messages among many ranks take as few rounds as one long message between two.
fn rounds(lengths: &[u64], limit: usize) -> u64 {
    lengths.iter().sum::<u64>().div_ceil(limit.max(1) as u64)
}

/// Ends all ranks on a panic: a rank that unwinds would leave the others waiting forever in their next collective call.
fn end_all_ranks_on_panic(rank: Rank) {
    let report = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |information| {
        report(information);
        let _ = writeln!(
            std::io::stderr().lock(),
            "glasswell: internal error on rank {rank}, see above; it ends all ranks; please report it with the deck"
        );
        SimpleCommunicator::world().abort(70)
    }));
}

/// Counts and offsets of consecutive pieces.
fn pieces(lengths: impl Iterator<Item = usize>) -> (Vec<Count>, Vec<Count>) {
    let mut start: Count = 0;
    lengths
        .map(|length| {
            // the pieces of a round are at most 2^30 bytes plus one per rank
            let piece = (length as Count, start);
            start += piece.0;
            piece
        })
        .unzip()
}

/// The part of a message of `length` bytes sent in round `round` of `rounds`: each round takes its share of every
/// message.
fn part(length: u64, round: u64, rounds: u64) -> std::ops::Range<usize> {
    let end = |round: u64| (u128::from(length) * u128::from(round) / u128::from(rounds)) as usize;
    end(round)..end(round + 1)
}

/// An empty `Vec<u8>` points to address 1, which Open MPI interprets as MPI_IN_PLACE: an empty slice must point to
/// valid memory.
fn sendable(bytes: &[u8]) -> &[u8] {
    static MEMORY: [u8; 1] = [0];
    if bytes.is_empty() { &MEMORY[..0] } else { bytes }
}

/// Memory for a round's bytes; never empty, for the same reason.
fn memory(counts: &[Count]) -> Vec<u8> {
    vec![0u8; counts.iter().map(|count| *count as usize).sum::<usize>().max(1)]
}

/// Splits a round's bytes and appends them to those of earlier rounds.
fn append(round: &[u8], counts: &[Count], received: &mut [Vec<u8>]) {
    let mut rest = round;
    for (count, bytes) in counts.iter().zip(received) {
        let (piece, after) = rest.split_at(*count as usize);
        bytes.extend_from_slice(piece);
        rest = after;
    }
}

impl Form for Mpi {
    fn rank(&self) -> usize {
        self.world.rank() as usize
    }

    fn size(&self) -> usize {
        self.world.size() as usize
    }

    fn barrier(&self) {
        self.meet();
    }

    fn any(&self, value: bool) -> bool {
        self.meet();
        let mut any = 0u8;
        self.world.all_reduce_into(&u8::from(value), &mut any, SystemOperation::max());
        any > 0
    }

    fn sum(&self, value: u64) -> u64 {
        self.meet();
        let mut sum = 0u64;
        self.world.all_reduce_into(&value, &mut sum, SystemOperation::sum());
        sum
    }

    fn max(&self, value: u64) -> u64 {
        self.meet();
        let mut max = 0u64;
        self.world.all_reduce_into(&value, &mut max, SystemOperation::max());
        max
    }

    fn gather(&self, bytes: &[u8], limit: usize) -> Vec<Vec<u8>> {
        self.meet();
        let mut lengths = vec![0u64; self.size()];
        self.world.all_gather_into(&(bytes.len() as u64), &mut lengths[..]);
        let rounds = rounds(&lengths, limit);
        let mut received: Vec<Vec<u8>> = lengths.iter().map(|length| Vec::with_capacity(*length as usize)).collect();
        for round in 0..rounds {
            let (counts, starts) = pieces(lengths.iter().map(|length| part(*length, round, rounds).len()));
            let mut buffer = memory(&counts);
            let mine = sendable(&bytes[part(bytes.len() as u64, round, rounds)]);
            let mut target = PartitionMut::new(&mut buffer[..], &counts[..], &starts[..]);
            self.world.all_gather_varcount_into(mine, &mut target);
            append(&buffer, &counts, &mut received);
        }
        received
    }

    fn exchange(&self, outgoing: Vec<Vec<u8>>, limit: usize) -> Vec<Vec<u8>> {
        let out_lengths: Vec<u64> = outgoing.iter().map(|bytes| bytes.len() as u64).collect();
        self.meet();
        let mut in_lengths = vec![0u64; self.size()];
        self.world.all_to_all_into(&out_lengths[..], &mut in_lengths[..]);
        let rounds = self.max(rounds(&out_lengths, limit).max(rounds(&in_lengths, limit)));
        let mut received: Vec<Vec<u8>> = in_lengths.iter().map(|length| Vec::with_capacity(*length as usize)).collect();
        for round in 0..rounds {
            let mine = || outgoing.iter().map(|bytes| &bytes[part(bytes.len() as u64, round, rounds)]);
            let packed: Vec<u8> = mine().flatten().copied().collect();
            let (out_counts, out_starts) = pieces(mine().map(<[u8]>::len));
            let (counts, starts) = pieces(in_lengths.iter().map(|length| part(*length, round, rounds).len()));
            let mut buffer = memory(&counts);
            let source = Partition::new(sendable(&packed), &out_counts[..], &out_starts[..]);
            let mut target = PartitionMut::new(&mut buffer[..], &counts[..], &starts[..]);
            self.world.all_to_all_varcount_into(&source, &mut target);
            append(&buffer, &counts, &mut received);
        }
        received
    }

    fn broadcast(&self, bytes: &mut Vec<u8>, root: usize, limit: usize) {
        self.meet();
        let root = self.world.process_at_rank(root as Rank);
        let mut length = bytes.len() as u64;
        root.broadcast_into(&mut length);
        bytes.resize(length as usize, 0);
        for piece in bytes.chunks_mut(limit) {
            root.broadcast_into(piece);
        }
    }

    fn send(&self, destination: usize, tag: i32, word: u64) {
        // every transport of Open MPI and MPICH sends eight bytes eagerly: the call does not wait
        self.world.process_at_rank(destination as Rank).send_with_tag(&word, tag as Tag);
    }

    fn receive(&self, tag: i32) -> Option<(usize, u64)> {
        let (message, status) = self.world.any_process().immediate_matched_probe_with_tag(tag as Tag)?;
        let (word, _) = message.matched_receive::<u64>();
        Some((status.source_rank() as usize, word))
    }

    fn unreceived(&self) -> bool {
        self.world.any_process().immediate_probe().is_some()
    }

    fn split(&self, color: usize) -> Box<dyn Form> {
        // there are never more colors than ranks
        let part = self.world.split_by_color(Color::with_value(color as i32));
        match part {
            Some(world) => Box::new(Mpi { world, _universe: None }),
            None => Box::new(super::serial::Serial),
        }
    }

    fn send_bytes(&self, destination: usize, bytes: &[u8]) {
        self.world.process_at_rank(destination as Rank).send_with_tag(sendable(bytes), BYTES);
    }

    fn receive_bytes(&self, source: usize) -> Vec<u8> {
        let source = self.world.process_at_rank(source as Rank);
        patiently(|| source.immediate_matched_probe_with_tag(BYTES)).matched_receive_vec().0
    }

    fn abort(&self, code: i32) -> ! {
        self.world.abort(code)
    }

    fn communicator(&self) -> Option<RawCommunicator> {
        Some(self.world.as_raw())
    }
}

#[cfg(test)]
mod tests {
    use super::{part, pieces, rounds};

    /// Messages beyond 2^32 bytes, including empty and short ones: every byte is sent once, in order, and no round
    /// overflows the counts.
    #[test]
    fn the_rounds_of_long_messages_fit_counts_of_32_bits() {
        let lengths = [5 << 32, 0, 3, (1 << 33) + 1, 77_000_000_011_u64];
        let limit = 1 << 30;
        let rounds = rounds(&lengths, limit);
        let mut sent = lengths.map(|_| 0);
        for round in 0..rounds {
            let parts = lengths.map(|length| part(length, round, rounds));
            for (sent, part) in sent.iter_mut().zip(&parts) {
                assert_eq!(*sent, part.start as u64);
                *sent = part.end as u64;
            }
            let all: u64 = parts.iter().map(|part| part.len() as u64).sum();
            assert!(all <= (limit + lengths.len()) as u64, "round {round}: {all}");
            let (counts, starts) = pieces(parts.iter().map(std::ops::Range::len));
            assert!(counts.iter().zip(&starts).all(|(count, start)| *count >= 0 && *start >= 0));
        }
        assert_eq!(sent, lengths);
    }
}
