//! (being built)
pub mod spline;
