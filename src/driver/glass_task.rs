//! A glass and its inherent structure as one resumable task.

use crate::error::{Error, Result};
use crate::landscape::{ExploreSettings, InherentSearch, Quench, QuenchSettings};
use crate::model::{Configuration, Preset};
use crate::sampling::{PrepareSettings, PrepareState, PrepareTask, PreparedGlass};
use crate::task::{Progress, Task};
use serde::{Deserialize, Serialize};

/// How far a [`GlassTask`] is; a plain record.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct GlassState {
    prepare: PrepareState,
    /// The descent, once the glass is prepared.
    quench: Option<Quench>,
}

/// Prepares a glass, then quenches it.
pub(super) struct GlassTask {
    preset: Preset,
    prepare: PrepareTask,
    search: Option<InherentSearch>,
}

/// How inherent structures of glasses.h5 are found, whatever the deck's exploration does.
pub(super) fn inherent_settings(preset: Preset) -> QuenchSettings {
    QuenchSettings::from(&ExploreSettings::defaults(preset))
}

fn search(preset: Preset, glass: &Configuration) -> InherentSearch {
    InherentSearch::new(&preset.model(glass), glass, &inherent_settings(preset))
}

impl GlassTask {
    pub fn new(preset: Preset, prepare: PrepareTask) -> Self {
        Self { preset, prepare, search: None }
    }

    /// From the state in which it was left.
    pub fn resume(preset: Preset, settings: &PrepareSettings, state: GlassState) -> Self {
        let prepare = PrepareTask::resume(preset, settings.clone(), state.prepare);
        let begun = state.quench.zip(prepare.result());
        let search = begun.map(|(quench, glass)| search(preset, &glass.configuration).resume(quench));
        Self { preset, prepare, search }
    }

    /// The glass and its inherent structure, once the task is done.
    ///
    /// # Errors
    /// `Internal` before.
    pub fn into_glass(self) -> Result<(PreparedGlass, Quench)> {
        let glass = self.prepare.result().cloned().zip(self.search.map(InherentSearch::into_quench));
        glass.ok_or_else(|| Error::Internal("a prepared glass has no result".to_owned()))
    }
}

impl Task for GlassTask {
    type State = GlassState;

    fn advance(&mut self, force_calls: u64) -> Result<Progress> {
        if let Some(search) = &mut self.search {
            return search.advance(force_calls);
        }
        if self.prepare.advance(force_calls)? == Progress::Done {
            self.search = self.prepare.result().map(|glass| search(self.preset, &glass.configuration));
        }
        Ok(Progress::Pending)
    }

    fn state(&self) -> GlassState {
        GlassState { prepare: self.prepare.state(), quench: self.search.as_ref().map(InherentSearch::state) }
    }

    fn fraction(&self) -> f64 {
        match &self.search {
            Some(search) => 0.9 + 0.1 * search.fraction(),
            None => 0.9 * self.prepare.fraction(),
        }
    }
}
