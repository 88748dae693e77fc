//! relaxation.h5: writing and reading.

use super::layout::LAYOUT;
use crate::error::{Error, Result};
use crate::files::{Attribute, StageFile, StageReader, name_of};
use crate::sampling::{
    FOURTH_POWER, LiquidDynamics, LiquidName, LiquidRun, OBSERVABLES, OVERLAP, RelaxSettings, SELF_SCATTERING,
    SQUARED_DISPLACEMENT, WaveVectors, groups, onset_temperature,
};
use crate::stage::Stage;
use crate::stages::Context;
use crate::statistics::{
    Average, Estimate, FitStatus, LiquidEnsemble, LiquidSample, RelaxationPoint, fit_supercooled, speed_up,
};

/// A yes or no of the samples by name.
type Flag = (&'static str, fn(&LiquidSample) -> bool);
/// Curves over lags, one for each species.
type Curves = Vec<Vec<f64>>;

/// A column of the ensembles or samples by name.
type Named<T> = (&'static str, fn(&T) -> f64);

/// Names of the observables among the curves of a sample.
const CURVES: [(&str, usize); OBSERVABLES] = [
    ("self_scattering", SELF_SCATTERING),
    ("mean_squared_displacement", SQUARED_DISPLACEMENT),
    ("overlap", OVERLAP),
    ("fourth_power", FOURTH_POWER),
];

/// Collective: begins relaxation.h5 and writes everything; all ranks hold all samples, in order.
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
        write_ensembles(&mut file, "/relaxation", first)?;
        write_more(&mut file, first)?;
        write_attributes(context, &mut file, settings, first)?;
    }
    if let [dynamics, hybrid] = ensembles {
        write_ensembles(&mut file, "/relaxation/swap", hybrid)?;
        let (ratio, error): (Vec<f64>, Vec<f64>) = dynamics.iter().zip(hybrid).map(|(d, h)| speed_up(d, h)).unzip();
        let length = ratio.len() as u64;
        file.write_small("/relaxation/speed_up", &[length], &ratio)?;
        file.write_small("/relaxation/speed_up_error", &[length], &error)?;
    }
    write_samples(&mut file, samples)?;
    Ok(file)
}

/// [temperatures][longest] of curves of unequal lengths, NaN beyond them.
fn padded(curves: Vec<Vec<f64>>, longest: usize) -> Vec<f64> {
    let pad = |mut curve: Vec<f64>| {
        curve.resize(longest, f64::NAN);
        curve
    };
    curves.into_iter().flat_map(pad).collect()
}

fn first(values: &[f64]) -> f64 {
    values.first().copied().unwrap_or(f64::NAN)
}

fn longest(ensembles: &[LiquidEnsemble]) -> usize {
    ensembles.iter().map(|ensemble| ensemble.time.len()).max().unwrap_or(0)
}

/// What both kinds of moves have.
fn write_ensembles(file: &mut StageFile<'_>, group: &str, ensembles: &[LiquidEnsemble]) -> Result<()> {
    let (t, k) = (ensembles.len() as u64, longest(ensembles));
    let times = ensembles.iter().map(|ensemble| ensemble.time.clone()).collect();
    file.write_small(&format!("{group}/time"), &[t, k as u64], &padded(times, k))?;
    for (name, observable) in &CURVES[..3] {
        let (means, errors) = ensembles.iter().map(|ensemble| ensemble.curve(0, *observable)).unzip();
        file.write_small(&format!("{group}/{name}"), &[t, k as u64], &padded(means, k))?;
        // of the hybrid, which is no physical dynamics, the errors of F_s alone
        if group == "/relaxation" || *observable == SELF_SCATTERING {
            file.write_small(&format!("{group}/{name}_error"), &[t, k as u64], &padded(errors, k))?;
        }
    }
    let columns: [Named<LiquidEnsemble>; 6] = [
        ("tau_alpha", |ensemble| first(&ensemble.tau_alpha)),
        ("tau_alpha_error", |ensemble| first(&ensemble.tau_alpha_error)),
        ("energy", |ensemble| ensemble.energy.0),
        ("energy_error", |ensemble| ensemble.energy.1),
        ("pressure", |ensemble| ensemble.pressure.0),
        ("pressure_error", |ensemble| ensemble.pressure.1),
    ];
    for (name, value) in columns {
        let values: Vec<f64> = ensembles.iter().map(value).collect();
        file.write_small(&format!("{group}/{name}"), &[t], &values)?;
    }
    let status = ensembles.iter().map(|ensemble| name_of(&ensemble.status)).collect::<Result<Vec<String>>>()?;
    file.write_small(&format!("{group}/status"), &[t], &status)
}

/// What the first kind of moves has beside that.
fn write_more(file: &mut StageFile<'_>, ensembles: &[LiquidEnsemble]) -> Result<()> {
    let (t, k) = (ensembles.len() as u64, longest(ensembles));
    let temperature: Vec<f64> = ensembles.iter().map(|ensemble| ensemble.temperature).collect();
    file.write_small("/relaxation/temperature", &[t], &temperature)?;
    let count: Vec<u32> = ensembles.iter().map(|ensemble| ensemble.samples as u32).collect();
    file.write_small("/relaxation/samples", &[t], &count)?;
    let correlation: Vec<f64> = ensembles.iter().map(|ensemble| ensemble.energy_correlation_time).collect();
    file.write_small("/relaxation/energy_correlation_time", &[t], &correlation)?;
    let non_gaussian = ensembles.iter().map(|ensemble| ensemble.non_gaussian(0)).collect();
    file.write_small("/relaxation/non_gaussian", &[t, k as u64], &padded(non_gaussian, k))?;
    let groups = ensembles.first().map_or(1, LiquidEnsemble::groups);
    if groups == 1 {
        return Ok(());
    }
    let species = groups - 1;
    let shape = [t, species as u64, k as u64];
    for (name, observable) in &CURVES[..3] {
        let of = |ensemble: &LiquidEnsemble| (1..groups).map(|group| ensemble.curve(group, *observable)).unzip();
        let (means, errors): (Vec<Curves>, Vec<Curves>) = ensembles.iter().map(of).unzip();
        file.write_small(&format!("/relaxation/species/{name}"), &shape, &padded(means.concat(), k))?;
        if *observable == SELF_SCATTERING {
            file.write_small(&format!("/relaxation/species/{name}_error"), &shape, &padded(errors.concat(), k))?;
        }
    }
    let tau: Vec<f64> = ensembles.iter().flat_map(|ensemble| ensemble.tau_alpha[1..].to_vec()).collect();
    let errors: Vec<f64> = ensembles.iter().flat_map(|ensemble| ensemble.tau_alpha_error[1..].to_vec()).collect();
    file.write_small("/relaxation/species/tau_alpha", &shape[..2], &tau)?;
    file.write_small("/relaxation/species/tau_alpha_error", &shape[..2], &errors)
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
    let preset = context.deck.model.preset;
    let of_model = (preset.species() > 1 || preset.has_diameters()).then(|| onset_temperature(preset));
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
    let rows = samples.len() as u64;
    let columns: [Named<LiquidSample>; 11] = [
        ("temperature", |sample| sample.name.temperature),
        ("equilibration_time", |sample| sample.run.equilibration_time),
        ("equilibration_relaxation_time", |sample| sample.run.equilibration_relaxation_time),
        ("length", |sample| sample.run.length),
        ("tau_alpha", |sample| sample.run.tau_alpha),
        ("swap_acceptance", |sample| sample.run.swap_acceptance),
        ("energy", |sample| sample.run.energy.mean),
        ("energy_error", |sample| sample.run.energy.error),
        ("energy_correlation_time", |sample| sample.run.energy.correlation_time),
        ("pressure", |sample| sample.run.pressure.mean),
        ("pressure_error", |sample| sample.run.pressure.error),
    ];
    for (name, value) in columns {
        let values: Vec<f64> = samples.iter().map(value).collect();
        file.write_small(&format!("/samples/{name}"), &[rows], &values)?;
    }
    let flags: [Flag; 3] = [
        ("equilibrated", |sample| sample.run.equilibrated),
        ("complete", |sample| sample.run.complete),
        ("energy_reliable", |sample| sample.run.energy.reliable),
    ];
    for (name, value) in flags {
        let values: Vec<bool> = samples.iter().map(value).collect();
        file.write_small(&format!("/samples/{name}"), &[rows], &values)?;
    }
    let dynamics = samples.iter().map(|sample| name_of(&sample.name.dynamics)).collect::<Result<Vec<String>>>()?;
    file.write_small("/samples/dynamics", &[rows], &dynamics)?;
    let number: Vec<u32> = samples.iter().map(|sample| sample.name.sample as u32).collect();
    file.write_small("/samples/sample", &[rows], &number)?;
    write_curves(file, samples)
}

fn write_curves(file: &mut StageFile<'_>, samples: &[LiquidSample]) -> Result<()> {
    let rows = samples.len() as u64;
    let lags: Vec<u32> = samples.iter().map(|sample| sample.run.time.len() as u32).collect();
    file.write_small("/samples/lags", &[rows], &lags)?;
    let longest = lags.iter().copied().max().unwrap_or(0) as usize;
    let times = samples.iter().map(|sample| sample.run.time.clone()).collect();
    file.write_small("/samples/time", &[rows, longest as u64], &padded(times, longest))?;
    let origins: Vec<i64> = samples
        .iter()
        .flat_map(|sample| (0..longest).map(|lag| sample.run.origins.get(lag).map_or(0, |count| *count as i64)))
        .collect();
    file.write_small("/samples/origins", &[rows, longest as u64], &origins)?;
    let of_sample = |sample: &LiquidSample| sample.run.values.len() / (sample.run.time.len() * OBSERVABLES).max(1);
    let width = samples.iter().map(of_sample).max().unwrap_or(1);
    for (name, observable) in CURVES {
        let of =
            |sample: &LiquidSample| sample.run.values.iter().skip(observable).step_by(OBSERVABLES).copied().collect();
        let curves = samples.iter().map(of).collect();
        let shape = [rows, longest as u64, width as u64];
        file.write_small(&format!("/samples/{name}"), &shape, &padded(curves, longest * width))?;
    }
    Ok(())
}

/// The samples of the relaxation.h5 that is there.
///
/// # Errors
/// `Storage` when it cannot be read.
pub fn read_samples(context: &Context<'_>) -> Result<Vec<LiquidSample>> {
    let reader = StageReader::open(&context.directory, Stage::Relax)?;
    let groups = groups(context.deck.model.preset.species());
    let dynamics = reader.read_text("/samples/dynamics")?;
    let longest = reader.shape("/samples/time")?.get(1).copied().unwrap_or(0) as usize;
    (0..dynamics.len() as u64).map(|row| read_sample(&reader, row, &dynamics[row as usize], longest, groups)).collect()
}

fn read_sample(reader: &StageReader, row: u64, dynamics: &str, longest: usize, groups: usize) -> Result<LiquidSample> {
    let missing = || Error::storage(reader.path(), format!("/samples has no whole row {row}"));
    let number = |name: &str| -> Result<f64> {
        reader.read_rows(&format!("/samples/{name}"), row, 1)?.first().copied().ok_or_else(missing)
    };
    let flag = |name: &str| -> Result<bool> {
        Ok(reader.read_rows::<bool>(&format!("/samples/{name}"), row, 1)?.first() == Some(&true))
    };
    let whole = |name: &str| -> Result<u32> {
        reader.read_rows(&format!("/samples/{name}"), row, 1)?.first().copied().ok_or_else(missing)
    };
    let lags = (whole("lags")? as usize).min(longest);
    let mut values = vec![0.0; lags * groups * OBSERVABLES];
    for (name, observable) in CURVES {
        let curve: Vec<f64> = reader.read_rows(&format!("/samples/{name}"), row, 1)?;
        for (place, value) in values.iter_mut().skip(observable).step_by(OBSERVABLES).zip(curve) {
            *place = value;
        }
    }
    let dynamics = match dynamics {
        "md" => LiquidDynamics::Md,
        _ => LiquidDynamics::HybridSwap,
    };
    let origins: Vec<i64> = reader.read_rows("/samples/origins", row, 1)?;
    let times: Vec<f64> = reader.read_rows("/samples/time", row, 1)?;
    Ok(LiquidSample {
        name: LiquidName { temperature: number("temperature")?, dynamics, sample: whole("sample")?.into() },
        run: LiquidRun {
            equilibrated: flag("equilibrated")?,
            equilibration_time: number("equilibration_time")?,
            equilibration_relaxation_time: number("equilibration_relaxation_time")?,
            complete: flag("complete")?,
            length: number("length")?,
            tau_alpha: number("tau_alpha")?,
            swap_acceptance: number("swap_acceptance")?,
            time: times[..lags].to_vec(),
            origins: origins[..lags].iter().map(|count| *count as u64).collect(),
            values,
            energy: Average {
                mean: number("energy")?,
                error: number("energy_error")?,
                correlation_time: number("energy_correlation_time")?,
                reliable: flag("energy_reliable")?,
            },
            // what the means of samples do not need is not in the file
            pressure: Average {
                mean: number("pressure")?,
                error: number("pressure_error")?,
                correlation_time: f64::NAN,
                reliable: false,
            },
        },
    })
}
