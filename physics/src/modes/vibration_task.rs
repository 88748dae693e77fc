//! The vibrations of one minimum as a task: its spectrum, measures of each mode, overlaps with double wells, nonlinear modes.

use super::records::{Field, NonlinearRow, OverlapRow, SeenWell, SpectrumRecord, SpectrumStatus, Start};
use super::settings::{ModeCount, ModesSettings, SpectraOf};
use super::{
    Completeness, LowestModes, ModeProfile, NonlinearMode, NonlinearSettings, NonlinearStop, PhononOrder,
    ProfileSettings, Sound, ZeroPoint, best_overlaps, frequency, full_modes, lowest_modes_of_team, mode_profile,
    nonlinear_modes, overlaps,
};
use crate::error::{Error, Result};
use crate::forces::{LANES, PairBlocks, PairSum, PseudoInverse, ThirdOrder};
use crate::model::{Model, PeriodicBox};
use crate::task::{Alone, Progress, Task, Team, first_of};
use serde::{Deserialize, Serialize};

/// The next step. The spectrum itself is not part of the state: it is computed again when the task is resumed
/// elsewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
enum Step {
    Spectrum,
    Measures,
    Overlaps,
    Nonlinear,
    Elasticity,
    Done,
}

/// The serialisable state of a `VibrationTask`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct VibrationState {
    step: Step,
    record: SpectrumRecord,
}

/// One minimum.
pub struct VibrationTask {
    model: Model,
    cell: PeriodicBox,
    positions: Vec<f64>,
    rattlers: Vec<bool>,
    wells: Vec<SeenWell>,
    settings: ModesSettings,
    /// Whether omega_D and omega_t are requested.
    sound: bool,
    modes: Option<LowestModes>,
    state: VibrationState,
}

impl VibrationTask {
    /// Of the minimum at `positions` [3N] with its `rattlers` [N]; `wells`: the double wells of which it is the lower minimum.
    pub fn new(
        model: Model,
        cell: PeriodicBox,
        positions: Vec<f64>,
        rattlers: Vec<bool>,
        wells: Vec<SeenWell>,
        settings: ModesSettings,
        sound: bool,
    ) -> Self {
        let state = VibrationState { step: Step::Spectrum, record: SpectrumRecord::default() };
        Self { model, cell, positions, rattlers, wells, settings, sound, modes: None, state }
    }

    /// The same, resumed from a saved state.
    pub fn resume(mut self, state: VibrationState) -> Self {
        self.state = state;
        self
    }

    /// A minimum that was not reached: a row of NaN.
    pub fn without_minimum(mut self) -> Self {
        self.give_up(SpectrumStatus::NoMinimum);
        self
    }

    fn give_up(&mut self, status: SpectrumStatus) {
        let record = SpectrumRecord { status, zero_point: f64::NAN, ..SpectrumRecord::default() };
        self.state = VibrationState { step: Step::Done, record };
    }

    /// The results.
    pub fn into_record(self) -> SpectrumRecord {
        self.state.record
    }

    fn particles(&self) -> usize {
        self.rattlers.len()
    }

    /// The modes, computed when they are first needed.
    fn modes(&mut self) -> Result<&LowestModes> {
        self.find_modes(&Alone)?;
        self.modes.as_ref().ok_or_else(|| Error::Internal("a spectrum was lost".to_owned()))
    }

    fn find_modes(&mut self, team: &dyn Team) -> Result<()> {
        if self.rattlers.iter().filter(|loose| !**loose).count() < 2 {
            return Err(Error::Numerical("a glass whose particles are all rattlers has no modes".to_owned()));
        }
        if self.modes.is_none() {
            let glass = (&self.model, &self.cell, &self.positions[..], &self.rattlers[..]);
            self.modes = Some(modes_of(glass, &self.settings, team)?);
        }
        Ok(())
    }

    fn spectrum(&mut self) -> Result<()> {
        let blocks = PairBlocks::new(&self.model, &self.cell, &self.positions, &self.rattlers);
        let rattlers: Vec<u32> = (0..self.particles() as u32).filter(|i| self.rattlers[*i as usize]).collect();
        let held = (self.particles() - rattlers.len()) as f64;
        let mean = blocks.trace() / (3.0 * held);
        let (settings, keeps) = (self.settings.clone(), self.settings.eigenvectors);
        let modes = self.modes()?;
        let frequency: Vec<f64> = modes.eigenvalues.iter().map(|&value| frequency(value)).collect();
        let low = mean.max(0.0).sqrt();
        let localised = frequency.iter().zip(&modes.participation_ratio);
        let record = SpectrumRecord {
            quasi_localised: localised.map(|(f, ratio)| *f < low && *ratio < settings.localised_below).collect(),
            participation_ratio: modes.participation_ratio.clone(),
            counted: modes.counted,
            zero_point: match settings.count {
                ModeCount::All => ZeroPoint::of(&modes.eigenvalues).energy,
                ModeCount::Lowest(_) => f64::NAN,
            },
            eigenvectors: if keeps { modes.vectors.concat() } else { Vec::new() },
            rattlers,
            frequency,
            ..SpectrumRecord::default()
        };
        self.state.record = record;
        Ok(())
    }

    /// Phonon order and third order of every mode.
    fn measures(&mut self) -> Result<()> {
        let phonons = PhononOrder::new(&self.cell, &self.positions, &self.rattlers);
        let third = self.settings.third_order.then(|| self.third());
        let modes = self.modes()?;
        let order = phonons.of_all(&modes.vectors);
        let third_order = third.map_or_else(Vec::new, |third| third.third_orders(&modes.vectors));
        self.state.record.phonon_order = order;
        // the sign of a mode is arbitrary
        self.state.record.third_order = third_order.into_iter().map(|tau| -tau.abs()).collect();
        Ok(())
    }

    fn third(&self) -> ThirdOrder {
        ThirdOrder::new(&self.model, &self.cell, &self.positions, &self.rattlers)
    }

    fn overlaps(&mut self) -> Result<()> {
        let wells = std::mem::take(&mut self.wells);
        let modes = self.modes()?;
        let mut rows = Vec::new();
        for well in &wells {
            let fields = [
                (Field::Displacement, &well.displacement),
                (Field::Saddle, &well.saddle),
                (Field::Tangent, &well.tangent),
            ];
            for (field, vector) in fields {
                let ((mode, scalar), (magnitude_mode, magnitude)) = best_overlaps(vector, &modes.vectors);
                rows.push(OverlapRow {
                    double_well: well.double_well,
                    field,
                    mode: mode as u32,
                    scalar,
                    magnitude_mode: magnitude_mode as u32,
                    magnitude,
                });
            }
        }
        self.wells = wells;
        self.state.record.overlaps = rows;
        Ok(())
    }
}

impl VibrationTask {
    /// Nonlinear modes from r_AB of each double well, from the softest mode and from the softest quasi-localised one.
    fn nonlinear(&mut self) -> Result<()> {
        // the upper minimum of a double well has nothing to compare with
        let alone = self.settings.of != SpectraOf::DoubleWells;
        if !self.settings.nonlinear || (!alone && self.wells.is_empty()) {
            return Ok(());
        }
        let localised = self.state.record.quasi_localised.iter().position(|localised| *localised);
        let modes = self.modes()?;
        let softest = |mode: usize, start: Start| modes.vectors.get(mode).map(|vector| (start, vector.clone()));
        let mut starts: Vec<(Start, Vec<f64>)> = softest(0, Start::SoftestMode).into_iter().collect();
        starts.extend(localised.and_then(|mode| softest(mode, Start::SoftestLocalised)));
        let shared = starts.len();
        starts.extend(self.wells.iter().map(|well| (Start::Displacement, well.displacement.clone())));
        let found = self.nonlinear_from(&starts)?;
        let mut rows = Vec::new();
        for (number, well) in self.wells.iter().enumerate() {
            let own = shared + number;
            for k in [own].into_iter().chain(0..shared) {
                let (start, vector) = &starts[k];
                let both = |field: &[f64]| {
                    let overlap = overlaps(&well.displacement, field);
                    [overlap.scalar, overlap.magnitude]
                };
                rows.push(NonlinearRow {
                    double_well: well.double_well as i64,
                    start: *start,
                    overlap: both(&found[k].0.direction),
                    start_overlap: both(vector),
                    ..NonlinearRow::of(&found[k].0, found[k].1.clone())
                });
            }
        }
        if alone {
            let row = |((start, _), (mode, profile)): (&(Start, Vec<f64>), &(NonlinearMode, ModeProfile))| {
                NonlinearRow { start: *start, ..NonlinearRow::of(mode, profile.clone()) }
            };
            rows.extend(starts.iter().zip(&found).map(row));
        }
        self.state.record.nonlinear = rows;
        Ok(())
    }

    /// The nonlinear mode from each start, and the energy along it.
    fn nonlinear_from(&self, starts: &[(Start, Vec<f64>)]) -> Result<Vec<(NonlinearMode, ModeProfile)>> {
        let blocks = PairBlocks::new(&self.model, &self.cell, &self.positions, &self.rattlers);
        let vectors: Vec<&Vec<f64>> = starts.iter().map(|(_, vector)| vector).collect();
        let settings = NonlinearSettings { step: self.settings.nonlinear_step, ..NonlinearSettings::default() };
        let found = match PseudoInverse::new(blocks, &self.rattlers, self.settings.factor_bytes()) {
            Ok(inverse) => nonlinear_modes(&inverse, &self.third(), &vectors, &settings)?,
            // a singular Hessian has no nonlinear modes of this kind
            Err(Error::Numerical(_)) => vectors.iter().map(|vector| no_mode(vector)).collect(),
            Err(error) => return Err(error),
        };
        let mut sum = PairSum::<LANES>::new(self.model.clone(), self.cell);
        let mut with_profile = |mode: NonlinearMode| {
            let known = mode.saddle_displacement.is_finite() && mode.saddle_displacement > 0.0;
            let profile = match known {
                true => {
                    let (reach, settings) = (mode.saddle_displacement, ProfileSettings::default());
                    mode_profile(&mut sum, &self.positions, &mode.direction, reach, &settings)
                }
                false => ModeProfile { displacement: Vec::new(), energy: Vec::new(), second_well: None },
            };
            (mode, profile)
        };
        Ok(found.into_iter().map(&mut with_profile).collect())
    }

    /// omega_D and omega_t, from the moduli of linear response.
    fn elasticity(&mut self) -> Result<()> {
        if !self.sound {
            return Ok(());
        }
        let bytes = self.settings.factor_bytes();
        let sound = Sound::of_minimum(&self.model, &self.cell, &self.positions, bytes)?;
        let found = sound.map_or([f64::NAN; 2], |sound| [sound.debye, sound.first_phonon]);
        self.state.record.sound = Some(found);
        Ok(())
    }
}

impl VibrationTask {
    /// As [`Task::advance`], by a team: all members find the modes together; the first continues alone and has the
    /// result.
    ///
    /// # Errors
    /// As `advance`; on all members.
    pub fn advance_with(&mut self, team: &dyn Team) -> Result<Progress> {
        let step = self.state.step;
        // a task that is resumed elsewhere finds its modes again, also together
        let needs_modes = step <= Step::Overlaps || (step == Step::Nonlinear && self.settings.nonlinear);
        let found = if needs_modes { self.find_modes(team) } else { Ok(()) };
        let done = found.and_then(|()| first_of(team, || self.work().map(|()| 0.0)));
        match done {
            Ok(_) => self.state.step = step.next(),
            // a spectrum that cannot be computed gives a row of NaN instead of ending the campaign
            Err(Error::Numerical(_)) => self.give_up(SpectrumStatus::Failed),
            Err(error) => return Err(error),
        }
        Ok(if self.state.step == Step::Done { Progress::Done } else { Progress::Pending })
    }

    fn work(&mut self) -> Result<()> {
        match self.state.step {
            Step::Spectrum => self.spectrum(),
            Step::Measures => self.measures(),
            Step::Overlaps => self.overlaps(),
            Step::Nonlinear => self.nonlinear(),
            Step::Elasticity => self.elasticity(),
            Step::Done => Ok(()),
        }
    }
}

impl Step {
    fn next(self) -> Self {
        match self {
            Self::Spectrum => Self::Measures,
            Self::Measures => Self::Overlaps,
            Self::Overlaps => Self::Nonlinear,
            Self::Nonlinear => Self::Elasticity,
            Self::Elasticity | Self::Done => Self::Done,
        }
    }
}

/// The record in place of a missing nonlinear mode.
fn no_mode(start: &[f64]) -> NonlinearMode {
    NonlinearMode {
        direction: vec![0.0; start.len()],
        stiffness: f64::NAN,
        third_order: f64::NAN,
        barrier: f64::NAN,
        saddle_displacement: f64::NAN,
        iterations: 0,
        residual: f64::NAN,
        stop: NonlinearStop::Failed,
    }
}

/// The modes that the settings request.
///
/// # Errors
/// As [`lowest_modes_of_team`].
pub(super) fn modes_of(
    (model, cell, positions, rattlers): (&Model, &PeriodicBox, &[f64], &[bool]),
    settings: &ModesSettings,
    team: &dyn Team,
) -> Result<LowestModes> {
    if settings.count == ModeCount::All {
        return full_modes(model, cell, positions, rattlers);
    }
    let held = rattlers.iter().filter(|loose| !**loose).count();
    let wanted = (settings.modes(held), Completeness::Within(settings.factor_bytes()));
    lowest_modes_of_team(model, cell, positions, rattlers, wanted, team)
}

impl Task for VibrationTask {
    type State = VibrationState;

    fn advance(&mut self, _: u64) -> Result<Progress> {
        self.advance_with(&Alone)
    }

    fn state(&self) -> VibrationState {
        self.state.clone()
    }

    fn fraction(&self) -> f64 {
        match self.state.step {
            Step::Spectrum => 0.0,
            Step::Measures => 0.7,
            Step::Overlaps => 0.8,
            Step::Nonlinear => 0.85,
            Step::Elasticity => 0.95,
            Step::Done => 1.0,
        }
    }
}
