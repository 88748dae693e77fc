//! Files of other programs: configurations (extended XYZ, LAMMPS data) and columns of numbers.

mod columns;
mod extended_xyz;
mod frame;
mod lammps;
mod read;
mod sanity;
mod write;

pub use columns::{GivenProfile, read_profile, read_vector, utf8};
pub use read::{count, is_hdf5, read_configurations};
pub use write::{write_extended_xyz, write_lammps_data};
