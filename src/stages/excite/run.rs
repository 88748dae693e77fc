//! Stage `excite` in two rounds: the spectra of the glasses, then the pushes along each mode.

use super::record::{Pushed, PushedGlass};
use super::rows::write;
use crate::error::{Error, Result};
use crate::excitation::{
    Excitation, GlassSpectrum, GlassStatus, Origin, PushState, PushStatus, PushTask, SpectrumState, SpectrumTask,
    modes_together,
};
use crate::files::{Rows, SharedRecords, StageReader};
use crate::parallel::{decode, encode};
use crate::runtime::{Journal, Rounds};
use crate::stage::Stage;
use crate::stages::Context;
use crate::stages::prepare::configuration;
use crate::stages::prepare::glasses_file;
use crate::stages::spectra::report_failed;
use crate::statistics::far_field;
use std::collections::BTreeMap;

crate::files::persisted!(Excite, algorithm 1: SpectrumState, GlassSpectrum, PushState, Vec<Pushed>);

/// Pushes every glass along its modes and writes excitations.h5.
///
/// # Errors
/// glasses.h5 is missing or damaged, numerical failures, a directory that cannot be written to.
pub fn run(context: &Context<'_>) -> Result<()> {
    let settings = context.section(&context.deck.excite, Stage::Excite)?;
    let (reader, glasses, particles) = context.ranks.agree(glasses_file(&context.directory))?;
    let mut journal = context.journal(&RECORDS, context.on_glasses(), Rounds::Several)?;
    let spectra = spectra(context, &mut journal, &reader, (glasses, particles))?;
    let with = |status: GlassStatus| spectra.iter().filter(|(_, glass)| glass.status == status).count() as u64;
    let counts = (with(GlassStatus::Failed), with(GlassStatus::NoMinimum), spectra.len() as u64);
    report_failed(context, Stage::Excite, counts)?;
    let records = Records::new(context, &spectra, particles)?;
    drop(spectra);
    journal.next_round();
    let pushed = pushes(context, &mut journal, (&reader, &records), particles)?;
    let mut of_glass: BTreeMap<u64, Vec<Pushed>> = BTreeMap::new();
    pushed.into_iter().for_each(|pushed| of_glass.entry(pushed.glass).or_default().push(pushed));
    let own = (context.ranks.rank()..glasses).step_by(context.ranks.size()).map(|glass| {
        let spectrum = records.spectrum(glass as u64)?;
        let mut pushed = of_glass.remove(&(glass as u64)).unwrap_or_default();
        let missing: Vec<usize> =
            (0..settings.modes).filter(|mode| !pushed.iter().any(|other| other.mode == *mode)).collect();
        for mode in missing {
            pushed.push(not_pushed(&spectrum, mode)?);
        }
        pushed.sort_by_key(|pushed| pushed.mode);
        Ok(PushedGlass::new(spectrum, pushed))
    });
    let own = context.ranks.agree(own.collect::<Result<Vec<PushedGlass>>>())?;
    write(context, &own, particles, settings, journal)
}

/// A mode along which no push was made, with the reason.
///
/// # Errors
/// `Internal` when the mode should have been pushed along.
fn not_pushed(spectrum: &GlassSpectrum, mode: usize) -> Result<Pushed> {
    if spectrum.pushable.contains(&mode) {
        return Err(Error::Internal(format!("the pushes along mode {mode} of glass {} are missing", spectrum.glass)));
    }
    let stable = matches!(spectrum.status, GlassStatus::Stable | GlassStatus::ZeroModes);
    let status = match () {
        _ if mode >= spectrum.origin.modes() => PushStatus::NoMode,
        _ if stable && mode < spectrum.zero_modes => PushStatus::ZeroMode,
        _ => PushStatus::NotPushed,
    };
    let excitation = Excitation::without_transition(status);
    Ok(Pushed { glass: spectrum.glass, mode, excitation, decay: (f64::NAN, f64::NAN) })
}

/// Round 0: the inherent structure and the spectrum of every glass.
fn spectra(
    context: &Context<'_>,
    journal: &mut Journal<'_>,
    reader: &StageReader,
    (glasses, particles): (usize, usize),
) -> Result<Vec<(u64, GlassSpectrum)>> {
    let settings = context.section(&context.deck.excite, Stage::Excite)?;
    let potential = &context.deck.model.potential;
    let keys: Vec<u64> = (0..glasses as u64).collect();
    let mut progress = context.progress(Stage::Excite, keys.len());
    let begin = |glass: u64, state: Option<SpectrumState>| {
        let configuration = configuration(reader, glass)?;
        let model = potential.model(&configuration);
        let task = SpectrumTask::new(glass, configuration, model, settings);
        Ok(match state {
            Some(state) => task.resume(state),
            None => task,
        })
    };
    let finish = |_: u64, task: SpectrumTask| {
        task.into_spectrum().ok_or_else(|| Error::Internal("a glass that was done has no spectrum".to_owned()))
    };
    context.workers(Stage::Excite).run(journal, &keys, particles, &mut progress, begin, finish)
}

/// Collective: writes the spectra to disk, where any rank can read them: for each glass a record of everything but the
/// modes, then one record for each mode.
fn share(context: &Context<'_>, spectra: &[(u64, GlassSpectrum)]) -> Result<SharedRecords> {
    let records = spectra.iter().flat_map(|(_, spectrum)| {
        std::iter::once(encode(&spectrum.without_vectors())).chain(spectrum.vectors.iter().map(encode))
    });
    let records = context.ranks.agree(records.collect::<Result<Vec<Vec<u8>>>>())?;
    let segments: Vec<(u64, u64)> =
        spectra.iter().map(|(glass, spectrum)| (*glass, 1 + spectrum.vectors.len() as u64)).collect();
    let rows = Rows::by_key(context.ranks, &segments)?;
    SharedRecords::write(context.ranks, &context.directory, Stage::Excite, &rows, &records)
}

/// Spectra and modes on disk.
struct Records {
    shared: SharedRecords,
    /// For each glass: the number of its first record, and the modes that can be pushed along.
    places: Vec<(u64, Vec<usize>)>,
    /// Number of modes per task.
    together: usize,
}

impl Records {
    /// Collective: from the spectra of every rank.
    fn new(context: &Context<'_>, spectra: &[(u64, GlassSpectrum)], particles: usize) -> Result<Self> {
        let shared = share(context, spectra)?;
        let own: Vec<(u64, Vec<usize>)> =
            spectra.iter().map(|(glass, spectrum)| (*glass, spectrum.pushable.clone())).collect();
        let mut all = context.ranks.all_gather(&own)?.concat();
        all.sort_by_key(|(glass, _)| *glass);
        let mut next = 0;
        let place = |(_, pushable): (u64, Vec<usize>)| {
            let first = next;
            next += 1 + pushable.len() as u64;
            (first, pushable)
        };
        Ok(Self { shared, places: all.into_iter().map(place).collect(), together: modes_together(particles) })
    }

    fn place(&self, glass: u64) -> Result<&(u64, Vec<usize>)> {
        self.places.get(glass as usize).ok_or_else(|| Error::Internal(format!("glass {glass} has no spectrum")))
    }

    fn spectrum(&self, glass: u64) -> Result<GlassSpectrum> {
        decode(&self.shared.read(self.place(glass)?.0)?)
    }

    /// The minimum of a glass and the mode vectors of one of its tasks.
    fn origin_and_modes(&self, glass: u64, task: usize) -> Result<(Origin, Vec<Vec<f64>>)> {
        let (first, pushable) = self.place(glass)?;
        let places = task * self.together..pushable.len().min((task + 1) * self.together);
        let vectors = places.map(|place| decode(&self.shared.read(first + 1 + place as u64)?));
        Ok((self.spectrum(glass)?.origin, vectors.collect::<Result<Vec<Vec<f64>>>>()?))
    }

    /// The numbers of these modes.
    fn modes(&self, glass: u64, task: usize) -> Result<&[usize]> {
        let modes = self.place(glass)?.1.chunks(self.together).nth(task);
        modes.ok_or_else(|| Error::Internal(format!("glass {glass} has no task {task}")))
    }

    /// One task for every few modes that can be pushed along.
    fn keys(&self) -> Vec<u64> {
        let of_glass = |(glass, (_, pushable)): (usize, &(u64, Vec<usize>))| {
            let tasks = pushable.len().div_ceil(self.together);
            (0..tasks).map(|task| key(glass as u64, task as u64)).collect::<Vec<u64>>()
        };
        self.places.iter().enumerate().flat_map(of_glass).collect()
    }
}

/// The key of the pushes along some modes of a glass. The keys of a glass stay the same when the deck requests more
/// glasses.
fn key(glass: u64, task: u64) -> u64 {
    glass << 32 | task
}

fn of_key(key: u64) -> (u64, usize) {
    (key >> 32, (key & 0xffff_ffff) as usize)
}

/// Round 1: the pushes along every mode; the results of a glass are sent to the rank that writes it.
fn pushes(
    context: &Context<'_>,
    journal: &mut Journal<'_>,
    (reader, records): (&StageReader, &Records),
    particles: usize,
) -> Result<Vec<Pushed>> {
    let settings = context.section(&context.deck.excite, Stage::Excite)?;
    let potential = &context.deck.model.potential;
    let keys = records.keys();
    if keys.is_empty() {
        return Ok(Vec::new());
    }
    let mut progress = context.progress(Stage::Excite, keys.len());
    let begin = |key: u64, state: Option<PushState>| {
        let (glass, task) = of_key(key);
        let configuration = configuration(reader, glass)?;
        let (origin, modes) = records.origin_and_modes(glass, task)?;
        let task = PushTask::new(&potential.model(&configuration), configuration.cell, origin, modes, settings);
        Ok(match state {
            Some(state) => task.resume(state),
            None => task,
        })
    };
    let finish = |key: u64, task: PushTask| {
        let (glass, number) = of_key(key);
        let decay = |excitation: &Excitation| {
            let field: Vec<f64> = excitation.displacement.iter().map(|d| f64::from(*d)).collect();
            let fit = far_field(task.cell(), &task.origin().positions, &field, excitation.rearranging_particles);
            fit.map_or((f64::NAN, f64::NAN), |fit| (-fit.exponent, fit.error))
        };
        let excitations = task.excitations();
        let excitations =
            excitations.ok_or_else(|| Error::Internal("modes that were done have no outcome".to_owned()))?;
        let pushed = records.modes(glass, number)?.iter().zip(excitations).map(|(&mode, excitation)| Pushed {
            glass,
            mode,
            decay: decay(excitation),
            excitation: excitation.clone(),
        });
        Ok(pushed.collect::<Vec<Pushed>>())
    };
    let done = context.workers(Stage::Excite).run(journal, &keys, particles, &mut progress, begin, finish)?;
    let size = context.ranks.size();
    let pushed = done.into_iter().flat_map(|(_, pushed)| pushed);
    let sent = pushed.map(|pushed| (pushed.glass as usize % size, pushed)).collect();
    Ok(context.ranks.exchange(sent)?.into_iter().map(|(_, pushed)| pushed).collect())
}
