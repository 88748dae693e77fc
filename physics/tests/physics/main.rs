//! Physics in this process: formulas, algorithms and statistics against independent numbers. docs/testing.md says where a new
//! test goes.

#[path = "../common/mod.rs"]
mod common;

mod along_path;
mod anchors;
mod cases;
mod coupling;
mod deformation;
mod derivatives;
mod elasticity;
mod equilibrium;
mod excitation;
mod exploration;
mod fast_equals_plain;
mod imports;
mod landscape;
mod local_systems;
mod lowest_modes;
mod nonlinear;
mod path_points;
mod paths;
mod profiles;
mod pseudo_inverse;
mod relax;
mod sampling;
mod shared_modes;
mod statistics;
mod swap;
mod tunnelling;
mod vectors;
mod vibrations;
mod zero_point_levels;
