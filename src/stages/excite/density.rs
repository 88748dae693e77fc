//! The density of states in excitations.h5.

use super::columns::{DENSITY, DensityBin};
use super::record::PushedGlass;
use crate::error::Result;
use crate::excitation::{ExciteSettings, GlassSpectrum, GlassStatus};
use crate::files::{Attribute, StageFile, name_of};
use crate::stages::Context;
use crate::stages::lines::mean;
use crate::statistics::{DensityLaw, GlassModes, ReducedDensity};

/// The contribution of a glass to the density of states.
#[derive(serde::Serialize, serde::Deserialize)]
struct Share {
    glass: usize,
    modes: GlassModes,
    debye_frequency: f64,
}

/// Collective: every rank gets all spectra, in the order of the glasses; those that do not belong to a minimum are left
/// out.
///
/// # Errors
/// `Storage` when the file cannot be written.
pub fn write_density(
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
    let numbers = density.counts.iter().zip(density.density.iter().zip(&density.reduced));
    let bins = density.edges.windows(2).zip(numbers).map(|(edges, (&count, (&density, &reduced)))| DensityBin {
        lower: edges[0],
        upper: edges[1],
        count,
        density,
        reduced,
    });
    file.write_small_columns(DENSITY, &bins.collect::<Vec<DensityBin>>())?;
    write_laws(file, &density, &debye)
}

/// Attributes of the density of states: the boson peak and the laws at low frequency.
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
