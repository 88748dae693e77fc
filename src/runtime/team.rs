//! Teams of ranks that share the images of a band, when there are fewer tasks than ranks.

use super::journal::{Finished, Journal};
use super::progress::Progress;
use super::stop::Stop;
use super::work::{Workers, remaining, slice};
use crate::error::Result;
use crate::files::Persisted;
use crate::forces::lanes::Kernel;
use crate::parallel::Ranks;
use crate::paths::{ImageTeam, PerpendicularMemory};
use crate::task::{self, Task, Team};
use std::ops::Range;
use std::time::{Duration, Instant};

/// How long a team works between two meetings with the others.
const TURN: Duration = Duration::from_secs(1);

/// A task that a team can share. All members hold the same task and take the same steps.
pub trait TeamTask: Task {
    /// As [`Task::advance`]. Collective in the team.
    ///
    /// # Errors
    /// As `advance`.
    fn advance_with(&mut self, team: &dyn ImageTeam, force_calls: u64) -> Result<task::Progress>;

    /// Collective in the team: gives every member the state of the whole task.
    ///
    /// # Errors
    /// When a member cannot be reached.
    fn complete(&mut self, team: &dyn ImageTeam) -> Result<()>;
}

/// The ranks of a team.
struct Members(Ranks);

impl Members {
    /// Aborts all ranks on an error: a member that failed alone would leave the others waiting.
    fn or_abort<T>(&self, result: Result<T>) -> T {
        match result {
            Ok(value) => value,
            Err(error) => self.0.abort(error.exit_code(), &error.to_string()),
        }
    }
}

impl Team for Members {
    fn members(&self) -> usize {
        self.0.size()
    }

    fn member(&self) -> usize {
        self.0.rank()
    }

    fn share(&self, rows: &mut [f64], width: usize, shares: &[Range<usize>]) -> Result<()> {
        let place = |share: &Range<usize>| share.start * width..share.end * width;
        let parts = self.or_abort(self.0.gather_numbers(&rows[place(&shares[self.member()])]));
        for (share, part) in shares.iter().zip(parts) {
            rows[place(share)].copy_from_slice(&part);
        }
        Ok(())
    }

    fn exchange(&self, member: usize, numbers: &[f64]) -> Result<Vec<f64>> {
        // one sends first while the other receives, to avoid a deadlock
        if self.member() < member {
            self.0.send_numbers(member, numbers);
            return Ok(self.or_abort(self.0.receive_numbers(member)));
        }
        let received = self.or_abort(self.0.receive_numbers(member));
        self.0.send_numbers(member, numbers);
        Ok(received)
    }
}

impl ImageTeam for Members {
    fn send(&self, member: usize, step: &[f64]) -> Result<()> {
        self.0.send_numbers(member, step);
        Ok(())
    }

    fn receive(&self, member: usize) -> Result<Vec<f64>> {
        Ok(self.or_abort(self.0.receive_numbers(member)))
    }

    fn gather(&self, own: &[PerpendicularMemory]) -> Result<Vec<Vec<PerpendicularMemory>>> {
        Ok(self.or_abort(self.0.all_gather(&own.to_vec())))
    }
}

/// The part of a rank in the task of its team; a rank without a team has none.
struct Part<T, R> {
    key: u64,
    task: Option<T>,
    members: Members,
    seconds: f64,
    done: Vec<Finished<R>>,
    saved: usize,
}

impl Workers<'_> {
    /// Whether there are at least two ranks for each of the remaining tasks. Members must round identically.
    ///
    /// # Errors
    /// As [`Ranks::all_gather`].
    pub fn can_team_up(&self, journal: &Journal<'_>, keys: &[u64], most: usize) -> Result<bool> {
        let tasks = remaining(keys, journal).len();
        if tasks == 0 || most < 2 || 2 * tasks > self.ranks.size() {
            return Ok(false);
        }
        let kernels = self.ranks.all_gather(&Kernel::best().name().to_owned())?;
        Ok(kernels.iter().all(|kernel| *kernel == kernels[0]))
    }

    /// Collective: as [`Workers::run`], for fewer tasks than ranks: each task is advanced by a team of up to `most`
    /// ranks. All ranks meet after every slice.
    ///
    /// # Errors
    /// As [`Workers::run`].
    pub fn run_in_teams<T, R>(
        &self,
        journal: &mut Journal<'_>,
        keys: &[u64],
        (particles, most): (usize, usize),
        progress: &mut Progress,
        begin: impl Fn(u64, Option<T::State>) -> Result<T>,
        finish: impl Fn(u64, T) -> Result<R>,
    ) -> Result<Vec<(u64, R)>>
    where
        T: TeamTask<State: Persisted>,
        R: Persisted,
    {
        let (mut done, saved) =
            self.finish_in_teams(journal, (keys, particles, most, true), progress, begin, finish)?;
        journal.end_round(&done[saved..])?;
        journal.note_costs(&done);
        done.sort_by_key(|done| done.key);
        Ok(done.into_iter().map(|done| (done.key, done.result)).collect())
    }

    /// Collective: the same as [`Workers::run_to_checkpoints`].
    ///
    /// # Errors
    /// As [`Workers::run`].
    pub fn run_in_teams_to_checkpoints<T, R>(
        &self,
        journal: &mut Journal<'_>,
        keys: &[u64],
        (particles, most): (usize, usize),
        progress: &mut Progress,
        begin: impl Fn(u64, Option<T::State>) -> Result<T>,
        finish: impl Fn(u64, T) -> Result<R>,
    ) -> Result<()>
    where
        T: TeamTask<State: Persisted>,
        R: Persisted,
    {
        let (done, saved) = self.finish_in_teams(journal, (keys, particles, most, false), progress, begin, finish)?;
        journal.put_away(&done[saved..])
    }

    /// Collective: finishes all tasks; returns the results that this rank holds, with those of an earlier run if `keeps`, and how
    /// many of them a checkpoint holds.
    fn finish_in_teams<T, R>(
        &self,
        journal: &mut Journal<'_>,
        (keys, particles, most, keeps): (&[u64], usize, usize, bool),
        progress: &mut Progress,
        begin: impl Fn(u64, Option<T::State>) -> Result<T>,
        finish: impl Fn(u64, T) -> Result<R>,
    ) -> Result<(Vec<Finished<R>>, usize)>
    where
        T: TeamTask<State: Persisted>,
        R: Persisted,
    {
        let order = remaining(keys, journal);
        let earlier = if keeps { journal.results::<R>(keys) } else { Ok(Vec::new()) };
        let earlier = self.ranks.agree(earlier)?;
        let before = (keys.len() - order.len()) as u64;
        progress.report(|live| (live.round, live.done, live.done_before) = (journal.round(), before, before));
        let (team, place) = (self.ranks.rank() % order.len(), self.ranks.rank() / order.len());
        let is_member = place < most;
        let members = Members(self.ranks.split(if is_member { team } else { order.len() }));
        let key = order[team];
        let begun = || {
            let (state, seconds) = journal.state::<T::State>(key)?.unzip();
            Ok((begin(key, state)?, seconds.unwrap_or(0.0)))
        };
        let begun = self.ranks.agree(is_member.then(begun).transpose())?;
        let seconds = begun.as_ref().map_or(0.0, |(_, seconds)| *seconds);
        let task = begun.map(|(task, _)| task);
        let mut part = Part { key, task, members, seconds, saved: earlier.len(), done: earlier };
        log::info!("{}: {} ranks share {} tasks", self.stage, self.ranks.size(), order.len());
        loop {
            let advanced = part.advance_for(TURN, slice(particles), &finish);
            self.ranks.agree(advanced)?;
            let working = self.ranks.sum_u64(u64::from(part.task.is_some() && part.is_leader()));
            progress.report(|live| {
                (live.begun, live.done) = (live.tasks, live.tasks - working);
                let fraction = part.task.as_ref().map_or(1.0, Task::fraction);
                live.fraction = (live.done as f64 + working as f64 * fraction) / live.tasks.max(1) as f64;
                live.checkpoint = journal.written();
            });
            if working == 0 {
                break;
            }
            let stopping = self.ranks.any(self.stop.wanted());
            if stopping || self.ranks.any(journal.due()) {
                part.save(journal)?;
            }
            if stopping {
                progress.report(|live| (live.stopped, live.checkpoint) = (true, journal.written()));
                return Err(Stop::error(self.stage));
            }
        }
        self.ranks.add_waited(part.members.0.waited());
        Ok((part.done, part.saved))
    }
}

impl<T: TeamTask<State: Persisted>, R: Persisted> Part<T, R> {
    fn is_leader(&self) -> bool {
        self.members.member() == 0
    }

    /// Advances the task in slices until the leader's clock ends the turn: the larger the team, the shorter its slices.
    fn advance_for(&mut self, time: Duration, slice: u64, finish: &impl Fn(u64, T) -> Result<R>) -> Result<()> {
        let start = Instant::now();
        while self.task.is_some() {
            self.advance(slice, finish)?;
            if self.members.0.any(self.is_leader() && start.elapsed() >= time) {
                break;
            }
        }
        Ok(())
    }

    /// Advances the task by one slice; the result of the leader is used.
    fn advance(&mut self, slice: u64, finish: &impl Fn(u64, T) -> Result<R>) -> Result<()> {
        let Some(mut task) = self.task.take() else { return Ok(()) };
        let start = Instant::now();
        let progress = task.advance_with(&self.members, slice)?;
        self.seconds += start.elapsed().as_secs_f64();
        match progress {
            task::Progress::Pending => self.task = Some(task),
            task::Progress::Done if self.is_leader() => {
                // the other members wait for the next turn, which they must not do for ever
                let result = self.members.or_abort(finish(self.key, task));
                self.done.push(Finished { key: self.key, result, seconds: self.seconds });
            }
            task::Progress::Done => {}
        }
        Ok(())
    }

    /// Collective: writes a checkpoint of what was finished since the last one and of the team's task.
    fn save(&mut self, journal: &mut Journal<'_>) -> Result<()> {
        if let Some(task) = &mut self.task {
            task.complete(&self.members)?;
        }
        let leads = self.is_leader();
        let held = self.task.as_ref().filter(|_| leads);
        let states: Vec<(u64, T::State, f64)> =
            held.map(|task| (self.key, task.state(), self.seconds)).into_iter().collect();
        journal.write(&self.done[self.saved..], &states)?;
        self.saved = self.done.len();
        Ok(())
    }
}
