//! The deck with one optional section for each stage.

use super::deck::Origin;
use super::general::{CampaignSettings, ModelSettings};
use crate::error::{Error, Result};
use crate::excitation::ExciteSettings;
use crate::landscape::ExploreSettings;
use crate::model::Preset;
use crate::modes::{ElasticSettings, ModesSettings, SpectraOf};
use crate::paths::ConnectSettings;
use crate::sampling::{PrepareSettings, RelaxSettings};
use crate::stage::{Stage, every_stage};
use crate::tunnelling::TunnelSettings;
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::PathBuf;
use toml::Value;

/// Makes the deck with one optional section for each stage, and the matches that lead from a stage to its section.
macro_rules! deck {
    ($($(#[$doc:meta])* $variant:ident, $section:ident: $settings:ident, $file:literal, after [$($before:ident),*];)*) => {
        impl Stage {
            /// The section's defaults for a model.
            pub(super) fn defaults(self, preset: Preset) -> Result<Value> {
                match self { $(Stage::$variant => to_value(&<$settings>::defaults(preset))),* }
            }

            /// The section read into its settings and written back: every key present, numbers of the right kind.
            pub(super) fn reread(self, value: Value) -> std::result::Result<Value, toml::de::Error> {
                match self {
                    $(Stage::$variant => {
                        let settings: $settings = value.try_into()?;
                        Value::try_from(&settings).map_err(serde::de::Error::custom)
                    }),*
                }
            }
        }

        /// A deck with every default filled in and every value checked.
        ///
        /// A stage whose section the deck does not have is `None`; [`Deck::add_stage`] fills it with defaults.
        #[derive(Clone, Debug, PartialEq)]
        pub struct Deck {
            /// Where the deck was read from; `from` is relative to its folder.
            pub file: PathBuf,
            /// The deck as written.
            pub text: String,
            pub campaign: CampaignSettings,
            pub model: ModelSettings,
            $(pub $section: Option<$settings>,)*
            /// What is accepted but doubtful, one sentence each.
            pub warnings: Vec<String>,
            /// Where each value comes from, by dotted key.
            pub(super) origins: BTreeMap<String, Origin>,
        }

        impl Deck {
            /// A deck without stages.
            pub(super) fn without_stages(file: PathBuf, text: String, campaign: CampaignSettings, model: ModelSettings) -> Self {
                Self { file, text, campaign, model, $($section: None,)* warnings: Vec::new(), origins: BTreeMap::new() }
            }

            pub(super) fn set_section(&mut self, stage: Stage, value: Value) -> Result<()> {
                match stage {
                    $(Stage::$variant => {
                        self.$section = Some(value.try_into().map_err(|fault| internal(stage, &fault))?);
                    }),*
                }
                Ok(())
            }

            /// A stage's effective section, if the deck has it.
            pub(super) fn section(&self, stage: Stage) -> Result<Option<Value>> {
                match stage { $(Stage::$variant => self.$section.as_ref().map(to_value).transpose()),* }
            }

            /// Whether the deck asks for a stage.
            pub fn has(&self, stage: Stage) -> bool {
                match stage { $(Stage::$variant => self.$section.is_some()),* }
            }
        }
    };
}

every_stage!(deck);

impl Deck {
    /// Whether `elastic` strains the double wells of `connect`.
    pub fn couples_to_strain(&self) -> bool {
        self.connect.is_some() && self.elastic.as_ref().is_some_and(|elastic| elastic.coupling)
    }

    /// The stages whose results a stage of this deck uses, in order: spectra and moduli of glasses need no double wells.
    pub fn upstream(&self, stage: Stage) -> Vec<Stage> {
        let last = match (stage, self.modes.as_ref().map(|modes| modes.of)) {
            (Stage::Modes, Some(SpectraOf::Glasses)) => Stage::Prepare,
            (Stage::Modes, Some(SpectraOf::Minima)) => Stage::Explore,
            (Stage::Elastic, _) if !self.couples_to_strain() => Stage::Prepare,
            _ => Stage::Modes,
        };
        stage.upstream().iter().copied().filter(|before| *before <= last).collect()
    }
}

/// Settings as TOML.
pub(super) fn to_value<T: Serialize>(settings: &T) -> Result<Value> {
    Value::try_from(settings).map_err(|fault| Error::Internal(format!("settings that are not TOML: {fault}")))
}

fn internal(stage: Stage, fault: &toml::de::Error) -> Error {
    Error::Internal(format!("section [{stage}] does not read back: {fault}"))
}
