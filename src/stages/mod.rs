//! The stages, one folder each. A stage uses nothing of another stage but the reader of its file and its cost.
//!
//! ```
//! use glasswell::{stage::Stage, stages};
//! // what the commands see of a stage
//! let _tunnel: &dyn stages::StageWork = stages::work(Stage::Tunnel);
//! ```

pub mod connect;
mod context;
pub mod cost;
pub mod elastic;
pub mod excite;
mod expected;
pub mod explore;
mod lines;
pub mod modes;
pub mod prepare;
pub mod relax;
mod spectra;
mod stage_work;
pub mod tunnel;

use crate::stage::{Stage, every_stage};
pub use context::{BuiltOn, Context, Earlier};
pub use stage_work::StageWork;

macro_rules! work {
    ($($(#[$doc:meta])* $variant:ident, $section:ident: $module:ident::$settings:ident, $file:literal, after [$($before:ident),*];)*) => {
        /// The work of a stage.
        pub fn work(stage: Stage) -> &'static dyn StageWork {
            match stage { $(Stage::$variant => &$section::Work),* }
        }
    };
}

every_stage!(work);
