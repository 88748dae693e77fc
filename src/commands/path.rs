//! `glasswell path`: the minimum-energy path between the minima of two configurations.

use super::evaluate::{read_one, triples};
use super::output::print_values;
use crate::error::{Error, Result};
use crate::files::name_of;
use crate::formats::Symbols;
use crate::landscape::{ExploreSettings, QuenchSettings, corresponding, kinds};
use crate::model::{Configuration, Potential};
use crate::paths::{ConnectSettings, ConnectedWell, PathMethod, PathStatus, find_path};
use serde_json::{Map, Value, json};
use std::path::{Path, PathBuf};

/// Relative difference of edges and diameters of two files that comes from rounding.
const ROUNDING: f64 = 1e-12;

/// The options of `path`.
pub struct PathOptions {
    pub a: PathBuf,
    pub b: PathBuf,
    pub model: Potential,
    /// What the symbols of the files stand for.
    pub species: Symbols,
    /// Which configuration of each file, from 0: one number for both, or two.
    pub frame: Vec<usize>,
    pub images: Option<usize>,
    pub method: Option<PathMethod>,
    /// Whether the particles of `b` are brought into the order of `a`.
    pub matched: bool,
    pub json: bool,
}

/// Quenches both configurations, connects the minima, and prints the path, or its parts if it splits.
///
/// # Errors
/// `Error::Input` for unusable or mismatched configurations, `Error::Usage` for fewer than 3 images.
pub fn path(options: &PathOptions) -> Result<()> {
    let (a, b) = read_ends(options)?;
    let mut settings = ConnectSettings::defaults(options.model);
    // the length is that of the images
    settings.images = options.images.unwrap_or_else(|| ConnectSettings::images_of_papers(options.model));
    if settings.images < 3 {
        return Err(Error::Usage(format!("--images {}: give 3 or more, including both ends", settings.images)));
    }
    if let Some(method) = options.method {
        settings.method = method;
    }
    let quench = QuenchSettings::from(&ExploreSettings::defaults(options.model));
    let ends = (a.positions.as_slice(), b.positions.as_slice());
    let found = find_path(&options.model.model(&a), &a.cell, ends, &settings, &quench, true)?;
    if found.status == PathStatus::Identical && found.exchanged > 0 {
        log::warn!(
            "{} lists {} particles in the places of others of their kind: one structure, rows in another order (--match \
             finds the order)",
            options.b.display(),
            found.exchanged
        );
    }
    let mut values = match (found.status, found.wells.as_slice()) {
        (PathStatus::Split, _) | (_, []) => {
            WELL_KEYS.map(|(key, _)| (key.to_owned(), Value::Null)).into_iter().collect()
        }
        (_, [well, ..]) => well_values(well, settings.images)?,
    };
    values.insert("status".into(), name_of(&found.status)?.into());
    values.insert("force_evaluations".into(), found.force_evaluations.into());
    values.insert("exchanged".into(), found.exchanged.into());
    values.insert("end_stops".into(), json!(found.end_stops));
    values.insert("minima_energies".into(), json!(found.minima.iter().map(|m| m.energy).collect::<Vec<_>>()));
    if found.status == PathStatus::Split {
        let parts = found.wells.iter().map(|well| well_values(well, settings.images).map(Value::Object));
        values.insert("parts".into(), Value::Array(parts.collect::<Result<Vec<_>>>()?));
    }
    print_values(&values, options.json);
    Ok(())
}

/// b with its particles in the order of a.
fn in_the_order_of(a: &Configuration, b: &Configuration, options: &PathOptions) -> Result<Configuration> {
    let [kinds_a, kinds_b] = [a, b].map(|of| kinds(&options.model.model(of).mixture));
    let sorted = |kinds: &[u64]| {
        let mut kinds = kinds.to_vec();
        kinds.sort_unstable();
        kinds
    };
    if sorted(&kinds_a) != sorted(&kinds_b) {
        let message = "--match: it does not have as many particles of each kind as the first file";
        return Err(Error::input(&options.b, message));
    }
    let map = corresponding(&a.cell, (&a.positions, &kinds_a), (&b.positions, &kinds_b));
    log::info!("--match: {} particles change their rows", map.iter().enumerate().filter(|(i, j)| i != *j).count());
    Ok(Configuration {
        cell: b.cell,
        positions: map.iter().flat_map(|&j| b.positions[3 * j..3 * j + 3].to_vec()).collect(),
        species: map.iter().map(|&j| b.species[j]).collect(),
        diameters: map.iter().map(|&j| b.diameters[j]).collect(),
    })
}

/// Both configurations, of the same particles in the same box.
fn read_ends(options: &PathOptions) -> Result<(Configuration, Configuration)> {
    let (of_a, of_b) = match options.frame[..] {
        [] => (None, None),
        [both] => (Some(both), Some(both)),
        [a, b] => (Some(a), Some(b)),
        _ => return Err(Error::Usage("--frame takes one number, or two for A and B: 3,7".to_string())),
    };
    let read = |file: &Path, frame: Option<usize>| read_one(file, &options.model, &options.species, frame);
    let (a, mut b) = (read(&options.a, of_a)?, read(&options.b, of_b)?);
    if options.matched {
        b = in_the_order_of(&a, &b, options)?;
    }
    let same =
        |a: &[f64], b: &[f64]| a.len() == b.len() && a.iter().zip(b).all(|(a, b)| (a - b).abs() <= ROUNDING * a.abs());
    if a.species != b.species || !same(&a.diameters, &b.diameters) {
        return Err(Error::input(
            &options.b,
            "its particles differ from those of the first file; both files must list the same particles in the same \
             order; --match finds the order",
        ));
    }
    if !same(&a.cell.edges, &b.cell.edges) {
        return Err(Error::input(
            &options.b,
            "its box differs from that of the first file; both files must have the same box",
        ));
    }
    b.cell = a.cell;
    Ok((a, b))
}

/// The keys of `well_values`, null where there is no path, or where its parts are listed instead; and whether they describe the
/// path itself, so that they are null where it did not converge.
const WELL_KEYS: [(&str, bool); 28] = [
    ("status", false),
    ("a", false),
    ("b", false),
    ("asymmetry", false),
    ("activation", true),
    ("barrier", true),
    ("length", true),
    ("length_method", true),
    ("band_length", true),
    ("distance", false),
    ("participation_ratio", false),
    ("participation_ratio_components", false),
    ("rattlers", false),
    ("exchange", false),
    ("saddle_energy", true),
    ("saddle_residual", true),
    ("negative_modes", false),
    ("negative_modes_a", false),
    ("negative_modes_b", false),
    ("tries", false),
    ("curvature_a", true),
    ("curvature_b", true),
    ("curvature_saddle", true),
    ("saddle_position", true),
    ("arc_length", true),
    ("xi", true),
    ("energies", true),
    ("force_evaluations", false),
];

/// The properties of one double well, with its profile on `points` points.
fn well_values(connected: &ConnectedWell, points: usize) -> Result<Map<String, Value>> {
    let well = &connected.double_well;
    let profile = well.profile.with_points(points)?;
    let end = profile.arc_length.last().copied().unwrap_or(f64::NAN);
    let value = json!({
        "status": name_of(&well.status)?,
        "a": well.a,
        "b": well.b,
        "asymmetry": well.asymmetry,
        "activation": well.activation,
        "barrier": well.barrier,
        "length": well.length,
        "length_method": name_of(&well.length_method)?,
        "band_length": well.band_length,
        "distance": well.separation.distance,
        "participation_ratio": well.separation.participation_ratio,
        "participation_ratio_components": well.separation.participation_ratio_components,
        "rattlers": well.rattlers,
        "exchange": well.exchange,
        "saddle_energy": well.saddle_energy,
        "saddle_residual": well.saddle_residual,
        "negative_modes": well.negative_modes,
        "negative_modes_a": well.negative_modes_a,
        "negative_modes_b": well.negative_modes_b,
        "tries": well.tries,
        "curvature_a": well.curvature_a,
        "curvature_b": well.curvature_b,
        "curvature_saddle": well.curvature_saddle,
        "saddle_position": triples(&well.saddle_position),
        "xi": profile.arc_length.iter().map(|s| s / end).collect::<Vec<f64>>(),
        "arc_length": profile.arc_length,
        "energies": profile.energy,
        "force_evaluations": well.force_evaluations,
    });
    match value {
        Value::Object(mut values) => {
            if !well.status.is_measured() {
                WELL_KEYS.iter().filter(|(_, of_path)| *of_path).for_each(|(key, _)| values[*key] = Value::Null);
            }
            Ok(values)
        }
        _ => Err(Error::Internal("a double well was not serialised to a JSON object".to_owned())),
    }
}
