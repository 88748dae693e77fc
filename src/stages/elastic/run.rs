//! Stage `elastic`: the moduli of each glass by both routes, and the coupling of double wells to strain.

use super::rows::{Found, write};
use crate::error::{Error, Result};
use crate::files::StageReader;
use crate::modes::{
    CoupledWell, CouplingState, CouplingTask, ElasticSettings, ElasticState, ElasticTask, GlassModuli, StrainCoupling,
};
use crate::runtime::Rounds;
use crate::stage::Stage;
use crate::stages::Context;
use crate::stages::connect::Wells;
use crate::stages::explore::LandscapeReader;
use crate::stages::prepare::configuration;
use crate::stages::prepare::glasses_file;
use crate::task::{self, Task};
use crate::tunnelling::TunnelSettings;
use crate::tunnelling::{Unit, units_of};
use serde::{Deserialize, Serialize};

/// Keys of double wells begin here; below are glasses.
const WELLS: u64 = 1 << 40;

/// The strained double wells of a campaign.
struct Coupled {
    paths: StageReader,
    landscape: LandscapeReader,
    /// Minima found by splitting: glass and index of every row.
    found: Vec<(u32, u32)>,
    total: u64,
    units: Vec<Unit>,
    settings: TunnelSettings,
}

/// A glass or a double well.
enum ElasticWork {
    Glass(Box<ElasticTask>),
    Well(Box<CouplingTask>),
}

#[derive(Clone, Serialize, Deserialize)]
enum WorkState {
    Glass(ElasticState),
    Well(CouplingState),
}

#[derive(Serialize, Deserialize)]
enum Outcome {
    Glass(Box<GlassModuli>),
    Well(Box<StrainCoupling>),
}

impl Task for ElasticWork {
    type State = WorkState;

    fn advance(&mut self, force_calls: u64) -> Result<task::Progress> {
        match self {
            ElasticWork::Glass(task) => task.advance(force_calls),
            ElasticWork::Well(task) => task.advance(force_calls),
        }
    }

    fn state(&self) -> WorkState {
        match self {
            ElasticWork::Glass(task) => WorkState::Glass(task.state()),
            ElasticWork::Well(task) => WorkState::Well(task.state()),
        }
    }

    fn fraction(&self) -> f64 {
        match self {
            ElasticWork::Glass(task) => task.fraction(),
            ElasticWork::Well(task) => task.fraction(),
        }
    }
}

/// Strains every glass, and every double well, and writes elasticity.h5.
///
/// # Errors
/// A file that it builds on missing or damaged, a directory that cannot be written.
pub fn run(context: &Context<'_>) -> Result<()> {
    let settings = context.section(&context.deck.elastic, Stage::Elastic)?;
    let (reader, glasses, particles) = context.ranks.agree(glasses_file(&context.directory))?;
    let coupled = match context.deck.couples_to_strain() {
        true => Some(Coupled::open(context, glasses)?),
        false => None,
    };
    let wells = coupled.as_ref().map_or(0, |coupled| coupled.total);
    let keys: Vec<u64> = (0..glasses as u64).chain((0..wells).map(|well| WELLS + well)).collect();
    let mut progress = context.progress(Stage::Elastic, keys.len());
    let begin = |key: u64, state: Option<WorkState>| match (key.checked_sub(WELLS), &coupled) {
        (Some(well), Some(coupled)) => coupled.begin(context, &reader, settings, well, state),
        _ => glass_task(context, &reader, settings, key, state),
    };
    let finish = |_: u64, work: ElasticWork| match work {
        ElasticWork::Glass(task) => task.into_moduli().map(|moduli| Outcome::Glass(Box::new(moduli))),
        ElasticWork::Well(task) => task.into_coupling().map(|coupling| Outcome::Well(Box::new(coupling))),
    };
    let mut journal = context.journal(Stage::Elastic, Rounds::One)?;
    let done = context.workers(Stage::Elastic).run(&mut journal, &keys, particles, &mut progress, begin, finish)?;
    drop(progress);
    let sorted = context.ranks.agree(sorted(&reader, done))?;
    write(context, &sorted, coupled.as_ref().map(|coupled| (&coupled.paths, &coupled.units[..])), journal)
}

/// What this rank has found of glasses and of double wells.
fn sorted(reader: &StageReader, done: Vec<(u64, Outcome)>) -> Result<Found> {
    let mut found = Found::default();
    for (key, outcome) in done {
        match outcome {
            Outcome::Glass(moduli) => found.glasses.push((key, configuration(reader, key)?.cell, *moduli)),
            Outcome::Well(coupling) => found.wells.push((key - WELLS, *coupling)),
        }
    }
    Ok(found)
}

fn glass_task(
    context: &Context<'_>,
    reader: &StageReader,
    settings: &ElasticSettings,
    glass: u64,
    state: Option<WorkState>,
) -> Result<ElasticWork> {
    let configuration = configuration(reader, glass)?;
    let model = context.deck.model.preset.model(&configuration);
    let task = ElasticTask::new(&model, &configuration, settings);
    Ok(ElasticWork::Glass(Box::new(match state {
        Some(WorkState::Glass(state)) => task.resume(state),
        _ => task,
    })))
}

impl Coupled {
    /// Collective.
    fn open(context: &Context<'_>, glasses: usize) -> Result<Self> {
        let landscape = LandscapeReader::open(context.ranks, &context.directory, glasses)?;
        let preset = context.deck.model.preset;
        let settings = context.deck.tunnel.clone().unwrap_or_default();
        let opened = StageReader::open(&context.directory, Stage::Connect).and_then(|paths| {
            let total = paths.shape("/double_wells/glass")?.first().copied().unwrap_or(0);
            let glass: Vec<u32> = paths.read("/minima/glass")?;
            let index: Vec<u32> = paths.read("/minima/index")?;
            Ok((paths, total, glass.into_iter().zip(index).collect()))
        });
        let (paths, total, found) = context.ranks.agree(opened)?;
        Ok(Self { paths, landscape, found, total, units: units_of(preset, &settings), settings })
    }

    /// Positions of a minimum of a glass, explored or found by splitting.
    fn minimum(&self, glass: u32, index: u32) -> Result<Vec<f64>> {
        if (index as usize) < self.landscape.minima(glass as usize) {
            return Ok(self.landscape.minimum(glass as usize, index as usize)?.positions);
        }
        let row = self.found.iter().position(|found| *found == (glass, index)).ok_or_else(|| {
            Error::storage(self.paths.path(), format!("/minima has no minimum {index} of glass {glass}"))
        })?;
        self.paths.read_rows("/minima/position", row as u64, 1)
    }

    fn begin(
        &self,
        context: &Context<'_>,
        reader: &StageReader,
        settings: &ElasticSettings,
        well: u64,
        state: Option<WorkState>,
    ) -> Result<ElasticWork> {
        let number = |path: &str| -> Result<u32> {
            let rows: Vec<u32> = self.paths.read_rows(path, well, 1)?;
            rows.first().copied().ok_or_else(|| Error::storage(self.paths.path(), format!("{path} has no row {well}")))
        };
        let (glass, a, b) = (number("/double_wells/glass")?, number("/double_wells/a")?, number("/double_wells/b")?);
        let configuration = configuration(reader, u64::from(glass))?;
        let model = context.deck.model.preset.model(&configuration);
        let coupled = CoupledWell {
            a: self.minimum(glass, a)?,
            b: self.minimum(glass, b)?,
            saddle: self.paths.read_rows("/double_wells/saddle_position", well, 1)?,
            profile: Wells::read(&self.paths, well, 1)?.profile(0),
            origin: self.landscape.origin(glass as usize, context.deck.model.preset)?,
        };
        let masses: Vec<f64> = self.units.iter().map(|unit| unit.reduced_mass).collect();
        let task =
            CouplingTask::new(&model, &configuration.cell, coupled, &masses, &self.settings, settings.most_bytes);
        Ok(ElasticWork::Well(Box::new(match state {
            Some(WorkState::Well(state)) => task.resume(state),
            _ => task,
        })))
    }
}
