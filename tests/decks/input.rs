//! User input: every error reports where it is and what would be accepted; what is accepted has the stated meaning.

use glasswell::error::Error;
use glasswell::formats::{read_configurations, read_profile, read_vector, write_extended_xyz, write_lammps_data};
use glasswell::input::{Comparison, Deck, Origin, compare_keys, parse_deck, read_deck};
use glasswell::model::{Configuration, PeriodicBox, Preset};
use glasswell::paths::VisitRule;
use glasswell::sampling::PrepareMethod;
use glasswell::stage::Stage;
use std::path::{Path, PathBuf};

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

fn files(name: &str, ending: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder(name)).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<PathBuf> =
        entries.filter(|path| path.extension().is_some_and(|found| found == ending)).collect();
    files.sort();
    files
}

fn deck(text: &str) -> Deck {
    parse_deck(text, Path::new("deck.toml")).unwrap_or_else(|error| panic!("{text}\n{error}"))
}

fn message(error: &Error) -> String {
    match error {
        Error::Deck { message, .. } | Error::Input { message, .. } => message.replace(env!("CARGO_MANIFEST_DIR"), ""),
        other => panic!("of another kind: {other}"),
    }
}

#[test]
fn every_bad_deck_tells_what_is_wrong() {
    let mut wrong = Vec::new();
    let files = files("tests/bad_decks", "toml");
    assert!(files.len() > 80);
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        // the leading lines "# ..." hold the message, one line each
        let wanted: Vec<&str> = text.lines().map_while(|line| line.strip_prefix("# ")).collect();
        let found = match read_deck(&file) {
            Ok(_) => "accepted".to_string(),
            Err(error) => {
                assert_eq!(error.exit_code(), 2, "{}", file.display());
                assert!(error.to_string().starts_with(&file.display().to_string()));
                message(&error)
            }
        };
        let found: Vec<&str> = found.lines().map(str::trim).collect();
        if found != wanted {
            wrong.push(format!("@{}\n{}", file.file_name().unwrap().to_string_lossy(), found.join("\n")));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_deck_that_is_not_utf8_names_the_place() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("latin1.toml");
    std::fs::write(&file, b"[campaign]\nname = \"Gl\xe4ser\"  # von M\xfcller\n[model]\npreset = \"tlj\"\n").unwrap();
    let error = read_deck(&file).unwrap_err();
    assert_eq!(error.exit_code(), 2);
    assert_eq!(message(&error), "line 2, column 10: what follows is not UTF-8: save as UTF-8 in your editor");
}

#[test]
fn messages_cut_long_lines() {
    let refused = |line: &str| {
        let text = format!("[model]\npreset = \"tlj\"\n[prepare]\n{line}\n");
        message(&parse_deck(&text, Path::new("deck.toml")).unwrap_err())
    };
    let long = "x".repeat(10_000);
    let deep = format!("z = {}{}", "[".repeat(5000), "]".repeat(5000));
    let lines = [
        deep,
        format!("glasses = \"{long}\""),
        format!("{long} = 1"),
        format!("glasses = {long}"),
        format!("method = \"{long}\""),
        format!("equilibration = {{ {long} = 1 }}"),
        format!("temperature = {}", "9".repeat(10_000)),
        format!("[{long}]"),
    ];
    for line in lines {
        let message = refused(&line);
        assert!(message.len() < 800 && message.starts_with("line 4"), "{message}");
    }
}

#[test]
fn every_bad_configuration_tells_what_is_wrong() {
    let folder = folder("tests/bad_configurations");
    let expected: toml::Table =
        toml::from_str(&std::fs::read_to_string(folder.join("expected.toml")).unwrap()).unwrap();
    assert_eq!(expected.len(), std::fs::read_dir(&folder).unwrap().count(), "expected.toml, less one that is missing");
    let mut wrong = Vec::new();
    for (name, entry) in &expected {
        let preset = Preset::from_name(entry["model"].as_str().unwrap()).unwrap();
        let found = match read_configurations(&folder.join(name), preset) {
            Ok(_) => "accepted".to_string(),
            Err(error) => {
                assert_eq!(error.exit_code(), 3);
                message(&error)
            }
        };
        if found != entry["message"].as_str().unwrap() {
            wrong.push(format!("@{name}\n{found}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

const SMALL: &str = "[model]\npreset = \"tlj\"\n[prepare]\n[explore]\n[connect]\n[tunnel]\n";

#[test]
fn ten_lines_are_a_deck() {
    let deck = deck(
        "[campaign]\nseed = 7\n[model]\npreset = \"pss\"\n[prepare]\n[explore]\nruns = 200\n[connect]\n[tunnel]\n",
    );
    assert_eq!((deck.campaign.name.as_str(), deck.campaign.seed), ("deck", 7));
    assert_eq!(deck.campaign.checkpoint_interval.as_secs(), 600);
    assert_eq!((deck.model.particles, deck.model.density), (1500, 1.0));
    assert_eq!(deck.model.diameter_limits, Some([0.73, 1.62]));
    let (prepare, explore) = (deck.prepare.as_ref().unwrap(), deck.explore.as_ref().unwrap());
    assert_eq!((prepare.method, prepare.temperature, prepare.time_step), (PrepareMethod::HybridSwap, 0.062, 0.01));
    assert_eq!((explore.runs, explore.temperature, explore.quench_every, explore.quenches), (200, 0.04, 20, 10_000));
    let connect = deck.connect.as_ref().unwrap();
    assert_eq!((connect.images, connect.spring, connect.minimum_visits, connect.visits), (11, 2.0, 5, VisitRule::Sum));
    assert_eq!(deck.tunnel.as_ref().unwrap().units, ["argon", "nickel-phosphorus"]);
    assert!(deck.warnings.is_empty());
    // the mean of P(s) = A / s^3 on the limits is 2 / (1/s_m + 1/s_M) = 1.0065
    let diameters = deck.model.diameters();
    assert!((diameters.iter().sum::<f64>() / 1500.0 - 1.0065).abs() < 1e-3);
}

#[test]
fn values_of_the_deck_are_taken() {
    let deck = deck(
        "[campaign]\ncheckpoint_interval = \"90 s\"\n[model]\npreset = \"tlj\"\nparticles = 300\ndensity = 1\n[prepare]\n\
         temperature = 1\nequilibration.max_steps = 5\n[tunnel]\nunits = \"argon\"\nreduced_mass = { mine = 2500 }\n",
    );
    assert_eq!(deck.campaign.checkpoint_interval.as_secs(), 90);
    assert_eq!((deck.model.particles, deck.model.density), (300, 1.0));
    let prepare = deck.prepare.as_ref().unwrap();
    assert_eq!((prepare.temperature, prepare.equilibration.max_steps), (1.0, 5));
    assert_eq!(prepare.equilibration.relaxation_times, 10.0);
    let tunnel = deck.tunnel.as_ref().unwrap();
    assert_eq!((tunnel.units.len(), tunnel.reduced_mass["mine"]), (1, 2500.0));
    assert!(deck.explore.is_none() && !deck.has(Stage::Connect));
    assert_eq!(deck.origin("prepare.temperature"), Some(Origin::Deck));
    assert_eq!(deck.origin("prepare.equilibration.max_steps"), Some(Origin::Deck));
    assert_eq!(deck.origin("prepare.time_step"), Some(Origin::Preset));
    assert_eq!(deck.origin("prepare.md_steps"), Some(Origin::Default));
}

#[test]
fn the_effective_deck_is_a_deck_that_means_the_same() {
    for preset in Preset::ALL {
        let mass = if matches!(preset, Preset::Harmonic | Preset::Lj) { "reduced_mass = { mine = 1e4 }\n" } else { "" };
        let text =
            format!("[model]\npreset = \"{}\"\n[prepare]\n[explore]\n[connect]\n[tunnel]\n{mass}", preset.name());
        let first = deck(&text);
        let explained = first.explain().unwrap();
        let second = deck(&explained);
        assert_eq!(first.canonical_text().unwrap(), second.canonical_text().unwrap(), "{explained}");
        assert_eq!(first.deck_hash().unwrap(), second.deck_hash().unwrap());
        assert_eq!(first.deck_hash().unwrap().len(), 64);
        assert!(explained.contains("\n# Exploration temperature T_exp [epsilon/k_B].\ntemperature = "), "{explained}");
        assert!(explained.lines().all(|line| line.chars().count() <= 80), "{explained}");
        for line in explained.lines().filter(|line| !line.starts_with('#') && line.contains(" = ")) {
            assert!(["# deck", "# preset", "# default"].iter().any(|origin| line.ends_with(origin)), "{line}");
        }
    }
}

#[test]
fn intervals_are_bisected_when_asked_for() {
    let interval = |keys: &str| {
        let settings = deck(&format!("[model]\npreset = \"pss\"\n[explore]\n{keys}\n")).explore.unwrap();
        (settings.stride, settings.interval())
    };
    assert_eq!(interval(""), (1, 1));
    assert_eq!(interval("schedule = \"bisect\""), (16, 16));
    assert_eq!(interval("schedule = \"bisect\"\nstride = 64"), (64, 64));
    // the explained deck is accepted again
    let explained = deck("[model]\npreset = \"pss\"\n[explore]\nschedule = \"bisect\"\n").explain().unwrap();
    assert_eq!(deck(&explained).explore.unwrap().interval(), 16);
}

#[test]
fn quench_every_follows_the_preparation_of_the_ternary_mixture() {
    // doi:10.1063/5.0128820, Table I, data set 2
    for (temperature, steps) in [(0.617, 2), (0.558, 3), (0.509, 18), (0.488, 31), (0.62, 2)] {
        let deck = deck(&format!("[model]\npreset = \"tlj\"\n[prepare]\ntemperature = {temperature}\n[explore]\n"));
        assert_eq!(deck.explore.as_ref().unwrap().quench_every, steps);
        assert_eq!(deck.origin("explore.quench_every"), Some(Origin::Preset));
    }
}

#[test]
fn doubtful_values_are_reported() {
    let warnings = |text: &str| deck(text).warnings.join("\n");
    assert!(warnings("[model]\npreset = \"tlj-as-printed\"\n").contains("line 2: [model] tlj-as-printed"));
    let melts = "[model]\npreset = \"tlj\"\n[prepare]\ntemperature = 0.3\n[explore]\n";
    assert!(warnings(melts).contains("temperature = 0.4 is above prepare.temperature = 0.3"));
    assert!(
        warnings("[model]\npreset = \"pss\"\n[explore]\ntime_step = 0.03\n")
            .contains("line 4: [explore] time_step = 0.03")
    );
    assert!(warnings("[model]\npreset = \"pss\"\n[explore]\nforce_tolerance = 1e-3\n").contains("loose"));
    assert!(warnings("[model]\npreset = \"lj\"\n[prepare]\nmethod = \"swap-mc\"\n").contains("all identical"));
    // lengths of few images, unless every path is followed down from its saddle
    let connect = |keys: &str| warnings(&format!("[model]\npreset = \"pss\"\n[explore]\n[connect]\n{keys}"));
    assert!(
        connect("images = 39\nrefine = \"active\"\n").contains("[connect] images = 39: a path that is not followed")
    );
    assert_eq!(connect("images = 40\nrefine = \"active\"\n"), "");
    assert_eq!(connect("images = 9\n"), "");
    assert!(connect("[tunnel]\nlength = \"band\"\n").contains("length = \"band\" with connect.images = 11"));
    assert_eq!(connect("images = 64\n[tunnel]\nlength = \"band\"\n"), "");
    assert_eq!(warnings(SMALL), "");
}

#[test]
fn a_stage_can_be_added_with_its_defaults() {
    let mut deck = deck("[model]\npreset = \"tlj\"\n[prepare]\ntemperature = 0.509\n");
    deck.add_stage(Stage::Explore).unwrap();
    assert_eq!(deck.explore.as_ref().unwrap().quench_every, 18);
    let before = deck.clone();
    deck.add_stage(Stage::Prepare).unwrap();
    assert_eq!(deck, before);
}

#[test]
fn raised_counts_extend_and_other_changes_are_named() {
    let old = deck(SMALL);
    let compare = |text: &str| deck(text).compare(&old).unwrap();
    let with = |section: &str, line: &str| SMALL.replace(&format!("[{section}]\n"), &format!("[{section}]\n{line}\n"));
    assert_eq!(compare(SMALL), Comparison::Same);
    assert_eq!(compare(&with("explore", "runs = 1")), Comparison::Same);
    assert_eq!(
        compare(&format!("[campaign]\nname = \"other\"\ncheckpoint_interval = \"2 h\"\n{SMALL}")),
        Comparison::Same
    );
    assert_eq!(compare(&with("tunnel", "units = [\"nickel-phosphorus\", \"argon\"]")), Comparison::Same);
    assert_eq!(compare("[model]\npreset = \"tlj\"\n[prepare]\n"), Comparison::Same);
    for (section, line, key) in [
        ("prepare", "glasses = 17", "prepare.glasses"),
        ("explore", "quenches = 2000", "explore.quenches"),
        ("explore", "runs = 2", "explore.runs"),
        ("tunnel", "reduced_mass = { mine = 1e4 }", "tunnel.reduced_mass.mine"),
    ] {
        let Comparison::Extends(changes) = compare(&with(section, line)) else { panic!("{line}") };
        assert_eq!((changes.len(), changes[0].key.as_str()), (1, key));
    }
    for (section, line, key, stage) in [
        ("model", "particles = 600", "model.particles", Stage::Prepare),
        ("prepare", "glasses = 15", "prepare.glasses", Stage::Prepare),
        ("explore", "temperature = 0.3", "explore.temperature", Stage::Explore),
        ("explore", "quenches = 999", "explore.quenches", Stage::Explore),
        ("connect", "images = 65", "connect.images", Stage::Connect),
        ("tunnel", "levels = 6", "tunnel.levels", Stage::Tunnel),
    ] {
        let Comparison::Changed(changes) = compare(&with(section, line)) else { panic!("{line}") };
        assert_eq!((changes[0].key.as_str(), changes[0].stage), (key, stage));
        assert!(changes[0].to_string().contains(key));
    }
    let fewer =
        |line: &str, than: &str| match deck(&with("tunnel", line)).compare(&deck(&with("tunnel", than))).unwrap() {
            Comparison::Fewer(changes) => changes.into_iter().map(|change| change.key).collect::<Vec<String>>(),
            other => panic!("{line}: {other:?}"),
        };
    assert_eq!(fewer("units = \"argon\"", ""), ["tunnel.units"]);
    assert_eq!(fewer("", "reduced_mass = { mine = 1e4 }"), ["tunnel.reduced_mass.mine"]);
    // one goes, another one comes
    let new = deck(&with("tunnel", "units = \"argon\"\nreduced_mass = { mine = 1e4 }")).compare(&old).unwrap();
    assert!(matches!(new, Comparison::Extends(changes) if changes.len() == 2));
    let Comparison::Changed(seed) = compare(&format!("[campaign]\nseed = 2\n{SMALL}")) else { panic!() };
    assert_eq!((seed[0].key.as_str(), seed[0].old.as_str(), seed[0].new.as_str()), ("campaign.seed", "1", "2"));
}

#[test]
fn a_stage_depends_on_the_stages_before_it_only() {
    let deck = deck(SMALL);
    let explore = deck.stage_keys(Stage::Explore).unwrap();
    for key in ["campaign.seed", "model.particles", "prepare.temperature", "explore.quenches"] {
        assert!(explore.contains(&format!("{key} = ")), "{key}");
    }
    for key in ["campaign.name", "checkpoint", "connect.", "tunnel."] {
        assert!(!explore.contains(key), "{key}");
    }
    let changed = explore
        .replace("explore.runs = 1", "explore.runs = 2")
        .replace("prepare.md_steps = 10", "prepare.md_steps = 11");
    let Comparison::Changed(changes) = compare_keys(&explore, &changed).unwrap() else { panic!() };
    assert_eq!((changes.len(), changes[0].stage), (1, Stage::Prepare));
}

#[test]
fn every_deck_in_inputs_is_accepted() {
    let decks = files("inputs", "toml");
    assert!(decks.len() >= 10);
    for file in decks {
        let text = std::fs::read_to_string(&file).unwrap();
        let deck = parse_deck(&text, &file).unwrap_or_else(|error| panic!("{error}"));
        assert!(deck.warnings.is_empty(), "{:?}", deck.warnings);
    }
}

fn example(preset: Preset) -> Configuration {
    let positions =
        (0..27).flat_map(|k| [(k % 3) as f64 * 2.0 + 0.1, (k / 3 % 3) as f64 * 2.1 - 7.3, (k / 9) as f64 / 0.3]);
    let diameters = (0..27).map(|k| if preset.has_diameters() { 0.8 + 0.1 / (k as f64 + 3.0) } else { 1.0 }).collect();
    let species = (0..27u8).map(|k| k % preset.species() as u8).collect();
    Configuration {
        cell: PeriodicBox { edges: [10.0, 11.0, 1e2 / 7.0] },
        positions: positions.collect(),
        species,
        diameters,
    }
}

#[test]
fn what_is_written_reads_back_to_the_last_bit() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("configuration");
    for preset in Preset::ALL {
        let configuration = example(preset);
        for text in [write_extended_xyz(&configuration, preset), write_lammps_data(&configuration, preset)] {
            std::fs::write(&path, &text).unwrap();
            assert_eq!(read_configurations(&path, preset).unwrap(), std::slice::from_ref(&configuration), "{text}");
        }
        let frame = write_extended_xyz(&configuration, preset);
        std::fs::write(&path, format!("{frame}\n{frame}")).unwrap();
        assert_eq!(read_configurations(&path, preset).unwrap().len(), 2);
    }
}

#[test]
fn lammps_data_of_the_authors_shape_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("glass.data");
    // blank-padded lines, a box that does not begin at 0, ids in any order, the diameter in the charge column
    let text = "LAMMPS data file via write_data, version 17 Nov 2016, timestep = 0\n      \n  3 atoms\n      \n1 atom types\n  -5.5  5.5  xlo xhi\n  -5.5  6.5 ylo yhi\n  -5.5 7.5 zlo zhi\nMasses\n      \n1 1\n      \nPair Coeffs # lj/poly\n      \n  1 1.0 1.0 2.025 1.25 0.2\n      \nAtoms # charge\n      \n   3   1  1.25  -5.5  -4.75  -5.25   0 0 0\n   1   1  0.75  1 2 3   -1 0 2\n   2  1  1.5  -1.0e+00 -2 -3  0 0 0\n\nVelocities\n\n1 0 0 0\n2 0 0 0\n3 0 0 0\n";
    std::fs::write(&path, text).unwrap();
    let [configuration] = &read_configurations(&path, Preset::Pss).unwrap()[..] else { panic!() };
    assert_eq!(configuration.cell.edges, [11.0, 12.0, 13.0]);
    assert_eq!(configuration.diameters, [0.75, 1.5, 1.25]);
    assert_eq!(configuration.positions, [1.0, 2.0, 3.0, -1.0, -2.0, -3.0, -5.5, -4.75, -5.25]);
    // sphere: id type diameter density x y z
    let sphere = text
        .replace(" # charge", " # sphere")
        .replace("1.25  -5.5", "1.25 1.0 -5.5")
        .replace("0.75  1 2", "0.75 1.0 1 2")
        .replace("1.5  -1.0", "1.5 1.0 -1.0");
    std::fs::write(&path, sphere).unwrap();
    assert_eq!(&read_configurations(&path, Preset::Pss).unwrap()[0], configuration);
}

#[test]
fn extended_xyz_of_other_programs_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("glass.xyz");
    let text = "3\r\nProperties=id:I:1:species:S:1:pos:R:3:forces:R:3 energy=-3.0 Lattice=\"10.0 0.0 0.0 0.0 11.0 0.0 0.0 0.0 12.0\" pbc=\"T T T\" free\r\n1 A 0 0 0 1 1 1\r\n2 3 2 0 0 1 1 1\r\n3 B -1e1 4 0 1 1 1\r\n\r\n";
    std::fs::write(&path, text).unwrap();
    let [configuration] = &read_configurations(&path, Preset::Tlj).unwrap()[..] else { panic!() };
    assert_eq!(configuration.cell.edges, [10.0, 11.0, 12.0]);
    assert_eq!(configuration.species, [0, 2, 1]);
    assert_eq!(configuration.positions, [0.0, 0.0, 0.0, 2.0, 0.0, 0.0, -10.0, 4.0, 0.0]);
    let refused = read_configurations(&path, Preset::Lj).unwrap_err().to_string();
    assert!(refused.contains("all particles of lj are identical"), "{refused}");
    std::fs::write(&path, text.replace("2 3 2", "2 A 2").replace("3 B", "3 A")).unwrap();
    assert_eq!(read_configurations(&path, Preset::Lj).unwrap()[0].species, [0, 0, 0]);
}

/// Overlaps are found across every face, and only true ones.
#[test]
fn overlaps_are_found_as_all_pairs_find_them() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("glass.xyz");
    let mut state = 12345u64;
    let mut random = || {
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (state >> 11) as f64 / (1u64 << 53) as f64
    };
    let (mut overlapping, mut apart) = (0, 0);
    for trial in 0..60 {
        let edges = [5.0, 5.5, 9.0];
        let n = 5 + 3 * trial;
        let positions: Vec<f64> = (0..3 * n).map(|k| (3.0 * random() - 1.0) * edges[k % 3]).collect();
        let (species, diameters) = (vec![0; n], vec![1.0; n]);
        let configuration = Configuration { cell: PeriodicBox { edges }, positions, species, diameters };
        std::fs::write(&path, write_extended_xyz(&configuration, Preset::Lj)).unwrap();
        let mut first = None;
        for i in 0..n {
            for j in (i + 1..n).rev() {
                let d = configuration.cell.difference(&configuration.positions, i, j);
                if first.is_none_or(|(a, _)| a == i) && d.iter().map(|x| x * x).sum::<f64>().sqrt() < 0.3 {
                    first = Some((i, j));
                }
            }
        }
        match (first, read_configurations(&path, Preset::Lj)) {
            (None, Ok(_)) => apart += 1,
            (Some((i, j)), Err(error)) => {
                assert!(error.to_string().contains(&format!("particles {i} and {j} overlap")), "{error}");
                overlapping += 1;
            }
            (first, result) => panic!("trial {trial}: {first:?} {:?}", result.err()),
        }
    }
    assert!(overlapping > 10 && apart > 5, "{overlapping} {apart}");
}

#[test]
fn profiles_and_vectors_are_read_or_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("numbers");
    let profile = |text: &str| {
        std::fs::write(&path, text).unwrap();
        read_profile(&path).map_err(|error| message(&error))
    };
    let given = profile("# a profile\nxi,V\n-0.5, 1e-1\n0,0\n0.5 0.08 # top\n\n1;0.01\n1.5\t2\n").unwrap();
    assert_eq!((given.xi, given.energy), (vec![-0.5, 0.0, 0.5, 1.0, 1.5], vec![0.1, 0.0, 0.08, 0.01, 2.0]));
    assert_eq!((given.length, given.curvatures), (None, [None, None]));
    // as `path --json` prints it
    let of_path = r#"{"status":"converged","length":0.5,"curvature_a":3.0,"curvature_b":null,"xi":[0,0.2,0.5,0.7,1],
                      "energies":[0,1,2,1,0.5],"arc_length":[0,0.1,0.25,0.35,0.5]}"#;
    let given = profile(of_path).unwrap();
    assert_eq!((given.xi, given.energy), (vec![0.0, 0.2, 0.5, 0.7, 1.0], vec![0.0, 1.0, 2.0, 1.0, 0.5]));
    assert_eq!((given.length, given.curvatures), (Some(0.5), [Some(3.0), None]));
    let split = profile(r#"{"status":"split","xi":null,"energies":null}"#).unwrap_err();
    assert!(split.contains("`xi`") && split.contains("split") && split.contains("`parts`"), "{split}");
    std::fs::write(&path, b"0,0\n0.2,1 # f\xfcnf\n").unwrap();
    let latin = message(&read_profile(&path).unwrap_err());
    assert_eq!(latin, "line 2, column 9: what follows is not UTF-8: save as UTF-8 in your editor");
    for (text, wanted) in [
        ("", "holds no numbers; expected two columns xi, V"),
        ("0,0\n0.5,1\n1,0\n", "holds 3 points; expected at least 5"),
        ("0,0\n0.2,1\n0.2,1\n0.5,1\n1,0\n", "line 3: xi = 0.2 follows 0.2; expected rising xi"),
        ("0,0\n0.2,1\n0.3,nan\n0.5,1\n1,0\n", "line 3: V `nan` is not finite; expected two columns xi, V"),
        ("0,0\n0.2,1,3\n", "line 2: 3 columns; expected two columns xi, V"),
        ("0,0\n0.2,high\n", "line 2: V `high` is not a number; expected two columns xi, V"),
        (
            "0,0\n0.2,1\n0.3,1\n0.5,1\n0.9,0\n",
            "xi runs from 0.0 to 0.9; expected at least from 0 to 1, where the two minima are: arc lengths \
             must be divided by the length of the path",
        ),
    ] {
        assert_eq!(profile(text).unwrap_err(), wanted);
    }
    let vector = |text: &str| {
        std::fs::write(&path, text).unwrap();
        read_vector(&path, 6).map_err(|error| message(&error))
    };
    assert_eq!(vector("# z\n1 2 3\n4,5\n6e-1\n").unwrap(), [1.0, 2.0, 3.0, 4.0, 5.0, 0.6]);
    assert_eq!(vector("1 2 3\n").unwrap_err(), "holds 3 numbers; expected 6, three for each particle");
    assert_eq!(vector("1 2 3\n4 5 x\n").unwrap_err(), "line 2: `x` is not a number; expected numbers only");
    assert!(message(&read_vector(&folder.path().join("none"), 3).unwrap_err()).starts_with("cannot be read"));
}
