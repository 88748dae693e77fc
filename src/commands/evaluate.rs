//! `glasswell evaluate`: one configuration.

use super::output::print_values;
use crate::error::{Error, Result};
use crate::forces::{PairSum, sums};
use crate::formats;
use crate::landscape::{ExploreSettings, QuenchSettings};
use crate::model::{Configuration, Model, Potential};
use crate::modes::dense_spectrum;
use crate::paths::quench_to_minimum;
use serde_json::{Map, Value, json};
use std::path::PathBuf;

/// The options of `evaluate`.
pub struct EvaluateOptions {
    pub file: PathBuf,
    pub model: Potential,
    pub quench: bool,
    pub hessian: bool,
    pub push: Option<PathBuf>,
    pub force_tolerance: Option<f64>,
    pub json: bool,
}

/// Reads a file that holds exactly one configuration.
///
/// # Errors
/// `Error::Input` when the file cannot be used or holds several configurations.
pub fn read_one(file: &std::path::Path, potential: &Potential) -> Result<Configuration> {
    let mut configurations = formats::read_configurations(file, potential)?;
    match (configurations.pop(), configurations.len()) {
        (Some(configuration), 0) => Ok(configuration),
        (_, more) => {
            Err(Error::input(file, format!("holds {} configurations; give a file with exactly one", more + 1)))
        }
    }
}

/// Prints energy, pressure, stress and forces of a configuration, and what the options request in addition.
///
/// # Errors
/// `Error::Input` for unusable files, `Error::Numerical` when the energy is not finite.
pub fn evaluate(options: &EvaluateOptions) -> Result<()> {
    let mut configuration = read_one(&options.file, &options.model)?;
    let model = options.model.model(&configuration);
    let mut values = Map::new();
    values.insert("model".into(), options.model.name().into());
    values.insert("particles".into(), configuration.particles().into());
    if options.quench {
        let defaults = ExploreSettings::defaults(options.model);
        let settings = QuenchSettings {
            force_tolerance: options.force_tolerance.unwrap_or(defaults.force_tolerance),
            ..QuenchSettings::default()
        };
        let mut sum = PairSum::<1>::new(model.clone(), configuration.cell);
        let (minimum, negative) = quench_to_minimum(&mut sum, &configuration.positions, &settings);
        configuration.positions = minimum.positions;
        values.insert("residual".into(), minimum.residual.into());
        values.insert("force_evaluations".into(), minimum.force_evaluations.into());
        values.insert("stop".into(), serde_json::to_value(minimum.stop).unwrap_or(Value::Null));
        // null when they were not counted
        values.insert("negative_modes".into(), u64::try_from(negative).ok().into());
        values.insert("positions".into(), triples(&configuration.positions));
    }
    evaluate_sums(&mut values, &model, &configuration, &options.file)?;
    if options.hessian {
        let spectrum = dense_spectrum(&model, &configuration.cell, &configuration.positions)?;
        values.insert("hessian_eigenvalues".into(), json!(spectrum.eigenvalues));
        values.insert("participation_ratio".into(), json!(spectrum.participation_ratio));
    }
    if let Some(file) = &options.push {
        let z = formats::read_vector(file, configuration.positions.len())?;
        let product = sums::hessian_times(&model, &configuration.cell, &configuration.positions, &z);
        let (contraction, full) = sums::third_order(&model, &configuration.cell, &configuration.positions, &z);
        let along: f64 = z.iter().zip(&product).map(|(z, h)| z * h).sum();
        values.insert("Hz".into(), triples(&product));
        values.insert("zHz".into(), along.into());
        values.insert("U_zz".into(), triples(&contraction));
        values.insert("U_zzz".into(), full.into());
    }
    print_values(&values, options.json);
    Ok(())
}

fn evaluate_sums(
    values: &mut Map<String, Value>,
    model: &Model,
    configuration: &Configuration,
    file: &std::path::Path,
) -> Result<()> {
    let mut forces = vec![0.0; configuration.positions.len()];
    let energy = sums::energy_and_forces(model, &configuration.cell, &configuration.positions, &mut forces);
    if !energy.is_finite() {
        return Err(Error::input(file, format!("the energy is {energy}: particles coincide; move them apart")));
    }
    let stress = sums::stress(model, &configuration.cell, &configuration.positions);
    values.insert("energy".into(), energy.into());
    values.insert("energy_per_particle".into(), (energy / configuration.particles() as f64).into());
    values.insert("pressure".into(), sums::pressure(&stress).into());
    values.insert("stress".into(), json!(stress));
    values.insert("forces".into(), triples(&forces));
    Ok(())
}

/// [3N] as rows of three numbers.
pub fn triples(flat: &[f64]) -> Value {
    json!(flat.as_chunks::<3>().0)
}
