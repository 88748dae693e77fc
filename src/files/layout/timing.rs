//! The contents that every file has: root attributes and the group /timing.

use super::entry::Element::*;
use super::entry::{AttributeEntry, DataSet, asked, attribute, set};

pub(super) const ROOT_ATTRIBUTES: &[AttributeEntry] = &[
    attribute("/", "glasswell_layout", I64, "[]", "version of this layout; it changes when a name changes"),
    attribute(
        "/",
        "algorithm",
        I64,
        "[]",
        "number of the stage's algorithm; run does not extend a file of another one",
    ),
    attribute("/", "glasswell_version", Text, "[]", "version of the program that wrote the file"),
    attribute("/", "stage", Text, "[]", "stage that wrote the file"),
    attribute("/", "deck", Text, "[]", "text of the deck"),
    attribute("/", "deck_hash", Text, "[]", "hash of the deck"),
    attribute("/", "deck_keys", Text, "[]", "keys and values of the deck on which this file depends"),
    attribute("/", "seed", U64, "[]", "the campaign's seed"),
    attribute("/", "complete", I64, "[]", "1 when the stage did everything the deck requests, else 0"),
];

pub(super) const DATA_SET_ATTRIBUTES: &[AttributeEntry] = &[
    attribute("every data set", "units", Text, "[]", "units of the values"),
    attribute("every data set", "description", Text, "[]", "description of the values"),
    attribute(
        "every data set",
        "checksum",
        U64,
        "[]",
        "sum modulo 2^64 of XXH3 (64 bits) of the bytes of each row, with the row's index as the seed; a scalar is \
         one row",
    ),
];

pub(super) const TIMING: &[DataSet] = &[
    set("/timing/ranks", U32, "[]", "1", "number of ranks that wrote the file"),
    set("/timing/threads", U32, "[ranks]", "1", "threads of each rank"),
    set("/timing/hostname", Text, "[ranks]", "1", "host of each rank"),
    set("/timing/created", Text, "[]", "1", "when the file was written, ISO 8601, UTC"),
    set("/timing/idle", F64, "[ranks]", "s", "time that each rank waited for other ranks or for work"),
    asked("/timing/costs/<name>", F64, "[ranks]", "s", "time that each rank spent on this"),
    asked(
        "/timing/tasks/round",
        U32,
        "[tasks]",
        "1",
        "round of each task of the stage; in tunnel, the number of the unit",
    ),
    asked(
        "/timing/tasks/task",
        I64,
        "[tasks]",
        "1",
        "number of the task in its round: glass (prepare); sample by decreasing temperature, md before swaps \
         (relax); 2^32 glass + group of eight runs (explore); pair, by decreasing distance (connect); double well \
         (tunnel); spectrum, then double well (modes); glass, or 2^40 + double well (elastic); glass, then modes \
         (excite)",
    ),
    asked("/timing/tasks/seconds", F64, "[tasks]", "s", "wall time of the slices of the task"),
];
