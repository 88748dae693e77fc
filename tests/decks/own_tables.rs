//! Models with a law of the registry and tables of the user's own: they mean what a preset of the same numbers means, the sums are
//! the plain ones and agree with figures made elsewhere, and what such a deck asks for is what it gets.

use crate::common;
use common::*;
use glasswell::forces::{PairBlocks, PairSum, as_lanes, as_lanes_mut, sums};
use glasswell::formats::{read_configurations, write_extended_xyz, write_lammps_data};
use glasswell::input::{Comparison, Deck, Origin, compare_keys, parse_deck};
use glasswell::landscape::Recognition;
use glasswell::model::{Configuration, Law, Mixture, PeriodicBox, Potential, Preset};
use glasswell::modes::{ModeCount, ModesSettings};
use glasswell::random::{Purpose, stream};
use glasswell::sampling::{PrepareMethod, onset_temperature, wave_number};
use glasswell::stage::Stage;
use rand::RngExt;
use std::path::Path;
use std::process::Command;

/// Kob and Andersen's tables in proportions 4 : 1, under the smoothed law.
const KOB_ANDERSEN: &str = "[model]\nlaw = \"lennard-jones-quartic\"\nspecies = [\"Ni\", \"P\"]\ncomposition = [4, 1]\n\
    epsilon = [[1.0, 1.5], [1.5, 0.5]]\nsigma = [[1.0, 0.8], [0.8, 0.88]]\nparticles = 300\ndensity = 1.2\n";

fn deck(text: &str) -> Deck {
    parse_deck(text, Path::new("deck.toml")).unwrap_or_else(|error| panic!("{text}\n{error}"))
}

/// A law with the tables of Kob and Andersen.
fn binary(law: Law) -> Potential {
    let tables = deck(KOB_ANDERSEN).model.potential;
    let names: Vec<String> = tables.names().map(str::to_string).collect();
    Potential::with_tables(law, &names, tables.composition(), &tables.epsilon(), &tables.sigma()).unwrap()
}

/// A jittered simple cubic lattice, every fifth particle of the second species, the nearest pairs at 0.8 sigma or more.
fn disordered(particles: usize, density: f64, seed: u64) -> Configuration {
    let cell = PeriodicBox::cubic(particles, density);
    let side = (particles as f64).cbrt().ceil() as usize;
    let mut random = stream(seed, Purpose::Prepare, 0, 0);
    let positions = (0..particles)
        .flat_map(|i| [i % side, i / side % side, i / side / side])
        .map(|k| (k as f64 + 0.1 * random.random::<f64>()) * cell.edges[0] / side as f64)
        .collect();
    let species = (0..particles).map(|i| u8::from(i % 5 == 4)).collect();
    Configuration { cell, positions, species, diameters: vec![1.0; particles] }
}

#[test]
fn every_law_is_a_model_with_tables() {
    for (name, law) in Law::all() {
        let model = deck(&KOB_ANDERSEN.replace("lennard-jones-quartic", name)).model;
        assert_eq!((model.potential, model.potential.name()), (binary(law), name));
        let configuration = disordered(343, 1.2, 4);
        let model = model.potential.model(&configuration);
        let (cell, x) = (configuration.cell, &configuration.positions);
        let mut plain = vec![0.0; x.len()];
        let energy = sums::energy_and_forces(&model, &cell, x, &mut plain);
        let mut fast = vec![0.0; x.len()];
        let mut sum = PairSum::<1>::new(model.clone(), cell);
        let [fast_energy] = sum.forces(as_lanes(x), as_lanes_mut(&mut fast));
        assert!((fast_energy / energy - 1.0).abs() < 1e-12, "{name}: {fast_energy} {energy}");
        assert!(largest_difference(&fast, &plain) < 1e-12 * largest(&plain), "{name}: forces");
        // F = -dU/dx and H z = -dF/dx z by differences of order h^4
        let z: Vec<f64> = (0..x.len()).map(|k| ((k * 31 + 7) % 61) as f64 / 61.0 - 0.5).collect();
        let moved = |s: f64| -> Vec<f64> { x.iter().zip(&z).map(|(x, z)| x + s * z).collect() };
        let h = 1e-5;
        let difference = |s: f64| sums::energy_difference(&model, &cell, &moved(-s), &moved(s)) / (2.0 * s);
        let work: f64 = -plain.iter().zip(&z).map(|(f, z)| f * z).sum::<f64>();
        let slope = (4.0 * difference(h) - difference(2.0 * h)) / 3.0;
        assert!((work - slope).abs() < 1e-7 * work.abs().max(1.0), "{name}: {work} {slope}");
        let forces_at = |s: f64| {
            let mut forces = vec![0.0; x.len()];
            sums::energy_and_forces(&model, &cell, &moved(s), &mut forces);
            forces
        };
        let product = sums::hessian_times(&model, &cell, x, &z);
        let (a, b, c, d) = (forces_at(-h), forces_at(h), forces_at(-2.0 * h), forces_at(2.0 * h));
        let by_difference: Vec<f64> =
            (0..x.len()).map(|k| (8.0 * (a[k] - b[k]) - (c[k] - d[k])) / (12.0 * h)).collect();
        let off = largest_difference(&product, &by_difference) / largest(&product);
        // phi'' of harmonic spheres jumps where a contact opens
        assert!(off < if law.has_contacts() { 1e-3 } else { 1e-6 }, "{name}: H z off by {off:e}");
        sum.hessian_times(as_lanes(x), as_lanes(&z), as_lanes_mut(&mut fast));
        assert!(largest_difference(&fast, &product) < 1e-12 * largest(&product), "{name}: H z, fast");
        let blocks = PairBlocks::new(&model, &cell, x, &[]);
        let mut rows = vec![[0.0; 8]; x.len()];
        blocks.times(&blocks.to_lanes(&[&z]), &mut rows);
        assert!(
            largest_difference(&blocks.from_lane(&rows, 0), &product) < 1e-12 * largest(&product),
            "{name}: blocks"
        );
    }
}

/// U = sum 4 epsilon [x^-12 - x^-6 + C0 + C2 x^2 + C4 x^4] over all pairs, the polynomial from its conditions at the cutoff.
const ENERGY: &str = r"
import json, sys, numpy as np
file = json.load(open(sys.argv[1]))
r, kind, edge = np.array(file['positions']).reshape(-1, 3), np.array(file['species']), np.array(file['box'])
epsilon, sigma = np.array(file['epsilon']), np.array(file['sigma'])
i, j = np.triu_indices(len(r), 1)
d = r[i] - r[j]
d -= edge * np.round(d / edge)
x = np.sqrt((d * d).sum(1)) / sigma[kind[i], kind[j]]
c = 2.5
# value, slope and curvature vanish at the cutoff
conditions = [[1, c**2, c**4], [0, 2 * c, 4 * c**3], [0, 2, 12 * c**2]]
at_cutoff = [c**-12 - c**-6, -12 * c**-13 + 6 * c**-7, 156 * c**-14 - 42 * c**-8]
c0, c2, c4 = np.linalg.solve(conditions, -np.array(at_cutoff))
phi = 4 * (x**-12 - x**-6 + c0 + c2 * x**2 + c4 * x**4)
print(repr(float((epsilon[kind[i], kind[j]] * phi)[x < c].sum())))
";

#[test]
fn the_energy_is_that_of_another_program() {
    let potential = deck(KOB_ANDERSEN).model.potential;
    let configuration = disordered(216, 1.2, 7);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("configuration.json");
    let json = serde_json::json!({
        "positions": configuration.positions, "species": configuration.species, "box": configuration.cell.edges,
        "epsilon": potential.epsilon(), "sigma": potential.sigma(),
    });
    std::fs::write(&path, json.to_string()).unwrap();
    let output = Command::new("/usr/bin/python3").args(["-c", ENERGY]).arg(&path).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let theirs: f64 = String::from_utf8(output.stdout).unwrap().trim().parse().unwrap();
    let mut forces = vec![0.0; configuration.positions.len()];
    let model = potential.model(&configuration);
    let ours = sums::energy_and_forces(&model, &configuration.cell, &configuration.positions, &mut forces);
    assert!((ours / theirs - 1.0).abs() < 1e-11, "{ours} {theirs}");
}

/// Stages whose defaults depend on the model, with every such key given.
const STAGES: &str = "[prepare]\nglasses = 2\ntemperature = 0.9\nmethod = \"hybrid-swap\"\ntime_step = 0.005\n\
    equilibration = { relaxation_times = 10, max_steps = 1_000 }\n\
    [explore]\ntemperature = 0.4\ntime_step = 0.0025\nquench_every = 11\nquenches = 12\nequilibration_steps = 100\n";

/// The deck of the ternary mixture by its preset.
const PRESET: &str = "[model]\npreset = \"tlj\"\nparticles = 200\n";

#[test]
fn a_changed_table_is_another_deck() {
    let old = deck(&format!("{KOB_ANDERSEN}{STAGES}"));
    for stage in [Stage::Prepare, Stage::Explore] {
        let keys = old.stage_keys(stage).unwrap();
        for key in ["law", "species", "composition", "epsilon", "sigma", "particles", "density"] {
            assert!(keys.contains(&format!("model.{key} = ")), "{keys}");
        }
    }
    for (from, to, key) in [
        ("0.88", "0.8800000000000001", "model.sigma"),
        ("[1.5, 0.5]", "[1.5, 0.6]", "model.epsilon"),
        ("[4, 1]", "[3, 1]", "model.composition"),
        ("lennard-jones-quartic", "lennard-jones-force-shifted", "model.law"),
    ] {
        let new = deck(&format!("{}{STAGES}", KOB_ANDERSEN.replace(from, to)));
        let Comparison::Changed(changes) = new.compare(&old).unwrap() else { panic!("{from}") };
        assert_eq!((changes.len(), changes[0].key.as_str(), changes[0].stage), (1, key, Stage::Prepare));
    }
    let written_otherwise = KOB_ANDERSEN.replace("[4, 1]", "[4.0, 1.0]");
    assert_eq!(deck(&format!("{written_otherwise}{STAGES}")).compare(&old).unwrap(), Comparison::Same);
}

/// With `refine = "active"` the units decide which paths are refined; a model that stands for no material may have none yet.
/// Otherwise paths do not depend on units.
#[test]
fn paths_are_found_before_a_unit_is_given() {
    for model in [KOB_ANDERSEN, "[model]\npreset = \"harmonic\"\n"] {
        let plain = deck(&format!("{model}{STAGES}[connect]\n")).stage_keys(Stage::Connect).unwrap();
        assert!(!plain.contains("tunnel."), "{plain}");
        let found = format!("{model}{STAGES}[connect]\nimages = 40\nrefine = \"active\"\n");
        let keys = deck(&found).stage_keys(Stage::Connect).unwrap();
        assert!(keys.contains("tunnel.units = []"), "{keys}");
        let given = deck(&format!("{found}[tunnel]\nreduced_mass = {{ mine = 2500 }}\n"));
        let compared = compare_keys(&keys, &given.stage_keys(Stage::Connect).unwrap()).unwrap();
        assert!(matches!(compared, Comparison::Extends(changes) if changes.len() == 1));
    }
    let keys = deck(&format!("{PRESET}[connect]\nrefine = \"active\"\n")).stage_keys(Stage::Connect).unwrap();
    assert!(keys.contains("tunnel.units = [\"argon\", \"nickel-phosphorus\"]"), "{keys}");
}

#[test]
fn the_defaults_are_those_of_the_law_and_the_tables() {
    let text = format!(
        "{KOB_ANDERSEN}[prepare]\ntemperature = 0.45\n[relax]\ntemperatures = [0.6]\n[explore]\ntemperature = 0.3\n\
         [connect]\n[tunnel]\nreduced_mass = {{ mine = 2500 }}\n[modes]\n"
    );
    let first = deck(&text);
    assert!(first.warnings.is_empty(), "{:?}", first.warnings);
    let (prepare, explore) = (first.prepare.as_ref().unwrap(), first.explore.as_ref().unwrap());
    // 0.005 of 0.8 / 1.5^1/2, rounded down
    assert_eq!((prepare.method, prepare.time_step), (PrepareMethod::HybridSwap, 0.0032));
    assert_eq!((explore.time_step, explore.quench_every, explore.recognition), (0.0032, 20, Recognition::Minima));
    assert_eq!((explore.force_tolerance, first.modes.as_ref().unwrap().count), (1e-9, ModeCount::All));
    assert_eq!(first.origin("prepare.time_step"), Some(Origin::Default));
    assert_eq!(first.model.species().iter().filter(|kind| **kind == 1).count(), 60);
    // what is explained is a deck that means the same
    let second = deck(&first.explain().unwrap());
    assert_eq!(first.canonical_text().unwrap(), second.canonical_text().unwrap());
    // the scales of the liquid are those of the law's preset in units of the tables
    let potential = first.model.potential;
    assert_eq!((onset_temperature(potential), wave_number(potential)), (1.0, 7.2));
    let soft = binary(Law::from_name("soft-sphere-quartic").unwrap());
    assert_eq!(
        (onset_temperature(soft), wave_number(soft)),
        (onset_temperature(Preset::Pss), wave_number(Preset::Pss))
    );
    // packings of two sizes have the thresholds of the preset harmonic
    let sizes = "law = \"harmonic\"\nepsilon = [[1, 1], [1, 1]]\nsigma = [[1, 1.2], [1.2, 1.4]]\nparticles = 500\ndensity = 0.7\n";
    let packing = deck(&format!("[model]\n{sizes}[explore]\ntemperature = 1e-5\n[connect]\n"));
    let explore = packing.explore.as_ref().unwrap();
    assert_eq!((explore.force_tolerance, explore.recognition), (1e-13, Recognition::None));
    assert_eq!(packing.connect.as_ref().unwrap().force_tolerance, 1e-4);
    assert_eq!(packing.model.potential.names().collect::<Vec<_>>(), ["A", "B"]);
}

#[test]
fn one_species_in_its_own_units_is_a_fluid_of_one_kind() {
    let one = |epsilon: f64, sigma: f64| {
        let size = format!("epsilon = [[{epsilon}]]\nsigma = [[{sigma}]]\nparticles = 300\ndensity = 0.997\n");
        deck(&format!("[model]\nlaw = \"lennard-jones-force-shifted\"\n{size}[prepare]\ntemperature = 2\n"))
    };
    let fluid = one(1.0, 1.0);
    assert_eq!(fluid.prepare.as_ref().unwrap().method, PrepareMethod::Md);
    assert!(fluid.model.potential.is_of_one_kind());
    assert_eq!(ModesSettings::defaults(fluid.model.potential), ModesSettings::defaults(Preset::Lj));
    let configuration = Configuration { species: vec![0; 300], ..disordered(300, 0.997, 2) };
    let model = fluid.model.potential.model(&configuration);
    assert_eq!(model, Preset::Lj.model(&configuration));
    // U(r; epsilon, sigma) = epsilon U(r / sigma; 1, 1)
    let (epsilon, sigma) = (1.5, 0.8);
    let scaled = one(epsilon, sigma).model.potential.model(&configuration);
    assert!(matches!(scaled.mixture, Mixture::Species { .. }));
    let larger = Configuration {
        cell: PeriodicBox { edges: configuration.cell.edges.map(|edge| edge / sigma) },
        positions: configuration.positions.iter().map(|x| x / sigma).collect(),
        ..configuration.clone()
    };
    let energy = |model, configuration: &Configuration| {
        let mut forces = vec![0.0; configuration.positions.len()];
        sums::energy_and_forces(model, &configuration.cell, &configuration.positions, &mut forces)
    };
    let (ours, theirs) = (energy(&scaled, &configuration), epsilon * energy(&model, &larger));
    assert!((ours / theirs - 1.0).abs() < 1e-12, "{ours} {theirs}");
}

#[test]
fn files_have_the_names_of_the_deck() {
    let potential = deck(KOB_ANDERSEN).model.potential;
    let configuration = disordered(343, 1.2, 9);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("glass");
    let xyz = write_extended_xyz(&configuration, potential);
    assert!(xyz.lines().skip(2).all(|line| line.starts_with("Ni ") || line.starts_with("P ")));
    for text in [&xyz, &xyz.replace("Ni ", "1 ").replace("P ", "2 "), &write_lammps_data(&configuration, potential)] {
        std::fs::write(&path, text).unwrap();
        assert_eq!(read_configurations(&path, potential).unwrap(), std::slice::from_ref(&configuration));
    }
    std::fs::write(&path, xyz.replace("P ", "C ")).unwrap();
    let refused = read_configurations(&path, potential).unwrap_err().to_string();
    assert!(
        refused.contains("species `C` is not in the model lennard-jones-quartic; expected Ni, P (or 1, 2)"),
        "{refused}"
    );
}
