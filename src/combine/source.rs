//! What is read of one campaign.

use super::read::{column, open};
use super::relaxation::{RelaxationRatio, relaxation_ratio};
use crate::error::{Error, Result};
use crate::files::Keys;
use crate::files::{Attribute, GlassRows, StageReader, fingerprint, matches_checksum};
use crate::parallel::Ranks;
use crate::paths::CandidateRule;
use crate::stage::Stage;
use crate::stages::explore::LandscapeReader;
use crate::units::quantum_temperature;
use std::path::{Path, PathBuf};

/// The first layout with local systems, rules, and first_seen of double wells on the clock of /growth.
const WITH_SYSTEMS: i64 = 2;

/// What is counted.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Choice {
    /// Also counts what was first seen until this time [sigma (m / epsilon)^1/2].
    pub at_time: Option<f64>,
    /// Leaves out glasses that were not in equilibrium when preparation ended.
    pub equilibrated_only: bool,
}

/// A double well.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Well {
    pub glass: u32,
    /// Whether the papers' rule joins it, and it is not an exchange.
    pub counts: bool,
    /// Number of its local system within the glass; None in layout 1.
    pub local: Option<u32>,
    /// On the clock of /growth; NaN without a transition, and in layout 1.
    pub first_seen: f64,
}

/// The splittings of a unit, in the order of the double wells.
#[derive(Clone, Debug)]
pub struct UnitOf {
    pub name: String,
    pub reduced_mass: f64,
    pub splitting: Vec<f64>,
}

impl UnitOf {
    /// k_B T_Q [epsilon].
    pub fn quantum_temperature(&self) -> f64 {
        quantum_temperature(self.reduced_mass)
    }
}

/// A campaign.
pub struct Source {
    pub directory: PathBuf,
    pub name: String,
    pub seed: u64,
    pub deck_hash: String,
    pub version: String,
    /// Of paths.h5.
    pub layout: i64,
    pub keys: Keys,
    /// T_f; NaN for imported glasses whose deck does not give it.
    pub temperature: f64,
    pub particles: usize,
    /// For each glass, whether it counts.
    pub glasses: Vec<bool>,
    /// For each glass, whether it was in equilibrium when preparation ended.
    pub equilibrated: Vec<bool>,
    /// For each glass, the minima that the dynamics reached, all of them or until the time of the choice.
    pub minima: Vec<u64>,
    pub wells: Vec<Well>,
    pub units: Vec<UnitOf>,
    pub relaxation: Option<RelaxationRatio>,
    /// A_4 omega_D^5 and the glasses of its density of states.
    pub quartic: Option<(f64, Vec<u32>)>,
    /// Glass, G and K.
    pub moduli: Vec<(u32, f64, f64)>,
}

impl Source {
    /// Reads a campaign that has its levels.
    ///
    /// # Errors
    /// `Storage` when the directory is no campaign, a file is missing or damaged, or files do not belong together; `Usage` when
    /// the time of the choice was not reached or is not in the files.
    pub fn read(directory: &Path, choice: &Choice) -> Result<Self> {
        if !directory.is_dir() {
            return Err(Error::storage(directory, "is not a directory; give the --output of a campaign"));
        }
        let [glasses, landscape, paths, levels] =
            [Stage::Prepare, Stage::Explore, Stage::Connect, Stage::Tunnel].map(|stage| open(directory, stage));
        // the last one first: what is missing is the stage that has not been run
        let (levels, glasses, landscape, paths) = (levels?, glasses?, landscape?, paths?);
        for file in [&glasses, &landscape, &paths] {
            check_same_settings(file, &levels)?;
        }
        let header = levels.header();
        let keys = Keys::read(&header.deck_keys);
        let deck: toml::Table = header.deck.parse().unwrap_or_default();
        let [all, particles] = glasses.shape("/glasses/species")?[..] else {
            return Err(glasses.unusable("/glasses/species is not [Ng, N]".to_owned()));
        };
        let equilibrated: Vec<bool> = column(&glasses, "/glasses/equilibrated")?;
        let counts = if choice.equilibrated_only { equilibrated.clone() } else { vec![true; all as usize] };
        let temperature = formation_temperature(&keys, &deck);
        let wells = wells(&paths, &counts)?;
        let units = units(directory, &levels, wells.len())?;
        let mut minima = minima(&landscape, counts.len())?;
        if let Some(time) = choice.at_time {
            minima = minima_until(directory, &paths, &counts, time)?;
        }
        let optional = |stage: Stage| match directory.join(stage.file_name()).exists() {
            true => {
                open(directory, stage).and_then(|reader| check_same_settings(&reader, &levels).map(|()| Some(reader)))
            }
            false => Ok(None),
        };
        let relaxation = optional(Stage::Relax)?.map(|reader| relaxation_ratio(&reader, temperature)).transpose()?;
        Ok(Self {
            name: name(&deck, directory),
            seed: header.seed,
            deck_hash: header.deck_hash.clone(),
            version: header.version.clone(),
            layout: paths.header().layout,
            temperature,
            particles: particles as usize,
            minima,
            wells,
            units,
            relaxation: relaxation.flatten(),
            quartic: optional(Stage::Modes)?.map(|reader| quartic(&reader)).transpose()?.flatten(),
            moduli: optional(Stage::Elastic)?.map(|reader| moduli(&reader)).transpose()?.unwrap_or_default(),
            directory: directory.to_path_buf(),
            glasses: counts,
            equilibrated,
            keys,
        })
    }

    /// Whether its files have local systems.
    pub fn has_systems(&self) -> bool {
        self.layout >= WITH_SYSTEMS
    }
}

/// Whether a file was made with the settings on which tunnelling.h5 depends: it was not extended since.
fn check_same_settings(file: &StageReader, levels: &StageReader) -> Result<()> {
    let of = |reader: &StageReader| Keys::read(&reader.header().deck_keys);
    let Some((key, now, then)) = of(file).changed(&of(levels)) else { return Ok(()) };
    let message = format!(
        "was made with other settings than {} ({key} = {now}, not {then}): run the deck to its end",
        Stage::Tunnel.file_name()
    );
    Err(Error::storage(file.path(), message))
}

/// The campaign's name in its deck, else that of the directory.
fn name(deck: &toml::Table, directory: &Path) -> String {
    let given = deck.get("campaign").and_then(|section| section.get("name")).and_then(toml::Value::as_str);
    let of_directory = || directory.file_name().unwrap_or_default().to_string_lossy().into_owned();
    given.map_or_else(of_directory, str::to_owned)
}

/// T_f. A deck that imports glasses need not know it: then the default of the model is not that of the glasses.
fn formation_temperature(keys: &Keys, deck: &toml::Table) -> f64 {
    let is_imported = keys.get("prepare.from").is_some_and(|files| files != "[]");
    let is_given = deck.get("prepare").is_some_and(|section| section.get("temperature").is_some());
    if is_imported && !is_given { f64::NAN } else { keys.number("prepare.temperature") }
}

fn wells(reader: &StageReader, glasses: &[bool]) -> Result<Vec<Well>> {
    let at = |name: &str| format!("/double_wells/{name}");
    let glass: Vec<u32> = column(reader, &at("glass"))?;
    let exchange: Vec<bool> = column(reader, &at("exchange"))?;
    let mut wells: Vec<Well> = glass
        .iter()
        .zip(exchange)
        .map(|(&glass, exchange)| Well { glass, counts: !exchange, local: None, first_seen: f64::NAN })
        .collect();
    if let Some(bad) = glass.iter().find(|glass| **glass as usize >= glasses.len()) {
        return Err(reader.unusable(format!("/double_wells/glass has {bad} among {} glasses", glasses.len())));
    }
    if reader.header().layout < WITH_SYSTEMS {
        return Ok(wells);
    }
    matches_checksum(reader, &at("rule"))?;
    let rules = reader.read_text(&at("rule"))?;
    let local: Vec<u32> = column(reader, &at("local"))?;
    let first_seen: Vec<f64> = column(reader, &at("first_seen"))?;
    for (row, well) in wells.iter_mut().enumerate() {
        well.counts &= rules[row] == CandidateRule::BothWays.name();
        (well.local, well.first_seen) = (Some(local[row]), first_seen[row]);
    }
    Ok(wells)
}

fn units(directory: &Path, reader: &StageReader, wells: usize) -> Result<Vec<UnitOf>> {
    // files of layout 1 may be older than the fingerprint
    let paths = match reader.header().layout >= WITH_SYSTEMS {
        true => Some(fingerprint(directory, Stage::Connect)?),
        false => None,
    };
    let mut units = Vec::new();
    for name in reader.groups()?.into_iter().filter(|name| reader.has(&format!("/{name}/splitting"))) {
        let at = format!("/{name}");
        let Attribute::F64(reduced_mass) = reader.attribute(&at, "reduced_mass")? else {
            return Err(reader.unusable(format!("has a reduced_mass of {name} that is no number")));
        };
        let splitting: Vec<f64> = column(reader, &format!("/{name}/splitting"))?;
        let is_of = |paths: u64| reader.attribute(&at, "paths").is_ok_and(|of| of == Attribute::U64(paths));
        if !paths.is_none_or(is_of) || splitting.len() != wells {
            return Err(reader.unusable(format!("has levels of {name} for other paths than those in paths.h5")));
        }
        units.push(UnitOf { name, reduced_mass, splitting });
    }
    match units.is_empty() {
        true => Err(reader.unusable("has no unit".to_owned())),
        false => Ok(units),
    }
}

fn minima(reader: &StageReader, glasses: usize) -> Result<Vec<u64>> {
    matches_checksum(reader, "/minima/glass")?;
    let rows = GlassRows::look(&Ranks::alone(), reader, "/minima/glass", glasses)?;
    Ok((0..glasses).map(|glass| rows.of(glass).1).collect())
}

/// Minima of each glass that counts, until a time on the clock of /growth.
fn minima_until(directory: &Path, paths: &StageReader, glasses: &[bool], time: f64) -> Result<Vec<u64>> {
    if paths.header().layout < WITH_SYSTEMS {
        let message = "the times that --at-time needs are not in this file: it has layout 1, they are in layout 2; run the \
                       deck again with another --output, or leave this campaign out";
        return Err(Error::Usage(format!("{}: {message}", paths.path().display())));
    }
    let ranks = Ranks::alone();
    let landscape = LandscapeReader::open(&ranks, directory, glasses.len())?;
    let counted = || glasses.iter().enumerate().filter(|(_, counts)| **counts).map(|(glass, _)| glass);
    let reached = counted().map(|glass| Ok((landscape.explored(glass)?, glass))).collect::<Result<Vec<_>>>()?;
    let shortest = reached.into_iter().min_by(|one, other| one.0.total_cmp(&other.0));
    if let Some((reached, glass)) =
        shortest.filter(|(reached, _)| time > reached * (1.0 + crate::stages::explore::ROUNDING))
    {
        return Err(Error::Usage(format!(
            "{} was explored until t = {reached} (glass {glass}), not until --at-time {time}: give a time up to {reached}, or \
             leave this campaign out",
            directory.display()
        )));
    }
    matches_checksum(landscape.file(), "/visits/minimum")?;
    let until = |(glass, counts): (usize, &bool)| if *counts { landscape.minima_until(glass, time) } else { Ok(0) };
    glasses.iter().enumerate().map(until).collect()
}

fn quartic(reader: &StageReader) -> Result<Option<(f64, Vec<u32>)>> {
    let path = "/density_of_states/glass";
    match reader.attribute("/density_of_states", "a4_reduced") {
        Ok(Attribute::F64(value)) if value.is_finite() && reader.has(path) => Ok(Some((value, column(reader, path)?))),
        _ => Ok(None),
    }
}

fn moduli(reader: &StageReader) -> Result<Vec<(u32, f64, f64)>> {
    let glass: Vec<u32> = column(reader, "/moduli/glass")?;
    let shear: Vec<f64> = column(reader, "/moduli/shear")?;
    let bulk: Vec<f64> = column(reader, "/moduli/bulk")?;
    Ok(glass.into_iter().zip(shear).zip(bulk).map(|((glass, shear), bulk)| (glass, shear, bulk)).collect())
}
