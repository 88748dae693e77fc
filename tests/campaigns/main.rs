//! The program as it is run: campaigns and commands, on one or several ranks, interrupted and damaged, and their files.
//! docs/testing.md says where a new test goes.

#[path = "../../physics/tests/common/mod.rs"]
mod common;
mod support;

/// Tests that measure time or need the whole machine: they run one by one.
mod alone {
    mod interrupts;
    mod parallel;
}
mod campaign;
mod candidates;
mod checkpoint_files;
mod closing;
mod combine;
mod commands;
mod damage;
mod elastic_stage;
mod excite;
mod export;
mod faults;
mod files;
mod h5py_reads;
mod harmonic;
mod help;
mod imports;
mod kernels;
mod layouts;
mod liquids;
mod memory;
mod modes_stage;
mod own_tables;
mod refusals;
mod report;
mod results;
mod resume;
mod serial;
mod teams;
mod templates;
mod units;
