//! Positions of minima, wherever they stand: in landscape.h5, among those that splitting of paths has found, or a quench away
//! from a glass.

use crate::error::{Error, Result};
use crate::files::GlassRows;
use crate::files::StageReader;
use crate::landscape::{QuenchSettings, inherent_structure};
use crate::model::Preset;
use crate::parallel::Ranks;
use crate::stage::Stage;
use crate::stages::explore::LandscapeReader;
use crate::stages::prepare::configuration;
use std::path::Path;

/// The minima of landscape.h5 and paths.h5.
pub struct Minima {
    landscape: LandscapeReader,
    /// paths.h5 and where the minima of each glass stand in it.
    found: Option<(StageReader, GlassRows)>,
}

impl Minima {
    /// Collective: those of landscape.h5, and with `connected` those of paths.h5.
    ///
    /// # Errors
    /// `Storage` when a file is missing or damaged.
    pub fn open(ranks: &Ranks, directory: &Path, glasses: usize, connected: bool) -> Result<Self> {
        let landscape = LandscapeReader::open(ranks, directory, glasses)?;
        let found = match connected {
            true => {
                let reader = ranks.agree(StageReader::open(directory, Stage::Connect))?;
                let rows = GlassRows::look(ranks, &reader, "/minima/glass", glasses)?;
                Some((reader, rows))
            }
            false => None,
        };
        Ok(Self { landscape, found })
    }

    /// Number of explored minima of a glass.
    pub fn explored(&self, glass: usize) -> usize {
        self.landscape.minima(glass)
    }

    /// The minimum from which displacements are counted [3N]; empty where minima are recognised by themselves.
    ///
    /// # Errors
    /// `Storage` when landscape.h5 cannot be read.
    pub fn origin(&self, glass: usize, preset: Preset) -> Result<Vec<f64>> {
        self.landscape.origin(glass, preset)
    }

    /// Positions [3N] of a minimum by its index within the glass.
    ///
    /// # Errors
    /// `Storage` when there is none.
    pub fn positions(&self, glass: usize, index: usize) -> Result<Vec<f64>> {
        let explored = self.explored(glass);
        let Some((reader, rows)) = self.found.as_ref().filter(|_| index >= explored) else {
            return Ok(self.landscape.minimum(glass, index)?.positions);
        };
        let (first, count) = rows.of(glass);
        let number = (index - explored) as u64;
        if number >= count {
            return Err(Error::storage(reader.path(), format!("has no minimum {index} of glass {glass}")));
        }
        reader.read_rows("/minima/position", first + number, 1)
    }
}

/// Positions [3N] of the inherent structure of a glass of glasses.h5, quenched to `settings`, and whether it is a minimum.
///
/// # Errors
/// `Storage` when the glass cannot be read.
pub fn inherent_positions(
    reader: &StageReader,
    preset: Preset,
    glass: usize,
    settings: &QuenchSettings,
) -> Result<(Vec<f64>, bool)> {
    let configuration = configuration(reader, glass as u64)?;
    let quench = inherent_structure(&preset.model(&configuration), &configuration, settings);
    let reached = quench.at_minimum();
    Ok((quench.positions, reached))
}
