//! Stage `elastic`: the moduli of each glass by linear response and by finite strains, and the coupling of double wells
//! to strain.

use super::record::{Strained, StrainedGlass, StrainedWell};
use super::rows::write;
use crate::error::{Error, Result};
use crate::files::StageReader;
use crate::modes::{
    CoupledWell, CouplingState, CouplingTask, ElasticSettings, ElasticState, ElasticTask, GlassModuli, StrainCoupling,
};
use crate::runtime::Rounds;
use crate::stage::Stage;
use crate::stages::connect::{DoubleWellReader, MinimumReader, WellEnds};
use crate::stages::prepare::configuration;
use crate::stages::prepare::glasses_file;
use crate::stages::{BuiltOn, Context};
use crate::task::{self, Task};
use crate::tunnelling::TunnelSettings;
use crate::tunnelling::{Unit, units_of};
use serde::{Deserialize, Serialize};

/// Keys from here on are double wells; keys below are glasses.
const WELLS: u64 = 1 << 40;

/// The strained double wells of a campaign.
struct Coupled {
    wells: DoubleWellReader,
    minima: MinimumReader,
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

crate::files::persisted!(Elastic, algorithm 2: WorkState, Outcome);

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

/// Strains every glass and the requested double wells, and writes elasticity.h5.
///
/// # Errors
/// A file that it builds on is missing or damaged, or the directory cannot be written to.
pub fn run(context: &Context<'_>) -> Result<()> {
    let settings = context.section(&context.deck.elastic, Stage::Elastic)?;
    let (reader, glasses, particles) = context.ranks.agree(glasses_file(&context.directory))?;
    let coupled = match context.deck.couples_to_strain() {
        true => Some(Coupled::open(context, glasses)?),
        false => None,
    };
    let wells = coupled.as_ref().map_or(0, |coupled| coupled.wells.total());
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
    let built_on = match coupled {
        Some(_) => BuiltOn::File(Stage::Connect),
        None => context.on_glasses(),
    };
    let mut journal = context.journal(&RECORDS, built_on, Rounds::One)?;
    let done = context.workers(Stage::Elastic).run(&mut journal, &keys, particles, &mut progress, begin, finish)?;
    drop(progress);
    let strained = context.ranks.agree(sorted(&reader, coupled.as_ref(), done))?;
    write(context, &strained, coupled.as_ref().map(|coupled| &coupled.units[..]), journal)
}

/// Separates the results of this rank into glasses and double wells.
fn sorted(reader: &StageReader, coupled: Option<&Coupled>, done: Vec<(u64, Outcome)>) -> Result<Strained> {
    let mut strained = Strained::default();
    for (key, outcome) in done {
        match (outcome, coupled) {
            (Outcome::Glass(moduli), _) => {
                let cell = configuration(reader, key)?.cell;
                strained.glasses.push(StrainedGlass { glass: key, cell, moduli: *moduli });
            }
            (Outcome::Well(coupling), Some(coupled)) => {
                let well = key - WELLS;
                strained.wells.push(StrainedWell { well, glass: coupled.ends(well)?.glass, coupling: *coupling });
            }
            (Outcome::Well(_), None) => {
                return Err(Error::Internal("a double well was strained without being requested".to_owned()));
            }
        }
    }
    Ok(strained)
}

fn glass_task(
    context: &Context<'_>,
    reader: &StageReader,
    settings: &ElasticSettings,
    glass: u64,
    state: Option<WorkState>,
) -> Result<ElasticWork> {
    let configuration = configuration(reader, glass)?;
    let model = context.deck.model.potential.model(&configuration);
    let task = ElasticTask::new(&model, &configuration, settings);
    Ok(ElasticWork::Glass(Box::new(match state {
        Some(WorkState::Glass(state)) => task.resume(state),
        _ => task,
    })))
}

impl Coupled {
    /// Collective.
    fn open(context: &Context<'_>, glasses: usize) -> Result<Self> {
        let (ranks, directory) = (context.ranks, &context.directory);
        let minima = MinimumReader::open(ranks, directory, glasses, true)?;
        let wells = DoubleWellReader::open(ranks, directory)?;
        let settings = context.deck.tunnel.clone().unwrap_or_default();
        Ok(Self { wells, minima, units: units_of(&context.deck.model.potential, &settings), settings })
    }

    fn ends(&self, well: u64) -> Result<WellEnds> {
        self.wells.ends(well, 1)?.pop().ok_or_else(|| Error::Internal(format!("double well {well} has no ends")))
    }

    fn begin(
        &self,
        context: &Context<'_>,
        reader: &StageReader,
        settings: &ElasticSettings,
        well: u64,
        state: Option<WorkState>,
    ) -> Result<ElasticWork> {
        let WellEnds { glass, a, b } = self.ends(well)?;
        let configuration = configuration(reader, u64::from(glass))?;
        let potential = &context.deck.model.potential;
        let model = potential.model(&configuration);
        let position = |end: u32| self.minima.positions(glass as usize, end as usize);
        let coupled = CoupledWell {
            a: position(a)?,
            b: position(b)?,
            saddle: self.wells.saddle(well)?,
            profile: self.wells.profile(well)?,
            origin: self.minima.origin(glass as usize, potential)?,
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
