//! Configurations for other programs; every number is written with enough digits to be read back exactly.

use crate::model::{Configuration, Potential};
use std::fmt::Write;

/// One frame of extended XYZ: species by name, positions [sigma] unchanged, and diameters [sigma] if the model has them.
pub fn write_extended_xyz(configuration: &Configuration, potential: impl Into<Potential>) -> String {
    let potential = potential.into();
    let [x, y, z] = configuration.cell.edges;
    let with_diameters = potential.has_diameters();
    let diameter = if with_diameters { ":diameter:R:1" } else { "" };
    let names: Vec<&str> = potential.names().collect();
    let mut text = format!("{}\n", configuration.particles());
    let _ = writeln!(
        text,
        "Lattice=\"{x:?} 0 0 0 {y:?} 0 0 0 {z:?}\" Properties=species:S:1:pos:R:3{diameter} pbc=\"T T T\""
    );
    for (k, r) in configuration.positions.chunks_exact(3).enumerate() {
        let species = names.get(configuration.species[k] as usize).unwrap_or(&names[0]);
        let _ = write!(text, "{species} {:?} {:?} {:?}", r[0], r[1], r[2]);
        let _ = if with_diameters { writeln!(text, " {:?}", configuration.diameters[k]) } else { writeln!(text) };
    }
    text
}

/// A LAMMPS data file: atom_style charge with the diameter in the charge column if the model has diameters, else atomic;
/// types 1, 2, 3 in the order of the species; ids 1 ... N.
pub fn write_lammps_data(configuration: &Configuration, potential: impl Into<Potential>) -> String {
    let potential = potential.into();
    let style = if potential.has_diameters() { "charge" } else { "atomic" };
    let types = potential.species();
    let mut text =
        format!("glasswell {}\n\n{} atoms\n{types} atom types\n\n", potential.name(), configuration.particles());
    for (axis, edge) in ["x", "y", "z"].iter().zip(configuration.cell.edges) {
        let _ = writeln!(text, "0.0 {edge:?} {axis}lo {axis}hi");
    }
    text.push_str("\nMasses\n\n");
    for kind in 1..=types {
        let _ = writeln!(text, "{kind} 1.0");
    }
    let _ = writeln!(text, "\nAtoms # {style}\n");
    for (k, r) in configuration.positions.chunks_exact(3).enumerate() {
        let _ = write!(text, "{} {}", k + 1, configuration.species[k] + 1);
        if potential.has_diameters() {
            let _ = write!(text, " {:?}", configuration.diameters[k]);
        }
        let _ = writeln!(text, " {:?} {:?} {:?}", r[0], r[1], r[2]);
    }
    text
}
