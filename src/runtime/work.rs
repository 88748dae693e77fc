//! Distribution of tasks over ranks and threads.
//!
//! The main thread of a rank hands slices of tasks to the threads of its pool. While they compute, it answers the other
//! ranks and checks the clock and signals: no message waits for the end of a slice, and an idle rank gets its next task
//! at once.

use super::journal::{Finished, Journal};
use super::live::Live;
use super::progress::Progress;
use super::stop::Stop;
use crate::error::{Error, Result};
use crate::files::Persisted;
use crate::parallel::{Next, Ranks, WorkQueue};
use crate::task::{self, Task};
use std::collections::BTreeSet;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

/// The workers for the tasks of a stage.
pub struct Workers<'r> {
    pub ranks: &'r Ranks,
    /// Number of tasks that a rank advances concurrently.
    pub threads: usize,
    pub stop: &'r Stop,
    /// Name of the stage, for messages.
    pub stage: &'static str,
}

/// Length of a slice: about this many sums over the neighbours of one particle, which take about a second. Shorter
/// slices would leave lanes empty, because a batch of quenches is refilled only within a slice.
const SLICE: u64 = 10_000_000;

/// How long the main thread waits for a slice before it reads messages of other ranks.
const POLL: Duration = Duration::from_millis(1);

/// The tasks to be done.
struct Work<'k> {
    keys: &'k [u64],
    particles: usize,
    /// Whether results stay in memory when a checkpoint holds them.
    keeps: bool,
}

/// A task in progress and the seconds it has taken.
struct Held<T> {
    key: u64,
    task: T,
    seconds: f64,
}

/// The outcome of a slice of a task.
enum Slice<T, R> {
    Pending(Held<T>),
    Done(Finished<R>),
}

impl<T: Task> Held<T> {
    /// Advances the task by a slice, and makes a result of it when it is finished.
    fn advance<R>(mut self, force_calls: u64, finish: &dyn Fn(u64, T) -> Result<R>) -> Result<Slice<T, R>> {
        let start = Instant::now();
        let progress = self.task.advance(force_calls)?;
        if progress == task::Progress::Pending {
            self.seconds += start.elapsed().as_secs_f64();
            return Ok(Slice::Pending(self));
        }
        let result = finish(self.key, self.task)?;
        let seconds = self.seconds + start.elapsed().as_secs_f64();
        Ok(Slice::Done(Finished { key: self.key, result, seconds }))
    }
}

/// What a thread returns after a slice; nothing if it has panicked.
type Returned<T, R> = Option<Result<Slice<T, R>>>;

/// Sends even on a panic, because the main thread waits for it.
struct Back<T, R> {
    slice: Returned<T, R>,
    sender: Sender<Returned<T, R>>,
}

impl<T, R> Back<T, R> {
    fn with(mut self, slice: Result<Slice<T, R>>) {
        self.slice = Some(slice);
    }
}

impl<T, R> Drop for Back<T, R> {
    fn drop(&mut self) {
        // the receiver outlives the scope of the threads
        let _ = self.sender.send(self.slice.take());
    }
}

/// The tasks of a stage, or of one of its rounds, on this rank.
struct Hands<'w, T, R> {
    threads: usize,
    slice: u64,
    /// Number of slices being computed.
    moving: usize,
    /// Tasks between two slices.
    resting: Vec<Held<T>>,
    done: Vec<Finished<R>>,
    /// How many of `done` are in a checkpoint.
    saved: usize,
    /// Whether results stay here when a checkpoint holds them, and how many did not.
    keeps: bool,
    put_away: usize,
    /// Mean fraction of the work done of tasks in progress, at the last time when some were between slices.
    in_hand: f64,
    failure: Option<Error>,
    finish: &'w (dyn Fn(u64, T) -> Result<R> + Sync),
}

impl Workers<'_> {
    /// Collective: every task of `keys` is started on some rank in this order (the longest should come first), from its
    /// state in the journal if there is one, advanced to its end, and turned into a result, which stays on a rank.
    /// Results that are already in the journal are divided among the ranks. Tasks start on the main thread and end on
    /// the thread that advances them; while the main thread of rank 0 is busy, no rank gets an answer. Returns this
    /// rank's (key, result) in increasing order of the keys.
    /// Which rank works on which task depends on timing; the results do not.
    ///
    /// # Errors
    /// The first error of any rank, on all ranks; `Stopped` when a rank is to stop, after a checkpoint.
    pub fn run<T, R>(
        &self,
        journal: &mut Journal<'_>,
        keys: &[u64],
        particles: usize,
        progress: &mut Progress,
        begin: impl Fn(u64, Option<T::State>) -> Result<T>,
        finish: impl Fn(u64, T) -> Result<R> + Sync,
    ) -> Result<Vec<(u64, R)>>
    where
        T: Task<State: Persisted> + Send,
        R: Persisted + Send,
    {
        let work = Work { keys, particles, keeps: true };
        let mut done = self.finish_all(journal, work, progress, begin, finish)?;
        journal.note_costs(&done);
        done.sort_by_key(|done| done.key);
        Ok(done.into_iter().map(|done| (done.key, done.result)).collect())
    }

    /// Collective: the same for results that together do not fit into memory: a checkpoint that holds them takes them out of
    /// it, and at the end checkpoints hold all of them. Any rank can then read any one ([`Journal::result`]).
    ///
    /// # Errors
    /// As [`Workers::run`].
    pub fn run_to_checkpoints<T, R>(
        &self,
        journal: &mut Journal<'_>,
        keys: &[u64],
        particles: usize,
        progress: &mut Progress,
        begin: impl Fn(u64, Option<T::State>) -> Result<T>,
        finish: impl Fn(u64, T) -> Result<R> + Sync,
    ) -> Result<()>
    where
        T: Task<State: Persisted> + Send,
        R: Persisted + Send,
    {
        let work = Work { keys, particles, keeps: false };
        let unsaved = self.finish_all(journal, work, progress, begin, finish)?;
        journal.put_away(&unsaved)
    }

    /// Collective: finishes all tasks; returns the results that this rank holds.
    fn finish_all<T, R>(
        &self,
        journal: &mut Journal<'_>,
        work: Work<'_>,
        progress: &mut Progress,
        begin: impl Fn(u64, Option<T::State>) -> Result<T>,
        finish: impl Fn(u64, T) -> Result<R> + Sync,
    ) -> Result<Vec<Finished<R>>>
    where
        T: Task<State: Persisted> + Send,
        R: Persisted + Send,
    {
        let Work { keys, particles, keeps } = work;
        let order = remaining(keys, journal);
        let earlier = if keeps { journal.results::<R>(keys) } else { Ok(Vec::new()) };
        let earlier = self.ranks.agree(earlier)?;
        let mut hands = Hands {
            threads: self.threads,
            slice: slice(particles),
            moving: 0,
            resting: Vec::new(),
            saved: earlier.len(),
            done: earlier,
            keeps,
            put_away: if keeps { 0 } else { journal.share_of_finished(keys) },
            in_hand: 0.0,
            failure: None,
            finish: &finish,
        };
        let before = (keys.len() - order.len()) as u64;
        progress.report(|live| (live.round, live.done, live.done_before) = (journal.round(), before, before));
        let mut queue = self.ranks.work(order.len(), self.threads);
        self.work_through(&mut queue, journal, &mut hands, progress, |journal, position| {
            let key = order[position];
            let (state, seconds) = journal.state::<T::State>(key)?.unzip();
            Ok(Held { key, task: begin(key, state)?, seconds: seconds.unwrap_or(0.0) })
        });
        let stopped = queue.finish();
        self.ranks.agree(hands.failure.take().map_or(Ok(()), Err))?;
        if stopped {
            hands.save(journal)?;
            let counts = hands.counts(self.ranks)?;
            progress.report(|live| live.stop(counts, journal.written()));
            return Err(Stop::error(self.stage));
        }
        if keeps {
            journal.end_round(&hands.done[hands.saved..])?;
        }
        Ok(hands.done)
    }

    /// Works, with checkpoints at intervals, until no rank has any work left or one is to stop.
    fn work_through<T: Task<State: Persisted> + Send, R: Persisted + Send>(
        &self,
        queue: &mut WorkQueue<'_>,
        journal: &mut Journal<'_>,
        hands: &mut Hands<'_, T, R>,
        progress: &mut Progress,
        begin: impl Fn(&Journal<'_>, usize) -> Result<Held<T>>,
    ) {
        rayon::in_place_scope(|scope| {
            let (sender, receiver) = channel();
            loop {
                if hands.moving == 0 && queue.meeting() {
                    let saved = hands.save(journal);
                    hands.note(saved);
                    queue.met();
                }
                if hands.failure.is_some() || self.stop.wanted() {
                    queue.stop();
                } else if journal.due() {
                    queue.call_meeting();
                }
                let more = hands.refill(queue, |position| begin(journal, position));
                if !queue.meeting() && !queue.stopping() {
                    hands.start_slices(scope, &sender);
                }
                if hands.moving > 0 {
                    if hands.receive(&receiver, self.ranks) {
                        queue.done();
                    }
                    queue.poll();
                    progress.report(|live| hands.report(live, queue, journal));
                } else if !queue.meeting() {
                    if !more || queue.stopping() {
                        queue.leave();
                    }
                    if queue.over() {
                        break;
                    }
                    queue.pause();
                }
            }
        });
    }
}

/// Force calls per slice.
pub(super) fn slice(particles: usize) -> u64 {
    (SLICE / particles.max(1) as u64).max(1)
}

/// The tasks without a result: first those that were in progress when the journal was written.
pub(super) fn remaining(keys: &[u64], journal: &Journal<'_>) -> Vec<u64> {
    let finished: BTreeSet<u64> = journal.finished().into_iter().collect();
    let running: BTreeSet<u64> = journal.running().into_iter().collect();
    let mut order: Vec<u64> = keys.iter().copied().filter(|key| !finished.contains(key)).collect();
    order.sort_by_key(|key| !running.contains(key));
    order
}

impl<'w, T: Task<State: Persisted> + Send, R: Persisted + Send> Hands<'w, T, R> {
    /// Starts tasks until every thread has one; returns whether there may be more to start.
    fn refill(&mut self, queue: &mut WorkQueue<'_>, begin: impl Fn(usize) -> Result<Held<T>>) -> bool {
        while self.failure.is_none() && !queue.meeting() && self.moving + self.resting.len() < self.threads {
            match queue.next_task() {
                Next::Task(position) => match begin(position) {
                    Ok(held) => self.resting.push(held),
                    Err(error) => self.failure = Some(error),
                },
                Next::Waiting => break,
                Next::Finished => return false,
            }
        }
        true
    }

    fn start_slices<'s>(&mut self, scope: &rayon::Scope<'s>, sender: &Sender<Returned<T, R>>)
    where
        'w: 's,
        T: 's,
        R: 's,
    {
        let (slice, finish) = (self.slice, self.finish);
        for held in self.resting.drain(..) {
            self.moving += 1;
            let back = Back { slice: None, sender: sender.clone() };
            scope.spawn(move |_| back.with(held.advance(slice, finish)));
        }
    }

    /// Receives the next slice that ends before the next poll; returns whether it ended its task. Threads without a
    /// task count as idle time.
    fn receive(&mut self, receiver: &Receiver<Returned<T, R>>, ranks: &Ranks) -> bool {
        let start = Instant::now();
        let idle = (self.threads - self.moving.min(self.threads)) as f64 / self.threads as f64;
        let returned = receiver.recv_timeout(POLL);
        ranks.add_waited(idle * start.elapsed().as_secs_f64());
        let slice = match returned {
            Err(RecvTimeoutError::Timeout) => return false,
            Err(RecvTimeoutError::Disconnected) | Ok(None) => {
                Err(Error::Internal("a thread has ended in the middle of a task".to_owned()))
            }
            Ok(Some(slice)) => slice,
        };
        self.moving -= 1;
        match slice {
            Ok(Slice::Pending(held)) => self.resting.push(held),
            Ok(Slice::Done(done)) => {
                log::debug!("task {} of this rank took {:.1} s", done.key, done.seconds);
                self.done.push(done);
                return true;
            }
            Err(error) => self.note(Err(error)),
        }
        false
    }

    /// Progress of all ranks as known to rank 0: counts over all ranks, with its own tasks in progress as a sample.
    fn report(&mut self, live: &mut Live, queue: &WorkQueue<'_>, journal: &Journal<'_>) {
        if let Some(all) = self.resting.iter().map(|held| held.task.fraction()).reduce(|a, b| a + b) {
            self.in_hand = all / self.resting.len() as f64;
        }
        let (begun, done) = queue.counts();
        (live.begun, live.done) = (live.done_before + begun, live.done_before + done);
        live.fraction = (live.done as f64 + (begun - done) as f64 * self.in_hand) / live.tasks.max(1) as f64;
        live.checkpoint = journal.written();
    }

    /// Collective: tasks that are done, tasks in progress, and the work done of these in whole tasks.
    fn counts(&self, ranks: &Ranks) -> Result<(u64, u64, f64)> {
        let work: f64 = self.resting.iter().map(|held| held.task.fraction()).sum();
        let done = (self.put_away + self.done.len()) as u64;
        let all: Vec<(u64, u64, f64)> = ranks.all_gather(&(done, self.resting.len() as u64, work))?;
        Ok(all.into_iter().fold((0, 0, 0.0), |sum, mine| (sum.0 + mine.0, sum.1 + mine.1, sum.2 + mine.2)))
    }

    /// Collective: writes a checkpoint of what was finished since the last one and of the tasks in progress.
    fn save(&mut self, journal: &mut Journal<'_>) -> Result<()> {
        let states: Vec<(u64, T::State, f64)> =
            self.resting.iter().map(|held| (held.key, held.task.state(), held.seconds)).collect();
        journal.write(&self.done[self.saved..], &states)?;
        if !self.keeps {
            self.put_away += self.done.len();
            self.done = Vec::new();
        }
        self.saved = self.done.len();
        Ok(())
    }

    fn note(&mut self, result: Result<()>) {
        if let Err(error) = result {
            self.failure.get_or_insert(error);
        }
    }
}
