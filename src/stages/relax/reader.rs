//! Reads relaxation.h5.

use crate::error::{Error, Result};
use crate::files::StageReader;
use crate::sampling::{
    FOURTH_POWER, LiquidDynamics, LiquidName, LiquidRun, OBSERVABLES, OVERLAP, SELF_SCATTERING, SQUARED_DISPLACEMENT,
    groups,
};
use crate::stage::Stage;
use crate::stages::Context;
use crate::statistics::{Average, LiquidSample};

/// The curves of a sample, and their positions among its observables.
const CURVES: [(&str, usize); OBSERVABLES] = [
    ("self_scattering", SELF_SCATTERING),
    ("mean_squared_displacement", SQUARED_DISPLACEMENT),
    ("overlap", OVERLAP),
    ("fourth_power", FOURTH_POWER),
];

/// The samples of the existing relaxation.h5.
///
/// # Errors
/// `Storage` when it cannot be read.
pub fn read_samples(context: &Context<'_>) -> Result<Vec<LiquidSample>> {
    let reader = StageReader::open(&context.directory, Stage::Relax)?;
    let groups = groups(context.deck.model.potential.species());
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
            // data that the means over samples do not need are not in the file
            pressure: Average {
                mean: number("pressure")?,
                error: number("pressure_error")?,
                correlation_time: f64::NAN,
                reliable: false,
            },
        },
    })
}
