//! An earlier tunnelling.h5, whose units need not be solved again.

use super::columns::DoubletOf;
use crate::error::Result;
use crate::files::{self, Attribute, StageReader, TaskCost};
use crate::stage::Stage;
use crate::stages::Context;
use crate::tunnelling::Unit;
use crate::version::NUMBER;

/// The earlier file, its units that are kept, and the fingerprint of paths.h5 as it is now.
pub struct Before {
    reader: Option<StageReader>,
    units: Vec<String>,
    paths: u64,
}

impl Before {
    /// Collective: opens the earlier file if this version of the program wrote it with the same grid and number of levels.
    ///
    /// # Errors
    /// `Storage` when paths.h5 is damaged.
    pub fn open(context: &Context<'_>, units: &[Unit], wells: u64) -> Result<Self> {
        let (ranks, directory) = (context.ranks, &context.directory);
        let paths = ranks.agree(files::fingerprint(directory, Stage::Connect))?;
        let first = ranks.rank() == 0;
        let kept = if first { kept(context, units, wells, paths) } else { Ok(Vec::new()) };
        let units: Vec<String> = ranks.broadcast(ranks.agree(kept)?, 0)?;
        if units.is_empty() {
            return Ok(Self { reader: None, units, paths });
        }
        // solving again takes less time than finding out what has happened to the file
        if let Err(damage) = files::verify(ranks, directory, Stage::Tunnel) {
            log::warn!("{damage}; all units are solved again");
            return Ok(Self { reader: None, units: Vec::new(), paths });
        }
        let reader = Some(ranks.agree(StageReader::open(directory, Stage::Tunnel))?);
        Ok(Self { reader, units, paths })
    }

    /// The fingerprint of the data of paths.h5.
    pub fn paths(&self) -> u64 {
        self.paths
    }

    /// The costs of an earlier solution, on rank 0, if none of its units is solved again.
    ///
    /// # Errors
    /// `Storage` when the file cannot be read.
    pub fn costs(&self, rank: usize) -> Result<Vec<TaskCost>> {
        match &self.reader {
            Some(reader) if rank == 0 => reader.tasks(),
            _ => Ok(Vec::new()),
        }
    }

    /// The file, if it has the levels of a unit for the same paths.
    pub fn of(&self, unit: &Unit) -> Option<&StageReader> {
        self.reader.as_ref().filter(|_| self.units.contains(&unit.name))
    }
}

/// The units whose levels in the earlier file are those of the same paths.
fn kept(context: &Context<'_>, units: &[Unit], wells: u64, paths: u64) -> Result<Vec<String>> {
    if !is_usable(context)? {
        return Ok(Vec::new());
    }
    let reader = StageReader::open(&context.directory, Stage::Tunnel)?;
    let there = reader.groups()?;
    let is_kept = |unit: &&Unit| {
        let is = |name: &str, value: Attribute| {
            reader.attribute(&format!("/{}", unit.name), name).is_ok_and(|found| found == value)
        };
        let whole = |set: &str| {
            let path = set.replace("<unit>", &unit.name);
            reader.has(&path) && reader.shape(&path).is_ok_and(|shape| shape.first() == Some(&wells))
        };
        there.contains(&unit.name)
            && is("paths", Attribute::U64(paths))
            && is("reduced_mass", Attribute::F64(unit.reduced_mass))
            && DoubletOf::COLUMNS.iter().all(|column| whole(column.data_set.path))
    };
    Ok(units.iter().filter(is_kept).map(|unit| unit.name.clone()).collect())
}

fn is_usable(context: &Context<'_>) -> Result<bool> {
    if !context.directory.join(Stage::Tunnel.file_name()).is_file() {
        return Ok(false);
    }
    // a file that cannot be read is replaced
    let Ok(reader) = StageReader::open(&context.directory, Stage::Tunnel) else { return Ok(false) };
    let header = reader.header();
    let of_grid = |keys: &str| {
        let grid =
            |line: &&str| ["points", "levels", "length"].iter().any(|key| line.starts_with(&format!("tunnel.{key} ")));
        keys.lines().filter(grid).map(str::to_owned).collect::<Vec<String>>()
    };
    let due = of_grid(&context.deck.stage_keys(Stage::Tunnel)?);
    Ok(header.version == NUMBER && of_grid(&header.deck_keys) == due)
}
