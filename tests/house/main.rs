//! Rules that can be checked from the sources.

mod checkpointed;
mod circles;
mod deck;
mod documentation;
mod layering;
mod releases;
mod source_text;
