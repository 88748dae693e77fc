//! Files of other programs: configurations (extended XYZ, LAMMPS data and dumps) and columns of numbers.
//!
//! ```
//! use glasswell_physics::formats::write_extended_xyz;
//! use glasswell_physics::model::Preset;
//! use glasswell_physics::random::{Purpose, stream};
//! use glasswell_physics::sampling::random_configuration;
//! let liquid = random_configuration(Preset::Tlj, 300, &mut stream(1, Purpose::Prepare, 0, 0));
//! let text = write_extended_xyz(&liquid, Preset::Tlj);
//! assert!(text.starts_with("300\nLattice="));
//! ```

mod columns;
mod extended_xyz;
mod frame;
mod frames;
mod lammps_box;
mod lammps_data;
mod lammps_dump;
mod lammps_styles;
#[cfg(test)]
mod mutations;
mod read;
mod sanity;
mod species;
mod table;
mod text;
mod write;
mod xyz_header;

pub use columns::{GivenProfile, read_profile, read_vector, utf8};
pub use frame::{Diameters, Frame, Place, Row, Symbol};
pub use frames::Choice;
pub use read::{read_configurations, read_frames};
pub use species::{Reading, Symbols, parse_symbols, symbols_of_species, unknown_species};
pub use table::Table;
pub use text::is_hdf5;
pub use write::{WrittenFrame, write_extended_xyz, write_lammps_data};
