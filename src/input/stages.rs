//! The registry of stages: each is one line that names its section of the deck, its settings, their defaults by
//! model and what it builds on.

use super::deck::Origin;
use super::general::{CampaignSettings, ModelSettings};
use super::tunnel;
use crate::error::{Error, Result};
use crate::excitation::ExciteSettings;
use crate::landscape::ExploreSettings;
use crate::model::Preset;
use crate::modes::{ElasticSettings, ModesSettings, SpectraOf};
use crate::paths::ConnectSettings;
use crate::sampling::{PrepareSettings, RelaxSettings};
use crate::tunnelling::TunnelSettings;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::PathBuf;
use toml::Value;

/// Makes the enum of stages, the deck with one optional section for each, and the matches that lead from one to the other.
macro_rules! registry {
    ($($(#[$doc:meta])* $variant:ident => $section:ident: $settings:ty = $defaults:path, after [$($before:ident),*];)*) => {
        /// The stages of a campaign, in the order in which they run.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "kebab-case")]
        pub enum Stage { $($(#[$doc])* $variant),* }

        impl Stage {
            /// Every stage of this version, in order.
            pub const ALL: &'static [Stage] = &[$(Stage::$variant),*];

            /// The name of the stage and of its section in the deck.
            pub fn name(self) -> &'static str {
                match self { $(Stage::$variant => stringify!($section)),* }
            }

            /// The stages whose results this one uses, directly or through others, in order.
            pub fn upstream(self) -> &'static [Stage] {
                match self { $(Stage::$variant => &[$(Stage::$before),*]),* }
            }

            /// The section's defaults for a model.
            pub(super) fn defaults(self, preset: Preset) -> Result<Value> {
                match self { $(Stage::$variant => to_value(&$defaults(preset))),* }
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

registry! {
    /// Equilibrium liquids and glasses.
    Prepare => prepare: PrepareSettings = PrepareSettings::defaults, after [];
    /// Equilibrium liquids and how they relax.
    Relax => relax: RelaxSettings = RelaxSettings::defaults, after [];
    /// Molecular dynamics and quenches: the library of minima.
    Explore => explore: ExploreSettings = ExploreSettings::defaults, after [Prepare];
    /// Minimum-energy paths between minima: double wells.
    Connect => connect: ConnectSettings = ConnectSettings::defaults, after [Prepare, Explore];
    /// The quantum problem along each path.
    Tunnel => tunnel: TunnelSettings = tunnel::defaults, after [Prepare, Explore, Connect];
    /// Vibrations around the minima and along the paths.
    Modes => modes: ModesSettings = ModesSettings::defaults, after [Prepare, Explore, Connect];
    /// Pushes along the modes of glasses, and quenches.
    Excite => excite: ExciteSettings = ExciteSettings::defaults, after [Prepare];
    /// Elastic moduli by linear response and by strain, and the coupling of double wells to strain.
    Elastic => elastic: ElasticSettings = ElasticSettings::defaults, after [Prepare, Explore, Connect];
}

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

impl Stage {
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|stage| stage.name() == name)
    }
}

impl std::fmt::Display for Stage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

/// Settings as TOML.
pub(super) fn to_value<T: Serialize>(settings: &T) -> Result<Value> {
    Value::try_from(settings).map_err(|fault| Error::Internal(format!("settings that are not TOML: {fault}")))
}

fn internal(stage: Stage, fault: &toml::de::Error) -> Error {
    Error::Internal(format!("section [{stage}] does not read back: {fault}"))
}
