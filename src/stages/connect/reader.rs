//! Reads paths.h5 for the stages after connect: its double wells, and their minima from landscape.h5 or paths.h5.

use crate::error::{Error, Result};
use crate::files::{GlassRows, StageReader};
use crate::model::Potential;
use crate::parallel::Ranks;
use crate::paths::CandidateRule;
use crate::stage::Stage;
use crate::stages::explore::LandscapeReader;
use crate::systems::representatives;
use crate::tunnelling::{PathLength, Profile};
use std::path::Path;

/// The two minima of a double well, by their indices within the glass; a is the lower one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WellEnds {
    pub glass: u32,
    pub a: u32,
    pub b: u32,
}

/// The double wells of paths.h5, addressed by row.
pub struct DoubleWellReader {
    reader: StageReader,
    total: u64,
    points: usize,
}

impl DoubleWellReader {
    /// Collective: opens paths.h5.
    ///
    /// # Errors
    /// `Storage` when it is missing or damaged.
    pub fn open(ranks: &Ranks, directory: &Path) -> Result<Self> {
        let opened = StageReader::open(directory, Stage::Connect).and_then(|reader| {
            let length = |path: &str, axis: usize| Ok(reader.shape(path)?.get(axis).copied().unwrap_or(0));
            let (total, points) = (length("/double_wells/glass", 0)?, length("/double_wells/profile/energy", 1)?);
            Ok(Self { total, points: points as usize, reader })
        });
        ranks.agree(opened)
    }

    /// Number of double wells.
    pub fn total(&self) -> u64 {
        self.total
    }

    /// The minima of the rows `first..first + count`.
    ///
    /// # Errors
    /// `Storage` when the file cannot be read.
    pub fn ends(&self, first: u64, count: u64) -> Result<Vec<WellEnds>> {
        let column = |name: &str| self.reader.read_rows::<u32>(&format!("/double_wells/{name}"), first, count);
        let (glass, a, b) = (column("glass")?, column("a")?, column("b")?);
        Ok(glass.into_iter().zip(a).zip(b).map(|((glass, a), b)| WellEnds { glass, a, b }).collect())
    }

    /// Whether these double wells are exchanges: both minima are the same structure with identical particles exchanged.
    ///
    /// # Errors
    /// `Storage` when the file cannot be read.
    pub fn exchange(&self, first: u64, count: u64) -> Result<Vec<bool>> {
        self.reader.read_rows("/double_wells/exchange", first, count)
    }

    /// The local systems, rules and times of all double wells.
    ///
    /// # Errors
    /// `Storage` when the file cannot be read.
    pub fn systems(&self) -> Result<WellSystems> {
        let reader = &self.reader;
        let glass: Vec<u32> = reader.read("/double_wells/glass")?;
        let local: Vec<u32> = reader.read("/double_wells/local")?;
        let of: Vec<u32> = reader.read("/local_systems/glass")?;
        let mut first_of = std::collections::BTreeMap::new();
        for (row, glass) in of.iter().enumerate() {
            first_of.entry(*glass).or_insert(row);
        }
        let first = |glass: &u32| first_of.get(glass).copied().unwrap_or(0);
        let system: Vec<usize> = glass.iter().zip(local).map(|(glass, local)| first(glass) + local as usize).collect();
        let representative: Vec<i64> = reader.read("/local_systems/representative")?;
        let inside = |row: &i64| usize::try_from(*row).is_ok_and(|row| row < system.len());
        if system.iter().any(|system| *system >= of.len()) || !representative.iter().all(inside) {
            return Err(reader.unusable("has local systems and double wells that do not belong together".into()));
        }
        let rule = reader.read_text("/double_wells/rule")?.iter().map(|name| self.rule(name)).collect::<Result<_>>()?;
        let saddle: Vec<f64> = reader.read("/double_wells/saddle_energy")?;
        let activation: Vec<f64> = reader.read("/double_wells/activation")?;
        let energy = saddle.into_iter().zip(activation).map(|(saddle, above)| saddle - above).collect();
        let representative = representative.into_iter().map(|row| row as usize).collect();
        let first_seen = reader.read("/double_wells/first_seen")?;
        let growth = reader.read("/growth/glass")?.into_iter().zip(reader.read("/growth/time")?).collect();
        Ok(WellSystems { system, representative, rule, first_seen, energy, growth })
    }

    fn rule(&self, name: &str) -> Result<CandidateRule> {
        CandidateRule::from_name(name).ok_or_else(|| self.reader.unusable(format!("/double_wells/rule holds {name:?}")))
    }

    /// Positions of the saddle [3N].
    ///
    /// # Errors
    /// `Storage` when the file cannot be read.
    pub fn saddle(&self, well: u64) -> Result<Vec<f64>> {
        self.reader.read_rows("/double_wells/saddle_position", well, 1)
    }

    /// Unit tangent of the path at the lower minimum [3N].
    ///
    /// # Errors
    /// `Storage` when the file cannot be read.
    pub fn tangent(&self, well: u64) -> Result<Vec<f64>> {
        self.reader.read_rows("/double_wells/tangent_a", well, 1)
    }

    /// The data of the energy profiles of the rows `first..first + count`.
    ///
    /// # Errors
    /// `Storage` when the file cannot be read.
    pub fn curves(&self, first: u64, count: u64) -> Result<EnergyCurves> {
        let column = |name: &str| self.reader.read_rows::<f64>(&format!("/double_wells/{name}"), first, count);
        Ok(EnergyCurves {
            arc_length: column("profile/arc_length")?,
            energy: column("profile/energy")?,
            curvature: [column("curvature_a")?, column("curvature_b")?],
            points: self.points,
        })
    }

    /// The lengths d of the rows `first..first + count` for the Schroedinger equation; none if they are those of the profiles.
    ///
    /// # Errors
    /// `Storage` when the file cannot be read.
    pub fn lengths(&self, which: PathLength, first: u64, count: u64) -> Result<Vec<f64>> {
        let column = |name: &str| self.reader.read_rows::<f64>(&format!("/double_wells/{name}"), first, count);
        match which {
            PathLength::Arc => Ok(Vec::new()),
            PathLength::Band => column("band_length"),
            PathLength::Distance => column("distance"),
        }
    }

    /// The energy profile of a double well.
    ///
    /// # Errors
    /// `Storage` when the file cannot be read.
    pub fn profile(&self, well: u64) -> Result<Profile> {
        Ok(self.curves(well, 1)?.profile(0))
    }
}

/// The local systems, rules and times of all double wells, in the order of their rows.
#[derive(Clone, Debug, Default)]
pub struct WellSystems {
    /// Row of /local_systems.
    pub system: Vec<usize>,
    /// Row of /double_wells of the representative of each local system.
    pub representative: Vec<usize>,
    /// The strictest rule that joins the pair.
    pub rule: Vec<CandidateRule>,
    /// On the clock of /growth/time; NaN without a transition.
    pub first_seen: Vec<f64>,
    /// Total energy of the lower minimum [epsilon].
    energy: Vec<f64>,
    /// Glass and time of each row of /growth.
    pub growth: Vec<(u32, f64)>,
}

impl WellSystems {
    /// Which double wells stand for their local systems, if only those are known that a rule joins and that are `usable`: one
    /// well without levels does not remove the system of which it is the lowest member.
    pub fn representatives(&self, rule: CandidateRule, usable: impl Fn(usize) -> bool) -> Vec<bool> {
        representatives(&self.system, &self.energy, |well| self.rule[well] <= rule && usable(well))
    }
}

/// The energies along the paths of several double wells.
pub struct EnergyCurves {
    arc_length: Vec<f64>,
    energy: Vec<f64>,
    curvature: [Vec<f64>; 2],
    points: usize,
}

impl EnergyCurves {
    /// The profile of the double well at this position among those that were read.
    pub fn profile(&self, place: usize) -> Profile {
        let range = place * self.points..(place + 1) * self.points;
        // where no curvature is stored, the continuation uses that of the spline
        let curvature = [0, 1].map(|end| Some(self.curvature[end][place]).filter(|k| k.is_finite() && *k > 0.0));
        Profile::from_arc_length(&self.arc_length[range.clone()], &self.energy[range], curvature)
    }
}

/// The minima of landscape.h5 and those of paths.h5 (found by splitting paths).
pub struct MinimumReader {
    landscape: LandscapeReader,
    /// paths.h5 and the rows of each glass in it.
    found: Option<(StageReader, GlassRows)>,
}

impl MinimumReader {
    /// Collective: opens landscape.h5 and, with `connected`, paths.h5.
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

    /// The minimum from which displacements are measured [3N]; empty for models that recognise minima by their
    /// positions alone.
    ///
    /// # Errors
    /// `Storage` when landscape.h5 cannot be read.
    pub fn origin(&self, glass: usize, potential: &Potential) -> Result<Vec<f64>> {
        self.landscape.origin(glass, potential)
    }

    /// Positions [3N] of a minimum by its index within the glass.
    ///
    /// # Errors
    /// `Storage` when there is no such minimum.
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
