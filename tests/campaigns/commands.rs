//! The single-shot commands as a user runs them, against the reference numbers.

use crate::common;
use common::*;
use glasswell::model::{Configuration, Preset};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn glasswell(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_glasswell")).args(arguments).output().unwrap()
}

fn json(arguments: &[&str]) -> Value {
    let output = glasswell(arguments);
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn xyz(folder: &Path, name: &str, configuration: &Configuration, preset: Preset) -> PathBuf {
    let path = folder.join(format!("{name}.xyz"));
    std::fs::write(&path, glasswell::formats::write_extended_xyz(configuration, preset)).unwrap();
    path
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[test]
fn evaluate_gives_the_reference_numbers() {
    let folder = tempfile::tempdir().unwrap();
    for (name, preset) in VECTORS {
        let file = load(name);
        let thermal = &file["thermal"];
        let path = xyz(folder.path(), name, &configuration(&file, "thermal"), preset);
        let z: String = numbers(&thermal["z"]).iter().map(|z| format!("{z:?}\n")).collect();
        let vector = folder.path().join("z.txt");
        std::fs::write(&vector, z).unwrap();
        let ours = json(&["evaluate", text(&path), "--model", preset.name(), "--json", "--push", text(&vector)]);
        let close = |key: &str, theirs: &str, tolerance: f64| {
            let (a, b) = (numbers(&ours[key]), numbers(&thermal[theirs]));
            let off = largest_difference(&a, &b) / largest(&b);
            assert!(off < tolerance, "{name} {key}: off by {off:e}");
        };
        close("energy", "energy", 1e-12);
        close("forces", "forces", 1e-11);
        close("pressure", "pressure_conf", 1e-11);
        close("stress", "stress_conf", 1e-11);
        close("Hz", "Hz", 1e-11);
        close("zHz", "zHz", 1e-11);
        close("U_zz", "U_zz", 1e-11);
        close("U_zzz", "U_zzz", 1e-10);
    }
}

#[test]
fn evaluate_reaches_the_reference_minimum() {
    let folder = tempfile::tempdir().unwrap();
    for (name, preset) in VECTORS {
        let file = load(name);
        let path = xyz(folder.path(), name, &configuration(&file, "minimum"), preset);
        let ours = json(&["evaluate", text(&path), "--model", preset.name(), "--json", "--quench", "--hessian"]);
        let minimum = &file["minimum"];
        let reference = minimum["energy_per_particle"].as_f64().unwrap();
        let energy = ours["energy_per_particle"].as_f64().unwrap();
        assert!((energy - reference).abs() < 1e-12 * reference.abs().max(1.0), "{name}: {energy} {reference}");
        assert_eq!(ours["stop"], "converged", "{name}: {}", ours["residual"]);
        let (values, theirs) = (numbers(&ours["hessian_eigenvalues"]), numbers(&minimum["hessian_eigenvalues"]));
        let off = largest_difference(&values, &theirs) / largest(&theirs);
        assert!(off < 1e-10, "{name}: eigenvalues off by {off:e} of the largest");
        let ratios = (numbers(&ours["participation_ratio"]), numbers(&minimum["participation_ratio"]));
        let mut compared = 0;
        for (mode, (ours, theirs)) in ratios.0.iter().zip(&ratios.1).enumerate() {
            if theirs.is_nan() {
                continue;
            }
            compared += 1;
            assert!((ours - theirs).abs() < 1e-6, "{name} mode {mode}: participation {ours} {theirs}");
        }
        assert!(compared > values.len() / 2, "{name}: only {compared} modes compared");
    }
}

/// V = 16 V_b xi^2 (1 - xi)^2 + dV xi^2 (3 - 2 xi) sampled far beyond both wells.
#[test]
fn levels_of_analytic_double_wells() {
    let folder = tempfile::tempdir().unwrap();
    let file = load("double_well_1d");
    for (name, set) in file["sets"].as_object().unwrap() {
        let number = |key: &str| set[key].as_str().unwrap().parse::<f64>().unwrap();
        let (barrier, asymmetry) = (number("Vb"), number("dV"));
        let profile: String = (-1000..=2000)
            .map(|k| {
                let xi = f64::from(k) / 1000.0;
                let v = 16.0 * barrier * (xi * (1.0 - xi)).powi(2) + asymmetry * xi * xi * (3.0 - 2.0 * xi);
                format!("{xi:?},{v:?}\n")
            })
            .collect();
        let path = folder.path().join("profile.csv");
        std::fs::write(&path, profile).unwrap();
        let ours = json(&[
            "levels",
            text(&path),
            "--length",
            set["d"].as_str().unwrap(),
            "--reduced-mass",
            set["m"].as_str().unwrap(),
            "--json",
        ]);
        let theirs: Vec<f64> = set["levels_sincDVR"]
            .as_array()
            .unwrap()
            .iter()
            .map(|level| level.as_str().unwrap().parse().unwrap())
            .collect();
        let levels = numbers(&ours["levels"]);
        let off = largest_difference(&levels, &theirs[..levels.len()]);
        assert!(off < 1e-10, "{name}: levels off by {off:e}");
        let splitting = ours["splitting"].as_f64().unwrap();
        assert!((splitting - number("splitting")).abs() < 1e-10, "{name}: splitting {splitting}");
        assert_eq!(ours["below_floor"], false);
        assert_eq!(ours["kind"], "tunnelling", "{name}");
    }
}

/// Runs a command that ends within seconds; returns its code and all that it prints.
fn within_seconds(arguments: &[&str]) -> (Option<i32>, String) {
    let output =
        Command::new("timeout").args(["20", env!("CARGO_BIN_EXE_glasswell")]).args(arguments).output().unwrap();
    let printed = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8(printed).unwrap())
}

/// Arc lengths in place of xi, energies far from zero, more levels than points, and numbers without proportion. Two seconds.
#[test]
fn profiles_that_are_not_what_levels_expects() {
    let of = |name: &str| data(&format!("cases/{name}.csv")).to_str().unwrap().to_owned();
    let by_xi = json(&["levels", &of("profile_by_xi"), "--length", "1.7", "--reduced-mass", "5250", "--json"]);
    assert!((by_xi["splitting"].as_f64().unwrap() - 0.001_959_3).abs() < 5e-8, "{by_xi}");
    let by_arc = of("profile_by_arc_length");
    fails(
        &["levels", &by_arc, "--length", "1.7", "--reduced-mass", "5250", "--json"],
        3,
        &["runs from 0 to 1.7", "xi = 1 is no minimum", "divide them by --length"],
    );
    // another length: the levels are computed, with a warning
    let (code, printed) = within_seconds(&["levels", &by_arc, "--length", "1.5", "--reduced-mass", "5250"]);
    assert!(code == Some(0) && printed.contains("warning: ") && printed.contains("xi = 1 is no minimum"), "{printed}");

    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("profile.csv");
    let profile = |points: &[(f64, f64)]| {
        std::fs::write(&file, points.iter().map(|(xi, v)| format!("{xi:?},{v:?}\n")).collect::<String>()).unwrap();
    };
    let quartic: Vec<(f64, f64)> =
        (0..=100).map(|k| f64::from(k) / 100.0).map(|xi| (xi, 16.0 * 0.08 * (xi * (1.0 - xi)).powi(2) - 1e7)).collect();
    profile(&quartic);
    let offset = ["levels", text(&file), "--length", ".75", "--reduced-mass", "4000", "--json"];
    let shifted = json(&offset);
    assert_eq!((&shifted["status"], &shifted["kind"]), (&"converged".into(), &"tunnelling".into()));
    assert!((shifted["splitting"].as_f64().unwrap() - 8.14e-7).abs() < 2e-9, "{shifted}");
    fails(&[&offset[..], &["--levels", "400"]].concat(), 2, &["--levels 400", "at most 200", "a tenth"]);
    // falls beyond its ends: no levels, no kind
    let (code, unbound) = within_seconds(&[&offset[..], &["--curvatures", "-1,-1"]].concat());
    assert!(code == Some(0) && unbound.contains("\"kind\":null") && unbound.contains("\"unbound\""), "{unbound}");

    let end_of_steep = 18_446_744_073_709_551_616.0;
    for (points, named) in [
        ([(0.0, end_of_steep), (0.25, 0.05), (0.5, 1e9), (0.75, 0.06), (1.0, 0.01)], "V = 1.8446744073709552e19"),
        ([(0.0, 0.0), (0.25, 0.05), (0.5, 0.1), (0.75, 0.06), (11111.0, 0.01)], "xi = 11111.0"),
    ] {
        profile(&points);
        let (code, printed) = within_seconds(&["levels", text(&file), "--length", "0.5", "--reduced-mass", "4000"]);
        assert!(code == Some(3) && printed.contains(named) && printed.contains("out of all proportion"), "{printed}");
    }
}

fn fails(arguments: &[&str], code: i32, words: &[&str]) {
    let output = glasswell(arguments);
    let message = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{arguments:?}: {message}");
    for word in words {
        assert!(message.contains(word), "{arguments:?}: {word:?} is not in {message:?}");
    }
    assert!(!message.contains("panicked"), "{message}");
}

#[test]
fn bad_usage_and_bad_files() {
    let folder = tempfile::tempdir().unwrap();
    fails(&["evaluate", "/nowhere/x.xyz", "--model", "tlj"], 3, &["/nowhere/x.xyz"]);
    fails(&["evaluate", "x.xyz", "--model", "tjl"], 2, &["tlj-as-printed"]);
    fails(&["levels", "/nowhere/p.csv", "--length", "0.4", "--reduced-mass", "1200"], 3, &["/nowhere/p.csv"]);
    fails(&["levels", "p.csv", "--length", "-1", "--reduced-mass", "1200"], 2, &["--length"]);
    fails(&["run", "/nowhere/deck.toml"], 2, &["/nowhere/deck.toml"]);
    let file = load("tlj_ka2_b");
    let path = xyz(folder.path(), "good", &configuration(&file, "thermal"), Preset::Tlj);
    let mut lines: Vec<String> = std::fs::read_to_string(&path).unwrap().lines().map(str::to_owned).collect();
    lines.truncate(100);
    let truncated = folder.path().join("truncated.xyz");
    std::fs::write(&truncated, lines.join("\n")).unwrap();
    fails(&["evaluate", text(&truncated), "--model", "tlj"], 3, &["truncated.xyz"]);
    let vector = folder.path().join("short.txt");
    std::fs::write(&vector, "1 2 3\n").unwrap();
    fails(&["evaluate", text(&path), "--model", "tlj", "--push", text(&vector)], 3, &["short.txt", "522"]);
}

/// Two reference paths: minima, Newton-refined saddle, steepest-descent length, profile and curvatures.
#[test]
fn path_gives_the_reference_paths() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["path_tlj_a", "path_tlj_a2"] {
        let file = load(name);
        let edges = numbers(&file["box"]);
        let end = |key: &str| Configuration {
            cell: glasswell::model::PeriodicBox { edges: [edges[0], edges[1], edges[2]] },
            positions: numbers(&file[key]),
            species: numbers(&file["species"]).into_iter().map(|s| s as u8).collect(),
            diameters: vec![1.0; file["species"].as_array().unwrap().len()],
        };
        let (a, b) = (xyz(folder.path(), "a", &end("A"), Preset::Tlj), xyz(folder.path(), "b", &end("B"), Preset::Tlj));
        let reference = |key: &str| file[key].as_f64().unwrap();
        for (first, second, method) in [(&a, &b, "neb"), (&b, &a, "neb"), (&a, &b, "string")] {
            let arguments =
                ["path", text(first), text(second), "--model", "tlj", "--images", "17", "--method", method, "--json"];
            let path = json(&arguments);
            let ours = |key: &str| path[key].as_f64().unwrap();
            assert_eq!(path["status"], "converged", "{name} {method}");
            assert_eq!(path["negative_modes"], 1);
            assert_eq!(path["length_method"], "descent");
            for key in ["asymmetry", "activation", "barrier", "distance", "participation_ratio"] {
                let off = (ours(key) - reference(key)).abs();
                assert!(off < 1e-9, "{name} {method}: {key} off by {off:e}");
            }
            let off = (ours("length") / reference("length") - 1.0).abs();
            assert!(off < 2e-3, "{name} {method}: length off by {off:e}");
            let (s, v) = (numbers(&path["arc_length"]), numbers(&path["energies"]));
            assert_eq!((s.len(), v.len()), (17, 17));
            assert!(s[0] == 0.0 && (s[16] - ours("length")).abs() < 1e-9 && v[0] == 0.0);
            assert!((v[16] - reference("asymmetry")).abs() < 1e-9);
            assert!((v.iter().copied().fold(0.0, f64::max) - reference("activation")).abs() < 1e-6);
            for (key, k) in [("curvature_a", "k_left"), ("curvature_b", "k_right")] {
                let ratio = ours(key) * reference("length").powi(2) / reference(k);
                assert!((ratio - 1.0).abs() < 0.04, "{name} {method}: {key} {ratio}");
            }
            // what path prints is what levels reads
            let xi = numbers(&path["xi"]);
            assert!(xi[0] == 0.0 && xi[16] == 1.0);
            assert!(xi.iter().zip(&s).all(|(xi, s)| (xi - s / ours("length")).abs() < 1e-9));
            let printed = folder.path().join("path.json");
            std::fs::write(&printed, path.to_string()).unwrap();
            let from_path = glasswell(&["levels", text(&printed), "--reduced-mass", "5250", "--json"]);
            assert!(
                from_path.status.success() && from_path.stderr.is_empty(),
                "{}",
                String::from_utf8_lossy(&from_path.stderr)
            );
            let from_path: Value = serde_json::from_slice(&from_path.stdout).unwrap();
            let table = folder.path().join("path.csv");
            let rows: String = xi.iter().zip(&v).map(|(xi, v)| format!("{xi:?},{v:?}\n")).collect();
            std::fs::write(&table, rows).unwrap();
            let scale = ours("length").powi(2);
            let curvatures = format!("{:?},{:?}", ours("curvature_a") * scale, ours("curvature_b") * scale);
            let length = format!("{:?}", ours("length"));
            let from_table = ["levels", text(&table), "--length", &length, "--reduced-mass", "5250", "--curvatures"];
            let from_table = json(&[&from_table[..], &[&curvatures, "--json"]].concat());
            let off = largest_difference(&numbers(&from_table["levels"]), &numbers(&from_path["levels"]));
            assert!(off < 1e-13, "{name} {method}: levels of the two forms differ by {off:e}");
            let saddle = -reference("negative_eigenvalue");
            assert!((ours("curvature_saddle") / -saddle - 1.0).abs() < 1e-6, "{name}: {}", ours("curvature_saddle"));
        }
    }
}

#[test]
fn the_version_is_one_line_and_verbose_says_what_it_was_built_from() {
    let printed = |arguments: &[&str]| {
        let output = glasswell(arguments);
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    let line = format!("glasswell {}\n", env!("CARGO_PKG_VERSION"));
    assert_eq!(printed(&["--version"]), line);
    assert_eq!(printed(&["-V"]), line);
    for arguments in [["--version", "--verbose"], ["--verbose", "--version"]] {
        let all = printed(&arguments);
        assert!(all.starts_with(&line), "{all}");
        for name in ["commit: ", "features: ", "MPI: ", "HDF5: 1.", "SIMD kernel: ", "compiler: rustc "] {
            assert_eq!(
                all.lines().filter(|line| line.starts_with(name) && line.len() > name.len()).count(),
                1,
                "{all}"
            );
        }
        assert_eq!(all.lines().count(), 7, "{all}");
    }
    // alone they are no command
    for arguments in [&["--verbose"][..], &[], &["--version", "status", "x"]] {
        assert_eq!(glasswell(arguments).status.code(), Some(2), "{arguments:?}");
    }
}
