//! Many small pieces of work without state, assigned to the ranks in advance.

use super::stop::Stop;
use super::work::Workers;
use crate::error::Result;
use rayon::prelude::*;

/// Double wells solved (in about a second) between two checks of the clock and of signals.
const PIECE: usize = 32;

impl Workers<'_> {
    /// Collective: computes `count` pieces of this rank on its threads, and checks the clock and signals at intervals.
    ///
    /// # Errors
    /// The first error of any rank; `Stopped` when a rank is to stop: the results of this work are discarded.
    pub fn in_pieces<T: Send>(&self, count: u64, one: impl Fn(usize) -> Result<T> + Sync) -> Result<Vec<T>> {
        let longest = self.ranks.max_u64(count) as usize;
        let step = PIECE * self.threads;
        let mut all = Vec::with_capacity(count as usize);
        for begin in (0..longest).step_by(step) {
            if self.ranks.any(self.stop.wanted()) {
                return Err(Stop::error(self.stage));
            }
            let mine = begin.min(count as usize)..(begin + step).min(count as usize);
            let done: Vec<Result<T>> = mine.into_par_iter().map(&one).collect();
            all.extend(self.ranks.agree(done.into_iter().collect::<Result<Vec<T>>>())?);
        }
        Ok(all)
    }
}
