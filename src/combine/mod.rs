//! Many campaigns in one table: a row for each temperature and unit, with the campaigns of one temperature pooled.
//!
//! [`Combined::read`] reads and checks all campaigns; [`Combined::write`] then writes the file.
//!
//! ```no_run
//! use glasswell::combine::{Choice, Combined};
//! let choice = Choice { at_time: None, equilibrated_only: true };
//! let combined = Combined::read(&["tlj-0.617".into(), "tlj-0.558".into()], choice)?;
//! for row in &combined.rows {
//!     println!("{} {} {}", row.temperature, row.unit, row.n0.density);
//! }
//! # Ok::<(), glasswell::error::Error>(())
//! ```

mod pooled;
mod read;
mod relaxation;
mod row;
mod source;

use crate::error::{Error, Result};
use crate::files::Keys;
use crate::files::columns::Take::*;
use crate::files::columns::{Column, column};
use crate::files::layout::{AttributeEntry, DataSet, Element, attribute};
use crate::files::{Attribute, TableFile};
use crate::parallel::Ranks;
use pooled::check_pooled;
pub use row::CampaignRow;
pub use source::Choice;
use source::Source;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// A campaign, and the temperature to which it belongs.
pub struct SourceRow {
    directory: String,
    seed: u64,
    deck_hash: String,
    version: String,
    layout: i64,
    temperature: f64,
    glasses: usize,
}

impl SourceRow {
    /// /sources.
    pub const COLUMNS: &'static [Column<Self>] = &[
        column(
            "/sources/directory",
            "[S]",
            "1",
            "directory of a campaign, as given",
            Text(|row| row.directory.clone()),
        ),
        column("/sources/seed", "[S]", "1", "its seed", U64(|row| row.seed)),
        column(
            "/sources/deck_hash",
            "[S]",
            "1",
            "hash of its deck, that of tunnelling.h5",
            Text(|row| row.deck_hash.clone()),
        ),
        column(
            "/sources/version",
            "[S]",
            "1",
            "version of the program that wrote its tunnelling.h5",
            Text(|row| row.version.clone()),
        ),
        column("/sources/layout", "[S]", "1", "layout of its paths.h5", I64(|row| row.layout)),
        column("/sources/temperature", "[S]", "epsilon", "its T_f", F64(|row| row.temperature)),
        column("/sources/glasses", "[S]", "1", "number of its glasses that are counted", I64(|row| row.glasses as i64)),
    ];
}

/// The data sets of a combined file.
pub fn data_sets() -> impl Iterator<Item = &'static DataSet> {
    let of_rows = CampaignRow::COLUMNS.iter().map(|column| &column.data_set);
    of_rows.chain(SourceRow::COLUMNS.iter().map(|column| &column.data_set))
}

/// The attributes of the root, besides the versions of layout and program.
pub const ATTRIBUTES: &[AttributeEntry] = &[
    attribute(
        "/",
        "at_time",
        Element::F64,
        "[]",
        "time until which is counted (--at-time); NaN for the whole exploration",
    ),
    attribute(
        "/",
        "equilibrated_only",
        Element::I64,
        "[]",
        "1 when glasses that are not equilibrated were left out (--equilibrated-only), else 0",
    ),
];

/// The table of several campaigns.
pub struct Combined {
    choice: Choice,
    /// By temperature, then unit.
    pub rows: Vec<CampaignRow>,
    /// In the order of the rows, then by seed.
    pub sources: Vec<SourceRow>,
}

impl Combined {
    /// Reads the campaigns in these directories. What is computed does not depend on their order.
    ///
    /// # Errors
    /// `Usage` for a directory that is given twice, campaigns that cannot be pooled, and times that were not reached; `Storage`
    /// when a file is missing or damaged.
    pub fn read(directories: &[PathBuf], choice: Choice) -> Result<Self> {
        check_distinct(directories)?;
        let mut pools: BTreeMap<Keys, Vec<Source>> = BTreeMap::new();
        for directory in directories {
            let source = Source::read(directory, &choice)?;
            pools.entry(source.keys.identity()).or_default().push(source);
        }
        let mut pools: Vec<Vec<Source>> = pools.into_values().collect();
        for pool in &mut pools {
            pool.sort_by_key(|source| source.seed);
            pool.windows(2).try_for_each(|pair| check_pooled(&pair[0], &pair[1]))?;
        }
        pools.sort_by(|one, other| one[0].temperature.total_cmp(&other[0].temperature));
        let mut combined = Self { choice, rows: Vec::new(), sources: Vec::new() };
        for pool in &pools {
            for unit in &pool[0].units {
                combined.rows.push(CampaignRow::new(pool, &unit.name, &choice)?);
            }
            combined.sources.extend(pool.iter().map(|source| SourceRow {
                directory: source.directory.display().to_string(),
                seed: source.seed,
                deck_hash: source.deck_hash.clone(),
                version: source.version.clone(),
                layout: source.layout,
                temperature: source.temperature,
                glasses: source.glasses.iter().filter(|counts| **counts).count(),
            }));
        }
        Ok(combined)
    }

    /// Writes the file, under a temporary name until it is complete.
    ///
    /// # Errors
    /// `Storage` when it cannot be written.
    pub fn write(&self, path: &Path) -> Result<()> {
        let ranks = Ranks::alone();
        let attributes = [
            ("at_time", Attribute::F64(self.choice.at_time.unwrap_or(f64::NAN))),
            ("equilibrated_only", Attribute::I64(i64::from(self.choice.equilibrated_only))),
        ];
        let mut file = TableFile::create(&ranks, path, &attributes)?;
        file.write(CampaignRow::COLUMNS, &self.rows)?;
        file.write(SourceRow::COLUMNS, &self.sources)?;
        file.finish().map(|_| ())
    }
}

fn check_distinct(directories: &[PathBuf]) -> Result<()> {
    let mut known: BTreeMap<PathBuf, &PathBuf> = BTreeMap::new();
    for directory in directories {
        // one that does not exist is reported when it is read
        let Ok(place) = directory.canonicalize() else { continue };
        if let Some(other) = known.insert(place, directory) {
            let message =
                format!("{} and {} are the same directory: its glasses", other.display(), directory.display());
            return Err(Error::Usage(format!("{message} would be counted twice; give it once")));
        }
    }
    Ok(())
}
