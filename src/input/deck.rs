//! The deck, with one optional section for each stage, and the interface of a stage to its section.

use super::campaign::CampaignSettings;
use super::declared;
use super::findings::Findings;
use super::imported::Imported;
use super::model::ModelSettings;
use super::origin::{Origin, reread};
use super::section::Section;
use crate::error::{Error, Result};
use crate::model::Potential;
use crate::paths::PairList;
use crate::stage::{Stage, every_stage};
use schemars::JsonSchema;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;
use std::path::PathBuf;
use toml::{Table, Value};

/// A stage's section of the deck: implemented for the settings, next to their algorithm.
pub trait DeckSection: Serialize + DeserializeOwned + JsonSchema {
    /// Which changed values extend existing results; every other change invalidates them.
    const GROWTH: Growth = Growth::NONE;

    /// Keys that only presets have a default for: with its own tables the deck must give them.
    const WITHOUT_DEFAULT: &'static [&'static str] = &[];

    /// Every impossible value is a fault, every doubtful one a warning.
    fn check(&self, deck: &Deck, section: &mut Section);

    /// Changes defaults that depend on keys of this section (`given`) or of earlier ones.
    fn adjust_defaults(
        _potential: &Potential,
        _given: &Table,
        _earlier: &[(&'static str, Table)],
        _defaults: &mut Table,
    ) {
    }

    /// The stages whose results the stage uses, directly or through others, in order: all of `possible` unless the
    /// settings say otherwise.
    fn builds_on(&self, _deck: &Deck, possible: &'static [Stage]) -> Vec<Stage> {
        possible.to_vec()
    }

    /// Whether the results depend on the units in [tunnel].
    fn is_decided_by_units(&self, _deck: &Deck) -> bool {
        false
    }
}

/// Keys of a section whose change extends existing results.
#[derive(Clone, Copy, Debug)]
pub struct Growth {
    /// Numbers that may be raised.
    pub raised: &'static [&'static str],
    /// Lists and tables that may get further entries.
    pub extended: &'static [&'static str],
    /// Those of them that may also lose entries: results of the others do not depend on them.
    pub dropped: &'static [&'static str],
    /// Lists that may grow at their end.
    pub appended: &'static [&'static str],
}

impl Growth {
    pub const NONE: Self = Self { raised: &[], extended: &[], dropped: &[], appended: &[] };
}

/// Defines the deck with one optional section for each stage, and the matches from a stage to its section.
macro_rules! deck {
    ($($(#[$doc:meta])* $variant:ident, $section:ident: $module:ident::$settings:ident, $file:literal, after [$($before:ident),*];)*) => {
        impl Stage {
            /// The section's defaults for a model.
            pub(super) fn defaults(self, potential: &Potential) -> Result<Value> {
                match self { $(Stage::$variant => to_value(&<crate::$module::$settings>::defaults(potential))),* }
            }

            /// The section read into its settings and written back: every key present, numbers of the right type.
            pub(super) fn reread(self, value: Value) -> std::result::Result<Value, toml::de::Error> {
                match self { $(Stage::$variant => reread::<crate::$module::$settings>(value)),* }
            }

            pub(super) fn adjust_defaults(
                self,
                potential: &Potential,
                given: &Table,
                earlier: &[(&'static str, Table)],
                defaults: &mut Table,
            ) {
                match self { $(Stage::$variant => <crate::$module::$settings>::adjust_defaults(potential, given, earlier, defaults)),* }
            }

            pub(super) fn without_default(self) -> &'static [&'static str] {
                match self { $(Stage::$variant => <crate::$module::$settings>::WITHOUT_DEFAULT),* }
            }

            /// The schema of the section's settings.
            pub(super) fn schema(self) -> serde_json::Value {
                match self { $(Stage::$variant => declared::of::<crate::$module::$settings>()),* }
            }

            pub(super) fn growth(self) -> Growth {
                match self { $(Stage::$variant => <crate::$module::$settings>::GROWTH),* }
            }
        }

        /// A deck with every default filled in and every value checked.
        /// The section of a stage that the deck does not have is `None`; [`Deck::add_stage`] fills it with defaults.
        #[derive(Clone, Debug, PartialEq)]
        pub struct Deck {
            /// Where the deck was read from; `from` is relative to its folder.
            pub file: PathBuf,
            /// The deck as written.
            pub text: String,
            pub campaign: CampaignSettings,
            pub model: ModelSettings,
            $(pub $section: Option<crate::$module::$settings>,)*
            /// The glasses to import, each with its starting configurations; empty until their files have been read.
            pub imports: Vec<Vec<Imported>>,
            /// The pairs of minima in the file that `connect.from` names; none until it has been read.
            pub listed: Option<PairList>,
            /// What is accepted but questionable, one sentence each.
            pub warnings: Vec<String>,
            /// Where each value comes from, by dotted key.
            pub(super) origins: BTreeMap<String, Origin>,
        }

        impl Deck {
            /// A deck without stages.
            pub(super) fn without_stages(file: PathBuf, text: String, campaign: CampaignSettings, model: ModelSettings) -> Self {
                Self { file, text, campaign, model, $($section: None,)* imports: Vec::new(), listed: None, warnings: Vec::new(), origins: BTreeMap::new() }
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

            /// Checks the sections of the stages.
            pub(super) fn check_stages(&self, findings: &mut Findings) -> Result<()> {
                $(if let Some(settings) = &self.$section {
                    settings.check(self, &mut Section::new(stringify!($section), to_value(settings)?, findings));
                })*
                Ok(())
            }

            /// The stages whose results a stage of this deck uses, directly or through others, in order.
            pub fn upstream(&self, stage: Stage) -> Vec<Stage> {
                match stage {
                    $(Stage::$variant => self
                        .$section
                        .as_ref()
                        .map_or_else(|| stage.upstream().to_vec(), |settings| settings.builds_on(self, stage.upstream()))),*
                }
            }

            /// Whether a stage's results depend on the units in [tunnel].
            pub(super) fn is_decided_by_units(&self, stage: Stage) -> bool {
                match stage {
                    $(Stage::$variant => {
                        self.$section.as_ref().is_some_and(|settings| settings.is_decided_by_units(self))
                    }),*
                }
            }

            /// Whether the deck has the section of a stage.
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
}

/// Settings as TOML.
pub(super) fn to_value<T: Serialize>(settings: &T) -> Result<Value> {
    Value::try_from(settings).map_err(|fault| Error::Internal(format!("settings that are not TOML: {fault}")))
}

fn internal(stage: Stage, fault: &toml::de::Error) -> Error {
    Error::Internal(format!("section [{stage}] does not read back: {fault}"))
}
