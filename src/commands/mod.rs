//! The commands of the program.

mod check;
mod evaluate;
mod levels;
mod output;
mod path;
mod run;
mod status;
mod version;

pub use check::check;
pub use evaluate::{EvaluateOptions, evaluate};
pub use levels::{LevelsOptions, levels};
pub use path::{PathOptions, path};
pub use run::{RunOptions, run};
pub use status::status;
pub use version::version;
