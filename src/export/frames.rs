//! Configurations for other programs: a glass, a minimum, the parts of a double well.

use super::product::Text;
use super::request::{Format, Part, Subject};
use super::source::{Found, Source, Well};
use crate::error::{Error, Result};
use crate::files::Trajectory;
use crate::formats::WrittenFrame;
use std::fmt::Write as _;

/// A configuration with what is said about it.
pub struct Frame {
    found: Found,
    /// `key=value`, beginning with what it is.
    keys: Vec<(String, String)>,
    /// From the lower minimum [3N].
    displacement: Option<Vec<f64>>,
}

/// The configurations of one export, and how they are written.
pub struct Frames {
    frames: Vec<Frame>,
    names: Vec<String>,
    with_diameters: bool,
    /// Where they come from.
    origin: Vec<(String, String)>,
}

fn pairs(list: &[(&str, String)]) -> Vec<(String, String)> {
    list.iter().map(|(key, value)| ((*key).to_string(), value.clone())).collect()
}

impl Frames {
    /// The configurations of a subject that has them.
    ///
    /// # Errors
    /// `Usage` for numbers that do not exist, parts that a double well does not have, and formats that do not hold them;
    /// `Storage` when a file is missing or damaged.
    pub fn collect(source: &Source, subject: &Subject, format: Format, names: Vec<String>) -> Result<Self> {
        let frames = match subject {
            Subject::Glass(glass) => vec![of_glass(source, *glass)?],
            Subject::Minimum { glass, index } => vec![of_minimum(source, *glass, *index)?],
            Subject::Well { row, part } => of_well(source, *row, *part)?,
            Subject::Table(_) | Subject::Pairs(_) => Vec::new(),
        };
        if frames.len() != 1 && matches!(format, Format::LammpsData | Format::Csv) {
            let message = format!(
                "{} holds one configuration: add --part a, --part saddle or --part b; extxyz and h5md hold all",
                format.name()
            );
            return Err(Error::Usage(message));
        }
        let potential = &source.potential;
        let origin = pairs(&[
            ("campaign", source.directory().display().to_string()),
            ("model", potential.name().to_string()),
            ("subject", subject.to_string()),
        ]);
        Ok(Self { frames, names, with_diameters: potential.has_diameters(), origin })
    }

    fn written<'f>(&'f self, frame: &'f Frame) -> WrittenFrame<'f> {
        WrittenFrame {
            configuration: &frame.found.configuration,
            names: &self.names,
            with_diameters: self.with_diameters,
            keys: &frame.keys,
            displacement: frame.displacement.as_deref(),
        }
    }

    /// All configurations in a text format.
    pub fn text(self, format: Format) -> Text {
        Box::new(move |out| {
            for frame in &self.frames {
                let written = self.written(frame);
                out.write_all(
                    match format {
                        Format::LammpsData => written.lammps_data(),
                        Format::Csv => self.particles(frame),
                        _ => written.extended_xyz(),
                    }
                    .as_bytes(),
                )?;
            }
            Ok(())
        })
    }

    /// One row for each particle.
    fn particles(&self, frame: &Frame) -> String {
        let configuration = &frame.found.configuration;
        let mut text = "particle,species,x,y,z".to_string();
        text.push_str(if self.with_diameters { ",diameter" } else { "" });
        text.push_str(if frame.displacement.is_some() { ",dx,dy,dz\n" } else { "\n" });
        for (k, r) in configuration.positions.as_chunks::<3>().0.iter().enumerate() {
            let species = self.names.get(usize::from(configuration.species[k])).map_or("", String::as_str);
            let _ = write!(text, "{k},{species},{:?},{:?},{:?}", r[0], r[1], r[2]);
            if self.with_diameters {
                let _ = write!(text, ",{:?}", configuration.diameters[k]);
            }
            if let Some(field) = &frame.displacement {
                let _ = write!(text, ",{:?},{:?},{:?}", field[3 * k], field[3 * k + 1], field[3 * k + 2]);
            }
            text.push('\n');
        }
        text
    }

    /// All configurations for H5MD.
    pub fn trajectory(self) -> Trajectory {
        let Some(first) = self.frames.first() else { return Trajectory::default() };
        let configuration = &first.found.configuration;
        let label = |frame: &Frame| {
            let words = frame.keys.iter().filter(|(key, _)| !["model", "energy"].contains(&key.as_str()));
            words.map(|(key, value)| format!("{key}={value}")).collect::<Vec<String>>().join(" ")
        };
        Trajectory {
            edges: configuration.cell.edges,
            species: configuration.species.clone(),
            diameters: self.with_diameters.then(|| configuration.diameters.clone()),
            positions: self.frames.iter().map(|frame| frame.found.configuration.positions.clone()).collect(),
            energies: self.frames.iter().map(|frame| frame.found.energy).collect(),
            displacements: self.frames.iter().map(|frame| frame.displacement.clone()).collect(),
            labels: self.frames.iter().map(label).collect(),
            names: self.names,
            origin: self.origin,
        }
    }
}

impl Frame {
    fn new(source: &Source, found: Found, keys: &[(&str, String)]) -> Self {
        let model = source.potential.name().to_string();
        let energy = format!("{:?}", found.energy);
        let keys = [pairs(&[("model", model)]), pairs(keys), pairs(&[("energy", energy)])].concat();
        Self { found, keys, displacement: None }
    }
}

fn of_glass(source: &Source, glass: u64) -> Result<Frame> {
    Ok(Frame::new(source, source.glass(glass)?, &[("glass", glass.to_string())]))
}

fn of_minimum(source: &Source, glass: u64, index: u64) -> Result<Frame> {
    source.check_glass(glass)?;
    let found = source.minima()?.get(glass, index)?;
    Ok(Frame::new(source, found, &[("glass", glass.to_string()), ("minimum", index.to_string())]))
}

/// The parts of a double well, each with the displacement from a.
fn of_well(source: &Source, row: u64, part: Option<Part>) -> Result<Vec<Frame>> {
    let wells = source.wells()?;
    let well = wells.get(row)?;
    let minima = source.minima()?;
    let a = wells.end(&minima, &well, 0)?;
    let named = |part: &str, more: &[(&'static str, String)]| {
        let known = [("glass", well.glass.to_string()), ("double_well", row.to_string()), ("part", part.to_string())];
        [&known[..], more].concat()
    };
    let minimum = |end: usize| [("minimum", well.ends[end].to_string())];
    let mut frames = Vec::new();
    if part == Some(Part::Path) {
        for (number, image) in images(&wells, &well)?.into_iter().enumerate() {
            frames.push(Frame::new(source, image, &named("path", &[("image", number.to_string())])));
        }
    }
    if part.is_none_or(|part| part == Part::A) {
        frames.push(Frame::new(source, a.clone(), &named("a", &minimum(0))));
    }
    if part.is_none_or(|part| part == Part::Saddle) {
        frames.push(Frame::new(source, wells.saddle(&well)?, &named("saddle", &[])));
    }
    if part.is_none_or(|part| part == Part::B) {
        frames.push(Frame::new(source, wells.end(&minima, &well, 1)?, &named("b", &minimum(1))));
    }
    for frame in &mut frames {
        frame.displacement = Some(source.displacement(&a.configuration, &frame.found.configuration));
    }
    Ok(frames)
}

fn images(wells: &super::source::Wells, well: &Well) -> Result<Vec<Found>> {
    wells.images(well)?.ok_or_else(|| {
        let message = "holds no images of the paths: set store_images = true in [connect] and give --redo connect";
        Error::storage(wells.reader.path(), message)
    })
}

/// The energy profile of a double well: xi = s / d from 0 at a to 1 at b, and V [epsilon] above a, as `glasswell levels` reads
/// it.
///
/// # Errors
/// As [`Frames::collect`].
pub fn profile(source: &Source, row: u64) -> Result<Text> {
    let wells = source.wells()?;
    let well = wells.get(row)?;
    let read = |name: &str| wells.reader.read_rows::<f64>(&format!("/double_wells/profile/{name}"), well.row, 1);
    let (arc_length, energy) = (read("arc_length")?, read("energy")?);
    let length = arc_length.last().copied().unwrap_or(f64::NAN);
    Ok(Box::new(move |out| {
        writeln!(out, "xi,V")?;
        for (s, v) in arc_length.iter().zip(&energy) {
            writeln!(out, "{:?},{v:?}", s / length)?;
        }
        Ok(())
    }))
}
