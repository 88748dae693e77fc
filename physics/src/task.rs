//! Resumable tasks: a glass to prepare, a run to explore, a pair to connect.

use crate::error::{Error, Result};
use std::ops::Range;

/// Whether a task is finished.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    Pending,
    Done,
}

/// A state machine that is advanced in short slices; between two calls its state is serialisable.
///
/// The slice length never changes a result: the results of a task interrupted after every step are bitwise identical to
/// those of the task run without interruption.
pub trait Task {
    /// The serialisable state from which the task's `resume` continues.
    type State: Clone + serde::Serialize + serde::de::DeserializeOwned;

    /// Works for about `force_calls` evaluations of one configuration (at least one step).
    ///
    /// # Errors
    /// A numerical failure that leaves no usable result.
    fn advance(&mut self, force_calls: u64) -> Result<Progress>;

    /// Works until the task is done.
    ///
    /// # Errors
    /// As `advance`.
    fn run_to_end(&mut self) -> Result<()> {
        while self.advance(u64::MAX)? == Progress::Pending {}
        Ok(())
    }

    /// The state between two slices.
    fn state(&self) -> Self::State;

    /// Fraction of the work that is done, for progress bars, in [0, 1].
    fn fraction(&self) -> f64;
}

/// Takes steps of a task until it is finished or about `force_calls` evaluations are spent, at least one step. `step`
/// is passed the number of evaluations left and returns the number it used.
///
/// # Errors
/// The errors of the steps.
pub fn in_steps<T>(
    task: &mut T,
    force_calls: u64,
    is_done: impl Fn(&T) -> bool,
    mut step: impl FnMut(&mut T, u64) -> Result<u64>,
) -> Result<Progress> {
    let mut spent = 0;
    while !is_done(task) {
        // a step without evaluations takes time, too
        spent += step(task, force_calls.saturating_sub(spent).max(1))?.max(1);
        if spent >= force_calls {
            break;
        }
    }
    Ok(if is_done(task) { Progress::Done } else { Progress::Pending })
}

/// As [`in_steps`], for a task that counts its `evaluations` itself.
///
/// # Errors
/// The errors of the steps.
pub fn in_counted_steps<T>(
    task: &mut T,
    force_calls: u64,
    is_done: impl Fn(&T) -> bool,
    evaluations: impl Fn(&T) -> u64,
    mut step: impl FnMut(&mut T) -> Result<()>,
) -> Result<Progress> {
    in_steps(task, force_calls, is_done, |task, _| {
        let before = evaluations(task);
        step(task)?;
        Ok(evaluations(task) - before)
    })
}

/// Ranks that work on one task together. The members hold the same task and take the same decisions; each does its
/// share of the work, after which all members know all results. Calls are collective: every member makes the same ones
/// in the same order.
pub trait Team {
    fn members(&self) -> usize;

    /// The number of this member.
    fn member(&self) -> usize;

    /// Rows of `width` values, assigned to the members by `shares`: each member passes its own rows and receives those
    /// of the others.
    ///
    /// # Errors
    /// When a member cannot be reached.
    fn share(&self, rows: &mut [f64], width: usize, shares: &[Range<usize>]) -> Result<()>;

    /// Sends `numbers` to another member and receives its numbers. Both call it; a member that exchanges with several
    /// does so in increasing order of their numbers.
    ///
    /// # Errors
    /// When the member cannot be reached.
    fn exchange(&self, member: usize, numbers: &[f64]) -> Result<Vec<f64>>;
}

/// A team of one.
pub struct Alone;

impl Team for Alone {
    fn members(&self) -> usize {
        1
    }

    fn member(&self) -> usize {
        0
    }

    fn share(&self, _rows: &mut [f64], _width: usize, _shares: &[Range<usize>]) -> Result<()> {
        Ok(())
    }

    fn exchange(&self, member: usize, _numbers: &[f64]) -> Result<Vec<f64>> {
        Err(Error::Internal(format!("member {member} of a team of one was requested")))
    }
}

/// What the first member of a team finds: the others wait for the number, and fail as it fails.
///
/// # Errors
/// The first member's on that member; of the same kind, `Numerical` or `Internal`, on the others.
pub fn first_of(team: &dyn Team, find: impl FnOnce() -> Result<f64>) -> Result<f64> {
    const FOUND: f64 = 0.0;
    const NUMERICAL: f64 = 1.0;
    const OTHER: f64 = 2.0;
    let mut row = [OTHER, f64::NAN];
    let mut own = Ok(f64::NAN);
    if team.member() == 0 {
        own = find();
        row = match &own {
            Ok(number) => [FOUND, *number],
            Err(Error::Numerical(_)) => [NUMERICAL, f64::NAN],
            Err(_) => [OTHER, f64::NAN],
        };
    }
    let shares: Vec<Range<usize>> = (0..team.members()).map(|member| 0..usize::from(member == 0)).collect();
    team.share(&mut row, 2, &shares)?;
    own?;
    match row {
        [FOUND, number] => Ok(number),
        [NUMERICAL, _] => Err(Error::Numerical("another rank of the team did not find it".to_owned())),
        _ => Err(Error::Internal("another rank of the team failed".to_owned())),
    }
}
