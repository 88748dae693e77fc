//! Which records of the existing files are usable, and the messages about the others.

use std::collections::BTreeSet;

use super::record_file::{self, FileName, Kind, Look, RecordPlace};
use super::{Checkpoints, Place, TaskKey, UsedFile};
use crate::error::Result;
use crate::parallel::Ranks;

/// A record that cannot be used: its file, its row, and why.
type Fault = (usize, usize, String);

impl Checkpoints {
    /// Collective: keeps the intact records of these files.
    pub(super) fn sort_out(&mut self, ranks: &Ranks, looked: Vec<(FileName, Look)>) -> Result<()> {
        let mut skipped = Vec::new();
        // of every used file
        let mut rows: Vec<Vec<RecordPlace>> = Vec::new();
        for (name, contents) in looked {
            match contents {
                Ok(contents) if Some(&contents.header) == self.header.as_ref() => {
                    self.files.push(UsedFile { name, start: contents.start, whole: true });
                    rows.push(contents.rows);
                }
                Ok(_) => {
                    skipped.push((name, "belongs to another deck, seed or program than the newest one".to_string()))
                }
                Err(why) => skipped.push((name, why.to_string())),
            }
        }
        let mut faults: Vec<Fault> = ranks.all_gather(&self.faults(ranks, &rows))?.concat();
        faults.sort_unstable();
        for (file, ..) in &faults {
            self.files[*file].whole = false;
        }
        self.index(&rows, &faults);
        let of_files = skipped.iter().map(|(name, why)| self.text_of_file(*name, why));
        let of_records = faults
            .iter()
            .map(|(file, row, why)| self.text_of_record(self.files[*file].name, rows[*file][*row].key, why));
        self.damage = of_files.chain(of_records).collect();
        Ok(())
    }

    /// The faulty ones of this rank's share of all records, which is about the same number of bytes for every rank.
    fn faults(&self, ranks: &Ranks, rows: &[Vec<RecordPlace>]) -> Vec<Fault> {
        // an empty record costs something, too
        let cost = |row: &RecordPlace| u128::from(row.length) + 512;
        let total: u128 = rows.iter().flatten().map(cost).sum();
        let mut before = 0;
        let mut faults = Vec::new();
        for (number, (file, rows)) in self.files.iter().zip(rows).enumerate() {
            let path = self.directory.join(file.name.to_string());
            for (place, row) in rows.iter().enumerate() {
                let middle = before + cost(row) / 2;
                before += cost(row);
                if middle * ranks.size() as u128 / total != ranks.rank() as u128 {
                    continue;
                }
                if let Err(why) = record_file::verify(&path, file.start, row) {
                    faults.push((number, place, why));
                }
            }
        }
        faults
    }

    /// Of the whole records of a task, the newest counts.
    fn index(&mut self, rows: &[Vec<RecordPlace>], faults: &[Fault]) {
        let faulty: BTreeSet<(usize, usize)> = faults.iter().map(|(file, row, _)| (*file, *row)).collect();
        for (file, (used, rows)) in self.files.iter().zip(rows).enumerate() {
            let tasks = if used.name.kind == Kind::Finished { &mut self.finished } else { &mut self.running };
            let whole = rows.iter().enumerate().filter(|(row, _)| !faulty.contains(&(file, *row)));
            tasks.extend(whole.map(|(_, row)| (row.key, Place { file, row: *row })));
        }
    }

    fn text_of_file(&self, name: FileName, why: &str) -> String {
        let instead = match name.kind {
            Kind::Finished => "its tasks are computed again unless another file holds them".into(),
            Kind::Running => match self.files.iter().rev().find(|file| file.name.kind == Kind::Running) {
                Some(used) => format!("checkpoint {} is used", used.name.number),
                None => "there is no other checkpoint, and its tasks start again".into(),
            },
        };
        format!("{name}: {why}: {instead}")
    }

    fn text_of_record(&self, name: FileName, key: TaskKey, why: &str) -> String {
        let number = |place: &Place| self.files[place.file].name.number;
        let instead = match (self.finished.get(&key).map(number), self.running.get(&key).map(number)) {
            (Some(result), _) => format!("its result in checkpoint {result} is used"),
            (None, Some(state)) if name.kind == Kind::Running => format!("the one in checkpoint {state} is used"),
            (None, Some(state)) => format!("it resumes from its state in checkpoint {state}"),
            (None, None) => "it starts again".into(),
        };
        format!("{name}: record of {key} {why}: {instead}")
    }
}
