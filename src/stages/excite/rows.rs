//! excitations.h5: modes, what pushes along them came to, where they lead, and the density of states.

use super::layout::LAYOUT;
use super::record::{Pushed, PushedGlass};
use crate::error::Result;
use crate::excitation::{ExciteSettings, GlassSpectrum, GlassStatus, PushStatus, cubic_amplitude};
use crate::files::{Attribute, Rows, StageFile, name_of};
use crate::landscape::QuenchSettings;
use crate::runtime::Journal;
use crate::stage::Stage;
use crate::stages::Context;
use crate::stages::lines::mean;
use crate::statistics::{DensityLaw, GlassModes, ReducedDensity, power_law};

/// A column of the modes by name.
type OfMode<T> = (&'static str, fn(&GlassSpectrum, &Pushed) -> T);
/// A column of the glasses by name.
type OfGlass<T> = (&'static str, fn(&PushedGlass) -> T);

/// The number of a mode in a column of the spectrum; NaN where there is none.
fn of_mode(column: &[f64], pushed: &Pushed) -> f64 {
    column.get(pushed.mode).copied().unwrap_or(f64::NAN)
}

/// Writes excitations.h5.
///
/// # Errors
/// A directory that cannot be written.
pub fn write(
    context: &Context<'_>,
    glasses: &[PushedGlass],
    particles: usize,
    settings: &ExciteSettings,
    journal: Journal<'_>,
) -> Result<()> {
    let mut file = context.create_file(Stage::Excite, &LAYOUT)?;
    write_excitations(context, &mut file, glasses)?;
    write_destinations(context, &mut file, glasses, particles, settings)?;
    write_glasses(context, &mut file, glasses, settings)?;
    write_spectra(context, &mut file, glasses)?;
    write_density(context, &mut file, glasses, settings)?;
    context.finish(file, Some(journal))
}

/// Places `count` rows of each glass by rising glass.
fn rows(context: &Context<'_>, glasses: &[PushedGlass], count: impl Fn(&PushedGlass) -> usize) -> Result<Rows> {
    let keys: Vec<(usize, u64)> = glasses.iter().map(|glass| (glass.number(), count(glass) as u64)).collect();
    Rows::by_key(context.ranks, &keys)
}

fn write_excitations(context: &Context<'_>, file: &mut StageFile<'_>, glasses: &[PushedGlass]) -> Result<()> {
    let rows = rows(context, glasses, |glass| glass.pushed.len())?;
    let at = |name: &str| format!("/excitations/{name}");
    let all = || glasses.iter().flat_map(|glass| glass.pushed.iter().map(move |pushed| (&glass.spectrum, pushed)));
    let glass: Vec<u32> = all().map(|(_, pushed)| pushed.glass as u32).collect();
    let mode: Vec<u32> = all().map(|(_, pushed)| pushed.mode as u32).collect();
    file.write(&at("glass"), &rows, &[], &glass)?;
    file.write(&at("mode"), &rows, &[], &mode)?;
    let status = all().map(|(_, pushed)| name_of(&pushed.excitation.status)).collect::<Result<Vec<String>>>()?;
    file.write(&at("status"), &rows, &[], &status)?;
    let certainty = all().map(|(_, pushed)| name_of(&pushed.excitation.certainty)).collect::<Result<Vec<String>>>()?;
    file.write(&at("certainty"), &rows, &[], &certainty)?;
    let numbers: [OfMode<f64>; 15] = [
        ("frequency", |s, p| of_mode(&s.frequencies(), p)),
        ("participation_ratio", |s, p| of_mode(&s.participation_ratio, p)),
        ("phonon_order", |s, p| of_mode(&s.phonon_order, p)),
        ("critical_amplitude", |_, p| p.excitation.critical_amplitude),
        ("returning_amplitude", |_, p| p.excitation.returning_amplitude),
        ("sign", |_, p| p.excitation.sign),
        ("critical_amplitude_cubic", |s, p| {
            let particles = s.origin.positions.len() / 3;
            cubic_amplitude(of_mode(&s.eigenvalues, p), of_mode(&s.third_order, p), particles)
        }),
        ("third_order", |s, p| of_mode(&s.third_order, p)),
        ("barrier", |_, p| p.excitation.barrier),
        ("distance", |_, p| p.excitation.distance),
        ("energy_difference", |_, p| p.excitation.energy_difference),
        ("rearranging_particles", |_, p| p.excitation.rearranging_particles),
        ("alignment", |_, p| p.excitation.alignment),
        ("decay_exponent", |_, p| p.decay.0),
        ("decay_exponent_error", |_, p| p.decay.1),
    ];
    for (name, value) in numbers {
        let column: Vec<f64> = all().map(|(spectrum, pushed)| value(spectrum, pushed)).collect();
        file.write(&at(name), &rows, &[], &column)?;
    }
    let counts: [OfMode<u64>; 3] = [
        ("pushes", |_, p| p.excitation.pushes),
        ("overlaps", |_, p| p.excitation.overlaps),
        ("force_evaluations", |_, p| p.excitation.force_evaluations),
    ];
    for (name, value) in counts {
        let column: Vec<i64> = all().map(|(spectrum, pushed)| value(spectrum, pushed) as i64).collect();
        file.write(&at(name), &rows, &[], &column)?;
    }
    let known = glasses.iter().flat_map(|glass| &glass.destination);
    let destination: Vec<i64> = known.map(|number| number.map_or(-1, |number| number as i64)).collect();
    file.write(&at("destination"), &rows, &[], &destination)
}

fn write_destinations(
    context: &Context<'_>,
    file: &mut StageFile<'_>,
    glasses: &[PushedGlass],
    particles: usize,
    settings: &ExciteSettings,
) -> Result<()> {
    let rows = rows(context, glasses, |glass| glass.destinations.len())?;
    let at = |name: &str| format!("/destinations/{name}");
    let all =
        || glasses.iter().flat_map(|glass| glass.destinations.iter().map(move |to| (to, &glass.pushed[to.first])));
    let glass: Vec<u32> = all().map(|(_, pushed)| pushed.glass as u32).collect();
    file.write(&at("glass"), &rows, &[], &glass)?;
    let number: Vec<i64> = glasses.iter().flat_map(|glass| 0..glass.destinations.len() as i64).collect();
    file.write(&at("destination"), &rows, &[], &number)?;
    let modes: Vec<i64> = all().map(|(to, _)| to.modes as i64).collect();
    file.write(&at("modes"), &rows, &[], &modes)?;
    let first: Vec<u32> = all().map(|(_, pushed)| pushed.mode as u32).collect();
    file.write(&at("first_mode"), &rows, &[], &first)?;
    let distance: Vec<f64> = all().map(|(_, pushed)| pushed.excitation.distance).collect();
    let energy: Vec<f64> = all().map(|(_, pushed)| pushed.excitation.energy_difference).collect();
    let moved: Vec<f64> = all().map(|(_, pushed)| pushed.excitation.rearranging_particles).collect();
    let barrier: Vec<f64> = all().map(|(to, _)| to.barrier).collect();
    for (name, column) in [
        ("distance", &distance),
        ("energy_difference", &energy),
        ("rearranging_particles", &moved),
        ("barrier", &barrier),
    ] {
        file.write(&at(name), &rows, &[], column)?;
    }
    if settings.store_displacements {
        let fields: Vec<f64> =
            all().flat_map(|(_, pushed)| pushed.excitation.displacement.iter().map(|d| f64::from(*d))).collect();
        file.write(&at("displacement"), &rows, &[particles as u64, 3], &fields)?;
    }
    // in the order of the glasses, whatever the number of ranks
    let mine: Vec<(u32, f64, f64)> =
        glass.iter().zip(distance.iter().zip(&energy)).map(|(glass, (d, e))| (*glass, *d, e.abs())).collect();
    let mut together = context.ranks.all_gather(&mine)?.concat();
    together.sort_by_key(|(glass, ..)| *glass);
    let (distance, energy): (Vec<f64>, Vec<f64>) = together.into_iter().map(|(_, d, e)| (d, e)).unzip();
    let fit = power_law(&distance, &energy);
    let (exponent, error) = fit.map_or((f64::NAN, f64::NAN), |fit| (fit.exponent, fit.error));
    file.attribute("/destinations", "energy_exponent", &Attribute::F64(exponent))?;
    file.attribute("/destinations", "energy_exponent_error", &Attribute::F64(error))
}

fn write_glasses(
    context: &Context<'_>,
    file: &mut StageFile<'_>,
    glasses: &[PushedGlass],
    settings: &ExciteSettings,
) -> Result<()> {
    let rows = rows(context, glasses, |_| 1)?;
    let at = |name: &str| format!("/glasses/{name}");
    let glass: Vec<u32> = glasses.iter().map(|glass| glass.number() as u32).collect();
    file.write(&at("glass"), &rows, &[], &glass)?;
    let numbers: [OfGlass<f64>; 5] = [
        ("inherent_energy", |g| g.spectrum.origin.energy / g.particles() as f64),
        ("inherent_pressure", |g| g.spectrum.pressure),
        ("residual", |g| g.spectrum.origin.residual),
        ("debye_frequency", |g| g.spectrum.debye_frequency),
        ("onset_temperature", PushedGlass::onset_temperature),
    ];
    for (name, value) in numbers {
        let column: Vec<f64> = glasses.iter().map(value).collect();
        file.write(&at(name), &rows, &[], &column)?;
    }
    let quench = QuenchSettings::from(settings);
    let smallest: Vec<f64> = glasses.iter().map(|glass| glass.spectrum.origin.smallest_transition(&quench)).collect();
    file.write(&at("smallest_transition"), &rows, &[], &smallest)?;
    let counts: [OfGlass<usize>; 6] = [
        ("modes", |g| g.spectrum.origin.modes()),
        ("zero_modes", |g| g.spectrum.zero_modes),
        ("rattlers", |g| g.particles() - g.spectrum.origin.held()),
        ("transitions", |g| g.with(PushStatus::Transition)),
        ("destinations", |g| g.destinations.len()),
        ("discarded", |g| g.with(PushStatus::Discarded)),
    ];
    for (name, value) in counts {
        let column: Vec<i64> = glasses.iter().map(|glass| value(glass) as i64).collect();
        file.write(&at(name), &rows, &[], &column)?;
    }
    let status = glasses.iter().map(|glass| name_of(&glass.spectrum.status)).collect::<Result<Vec<String>>>()?;
    file.write(&at("status"), &rows, &[], &status)?;
    let status = glasses.iter().map(|glass| name_of(&glass.spectrum.origin.stop)).collect::<Result<Vec<String>>>()?;
    file.write(&at("inherent_status"), &rows, &[], &status)?;
    let counted: Vec<bool> = glasses.iter().map(|glass| glass.spectrum.counted).collect();
    file.write(&at("counted"), &rows, &[], &counted)
}

fn write_spectra(context: &Context<'_>, file: &mut StageFile<'_>, glasses: &[PushedGlass]) -> Result<()> {
    let count = |glass: &PushedGlass| glass.spectrum.eigenvalues.len();
    let rows = rows(context, glasses, count)?;
    let glass: Vec<u32> = glasses.iter().flat_map(|glass| vec![glass.number() as u32; count(glass)]).collect();
    let mode: Vec<u32> = glasses.iter().flat_map(|glass| 0..count(glass) as u32).collect();
    let frequency: Vec<f64> = glasses.iter().flat_map(|glass| glass.spectrum.frequencies()).collect();
    let concat = |values: fn(&GlassSpectrum) -> &[f64]| -> Vec<f64> {
        glasses.iter().flat_map(|glass| values(&glass.spectrum)).copied().collect()
    };
    file.write("/spectra/glass", &rows, &[], &glass)?;
    file.write("/spectra/mode", &rows, &[], &mode)?;
    file.write("/spectra/frequency", &rows, &[], &frequency)?;
    file.write("/spectra/participation_ratio", &rows, &[], &concat(|s| &s.participation_ratio))?;
    file.write("/spectra/phonon_order", &rows, &[], &concat(|s| &s.phonon_order))
}

/// What a glass adds to the density of states.
#[derive(serde::Serialize, serde::Deserialize)]
struct Share {
    glass: usize,
    modes: GlassModes,
    debye_frequency: f64,
}

/// Every rank knows all spectra, in the order of the glasses; those that are no spectra of minima are left out.
fn write_density(
    context: &Context<'_>,
    file: &mut StageFile<'_>,
    glasses: &[PushedGlass],
    settings: &ExciteSettings,
) -> Result<()> {
    let at_minimum =
        |glass: &&PushedGlass| matches!(glass.spectrum.status, GlassStatus::Stable | GlassStatus::ZeroModes);
    let share = |glass: &PushedGlass| {
        let GlassSpectrum { participation_ratio, phonon_order, origin, debye_frequency, .. } = &glass.spectrum;
        let modes = GlassModes {
            frequencies: glass.spectrum.frequencies(),
            participation_ratio: participation_ratio.clone(),
            phonon_order: phonon_order.clone(),
            modes: origin.modes(),
        };
        Share { glass: glass.number(), modes, debye_frequency: *debye_frequency }
    };
    let own: Vec<Share> = glasses.iter().filter(at_minimum).map(share).collect();
    let mut all = context.ranks.all_gather(&own)?.into_iter().flatten().collect::<Vec<Share>>();
    all.sort_by_key(|share| share.glass);
    let (modes, debye): (Vec<GlassModes>, Vec<f64>) =
        all.into_iter().map(|share| (share.modes, share.debye_frequency)).unzip();
    let density = ReducedDensity::new(&modes, settings.fit_to);
    let bins = [density.counts.len() as u64];
    let counts: Vec<i64> = density.counts.iter().map(|count| *count as i64).collect();
    let edges = &density.edges;
    file.write_small("/density_of_states/lower", &bins, &edges[..edges.len().saturating_sub(1)])?;
    file.write_small("/density_of_states/upper", &bins, &edges[edges.len().min(1)..])?;
    file.write_small("/density_of_states/count", &bins, &counts)?;
    file.write_small("/density_of_states/density", &bins, &density.density)?;
    file.write_small("/density_of_states/reduced", &bins, &density.reduced)?;
    write_laws(file, &density, &debye)
}

/// What the density of states says: the boson peak and the laws of its low end.
fn write_laws(file: &mut StageFile<'_>, density: &ReducedDensity, debye: &[f64]) -> Result<()> {
    let known: Vec<f64> = debye.iter().filter(|omega| omega.is_finite()).map(|omega| 3.0 / omega.powi(3)).collect();
    for (name, value) in [
        ("boson_peak", density.boson_peak.value),
        ("boson_peak_error", density.boson_peak.error),
        ("complete_to", density.complete_to),
        ("fitted_to", density.fitted_to),
        ("elastic_debye_level", mean(&known)),
    ] {
        file.attribute("/density_of_states", name, &Attribute::F64(value))?;
    }
    for (name, DensityLaw { coefficient, exponent, modes, status }) in
        [("debye_level", density.phonons), ("quartic", density.quasilocalised)]
    {
        for (of, value) in [
            ("", Attribute::F64(coefficient.value)),
            ("_error", Attribute::F64(coefficient.error)),
            ("_exponent", Attribute::F64(exponent.value)),
            ("_exponent_error", Attribute::F64(exponent.error)),
            ("_modes", Attribute::I64(modes as i64)),
            ("_status", Attribute::Text(name_of(&status)?)),
        ] {
            file.attribute("/density_of_states", &format!("{name}{of}"), &value)?;
        }
    }
    Ok(())
}
