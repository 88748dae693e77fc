//! A file of tables that belongs to no stage: columns of records, with units, descriptions and checksums as in the files of
//! stages.

use std::path::{Path, PathBuf};

use super::attributes;
use super::beside::Beside;
use super::checksum;
use super::columns::Column;
use super::layout;
use super::rows::RowRange;
use super::transfer::Rounds;
use super::values::Attribute;
use super::write::descriptor;
use crate::error::Result;
use crate::parallel::Ranks;

/// A file of tables while one process writes it, under a temporary name that [`TableFile::finish`] replaces.
pub struct TableFile<'r> {
    file: Beside<'r>,
    data_sets: Vec<&'static str>,
}

impl<'r> TableFile<'r> {
    /// Creates the file with the version of layout and program and further attributes of its root; `ranks` is one process alone.
    ///
    /// # Errors
    /// `Storage` when the directory cannot be written to.
    pub fn create(ranks: &'r Ranks, path: &Path, further: &[(&str, Attribute)]) -> Result<Self> {
        let created = Self { file: Beside::create(ranks, path)?, data_sets: Vec::new() };
        let own = [
            ("glasswell_layout", Attribute::I64(layout::VERSION)),
            ("glasswell_version", Attribute::Text(crate::version::NUMBER.to_owned())),
        ];
        let attached = own.iter().chain(further).try_for_each(|(name, value)| {
            let root = created.file.root()?;
            attributes::attach(root, name, value).map_err(|error| created.file.failed(name, &error))
        });
        created.file.settle(attached)?;
        Ok(created)
    }

    /// Writes the columns of a table.
    ///
    /// # Errors
    /// `Storage` when they cannot be written; `Internal` when a record does not fit its column.
    pub fn write<R>(&mut self, columns: &[Column<R>], records: &[R]) -> Result<()> {
        for column in columns {
            let entry = &column.data_set;
            let values = column.values(records.iter(), 1)?;
            let text = values.longest_text().max(1);
            let kind = descriptor(entry.element, text);
            let bytes = values.bytes(entry.path, entry.element, text)?;
            let sum = checksum::of_rows(0, kind.size(), &bytes);
            let created = self.file.create_data_set(entry.path, &kind, &[records.len() as u64]).and_then(|dataset| {
                for (name, value) in [
                    ("units", Attribute::Text(entry.units.to_owned())),
                    (checksum::NAME, Attribute::U64(sum)),
                    ("description", Attribute::Text(entry.description.to_owned())),
                ] {
                    attributes::attach(&dataset, name, &value).map_err(|error| self.file.failed(name, &error))?;
                }
                Ok(dataset)
            });
            let dataset = self.file.settle(created)?;
            let rows = RowRange { first: 0, count: records.len() as u64 };
            if rows.count > 0 {
                self.file.write_rows(entry.path, &dataset, &[], &Rounds::new(&[rows], kind.size() as u64), &bytes)?;
            }
            self.data_sets.push(entry.path);
        }
        Ok(())
    }

    /// Gives the complete file its final name, which is returned.
    ///
    /// # Errors
    /// `Storage` when it cannot be completed; then there is no part of it left.
    pub fn finish(self) -> Result<PathBuf> {
        self.file.finish_sealed(self.data_sets.into_iter(), |_, _| Ok(()))
    }
}
