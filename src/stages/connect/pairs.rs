//! Lists the near pairs of a glass, and says why each was chosen for a path.

use super::near_pairs::Searched;
use super::record::{GlassPaths, Owned};
use crate::error::Result;
use crate::paths::{ConnectSettings, EndMinimum};
use crate::screening::NearPairs;
use crate::stage::Stage;
use crate::stages::Context;
use crate::stages::explore::LandscapeReader;

/// Collective: lists the near pairs of this rank's glasses.
///
/// # Errors
/// `Storage` when landscape.h5 cannot be read; `Stopped` when a rank is to stop.
pub fn list_near(context: &Context<'_>, owned: &mut [Owned], landscape: &LandscapeReader) -> Result<()> {
    let settings = context.section(&context.deck.connect, Stage::Connect)?;
    let limits = &settings.pairs;
    let workers = context.workers(Stage::Connect);
    let most = context.ranks.max_u64(owned.len() as u64) as usize;
    for k in 0..most {
        let minima: Result<Vec<EndMinimum>> = match owned.get(k) {
            Some(own) => (0..landscape.minima(own.glass)).map(|index| landscape.minimum(own.glass, index)).collect(),
            None => Ok(Vec::new()),
        };
        let minima = context.ranks.agree(minima)?;
        let rattlers: Vec<Vec<bool>> = match owned.get(k) {
            Some(own) => minima.iter().map(|minimum| own.identity.rattlers(&minimum.positions)).collect(),
            None => Vec::new(),
        };
        let of_minimum = |i: usize| match owned.get(k) {
            Some(own) => Ok(NearPairs::of_minimum(&own.identity, (&minima, &rattlers), i, limits)),
            None => Ok(NearPairs::new(limits.displacements)),
        };
        let parts = workers.in_pieces(minima.len() as u64, of_minimum)?;
        if let Some(own) = owned.get_mut(k) {
            let mut near = NearPairs::new(limits.displacements);
            parts.into_iter().for_each(|part| near.extend(part));
            own.pairs.predicted.resize(near.len(), f64::NAN);
            own.pairs.near = near;
        }
    }
    Ok(())
}

impl GlassPaths {
    /// Why near pair `k` was chosen for a path, or not; a name of [`crate::files::layout::names::CHOSEN`].
    pub fn chosen(&self, k: usize, settings: &ConnectSettings) -> &'static str {
        let key = self.pairs.near.key(k);
        match self.pairs.searched.get(&key) {
            Some(Searched::Screened) => "screened",
            Some(Searched::Audit) => "audit",
            None if self.rounds.is_candidate(key) => match settings.from.is_empty() {
                true => "transitions",
                false => "list",
            },
            None if self.pairs.statuses.contains_key(&key) => "part",
            None => "no",
        }
    }
}
