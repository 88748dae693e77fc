//! Rows of results as they reach the files.

mod glass;

pub use glass::GlassRecord;
