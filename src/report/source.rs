//! A campaign's directory, open for reading.

use crate::error::{Error, Result};
use crate::files::{Attribute, Campaign, Header, Keys, Number, StageReader, fingerprint, matches_checksum};
use crate::paths::CandidateRule;
use crate::stage::Stage;
use crate::units::{self, Material};
use std::path::{Path, PathBuf};

/// The files of one campaign. Every column that is read is compared with its checksum first, because its numbers will be
/// quoted; large data sets of which a figure shows single rows (positions) are not.
pub struct Source {
    /// `campaign.name` of the deck.
    pub name: String,
    pub directory: PathBuf,
    readers: Vec<StageReader>,
    /// Stages whose files were made with other settings, or from another file, than those before them: they are left out.
    outdated: Vec<Stage>,
    /// The keys on which the files depend, with their defaults.
    keys: toml::Table,
}

/// Rows of a long column that are in memory at once.
const PIECE_ROWS: u64 = 1 << 20;

/// A unit of tunnelling.h5: a material or a reduced mass.
#[derive(Clone, Debug, PartialEq)]
pub struct UnitOf {
    pub name: String,
    pub reduced_mass: f64,
    /// k_B T_Q [epsilon].
    pub quantum_temperature: f64,
    pub material: Option<&'static Material>,
}

/// What decides how a double well is drawn and counted in a unit [P].
pub struct Levels {
    pub splitting: Vec<f64>,
    pub kind: Vec<String>,
    /// Permutations of identical particles, which do not count.
    pub exchange: Vec<bool>,
    /// Joined by the papers' rule, whose n0 is drawn; all where the file does not say.
    pub of_rule: Vec<bool>,
}

impl Levels {
    /// Whether a double well counts in n(E).
    pub fn counts(&self, row: usize) -> bool {
        !self.exchange[row] && self.of_rule[row]
    }

    /// Whether a double well counts as a tunnelling one.
    pub fn is_tunnelling(&self, row: usize) -> bool {
        self.kind[row] == "tunnelling" && self.counts(row)
    }
}

impl Source {
    /// Opens every file of a campaign.
    ///
    /// # Errors
    /// `Storage` when the directory is no campaign, holds no file of a stage yet, or holds a damaged one or one of another
    /// layout.
    pub fn open(directory: &Path) -> Result<Self> {
        let campaign = Campaign::look(directory)?;
        let stages = campaign.stages();
        let Some(last) = stages.last() else {
            let message =
                "holds no file of a finished stage; give the --output of a campaign (glasswell run DECK makes one)";
            return Err(Error::storage(directory, message));
        };
        let (mut readers, mut outdated): (Vec<StageReader>, Vec<Stage>) = (Vec::new(), Vec::new());
        for state in stages {
            let reader = StageReader::open(directory, state.stage)?;
            match is_outdated(directory, &readers, &reader)? {
                true => outdated.push(state.stage),
                false => readers.push(reader),
            }
        }
        // both were accepted by the program that wrote the file
        let deck: toml::Table = last.header.deck.parse().unwrap_or_default();
        let mut keys = toml::Table::new();
        for state in stages {
            keys.extend(state.header.deck_keys.parse::<toml::Table>().unwrap_or_default());
        }
        let named = text_of(&deck, "campaign", "name").map(str::to_owned);
        let folder = || directory.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
        Ok(Self { name: named.unwrap_or_else(folder), directory: directory.to_path_buf(), readers, outdated, keys })
    }

    /// The file of a stage, if there is one.
    pub fn reader(&self, stage: Stage) -> Option<&StageReader> {
        self.readers.iter().find(|reader| reader.header().stage == stage)
    }

    /// Stages whose files do not belong to those before them, as while a campaign is extended.
    pub fn outdated(&self) -> &[Stage] {
        &self.outdated
    }

    /// The files, in the order of the stages.
    pub fn readers(&self) -> &[StageReader] {
        &self.readers
    }

    /// The header of the last file.
    pub fn header(&self) -> Option<&Header> {
        self.readers.last().map(StageReader::header)
    }

    /// A text of the deck or its default; None for a section that made no file.
    pub fn deck_text(&self, section: &str, key: &str) -> Option<&str> {
        text_of(&self.keys, section, key)
    }

    /// A number of the deck or its default.
    pub fn deck_number(&self, section: &str, key: &str) -> Option<f64> {
        let value = self.keys.get(section)?.get(key)?;
        value.as_float().or_else(|| value.as_integer().map(|number| number as f64))
    }

    /// A column; empty when the stage has no file.
    ///
    /// # Errors
    /// `Storage` when it is missing in the file, or damaged.
    pub fn numbers<T: Number>(&self, stage: Stage, path: &str) -> Result<Vec<T>> {
        let Some(reader) = self.reader(stage) else { return Ok(Vec::new()) };
        matches_checksum(reader, path)?;
        reader.read(path)
    }

    /// A long column, piece by piece; nothing when the stage has no file.
    ///
    /// # Errors
    /// As [`Source::numbers`].
    pub fn in_pieces<T: Number>(&self, stage: Stage, path: &str, mut take: impl FnMut(&[T])) -> Result<()> {
        let Some(reader) = self.reader(stage) else { return Ok(()) };
        matches_checksum(reader, path)?;
        let total = self.length(stage, path, 0) as u64;
        for first in (0..total).step_by(PIECE_ROWS as usize) {
            take(&reader.read_rows(path, first, PIECE_ROWS.min(total - first))?);
        }
        Ok(())
    }

    /// A column that not every file has.
    ///
    /// # Errors
    /// `Storage` when it is damaged.
    pub fn optional<T: Number>(&self, stage: Stage, path: &str) -> Result<Option<Vec<T>>> {
        match self.has(stage, path) {
            true => self.numbers(stage, path).map(Some),
            false => Ok(None),
        }
    }

    /// A column of names; empty when the stage has no file.
    ///
    /// # Errors
    /// `Storage` when it is missing in the file, or damaged.
    pub fn names(&self, stage: Stage, path: &str) -> Result<Vec<String>> {
        let Some(reader) = self.reader(stage) else { return Ok(Vec::new()) };
        matches_checksum(reader, path)?;
        reader.read_text(path)
    }

    /// Whether the file of a stage exists and has this data set.
    pub fn has(&self, stage: Stage, path: &str) -> bool {
        self.reader(stage).is_some_and(|reader| reader.has(path))
    }

    /// Length of an axis of a data set, 0 when there is none.
    pub fn length(&self, stage: Stage, path: &str, axis: usize) -> usize {
        let shape = self.reader(stage).filter(|reader| reader.has(path)).and_then(|reader| reader.shape(path).ok());
        shape.and_then(|shape| shape.get(axis).copied()).unwrap_or(0) as usize
    }

    /// An attribute that is a number; NaN when there is none.
    pub fn attribute(&self, stage: Stage, group: &str, name: &str) -> f64 {
        match self.reader(stage).map(|reader| reader.attribute(group, name)) {
            Some(Ok(Attribute::F64(value))) => value,
            _ => f64::NAN,
        }
    }

    /// An attribute that is a list of numbers; empty when there is none.
    pub fn attributes(&self, stage: Stage, group: &str, name: &str) -> Vec<f64> {
        match self.reader(stage).map(|reader| reader.attribute(group, name)) {
            Some(Ok(Attribute::F64List(values))) => values,
            Some(Ok(Attribute::I64List(values))) => values.into_iter().map(|value| value as f64).collect(),
            _ => Vec::new(),
        }
    }

    /// The units of tunnelling.h5, materials of the model first.
    ///
    /// # Errors
    /// `Storage` when the file cannot be read.
    pub fn units(&self) -> Result<Vec<UnitOf>> {
        let Some(reader) = self.reader(Stage::Tunnel) else { return Ok(Vec::new()) };
        let preset = self.deck_text("model", "preset").unwrap_or_default();
        let mut units: Vec<UnitOf> = reader
            .groups()?
            .into_iter()
            .filter(|name| reader.has(&format!("/{name}/splitting")))
            .map(|name| UnitOf {
                reduced_mass: self.attribute(Stage::Tunnel, &format!("/{name}"), "reduced_mass"),
                quantum_temperature: self.attribute(Stage::Tunnel, &format!("/{name}"), "kT_Q"),
                material: units::material(preset, &name),
                name,
            })
            .collect();
        units.sort_by_key(|unit| unit.material.is_none());
        Ok(units)
    }

    /// The double wells in a unit.
    ///
    /// # Errors
    /// `Storage` when a file cannot be read.
    pub fn levels(&self, unit: &str) -> Result<Levels> {
        let splitting = self.numbers(Stage::Tunnel, &format!("/{unit}/splitting"))?;
        let exchange = match self.reader(Stage::Connect) {
            Some(_) => self.numbers(Stage::Connect, "/double_wells/exchange")?,
            None => vec![false; splitting.len()],
        };
        let of_rule = match self.has(Stage::Connect, "/double_wells/rule") {
            true => {
                let rules = self.names(Stage::Connect, "/double_wells/rule")?;
                rules.iter().map(|rule| rule == CandidateRule::BothWays.name()).collect()
            }
            false => vec![true; splitting.len()],
        };
        Ok(Levels { kind: self.names(Stage::Tunnel, &format!("/{unit}/kind"))?, splitting, exchange, of_rule })
    }

    /// Numbers of glasses and of particles in a glass.
    pub fn size(&self) -> (usize, usize) {
        let length = |axis| self.length(Stage::Prepare, "/glasses/species", axis);
        (length(0), length(1))
    }
}

/// Whether a file was made with other settings than the files of earlier stages, or its levels from other paths than those in
/// paths.h5: rows of one are then not those of the other.
fn is_outdated(directory: &Path, earlier: &[StageReader], reader: &StageReader) -> Result<bool> {
    let of = |reader: &StageReader| Keys::read(&reader.header().deck_keys);
    let keys = of(reader);
    if earlier.iter().any(|earlier| of(earlier).changed(&keys).is_some()) {
        return Ok(true);
    }
    let has_paths = earlier.iter().any(|earlier| earlier.header().stage == Stage::Connect);
    if reader.header().stage != Stage::Tunnel || !has_paths {
        return Ok(false);
    }
    let paths = Attribute::U64(fingerprint(directory, Stage::Connect)?);
    let units = reader.groups()?.into_iter().filter(|name| reader.has(&format!("/{name}/splitting")));
    // older files lack the attribute
    let is_other = |name: String| reader.attribute(&format!("/{name}"), "paths").is_ok_and(|of| of != paths);
    Ok(units.into_iter().any(is_other))
}

fn text_of<'d>(deck: &'d toml::Table, section: &str, key: &str) -> Option<&'d str> {
    deck.get(section)?.get(key)?.as_str()
}

/// Opens several campaigns; those with the same name are distinguished by their directories.
///
/// # Errors
/// As [`Source::open`].
pub fn open_all(directories: &[PathBuf]) -> Result<Vec<Source>> {
    let mut sources = directories.iter().map(|directory| Source::open(directory)).collect::<Result<Vec<Source>>>()?;
    let names: Vec<String> = sources.iter().map(|source| source.name.clone()).collect();
    for source in &mut sources {
        if names.iter().filter(|name| **name == source.name).count() > 1 {
            source.name = format!("{} ({})", source.name, source.directory.display());
        }
    }
    Ok(sources)
}

/// The units of several campaigns, each once, in the order of the first that has them.
///
/// # Errors
/// `Storage` when a file cannot be read.
pub fn units_of_all(sources: &[Source]) -> Result<Vec<String>> {
    let mut names: Vec<String> = Vec::new();
    for source in sources {
        for unit in source.units()? {
            if !names.contains(&unit.name) {
                names.push(unit.name);
            }
        }
    }
    Ok(names)
}
