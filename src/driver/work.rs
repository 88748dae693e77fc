//! Tasks to ranks and threads.

use super::progress::Progress;
use crate::error::Result;
use crate::parallel::{Next, Ranks};
use crate::task::{self, Task};
use rayon::prelude::*;

/// How the tasks of a stage are worked on.
pub struct Workers<'r> {
    pub ranks: &'r Ranks,
    /// Tasks that a rank advances side by side.
    pub threads: usize,
}

/// A slice of a task is about this many pair sums of one particle: some 0.1 s.
const SLICE: u64 = 1_000_000;

impl Workers<'_> {
    /// Collective: every task 0 ... `tasks` - 1 is begun on some rank, advanced to its end, and turned into a result
    /// that stays on that rank. Returns this rank's (index, result) by rising index.
    ///
    /// Which rank works on which task depends on timing; the results do not.
    ///
    /// # Errors
    /// The first error of any rank, on all ranks.
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
        loop {
            let mut finished = false;
            while failure.is_none() && active.len() < self.threads {
                match queue.next_task() {
                    Next::Task(index) => match begin(index) {
                        Ok(task) => active.push((index, task)),
                        Err(error) => failure = Some(error),
                    },
                    Next::Waiting => break,
                    Next::Finished => {
                        finished = true;
                        break;
                    }
                }
            }
            if failure.is_some() || queue.stopping() {
                break;
            }
            if active.is_empty() {
                if finished {
                    break;
                }
                queue.pause();
                continue;
            }
            let outcomes: Vec<Result<task::Progress>> =
                active.par_iter_mut().map(|(_, task)| task.advance(slice)).collect();
            queue.poll();
            let mut pending = Vec::new();
            for ((index, task), outcome) in active.into_iter().zip(outcomes) {
                match outcome {
                    Ok(task::Progress::Pending) => pending.push((index, task)),
                    Ok(task::Progress::Done) => match finish(index, task) {
                        Ok(result) => {
                            done.push((index, result));
                            progress.advance(1);
                        }
                        Err(error) => failure = Some(error),
                    },
                    Err(error) => failure = Some(error),
                }
            }
            active = pending;
        }
        if failure.is_some() {
            queue.stop();
        }
        queue.finish();
        self.ranks.agree(failure.map_or(Ok(()), Err))?;
        done.sort_by_key(|(index, _)| *index);
        Ok(done)
    }
}
