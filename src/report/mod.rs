//! The report on campaigns: one HTML page that needs nothing else.
//!
//! [`page()`] puts it together: the numbers at its top come from `summary` and `warnings`, its figures from `figures`, each
//! of which reads the files through [`Source`]. The plots are made by Plotly, whose script the crate `plotly` brings; the page
//! holds it once.
//!
//! ```no_run
//! use glasswell::report::{open_all, page};
//! let html = page(&open_all(&["quickstart.out".into()])?)?;
//! # Ok::<(), glasswell::error::Error>(())
//! ```

mod active;
mod chosen;
mod cones;
mod drawing;
mod figure;
mod figures;
mod overview;
mod page;
mod published;
mod script;
mod source;
mod summary;
mod typeset;
mod warnings;
mod wells;
mod words;

pub use active::{ActiveWell, active_wells};
pub use figure::Figure;
pub use figures::FIGURES;
pub use page::page;
pub use source::{Source, UnitOf, open_all};
pub use summary::{Estimate, Summary, UnitSummary, method, significant};
pub use words::for_shell;
