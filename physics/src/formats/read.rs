//! The door for configurations: what is read from a file becomes a checked configuration of the model.

use super::extended_xyz::ExtendedXyz;
use super::frame::{Diameters, Frame, Row, Symbol};
use super::frames::{Choice, Frames};
use super::lammps_data::LammpsData;
use super::lammps_dump::LammpsDump;
use super::sanity;
use super::species::{Reading, Symbols};
use super::text::{self, Format};
use crate::error::{Error, Result};
use crate::model::{Configuration, PeriodicBox, Potential};
use std::path::Path;

/// Reads every configuration of a file; particles by line (extended XYZ) or by increasing id (LAMMPS), positions [3N] as
/// written.
///
/// Extended XYZ: `Lattice="..." Properties=species:S:1:pos:R:3[:diameter:R:1]`, several frames one after another;
/// LAMMPS data: atom_style atomic, charge (pss: the diameter in the charge column), sphere, full, molecular or bond;
/// LAMMPS dumps. Species by their names in the model (A, B, C of a preset) or as 1, 2, 3.
///
/// # Errors
/// `Error::Input` with line, particle, value and remedy: unreadable, truncated or unknown format, wrong counts, numbers
/// that are not finite, unknown species, missing diameters, a box without volume or below two cutoffs, overlapping
/// particles.
pub fn read_configurations(path: &Path, potential: impl Into<Potential>) -> Result<Vec<Configuration>> {
    let (potential, symbols) = (&potential.into(), &Symbols::new());
    let reading = Reading { potential, symbols };
    read_frames(path, &reading, Choice::All)?.iter().map(|frame| reading.configuration(path, frame)).collect()
}

/// The wanted configurations of a text file, before they are checked.
///
/// # Errors
/// `Error::Input`, as [`read_configurations`] for what concerns the format.
pub fn read_frames(path: &Path, reading: &Reading, choice: Choice) -> Result<Vec<Frame>> {
    frames_in(path, &text::read(path)?, reading, choice)
}

/// The wanted configurations of a text; `path` names it in messages.
pub(super) fn frames_in(path: &Path, text: &str, reading: &Reading, choice: Choice) -> Result<Vec<Frame>> {
    let with_diameters = reading.potential.has_diameters();
    match text::format_of(path, text)? {
        Format::ExtendedXyz => ExtendedXyz::new(path, text).chosen(choice),
        Format::LammpsData => LammpsData::new(path, text, with_diameters).chosen(choice),
        Format::LammpsDump => LammpsDump::new(path, text, reading).chosen(choice),
    }
}

impl Reading<'_> {
    /// Converts a frame to a checked configuration of the model.
    ///
    /// # Errors
    /// `Error::Input` with place, value and remedy, as [`read_configurations`] for what concerns the contents.
    pub fn configuration(&self, path: &Path, frame: &Frame) -> Result<Configuration> {
        let potential = self.potential;
        let mut species = Vec::with_capacity(frame.rows.len());
        let mut diameters = Vec::with_capacity(frame.rows.len());
        let mut positions = Vec::with_capacity(3 * frame.rows.len());
        for (k, row) in frame.rows.iter().enumerate() {
            let fault = |fault: String| Error::input(path, format!("{}: {fault}", frame.particle(k)));
            species.push(self.species_of(&row.symbol).map_err(fault)?);
            diameters.push(diameter_of(row, frame.diameters, potential).map_err(fault)?);
            if let Some(x) = row.position.iter().find(|x| !x.is_finite()) {
                return Err(fault(format!("coordinate {x:?} is not finite; expected a finite number")));
            }
            positions.extend(row.position);
        }
        one_species(path, frame, potential)?;
        if let Some(edge) = frame.edges.iter().find(|edge| !(**edge > 0.0 && edge.is_finite())) {
            let message = format!("{}: the box has an edge of {edge:?}; expected a finite length", frame.start());
            return Err(Error::input(path, message));
        }
        let configuration = Configuration { cell: PeriodicBox { edges: frame.edges }, positions, species, diameters };
        sanity::check(path, frame, &configuration, potential)?;
        Ok(configuration)
    }

    /// What a user should know about how a frame was read.
    pub fn note(&self, frame: &Frame) -> Option<&'static str> {
        let radius = self.potential.has_diameters() && frame.diameters == Diameters::Radius;
        radius.then_some("the column `radius` is read as half a diameter")
    }
}

/// Particles of a model without species have one name: several names indicate a file made for another model. (Particles
/// of pss differ by their diameters, whatever their names.)
fn one_species(path: &Path, frame: &Frame, potential: &Potential) -> Result<()> {
    let Some(first) = frame.rows.first().filter(|_| potential.is_of_one_kind()) else {
        return Ok(());
    };
    let Symbol::Name(one) = &first.symbol else { return Ok(()) };
    let other = frame.rows.iter().enumerate().find_map(|(k, row)| match &row.symbol {
        Symbol::Name(name) if name != one => Some((k, name)),
        _ => None,
    });
    match other {
        None => Ok(()),
        Some((k, name)) => Err(Error::input(
            path,
            format!(
                "{}: species `{name}` beside `{one}`, but all particles of {} are identical; give every particle the \
                 same name, or choose another model",
                frame.particle(k),
                potential.name()
            ),
        )),
    }
}

fn diameter_of(row: &Row, kind: Diameters, potential: &Potential) -> std::result::Result<f64, String> {
    if !potential.has_diameters() {
        return Ok(1.0);
    }
    match row.diameter {
        None => Err(format!("no diameter, which {} needs; {}", potential.name(), kind.remedy())),
        Some(diameter) if diameter > 0.0 && diameter <= 10.0 => Ok(diameter),
        Some(diameter) => Err(format!(
            "diameter {diameter:?} is not accepted; expected above 0, at most 10 (pss: 0.73 to 1.62); {}",
            kind.remedy()
        )),
    }
}
