//! Work handed out while it is done: whoever is free takes the next index.
//!
//! Rank 0 keeps the counter and works like everybody else. The words are exchanged by the main thread of each rank, which
//! polls while other threads work: an answer takes as long as a poll, whatever the tasks last, over any transport, and
//! nobody asks for an index before it can begin it, so that none waits on a busy rank while another rank is idle.
//! Which rank does which task depends on the clock, so nothing that is stored may depend on it.
//!
//! The protocol, one word each way. The first indices are dealt without a word: index i to rank i modulo the number of
//! ranks, as many to each as it can work on at once. A worker that could begin another sends WANT; rank 0 answers with an
//! index or END. When more words wait than rank 0 answers well between two polls (many ranks, short tasks), it answers with
//! several indices, of what is left at most an eighth of a rank's share, until words are few again: guided
//! self-scheduling, but only when it is needed.
//! Rank 0 may announce a MEETING, which all ranks join before they read on (a collective step: a checkpoint),
//! a worker's words tell how many tasks it has done since the last, and anyone may ask for a STOP, which rank 0 passes on to all. A worker with nothing left to do says LEAVE and then reads
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

/// Words to rank 0 hold the number of tasks done since the last one above these bits.
const WORD_BITS: u32 = 2;
const WANT: u64 = 0;
const ASK_STOP: u64 = 1;
const LEAVE: u64 = 2;
const DONE: u64 = 3;
/// Words of rank 0: a first index and, above these bits, how many; or one of these.
const INDEX_BITS: u32 = 44;
const END: u64 = u64::MAX;
const STOP: u64 = u64::MAX - 1;
const BYE: u64 = u64::MAX - 2;
const MEETING: u64 = u64::MAX - 3;

/// Words that rank 0 answers in one poll before it begins to hand out several indices at a time: a tenth of what it can
/// answer between two polls, a millisecond apart.
pub(super) const WORDS_BEFORE_SEVERAL: u64 = 100;
/// Of its share of what is left, a rank gets at most this part at a time.
const PART_OF_SHARE: u64 = 8;

/// How many indices rank 0 hands out at once, after `words` others in the same poll: `left` indices for `hands` threads.
pub(super) fn handed_out(left: u64, hands: u64, words: u64) -> u64 {
    let most = left / (PART_OF_SHARE * hands.max(1));
    (1 + words / WORDS_BEFORE_SEVERAL).min(most).clamp(1, 1 << 16)
}

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
    /// Threads of all ranks.
    hands: u64,
    /// Indices of this rank that are still to be begun.
    dealt: std::collections::VecDeque<u64>,
    stopping: bool,
    meeting: bool,
    side: Side,
}

enum Side {
    /// `words`: those answered in this poll.
    Keeper { next: u64, done: u64, words: u64, told_stop: bool, left: Vec<bool> },
    /// `done`: tasks that rank 0 has not been told of.
    Worker { done: u64, asked: bool, ended: bool, left: bool, bye: bool, asked_stop: bool },
}

impl Ranks {
    /// Collective: a queue of `tasks` indices, of which each rank works on `at_once` at the same time.
    pub fn work(&self, tasks: usize, at_once: usize) -> WorkQueue<'_> {
        let number = self.queues.get();
        self.queues.set(number + 1);
        let to_keeper = FIRST_TAG + 2 * (number % TAG_PAIRS) as i32;
        let hands = (self.size() * at_once.max(1)) as u64;
        let dealt = (tasks as u64).min(hands);
        let side = if self.rank() == 0 {
            Side::Keeper { next: dealt, done: 0, words: 0, told_stop: false, left: vec![false; self.size()] }
        } else {
            let ended = dealt == tasks as u64;
            Side::Worker { done: 0, asked: false, ended, left: false, bye: false, asked_stop: false }
        };
        WorkQueue {
            ranks: self,
            to_keeper,
            to_worker: to_keeper + 1,
            tasks: tasks as u64,
            hands,
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
        let tag = match &mut self.side {
            Side::Keeper { words, .. } => {
                *words = 0;
                self.to_keeper
            }
            Side::Worker { .. } => self.to_worker,
        };
        // rank 0 has a clock to look at, too, when words come as fast as it answers them
        let mut left_to_read = 4 * self.ranks.size();
        while !self.meeting
            && left_to_read > 0
            && let Some((source, word)) = self.ranks.form.receive(tag)
        {
            left_to_read -= 1;
            match &mut self.side {
                Side::Keeper { .. } => self.answer(source, word),
                Side::Worker { asked, ended, bye, .. } => {
                    match word {
                        MEETING => self.meeting = true,
                        STOP => self.stopping = true,
                        BYE => *bye = true,
                        END => *ended = true,
                        word => {
                            let first = word & ((1 << INDEX_BITS) - 1);
                            self.dealt.extend(first..first + (word >> INDEX_BITS));
                        }
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
            Side::Worker { ended: true, .. } => Next::Finished,
            Side::Worker { asked, .. } => {
                if !std::mem::replace(asked, true) {
                    self.say(WANT);
                }
                Next::Waiting
            }
        }
    }

    /// A task of this rank is done: rank 0 counts them. It is told with the next index that is asked for, or at once.
    pub fn done(&mut self) {
        match &mut self.side {
            Side::Keeper { done, .. } => *done += 1,
            Side::Worker { done, asked, ended, .. } => {
                *done += 1;
                if *asked || *ended {
                    self.say(DONE);
                }
            }
        }
    }

    /// On rank 0: how many tasks have been handed out, and how many are done, on all ranks. Zeros elsewhere.
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
            // after its last word rank 0 may read no more; `finish` agrees on the stop
            Side::Worker { left: true, .. } => {}
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

    fn say(&mut self, word: u64) {
        let done = match &mut self.side {
            Side::Worker { done, .. } => std::mem::take(done),
            Side::Keeper { .. } => 0,
        };
        self.ranks.form.send(0, self.to_keeper, word | done << WORD_BITS);
    }

    fn answer(&mut self, source: usize, word: u64) {
        let Side::Keeper { next, done, words, left, .. } = &mut self.side else { return };
        *done += word >> WORD_BITS;
        *words += 1;
        match word & ((1 << WORD_BITS) - 1) {
            WANT if *next < self.tasks && !self.stopping => {
                let several = handed_out(self.tasks - *next, self.hands, *words);
                self.ranks.form.send(source, self.to_worker, *next | several << INDEX_BITS);
                *next += several;
            }
            WANT => self.ranks.form.send(source, self.to_worker, END),
            LEAVE => left[source] = true,
            DONE => (),
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

#[cfg(test)]
mod tests {
    use super::super::form::Form;
    use super::super::{Ranks, TRANSFER_LIMIT};
    use super::*;
    use std::cell::{Cell, RefCell};
    use std::collections::VecDeque;
    use std::rc::Rc;

    /// Rank 0 of many ranks that are not there: words wait to be read, answers are kept.
    #[derive(Clone, Default)]
    struct Post {
        size: usize,
        waiting: Rc<RefCell<VecDeque<(usize, u64)>>>,
        sent: Rc<RefCell<Vec<(usize, u64)>>>,
    }

    impl Form for Post {
        fn rank(&self) -> usize {
            0
        }
        fn size(&self) -> usize {
            self.size
        }
        fn barrier(&self) {}
        fn any(&self, value: bool) -> bool {
            value
        }
        fn sum(&self, value: u64) -> u64 {
            value
        }
        fn max(&self, value: u64) -> u64 {
            value
        }
        fn gather(&self, bytes: &[u8], _limit: usize) -> Vec<Vec<u8>> {
            vec![bytes.to_vec()]
        }
        fn exchange(&self, outgoing: Vec<Vec<u8>>, _limit: usize) -> Vec<Vec<u8>> {
            outgoing
        }
        fn broadcast(&self, _bytes: &mut Vec<u8>, _root: usize, _limit: usize) {}
        fn send(&self, destination: usize, _tag: i32, word: u64) {
            self.sent.borrow_mut().push((destination, word));
        }
        fn receive(&self, _tag: i32) -> Option<(usize, u64)> {
            self.waiting.borrow_mut().pop_front()
        }
        fn unreceived(&self) -> bool {
            false
        }
        fn split(&self, _color: usize) -> Box<dyn Form> {
            Box::new(self.clone())
        }
        fn abort(&self, code: i32) -> ! {
            std::process::exit(code)
        }
        #[cfg(feature = "mpi")]
        fn communicator(&self) -> Option<super::super::form::RawCommunicator> {
            None
        }
    }

    /// Every rank asks in every poll: the answers become longer, hold every index once, and are single ones at the end.
    #[test]
    fn a_flood_of_words_is_answered_with_several_indices_each() {
        let (size, tasks) = (1000, 100_000);
        let post = Post { size, ..Post::default() };
        let ranks = Ranks {
            form: Box::new(post.clone()),
            limit: TRANSFER_LIMIT,
            hostname: String::new(),
            waited: Cell::new(0.0),
            queues: Cell::new(0),
        };
        let mut queue = ranks.work(tasks, 1);
        let mut begun: Vec<u64> = (0..size as u64).collect();
        let mut lengths = Vec::new();
        while begun.len() < tasks {
            // each tells of one task done
            post.waiting.borrow_mut().extend((1..size).map(|rank| (rank, WANT | 1 << WORD_BITS)));
            queue.poll();
            for (_, word) in post.sent.borrow_mut().drain(..).filter(|(_, word)| *word != END) {
                let (first, count) = (word & ((1 << INDEX_BITS) - 1), word >> INDEX_BITS);
                begun.extend(first..first + count);
                lengths.push(count);
            }
        }
        assert!(begun.into_iter().eq(0..tasks as u64));
        assert_eq!(queue.counts().0, tasks as u64 - 1, "the first is this rank's, and waits");
        assert!(lengths[..50].iter().all(|length| *length == 1), "few words are answered one by one");
        assert_eq!(lengths.iter().max(), Some(&10));
        assert!(lengths.len() < tasks / 2, "{} answers", lengths.len());
        assert!(lengths[lengths.len() - 8 * size..].iter().all(|length| *length == 1), "the last ones, too");
    }
}
