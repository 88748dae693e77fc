//! `glasswell levels`: the Schroedinger equation in a given profile.

use super::output::print_values;
use crate::error::{Error, Result};
use crate::formats;
use crate::tunnelling::{Doublet, Profile, TunnelSettings, solve};
use serde_json::{Map, Value};
use std::path::PathBuf;

/// The options of `levels`.
pub struct LevelsOptions {
    pub profile: PathBuf,
    pub length: f64,
    pub reduced_mass: f64,
    pub levels: usize,
    /// d2V/dxi2 at xi = 0 and 1.
    pub curvatures: Option<(f64, f64)>,
    pub json: bool,
}

/// Prints levels, splitting, WKB results and kind of a profile.
///
/// # Errors
/// `Error::Usage` for invalid lengths, masses and numbers of levels, `Error::Input` for an invalid profile.
pub fn levels(options: &LevelsOptions) -> Result<()> {
    for (name, value) in [("--length", options.length), ("--reduced-mass", options.reduced_mass)] {
        if !(value.is_finite() && value > 0.0) {
            return Err(Error::Usage(format!("{name} {value}: give a positive number")));
        }
    }
    if let Some((left, right)) = options.curvatures
        && !(left.is_finite() && right.is_finite())
    {
        return Err(Error::Usage(format!("--curvatures {left},{right}: give two finite numbers, K0,K1")));
    }
    if options.levels < 2 {
        return Err(Error::Usage(format!("--levels {}: give 2 or more; a splitting needs two levels", options.levels)));
    }
    let (xi, energy) = formats::read_profile(&options.profile)?;
    let curvature = match options.curvatures {
        Some((left, right)) => [Some(left), Some(right)],
        None => [None, None],
    };
    let profile = Profile { xi, energy, length: options.length, curvature };
    let settings = TunnelSettings { levels: options.levels, ..TunnelSettings::default() };
    let doublet = solve(&profile, None, options.reduced_mass, &settings).map_err(|error| match error {
        Error::Numerical(message) => Error::input(&options.profile, message),
        other => other,
    })?;
    print_values(&values(&doublet), options.json);
    Ok(())
}

/// The properties of a doublet, by their names in the files; NaN becomes null in JSON.
pub fn values(doublet: &Doublet) -> Map<String, Value> {
    match serde_json::to_value(doublet) {
        Ok(Value::Object(values)) => values,
        _ => Map::new(),
    }
}
