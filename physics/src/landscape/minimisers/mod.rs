//! The registry of minimisers. A new one is one new file and one line in `registry!` (and its `mod`).

mod conjugate_gradient;
mod fire;
mod lanes;
mod lbfgs;
mod method;

use crate::forces::PairSum;
use crate::forces::lanes::{Columns, Configurations};
use method::Method;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use method::{Look, StoppingCriteria, Supply};

/// Makes the enum and the matches of this module. The order of the lines is the order in checkpoints: new ones come last.
macro_rules! registry {
    ($($(#[$meta:meta])* $variant:ident => $method:ty),* $(,)?) => {
        /// Which minimiser defines the basins of attraction.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
        #[serde(rename_all = "kebab-case")]
        pub enum Minimiser { $($(#[$meta])* $variant),* }

        impl Minimiser {
            /// Every minimiser, for the tests that walk the registry.
            pub const ALL: &'static [Minimiser] = &[$(Minimiser::$variant),*];

            /// Whether a descent can be continued from the positions of an accepted point.
            pub fn is_restartable(self) -> bool {
                match self { $(Minimiser::$variant => <$method>::RESTARTABLE),* }
            }

            /// Whether no accepted point is higher than the one before.
            pub fn is_monotonic(self) -> bool {
                match self { $(Minimiser::$variant => <$method>::MONOTONIC),* }
            }

            /// Minimises the starts of the supply.
            pub(super) fn minimise<const L: usize>(
                self,
                sum: &mut PairSum<L>,
                supply: &mut impl Supply,
                criteria: &StoppingCriteria,
            ) where
                Configurations: Columns<L>,
            {
                match self { $(Minimiser::$variant => <$method>::minimise(sum, supply, criteria)),* }
            }
        }
    };
}

registry! {
    /// Limited-memory BFGS with a step cap, without line search.
    Lbfgs => lbfgs::Lbfgs,
    /// Conjugate gradients (Polak-Ribiere) with line search.
    ConjugateGradient => conjugate_gradient::ConjugateGradient,
    /// Fast inertial relaxation engine.
    Fire => fire::Fire,
}
