//! `glasswell evaluate`: one configuration.

use super::output::print_values;
use crate::error::{Error, Result};
use crate::forces::{PairSum, sums};
use crate::formats::{self, Choice, Reading, Symbols, unknown_species};
use crate::input::{ModelSettings, Trait};
use crate::landscape::{ExploreSettings, QuenchSettings};
use crate::model::{Configuration, Model, Potential};
use crate::modes::dense_spectrum;
use crate::paths::quench_to_minimum;
use crate::stages::prepare::read_file;
use serde_json::{Map, Value, json};
use std::path::{Path, PathBuf};

/// The options of `evaluate`.
pub struct EvaluateOptions {
    pub file: PathBuf,
    pub model: Potential,
    /// What the symbols of the file stand for.
    pub species: Symbols,
    /// Which configuration of several, from 0.
    pub frame: Option<usize>,
    pub quench: bool,
    pub hessian: bool,
    pub push: Option<PathBuf>,
    pub force_tolerance: Option<f64>,
    pub json: bool,
}

/// Reads one configuration of a file: the only one, or the one with this number. Prints what a user should know about it.
///
/// # Errors
/// `Error::Input` when the file cannot be used or has several configurations and none is chosen, `Error::Usage` for
/// symbols that stand for no species of the model.
pub fn read_one(file: &Path, potential: &Potential, symbols: &Symbols, frame: Option<usize>) -> Result<Configuration> {
    if let Some((symbol, known)) = unknown_species(symbols, potential) {
        let species = &symbols[symbol];
        return Err(Error::Usage(format!(
            "--species {symbol}={species}: {} has the species {known}",
            potential.name()
        )));
    }
    let choice = frame.map_or(Choice::Single, Choice::Number);
    let contents = read_file(file, &Reading { potential, symbols }, choice, None)?;
    contents.notes.iter().for_each(|note| eprintln!("note: {note}"));
    let [configuration] = <[Configuration; 1]>::try_from(contents.configurations)
        .map_err(|all| Error::Internal(format!("{} configurations in place of one", all.len())))?;
    let misfits = ModelSettings::defaults(potential).misfits(&configuration);
    if let Some(misfit) = misfits.iter().find(|misfit| misfit.of == Trait::Diameters) {
        eprintln!("warning: {}: {}", file.display(), misfit.message);
    }
    Ok(configuration)
}

/// Prints energy, pressure, stress and forces of a configuration, and what the options request in addition.
///
/// # Errors
/// `Error::Input` for unusable files, `Error::Numerical` when the energy is not finite.
pub fn evaluate(options: &EvaluateOptions) -> Result<()> {
    let mut configuration = read_one(&options.file, &options.model, &options.species, options.frame)?;
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
    file: &Path,
) -> Result<()> {
    let mut forces = vec![0.0; configuration.positions.len()];
    let energy = sums::energy_and_forces(model, &configuration.cell, &configuration.positions, &mut forces);
    if !energy.is_finite() {
        return Err(Error::input(file, format!("the energy is {energy}: particles coincide; move them apart")));
    }
    if energy == 0.0 && model.law.diverges() {
        eprintln!("warning: {}: no pair of particles interacts; are units, box and diameters right?", file.display());
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
