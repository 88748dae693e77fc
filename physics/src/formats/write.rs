//! Configurations for other programs; every number is written with enough digits to be read back exactly.

use crate::model::{Configuration, Potential};
use std::f64::consts::PI;
use std::fmt::Write;

/// A configuration with what is written about it.
#[derive(Clone, Debug)]
pub struct WrittenFrame<'a> {
    pub configuration: &'a Configuration,
    /// What the file calls each species of the model.
    pub names: &'a [String],
    /// Whether the particles carry diameters.
    pub with_diameters: bool,
    /// `key=value` on the second line of extended XYZ, "key value" in the title of LAMMPS data.
    pub keys: &'a [(String, String)],
    /// Displacement of each particle from a reference [3N] [sigma].
    pub displacement: Option<&'a [f64]>,
}

impl WrittenFrame<'_> {
    fn name(&self, particle: usize) -> &str {
        self.names.get(usize::from(self.configuration.species[particle])).map_or("X", String::as_str)
    }

    /// One frame of extended XYZ: species by name, positions [sigma] unchanged, diameters [sigma] if the model has them, and
    /// displacements if they are given.
    pub fn extended_xyz(&self) -> String {
        let [x, y, z] = self.configuration.cell.edges;
        let diameter = if self.with_diameters { ":diameter:R:1" } else { "" };
        let displacement = if self.displacement.is_some() { ":displacement:R:3" } else { "" };
        let mut text = format!("{}\n", self.configuration.particles());
        let _ = write!(
            text,
            "Lattice=\"{x:?} 0 0 0 {y:?} 0 0 0 {z:?}\" Properties=species:S:1:pos:R:3{diameter}{displacement} pbc=\"T T T\""
        );
        for (key, value) in self.keys {
            let _ = write!(text, " {key}={value}");
        }
        text.push('\n');
        for (k, r) in self.configuration.positions.chunks_exact(3).enumerate() {
            let _ = write!(text, "{} {:?} {:?} {:?}", self.name(k), r[0], r[1], r[2]);
            if self.with_diameters {
                let _ = write!(text, " {:?}", self.configuration.diameters[k]);
            }
            if let Some(field) = self.displacement {
                let _ = write!(text, " {:?} {:?} {:?}", field[3 * k], field[3 * k + 1], field[3 * k + 2]);
            }
            text.push('\n');
        }
        text
    }

    /// A LAMMPS data file: atom_style atomic, or sphere with diameters and the densities of particles of mass 1 if the model
    /// has diameters; types 1, 2, 3 in the order of the species; ids 1 ... N.
    pub fn lammps_data(&self) -> String {
        let mut text = "glasswell".to_string();
        for (key, value) in self.keys {
            let _ = write!(text, " {key} {value}");
        }
        let _ = write!(text, "\n\n{} atoms\n{} atom types\n\n", self.configuration.particles(), self.names.len());
        for (axis, edge) in ["x", "y", "z"].iter().zip(self.configuration.cell.edges) {
            let _ = writeln!(text, "0.0 {edge:?} {axis}lo {axis}hi");
        }
        // LAMMPS takes the masses of spheres from their densities, and refuses this section
        if !self.with_diameters {
            text.push_str("\nMasses\n\n");
            for (kind, name) in (1..).zip(self.names) {
                let _ = writeln!(text, "{kind} 1.0 # {name}");
            }
        }
        let style = if self.with_diameters { "sphere" } else { "atomic" };
        let _ = writeln!(text, "\nAtoms # {style}\n");
        for (k, r) in self.configuration.positions.chunks_exact(3).enumerate() {
            let _ = write!(text, "{} {}", k + 1, self.configuration.species[k] + 1);
            if self.with_diameters {
                let diameter = self.configuration.diameters[k];
                let _ = write!(text, " {diameter:?} {:?}", 6.0 / (PI * diameter.powi(3)));
            }
            let _ = writeln!(text, " {:?} {:?} {:?}", r[0], r[1], r[2]);
        }
        text
    }
}

/// One frame of extended XYZ with the names of the model.
pub fn write_extended_xyz(configuration: &Configuration, potential: impl Into<Potential>) -> String {
    with_names_of_the_model(configuration, potential.into(), |frame| frame.extended_xyz())
}

/// A LAMMPS data file with the names of the model.
pub fn write_lammps_data(configuration: &Configuration, potential: impl Into<Potential>) -> String {
    with_names_of_the_model(configuration, potential.into(), |frame| frame.lammps_data())
}

fn with_names_of_the_model(
    configuration: &Configuration,
    potential: Potential,
    write: impl Fn(&WrittenFrame<'_>) -> String,
) -> String {
    let names: Vec<String> = potential.names().map(str::to_string).collect();
    let with_diameters = potential.has_diameters();
    write(&WrittenFrame { configuration, names: &names, with_diameters, keys: &[], displacement: None })
}
