//! Writes excitations.h5.

use super::columns::{DestinationOf, ExcitationOf, GlassOf, ModeOf, SPECTRA};
use super::density::write_density;
use super::layout::LAYOUT;
use super::record::PushedGlass;
use crate::error::Result;
use crate::excitation::{Excitation, ExciteSettings};
use crate::files::{Attribute, Rows, StageFile};
use crate::landscape::QuenchSettings;
use crate::runtime::Journal;
use crate::stage::Stage;
use crate::stages::Context;
use crate::statistics::power_law;

/// Writes excitations.h5.
///
/// # Errors
/// `Storage` when the directory cannot be written to.
pub fn write(
    context: &Context<'_>,
    glasses: &[PushedGlass],
    particles: usize,
    settings: &ExciteSettings,
    journal: Journal<'_>,
) -> Result<()> {
    let mut file = context.create_file(Stage::Excite, &LAYOUT)?;
    file.set_length("", "N", particles)?;
    let rows = |count: fn(&PushedGlass) -> usize| rows(context, glasses, count);
    let excitations = glasses.iter().flat_map(|glass| {
        let all = glass.pushed.iter().zip(&glass.destination);
        all.map(move |(pushed, destination)| ExcitationOf { glass, pushed, destination: *destination })
    });
    file.write_columns(ExcitationOf::COLUMNS, &rows(|glass| glass.pushed.len())?, excitations)?;
    write_destinations(context, &mut file, &rows(|glass| glass.destinations.len())?, glasses, settings)?;
    let quench = QuenchSettings::from(settings);
    let of_glass = |glass| GlassOf { glass, smallest_transition: glass.spectrum.origin.smallest_transition(&quench) };
    file.write_columns(GlassOf::COLUMNS, &rows(|_| 1)?, glasses.iter().map(of_glass))?;
    let modes: Vec<ModeOf> = glasses.iter().flat_map(modes).collect();
    file.write_columns(SPECTRA, &rows(|glass| glass.spectrum.eigenvalues.len())?, &modes)?;
    write_density(context, &mut file, glasses, settings)?;
    context.finish(file, Some(journal))
}

/// Assigns `count` rows to each glass, in increasing order of the glasses.
fn rows(context: &Context<'_>, glasses: &[PushedGlass], count: fn(&PushedGlass) -> usize) -> Result<Rows> {
    let keys: Vec<(usize, u64)> = glasses.iter().map(|glass| (glass.number(), count(glass) as u64)).collect();
    Rows::by_key(context.ranks, &keys)
}

/// The modes of a glass.
fn modes(glass: &PushedGlass) -> Vec<ModeOf> {
    let spectrum = &glass.spectrum;
    let figures = spectrum.participation_ratio.iter().zip(&spectrum.phonon_order);
    let all = spectrum.frequencies().into_iter().zip(figures).enumerate();
    all.map(|(mode, (frequency, (&participation_ratio, &phonon_order)))| ModeOf {
        glass: glass.number(),
        mode,
        frequency,
        participation_ratio,
        phonon_order,
    })
    .collect()
}

fn write_destinations(
    context: &Context<'_>,
    file: &mut StageFile<'_>,
    rows: &Rows,
    glasses: &[PushedGlass],
    settings: &ExciteSettings,
) -> Result<()> {
    let destinations = glasses.iter().flat_map(|glass| {
        let all = glass.destinations.iter().enumerate();
        all.map(|(number, destination)| DestinationOf { number, destination, first: &glass.pushed[destination.first] })
    });
    file.write_columns(DestinationOf::COLUMNS, rows, destinations.clone())?;
    if settings.store_displacements {
        file.write_columns(DestinationOf::DISPLACEMENTS, rows, destinations.clone())?;
    }
    // in the order of the glasses, independent of the number of ranks
    let figures = |row: DestinationOf| {
        let Excitation { distance, energy_difference, .. } = &row.first.excitation;
        (row.first.glass as u32, *distance, energy_difference.abs())
    };
    let mine: Vec<(u32, f64, f64)> = destinations.map(figures).collect();
    let mut together = context.ranks.all_gather(&mine)?.concat();
    together.sort_by_key(|(glass, ..)| *glass);
    let (distance, energy): (Vec<f64>, Vec<f64>) = together.into_iter().map(|(_, d, e)| (d, e)).unzip();
    let fit = power_law(&distance, &energy);
    let (exponent, error) = fit.map_or((f64::NAN, f64::NAN), |fit| (fit.exponent, fit.error));
    file.attribute("/destinations", "energy_exponent", &Attribute::F64(exponent))?;
    file.attribute("/destinations", "energy_exponent_error", &Attribute::F64(error))
}
