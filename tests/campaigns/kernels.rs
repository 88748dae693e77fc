//! One binary, every kernel: the same input through the built program with `GLASSWELL_KERNEL` set to each kernel this
//! processor has. Single sums on every kernel are compared by physics/tests/physics/fast_equals_plain.rs, Monte
//! Carlo moves by swap.rs there.
//!
//! Every row that this prints, `| work | difference | ... |`, is a row of docs/performance.md; benches/kernels.sh makes
//! the table.

use crate::common;
use crate::support::both;
use common::*;
use glasswell::forces::lanes::Kernel;
use glasswell::landscape::{Candidate, Identity, Same};
use glasswell::model::{Configuration, PeriodicBox, Preset};
use glasswell::random::{Purpose, stream};
use rand::RngExt;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

const SEED: u64 = 29;
/// Of forces, relative to the largest component, and of energies.
const FORCE: f64 = 1e-12;
/// Of the energies of minima, per particle [epsilon].
const MINIMUM: f64 = 1e-10;
/// Of barriers and all other energies along a path [epsilon].
const BARRIER: f64 = 1e-9;

/// The kernels to compare, widest first; those that this processor lacks are reported.
fn kernels() -> Vec<Kernel> {
    let available = Kernel::available();
    for name in Kernel::NAMES {
        if available.iter().all(|kernel| kernel.name() != name) {
            println!("skipped: this processor has no {name}");
        }
    }
    available
}

fn glasswell<S: AsRef<std::ffi::OsStr>>(kernel: Kernel, arguments: &[S]) -> Command {
    let mut command = crate::support::glasswell(arguments);
    command.env(Kernel::VARIABLE, kernel.name());
    command
}

fn json(kernel: Kernel, arguments: &[&str]) -> Value {
    let output = glasswell(kernel, arguments).output().unwrap();
    assert!(output.status.success(), "{kernel:?} {arguments:?}: {}", both(&output));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn xyz(folder: &Path, name: &str, configuration: &Configuration, preset: Preset) -> PathBuf {
    let path = folder.join(format!("{name}.xyz"));
    std::fs::write(&path, glasswell::formats::write_extended_xyz(configuration, preset)).unwrap();
    path
}

/// The largest difference of each kind of work, between the widest kernel and each of the others.
#[derive(Default)]
struct Differences(BTreeMap<(String, &'static str), (f64, f64)>);

impl Differences {
    fn note(&mut self, work: &str, kernel: Kernel, difference: f64, limit: f64, case: &str) {
        assert!(difference <= limit, "{work}, {case}, {}: off by {difference:e}", kernel.name());
        let largest = &mut self.0.entry((work.to_owned(), kernel.name())).or_insert((0.0, limit)).0;
        *largest = largest.max(difference);
    }
}

impl Drop for Differences {
    fn drop(&mut self) {
        for ((work, kernel), (largest, limit)) in &self.0 {
            println!("| {work} | {kernel} | {largest:.1e} | {limit:.0e} |");
        }
    }
}

/// With a tolerance that every configuration satisfies, `--quench` is one call of the pair kernel: the particles do not
/// move, and `residual` is its largest force component, to be compared with the forces of the plain sums.
#[test]
fn force_evaluations_agree() {
    let folder = tempfile::tempdir().unwrap();
    let kernels = kernels();
    let mut differences = Differences::default();
    for (name, preset) in VECTORS {
        let path = xyz(folder.path(), name, &configuration(&load(name), "thermal"), preset);
        let path = path.to_str().unwrap();
        let arguments =
            ["evaluate", path, "--model", preset.name(), "--json", "--quench", "--force-tolerance", "1e300"];
        let results: Vec<Value> = kernels.iter().map(|&kernel| json(kernel, &arguments)).collect();
        for (&kernel, result) in kernels.iter().zip(&results) {
            assert_eq!(result["force_evaluations"], 1, "{name}: more than one call");
            let forces = largest(&numbers(&result["forces"]));
            let off = (result["residual"].as_f64().unwrap() / forces - 1.0).abs();
            differences.note("largest force component against the plain sum, relative", kernel, off, FORCE, name);
        }
    }
}

/// The end of a quench from `start`: energy, positions, rattlers, and everything printed.
struct End {
    energy: f64,
    positions: Vec<f64>,
    rattlers: Vec<bool>,
    printed: Value,
}

fn ends(kernels: &[Kernel], folder: &Path, start: &Configuration, preset: Preset, identity: &Identity) -> Vec<End> {
    let path = xyz(folder, "start", start, preset);
    let arguments = ["evaluate", path.to_str().unwrap(), "--model", preset.name(), "--json", "--quench"];
    let end = |&kernel: &Kernel| {
        let printed = json(kernel, &arguments);
        assert_eq!(printed["stop"], "converged", "{preset:?}");
        let positions = numbers(&printed["positions"]);
        let rattlers = identity.rattlers(&positions);
        End { energy: printed["energy"].as_f64().unwrap(), positions, rattlers, printed }
    };
    let ends: Vec<End> = kernels.iter().map(end).collect();
    for (&kernel, end) in kernels.iter().zip(&ends) {
        let same = kernel == Kernel::PORTABLE || end.printed == ends[0].printed;
        assert!(same, "{preset:?}: AVX-512 and AVX2 differ");
    }
    ends
}

/// From the same snapshot of a glass every kernel reaches the same minimum. In the quench of a hot liquid or a gas,
/// which some of the files hold, the last bit of a force can decide where it ends: there the fused kernels agree, and
/// the portable one mostly.
#[test]
fn quenches_end_in_one_minimum() {
    println!("seed {SEED}");
    let folder = tempfile::tempdir().unwrap();
    let kernels = kernels();
    let mut differences = Differences::default();
    let mut elsewhere = Vec::new();
    for (name, preset) in VECTORS {
        let file = load(name);
        let mut snapshot = configuration(&file, "minimum");
        let mut random = stream(SEED, Purpose::Explore, 0, 0);
        snapshot.positions.iter_mut().for_each(|x| *x += 0.1 * (random.random::<f64>() - 0.5));
        let identity = Identity::new(preset.model(&snapshot), snapshot.cell);
        for (start, is_glass) in [(snapshot, true), (configuration(&file, "thermal"), false)] {
            let ends = ends(&kernels, folder.path(), &start, preset, &identity);
            for (&kernel, end) in kernels.iter().zip(&ends).skip(1) {
                let [a, b] = [&ends[0], end].map(|end| Candidate {
                    positions: &end.positions,
                    energy: end.energy,
                    rattlers: &end.rattlers,
                });
                let same = identity.compare(&a, &b, &start.positions);
                if !is_glass && same != Same::Identical {
                    elsewhere.push(name);
                    continue;
                }
                assert_eq!(same, Same::Identical, "{name} {}", kernel.name());
                let off = (a.energy - b.energy).abs() / start.particles() as f64;
                differences.note("energy per particle of a minimum [epsilon]", kernel, off, MINIMUM, name);
                if preset != Preset::Harmonic {
                    // a packing's rattlers have no definite positions
                    let off = largest_difference(a.positions, b.positions);
                    differences.note("coordinate of a particle in a minimum [sigma]", kernel, off, 1e-3, name);
                }
            }
        }
    }
    println!("of {} liquids the portable kernel ends elsewhere from {elsewhere:?}", VECTORS.len());
    assert!(2 * elsewhere.len() < VECTORS.len(), "{elsewhere:?}");
}

/// Both reference paths by both methods: the same barrier with every kernel.
#[test]
fn paths_have_one_barrier() {
    let folder = tempfile::tempdir().unwrap();
    let kernels = kernels();
    let mut differences = Differences::default();
    for name in ["path_tlj_a", "path_tlj_a2"] {
        let file = load(name);
        let edges = numbers(&file["box"]);
        let species: Vec<u8> = numbers(&file["species"]).into_iter().map(|s| s as u8).collect();
        let [a, b] = ["A", "B"].map(|key| {
            let configuration = Configuration {
                cell: PeriodicBox { edges: [edges[0], edges[1], edges[2]] },
                positions: numbers(&file[key]),
                diameters: vec![1.0; species.len()],
                species: species.clone(),
            };
            xyz(folder.path(), key, &configuration, Preset::Tlj)
        });
        for method in ["neb", "string"] {
            let case = format!("{name} {method}");
            let (a, b) = (a.to_str().unwrap(), b.to_str().unwrap());
            let arguments = ["path", a, b, "--model", "tlj", "--images", "17", "--method", method, "--json"];
            let results: Vec<Value> = kernels.iter().map(|&kernel| json(kernel, &arguments)).collect();
            for (&kernel, path) in kernels.iter().zip(&results).skip(1) {
                assert_eq!((&path["status"], &path["negative_modes"]), (&"converged".into(), &1.into()), "{case}");
                let off = |key: &str| largest_difference(&numbers(&path[key]), &numbers(&results[0][key]));
                for (key, work) in [
                    ("barrier", "barrier [epsilon]"),
                    ("activation", "activation energy [epsilon]"),
                    ("asymmetry", "asymmetry [epsilon]"),
                ] {
                    differences.note(work, kernel, off(key), BARRIER, &case);
                }
                differences.note("length of the path [sigma]", kernel, off("length"), 1e-4, &case);
                if kernel.name() == "avx2" {
                    assert_eq!(path, &results[0], "{case}: AVX-512 and AVX2 differ");
                }
            }
        }
    }
}

/// Preparation by swap moves, exploration, and for soft spheres paths and levels: bitwise identical with AVX-512 and
/// AVX2.
#[test]
fn campaigns_have_the_same_files_on_fused_kernels() {
    let fused: Vec<Kernel> = kernels().into_iter().filter(|&kernel| kernel != Kernel::PORTABLE).collect();
    let [first, second] = fused[..] else {
        return println!("skipped: this processor has fewer than two fused kernels");
    };
    let decks = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/campaign_decks");
    for (name, method, last) in
        [("pss", "swap-mc", "tunnel"), ("pss", "hybrid-swap", "tunnel"), ("tlj", "hybrid-swap", "explore")]
    {
        let folder = tempfile::tempdir().unwrap();
        let deck = std::fs::read_to_string(decks.join(format!("{name}.toml"))).unwrap();
        let deck = deck.replace("[prepare]", &format!("[prepare]\nmethod = \"{method}\""));
        let path = folder.path().join("deck.toml");
        std::fs::write(&path, deck).unwrap();
        for kernel in [first, second] {
            let output = folder.path().join(kernel.name());
            let (deck, output) = (path.to_str().unwrap(), output.to_str().unwrap());
            let words = ["run", deck, "--output", output, "--until", last, "--quiet"];
            let run = glasswell(kernel, &words).output().unwrap();
            assert!(run.status.success(), "{name} {}: {}", kernel.name(), both(&run));
        }
        let files = ["glasses.h5", "landscape.h5", "paths.h5", "tunnelling.h5"];
        for file in &files[..if last == "tunnel" { 4 } else { 2 }] {
            let [a, b] = [first, second].map(|kernel| folder.path().join(kernel.name()).join(file));
            let compared = Command::new("/usr/bin/python3").arg(decks.join("same.py")).args([&a, &b]).output().unwrap();
            assert!(compared.status.success(), "{name} {method} {file}: {}", both(&compared));
        }
        println!("{name} {method}: {} and {} wrote the same files", first.name(), second.name());
    }
}

#[test]
fn a_kernel_that_does_not_exist_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let profile = folder.path().join("profile.csv");
    let well: Vec<String> = (0..=20).map(|k| f64::from(k) / 20.0).map(|x| format!("{x},{}\n", x * (1.0 - x))).collect();
    std::fs::write(&profile, well.concat()).unwrap();
    let levels = ["levels", profile.to_str().unwrap(), "--length", "1", "--reduced-mass", "100"];
    let with = |value: &str| {
        let output = crate::support::glasswell(&levels).env(Kernel::VARIABLE, value).output().unwrap();
        (output.status.code(), both(&output))
    };
    for value in ["avx1024", "AVX2", " "] {
        let (code, printed) = with(value);
        assert_eq!(code, Some(2), "{value:?}: {printed}");
        for words in [&format!("GLASSWELL_KERNEL = {value:?}"), "there is no such kernel", "portable"] {
            assert!(printed.contains(words), "{value:?}: {printed}");
        }
    }
    for name in Kernel::NAMES {
        let available = Kernel::available().iter().any(|kernel| kernel.name() == name);
        assert_eq!(with(name).0, Some(if available { 0 } else { 2 }), "{name}");
    }
    assert_eq!(with("").0, Some(0));
}
