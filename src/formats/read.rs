//! Files of configurations; the format is recognised by the contents.

use super::frame::{Frame, Row};
use super::{extended_xyz, lammps, sanity};
use crate::error::{Error, Result};
use crate::model::{Configuration, MOST_SPECIES, PeriodicBox, Potential};
use std::io::Read;
use std::path::Path;

/// Reads every configuration of a file; particles by line (extended XYZ) or by increasing id (LAMMPS data), positions
/// [3N] as written.
///
/// Extended XYZ: `Lattice="..." Properties=species:S:1:pos:R:3[:diameter:R:1]`, several frames one after another;
/// LAMMPS data: atom_style atomic, charge (pss: the diameter in the charge column) or sphere. Species by their names in
/// the model (A, B,
/// C of a preset) or as 1, 2, 3.
///
/// # Errors
/// `Error::Input` with line, particle, value and remedy: unreadable, truncated or unknown format, wrong counts, numbers
/// that are not finite, unknown species, missing diameters, a box without volume or below two cutoffs, overlapping
/// particles.
pub fn read_configurations(path: &Path, potential: impl Into<Potential>) -> Result<Vec<Configuration>> {
    let potential = &potential.into();
    let text = read_text(path)?;
    let frames = match format_of(path, &text)? {
        Format::ExtendedXyz => extended_xyz::read(path, &text)?,
        Format::Lammps => vec![lammps::read(path, &text, potential)?],
    };
    frames.iter().map(|frame| configuration(path, frame, potential)).collect()
}

/// The number of configurations in a file, from its headers alone.
pub fn count(path: &Path) -> Result<usize> {
    let text = read_text(path)?;
    match format_of(path, &text)? {
        Format::Lammps => Ok(1),
        Format::ExtendedXyz => extended_xyz::count(path, &text),
    }
}

/// Whether the file is HDF5.
pub fn is_hdf5(path: &Path) -> Result<bool> {
    let mut start = Vec::new();
    let file = std::fs::File::open(path).map_err(|fault| unreadable(path, &fault))?;
    file.take(8).read_to_end(&mut start).map_err(|fault| unreadable(path, &fault))?;
    Ok(start == *b"\x89HDF\r\n\x1a\n")
}

enum Format {
    ExtendedXyz,
    Lammps,
}

fn unreadable(path: &Path, fault: &std::io::Error) -> Error {
    Error::input(
        path,
        format!("cannot be read: {fault}; give the path of a configuration (extended XYZ or LAMMPS data)"),
    )
}

fn read_text(path: &Path) -> Result<String> {
    if path.is_file() && is_hdf5(path)? {
        let message = "is HDF5; expected extended XYZ or a LAMMPS data file (to import a glasses.h5, name it in a deck's \
                       prepare.from)";
        return Err(Error::input(path, message));
    }
    let bytes = std::fs::read(path).map_err(|fault| unreadable(path, &fault))?;
    String::from_utf8(bytes).map_err(|fault| {
        let at = fault.utf8_error().valid_up_to();
        Error::input(
            path,
            format!("is not text (byte {at}); expected extended XYZ or a LAMMPS data file, uncompressed"),
        )
    })
}

fn format_of(path: &Path, text: &str) -> Result<Format> {
    if text.trim().is_empty() {
        return Err(Error::input(path, "is empty; expected extended XYZ or a LAMMPS data file"));
    }
    let first = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let is_xyz = first.trim().parse::<i64>().is_ok() || text.lines().take(3).any(|line| line.contains("Lattice="));
    let has_count = |line: &str| line.split_whitespace().nth(1) == Some("atoms");
    let is_bounds = |line: &str| line.contains("xlo") || line.contains("ylo");
    if is_xyz {
        return Ok(Format::ExtendedXyz);
    }
    if text.lines().take(200).any(|line| has_count(line) || is_bounds(line)) {
        return Ok(Format::Lammps);
    }
    let message = "is neither extended XYZ (first line: the number of particles, second: Lattice=\"...\") nor a LAMMPS data file (header lines `N atoms` and `0 L xlo xhi`)";
    Err(Error::input(path, message))
}

/// Converts a frame to a checked configuration of the model.
fn configuration(path: &Path, frame: &Frame, potential: &Potential) -> Result<Configuration> {
    let mut species = Vec::with_capacity(frame.rows.len());
    let mut diameters = Vec::with_capacity(frame.rows.len());
    let mut positions = Vec::with_capacity(3 * frame.rows.len());
    for (k, row) in frame.rows.iter().enumerate() {
        let place = format!("line {}, particle {k}", row.line);
        species.push(species_of(&row.species, potential).map_err(|wanted| {
            Error::input(
                path,
                format!(
                    "{place}: species `{}` is not in the model {}; expected {wanted}",
                    row.species,
                    potential.name()
                ),
            )
        })?);
        diameters
            .push(diameter_of(row, frame, potential).map_err(|fault| Error::input(path, format!("{place}: {fault}")))?);
        positions.extend(row.position);
    }
    one_species(path, frame, potential)?;
    let configuration = Configuration { cell: PeriodicBox { edges: frame.edges }, positions, species, diameters };
    sanity::check(path, frame, &configuration, potential)?;
    Ok(configuration)
}

/// Particles of a model without species have one name: several names indicate a file made for another model. (Particles
/// of pss differ by their diameters, whatever their names.)
fn one_species(path: &Path, frame: &Frame, potential: &Potential) -> Result<()> {
    let Some(first) = frame.rows.first().filter(|_| potential.species() == 1 && !potential.has_diameters()) else {
        return Ok(());
    };
    match frame.rows.iter().enumerate().find(|(_, row)| row.species != first.species) {
        None => Ok(()),
        Some((k, row)) => Err(Error::input(
            path,
            format!(
                "line {}, particle {k}: species `{}` beside `{}`, but all particles of {} are identical; give every \
                 particle the same name, or choose another model",
                row.line,
                row.species,
                first.species,
                potential.name()
            ),
        )),
    }
}

/// Index of a species by its name or by LAMMPS type; models of one species take any name.
fn species_of(name: &str, potential: &Potential) -> std::result::Result<u8, String> {
    const TYPES: [&str; MOST_SPECIES] = ["1", "2", "3"];
    if potential.species() == 1 {
        return Ok(0);
    }
    let types = &TYPES[..potential.species()];
    // a name that is a number means what the deck says, not a type
    let found =
        potential.names().position(|known| known == name).or_else(|| types.iter().position(|kind| *kind == name));
    let names = || potential.names().collect::<Vec<_>>().join(", ");
    found.map(|k| k as u8).ok_or_else(|| format!("{} (or {})", names(), types.join(", ")))
}

fn diameter_of(row: &Row, frame: &Frame, potential: &Potential) -> std::result::Result<f64, String> {
    if !potential.has_diameters() {
        return Ok(1.0);
    }
    match row.diameter {
        None => Err(format!("no diameter, which {} needs; {}", potential.name(), frame.diameter_remedy)),
        Some(diameter) if diameter > 0.0 && diameter <= 10.0 => Ok(diameter),
        Some(diameter) => Err(format!(
            "diameter {diameter:?} is not accepted; expected above 0, at most 10 (pss: 0.73 to 1.62); {}",
            frame.diameter_remedy
        )),
    }
}
