//! Whole campaigns as a user runs them: identical files on any number of ranks and threads, results that agree with
//! each other and with an independent recomputation, skipping, extending and refusing existing results, and errors.

use crate::support::{Campaign, FILES, both, glasswell, rank_counts, ranks_or_one, text};
use glasswell::model::{Configuration, PeriodicBox, Preset};
use glasswell::stage::Stage;

/// The deck of a model run once, alone, on one thread; for all tests to compare with.
fn reference(model: &str) -> Campaign {
    Campaign::reference(&format!("{model}.toml"), &[])
}

fn assert_all_same(a: &Campaign, b: &Campaign) {
    a.assert_same_with_deck(b, &FILES, "");
}

fn rows(campaign: &Campaign, stage: Stage, path: &str) -> u64 {
    campaign.open(stage).shape(path).unwrap()[0]
}

/// What follows WARN in the log.
fn warnings(printed: &str) -> Vec<String> {
    let warned = printed.lines().filter_map(|line| line.split_once("WARN")).map(|(_, message)| message.to_owned());
    // fewer cores than threads is a matter of the machine
    warned.filter(|message| !message.contains("threads for")).collect()
}

/// Of each of these numbers of ranks: threads, and how many of the first files of the reference it begins with.
type Shape = (usize, &'static str, usize);

fn same_on_ranks_and_threads(model: &str, shapes: &[Shape]) {
    let alone = reference(model);
    assert!(rows(&alone, Stage::Connect, "/double_wells/glass") >= 1, "{model}: the library is empty");
    let mut expected = Vec::new();
    for &(ranks, threads, kept) in shapes.iter().filter(|(ranks, ..)| *ranks == 1 || cfg!(feature = "mpi")) {
        let campaign = alone.copy();
        FILES[kept..].iter().for_each(|name| std::fs::remove_file(campaign.file(name)).unwrap());
        let ended = campaign.start_aloud(ranks, &["--threads", threads]).wait();
        ended.assert_code(0);
        assert_all_same(&alone, &campaign);
        if kept > 0 {
            continue;
        }
        // rank 0 reports the glasses of all ranks
        let warned = warnings(&ended.printed);
        assert!(!warned.is_empty(), "no glass of this deck gives a warning");
        if expected.is_empty() {
            expected = warned;
        } else {
            assert_eq!(warned, expected, "{ranks} ranks");
        }
    }
}

/// Twenty seconds of a core: paths that split, by two threads and shared by four ranks; everything by three ranks, as soft
/// spheres are by all numbers.
#[test]
fn ternary_files_are_the_same_on_any_ranks_and_threads() {
    same_on_ranks_and_threads("tlj", &[(1, "2", 2), (3, "1", 0), (4, "1", 2)]);
}

/// Of three pairs, one is found at once, one at the second try, one not at all. Fifteen seconds of a core.
#[test]
fn paths_that_are_tried_again_are_the_same_on_any_ranks() {
    let changes = [
        ("seed = 39", "seed = 4"),
        ("max_steps = 600", "max_steps = 1000"),
        ("quenches = 20", "quenches = 40"),
        ("quench_every = 60", "quench_every = 100"),
        ("max_iterations = 300", "max_iterations = 1000\ncandidates = \"list\"\nfrom = \"pairs.csv\""),
        ("tries = 1", "tries = 2"),
    ];
    let with_list = |campaign: Campaign| {
        std::fs::write(campaign.folder.join("pairs.csv"), "glass,a,b\n1,2,4\n1,10,13\n1,15,16\n").unwrap();
        campaign
    };
    let alone = with_list(Campaign::of("tlj.toml", &changes));
    alone.start(1, &["--until", "explore"]).wait().assert_code(0);
    let shared = with_list(alone.copy());
    alone.start(1, &[]).wait().assert_code(0);
    shared.start(ranks_or_one(3), &[]).wait().assert_code(0);
    let tries: Vec<u32> = alone.open(Stage::Connect).read("/double_wells/tries").unwrap();
    let ends = alone.open(Stage::Connect).read_text("/candidates/status").unwrap();
    assert!(tries.contains(&1) && tries.contains(&2), "{tries:?}");
    assert!(ends.len() == 3 && ends.contains(&"not_converged".to_owned()), "{ends:?}");
    assert_all_same(&alone, &shared);
}

#[test]
fn soft_sphere_files_are_the_same_on_any_ranks_and_threads() {
    same_on_ranks_and_threads("pss", &[(1, "2", 0), (2, "1", 0), (3, "1", 0), (4, "1", 0)]);
}

#[test]
fn figures_agree_with_plain_recomputation() {
    for model in ["tlj", "pss"] {
        reference(model).recompute("recompute.py", model);
    }
    // so that splitting is among the recomputed parts
    assert!(rows(&reference("tlj"), Stage::Connect, "/minima/energy") > 0, "no path of this deck splits");
}

#[test]
fn a_second_run_skips() {
    let campaign = reference("pss").copy();
    let before = campaign.bytes();
    let times = FILES.map(|name| std::fs::metadata(campaign.file(name)).unwrap().modified().unwrap());
    let printed = campaign.done(&[]);
    assert_eq!(printed.matches("skipped").count(), 4, "{printed}");
    assert!(campaign.bytes() == before, "a second run changed a file");
    assert_eq!(FILES.map(|name| std::fs::metadata(campaign.file(name)).unwrap().modified().unwrap()), times);
    // another name and another checkpoint interval are the same campaign
    campaign.change(&[("name = \"pss\"", "name = \"other\"\ncheckpoint_interval = \"2 min\"")]);
    assert_eq!(campaign.done(&[]).matches("skipped").count(), 4);
    assert!(campaign.bytes() == before);
}

#[test]
fn check_takes_costs_from_the_files_that_are_there() {
    let campaign = reference("pss").copy();
    campaign.change(&[("glasses = 3", "glasses = 300")]);
    let (deck, output) = (campaign.deck(), &campaign.output);
    let printed = glasswell(&["check", text(&deck), "--output", text(output), "--ranks", "40"]).output().unwrap();
    assert_eq!(printed.status.code(), Some(0), "{}", both(&printed));
    let printed = both(&printed);
    assert!(
        printed.contains("prepare, explore, connect, tunnel: estimated from the measured costs of tasks in"),
        "{printed}"
    );
    assert!(printed.contains("in 300 tasks, wall time") && printed.contains("on 40 ranks"), "{printed}");
    // the counts are those of the campaign, for each glass
    let [minima, wells] = [(Stage::Explore, "/minima/energy"), (Stage::Connect, "/double_wells/a")]
        .map(|(stage, path)| rows(&campaign, stage, path) as f64 / 3.0);
    let expected = format!("expected for each of 300 glasses: {minima:.0} minima");
    assert!(printed.contains(&expected) && printed.contains(&format!(" {wells:.0} double wells")), "{printed}");
    assert!(campaign.listing() == FILES.map(str::to_owned), "check leaves nothing");
}

/// (what is raised and its new values, the first file that must change)
const EXTENSIONS: [(&[(&str, &str)], usize); 3] = [
    (&[("glasses = 3", "glasses = 4")], 0),
    (&[("quenches = 40", "quenches = 50"), ("runs = 2", "runs = 3")], 1),
    (&[("light = 1.0", "heavy = 100.0, light = 1.0"), ("[\"argon\"]", "[\"argon\", \"nickel-phosphorus\"]")], 3),
];

#[test]
fn raised_decks_extend_to_what_a_fresh_run_gives() {
    let base = reference("pss");
    for (changes, first) in EXTENSIONS {
        let new = changes[0].1;
        let campaign = base.copy();
        let before = campaign.bytes();
        campaign.change(changes);
        let printed = campaign.done(&[]);
        assert!(printed.contains("extended"), "{new}: {printed}");
        let after = campaign.bytes();
        let untouched = if first == 3 { 2 } else { first };
        assert!(after[..untouched] == before[..untouched], "{new}: a file was written again");
        // those files are what a fresh run gives, too
        let fresh = base.copy();
        FILES[untouched..].iter().for_each(|name| std::fs::remove_file(fresh.file(name)).unwrap());
        fresh.change(changes);
        fresh.done(&[]);
        // files before the first keep the deck that made them
        campaign.assert_same_as(&fresh, &FILES[..first], new);
        campaign.assert_same_with_deck(&fresh, &FILES[first..], new);
        // the recomputation reads the deck from glasses.h5
        if first == 0 {
            campaign.recompute("recompute.py", "pss");
        }
    }
}

#[test]
fn glasses_that_were_there_are_kept() {
    let campaign = reference("pss").copy();
    campaign.change(&[("glasses = 3", "glasses = 4")]);
    campaign.done(&["--until", "prepare"]);
    let read = |campaign: &Campaign| -> Vec<f64> {
        campaign.open(Stage::Prepare).read_rows("/glasses/position", 0, 3).unwrap()
    };
    assert_eq!(read(&campaign), read(&reference("pss")));
    assert_eq!(rows(&campaign, Stage::Prepare, "/glasses/energy"), 4);
}

#[test]
fn a_changed_deck_is_refused_and_changes_nothing() {
    let changes = [
        ("temperature = 0.09", "temperature = 0.08", "explore.temperature", "explore"),
        ("temperature = 0.2", "temperature = 0.21", "prepare.temperature", "prepare"),
        ("glasses = 3", "glasses = 2", "prepare.glasses", "prepare"),
        ("quenches = 40", "quenches = 39", "explore.quenches", "explore"),
        ("seed = 1", "seed = 2", "campaign.seed", "prepare"),
        ("images = 9", "images = 11", "connect.images", "connect"),
        ("particles = 100", "particles = 101", "model.particles", "prepare"),
        // the units decide which paths are refined
        ("light = 1.0", "light = 1.5", "tunnel.reduced_mass.light", "connect"),
    ];
    let campaign = reference("pss").copy();
    let before = campaign.bytes();
    for (old, new, key, redo) in changes {
        campaign.set(&Campaign::of("pss.toml", &[(old, new)]).text_of_deck());
        let ended = campaign.run(&[]);
        ended.assert_code(2);
        let printed = ended.printed;
        assert!(
            printed.contains(key) && printed.contains("--output") && printed.contains(&format!("--redo {redo} ")),
            "{new}: {printed}"
        );
        assert!(campaign.bytes() == before, "{new}: a refused deck changed a file");
    }
    // the directory of an entirely different campaign
    campaign.set(&reference("tlj").text_of_deck());
    let ended = campaign.run(&[]);
    ended.assert_code(2);
    assert!(ended.printed.contains("model."), "{}", ended.printed);
    assert!(campaign.bytes() == before && campaign.listing() == FILES);
}

#[test]
fn redo_replaces_a_stage_and_those_after_it() {
    let campaign = reference("pss").copy();
    let before = campaign.bytes();
    let changed = [("temperature = 0.09", "temperature = 0.08")];
    campaign.change(&changed);
    campaign.done(&["--redo", "explore"]);
    let after = campaign.bytes();
    assert!(after[0] == before[0], "--redo explore touched the glasses");
    let fresh = Campaign::of("pss.toml", &changed);
    fresh.done(&[]);
    campaign.assert_same_as(&fresh, &FILES[..1], "the glasses");
    campaign.assert_same_with_deck(&fresh, &FILES[1..], "explored again");
    assert!(after[1] != before[1]);
    assert_eq!(campaign.done(&[]).matches("skipped").count(), 4);
    let ended = campaign.run(&["--redo", "exlpore"]);
    ended.assert_code(2);
    assert!(ended.printed.contains("exlpore") && ended.printed.contains("explore"), "{}", ended.printed);
}

#[test]
fn stages_run_one_after_the_other() {
    let campaign = Campaign::of("pss.toml", &[]);
    campaign.done(&["--until", "prepare"]);
    assert_eq!(campaign.listing(), ["glasses.h5"]);
    let glasses = campaign.bytes();
    campaign.done(&["--until", "explore"]);
    assert_eq!(campaign.listing(), ["glasses.h5", "landscape.h5"]);
    assert!(campaign.bytes()[0] == glasses[0]);
    let printed = campaign.done(&[]);
    assert_eq!(printed.matches("skipped").count(), 2, "{printed}");
    assert_all_same(&campaign, &reference("pss"));
    // a deck without [prepare] uses existing glasses; without any, the message says what is missing
    let whole = campaign.text_of_deck();
    let (head, rest) = whole.split_once("[prepare]").unwrap();
    let (_, explore) = rest.split_once("[explore]").unwrap();
    let later = format!("{head}[explore]{explore}");
    let alone = Campaign::with_deck(&later);
    let ended = alone.run(&[]);
    ended.assert_code(2);
    assert!(ended.printed.contains("glasses.h5") && ended.printed.contains("[prepare]"), "{}", ended.printed);
    std::fs::create_dir_all(&alone.output).unwrap();
    std::fs::copy(campaign.file(FILES[0]), alone.file(FILES[0])).unwrap();
    alone.done(&[]);
    alone.assert_same_as(&campaign, &FILES[1..], "without [prepare]");
}

#[test]
fn directories_that_cannot_be_used_are_reported() {
    let campaign = Campaign::of("pss.toml", &[]);
    std::fs::write(&campaign.output, "not a directory").unwrap();
    let ended = campaign.run(&[]);
    ended.assert_code(3);
    assert!(ended.printed.contains(text(&campaign.output)) && ended.printed.contains("--output"));
    assert_eq!(std::fs::read_to_string(&campaign.output).unwrap(), "not a directory");
    let below = campaign.output.join("below");
    let output = glasswell(&["run", text(&campaign.deck()), "--output", text(&below)]).output().unwrap();
    assert_eq!(output.status.code(), Some(3), "{}", both(&output));
    assert!(both(&output).contains(text(&below)), "{}", both(&output));
    let ended = campaign.start_aloud(ranks_or_one(3), &[]).wait();
    ended.assert_code(3);
    assert_eq!(ended.printed.matches("glasswell: ").count(), 1, "{}", ended.printed);
}

#[test]
fn a_truncated_file_is_reported_and_left() {
    let campaign = reference("pss").copy();
    for name in &FILES[1..] {
        std::fs::remove_file(campaign.file(name)).unwrap();
    }
    let whole = std::fs::read(campaign.file(FILES[0])).unwrap();
    std::fs::write(campaign.file(FILES[0]), &whole[..whole.len() * 2 / 3]).unwrap();
    for &ranks in rank_counts() {
        let ended = campaign.start_aloud(ranks, &[]).wait();
        ended.assert_code(3);
        assert!(ended.printed.contains("glasses.h5") && ended.printed.contains("truncated"), "{}", ended.printed);
        assert_eq!(ended.printed.matches("glasswell: ").count(), 1, "{}", ended.printed);
        assert_eq!(campaign.listing(), ["glasses.h5"]);
    }
    // as the message says: after the file is moved away, its stage runs again
    std::fs::remove_file(campaign.file(FILES[0])).unwrap();
    campaign.done(&[]);
    assert_all_same(&campaign, &reference("pss"));
}

#[test]
fn a_bad_deck_ends_all_ranks_with_one_message() {
    let campaign = Campaign::of("pss.toml", &[("temperature = 0.09", "temperature = -0.09")]);
    let ended = campaign.start_aloud(ranks_or_one(3), &[]).wait();
    ended.assert_code(2);
    let printed = ended.printed;
    assert_eq!(printed.matches("explore.temperature").count(), 1, "{printed}");
    assert!(printed.contains("deck.toml") && printed.contains("line 16") && printed.contains("-0.09"), "{printed}");
    assert!(!campaign.output.exists(), "a bad deck made a directory");
}

/// The glasses of a campaign as configurations.
fn glasses(campaign: &Campaign) -> Vec<Configuration> {
    let reader = campaign.open(Stage::Prepare);
    let edges: Vec<f64> = reader.read("/glasses/box").unwrap();
    let positions: Vec<f64> = reader.read("/glasses/position").unwrap();
    let diameters: Vec<f64> = reader.read("/glasses/diameter").unwrap();
    let species: Vec<u32> = reader.read("/glasses/species").unwrap();
    let count = edges.len() / 3;
    let n = species.len() / count;
    let glass = |g: usize| Configuration {
        cell: PeriodicBox { edges: [0, 1, 2].map(|k| edges[3 * g + k]) },
        positions: positions[3 * n * g..3 * n * (g + 1)].to_vec(),
        species: species[n * g..n * (g + 1)].iter().map(|s| *s as u8).collect(),
        diameters: diameters[n * g..n * (g + 1)].to_vec(),
    };
    (0..count).map(glass).collect()
}

fn import_deck(model: &str, particles: usize, from: &str) -> String {
    format!(
        "[campaign]\nname = \"import\"\n[model]\npreset = \"{model}\"\nparticles = {particles}\n\
         [prepare]\nmethod = \"import\"\nglasses = 2\nfrom = {from}\ntemperature = 0.2\n"
    )
}

#[test]
fn imported_glasses_are_those_of_the_files() {
    for (model, preset, particles) in [("tlj", Preset::Tlj, 180), ("pss", Preset::Pss, 100)] {
        let source = reference(model);
        let original: Vec<Configuration> = glasses(&source).into_iter().take(2).collect();
        let from_text = Campaign::with_deck(&import_deck(model, particles, "\"glass_*.xyz\""));
        for (number, glass) in original.iter().enumerate() {
            let mut moved = glass.clone();
            // the second as written by a program that does not wrap coordinates: some atoms a box edge away
            let away = number as f64 * moved.cell.edges[0];
            moved.positions.iter_mut().step_by(7).for_each(|x| *x += away);
            let written = glasswell::formats::write_extended_xyz(&moved, preset);
            std::fs::write(from_text.folder.join(format!("glass_{number}.xyz")), written).unwrap();
        }
        from_text.done(&[]);
        // as many glasses of the file as the deck says
        let path = format!("{:?}", text(&source.file("glasses.h5")));
        let from_hdf5 = Campaign::with_deck(&import_deck(model, particles, &path));
        from_hdf5.done(&[]);
        assert_eq!(rows(&from_hdf5, Stage::Prepare, "/glasses/energy"), 2);
        for (campaign, tolerance) in [(&from_text, 1e-12), (&from_hdf5, 0.0)] {
            for (ours, theirs) in glasses(campaign).iter().zip(&original) {
                assert_eq!(
                    (ours.cell, &ours.species, &ours.diameters),
                    (theirs.cell, &theirs.species, &theirs.diameters)
                );
                assert!(
                    ours.positions.iter().zip(ours.cell.edges.iter().cycle()).all(|(x, edge)| (0.0..*edge).contains(x))
                );
                let off = ours.positions.iter().zip(&theirs.positions).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
                assert!(off <= tolerance, "{model}: positions off by {off:e}");
            }
            // the rounding of moved coordinates may lead the quench of a liquid to another minimum
            let exact = if tolerance == 0.0 { 2 } else { 1 };
            for (path, count) in [("/glasses/energy", 2), ("/glasses/inherent_energy", exact)] {
                let ours: Vec<f64> = campaign.open(Stage::Prepare).read_rows(path, 0, count).unwrap();
                let theirs: Vec<f64> = source.open(Stage::Prepare).read_rows(path, 0, count).unwrap();
                let off = ours.iter().zip(&theirs).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
                assert!(off < 1e-10, "{model} {path}: off by {off:e}: {ours:?} {theirs:?}");
            }
        }
    }
}
