//! What is exported of a campaign: configurations with their energies, by glass, minimum and double well.
//!
//! The energy of every configuration is computed again from its positions and compared with that in the file. A difference
//! means that a file was damaged, or that two files of the campaign do not belong together.

use crate::error::{Error, Result};
use crate::files::{GlassRows, StageReader};
use crate::forces::PairSum;
use crate::forces::as_lanes;
use crate::input::stored_model;
use crate::landscape::{displacement_field, rattlers};
use crate::model::{Configuration, Potential};
use crate::parallel::Ranks;
use crate::stage::Stage;
use crate::stages::prepare;
use std::path::{Path, PathBuf};

/// Energies are the same within this, times the larger of the two and N / 1000 [epsilon].
const SAME_ENERGY: f64 = 1e-9;

/// A configuration of a glass and its total potential energy [epsilon].
#[derive(Clone, Debug)]
pub struct Found {
    pub configuration: Configuration,
    pub energy: f64,
}

/// One row of /double_wells.
#[derive(Clone, Copy, Debug)]
pub struct Well {
    pub row: u64,
    pub glass: u64,
    /// The lower minimum, by its index within the glass, and the upper one.
    pub ends: [u64; 2],
}

/// The files of a campaign, opened when they are needed.
pub struct Source {
    directory: PathBuf,
    glasses_file: StageReader,
    pub glasses: u64,
    pub particles: usize,
    pub potential: Potential,
}

/// Opens the file of a stage.
///
/// # Errors
/// `Storage` when it is missing, with the stage that makes it, or cannot be used.
pub fn open(directory: &Path, stage: Stage) -> Result<StageReader> {
    if directory.is_dir() && !directory.join(stage.file_name()).exists() {
        let message = format!(
            "holds no {}, which the stage {stage} makes: run the deck with a section [{}]",
            stage.file_name(),
            stage.name()
        );
        return Err(Error::storage(directory, message));
    }
    StageReader::open(directory, stage)
}

impl Source {
    /// # Errors
    /// `Storage` when the directory has no glasses, or their file cannot be used.
    pub fn open(directory: &Path) -> Result<Self> {
        if !directory.is_dir() {
            return Err(Error::storage(directory, "is not a directory; give the --output of a campaign"));
        }
        let reader = open(directory, Stage::Prepare)?;
        let [glasses, particles] = reader.shape("/glasses/species")?[..] else {
            return Err(reader.unusable("/glasses/species is not [Ng, N]".to_string()));
        };
        let unknown = |_| reader.unusable("has a model that this program does not know".to_string());
        let potential = stored_model(&reader.header().deck_keys).map_err(unknown)?.potential;
        let directory = directory.to_path_buf();
        Ok(Self { directory, glasses_file: reader, glasses, particles: particles as usize, potential })
    }

    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// A glass as it was prepared.
    ///
    /// # Errors
    /// `Usage` when there is no such glass; `Storage` when the file cannot be used.
    pub fn glass(&self, glass: u64) -> Result<Found> {
        self.check_glass(glass)?;
        let configuration = prepare::configuration(&self.glasses_file, glass)?;
        let energies: Vec<f64> = self.glasses_file.read_rows("/glasses/energy", glass, 1)?;
        let energy = energies.first().map_or(f64::NAN, |energy| energy * self.particles as f64);
        self.checked(&self.glasses_file, format!("glass {glass}"), Found { configuration, energy })
    }

    /// # Errors
    /// `Usage` when there is no such glass.
    pub fn check_glass(&self, glass: u64) -> Result<()> {
        match glass < self.glasses {
            true => Ok(()),
            false => {
                let message =
                    format!("there is no glass {glass}; glasses are numbered 0 to {}", self.glasses.saturating_sub(1));
                Err(Error::Usage(format!("{}: {message}", self.directory.display())))
            }
        }
    }

    /// The minima of all glasses: those of landscape.h5, and those of paths.h5 if it exists.
    ///
    /// # Errors
    /// `Storage` when a file is missing or cannot be used.
    pub fn minima(&self) -> Result<Minima<'_>> {
        let ranks = Ranks::alone();
        let rows = |reader: &StageReader| GlassRows::look(&ranks, reader, "/minima/glass", self.glasses as usize);
        let landscape = open(&self.directory, Stage::Explore)?;
        let explored = (rows(&landscape)?, landscape);
        let has_paths = self.directory.join(Stage::Connect.file_name()).exists();
        let found = match has_paths {
            true => {
                let paths = open(&self.directory, Stage::Connect)?;
                Some((rows(&paths)?, paths))
            }
            false => None,
        };
        Ok(Minima { source: self, explored, found })
    }

    /// The double wells.
    ///
    /// # Errors
    /// `Storage` when paths.h5 is missing or cannot be used.
    pub fn wells(&self) -> Result<Wells<'_>> {
        let reader = open(&self.directory, Stage::Connect)?;
        let total = reader.shape("/double_wells/glass")?.first().copied().unwrap_or(0);
        Ok(Wells { source: self, reader, total })
    }

    /// Box, species and diameters of a glass with other positions [3N].
    fn with_positions(&self, glass: u64, positions: Vec<f64>) -> Result<Configuration> {
        Ok(Configuration { positions, ..prepare::configuration(&self.glasses_file, glass)? })
    }

    /// The total potential energy [epsilon]; NaN for positions that are not finite.
    pub fn energy(&self, configuration: &Configuration) -> f64 {
        // damaged data, which no list of neighbours takes
        if configuration.positions.iter().any(|x| !x.is_finite()) {
            return f64::NAN;
        }
        let mut sum = PairSum::<1>::new(self.potential.model(configuration), configuration.cell);
        let mut forces = vec![[0.0; 1]; configuration.positions.len()];
        sum.forces(as_lanes(&configuration.positions), &mut forces)[0]
    }

    fn checked(&self, reader: &StageReader, what: String, found: Found) -> Result<Found> {
        let computed = self.energy(&found.configuration);
        match self.is_same(computed, found.energy) {
            true => Ok(found),
            false => Err(reader.unusable(format!(
                "{what}: its energy is {computed:?} by its positions, {:?} in the file: a file was damaged, or glasses.h5 is \
                 of another campaign",
                found.energy
            ))),
        }
    }

    fn is_same(&self, one: f64, other: f64) -> bool {
        let scale = one.abs().max(other.abs()).max(1e-3 * self.particles as f64);
        (one - other).abs() <= SAME_ENERGY * scale
    }

    /// b - a [3N] without the motion of the whole glass, 0 for the rattlers of packings at either: the displacement of which
    /// `distance` in the files is the length.
    pub fn displacement(&self, a: &Configuration, b: &Configuration) -> Vec<f64> {
        let model = self.potential.model(a);
        let [of_a, of_b] = [a, b].map(|of| rattlers(&model, &a.cell, &of.positions));
        displacement_field(&a.cell, &a.positions, &b.positions, |i| !(of_a[i] || of_b[i]))
    }
}

/// The minima of a campaign.
pub struct Minima<'s> {
    source: &'s Source,
    explored: (GlassRows, StageReader),
    /// Those found by splitting paths, whose indices follow the explored ones.
    found: Option<(GlassRows, StageReader)>,
}

impl Minima<'_> {
    /// Number of minima of a glass.
    pub fn count(&self, glass: u64) -> u64 {
        self.explored.0.of(glass as usize).1 + self.found.as_ref().map_or(0, |(rows, _)| rows.of(glass as usize).1)
    }

    /// The file and row of a minimum.
    fn place(&self, glass: u64, index: u64) -> Result<(&StageReader, u64)> {
        let (first, explored) = self.explored.0.of(glass as usize);
        if index < explored {
            return Ok((&self.explored.1, first + index));
        }
        let found = self.found.as_ref().map(|(rows, reader)| (rows.of(glass as usize), reader));
        if let Some(((first, count), reader)) = found
            && index - explored < count
        {
            let row = first + index - explored;
            return match reader.read_rows::<u32>("/minima/index", row, 1)?[..] {
                [stored] if u64::from(stored) == index => Ok((reader, row)),
                _ => Err(reader.unusable("/minima/index does not continue that of landscape.h5".to_string())),
            };
        }
        let all = self.count(glass);
        let known = if all == 0 { "it has none".to_string() } else { format!("they are numbered 0 to {}", all - 1) };
        let directory = self.source.directory.display();
        Err(Error::Usage(format!("{directory}: glass {glass} has no minimum {index}; {known}")))
    }

    /// A minimum by its index within the glass.
    ///
    /// # Errors
    /// `Usage` when there is none; `Storage` when a file cannot be used.
    pub fn get(&self, glass: u64, index: u64) -> Result<Found> {
        self.source.check_glass(glass)?;
        let (reader, row) = self.place(glass, index)?;
        let energy = self.energy(glass, index)?;
        let configuration = self.source.with_positions(glass, reader.read_rows("/minima/position", row, 1)?)?;
        self.source.checked(reader, format!("minimum {glass}:{index}"), Found { configuration, energy })
    }

    /// Its total potential energy [epsilon].
    ///
    /// # Errors
    /// As [`Minima::get`].
    pub fn energy(&self, glass: u64, index: u64) -> Result<f64> {
        let (reader, row) = self.place(glass, index)?;
        Ok(reader.read_rows::<f64>("/minima/energy", row, 1)?.first().copied().unwrap_or(f64::NAN))
    }
}

/// The double wells of a campaign.
pub struct Wells<'s> {
    source: &'s Source,
    pub reader: StageReader,
    pub total: u64,
}

impl Wells<'_> {
    /// # Errors
    /// `Usage` when there is no such row; `Storage` when paths.h5 cannot be used.
    pub fn get(&self, row: u64) -> Result<Well> {
        if row >= self.total {
            let known = match self.total {
                0 => "it has none".to_string(),
                total => format!("rows are numbered 0 to {}", total - 1),
            };
            let directory = self.source.directory.display();
            return Err(Error::Usage(format!("{directory}: there is no double well {row}; {known}")));
        }
        let number = |name: &str| -> Result<u64> {
            let rows: Vec<u32> = self.reader.read_rows(&format!("/double_wells/{name}"), row, 1)?;
            Ok(rows.first().map_or(0, |number| u64::from(*number)))
        };
        Ok(Well { row, glass: number("glass")?, ends: [number("a")?, number("b")?] })
    }

    /// A column of /double_wells at one row.
    ///
    /// # Errors
    /// `Storage` when paths.h5 cannot be used.
    pub fn number(&self, well: &Well, name: &str) -> Result<f64> {
        let rows: Vec<f64> = self.reader.read_rows(&format!("/double_wells/{name}"), well.row, 1)?;
        Ok(rows.first().copied().unwrap_or(f64::NAN))
    }

    /// One of its two minima; 0 is a.
    ///
    /// # Errors
    /// `Storage` when a file cannot be used, or the minimum is not that of the path.
    pub fn end(&self, minima: &Minima, well: &Well, end: usize) -> Result<Found> {
        self.check_ends(minima, well)?;
        minima.get(well.glass, well.ends[end])
    }

    /// # Errors
    /// `Storage` when a file cannot be used.
    pub fn saddle(&self, well: &Well) -> Result<Found> {
        let positions = self.reader.read_rows("/double_wells/saddle_position", well.row, 1)?;
        let configuration = self.source.with_positions(well.glass, positions)?;
        let energy = self.number(well, "saddle_energy")?;
        let what = format!("saddle of double well {}", well.row);
        self.source.checked(&self.reader, what, Found { configuration, energy })
    }

    /// The images of its band with their energies; none if they were not stored.
    ///
    /// # Errors
    /// `Storage` when paths.h5 cannot be used.
    pub fn images(&self, well: &Well) -> Result<Option<Vec<Found>>> {
        if !self.reader.has("/double_wells/images") {
            return Ok(None);
        }
        let all: Vec<f64> = self.reader.read_rows("/double_wells/images", well.row, 1)?;
        let of_image = |positions: &[f64]| {
            let configuration = self.source.with_positions(well.glass, positions.to_vec())?;
            Ok(Found { energy: self.source.energy(&configuration), configuration })
        };
        let images = all.chunks_exact(3 * self.source.particles).map(of_image).collect::<Result<Vec<Found>>>()?;
        Ok(Some(images))
    }

    /// A landscape that was extended after its paths were made has other minima under the same numbers.
    fn check_ends(&self, minima: &Minima, well: &Well) -> Result<()> {
        let [a, b] = [minima.energy(well.glass, well.ends[0])?, minima.energy(well.glass, well.ends[1])?];
        let saddle = self.number(well, "saddle_energy")?;
        let (activation, asymmetry) = (self.number(well, "activation")?, self.number(well, "asymmetry")?);
        let same = self.source.is_same(saddle - activation, a) && self.source.is_same(a + asymmetry, b);
        match same {
            true => Ok(()),
            false => Err(self.reader.unusable(format!(
                "the energies of double well {} are not those of its minima in landscape.h5, which is newer or of another \
                 campaign",
                well.row
            ))),
        }
    }
}
