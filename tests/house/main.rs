//! What a reader of the sources can check.

mod layering;
