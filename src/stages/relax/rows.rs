//! Writes relaxation.h5.

use super::columns::{ENSEMBLES, HYBRIDS, SAMPLES, SPEED_UPS, SpeciesCurves, SpeedUp, first};
use super::layout::LAYOUT;
use crate::error::Result;
use crate::files::{Attribute, StageFile, name_of};
use crate::sampling::{LiquidDynamics, OBSERVABLES, RelaxSettings, WaveVectors, onset_temperature};
use crate::stage::Stage;
use crate::stages::Context;
use crate::statistics::{
    Estimate, FitStatus, LiquidEnsemble, LiquidSample, RelaxationPoint, fit_supercooled, speed_up,
};

/// Collective: creates relaxation.h5 and writes all of it; all ranks hold all samples, in order.
///
/// # Errors
/// `Storage` when it cannot be written.
pub fn write<'c>(
    context: &'c Context<'_>,
    samples: &[LiquidSample],
    ensembles: &[Vec<LiquidEnsemble>],
) -> Result<StageFile<'c>> {
    let settings = context.section(&context.deck.relax, Stage::Relax)?;
    let mut file = context.create_file(Stage::Relax, &LAYOUT)?;
    if let Some(first) = ensembles.first() {
        file.set_length("", "K", longest(first))?;
        file.write_small_columns(ENSEMBLES, first)?;
        write_species(&mut file, first)?;
        write_attributes(context, &mut file, settings, first)?;
    }
    if let [dynamics, hybrid] = ensembles {
        file.set_length("", "H", longest(hybrid))?;
        file.write_small_columns(HYBRIDS, hybrid)?;
        let speed_ups = dynamics.iter().zip(hybrid).map(|(dynamics, hybrid)| {
            let (ratio, error) = speed_up(dynamics, hybrid);
            SpeedUp(ratio, error)
        });
        file.write_small_columns(SPEED_UPS, &speed_ups.collect::<Vec<SpeedUp>>())?;
    }
    write_samples(&mut file, samples)?;
    Ok(file)
}

fn longest(ensembles: &[LiquidEnsemble]) -> usize {
    ensembles.iter().map(|ensemble| ensemble.time.len()).max().unwrap_or(0)
}

/// The species of a mixture.
fn write_species(file: &mut StageFile<'_>, ensembles: &[LiquidEnsemble]) -> Result<()> {
    let groups = ensembles.first().map_or(1, LiquidEnsemble::groups);
    if groups == 1 {
        return Ok(());
    }
    file.set_length("", "S", groups - 1)?;
    let lags = longest(ensembles);
    let species: Vec<SpeciesCurves> = ensembles.iter().map(|ensemble| SpeciesCurves { ensemble, lags }).collect();
    file.write_small_columns(SpeciesCurves::COLUMNS, &species)
}

fn write_attributes(
    context: &Context<'_>,
    file: &mut StageFile<'_>,
    settings: &RelaxSettings,
    ensembles: &[LiquidEnsemble],
) -> Result<()> {
    let dynamics = match settings.dynamics.contains(&LiquidDynamics::Md) {
        true => LiquidDynamics::Md,
        false => LiquidDynamics::HybridSwap,
    };
    let shell = WaveVectors::shell(&context.deck.model.cell(), settings.wave_number);
    let mut attribute = |name: &str, value: Attribute| file.attribute("/relaxation", name, &value);
    attribute("dynamics", Attribute::Text(name_of(&dynamics)?))?;
    attribute("wave_number", Attribute::F64(settings.wave_number))?;
    attribute("wave_vectors", Attribute::I64(shell.count() as i64))?;
    attribute("wave_number_mean", Attribute::F64(shell.mean_length()))?;
    attribute("overlap_distance", Attribute::F64(settings.overlap_distance))?;
    let potential = &context.deck.model.potential;
    // only the papers' mixtures have an onset that is known
    let is_known = potential.preset().is_some() && !potential.is_of_one_kind();
    let of_model = is_known.then(|| onset_temperature(potential));
    let fits = fit_supercooled(&points(ensembles), of_model, context.deck.campaign.seed);
    let statuses: [(&str, FitStatus); 4] = [
        ("onset_status", fits.onset_status),
        ("mode_coupling_status", fits.mode_coupling_status),
        ("vft_status", fits.vft_status),
        ("parabolic_status", fits.parabolic_status),
    ];
    for (name, status) in statuses {
        attribute(name, Attribute::Text(name_of(&status)?))?;
    }
    attribute("window", Attribute::F64(fits.window))?;
    attribute("tau_onset", Attribute::F64(fits.tau_onset.value))?;
    let estimates: [(&str, Estimate); 10] = [
        ("onset", fits.onset),
        ("activation_energy", fits.activation_energy),
        ("t_mct", fits.t_mct),
        ("gamma", fits.gamma),
        ("vft_temperature", fits.vft_temperature),
        ("vft_strength", fits.vft_strength),
        ("t_g_vft", fits.t_g_vft),
        ("parabolic_temperature", fits.parabolic_temperature),
        ("parabolic_energy", fits.parabolic_energy),
        ("t_g_parabolic", fits.t_g_parabolic),
    ];
    for (name, estimate) in estimates {
        attribute(name, Attribute::F64(estimate.value))?;
        attribute(&format!("{name}_error"), Attribute::F64(estimate.error))?;
    }
    Ok(())
}

/// The relaxation times of liquids in equilibrium.
fn points(ensembles: &[LiquidEnsemble]) -> Vec<RelaxationPoint> {
    use crate::statistics::EnsembleStatus::{Converged, Short};
    let sound = ensembles.iter().filter(|ensemble| matches!(ensemble.status, Converged | Short));
    let point = |ensemble: &LiquidEnsemble| RelaxationPoint {
        temperature: ensemble.temperature,
        tau: first(&ensemble.tau_alpha),
        error: first(&ensemble.tau_alpha_error),
    };
    sound.map(point).collect()
}

fn write_samples(file: &mut StageFile<'_>, samples: &[LiquidSample]) -> Result<()> {
    let groups = |sample: &LiquidSample| sample.run.values.len() / (sample.run.time.len() * OBSERVABLES).max(1);
    file.set_length("", "L", samples.iter().map(|sample| sample.run.time.len()).max().unwrap_or(0))?;
    file.set_length("", "G", samples.iter().map(groups).max().unwrap_or(1))?;
    file.write_small_columns(SAMPLES, samples)
}
