//! Work handed out while it is done: whoever is free takes the next index.
//!
//! Rank 0 keeps the counter and works like everybody else. The words are exchanged by the main thread of each rank, which
//! polls while other threads work: an answer takes as long as a poll, whatever the tasks last, over any transport, and
//! nobody asks for an index before it can begin it, so that none waits on a busy rank while another rank is idle.
//! Which rank does which task depends on the clock, so nothing that is stored may depend on it.
//!
//! The protocol, one word each way. The first indices are dealt without a word: index i to rank i modulo the number of
//! ranks, as many to each as it can work on at once. A worker that could begin another sends WANT; rank 0 answers with an
//! index or END. Rank 0 may announce a MEETING, which all ranks join before they read on (a collective step: a checkpoint),
//! a worker tells of each task that is DONE, and anyone may ask for a STOP, which rank 0 passes on to all. A worker with nothing left to do says LEAVE and then reads
//! on until BYE, the last word of rank 0 to it, which comes when everybody has said LEAVE. So no word is left unreceived,
//! and the next queue uses other tags, so that a quick worker's first word cannot be taken for a late one.

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
const DONE: u64 = 3;
const END: u64 = u64::MAX;
const STOP: u64 = u64::MAX - 1;
const BYE: u64 = u64::MAX - 2;
const MEETING: u64 = u64::MAX - 3;

/// MPI promises tags up to 32767.
const FIRST_TAG: i32 = 64;
const TAG_PAIRS: u64 = 8192;

/// The task indices 0..n of all ranks; made by [`Ranks::work`].
///
/// ```
/// # use glasswell::parallel::{Next, Ranks};
/// let ranks = Ranks::alone();
/// let mut queue = ranks.work(3, 1);
/// let mut done = Vec::new();
/// loop {
///     match queue.next_task() {
///         Next::Task(index) => done.push(index), // on another thread, with queue.poll() meanwhile
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
    /// Indices dealt to this rank without a word, still to be begun.
    dealt: std::collections::VecDeque<u64>,
    stopping: bool,
    meeting: bool,
    side: Side,
}

enum Side {
    Keeper { next: u64, done: u64, told_stop: bool, left: Vec<bool> },
    Worker { ready: Option<u64>, asked: bool, ended: bool, left: bool, bye: bool, asked_stop: bool },
}

impl Ranks {
    /// Collective: a queue of `tasks` indices, of which each rank works on `at_once` at the same time.
    pub fn work(&self, tasks: usize, at_once: usize) -> WorkQueue<'_> {
        let number = self.queues.get();
        self.queues.set(number + 1);
        let to_keeper = FIRST_TAG + 2 * (number % TAG_PAIRS) as i32;
        let dealt = (tasks as u64).min((self.size() * at_once.max(1)) as u64);
        let side = if self.rank() == 0 {
            Side::Keeper { next: dealt, done: 0, told_stop: false, left: vec![false; self.size()] }
        } else {
            let ended = dealt == tasks as u64;
            Side::Worker { ready: None, asked: false, ended, left: false, bye: false, asked_stop: false }
        };
        WorkQueue {
            ranks: self,
            to_keeper,
            to_worker: to_keeper + 1,
            tasks: tasks as u64,
            dealt: (self.rank() as u64..dealt).step_by(self.size()).collect(),
            stopping: false,
            meeting: false,
            side,
        }
    }
}

impl WorkQueue<'_> {
    /// Answers and takes in the words that have arrived, up to a meeting; never waits. Every rank calls it all the time:
    /// the others wait on rank 0 for as long as it does not.
    pub fn poll(&mut self) {
        let tag = if matches!(self.side, Side::Keeper { .. }) { self.to_keeper } else { self.to_worker };
        while !self.meeting
            && let Some((source, word)) = self.ranks.form.receive(tag)
        {
            match &mut self.side {
                Side::Keeper { .. } => self.answer(source, word),
                Side::Worker { ready, asked, ended, bye, .. } => {
                    match word {
                        MEETING => self.meeting = true,
                        STOP => self.stopping = true,
                        BYE => *bye = true,
                        END => *ended = true,
                        index => *ready = Some(index),
                    }
                    *asked &= matches!(word, MEETING | STOP | BYE);
                }
            }
        }
    }

    /// The next index to begin, if there is one at hand; else it is asked for. Polls.
    pub fn next_task(&mut self) -> Next {
        self.poll();
        if self.stopping {
            return Next::Finished;
        }
        if let Some(index) = self.dealt.pop_front() {
            return Next::Task(index as usize);
        }
        match &mut self.side {
            Side::Keeper { next, .. } if *next < self.tasks => {
                *next += 1;
                Next::Task((*next - 1) as usize)
            }
            Side::Keeper { .. } => Next::Finished,
            Side::Worker { ready, asked, ended, .. } => match ready.take() {
                Some(index) => Next::Task(index as usize),
                None if *ended => Next::Finished,
                None => {
                    if !std::mem::replace(asked, true) {
                        self.say(WANT);
                    }
                    Next::Waiting
                }
            },
        }
    }

    /// A task of this rank is done: rank 0 counts them.
    pub fn done(&mut self) {
        match &mut self.side {
            Side::Keeper { done, .. } => *done += 1,
            Side::Worker { .. } => self.say(DONE),
        }
    }

    /// On rank 0: how many tasks have been begun, and how many are done, on all ranks. Zeros elsewhere.
    pub fn counts(&self) -> (u64, u64) {
        match &self.side {
            Side::Keeper { next, done, .. } => (*next - self.dealt.len() as u64, *done),
            Side::Worker { .. } => (0, 0),
        }
    }

    /// Waits a moment for words, and counts it as idle time.
    pub fn pause(&mut self) {
        let start = Instant::now();
        std::thread::sleep(Duration::from_micros(200));
        self.ranks.add_waited(start.elapsed().as_secs_f64());
    }

    /// Rank 0 calls all ranks to a meeting: each of them finds [`WorkQueue::meeting`] true after its next polls, and so does
    /// rank 0 at once. Elsewhere, and while the ranks stop, it does nothing.
    pub fn call_meeting(&mut self) {
        if let Side::Keeper { told_stop: false, .. } = &self.side
            && !self.meeting
        {
            self.meeting = true;
            (1..self.ranks.size()).for_each(|rank| self.ranks.form.send(rank, self.to_worker, MEETING));
        }
    }

    /// Whether a meeting waits for this rank. It does what the meeting is for, with all others, and then says
    /// [`WorkQueue::met`].
    pub fn meeting(&self) -> bool {
        self.meeting
    }

    /// The meeting is over: words are read again.
    pub fn met(&mut self) {
        self.meeting = false;
    }

    /// Asks all ranks to begin nothing more (a signal, the clock, an error); any rank may call it, any number of
    /// times. Indices that no rank has begun stay undone; what becomes of tasks in hand is the caller's business.
    pub fn stop(&mut self) {
        self.stopping = true;
        match &mut self.side {
            Side::Keeper { .. } => self.tell_stop(),
            Side::Worker { asked_stop, .. } => {
                if !std::mem::replace(asked_stop, true) {
                    self.say(ASK_STOP);
                }
            }
        }
    }

    /// Whether a rank has asked for a stop: rule for leaving the loop early.
    pub fn stopping(&self) -> bool {
        self.stopping
    }

    /// This rank has nothing left to do: no task in hand and none to begin. May be said any number of times; afterwards it
    /// polls on, because meetings and stops may still come.
    pub fn leave(&mut self) {
        match &mut self.side {
            Side::Keeper { left, .. } => left[0] = true,
            Side::Worker { left, .. } => {
                if !std::mem::replace(left, true) {
                    self.say(LEAVE);
                }
            }
        }
    }

    /// Whether all ranks have left; polls.
    pub fn over(&mut self) -> bool {
        self.poll();
        match &self.side {
            Side::Keeper { left, .. } => !self.meeting && left.iter().all(|left| *left),
            Side::Worker { bye, .. } => *bye,
        }
    }

    /// Collective: leaves the queue when all ranks do. Returns whether a rank asked for a stop, the same on all ranks. Where
    /// meetings are called it comes after [`WorkQueue::over`].
    pub fn finish(mut self) -> bool {
        self.leave();
        while !self.over() {
            self.pause();
        }
        if matches!(self.side, Side::Keeper { .. }) {
            (1..self.ranks.size()).for_each(|rank| self.ranks.form.send(rank, self.to_worker, BYE));
        }
        self.ranks.any(self.stopping)
    }

    fn say(&self, word: u64) {
        self.ranks.form.send(0, self.to_keeper, word);
    }

    fn answer(&mut self, source: usize, word: u64) {
        let Side::Keeper { next, done, left, .. } = &mut self.side else { return };
        match word {
            WANT if *next < self.tasks && !self.stopping => {
                *next += 1;
                self.ranks.form.send(source, self.to_worker, *next - 1);
            }
            WANT => self.ranks.form.send(source, self.to_worker, END),
            LEAVE => left[source] = true,
            DONE => *done += 1,
            _ => {
                self.stopping = true;
                self.tell_stop();
            }
        }
    }

    /// Rank 0 passes a stop on, once.
    fn tell_stop(&mut self) {
        if let Side::Keeper { told_stop, .. } = &mut self.side
            && !std::mem::replace(told_stop, true)
        {
            (1..self.ranks.size()).for_each(|rank| self.ranks.form.send(rank, self.to_worker, STOP));
        }
    }
}
