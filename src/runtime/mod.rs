//! Distribution of tasks over ranks and threads, checkpoints, stopping, progress.
//!
//! ```
//! // times of the progress bars
//! assert_eq!(glasswell::runtime::rounded(12_000.0), "3 h 20 min");
//! ```

mod bar;
mod journal;
mod launcher;
mod live;
mod lock;
mod messages;
mod pieces;
mod progress;
mod slurm;
mod speaker;
mod stop;
mod team;
mod threads;
mod work;

pub use journal::{Journal, JournalOf, Rounds};
pub use launcher::{check as check_launcher, is_a_further_rank};
pub use live::{is_begun, nothing_under_way, under_way};
pub use lock::{DirectoryLock, NAME as LOCK_NAME};
pub use messages::{Loudness, NAME as LOG_NAME, keep_log, note, start_log};
pub use progress::{Progress, rounded};
pub use slurm::working_time;
pub use speaker::{guarded, is_first_rank, rank_is, report};
pub use stop::{Signals, Stop};
pub use team::TeamTask;
pub use threads::threads;
pub use work::Workers;
