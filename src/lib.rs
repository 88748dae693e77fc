//! glasswell finds the tunnelling two-level systems of computer glasses.
//!
//! This package is the program: ranks, files, stages, commands. Models, algorithms and formulas are in the package
//! `glasswell-physics` (its documentation lists the notation and the units); its modules are those of this package, too.
//! The modules are listed in the order of their dependencies: a module uses only modules above it in this list (checked
//! by `tests/house/layering.rs`).
//!
//! A glass from a quench of random positions:
//!
//! ```
//! use glasswell::{forces::PairSum, landscape, model::Preset, random, sampling::random_configuration};
//!
//! let mut stream = random::stream(1, random::Purpose::Prepare, 0, 0);
//! let start = random_configuration(Preset::Harmonic, 500, &mut stream);
//! let mut sum = PairSum::new(Preset::Harmonic.model(&start), start.cell);
//! let glass = landscape::quench(&mut sum, &start.positions, &landscape::QuenchSettings::default());
//! println!("{:.5} epsilon per particle, largest force {:.0e}", glass.energy / 500.0, glass.residual);
//! assert!(glass.converged());
//! ```

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
