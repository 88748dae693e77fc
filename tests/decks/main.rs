//! Decks and imports in this process: what is accepted, what is refused and with which words. docs/testing.md says where a
//! new test goes.

#[path = "../../physics/tests/common/mod.rs"]
mod common;

mod deck_keys;
mod fuzz;
mod imported_glasses;
mod input;
mod own_tables;
