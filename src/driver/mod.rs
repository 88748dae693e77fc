//! The stages in order; tasks to ranks, records to files; the commands.

mod campaign;
mod evaluate;
mod levels;
mod output;
mod prepare;
mod progress;
mod work;

pub use campaign::{RunOptions, is_first_rank, run};
pub use evaluate::{EvaluateOptions, evaluate};
pub use levels::{LevelsOptions, levels};
pub use progress::Progress;
pub use work::Workers;
