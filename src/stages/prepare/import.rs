//! The glasses of method `import`: as found in their files, with their inherent structures.

use super::imports::read_file;
use super::record::{GlassRecord, StartRecord};
use super::same_glass::translation;
use super::task::inherent_settings;
use crate::error::{Error, Result};
use crate::forces::{PairSum, as_lanes, as_lanes_mut, listed, sums};
use crate::formats::{Choice, Reading};
use crate::input::Imported;
use crate::landscape::{StopReason, inherent_structure};
use crate::model::{Configuration, Potential};
use crate::stages::Context;
use std::collections::{BTreeMap, BTreeSet};

/// This rank's share of the glasses after the first `known`, and of the further starting configurations of all.
pub fn import(context: &Context<'_>, known: usize) -> Result<(Vec<GlassRecord>, Vec<StartRecord>)> {
    let potential = &context.deck.model.potential;
    let temperature = context.deck.prepare.as_ref().map_or(f64::NAN, |prepare| prepare.temperature);
    let mine = |glass: &usize| glass % context.ranks.size() == context.ranks.rank();
    let glasses: Vec<(usize, &Vec<Imported>)> =
        context.deck.imports.iter().enumerate().filter(|(glass, _)| mine(glass)).collect();
    let mut held = read(context, glasses.iter().flat_map(|(_, members)| *members))?;
    let (mut records, mut starts) = (Vec::new(), Vec::new());
    for (glass, members) in glasses {
        let mut laid: Vec<Configuration> = Vec::new();
        for (number, member) in members.iter().enumerate() {
            let read = held.remove(member).and_then(|configuration| lay_on(configuration, &laid));
            let configuration = read.ok_or_else(|| Error::input(&member.file, "was changed while it was read"))?;
            if number > 0 {
                let found = Rest::of(potential, &configuration);
                starts.push(StartRecord {
                    glass,
                    number,
                    positions: configuration.positions.clone(),
                    energy_per_particle: found.energy / configuration.particles() as f64,
                    inherent_energy_per_particle: found.inherent.0,
                    inherent_stop: found.inherent.1,
                });
            } else if glass >= known {
                let found = Rest::of(potential, &configuration);
                let pressure = configuration.density() * temperature + found.pressure;
                let (energy, inherent) = (found.energy, found.inherent);
                records.push(GlassRecord::imported(glass, configuration.clone(), energy, pressure, inherent));
            }
            laid.push(configuration);
        }
    }
    Ok((records, starts))
}

/// The configurations that are wanted, each file read once.
fn read<'i>(
    context: &Context<'_>,
    wanted: impl Iterator<Item = &'i Imported>,
) -> Result<BTreeMap<Imported, Configuration>> {
    let deck = &context.deck;
    let Some(prepare) = &deck.prepare else { return Ok(BTreeMap::new()) };
    let reading = Reading { potential: &deck.model.potential, symbols: &prepare.species };
    let wanted: BTreeSet<&Imported> = wanted.collect();
    let files: BTreeSet<&std::path::PathBuf> = wanted.iter().map(|imported| &imported.file).collect();
    let mut held = BTreeMap::new();
    for file in files {
        let contents = read_file(file, &reading, Choice::All, Some(deck))?;
        for (number, configuration) in contents.configurations.into_iter().enumerate() {
            let imported = Imported { file: file.clone(), number };
            if wanted.contains(&imported) {
                held.insert(imported, configuration);
            }
        }
    }
    Ok(held)
}

/// A configuration in the box; a further one of a glass is moved as a whole onto those before it.
fn lay_on(mut configuration: Configuration, laid: &[Configuration]) -> Option<Configuration> {
    if let Some(first) = laid.first() {
        let shift = laid.iter().find_map(|known| translation(known, &configuration))?;
        for atom in configuration.positions.as_chunks_mut::<3>().0 {
            (0..3).for_each(|k| atom[k] -= shift[k]);
        }
        let positions = configuration.positions;
        configuration = Configuration { positions, ..first.clone() };
    }
    configuration.cell.wrap(&mut configuration.positions);
    Some(configuration)
}

/// Energies of a configuration and of its inherent structure.
struct Rest {
    energy: f64,
    /// Without the ideal part.
    pressure: f64,
    /// Per particle, and why the quench ended.
    inherent: (f64, StopReason),
}

impl Rest {
    fn of(potential: &Potential, configuration: &Configuration) -> Self {
        let model = potential.model(configuration);
        let mut sum = PairSum::<1>::new(model.clone(), configuration.cell);
        let mut forces = vec![0.0; configuration.positions.len()];
        let [energy] = sum.forces(as_lanes(&configuration.positions), as_lanes_mut(&mut forces));
        let stress = listed::stress(&model, &configuration.cell, &configuration.positions);
        let quenched = inherent_structure(&model, configuration, &inherent_settings(potential));
        let inherent = (quenched.energy / configuration.particles() as f64, quenched.stop);
        Self { energy, pressure: sums::pressure(&stress), inherent }
    }
}
