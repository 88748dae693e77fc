//! The one door for configurations from files: they are checked, and sorted into glasses.

use super::reader::Starts;
use super::same_glass::translation;
use crate::error::{Error, Result};
use crate::files::{StageReader, matches_checksum};
use crate::formats::{self, Choice, Diameters, Frame, Place, Reading, Row, Symbol};
use crate::input::{self, Deck, Imported, Trait};
use crate::model::{Configuration, Potential};
use crate::stage::Stage;
use serde::{Deserialize, Serialize};
use std::path::Path;

/// What a file of configurations holds.
pub struct Contents {
    pub configurations: Vec<Configuration>,
    /// What a user should know about how they were read.
    pub notes: Vec<String>,
}

/// Reads the wanted configurations of a text file or of a glasses.h5 and checks them for the model; `deck` if they must
/// have its number of particles.
///
/// # Errors
/// `Input` with file, place, value and remedy.
pub fn read_file(file: &Path, reading: &Reading, choice: Choice, deck: Option<&Deck>) -> Result<Contents> {
    if file.is_file() && formats::is_hdf5(file)? {
        return read_hdf5(file, reading, choice, deck);
    }
    let frames = formats::read_frames(file, reading, choice)?;
    let note = frames.iter().find_map(|frame| reading.note(frame));
    let notes = note.map(|note| format!("{}: {note}", file.display())).into_iter().collect();
    let mut configurations = Vec::with_capacity(frames.len());
    for frame in frames {
        if let Some(deck) = deck {
            input::check_particles(deck, file, frame.rows.len())?;
        }
        configurations.push(reading.configuration(file, &frame)?);
    }
    Ok(Contents { configurations, notes })
}

/// The glasses of a glasses.h5, each with its further starting configurations.
fn read_hdf5(file: &Path, reading: &Reading, choice: Choice, deck: Option<&Deck>) -> Result<Contents> {
    const READ: [&str; 4] = ["position", "diameter", "species", "box"];
    let reader = StageReader::open_input(file, Stage::Prepare)?;
    same_model(&reader, reading.potential, if deck.is_some() { "the deck" } else { "--model" })?;
    let [glasses, particles] = reader.shape("/glasses/species")?[..] else {
        return Err(reader.unusable("/glasses/species is not [Ng, N]".to_string()));
    };
    if let Some(deck) = deck {
        input::check_particles(deck, file, particles as usize)?;
    }
    // nothing is allocated that the file cannot hold, even compressed
    let bytes = std::fs::metadata(file).map_or(0, |data| data.len());
    if glasses.saturating_mul(particles).saturating_add(glasses) / 1000 > bytes {
        return Err(reader.unusable(format!("is too small for {glasses} glasses of {particles} particles")));
    }
    let starts = Starts::look(&reader)?;
    let held: Vec<(u64, usize)> =
        (0..glasses).flat_map(|glass| (0..starts.of(glass)).map(move |start| (glass, start))).collect();
    choice.agrees(file, held.len())?;
    let wanted = match choice {
        Choice::Number(number) => &held[number..=number],
        _ => &held[..],
    };
    let mut configurations = Vec::new();
    for &(glass, start) in wanted {
        configurations.push(reading.configuration(file, &frame(&reader, &starts, glass, start)?)?);
    }
    // after the contents: a wrong value is named by its particle
    let mut paths: Vec<String> = READ.iter().map(|name| format!("/glasses/{name}")).collect();
    if held.len() as u64 > glasses {
        paths.push(Starts::POSITION.to_string());
    }
    let mut notes = Vec::new();
    for path in paths {
        if !matches_checksum(&reader, &path)? && notes.is_empty() {
            notes.push(format!("{}: {path} has no checksum: whether it was changed is not known", file.display()));
        }
    }
    Ok(Contents { configurations, notes })
}

/// The file must have been made with the interactions of the model, which `who` names.
fn same_model(reader: &StageReader, potential: &Potential, who: &str) -> Result<()> {
    let stored = input::stored_model(&reader.header().deck_keys);
    let stored =
        stored.map_err(|_| reader.unusable("has a model that this program does not know".to_string()))?.potential;
    if stored.interacts_as(potential) {
        return Ok(());
    }
    let named = |potential: &Potential| match potential.preset() {
        Some(preset) => format!("preset {}", preset.name()),
        None => format!("law {}", potential.law().name()),
    };
    let says = match named(&stored) == named(potential) {
        true => format!("{who} has other species or tables"),
        false => format!("{who} says {}", potential.name()),
    };
    let message = format!("was made with {}, {says}; choose glasses and model that belong together", named(&stored));
    Err(Error::input(reader.path(), message))
}

/// A glass as it stands in the file, unchecked.
fn frame(reader: &StageReader, starts: &Starts, glass: u64, start: usize) -> Result<Frame> {
    let edges: Vec<f64> = reader.read_rows("/glasses/box", glass, 1)?;
    let species: Vec<u32> = reader.read_rows("/glasses/species", glass, 1)?;
    let diameters: Vec<f64> = reader.read_rows("/glasses/diameter", glass, 1)?;
    let positions = match start {
        0 => reader.read_rows("/glasses/position", glass, 1)?,
        _ => starts.positions(reader, glass, start)?,
    };
    let ([x, y, z], true) = (&edges[..], positions.len() == 3 * species.len() && diameters.len() == species.len())
    else {
        return Err(reader.unusable("has a group /glasses of other shapes".to_string()));
    };
    let atoms = species.iter().zip(&diameters).zip(positions.as_chunks::<3>().0);
    let row = |((species, diameter), position): ((&u32, &f64), &[f64; 3])| Row {
        line: 0,
        symbol: Symbol::Index(*species),
        position: *position,
        diameter: Some(*diameter),
    };
    let of_start = if start == 0 { String::new() } else { format!(", start {start}") };
    Ok(Frame {
        place: Place::Named(format!("glass {glass}{of_start}")),
        edges: [*x, *y, *z],
        rows: atoms.map(row).collect(),
        diameters: Diameters::DataSet,
    })
}

/// The glasses in the files that a deck imports.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Found {
    /// Each with its starting configurations.
    pub glasses: Vec<Vec<Imported>>,
    pub warnings: Vec<String>,
    pub notes: Vec<String>,
}

/// Reads every file that the deck imports, checks its configurations, and finds those that are the same glass.
///
/// # Errors
/// `Deck` when there is no such file, `Input` when one cannot be used.
pub fn look(deck: &Deck) -> Result<Found> {
    let mut sorted = Sorted::default();
    let Some(prepare) = deck.prepare.as_ref().filter(|_| deck.imports_glasses()) else { return Ok(sorted.found) };
    let reading = Reading { potential: &deck.model.potential, symbols: &prepare.species };
    let files = input::import_files(deck)?;
    for file in &files.repeated {
        let warning = format!("[prepare] from names {} more than once: it counts once", file.display());
        sorted.found.warnings.push(warning);
    }
    for file in files.files {
        let contents = read_file(&file, &reading, Choice::All, Some(deck))?;
        sorted.found.notes.extend(contents.notes);
        let several = contents.configurations.len() > 1;
        for (number, configuration) in contents.configurations.into_iter().enumerate() {
            let of = if several { format!(", configuration {number}") } else { String::new() };
            let name = format!("{}{of}", file.display());
            sorted.misfits(deck, &configuration, &name);
            sorted.sort_in(Start { at: Imported { file: file.clone(), number }, name, configuration });
        }
    }
    Ok(sorted.finish())
}

/// A starting configuration of a glass.
struct Start {
    at: Imported,
    name: String,
    configuration: Configuration,
}

#[derive(Default)]
struct Sorted {
    found: Found,
    glasses: Vec<Vec<Start>>,
    /// The first of each kind, and how many there are.
    misfits: Vec<(Trait, String, usize)>,
    copies: Vec<String>,
}

impl Sorted {
    fn misfits(&mut self, deck: &Deck, configuration: &Configuration, name: &str) {
        for misfit in deck.model.misfits(configuration) {
            match self.misfits.iter_mut().find(|(of, ..)| *of == misfit.of) {
                Some((.., count)) => *count += 1,
                None => self.misfits.push((misfit.of, format!("{name}: {}", misfit.message), 1)),
            }
        }
    }

    /// A configuration belongs to the first glass that has one like it.
    fn sort_in(&mut self, start: Start) {
        let same = |known: &Start| translation(&known.configuration, &start.configuration).is_some();
        match self.glasses.iter_mut().find(|glass| glass.iter().any(same)) {
            None => self.glasses.push(vec![start]),
            Some(glass) => match glass.iter().find(|known| known.configuration == start.configuration) {
                Some(known) => self.copies.push(format!("{} is a copy of {}", start.name, known.name)),
                None => glass.push(start),
            },
        }
    }

    fn finish(self) -> Found {
        let Self { mut found, glasses, misfits, copies } = self;
        for (_, first, count) in misfits {
            let more =
                if count > 1 { format!(" (and so for {} more configurations)", count - 1) } else { String::new() };
            found.warnings.push(format!("{first}{more}"));
        }
        if let Some(first) = copies.first() {
            let more = if copies.len() > 1 { format!(", and so are {} more", copies.len() - 1) } else { String::new() };
            found.warnings.push(format!("{first}{more}: each configuration counts once"));
        }
        for (number, glass) in glasses.iter().enumerate().filter(|(_, glass)| glass.len() > 1) {
            let names: Vec<&str> = glass.iter().take(5).map(|start| start.name.as_str()).collect();
            let more = if glass.len() > 5 { ", ..." } else { "" };
            found.notes.push(format!(
                "glass {number} has {} starting configurations, which count as one glass: at least 95 % of their \
                 particles are at the same places ({}{more})",
                glass.len(),
                names.join(", ")
            ));
        }
        found.glasses = glasses.into_iter().map(|glass| glass.into_iter().map(|start| start.at).collect()).collect();
        found
    }
}
