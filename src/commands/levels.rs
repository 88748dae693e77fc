//! `glasswell levels`: the Schroedinger equation in a given profile.

use super::output::print_values;
use crate::error::{Error, Result};
use crate::formats;
use crate::tunnelling::{Doublet, Profile, TunnelSettings, solve};
use serde_json::{Map, Value};
use std::path::{Path, PathBuf};

/// The options of `levels`.
pub struct LevelsOptions {
    pub profile: PathBuf,
    /// None: that of the file.
    pub length: Option<f64>,
    pub reduced_mass: f64,
    pub levels: usize,
    /// d2V/dxi2 at xi = 0 and 1.
    pub curvatures: Option<(f64, f64)>,
    pub json: bool,
}

/// Largest distance of a minimum from xi = 0 or 1 [lengths of the path]: a few points at the ends are not exactly the minima.
const AT_MINIMUM: f64 = 0.02;

/// Prints levels, splitting, WKB results and kind of a profile.
///
/// # Errors
/// `Error::Usage` for invalid lengths, masses and numbers of levels, `Error::Input` for an invalid profile.
pub fn levels(options: &LevelsOptions) -> Result<()> {
    check_usage(options)?;
    let given = formats::read_profile(&options.profile)?;
    let length = options.length.or(given.length).ok_or_else(|| {
        Error::Usage(
            "--length is missing: give the arc length between the minima; only the output of path --json holds it"
                .to_owned(),
        )
    })?;
    positive("--length", length)?;
    let curvature = match options.curvatures {
        Some((left, right)) => [Some(left), Some(right)],
        None => {
            given.curvatures.map(|curvature| Some(curvature? * length * length).filter(|k| k.is_finite() && *k > 0.0))
        }
    };
    let profile = Profile { xi: given.xi, energy: given.energy, length, curvature };
    let unusable = |error: Error| match error {
        Error::Numerical(message) => Error::input(&options.profile, message),
        other => other,
    };
    check_minima(&options.profile, &profile).map_err(unusable)?;
    let settings = TunnelSettings { levels: options.levels, ..TunnelSettings::default() };
    let doublet = solve(&profile, None, options.reduced_mass, &settings).map_err(unusable)?;
    print_values(&values(&doublet), options.json);
    Ok(())
}

fn positive(name: &str, value: f64) -> Result<()> {
    match value.is_finite() && value > 0.0 {
        true => Ok(()),
        false => Err(Error::Usage(format!("{name} {value}: give a positive number"))),
    }
}

fn check_usage(options: &LevelsOptions) -> Result<()> {
    options.length.map_or(Ok(()), |length| positive("--length", length))?;
    positive("--reduced-mass", options.reduced_mass)?;
    if let Some((left, right)) = options.curvatures
        && !(left.is_finite() && right.is_finite())
    {
        return Err(Error::Usage(format!("--curvatures {left},{right}: give two finite numbers, K0,K1")));
    }
    if options.levels < 2 {
        return Err(Error::Usage(format!("--levels {}: give 2 or more; a splitting needs two levels", options.levels)));
    }
    // as for the key `levels` of a deck
    let points = TunnelSettings::default().points;
    if options.levels > points / 10 {
        return Err(Error::Usage(format!(
            "--levels {}: give at most {}, a tenth of the {points} grid points per length of the path",
            options.levels,
            points / 10
        )));
    }
    Ok(())
}

/// Warns when xi = 0 or 1 is no minimum of the profile; refuses arc lengths in place of xi.
fn check_minima(file: &Path, profile: &Profile) -> Result<()> {
    let distances = profile.distances_to_minima()?;
    let (first, last) = (profile.xi[0], profile.xi[profile.xi.len() - 1]);
    let is_minimum = |distance: Option<f64>| distance.is_some_and(|distance| distance.abs() <= AT_MINIMUM);
    let length = profile.length;
    if !is_minimum(distances[1]) && first == 0.0 && (last / length - 1.0).abs() < 1e-6 && (length - 1.0).abs() > 1e-6 {
        return Err(Error::input(
            file,
            format!(
                "its first column runs from 0 to {last:?}, which is --length, and xi = 1 is no minimum: it holds arc lengths; \
                 divide them by --length"
            ),
        ));
    }
    for (xi, distance) in distances.into_iter().enumerate().filter(|(_, distance)| !is_minimum(*distance)) {
        let nearest = match distance {
            Some(distance) => format!("the nearest one is about {:.3} away", distance.abs()),
            None => "V does not curve upwards there".to_owned(),
        };
        eprintln!(
            "warning: {}: xi = {xi} is no minimum of the profile ({nearest}): the levels assume minima at xi = 0 and 1, xi being \
             the arc length over --length",
            file.display()
        );
    }
    Ok(())
}

/// The properties of a doublet, by their names in the files; NaN becomes null in JSON.
pub fn values(doublet: &Doublet) -> Map<String, Value> {
    match serde_json::to_value(doublet) {
        Ok(Value::Object(values)) => values,
        _ => Map::new(),
    }
}
