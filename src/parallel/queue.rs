//! A work queue that is shared while the work is done: a rank that becomes free takes the next index.
//!
//! Rank 0 keeps the counter and works like every other rank. Messages are exchanged by the main thread of each rank,
//! which polls while other threads compute: an answer takes as long as a poll, however long the tasks are, over any
//! transport. A rank asks for an index only when it can start it, so that no task waits on a busy rank while another
//! rank is idle. Which rank does which task depends on timing, so nothing that is stored may depend on it.
//!
//! The protocol, where each message is one 64-bit word. The first indices are assigned without a message: index i to
//! rank i modulo the number of ranks, to each as many as it can work on at once. A worker that can start another one
//! sends WANT; rank 0 answers with an index or END. When more messages arrive between two polls than rank 0 can answer
//! in that time (many ranks, short tasks), it answers with several indices, at most an eighth of a rank's share of the
//! remaining ones, until messages are few again: guided self-scheduling, but only when it is needed. Rank 0 may
//! announce a MEETING, which all ranks join before they read on (a collective step: a checkpoint). A worker's messages
//! contain the number of tasks it has finished since the last message, and any rank may ask for a STOP, which rank 0
//! passes on to all. A worker without any work left sends LEAVE and then reads on until BYE, the last message from rank
//! 0, which is sent when all ranks have sent LEAVE. Thus no message is left unreceived. The next queue uses other tags,
//! so that a fast worker's first message cannot be mistaken for a late one.

use std::time::{Duration, Instant};

use super::Ranks;

/// What a rank does next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// Start the task of this index.
    Task(usize),
    /// No index has arrived yet: continue with the tasks in progress, or wait.
    Waiting,
    /// There is nothing left to start: finish the tasks in progress, then call [`WorkQueue::finish`].
    Finished,
}

/// Messages to rank 0 contain, above these bits, the number of tasks finished since the last message.
const WORD_BITS: u32 = 2;
const WANT: u64 = 0;
const ASK_STOP: u64 = 1;
const LEAVE: u64 = 2;
const DONE: u64 = 3;
/// Messages from rank 0 are a first index and, above these bits, a number of indices; or one of these values.
const INDEX_BITS: u32 = 44;
const END: u64 = u64::MAX;
const STOP: u64 = u64::MAX - 1;
const BYE: u64 = u64::MAX - 2;
const MEETING: u64 = u64::MAX - 3;

/// Messages that rank 0 answers in one poll before it starts to hand out several indices at a time: a tenth of what it
/// can answer between two polls, which are a millisecond apart.
pub(super) const WORDS_BEFORE_SEVERAL: u64 = 100;
/// A rank gets at most this fraction of its share of the remaining indices at a time.
const PART_OF_SHARE: u64 = 8;

/// How many indices rank 0 hands out at once, after `words` other messages in the same poll: `left` indices for `hands`
/// threads.
pub(super) fn handed_out(left: u64, hands: u64, words: u64) -> u64 {
    let most = left / (PART_OF_SHARE * hands.max(1));
    (1 + words / WORDS_BEFORE_SEVERAL).min(most).clamp(1, 1 << 16)
}

/// MPI guarantees tags up to 32767.
const FIRST_TAG: i32 = 64;
const TAG_PAIRS: u64 = 8192;

/// The task indices 0..n of all ranks; created by [`Ranks::work`].
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
/// A rank with an error keeps it, calls [`WorkQueue::stop`] and [`WorkQueue::finish`], and passes it to
/// [`Ranks::agree`].
#[must_use = "a queue that is not finished leaves the other ranks waiting"]
pub struct WorkQueue<'r> {
    ranks: &'r Ranks,
    to_keeper: i32,
    to_worker: i32,
    tasks: u64,
    /// Threads of all ranks.
    hands: u64,
    /// Indices of this rank that have not been started.
    dealt: std::collections::VecDeque<u64>,
    stopping: bool,
    meeting: bool,
    side: Side,
}

enum Side {
    /// `words`: messages answered in this poll.
    Keeper { next: u64, done: u64, words: u64, stop_sent: bool, left: Vec<bool> },
    /// `done`: finished tasks that have not been reported to rank 0.
    Worker { done: u64, asked: bool, ended: bool, left: bool, bye: bool, asked_stop: bool },
}

impl Ranks {
    /// Collective: a queue of `tasks` indices; each rank works on `at_once` of these concurrently.
    pub fn work(&self, tasks: usize, at_once: usize) -> WorkQueue<'_> {
        let number = self.queues.get();
        self.queues.set(number + 1);
        let to_keeper = FIRST_TAG + 2 * (number % TAG_PAIRS) as i32;
        let hands = (self.size() * at_once.max(1)) as u64;
        let dealt = (tasks as u64).min(hands);
        let side = if self.rank() == 0 {
            Side::Keeper { next: dealt, done: 0, words: 0, stop_sent: false, left: vec![false; self.size()] }
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
    /// Reads and answers the messages that have arrived, up to a meeting; never waits. Every rank must call it
    /// frequently: the others wait for rank 0 as long as it does not.
    pub fn poll(&mut self) {
        let tag = match &mut self.side {
            Side::Keeper { words, .. } => {
                *words = 0;
                self.to_keeper
            }
            Side::Worker { .. } => self.to_worker,
        };
        // rank 0 must also return to its clock if messages arrive as fast as it answers them
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

    /// The next index to start, if there is one; otherwise requests one. Polls.
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

    /// Reports a finished task of this rank, which rank 0 counts: with the next request for an index, or at once.
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

    /// On rank 0: the numbers of tasks handed out and of tasks finished, on all ranks. Zeros elsewhere.
    pub fn counts(&self) -> (u64, u64) {
        match &self.side {
            Side::Keeper { next, done, .. } => (*next - self.dealt.len() as u64, *done),
            Side::Worker { .. } => (0, 0),
        }
    }

    /// Waits a moment for messages, and counts it as idle time.
    pub fn pause(&mut self) {
        let start = Instant::now();
        std::thread::sleep(Duration::from_micros(200));
        self.ranks.add_waited(start.elapsed().as_secs_f64());
    }

    /// On rank 0: calls all ranks to a meeting. [`WorkQueue::meeting`] becomes true on each rank after its next polls,
    /// and on rank 0 at once. Does nothing on other ranks, or while the ranks stop.
    pub fn call_meeting(&mut self) {
        if let Side::Keeper { stop_sent: false, .. } = &self.side
            && !self.meeting
        {
            self.meeting = true;
            (1..self.ranks.size()).for_each(|rank| self.ranks.form.send(rank, self.to_worker, MEETING));
        }
    }

    /// Whether a meeting waits for this rank. The rank then performs the collective step with all others, and calls
    /// [`WorkQueue::met`].
    pub fn meeting(&self) -> bool {
        self.meeting
    }

    /// The meeting is over: messages are read again.
    pub fn met(&mut self) {
        self.meeting = false;
    }

    /// Asks all ranks to start nothing more (a signal, the clock, an error); any rank may call it, any number of times.
    /// Indices that no rank has started remain undone; tasks in progress are the caller's responsibility.
    pub fn stop(&mut self) {
        self.stopping = true;
        match &mut self.side {
            Side::Keeper { .. } => self.send_stop(),
            // after its last message rank 0 may read no more; `finish` agrees on the stop
            Side::Worker { left: true, .. } => {}
            Side::Worker { asked_stop, .. } => {
                if !std::mem::replace(asked_stop, true) {
                    self.say(ASK_STOP);
                }
            }
        }
    }

    /// Whether a rank has asked for a stop, so that the caller can leave its loop early.
    pub fn stopping(&self) -> bool {
        self.stopping
    }

    /// This rank has no work left: no task in progress and none to start. May be called any number of times; afterwards
    /// it continues to poll, because meetings and stops may still come.
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

    /// Collective: leaves the queue when all ranks do. Returns whether a rank asked for a stop, the same on all ranks.
    /// If meetings are used, call it after [`WorkQueue::over`] is true.
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
                self.send_stop();
            }
        }
    }

    /// Rank 0 passes a stop on, once.
    fn send_stop(&mut self) {
        if let Side::Keeper { stop_sent, .. } = &mut self.side
            && !std::mem::replace(stop_sent, true)
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

    /// A mock of rank 0 among many ranks: messages wait to be read, answers are recorded.
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

    /// Every rank asks in every poll: answers grow to several indices, contain every index once, and are single indices
    /// at the end.
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
            // each message reports one finished task
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
