//! glasswell finds the tunnelling two-level systems of computer glasses.
//!
//! This package is the program: ranks, files, stages, commands. Models, algorithms and formulas are in the package
//! `glasswell-physics` (its documentation lists the notation and the units); its modules are those of this package, too.
//! The modules are listed in the order of their dependencies: a module uses only modules above it in this list (checked
//! by `tests/house/layering.rs`).

pub use glasswell_physics::{
    error, excitation, forces, formats, landscape, model, modes, paths, random, sampling, screening, statistics,
    systems, task, tunnelling, units,
};

pub mod version;
pub mod stage;
pub mod input;
pub mod parallel;
pub mod files;
pub mod runtime;
pub mod stages;
pub mod export;
pub mod report;
pub mod combine;
pub mod commands;
