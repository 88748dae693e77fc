//! Work handed out while it is done: whoever is free takes the next index.
//!
//! Rank 0 keeps the counter and works like everybody else; it answers when it polls between two slices of its own
//! tasks. The others ask ahead, so that an index is there when they need it. Which rank does which task depends on
//! the clock, so nothing that is stored may depend on it.
//!
//! The protocol, one word each way. A worker sends `ahead` WANT words at the start and one more for every index it takes
//! up; rank 0 answers each with an index or END, so a worker has exactly `ahead` answers END to expect. Anyone may
//! ask for a STOP, which rank 0 passes on to all. A worker that leaves says LEAVE and then reads on until BYE, the
//! last word of rank 0 to it; rank 0 leaves when everybody has. So no word is left unreceived, and the next queue
//! uses other tags, so that a quick worker's first word cannot be taken for a late one.

use std::time::{Duration, Instant};

use super::Ranks;

/// What a rank is to do next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// Begin the task of this index.
    Task(usize),
    /// No index has arrived yet: carry on with the tasks in hand, or wait.
    Waiting,
    /// There is nothing more to begin: finish the tasks in hand, then call [`WorkQueue::finish`].
    Finished,
}

const WANT: u64 = 0;
const ASK_STOP: u64 = 1;
const LEAVE: u64 = 2;
const END: u64 = u64::MAX;
const STOP: u64 = u64::MAX - 1;
const BYE: u64 = u64::MAX - 2;

/// MPI promises tags up to 32767.
const FIRST_TAG: i32 = 64;
const TAG_PAIRS: u64 = 8192;

/// The task indices 0..n of all ranks; made by [`Ranks::work`].
///
/// ```
/// # use glasswell::parallel::{Next, Ranks};
/// let ranks = Ranks::alone();
/// let mut queue = ranks.work(3);
/// let mut done = Vec::new();
/// loop {
///     match queue.next_task() {
///         Next::Task(index) => done.push(index), // in slices, with queue.poll() between them
///         Next::Waiting => queue.pause(),
///         Next::Finished => break,
///     }
/// }
/// let stopped = queue.finish();
/// assert!(!stopped && done == [0, 1, 2]);
/// ```
///
/// A rank that meets an error keeps it, calls [`WorkQueue::stop`] and [`WorkQueue::finish`], and hands it to
/// [`Ranks::agree`].
#[must_use = "a queue that is not finished leaves the other ranks waiting"]
pub struct WorkQueue<'r> {
    ranks: &'r Ranks,
    to_keeper: i32,
    to_worker: i32,
    tasks: u64,
    stopping: bool,
    side: Side,
}

enum Side {
    Keeper { next: u64, left: Vec<bool> },
    Worker { ready: std::collections::VecDeque<u64>, ends: usize, ahead: usize, bye: bool, asked_stop: bool },
}

impl Ranks {
    /// Collective: a queue of `tasks` indices, of which each rank asks one ahead.
    pub fn work(&self, tasks: usize) -> WorkQueue<'_> {
        self.work_ahead(tasks, 1)
    }

    /// Collective: a queue of which each rank asks `ahead` indices before it needs them (the lanes of a batch, say).
    pub fn work_ahead(&self, tasks: usize, ahead: usize) -> WorkQueue<'_> {
        let number = self.queues.get();
        self.queues.set(number + 1);
        let to_keeper = FIRST_TAG + 2 * (number % TAG_PAIRS) as i32;
        let ahead = ahead.max(1);
        let side = if self.rank() == 0 {
            Side::Keeper { next: 0, left: (0..self.size()).map(|rank| rank == 0).collect() }
        } else {
            Side::Worker { ready: Default::default(), ends: 0, ahead, bye: false, asked_stop: false }
        };
        let queue =
            WorkQueue { ranks: self, to_keeper, to_worker: to_keeper + 1, tasks: tasks as u64, stopping: false, side };
        if self.rank() != 0 {
            (0..ahead).for_each(|_| queue.say(WANT));
        }
        queue
    }
}

impl WorkQueue<'_> {
    /// Answers and takes in the words that have arrived; never waits. Every rank calls it between slices of work
    /// (about once a second); the others wait on rank 0 for as long as it does not.
    pub fn poll(&mut self) {
        let tag = if matches!(self.side, Side::Keeper { .. }) { self.to_keeper } else { self.to_worker };
        while let Some((source, word)) = self.ranks.form.receive(tag) {
            match &mut self.side {
                Side::Keeper { .. } => self.answer(source, word),
                Side::Worker { ready, ends, bye, .. } => match word {
                    END => *ends += 1,
                    STOP => self.stopping = true,
                    BYE => *bye = true,
                    index => ready.push_back(index),
                },
            }
        }
    }

    /// The next index to begin, if there is one at hand; polls.
    pub fn next_task(&mut self) -> Next {
        self.poll();
        if self.stopping {
            return Next::Finished;
        }
        let index = match &mut self.side {
            Side::Keeper { next, .. } if *next < self.tasks => {
                *next += 1;
                return Next::Task((*next - 1) as usize);
            }
            Side::Keeper { .. } => return Next::Finished,
            Side::Worker { ready, ends, ahead, .. } => match ready.pop_front() {
                Some(index) => index,
                None if ends == ahead => return Next::Finished,
                None => return Next::Waiting,
            },
        };
        self.say(WANT);
        Next::Task(index as usize)
    }

    /// Waits a moment for words, and counts it as idle time.
    pub fn pause(&mut self) {
        std::thread::sleep(Duration::from_micros(200));
        self.ranks.add_waited(200e-6);
    }

    /// Asks all ranks to begin nothing more (a signal, the clock, an error); any rank may call it, any number of
    /// times. Indices that no rank has begun stay undone; what becomes of tasks in hand is the caller's business.
    pub fn stop(&mut self) {
        self.stopping = true;
        match &mut self.side {
            Side::Keeper { .. } => self.tell_stop(),
            Side::Worker { asked_stop: false, .. } => self.say(ASK_STOP),
            Side::Worker { .. } => {}
        }
        if let Side::Worker { asked_stop, .. } = &mut self.side {
            *asked_stop = true;
        }
    }

    /// Whether a rank has asked for a stop: rule for leaving the loop early.
    pub fn stopping(&self) -> bool {
        self.stopping
    }

    /// Collective: leaves the queue when all ranks do. Returns whether a rank asked for a stop, the same on all
    /// ranks.
    pub fn finish(mut self) -> bool {
        let start = Instant::now();
        if matches!(self.side, Side::Worker { .. }) {
            self.say(LEAVE);
        }
        loop {
            self.poll();
            let over = match &self.side {
                Side::Keeper { left, .. } => left.iter().all(|left| *left),
                Side::Worker { bye, .. } => *bye,
            };
            if over {
                break;
            }
            std::thread::sleep(Duration::from_micros(100));
        }
        self.ranks.add_waited(start.elapsed().as_secs_f64());
        self.ranks.any(self.stopping)
    }

    fn say(&self, word: u64) {
        self.ranks.form.send(0, self.to_keeper, word);
    }

    fn answer(&mut self, source: usize, word: u64) {
        let tag = self.to_worker;
        let ranks = self.ranks;
        let Side::Keeper { next, left } = &mut self.side else { return };
        match word {
            WANT if *next < self.tasks && !self.stopping => {
                ranks.form.send(source, tag, *next);
                *next += 1;
            }
            WANT => ranks.form.send(source, tag, END),
            LEAVE => {
                left[source] = true;
                ranks.form.send(source, tag, BYE);
            }
            _ => {
                self.stopping = true;
                self.tell_stop();
            }
        }
    }

    /// Rank 0 passes a stop on to those who are still there, once.
    fn tell_stop(&mut self) {
        let Side::Keeper { next, left } = &mut self.side else { return };
        if *next == u64::MAX {
            return;
        }
        *next = u64::MAX;
        for (rank, left) in left.iter().enumerate() {
            if !*left {
                self.ranks.form.send(rank, self.to_worker, STOP);
            }
        }
    }
}
