//! What a reader of the sources can check.

mod checkpointed;
mod circles;
mod documentation;
mod layering;
mod source_text;
