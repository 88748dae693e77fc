//! The double wells of paths.h5, as the stages after connect need them.

use crate::error::Result;
use crate::files::StageReader;
use crate::parallel::Ranks;
use crate::stage::Stage;
use crate::tunnelling::Profile;
use std::path::Path;

/// The small columns of all double wells, and the file for the large ones.
pub struct DoubleWells {
    reader: StageReader,
    pub glass: Vec<u32>,
    pub a: Vec<u32>,
    pub b: Vec<u32>,
    points: usize,
}

impl DoubleWells {
    /// Collective: opens paths.h5.
    ///
    /// # Errors
    /// `Storage` when it is missing or damaged.
    pub fn open(ranks: &Ranks, directory: &Path) -> Result<Self> {
        let read = || {
            let reader = StageReader::open(directory, Stage::Connect)?;
            let points = reader.shape("/double_wells/profile/energy")?.get(1).copied().unwrap_or(0) as usize;
            let [glass, a, b] = ["glass", "a", "b"].map(|name| reader.read(&format!("/double_wells/{name}")));
            Ok(Self { glass: glass?, a: a?, b: b?, points, reader })
        };
        ranks.agree(read())
    }

    /// Number of double wells.
    pub fn len(&self) -> usize {
        self.glass.len()
    }

    /// Positions of the saddle [3N].
    ///
    /// # Errors
    /// `Storage` when the file cannot be read.
    pub fn saddle(&self, well: usize) -> Result<Vec<f64>> {
        self.reader.read_rows("/double_wells/saddle_position", well as u64, 1)
    }

    /// Unit tangent of the path at the lower minimum [3N].
    ///
    /// # Errors
    /// `Storage` when the file cannot be read.
    pub fn tangent(&self, well: usize) -> Result<Vec<f64>> {
        self.reader.read_rows("/double_wells/tangent_a", well as u64, 1)
    }

    /// The energy profile.
    ///
    /// # Errors
    /// `Storage` when the file cannot be read.
    pub fn profile(&self, well: usize) -> Result<Profile> {
        let row = |name: &str| self.reader.read_rows::<f64>(&format!("/double_wells/{name}"), well as u64, 1);
        let (arc_length, energy) = (row("profile/arc_length")?, row("profile/energy")?);
        let curvature = [row("curvature_a")?, row("curvature_b")?];
        let curvature = curvature.map(|end| end.first().copied().filter(|k| k.is_finite() && *k > 0.0));
        Ok(Profile::from_arc_length(&arc_length[..self.points], &energy[..self.points], curvature))
    }
}

/// What of paths.h5 the quantum problem needs, the rows `first..first + count`.
pub struct Wells {
    pub glass: Vec<u32>,
    pub exchange: Vec<bool>,
    pub arc_length: Vec<f64>,
    pub energy: Vec<f64>,
    pub curvature: [Vec<f64>; 2],
    pub points: usize,
}

impl Wells {
    pub fn read(reader: &StageReader, first: u64, count: u64) -> Result<Self> {
        let points = reader.shape("/double_wells/profile/energy")?.get(1).copied().unwrap_or(0) as usize;
        Ok(Self {
            glass: reader.read_rows("/double_wells/glass", first, count)?,
            exchange: reader.read_rows("/double_wells/exchange", first, count)?,
            arc_length: reader.read_rows("/double_wells/profile/arc_length", first, count)?,
            energy: reader.read_rows("/double_wells/profile/energy", first, count)?,
            curvature: [
                reader.read_rows("/double_wells/curvature_a", first, count)?,
                reader.read_rows("/double_wells/curvature_b", first, count)?,
            ],
            points,
        })
    }

    /// The profile of row `first + well`.
    pub fn profile(&self, well: usize) -> Profile {
        let range = well * self.points..(well + 1) * self.points;
        // without a curvature of its own the continuation takes the spline's
        let curvature = [0, 1].map(|end| Some(self.curvature[end][well]).filter(|k| k.is_finite() && *k > 0.0));
        Profile::from_arc_length(&self.arc_length[range.clone()], &self.energy[range], curvature)
    }
}
