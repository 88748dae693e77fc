//! The one list of stages.
//!
//! Every module that has something for each stage (the deck its section, the stages their work) takes it from this
//! list: it passes a macro of its own to `every_stage`, and a missing stage fails to compile.
//!
//! ```
//! use glasswell::stage::Stage;
//! assert_eq!(Stage::from_name("tunnel").map(Stage::file_name), Some("tunnelling.h5"));
//! ```

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Passes the list of stages to the macro `$receiver`, in the order in which they run:
/// `Variant, section of the deck: module::settings, file, after [the stages whose results it uses, directly or through
/// others];`
macro_rules! every_stage {
    ($receiver:ident) => {
        $receiver! {
            /// Equilibrium liquids and glasses.
            Prepare, prepare: sampling::PrepareSettings, "glasses.h5", after [];
            /// Equilibrium liquids and their relaxation.
            Relax, relax: sampling::RelaxSettings, "relaxation.h5", after [];
            /// Molecular dynamics and quenches: the library of minima.
            Explore, explore: landscape::ExploreSettings, "landscape.h5", after [Prepare];
            /// Minimum-energy paths between minima: double wells.
            Connect, connect: paths::ConnectSettings, "paths.h5", after [Prepare, Explore];
            /// The Schroedinger equation along each path.
            Tunnel, tunnel: tunnelling::TunnelSettings, "tunnelling.h5", after [Prepare, Explore, Connect];
            /// Vibrations around the minima and along the paths.
            Modes, modes: modes::ModesSettings, "modes.h5", after [Prepare, Explore, Connect];
            /// Pushes along the modes of glasses, and quenches.
            Excite, excite: excitation::ExciteSettings, "excitations.h5", after [Prepare];
            /// Elastic moduli by linear response and by strain, and the coupling of double wells to strain.
            Elastic, elastic: modes::ElasticSettings, "elasticity.h5", after [Prepare, Explore, Connect];
        }
    };
}
pub(crate) use every_stage;

macro_rules! stages {
    ($($(#[$doc:meta])* $variant:ident, $section:ident: $module:ident::$settings:ident, $file:literal, after [$($before:ident),*];)*) => {
        /// The stages of a campaign, in the order in which they run; each has a section of the deck and a file.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
        #[serde(rename_all = "kebab-case")]
        pub enum Stage { $($(#[$doc])* $variant),* }

        impl Stage {
            /// Every stage of this version, in order.
            pub const ALL: [Stage; [$(Stage::$variant),*].len()] = [$(Stage::$variant),*];

            /// The name of the stage, of its section in the deck, and of the root attribute `stage` of its file.
            pub fn name(self) -> &'static str {
                match self { $(Stage::$variant => stringify!($section)),* }
            }

            /// The name of its file in the campaign's directory.
            pub fn file_name(self) -> &'static str {
                match self { $(Stage::$variant => $file),* }
            }

            /// The stages whose results this one can use, directly or through others, in order.
            pub fn upstream(self) -> &'static [Stage] {
                match self { $(Stage::$variant => &[$(Stage::$before),*]),* }
            }
        }
    };
}

every_stage!(stages);

impl Stage {
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|stage| stage.name() == name)
    }
}

impl std::fmt::Display for Stage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}
