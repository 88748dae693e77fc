//! The contents that every file has: root attributes and the group /timing.

use super::entry::Element::*;
use super::entry::{AttributeEntry, DataSet, asked, attribute, set};

pub(super) const ROOT_ATTRIBUTES: &[AttributeEntry] = &[
    attribute("/", "glasswell_layout", I64, "[]", "version of this layout; it changes when a name changes"),
    attribute("/", "glasswell_version", Text, "[]", "version of the program that wrote the file"),
    attribute("/", "stage", Text, "[]", "stage that wrote the file"),
    attribute("/", "deck", Text, "[]", "the deck, its text"),
    attribute("/", "deck_hash", Text, "[]", "hash of the deck"),
    attribute("/", "deck_keys", Text, "[]", "the deck's keys and values that this file depends on"),
    attribute("/", "seed", U64, "[]", "the campaign's seed"),
    attribute("/", "complete", I64, "[]", "1 when the stage did all that the deck asks, else 0"),
];

pub(super) const DATA_SET_ATTRIBUTES: &[AttributeEntry] = &[
    attribute("every data set", "units", Text, "[]", "units of its values"),
    attribute("every data set", "description", Text, "[]", "what its values are"),
    attribute(
        "every data set",
        "checksum",
        U64,
        "[]",
        "sum modulo 2^64 of XXH3 (64 bits) of the bytes of each row, the row's index being the seed; a scalar is one row",
    ),
];

pub(super) const TIMING: &[DataSet] = &[
    set("/timing/ranks", U32, "[]", "1", "number of ranks that wrote the file"),
    set("/timing/threads", U32, "[ranks]", "1", "threads of each rank"),
    set("/timing/hostname", Text, "[ranks]", "1", "host of each rank"),
    set("/timing/created", Text, "[]", "1", "when the file was written, ISO 8601, UTC"),
    set("/timing/idle", F64, "[ranks]", "s", "time each rank has waited for others or for work"),
    asked("/timing/costs/<name>", F64, "[ranks]", "s", "time each rank has spent on this"),
    asked("/timing/tasks/round", U32, "[tasks]", "1", "round of each task of the stage; of tunnel: number of the unit"),
    asked(
        "/timing/tasks/task",
        I64,
        "[tasks]",
        "1",
        "number of the task in its round: glass (prepare); sample by falling temperature, dynamics before swaps (relax); 2^32 glass + group of eight runs (explore); pair, by falling distance (connect); double well (tunnel); spectrum, then double well (modes); glass, or 2^40 + double well (elastic); glass, then modes (excite)",
    ),
    asked("/timing/tasks/seconds", F64, "[tasks]", "s", "wall time of the slices of the task"),
];
