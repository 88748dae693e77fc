//! The commands of the program.

/// In place of those of the standard library, which panic when nobody reads any more.
macro_rules! println {
    ($($words:tt)*) => { $crate::commands::output::print_line(format_args!($($words)*)) };
}
macro_rules! eprintln {
    ($($words:tt)*) => { $crate::commands::output::print_error_line(format_args!($($words)*)) };
}

mod check;
mod closing;
mod combine;
mod deck;
mod evaluate;
mod export;
mod help;
mod levels;
mod output;
mod path;
mod report;
mod run;
mod status;
mod version;

pub use check::check;
pub use combine::{CombineArguments, combine};
pub use deck::{new, schema};
pub use evaluate::{EvaluateOptions, evaluate};
pub use export::{ExportArguments, export};
pub use help::{completions, man};
pub use levels::{LevelsOptions, levels};
pub use output::{all_printed, print_line};
pub use path::{PathOptions, path};
pub use report::report;
pub use run::{RunOptions, run};
pub use status::status;
pub use version::version;
