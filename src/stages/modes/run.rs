//! Stage `modes`: round 0, vibrations of minima; round 1, vibrations along the paths between them.

use super::record::{FollowedPath, MinimumSpectrum};
use super::rows::write;
use crate::error::{Error, Result};
use crate::files::StageReader;
use crate::landscape::{ExploreSettings, QuenchSettings, displacement_field, inherent_structure, rattlers};
use crate::modes::{
    FollowState, FollowTask, FollowedPaths, ModeCount, ModesSettings, SeenWell, SpectraOf, SpectrumRecord,
    SpectrumStatus, VibrationState, VibrationTask, largest_team,
};
use crate::paths::ImageTeam;
use crate::runtime::TeamTask;
use crate::runtime::{Journal, Rounds};
use crate::stage::Stage;
use crate::stages::connect::{DoubleWellReader, MinimumReader, WellEnds};
use crate::stages::prepare::configuration;
use crate::stages::prepare::glasses_file;
use crate::stages::spectra::report_failed;
use crate::stages::{BuiltOn, Context};
use crate::task;
use crate::tunnelling::is_below;
use std::ops::Range;

impl TeamTask for VibrationTask {
    fn advance_with(&mut self, team: &dyn ImageTeam, _force_calls: u64) -> Result<task::Progress> {
        VibrationTask::advance_with(self, team)
    }

    fn complete(&mut self, _team: &dyn ImageTeam) -> Result<()> {
        // the first member of the team holds the complete result
        Ok(())
    }
}

/// A spectrum to be computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Wanted {
    glass: usize,
    /// Index within the glass; -1 for its inherent structure.
    minimum: i64,
}

crate::files::persisted!(Modes, algorithm 2: VibrationState, SpectrumRecord, FollowState, (crate::modes::PathRecord, Vec<[f64; 2]>));

/// Computes the spectra, follows the paths, and writes modes.h5.
///
/// # Errors
/// A file that the stage builds on is missing or damaged, numerical failures, a directory that cannot be written to.
pub fn run(context: &Context<'_>) -> Result<()> {
    let settings = context.section(&context.deck.modes, Stage::Modes)?;
    let (reader, glasses, particles) = context.ranks.agree(glasses_file(&context.directory))?;
    let source = Source::open(context, reader, settings, glasses)?;
    let wanted = source.wanted(context, glasses)?;
    // the numbers of spectra run through all double wells, minima or glasses
    let built_on = context.deck.upstream(Stage::Modes).last().map_or(BuiltOn::Deck, |last| BuiltOn::File(*last));
    let mut journal = context.journal(&RECORDS, built_on, Rounds::Several)?;
    log::info!("modes: {} spectra", wanted.len());
    let spectra = source.spectra(context, &mut journal, &wanted, particles)?;
    let with = |status: SpectrumStatus| spectra.iter().filter(|(_, record)| record.status == status).count() as u64;
    let counts = (with(SpectrumStatus::Failed), with(SpectrumStatus::NoMinimum), spectra.len() as u64);
    report_failed(context, Stage::Modes, counts)?;
    journal.next_round();
    let followed = source.followed(context)?;
    if !followed.is_empty() {
        log::info!("modes: {} paths", followed.len());
    }
    let paths = source.follow(context, &mut journal, &followed, particles)?;
    let spectra: Vec<MinimumSpectrum> = spectra
        .into_iter()
        .map(|(row, record)| {
            let Wanted { glass, minimum } = wanted[row as usize];
            MinimumSpectrum { row, glass, minimum, record }
        })
        .collect();
    write(context, &spectra, &paths, &source.ends, particles, journal)
}

/// The input of the stage.
struct Source<'s> {
    settings: &'s ModesSettings,
    glasses: StageReader,
    minima: Option<MinimumReader>,
    wells: Option<DoubleWellReader>,
    /// The minima of all double wells.
    ends: Vec<WellEnds>,
}

impl<'s> Source<'s> {
    fn open(context: &Context<'_>, reader: StageReader, settings: &'s ModesSettings, glasses: usize) -> Result<Self> {
        let (ranks, directory) = (context.ranks, &context.directory);
        let connected = settings.of == SpectraOf::DoubleWells;
        let minima = match settings.of {
            SpectraOf::Glasses => None,
            _ => Some(MinimumReader::open(ranks, directory, glasses, connected)?),
        };
        let wells = if connected { Some(DoubleWellReader::open(ranks, directory)?) } else { None };
        let ends = wells.as_ref().map_or(Ok(Vec::new()), |wells| wells.ends(0, wells.total()));
        Ok(Self { settings, glasses: reader, minima, wells, ends: ranks.agree(ends)? })
    }

    /// The spectra to be computed, by glass and minimum.
    fn wanted(&self, context: &Context<'_>, glasses: usize) -> Result<Vec<Wanted>> {
        let mut all: Vec<Wanted> = match (&self.wells, &self.minima) {
            (Some(_), _) => (self.ends.iter())
                .flat_map(|WellEnds { glass, a, b }| {
                    [a, b].map(|end| Wanted { glass: *glass as usize, minimum: i64::from(*end) })
                })
                .collect(),
            (None, Some(minima)) => (0..glasses)
                .flat_map(|glass| (0..minima.explored(glass) as i64).map(move |minimum| Wanted { glass, minimum }))
                .collect(),
            (None, None) => (0..glasses).map(|glass| Wanted { glass, minimum: -1 }).collect(),
        };
        all.sort_unstable();
        all.dedup();
        context.ranks.agree(Ok(all))
    }

    /// Positions [3N], and whether they are a converged minimum.
    fn positions(&self, context: &Context<'_>, wanted: Wanted) -> Result<(Vec<f64>, bool)> {
        match &self.minima {
            Some(minima) => Ok((minima.positions(wanted.glass, wanted.minimum as usize)?, true)),
            None => {
                let configuration = configuration(&self.glasses, wanted.glass as u64)?;
                let model = context.deck.model.potential.model(&configuration);
                // not those of [explore]: the spectra of glasses do not depend on that section
                let settings = QuenchSettings::from(&ExploreSettings::defaults(context.deck.model.potential));
                let quench = inherent_structure(&model, &configuration, &settings);
                let reached = quench.at_minimum();
                Ok((quench.positions, reached))
            }
        }
    }

    /// The double wells whose lower minimum this is.
    fn wells_of(&self, wanted: Wanted) -> Range<u64> {
        // paths.h5 is ordered by glass, a and b
        let key = |ends: &WellEnds| (ends.glass as usize, i64::from(ends.a));
        let sought = (wanted.glass, wanted.minimum);
        let first = self.ends.partition_point(|ends| key(ends) < sought);
        let last = self.ends.partition_point(|ends| key(ends) <= sought);
        first as u64..last as u64
    }

    /// The spectra of this rank by row.
    fn spectra(
        &self,
        context: &Context<'_>,
        journal: &mut Journal<'_>,
        wanted: &[Wanted],
        particles: usize,
    ) -> Result<Vec<(u64, SpectrumRecord)>> {
        let potential = &context.deck.model.potential;
        let mut progress = context.progress(Stage::Modes, wanted.len());
        let begin = |row: u64, state: Option<VibrationState>| {
            let row = row as usize;
            let configuration = configuration(&self.glasses, wanted[row].glass as u64)?;
            let (model, cell) = (potential.model(&configuration), configuration.cell);
            let (positions, reached) = self.positions(context, wanted[row])?;
            let loose = rattlers(&model, &cell, &positions);
            let mut fields = Vec::new();
            for well in self.wells_of(wanted[row]) {
                fields.push(self.fields(&positions, &cell, &loose, well)?);
            }
            // a glass is represented by its first minimum in the density of states
            let first = row == 0 || wanted[row - 1].glass != wanted[row].glass;
            let task = VibrationTask::new(model, cell, positions, loose, fields, self.settings.clone(), first);
            Ok(match state {
                Some(state) => task.resume(state),
                None if !reached => task.without_minimum(),
                None => task,
            })
        };
        let finish = |_: u64, task: VibrationTask| Ok(task.into_record());
        let keys: Vec<u64> = (0..wanted.len() as u64).collect();
        let workers = context.workers(Stage::Modes);
        let most = match self.settings.count {
            ModeCount::Lowest(_) => largest_team(particles),
            // the full matrix is held by one rank
            ModeCount::All => 1,
        };
        if workers.can_team_up(journal, &keys, most)? {
            return workers.run_in_teams(journal, &keys, (particles, most), &mut progress, begin, finish);
        }
        workers.run(journal, &keys, particles, &mut progress, begin, finish)
    }

    fn fields(
        &self,
        positions: &[f64],
        cell: &crate::model::PeriodicBox,
        loose: &[bool],
        well: u64,
    ) -> Result<SeenWell> {
        let (Some(wells), Some(minima)) = (&self.wells, &self.minima) else {
            return Err(Error::Internal("a double well without its file".to_owned()));
        };
        let held = |i: usize| !loose[i];
        let WellEnds { glass, b, .. } = self.ends[well as usize];
        let other = minima.positions(glass as usize, b as usize)?;
        Ok(SeenWell {
            double_well: well,
            displacement: displacement_field(cell, positions, &other, held),
            saddle: displacement_field(cell, positions, &wells.saddle(well)?, held),
            tangent: wells.tangent(well)?,
        })
    }

    /// Collective: the double wells whose paths are followed, in increasing order.
    fn followed(&self, context: &Context<'_>) -> Result<Vec<u64>> {
        let Some(wells) = self.wells.as_ref().filter(|_| self.settings.follows_paths()) else {
            return Ok(Vec::new());
        };
        if self.settings.paths == FollowedPaths::All {
            return Ok((0..wells.total()).collect());
        }
        let units = context.units();
        let (rank, size) = (context.ranks.rank() as u64, context.ranks.size());
        let mine: Vec<u64> = (rank..wells.total()).step_by(size).collect();
        let profiles = context.ranks.agree(mine.iter().map(|&well| wells.profile(well)).collect::<Result<Vec<_>>>())?;
        let one = |k: usize| Ok(is_below(&profiles[k], &units).then_some(mine[k]));
        let chosen = context.workers(Stage::Modes).in_pieces(mine.len() as u64, one)?;
        let mut all = context.ranks.all_gather(&chosen.into_iter().flatten().collect::<Vec<u64>>())?.concat();
        all.sort_unstable();
        Ok(all)
    }

    /// Follows the paths; returns those of this rank by double well.
    fn follow(
        &self,
        context: &Context<'_>,
        journal: &mut Journal<'_>,
        followed: &[u64],
        particles: usize,
    ) -> Result<Vec<FollowedPath>> {
        let (Some(wells), Some(minima)) = (&self.wells, &self.minima) else { return Ok(Vec::new()) };
        let potential = &context.deck.model.potential;
        let units = context.units();
        let mut progress = context.progress(Stage::Modes, followed.len());
        let begin = |well: u64, state: Option<FollowState>| {
            let WellEnds { glass, a, b } = self.ends[well as usize];
            let configuration = configuration(&self.glasses, u64::from(glass))?;
            let (model, cell) = (potential.model(&configuration), configuration.cell);
            let [a, b] = [a, b].map(|end| minima.positions(glass as usize, end as usize));
            let origin = minima.origin(glass as usize, potential)?;
            let task = FollowTask::new(model, cell, &[a?, b?, wells.saddle(well)?], origin, self.settings.clone());
            Ok(match state {
                Some(state) => task.resume(state),
                None => task,
            })
        };
        let finish = |well: u64, task: FollowTask| {
            let profile = wells.profile(well)?;
            let record = task.into_record();
            let quantum = units.iter().map(|unit| record.with_zero_point(&profile, unit.reduced_mass));
            let quantum = quantum.collect::<Result<Vec<[f64; 2]>>>()?;
            Ok((record, quantum))
        };
        let done = context.workers(Stage::Modes).run(journal, followed, particles, &mut progress, begin, finish)?;
        Ok(done
            .into_iter()
            .map(|(double_well, (record, quantum))| FollowedPath { double_well, record, quantum })
            .collect())
    }
}
