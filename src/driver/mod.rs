//! The stages in order; tasks to ranks, records to files; the commands.

mod campaign;
mod check;
mod evaluate;
mod levels;
mod output;
mod prepare;
mod progress;
mod summary;
mod tunnel;
mod work;

pub use campaign::{RunOptions, is_first_rank, run};
pub use check::check;
pub use evaluate::{EvaluateOptions, evaluate};
pub use levels::{LevelsOptions, levels};
pub use progress::Progress;
pub use summary::status;
pub use work::Workers;
