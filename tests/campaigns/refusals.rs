//! Errors of the program, word for word, and output that must be printed only once.

use crate::common;
use crate::support::{both, glasswell, ranks_of_glasswell};
use common::*;
use glasswell::files::StageReader;
use glasswell::input::read_deck;
use glasswell::model::{Configuration, PeriodicBox, Preset};
use glasswell::stage::Stage;
use serde_json::Value;
use std::path::{Path, PathBuf};

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

fn write(folder: &Path, name: &str, contents: &str) -> PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, contents).unwrap();
    path
}

/// The program's exit code and all its output.
fn printed(arguments: &[&str]) -> (Option<i32>, String) {
    let output = glasswell(arguments).output().unwrap();
    (output.status.code(), both(&output))
}

fn refuses(arguments: &[&str], code: i32, message: &str) {
    assert_eq!(printed(arguments), (Some(code), format!("glasswell: {message}\n")), "{arguments:?}");
}

/// Eight particles far apart in a box of edge 6.
fn cube(species: [&str; 8]) -> String {
    let mut xyz = "8\nLattice=\"6 0 0 0 6 0 0 0 6\" Properties=species:S:1:pos:R:3\n".to_owned();
    for (k, name) in species.iter().enumerate() {
        let [x, y, z] = [k % 2, k / 2 % 2, k / 4].map(|place| 1.1 * place as f64);
        xyz.push_str(&format!("{name} {x} {y} {z}\n"));
    }
    xyz
}

const SOFT: &str = "[campaign]\nname = \"soft\"\n[model]\npreset = \"pss\"\nparticles = 100\n[prepare]\nglasses = 1\n\
                    temperature = 0.2\nequilibration = { relaxation_times = 1, max_steps = 200 }\n";

#[test]
fn species_of_another_model_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let mixed = write(folder.path(), "mixed.xyz", &cube(["A", "A", "B", "C", "A", "A", "A", "A"]));
    refuses(
        &["evaluate", text(&mixed), "--model", "lj"],
        3,
        &format!(
            "{}: line 5, particle 2: species `B` beside `A`, but all particles of lj are identical; give every \
             particle the same name, or choose another model",
            text(&mixed)
        ),
    );
    let alike = write(folder.path(), "alike.xyz", &cube(["Ar"; 8]));
    assert_eq!(printed(&["evaluate", text(&alike), "--model", "lj"]).0, Some(0));
}

#[test]
fn curvatures_must_be_numbers() {
    let folder = tempfile::tempdir().unwrap();
    let profile: String = (0..=20).map(|k| format!("{},{}\n", k as f64 / 20.0, (k * (20 - k)) as f64 * 1e-3)).collect();
    let profile = write(folder.path(), "profile.csv", &profile);
    let arguments = ["levels", text(&profile), "--length", "0.5", "--reduced-mass", "1200", "--curvatures"];
    refuses(&[&arguments[..], &["1,nan"]].concat(), 2, "--curvatures 1,NaN: give two finite numbers, K0,K1");
    refuses(&[&arguments[..], &["inf,1"]].concat(), 2, "--curvatures inf,1: give two finite numbers, K0,K1");
}

#[test]
fn redo_beyond_until_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let deck = write(folder.path(), "deck.toml", &format!("{SOFT}[explore]\nquenches = 2\n"));
    let output = folder.path().join("out");
    let run = ["run", text(&deck), "--output", text(&output), "--quiet", "--redo", "explore", "--until", "prepare"];
    refuses(
        &run,
        2,
        "--redo explore --until prepare: `explore` comes after `prepare` and would not be run; give --redo a stage up to \
         `prepare`, or --until `explore` or a later one",
    );
    assert!(!output.join("glasses.h5").exists());
}

#[test]
fn redo_replaces_a_damaged_file_with_a_warning() {
    let folder = tempfile::tempdir().unwrap();
    let deck = write(folder.path(), "deck.toml", SOFT);
    let output = folder.path().join("out");
    let run = ["run", text(&deck), "--output", text(&output), "--quiet"];
    assert_eq!(printed(&run).0, Some(0));
    let file = output.join("glasses.h5");
    let whole = std::fs::read(&file).unwrap();
    std::fs::write(&file, &whole[..whole.len() / 2]).unwrap();
    let (code, message) = printed(&run);
    assert!(code == Some(3) && message.contains("truncated or damaged"), "{message}");
    let (code, message) = printed(&[&run[..], &["--redo", "prepare"]].concat());
    assert_eq!(code, Some(0), "{message}");
    assert!(message.contains("glasses.h5: is truncated or damaged"), "{message}");
    assert!(message.contains("(replaced by --redo)"), "{message}");
    assert_eq!(printed(&run).0, Some(0));
}

#[test]
fn check_refuses_what_run_refuses() {
    let folder = tempfile::tempdir().unwrap();
    let output = folder.path().join("out");
    let small = "[model]\npreset = \"lj\"\nparticles = 8\ndensity = 0.03\n";
    let deck =
        write(folder.path(), "later.toml", &format!("[campaign]\nname = \"x\"\n{small}[explore]\nquenches = 1\n"));
    let message =
        format!("stage `explore` needs glasses.h5 in {}; add [prepare] to the deck or import the file", text(&output));
    refuses(&["check", text(&deck), "--output", text(&output)], 2, &message);
    let import = format!("{small}[prepare]\nmethod = \"import\"\nfrom = \"glass.xyz\"\n");
    let deck = write(folder.path(), "import.toml", &import);
    let glass = write(folder.path(), "glass.xyz", &cube(["A"; 8]).replace("1.1 0 0", "1.1 0 none"));
    let (code, message) = printed(&["check", text(&deck)]);
    assert_eq!(code, Some(3));
    assert!(message.contains("glass.xyz: line 4, particle 1: coordinate `none` is not a number"), "{message}");
    std::fs::write(&glass, cube(["A"; 8])).unwrap();
    let (code, message) = printed(&["check", text(&deck)]);
    assert_eq!(code, Some(0), "{message}");
    assert!(message.contains("glasses.h5 (0.3 kB)\n"), "{message}");
    let deck = write(folder.path(), "import.toml", &import.replace("particles = 8", "particles = 9"));
    let message = format!(
        "{}: holds 8 particles, model.particles = 9 (line 3 of {}): write `particles = 8` below [model], or leave this file \
         out of prepare.from; all glasses of a campaign have the same number",
        text(&glass),
        text(&deck)
    );
    refuses(&["check", text(&deck)], 3, &message);
    refuses(&["run", text(&deck), "--output", text(&output), "--quiet"], 3, &message);
}

/// All are read; `check`, which measures forces and times for each, is for one of each model, and for the largest.
#[test]
fn shipped_decks_are_accepted() {
    const CHECKED: [&str; 8] = [
        "quickstart",
        "tlj-0.488",
        "tlj-relax",
        "pss-import",
        "vibrations",
        "kob-andersen",
        "lj-4000",
        "harmonic-512000",
    ];
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("inputs");
    let output = tempfile::tempdir().unwrap();
    let decks = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path());
    let decks: Vec<PathBuf> = decks.filter(|path| path.extension().is_some_and(|end| end == "toml")).collect();
    assert!(decks.len() >= 9, "{decks:?}");
    let mut checked = 0;
    for deck in decks {
        read_deck(&deck).unwrap_or_else(|error| panic!("{error}"));
        if !CHECKED.contains(&text(Path::new(deck.file_stem().unwrap()))) {
            continue;
        }
        let (code, message) = printed(&["check", text(&deck), "--output", text(&output.path().join("out"))]);
        assert_eq!(code, Some(0), "{message}");
        checked += 1;
    }
    assert_eq!(checked, CHECKED.len());
}

#[test]
fn ranks_print_once() {
    if !cfg!(feature = "mpi") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let deck = write(folder.path(), "deck.toml", SOFT);
    let output = ranks_of_glasswell(2, &[], &["check", text(&deck)]).output().unwrap();
    assert_eq!(both(&output).matches("one force evaluation on this machine").count(), 1, "{}", both(&output));
    // many single-shot commands under one launcher are independent tasks: none may be dropped
    let alike = write(folder.path(), "alike.xyz", &cube(["A"; 8]));
    let output = ranks_of_glasswell(2, &[], &["evaluate", text(&alike), "--model", "lj"]).output().unwrap();
    assert_eq!(both(&output).matches("energy_per_particle").count(), 2, "{}", both(&output));
}

/// `check` and `status` of a further rank: silent, with the exit code.
#[test]
fn a_further_rank_has_the_exit_code() {
    let folder = tempfile::tempdir().unwrap();
    let deck = write(folder.path(), "deck.toml", SOFT);
    let run = |rank: &str, arguments: &[&str]| {
        let output = glasswell(arguments).env("OMPI_COMM_WORLD_RANK", rank).output().unwrap();
        (output.status.code(), both(&output))
    };
    for arguments in [&["check", "nope.toml"][..], &["check", "nope.toml", "--explain"]] {
        assert_eq!(run("1", arguments), (Some(2), String::new()));
        assert!(run("0", arguments).1.contains("nope.toml"));
    }
    let nowhere = folder.path().join("nowhere");
    assert_eq!(run("2", &["status", text(&nowhere)]), (Some(3), String::new()));
    let good = ["check", text(&deck), "--output", text(&nowhere)];
    assert_eq!(run("1", &good), (Some(0), String::new()));
    assert_eq!(run("1", &["check", text(&deck), "--explain"]), (Some(0), String::new()));
    assert!(run("0", &good).1.contains("one force evaluation"));
}

/// As when the launcher of one MPI library starts a program of another one.
#[test]
fn a_launcher_that_mpi_does_not_see_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let deck = write(folder.path(), "deck.toml", SOFT);
    let output = folder.path().join("out");
    let run = |set: &[(&str, &str)]| {
        let mut command = glasswell(&["run", text(&deck), "--output", text(&output), "--quiet"]);
        let output = command.envs(set.iter().copied()).output().unwrap();
        (output.status.code(), both(&output))
    };
    let names = if cfg!(feature = "mpi") { "one rank" } else { "built without MPI" };
    for name in ["PMI_SIZE", "SLURM_STEP_NUM_TASKS"] {
        let (code, printed) = run(&[(name, "3")]);
        assert_eq!(code, Some(2), "{printed}");
        for word in ["started 3 times", name, names, "GLASSWELL_INDEPENDENT=1"] {
            assert!(printed.contains(word), "{word}: {printed}");
        }
        assert_eq!(run(&[(name, "3"), ("SLURM_PROCID", "1")]), (Some(2), String::new()));
    }
    assert!(!output.exists());
    let (code, printed) = run(&[("PMI_SIZE", "3"), ("GLASSWELL_INDEPENDENT", "1")]);
    assert_eq!(code, Some(0), "{printed}");
    // a task farm of other commands needs no variable
    let alike = write(folder.path(), "alike.xyz", &cube(["A"; 8]));
    let farm =
        glasswell(&["evaluate", text(&alike), "--model", "lj"]).env("PMI_SIZE", "3").env("PMI_RANK", "1").output();
    assert!(both(&farm.unwrap()).contains("energy_per_particle"));
}

/// Nobody reads: the program ends quietly. A full device is an error.
#[test]
fn a_closed_pipe_ends_quietly() {
    let folder = tempfile::tempdir().unwrap();
    let deck = write(folder.path(), "deck.toml", SOFT);
    let alike = write(folder.path(), "alike.xyz", &cube(["A"; 8]));
    for arguments in [
        &["check", text(&deck), "--explain"][..],
        &["check", text(&deck), "--output", text(&folder.path().join("out"))],
        &["evaluate", text(&alike), "--model", "lj", "--json"],
        &["--version", "--verbose"],
    ] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let output = glasswell(arguments).stdout(writer).output().unwrap();
        assert_eq!((output.status.code(), both(&output)), (Some(0), String::new()), "{arguments:?}");
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let status = glasswell(arguments).stdout(writer.try_clone().unwrap()).stderr(writer).status().unwrap();
        assert_eq!(status.code(), Some(0), "{arguments:?}");
        let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
        let output = glasswell(arguments).stdout(full).output().unwrap();
        assert_eq!(output.status.code(), Some(3), "{arguments:?}: {}", both(&output));
        assert!(both(&output).contains("standard output: cannot be written"), "{}", both(&output));
    }
}

#[test]
fn a_directory_that_is_no_campaign_is_named() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("notes.txt"), "").unwrap();
    refuses(
        &["status", text(folder.path())],
        3,
        &format!(
            "{}: is no campaign: it holds no file of a stage and no checkpoint; give the --output of a campaign",
            text(folder.path())
        ),
    );
    std::fs::write(folder.path().join(".lock"), "").unwrap();
    assert_eq!(printed(&["status", text(folder.path())]).0, Some(0));
}

/// The largest whole number of TOML.
#[test]
fn the_largest_seed_is_taken() {
    let folder = tempfile::tempdir().unwrap();
    let largest = i64::MAX.to_string();
    let with = |seed: &str| SOFT.replace("name = \"soft\"\n", &format!("name = \"soft\"\nseed = {seed}\n"));
    let (deck, output) = (write(folder.path(), "deck.toml", &with(&largest)), folder.path().join("out"));
    let (code, words) = printed(&["run", text(&deck), "--output", text(&output), "--quiet"]);
    assert_eq!(code, Some(0), "{words}");
    let glasses = StageReader::open(&output, Stage::Prepare).unwrap();
    assert_eq!(glasses.header().seed, (1 << 63) - 1);
    let deck = write(folder.path(), "larger.toml", &with("9223372036854775808"));
    refuses(
        &["run", text(&deck), "--output", text(&output)],
        2,
        &format!(
            "{}: line 3, column 8: campaign.seed = 9223372036854775808 is not accepted: expected a whole number up to \
             {largest}, the limit of integers in TOML",
            text(&deck)
        ),
    );
}

/// An end of the job, or a limit, beyond all clocks is none.
#[test]
fn ends_beyond_all_clocks_are_none() {
    let folder = tempfile::tempdir().unwrap();
    let deck = write(folder.path(), "deck.toml", SOFT);
    for (number, end) in ["18446744073709551615", "9223372036854775807", "4294967295"].into_iter().enumerate() {
        let output = folder.path().join(number.to_string());
        let mut run = glasswell(&["run", text(&deck), "--output", text(&output), "--quiet"]);
        let run =
            run.args(["--time-limit", "580000000000 years"]).env("SLURM_JOB_ID", "1").env("SLURM_JOB_END_TIME", end);
        let run = run.output().unwrap();
        assert_eq!(run.status.code(), Some(0), "{}", both(&run));
    }
}

/// A pair without a path has the keys of a pair with one.
#[test]
fn path_without_a_double_well_has_all_keys() {
    let folder = tempfile::tempdir().unwrap();
    let file = load("path_tlj_a");
    let edges = numbers(&file["box"]);
    let end = |name: &str, key: &str| {
        let species: Vec<u8> = numbers(&file["species"]).into_iter().map(|s| s as u8).collect();
        let configuration = Configuration {
            cell: PeriodicBox { edges: [edges[0], edges[1], edges[2]] },
            positions: numbers(&file[key]),
            diameters: vec![1.0; species.len()],
            species,
        };
        write(folder.path(), name, &glasswell::formats::write_extended_xyz(&configuration, Preset::Tlj))
    };
    let (a, b) = (end("a.xyz", "A"), end("b.xyz", "B"));
    let path = |b: &Path| -> Value {
        let output =
            glasswell(&["path", text(&a), text(b), "--model", "tlj", "--images", "9", "--json"]).output().unwrap();
        assert!(output.status.success(), "{}", both(&output));
        serde_json::from_slice(&output.stdout).unwrap()
    };
    let (well, none) = (path(&b), path(&a));
    assert_eq!((&well["status"], &none["status"]), (&"converged".into(), &"identical".into()));
    let keys = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<String>>();
    assert_eq!(keys(&well), keys(&none));
    let given = ["status", "force_evaluations", "minima_energies", "end_stops", "exchanged"];
    for key in keys(&none) {
        assert_eq!(none[&key].is_null(), !given.contains(&key.as_str()), "{key}: {}", none[&key]);
        assert!(!well[&key].is_null(), "{key}");
    }
    assert_eq!(well["end_stops"], serde_json::json!(["converged", "converged"]));
}

/// A vacancy whose neighbour hops while two distant particles are exchanged: the band does not converge, and says so. A second of
/// a core.
#[test]
fn a_band_that_does_not_converge_has_no_figures() {
    let case = |name: &str| format!("{}/tests/data/cases/{name}.xyz", env!("CARGO_MANIFEST_DIR"));
    let (a, b) = (case("vacancy"), case("vacancy_exchange"));
    let output = glasswell(&["path", &a, &b, "--model", "lj", "--images", "9", "--json"]).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", both(&output));
    let found: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(found["status"], "not_converged");
    assert_eq!(found["end_stops"], serde_json::json!(["converged", "converged"]));
    // what is known of the pair, and nothing of a path
    assert!((found["distance"].as_f64().unwrap() - 2.083417).abs() < 1e-3, "{}", found["distance"]);
    assert!(found["asymmetry"].as_f64().unwrap() < 1e-9 && found["force_evaluations"].as_u64().unwrap() > 1000);
    let of_path = [
        "activation",
        "barrier",
        "length",
        "length_method",
        "band_length",
        "saddle_energy",
        "saddle_residual",
        "curvature_a",
        "curvature_b",
        "curvature_saddle",
        "saddle_position",
        "arc_length",
        "xi",
        "energies",
    ];
    for key in of_path {
        assert_eq!(found.get(key), Some(&Value::Null), "{key}");
    }
}
