//! tau_alpha(T_f) / tau_0 from the relaxation.h5 of a campaign.

use super::read::column;
use crate::error::Result;
use crate::files::{Attribute, StageReader};
use crate::statistics::{Extrapolation, RelaxationPoint};

/// Temperatures are the same within this relative difference, that of numbers written in a deck.
const SAME_TEMPERATURE: f64 = 1e-9;
/// Qualities of a relaxation time that the fits use, too.
const SOUND: [&str; 2] = ["converged", "short"];

/// tau_alpha(T_f) / tau_0, tau_0 = tau_alpha(T_o).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RelaxationRatio {
    pub value: f64,
    /// Standard error; that of tau_0 is left out where T_f was measured.
    pub error: f64,
    /// Whether T_f was not measured: the value is that of the stored fit.
    pub extrapolated: bool,
}

/// The ratio at the temperature `temperature` as it was measured or, if it was not, by the parabolic fit or, without one, by that
/// of Vogel, Fulcher and Tammann. None for dynamics with swaps, and where the file has neither.
///
/// # Errors
/// `Storage` when the file is damaged.
pub fn relaxation_ratio(reader: &StageReader, temperature: f64) -> Result<Option<RelaxationRatio>> {
    if !reader.has("/relaxation/tau_alpha") || text(reader, "dynamics")? != "md" {
        return Ok(None);
    }
    let tau_onset = number(reader, "tau_onset")?;
    let status: Vec<String> = reader.read_text("/relaxation/status")?;
    let column = |name: &str| column::<f64>(reader, &format!("/relaxation/{name}"));
    let (temperatures, tau, error) = (column("temperature")?, column("tau_alpha")?, column("tau_alpha_error")?);
    let points: Vec<RelaxationPoint> = (0..status.len())
        .filter(|row| SOUND.contains(&status[*row].as_str()))
        .map(|row| RelaxationPoint { temperature: temperatures[row], tau: tau[row], error: error[row] })
        .collect();
    let is_here = |point: &&RelaxationPoint| (point.temperature - temperature).abs() <= SAME_TEMPERATURE * temperature;
    let measured = points.iter().find(is_here).map(|point| RelaxationRatio {
        value: point.tau / tau_onset,
        error: point.error / tau_onset,
        extrapolated: false,
    });
    if let Some(ratio) = measured.filter(|ratio| ratio.value.is_finite()) {
        return Ok(Some(ratio));
    }
    let window = number(reader, "window")?;
    let Some(law) = law(reader)?.filter(|law| temperature <= window && law.ratio(temperature).is_finite()) else {
        return Ok(None);
    };
    let error = law.error(temperature, &points, Some(window), reader.header().seed);
    Ok(Some(RelaxationRatio { value: law.ratio(temperature), error, extrapolated: true }))
}

/// The stored fit with a glass transition, by which the law is tied to tau_0.
fn law(reader: &StageReader) -> Result<Option<Extrapolation>> {
    let numbers = |names: [&str; 3]| -> Result<Option<[f64; 3]>> {
        let [a, b, c] = names.map(|name| number(reader, name));
        let numbers = [a?, b?, c?];
        Ok(Some(numbers).filter(|numbers| numbers.iter().all(|number| number.is_finite())))
    };
    if let Some(numbers) = numbers(["parabolic_temperature", "parabolic_energy", "t_g_parabolic"])? {
        return Ok(Some(Extrapolation::Parabolic(numbers)));
    }
    Ok(numbers(["vft_temperature", "vft_strength", "t_g_vft"])?.map(Extrapolation::VogelFulcherTammann))
}

fn number(reader: &StageReader, name: &str) -> Result<f64> {
    match reader.attribute("/relaxation", name)? {
        Attribute::F64(value) => Ok(value),
        _ => Err(reader.unusable(format!("has an attribute {name} of /relaxation that is no number"))),
    }
}

fn text(reader: &StageReader, name: &str) -> Result<String> {
    match reader.attribute("/relaxation", name)? {
        Attribute::Text(text) => Ok(text),
        _ => Err(reader.unusable(format!("has an attribute {name} of /relaxation that is no text"))),
    }
}
