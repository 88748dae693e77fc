//! The stages in order; tasks to ranks, records to files; the commands.

mod campaign;
mod check;
mod connect;
mod connect_files;
mod evaluate;
mod explore;
mod forecast;
mod journal;
mod landscape;
mod levels;
mod live;
mod lock;
mod memory;
mod output;
mod pair_task;
mod path;
mod prepare;
mod progress;
mod relax;
mod relax_files;
mod slurm;
mod stop;
mod summary;
mod team;
mod tunnel;
mod work;

pub use campaign::{Context, Earlier, RunOptions, file_stage, is_a_further_rank, is_first_rank, run, tell};
pub use check::check;
pub use evaluate::{EvaluateOptions, evaluate};
pub use levels::{LevelsOptions, levels};
pub use pair_task::{PairState, PairTask, wants_descent};
pub use path::{PathOptions, path};
pub use progress::Progress;
pub use summary::status;
pub use tunnel::{Unit, units_of};
pub use work::Workers;
