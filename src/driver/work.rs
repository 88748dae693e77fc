//! Tasks to ranks and threads.

use super::progress::Progress;
use super::stop::Stop;
use crate::error::Result;
use crate::parallel::{Next, Ranks, WorkQueue};
use crate::task::{self, Task};
use rayon::prelude::*;

/// How the tasks of a stage are worked on.
pub struct Workers<'r> {
    pub ranks: &'r Ranks,
    /// Tasks that a rank advances side by side.
    pub threads: usize,
    pub stop: &'r Stop,
    /// Name of the stage, for what is told when it stops.
    pub stage: &'static str,
}

/// A slice of a task is about this many sums over the neighbours of one particle: about a second. Shorter slices would
/// leave lanes empty: a batch of quenches is refilled within a slice only.
const SLICE: u64 = 30_000_000;

impl Workers<'_> {
    /// Collective: every task 0 ... `tasks` - 1 is begun on some rank, advanced to its end, and turned into a result
    /// that stays on that rank. Returns this rank's (index, result) by rising index.
    ///
    /// Which rank works on which task depends on timing; the results do not.
    ///
    /// # Errors
    /// The first error of any rank, on all ranks; `Stopped` when a rank wanted to stop.
    pub fn run<T, R>(
        &self,
        tasks: usize,
        particles: usize,
        progress: &Progress,
        begin: impl Fn(usize) -> Result<T>,
        finish: impl Fn(usize, T) -> Result<R>,
    ) -> Result<Vec<(usize, R)>>
    where
        T: Task + Send,
    {
        let slice = (SLICE / particles.max(1) as u64).max(1);
        let mut queue = self.ranks.work_ahead(tasks, self.threads);
        let mut active: Vec<(usize, T)> = Vec::new();
        let mut done = Vec::new();
        let mut failure = None;
        while failure.is_none() && !queue.stopping() {
            if self.stop.wanted() {
                queue.stop();
                break;
            }
            match self.fill(&mut queue, &mut active, &begin) {
                Err(error) => failure = Some(error),
                Ok(more) if active.is_empty() && !more => break,
                Ok(_) if active.is_empty() => queue.pause(),
                Ok(_) => {
                    let outcomes: Vec<Result<task::Progress>> =
                        active.par_iter_mut().map(|(_, task)| task.advance(slice)).collect();
                    queue.poll();
                    let before = done.len();
                    failure = sort_out(&mut active, outcomes, &mut done, &finish).err();
                    progress.advance((done.len() - before) as u64);
                }
            }
        }
        if failure.is_some() {
            queue.stop();
        }
        let stopped = queue.finish();
        self.ranks.agree(failure.map_or(Ok(()), Err))?;
        if stopped {
            return Err(Stop::told(self.stage));
        }
        done.sort_by_key(|(index, _)| *index);
        Ok(done)
    }

    /// Begins tasks until every thread has one; returns whether there may be more to begin.
    fn fill<T>(
        &self,
        queue: &mut WorkQueue<'_>,
        active: &mut Vec<(usize, T)>,
        begin: impl Fn(usize) -> Result<T>,
    ) -> Result<bool> {
        while active.len() < self.threads {
            match queue.next_task() {
                Next::Task(index) => active.push((index, begin(index)?)),
                Next::Waiting => break,
                Next::Finished => return Ok(false),
            }
        }
        Ok(true)
    }
}

/// Keeps the tasks that go on and turns the others into results.
fn sort_out<T, R>(
    active: &mut Vec<(usize, T)>,
    outcomes: Vec<Result<task::Progress>>,
    done: &mut Vec<(usize, R)>,
    finish: impl Fn(usize, T) -> Result<R>,
) -> Result<()> {
    for ((index, task), outcome) in std::mem::take(active).into_iter().zip(outcomes) {
        match outcome? {
            task::Progress::Pending => active.push((index, task)),
            task::Progress::Done => done.push((index, finish(index, task)?)),
        }
    }
    Ok(())
}
