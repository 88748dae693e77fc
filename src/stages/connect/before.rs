//! An earlier paths.h5 with other units of [tunnel]: which of its paths are refined now, and what is kept of it.

use super::near_pairs::{PairsOfGlass, Searched};
use super::reader::DoubleWellReader;
use super::record::KeptRows;
use super::screen::ScreenRound;
use crate::error::{Error, Result};
use crate::files::{GlassRows, StageReader, TaskCost, TaskKey};
use crate::paths::{Candidate, ConnectRounds, EndMinimum, PairKey, PathStatus};
use crate::stage::Stage;
use crate::stages::Context;
use crate::tunnelling::is_below;
use serde::de::IntoDeserializer;
use serde::de::value::StrDeserializer;
use serde::{Deserialize, de};
use std::collections::{BTreeMap, BTreeSet};

/// The earlier file.
pub struct Before {
    reader: StageReader,
    candidates: GlassRows,
    wells: GlassRows,
    rejected: GlassRows,
    minima: GlassRows,
    parts: GlassRows,
    near: GlassRows,
    /// Rows of the double wells that are solved again, increasing.
    again: Vec<u64>,
}

impl Before {
    /// Collective: opens paths.h5 and finds the paths that are refined for the deck's units, and were not.
    ///
    /// # Errors
    /// `Storage` when the file is damaged; `Stopped` on the time limit or a signal.
    pub fn open(context: &Context<'_>, glasses: usize) -> Result<Self> {
        let ranks = context.ranks;
        let reader = ranks.agree(StageReader::open(&context.directory, Stage::Connect))?;
        let rows = |path: &str| GlassRows::look(ranks, &reader, path, glasses);
        let (candidates, wells) = (rows("/candidates/glass")?, rows("/double_wells/glass")?);
        let (rejected, minima) = (rows("/rejected/glass")?, rows("/minima/glass")?);
        let (parts, near) = (rows("/parts/glass")?, rows("/pairs/glass")?);
        let again = newly_refined(context, &reader)?;
        Ok(Self { reader, candidates, wells, rejected, minima, parts, near, again })
    }

    pub fn reader(&self) -> &StageReader {
        &self.reader
    }

    /// Number of double wells that are solved again.
    pub fn again(&self) -> usize {
        self.again.len()
    }

    /// The minima that were found by splitting paths of a glass with `explored` minima.
    ///
    /// # Errors
    /// `Storage` when the file cannot be read.
    pub fn found(&self, glass: usize, explored: usize) -> Result<Vec<EndMinimum>> {
        let (first, count) = self.minima.of(glass);
        let energy: Vec<f64> = self.reader.read_rows("/minima/energy", first, count)?;
        let residual: Vec<f64> = self.reader.read_rows("/minima/residual", first, count)?;
        let minimum = |(k, (energy, residual)): (usize, (f64, f64))| {
            let positions = self.reader.read_rows("/minima/position", first + k as u64, 1)?;
            Ok(EndMinimum { index: explored + k, positions, energy, residual })
        };
        energy.into_iter().zip(residual).enumerate().map(minimum).collect()
    }

    /// The rounds of a glass with its pairs that are solved again, and the rows that are kept.
    ///
    /// # Errors
    /// `Storage` when the file cannot be read or belongs to other candidates.
    pub fn rounds(&self, glass: usize, mut candidates: Vec<Candidate>) -> Result<(ConnectRounds, KeptRows)> {
        let (first_candidate, count) = self.candidates.of(glass);
        let statuses = self.reader.read_text_rows("/candidates/status", first_candidate, count)?;
        let (rejected, known) = (self.rejected.of(glass), self.pairs("/rejected", self.rejected.of(glass))?);
        if statuses.len() != candidates.len() {
            let message =
                format!("has other candidates of glass {glass} than landscape.h5; give --redo {}", Stage::Connect);
            return Err(Error::storage(self.reader.path(), message));
        }
        for (candidate, status) in candidates.iter_mut().zip(&statuses) {
            candidate.status = Some(self.status(status)?);
        }
        let (first, count) = self.wells.of(glass);
        let ends = self.pairs("/double_wells", (first, count))?;
        let parents: Vec<i64> = self.reader.read_rows("/double_wells/parent", first, count)?;
        let mut pairs = Vec::new();
        let mut kept = KeptRows { wells: Vec::new(), rejected };
        for (row, (&(a, b), parent)) in (first..).zip(ends.iter().zip(parents)) {
            match self.again.binary_search(&row) {
                Ok(_) => pairs.push((PairKey::new(a, b), (parent - first_candidate as i64) as usize)),
                Err(_) => kept.wells.push(((a, b), row)),
            }
        }
        pairs.sort_unstable();
        let all = ends.iter().chain(&known).map(|(a, b)| PairKey::new(*a, *b));
        let all: BTreeSet<PairKey> = candidates.iter().map(|candidate| candidate.key).chain(all).collect();
        Ok((ConnectRounds::again(candidates, &pairs, all, &self.parts(glass)?), kept))
    }

    /// The candidates of a glass as the file has them.
    ///
    /// # Errors
    /// `Storage` when the file cannot be read.
    pub fn candidates(&self, glass: usize) -> Result<Vec<Candidate>> {
        let (first, count) = self.candidates.of(glass);
        let keys = self.pairs("/candidates", (first, count))?;
        let counts = |name: &str| self.reader.read_rows::<i64>(&format!("/candidates/{name}"), first, count);
        let counts = counts("count_ab")?.into_iter().zip(counts("count_ba")?);
        let candidate = |((a, b), (ab, ba)): ((usize, usize), (i64, i64))| Candidate {
            key: PairKey::new(a, b),
            count_ab: ab.max(0) as u64,
            count_ba: ba.max(0) as u64,
            status: None,
        };
        Ok(keys.into_iter().zip(counts).map(candidate).collect())
    }

    /// What the file says of the near pairs of a glass: predictions, why each was chosen, and the outcomes of all paths.
    ///
    /// # Errors
    /// `Storage` when the file cannot be read.
    pub fn near_pairs(&self, glass: usize) -> Result<PairsOfGlass> {
        let (first, count) = self.near.of(glass);
        let keys = self.pairs("/pairs", (first, count))?.into_iter().map(|(a, b)| PairKey::new(a, b));
        let chosen = self.reader.read_text_rows("/pairs/chosen", first, count)?;
        let searched = keys.zip(chosen).filter_map(|(key, chosen)| match chosen.as_str() {
            "screened" => Some((key, Searched::Screened)),
            "audit" => Some((key, Searched::Audit)),
            _ => None,
        });
        let mut statuses = BTreeMap::new();
        // a split path is among /rejected, as is everything that is not a double well
        for (table, rows) in [("/double_wells", self.wells.of(glass)), ("/rejected", self.rejected.of(glass))] {
            let names = self.reader.read_text_rows(&format!("{table}/status"), rows.0, rows.1)?;
            for ((a, b), name) in self.pairs(table, rows)?.into_iter().zip(names) {
                statuses.insert(PairKey::new(a, b), self.status(&name)?);
            }
        }
        let predicted = self.reader.read_rows("/pairs/predicted_splitting", first, count)?;
        Ok(PairsOfGlass { predicted, searched: searched.collect(), statuses, ..PairsOfGlass::default() })
    }

    /// The rounds of the search.
    ///
    /// # Errors
    /// `Storage` when the file cannot be read.
    pub fn screening(&self) -> Result<Vec<ScreenRound>> {
        let audits = self.reader.read_text("/screening/round")?;
        let count = |name: &str| self.reader.read::<i64>(&format!("/screening/{name}"));
        let counts = [count("open")?, count("chosen")?, count("double_wells")?, count("active")?];
        let missed = |name: &str| self.reader.read::<f64>(&format!("/screening/{name}"));
        let missed = [missed("missed")?, missed("missed_lower")?, missed("missed_upper")?];
        let round = |(row, round): (usize, &String)| {
            let [open, chosen, double_wells, active] = [0, 1, 2, 3].map(|k: usize| counts[k][row].max(0) as u64);
            let missed = [0, 1, 2].map(|k: usize| missed[k][row]);
            ScreenRound { audit: round == "audit", open, chosen, double_wells, active, missed }
        };
        Ok(audits.iter().enumerate().map(round).collect())
    }

    /// (path, part) of the paths of a glass that were split.
    fn parts(&self, glass: usize) -> Result<Vec<(PairKey, PairKey)>> {
        let (first, count) = self.parts.of(glass);
        let column = |name: &str| self.reader.read_rows::<u32>(&format!("/parts/{name}"), first, count);
        let pair = |a: &str, b: &str| -> Result<Vec<PairKey>> {
            let ends = column(a)?.into_iter().zip(column(b)?);
            Ok(ends.map(|(a, b)| PairKey::new(a as usize, b as usize)).collect())
        };
        Ok(pair("a", "b")?.into_iter().zip(pair("part_a", "part_b")?).collect())
    }

    fn pairs(&self, table: &str, (first, count): (u64, u64)) -> Result<Vec<(usize, usize)>> {
        let column = |name: &str| self.reader.read_rows::<u32>(&format!("{table}/{name}"), first, count);
        Ok(column("a")?.into_iter().zip(column("b")?).map(|(a, b)| (a as usize, b as usize)).collect())
    }

    fn status(&self, name: &str) -> Result<PathStatus> {
        let kebab = name.replace('_', "-");
        let named: StrDeserializer<'_, de::value::Error> = kebab.as_str().into_deserializer();
        PathStatus::deserialize(named)
            .map_err(|_| Error::storage(self.reader.path(), format!("/candidates/status holds {name:?}")))
    }

    /// The costs of its tasks and of new ones, which follow in further rounds: those of this rank; its own are on rank 0.
    ///
    /// # Errors
    /// `Storage` when the file cannot be read.
    pub fn costs(&self, rank: usize, new: &[TaskCost]) -> Result<Vec<TaskCost>> {
        let before = self.reader.tasks()?;
        let rounds = before.iter().map(|cost| cost.key.round + 1).max().unwrap_or(0);
        let later = |cost: &TaskCost| TaskCost { key: TaskKey { round: cost.key.round + rounds, ..cost.key }, ..*cost };
        let kept = before.into_iter().filter(|_| rank == 0);
        Ok(kept.chain(new.iter().map(later)).collect())
    }
}

/// Collective: the rows of the double wells whose splitting matters for a unit of the deck and that were not followed down
/// from their saddle.
fn newly_refined(context: &Context<'_>, reader: &StageReader) -> Result<Vec<u64>> {
    let wells = DoubleWellReader::open(context.ranks, &context.directory)?;
    let (rank, size) = (context.ranks.rank() as u64, context.ranks.size() as u64);
    let units = context.units();
    let total = wells.total();
    let first = total * rank / size;
    let count = total * (rank + 1) / size - first;
    let text = |column: &str| reader.read_text_rows(&format!("/double_wells/{column}"), first, count);
    let (status, method) = (context.ranks.agree(text("status"))?, context.ranks.agree(text("length_method"))?);
    let curves = context.ranks.agree(wells.curves(first, count))?;
    let one = |k: usize| {
        let left = status[k] == "converged" && method[k] == "spline";
        Ok((left && is_below(&curves.profile(k), &units)).then_some(first + k as u64))
    };
    let chosen = context.workers(Stage::Connect).in_pieces(count, one)?;
    let mut all = context.ranks.all_gather(&chosen.into_iter().flatten().collect::<Vec<u64>>())?.concat();
    all.sort_unstable();
    Ok(all)
}
