//! A replay of the work queue on any number of ranks, without MPI: the time that tasks of known cost take.
//!
//! Discrete events: tasks that end, messages that reach rank 0, answers that reach a rank. Rank 0 reads the messages
//! that have arrived every [`POLL`], one after the other, and takes `word` for each; a rank without a task checks for
//! its answer every `POLL` / 5. Indices are handed out by the function of `queue.rs`.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};

use super::queue::handed_out;

/// Seconds between two polls of rank 0.
pub const POLL: f64 = 1e-3;

/// The ranks of a replay.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Machine {
    pub ranks: usize,
    /// Number of tasks that a rank works on concurrently.
    pub threads: usize,
    /// Time from sending a message until it can be read [s].
    pub latency: f64,
    /// Time that rank 0 needs to read a message and answer it [s].
    pub word: f64,
    /// Seconds between two polls.
    pub poll: f64,
    /// Whether rank 0 hands out several indices at a time when there are many messages, as the real queue does.
    pub several: bool,
}

impl Machine {
    /// Ranks whose messages cost no time: only the order of the tasks matters.
    pub fn ideal(ranks: usize, threads: usize) -> Self {
        Machine { ranks, threads, latency: 0.0, word: 0.0, poll: 0.0, several: true }
    }
}

/// The result of a replay.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Replay {
    /// From the start of the first task until all ranks know that all are finished [s].
    pub makespan: f64,
    /// Sum of the costs of the tasks that were done [s].
    pub work: f64,
    pub done: u64,
    /// Number of messages that rank 0 has read.
    pub words: u64,
    /// Sum over threads of the time between asking for an index and receiving it [s].
    pub waited: f64,
    /// Time that rank 0 has spent on messages [s].
    pub answering: f64,
}

impl Replay {
    /// Work over the time of all threads.
    pub fn efficiency(&self, machine: &Machine) -> f64 {
        let hands = (machine.ranks * machine.threads) as f64;
        if self.makespan > 0.0 { self.work / (hands * self.makespan) } else { 1.0 }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Event {
    /// A task of this rank ends.
    Ended(u32),
    /// A rank's message that it wants an index, or that it leaves, can be read by rank 0.
    Wants(u32),
    Leaves(u32),
    /// Indices reach a rank: the first and their number; 0 means that there are no more.
    Answer(u32, u32, u32),
}

/// A time that is ordered as a number; times are never negative.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Time(u64);

impl Time {
    fn of(seconds: f64) -> Self {
        Time(seconds.to_bits())
    }

    fn seconds(self) -> f64 {
        f64::from_bits(self.0)
    }
}

#[derive(Clone, Debug, Default)]
struct Rank {
    free: u32,
    waiting: VecDeque<u32>,
    /// The time of the request for an index, if an answer is due.
    asked: Option<f64>,
    ended: bool,
    left: bool,
}

struct Stage<'c> {
    costs: &'c [f64],
    machine: Machine,
    ranks: Vec<Rank>,
    /// In the order of time; simultaneous events in the order in which they were created.
    events: BinaryHeap<Reverse<(Time, u64, Event)>>,
    number: u64,
    next: u64,
    /// The time until which rank 0 is busy with messages, and how many it has answered in this poll.
    busy: f64,
    in_poll: u64,
    outcome: Replay,
}

/// Replays a queue of tasks of these costs [s], in the order of their indices.
pub fn replay(costs: &[f64], machine: Machine) -> Replay {
    let hands = machine.ranks * machine.threads;
    let mut stage = Stage {
        costs,
        machine,
        ranks: vec![Rank { free: machine.threads as u32, ..Rank::default() }; machine.ranks],
        events: BinaryHeap::new(),
        number: 0,
        next: costs.len().min(hands) as u64,
        busy: 0.0,
        in_poll: 0,
        outcome: Replay::default(),
    };
    for index in 0..stage.next as usize {
        stage.ranks[index % machine.ranks].waiting.push_back(index as u32);
    }
    if stage.next == costs.len() as u64 {
        stage.ranks.iter_mut().skip(1).for_each(|rank| rank.ended = true);
    }
    for rank in 0..machine.ranks {
        stage.go_on(rank, 0.0);
    }
    while let Some(Reverse((time, _, event))) = stage.events.pop() {
        stage.happens(time.seconds(), event);
    }
    stage.outcome
}

impl Stage<'_> {
    fn at(&mut self, time: f64, event: Event) {
        self.number += 1;
        self.events.push(Reverse((Time::of(time), self.number, event)));
    }

    fn happens(&mut self, now: f64, event: Event) {
        match event {
            Event::Ended(rank) => {
                self.outcome.makespan = self.outcome.makespan.max(now);
                self.ranks[rank as usize].free += 1;
                self.go_on(rank as usize, now);
            }
            Event::Wants(rank) => {
                let read = self.read(now);
                let left = self.costs.len() as u64 - self.next;
                let hands = (self.machine.ranks * self.machine.threads) as u64;
                let words = if self.machine.several { self.in_poll } else { 0 };
                let several = if left == 0 { 0 } else { handed_out(left, hands, words) };
                let first = self.next as u32;
                self.next += several;
                self.at(read + self.machine.latency, Event::Answer(rank, first, several as u32));
            }
            Event::Leaves(_) => {
                let read = self.read(now);
                // latency of the last message from rank 0
                self.outcome.makespan = self.outcome.makespan.max(read + self.machine.latency);
            }
            Event::Answer(rank, first, several) => self.take(rank as usize, now, first..first + several),
        }
    }

    /// The time at which rank 0 has read a message that arrives now: at once while it is reading, otherwise at its next
    /// poll.
    fn read(&mut self, now: f64) -> f64 {
        let Machine { poll, word, .. } = self.machine;
        if now > self.busy {
            self.in_poll = 0;
            let looks = if poll > 0.0 { ((now - self.busy) / poll).ceil() } else { 0.0 };
            self.busy = if poll > 0.0 { self.busy + looks * poll } else { now };
        }
        self.in_poll += 1;
        self.busy += word;
        self.outcome.words += 1;
        self.outcome.answering += word;
        self.busy
    }

    fn take(&mut self, number: usize, now: f64, indices: std::ops::Range<u32>) {
        // with a task in progress a rank polls as rarely as rank 0
        let idle = self.ranks[number].free == self.machine.threads as u32;
        let now = now + self.machine.poll * if idle { 0.1 } else { 0.5 };
        let rank = &mut self.ranks[number];
        if let Some(asked) = rank.asked.take() {
            self.outcome.waited += now - asked;
        }
        rank.ended |= indices.is_empty();
        rank.waiting.extend(indices);
        self.go_on(number, now);
    }

    /// Starts what the rank can start, and asks for more when it has a free thread.
    fn go_on(&mut self, number: usize, now: f64) {
        while self.ranks[number].free > 0 {
            let index = match self.ranks[number].waiting.pop_front() {
                Some(index) => index as usize,
                None if number == 0 && self.next < self.costs.len() as u64 => {
                    self.next += 1;
                    self.next as usize - 1
                }
                None => break,
            };
            self.ranks[number].free -= 1;
            self.outcome.work += self.costs[index];
            self.outcome.done += 1;
            self.at(now + self.costs[index], Event::Ended(number as u32));
        }
        let threads = self.machine.threads as u32;
        let arrives = now + self.machine.latency;
        let rank = &mut self.ranks[number];
        if number == 0 || rank.free == 0 {
            return;
        }
        if !rank.ended && rank.asked.is_none() {
            rank.asked = Some(now);
            self.at(arrives, Event::Wants(number as u32));
        } else if rank.ended && rank.free == threads && !rank.left {
            rank.left = true;
            self.at(arrives, Event::Leaves(number as u32));
        }
    }
}

/// The time of the slowest rank when each takes a block of consecutive tasks, of equal size (to within one).
pub fn blocks(costs: &[f64], ranks: usize) -> f64 {
    let place = |rank: usize| costs.len() * rank / ranks;
    (0..ranks).map(|rank| costs[place(rank)..place(rank + 1)].iter().sum()).fold(0.0, f64::max)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_costs_without_words_take_exactly_their_rounds() {
        for (tasks, ranks, threads, rounds) in [(12, 4, 1, 3.0), (13, 4, 1, 4.0), (3, 4, 1, 1.0), (96, 4, 8, 3.0)] {
            let outcome = replay(&vec![2.0; tasks], Machine::ideal(ranks, threads));
            assert_eq!(
                (outcome.makespan, outcome.done, outcome.work),
                (2.0 * rounds, tasks as u64, 2.0 * tasks as f64)
            );
        }
        assert_eq!(replay(&[], Machine::ideal(3, 1)), Replay { words: 2, ..Replay::default() });
    }

    /// Unequal costs: every task is done once, the makespan is at most the list-scheduling bound and at least the mean
    /// load; messages only add to it.
    #[test]
    fn work_is_conserved_and_the_makespan_is_bounded() {
        let costs: Vec<f64> = (0..5000_u64).map(|k| 0.1 + (k * 7919 % 1000) as f64 / 500.0).collect();
        let work: f64 = costs.iter().sum();
        let longest = costs.iter().copied().fold(0.0, f64::max);
        for (ranks, threads) in [(1, 1), (7, 1), (64, 4), (999, 1)] {
            let hands = (ranks * threads) as f64;
            let ideal = replay(&costs, Machine::ideal(ranks, threads));
            let real =
                replay(&costs, Machine { latency: 1e-5, word: 2e-6, poll: POLL, ..Machine::ideal(ranks, threads) });
            for outcome in [ideal, real] {
                assert_eq!(outcome.done, 5000);
                assert!((outcome.work / work - 1.0).abs() < 1e-12);
                assert!(outcome.makespan >= work / hands * (1.0 - 1e-12));
            }
            assert!(ideal.makespan <= work / hands + longest);
            // each task waits a few polls at most
            assert!(
                real.makespan <= work / hands + longest + 4.0 * POLL * (5000.0 / hands).ceil() + 2.0 * longest * 0.01
            );
        }
    }

    #[test]
    fn short_tasks_of_many_ranks_are_handed_out_several_at_a_time() {
        let machine = Machine { latency: 5e-6, word: 2e-6, poll: POLL, ..Machine::ideal(10_000, 1) };
        let outcome = replay(&vec![0.01; 1_000_000], machine);
        assert_eq!(outcome.done, 1_000_000);
        // with one message per task rank 0 would need two seconds, while the tasks take one
        assert!(outcome.words < 400_000 && outcome.makespan < 1.3, "{outcome:?}");
    }

    #[test]
    fn blocks_end_with_the_slowest() {
        assert_eq!(blocks(&[1.0, 2.0, 3.0, 4.0, 5.0], 2), 12.0);
        assert_eq!(blocks(&[], 2), 0.0);
    }
}
