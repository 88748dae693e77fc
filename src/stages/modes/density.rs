//! The density of states in modes.h5.

use super::columns::{DENSITY, DensityBin, SOUND, SoundOf};
use super::record::MinimumSpectrum;
use crate::error::Result;
use crate::files::{Attribute, Rows, StageFile, name_of};
use crate::modes::{DensityOfStates, GlassFrequencies, QuarticSettings};
use crate::stage::Stage;
use crate::stages::Context;

/// Bins of the density of states per decade, on an absolute grid: the histograms of two campaigns can be added.
const BINS_PER_DECADE: f64 = 20.0;

/// The bin edges 10^(k/20) around the frequencies of all glasses, increasing.
fn bin_edges(spectra: &[GlassFrequencies]) -> Vec<f64> {
    let all = || spectra.iter().flat_map(|glass| &glass.frequencies).copied().filter(|f| *f > 0.0);
    let (low, high) = all().fold((f64::INFINITY, 0.0_f64), |(low, high), f| (low.min(f), high.max(f)));
    if low > high {
        return Vec::new();
    }
    let [first, last] = [low.log10(), high.log10()].map(|exponent| (BINS_PER_DECADE * exponent).floor() as i32);
    (first..=last + 1).map(|k| 10.0_f64.powf(f64::from(k) / BINS_PER_DECADE)).collect()
}

/// Collective: each glass is represented by its first minimum, whose spectrum is sent to rank 0.
///
/// # Errors
/// `Storage` when the file cannot be written.
pub fn write_density_of_states(
    context: &Context<'_>,
    file: &mut StageFile<'_>,
    spectra: &[MinimumSpectrum],
    particles: usize,
) -> Result<()> {
    let held = |spectrum: &MinimumSpectrum| particles - spectrum.record.rattlers.len();
    let of_glass = |spectrum: &MinimumSpectrum| {
        let modes = (3 * held(spectrum)).saturating_sub(3);
        let sound = spectrum.record.sound?;
        Some((0, (spectrum.glass, spectrum.record.frequency.clone(), modes, sound)))
    };
    let mine = spectra.iter().filter_map(of_glass).collect();
    let mut glasses: Vec<(usize, Vec<f64>, usize, [f64; 2])> =
        context.ranks.exchange(mine)?.into_iter().map(|(_, glass)| glass).collect();
    glasses.sort_by_key(|(glass, ..)| *glass);
    let (sound, frequencies): (Vec<SoundOf>, Vec<GlassFrequencies>) = glasses
        .into_iter()
        .map(|(glass, frequencies, modes, [omega_debye, omega_first_phonon])| {
            (SoundOf { glass, omega_debye, omega_first_phonon }, GlassFrequencies { frequencies, modes })
        })
        .unzip();
    let mut upper = bin_edges(&frequencies);
    let states = DensityOfStates::new(frequencies);
    let complete_to = states.complete_to();
    upper.retain(|edge| *edge <= complete_to);
    let edges: Vec<f64> = [0.0].into_iter().chain(upper.iter().copied()).collect();
    let values = upper.iter().zip(states.counts(&edges)).zip(states.density(&edges));
    let bins = values.map(|((&frequency, count), density)| {
        let integrated = states.integrated(frequency);
        DensityBin { frequency, count, integrated, density }
    });
    // rank 0 holds all of it
    let on_rank_zero = |count: usize| Rows::on_rank_zero(context.ranks, context.ranks.max_u64(count as u64));
    file.write_columns(DENSITY, &on_rank_zero(upper.len()), bins)?;
    file.write_columns(SOUND, &on_rank_zero(sound.len()), &sound)?;
    write_quartic(context, file, &states, &sound)
}

/// A_4, with the mean frequencies of sound.
fn write_quartic(
    context: &Context<'_>,
    file: &mut StageFile<'_>,
    states: &DensityOfStates,
    sound: &[SoundOf],
) -> Result<()> {
    let [from, to] = context.section(&context.deck.modes, Stage::Modes)?.fit_window;
    let mean = |omega: fn(&SoundOf) -> f64| {
        let known: Vec<f64> = sound.iter().map(omega).filter(|omega| omega.is_finite()).collect();
        known.iter().sum::<f64>() / known.len() as f64
    };
    let (debye, first_phonon) = (mean(|sound| sound.omega_debye), mean(|sound| sound.omega_first_phonon));
    let settings = QuarticSettings { from, to, ..QuarticSettings::default() };
    let fit = states.quartic(first_phonon, &settings, context.deck.campaign.seed);
    let (reduced, reduced_error) = fit.adimensional(debye);
    for (name, value) in [
        ("a4", Attribute::F64(fit.a4)),
        ("a4_error", Attribute::F64(fit.error)),
        ("a4_reduced", Attribute::F64(reduced)),
        ("a4_reduced_error", Attribute::F64(reduced_error)),
        ("complete_to", Attribute::F64(states.complete_to())),
        ("a4_status", Attribute::Text(name_of(&fit.status)?)),
        ("a4_modes", Attribute::I64(fit.modes as i64)),
        ("omega_debye", Attribute::F64(debye)),
        ("omega_first_phonon", Attribute::F64(first_phonon)),
    ] {
        file.attribute("/density_of_states", name, &value)?;
    }
    Ok(())
}
