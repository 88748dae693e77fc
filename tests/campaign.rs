//! Whole campaigns as a user runs them: the same files on any number of ranks and threads, figures that agree with each
//! other and with plain recomputation, skipping, extending and refusing what is there, and bad situations.

#[path = "ranks/launch.rs"]
mod launch;

use glasswell::files::StageReader;
use glasswell::model::{Configuration, PeriodicBox, Preset};
use glasswell::stage::Stage;
use launch::{both, glasswell, ranks_of_glasswell};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

const FILES: [&str; 4] = ["glasses.h5", "landscape.h5", "paths.h5", "tunnelling.h5"];

/// A file beside this test's decks.
fn beside(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/campaign_decks").join(name)
}

fn deck(model: &str) -> String {
    std::fs::read_to_string(beside(&format!("{model}.toml"))).unwrap()
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// A folder with a deck in it and a place for its output.
struct Campaign {
    folder: tempfile::TempDir,
}

impl Campaign {
    fn new(deck: &str) -> Self {
        let campaign = Self { folder: tempfile::tempdir().unwrap() };
        campaign.set(deck);
        campaign
    }

    fn set(&self, deck: &str) {
        std::fs::write(self.deck(), deck).unwrap();
    }

    fn deck(&self) -> PathBuf {
        self.folder.path().join("deck.toml")
    }

    fn output(&self) -> PathBuf {
        self.folder.path().join("out")
    }

    fn file(&self, name: &str) -> PathBuf {
        self.output().join(name)
    }

    /// `glasswell run deck.toml --output out` with more options.
    fn arguments(&self, options: &[&str]) -> Vec<String> {
        let (deck, output) = (self.deck(), self.output());
        let words = ["run", text(&deck), "--output", text(&output)].into_iter();
        words.chain(options.iter().copied()).map(str::to_owned).collect()
    }

    fn run(&self, options: &[&str]) -> Output {
        glasswell(&self.arguments(options)).output().unwrap()
    }

    /// Runs and asserts success.
    fn done(&self, options: &[&str]) -> String {
        let output = self.run(options);
        assert_code(&output, 0);
        both(&output)
    }

    /// The bytes of every file, None where there is none.
    fn bytes(&self) -> [Option<Vec<u8>>; 4] {
        FILES.map(|name| std::fs::read(self.file(name)).ok())
    }

    /// Everything that lies in the output, hidden files too, but for what tells that a run is there.
    fn listing(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.output()).unwrap();
        let mut names: Vec<String> = entries.map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
        names.retain(|name| name != ".lock" && name != "progress.json");
        names.sort();
        names
    }

    fn recompute(&self, model: &str) {
        let script = Command::new("/usr/bin/python3")
            .arg(beside("recompute.py"))
            .arg(self.output())
            .arg(model)
            .env("OMP_NUM_THREADS", "1")
            .env("OPENBLAS_NUM_THREADS", "1")
            .output()
            .unwrap();
        assert!(script.status.success(), "{model}: {}", both(&script));
    }
}

fn assert_code(output: &Output, code: i32) {
    assert_eq!(output.status.code(), Some(code), "{}", both(output));
}

/// h5diff finds nothing, and no byte outside /timing differs.
fn assert_same(a: &Path, b: &Path, options: &[&str]) {
    let compared = Command::new("/usr/bin/python3").arg(beside("same.py")).args([a, b]).args(options).output().unwrap();
    assert!(compared.status.success(), "{} and {}: {}", a.display(), b.display(), both(&compared));
    if options.is_empty() {
        let compared = Command::new("h5diff").args(["--exclude-path", "/timing"]).args([a, b]).output().unwrap();
        assert!(compared.status.success(), "{} and {}: {}", a.display(), b.display(), both(&compared));
    }
}

fn assert_all_same(a: &Campaign, b: &Campaign) {
    FILES.iter().for_each(|name| assert_same(&a.file(name), &b.file(name), &[]));
}

/// The deck of a model run once, alone, on one thread; for all tests to compare with.
fn reference(model: &str) -> &'static Campaign {
    static TERNARY: OnceLock<Campaign> = OnceLock::new();
    static SOFT: OnceLock<Campaign> = OnceLock::new();
    let place = if model == "tlj" { &TERNARY } else { &SOFT };
    place.get_or_init(|| {
        let campaign = Campaign::new(&deck(model));
        campaign.done(&["--threads", "1"]);
        campaign
    })
}

/// A campaign whose directory holds what the reference made.
fn copy_of_reference(model: &str) -> Campaign {
    let (from, to) = (reference(model), Campaign::new(&deck(model)));
    std::fs::create_dir(to.output()).unwrap();
    for name in FILES {
        std::fs::copy(from.file(name), to.file(name)).unwrap();
    }
    to
}

fn open(campaign: &Campaign, stage: Stage) -> StageReader {
    StageReader::open(&campaign.output(), stage).unwrap()
}

fn rows(campaign: &Campaign, stage: Stage, path: &str) -> u64 {
    open(campaign, stage).shape(path).unwrap()[0]
}

/// What follows WARN in the log.
fn warnings(told: &str) -> Vec<String> {
    told.lines().filter_map(|line| line.split_once("WARN")).map(|(_, message)| message.to_owned()).collect()
}

fn same_on_ranks_and_threads(model: &str) {
    let alone = reference(model);
    assert!(rows(alone, Stage::Connect, "/double_wells/glass") >= 1, "{model}: the library is empty");
    let threads = Campaign::new(&deck(model));
    let expected = warnings(&threads.done(&["--threads", "2"]));
    assert!(!expected.is_empty(), "no glass of this deck gives a warning");
    assert_all_same(alone, &threads);
    let shapes: &[(usize, &str)] = &[(1, "2"), (2, "1"), (3, "1"), (4, "1")];
    for &(ranks, threads) in shapes.iter().filter(|_| cfg!(feature = "mpi")) {
        let campaign = Campaign::new(&deck(model));
        let output = ranks_of_glasswell(ranks, &[], &campaign.arguments(&["--threads", threads])).output().unwrap();
        assert_code(&output, 0);
        // rank 0 speaks for the glasses of all
        assert_eq!(warnings(&both(&output)), expected, "{ranks} ranks");
        assert_all_same(alone, &campaign);
    }
}

#[test]
fn ternary_files_are_the_same_on_any_ranks_and_threads() {
    same_on_ranks_and_threads("tlj");
}

#[test]
fn soft_sphere_files_are_the_same_on_any_ranks_and_threads() {
    same_on_ranks_and_threads("pss");
}

#[test]
fn figures_agree_with_plain_recomputation() {
    for model in ["tlj", "pss"] {
        reference(model).recompute(model);
    }
    // so that the branches of splitting are among what was recomputed
    assert!(rows(reference("tlj"), Stage::Connect, "/minima/energy") > 0, "no path of this deck splits");
}

#[test]
fn a_second_run_skips() {
    let campaign = copy_of_reference("pss");
    let before = campaign.bytes();
    let times = FILES.map(|name| std::fs::metadata(campaign.file(name)).unwrap().modified().unwrap());
    let told = campaign.done(&[]);
    assert_eq!(told.matches("skipped").count(), 4, "{told}");
    assert!(campaign.bytes() == before, "a second run changed a file");
    assert_eq!(FILES.map(|name| std::fs::metadata(campaign.file(name)).unwrap().modified().unwrap()), times);
    // another name and another checkpoint interval are the same campaign
    campaign.set(&deck("pss").replace("name = \"pss\"", "name = \"other\"\ncheckpoint_interval = \"2 min\""));
    assert_eq!(campaign.done(&[]).matches("skipped").count(), 4);
    assert!(campaign.bytes() == before);
}

#[test]
fn check_takes_costs_from_the_files_that_are_there() {
    let campaign = copy_of_reference("pss");
    campaign.set(&deck("pss").replace("glasses = 3", "glasses = 300"));
    let (deck, output) = (campaign.deck(), campaign.output());
    let told = glasswell(&["check", text(&deck), "--output", text(&output), "--ranks", "40"]).output().unwrap();
    assert_code(&told, 0);
    let told = both(&told);
    assert!(told.contains("prepare, explore, connect, tunnel: from what their tasks have cost in"), "{told}");
    assert!(told.contains("core time in 300 tasks") && told.contains("on 40 ranks"), "{told}");
    assert!(campaign.listing() == FILES.map(str::to_owned), "check leaves nothing");
}

/// (what is raised, its new value, the first file that must change).
const EXTENSIONS: [(&str, &str, usize); 5] = [
    ("glasses = 3", "glasses = 4", 0),
    ("quenches = 60", "quenches = 75", 1),
    ("runs = 2", "runs = 3", 1),
    ("light = 1.0", "heavy = 100.0, light = 1.0", 3),
    ("[\"argon\"]", "[\"argon\", \"nickel-phosphorus\"]", 3),
];

#[test]
fn raised_decks_extend_to_what_a_fresh_run_gives() {
    for (old, new, first) in EXTENSIONS {
        let campaign = copy_of_reference("pss");
        let before = campaign.bytes();
        let raised = deck("pss").replace(old, new);
        assert_ne!(raised, deck("pss"));
        campaign.set(&raised);
        let told = campaign.done(&["--threads", "1"]);
        assert!(told.contains("extended"), "{new}: {told}");
        let after = campaign.bytes();
        let fresh = Campaign::new(&raised);
        fresh.done(&["--threads", "1"]);
        for (number, name) in FILES.iter().enumerate() {
            // files before the first keep the deck that made them
            assert_same(
                &campaign.file(name),
                &fresh.file(name),
                if number < first { &["--decks-differ"] } else { &[] },
            );
            let untouched = number < if first == 3 { 2 } else { first };
            assert!(!untouched || after[number] == before[number], "{new}: {name} was written again");
        }
        // the recomputation takes the deck from glasses.h5
        if first == 0 {
            campaign.recompute("pss");
        }
    }
}

#[test]
fn glasses_that_were_there_are_kept() {
    let campaign = copy_of_reference("pss");
    campaign.set(&deck("pss").replace("glasses = 3", "glasses = 4"));
    campaign.done(&["--until", "prepare"]);
    let read = |campaign: &Campaign| -> Vec<f64> {
        open(campaign, Stage::Prepare).read_rows("/glasses/position", 0, 3).unwrap()
    };
    assert_eq!(read(&campaign), read(reference("pss")));
    assert_eq!(rows(&campaign, Stage::Prepare, "/glasses/energy"), 4);
}

#[test]
fn a_changed_deck_is_refused_and_changes_nothing() {
    let changes = [
        ("temperature = 0.09", "temperature = 0.08", "explore.temperature"),
        ("temperature = 0.2", "temperature = 0.21", "prepare.temperature"),
        ("glasses = 3", "glasses = 2", "prepare.glasses"),
        ("quenches = 60", "quenches = 59", "explore.quenches"),
        ("seed = 1", "seed = 2", "campaign.seed"),
        ("images = 9", "images = 11", "connect.images"),
        ("particles = 100", "particles = 101", "model.particles"),
        ("light = 1.0", "light = 1.5", "tunnel.reduced_mass.light"),
    ];
    let campaign = copy_of_reference("pss");
    let before = campaign.bytes();
    for (old, new, key) in changes {
        let changed = deck("pss").replace(old, new);
        assert_ne!(changed, deck("pss"));
        campaign.set(&changed);
        let output = campaign.run(&[]);
        assert_code(&output, 2);
        let told = both(&output);
        assert!(told.contains(key) && told.contains("--output") && told.contains("--redo"), "{new}: {told}");
        assert!(campaign.bytes() == before, "{new}: a refused deck changed a file");
    }
    // the directory of another campaign altogether
    campaign.set(&deck("tlj"));
    let output = campaign.run(&[]);
    assert_code(&output, 2);
    assert!(both(&output).contains("model."), "{}", both(&output));
    assert!(campaign.bytes() == before && campaign.listing() == FILES);
}

#[test]
fn redo_replaces_a_stage_and_those_after_it() {
    let campaign = copy_of_reference("pss");
    let before = campaign.bytes();
    let changed = deck("pss").replace("temperature = 0.09", "temperature = 0.08");
    campaign.set(&changed);
    campaign.done(&["--redo", "explore"]);
    let after = campaign.bytes();
    assert!(after[0] == before[0], "--redo explore touched the glasses");
    let fresh = Campaign::new(&changed);
    fresh.done(&[]);
    assert_same(&campaign.file(FILES[0]), &fresh.file(FILES[0]), &["--decks-differ"]);
    FILES[1..].iter().for_each(|name| assert_same(&campaign.file(name), &fresh.file(name), &[]));
    assert!(after[1] != before[1]);
    assert_eq!(campaign.done(&[]).matches("skipped").count(), 4);
    let output = campaign.run(&["--redo", "exlpore"]);
    assert_code(&output, 2);
    assert!(both(&output).contains("exlpore") && both(&output).contains("explore"), "{}", both(&output));
}

#[test]
fn stages_run_one_after_the_other() {
    let campaign = Campaign::new(&deck("pss"));
    campaign.done(&["--until", "prepare"]);
    assert_eq!(campaign.listing(), ["glasses.h5"]);
    let glasses = campaign.bytes();
    campaign.done(&["--until", "explore"]);
    assert_eq!(campaign.listing(), ["glasses.h5", "landscape.h5"]);
    assert!(campaign.bytes()[0] == glasses[0]);
    let told = campaign.done(&[]);
    assert_eq!(told.matches("skipped").count(), 2, "{told}");
    assert_all_same(&campaign, reference("pss"));
    // a deck without [prepare] goes on from glasses that are there, and from nothing says what it needs
    let whole = deck("pss");
    let (head, rest) = whole.split_once("[prepare]").unwrap();
    let (_, explore) = rest.split_once("[explore]").unwrap();
    let later = format!("{head}[explore]{explore}");
    let alone = Campaign::new(&later);
    let output = alone.run(&[]);
    assert_code(&output, 2);
    assert!(both(&output).contains("glasses.h5") && both(&output).contains("[prepare]"), "{}", both(&output));
    std::fs::create_dir_all(alone.output()).unwrap();
    std::fs::copy(campaign.file(FILES[0]), alone.file(FILES[0])).unwrap();
    alone.done(&[]);
    FILES[1..].iter().for_each(|name| assert_same(&alone.file(name), &campaign.file(name), &["--decks-differ"]));
}

#[test]
fn directories_that_cannot_be_used_are_told() {
    let campaign = Campaign::new(&deck("pss"));
    std::fs::write(campaign.output(), "not a directory").unwrap();
    let output = campaign.run(&[]);
    assert_code(&output, 3);
    assert!(both(&output).contains(text(&campaign.output())) && both(&output).contains("--output"));
    assert_eq!(std::fs::read_to_string(campaign.output()).unwrap(), "not a directory");
    let below = campaign.output().join("below");
    let output = glasswell(&["run", text(&campaign.deck()), "--output", text(&below)]).output().unwrap();
    assert_code(&output, 3);
    assert!(both(&output).contains(text(&below)), "{}", both(&output));
    if cfg!(feature = "mpi") {
        let output = ranks_of_glasswell(3, &[], &campaign.arguments(&[])).output().unwrap();
        assert_code(&output, 3);
        assert_eq!(both(&output).matches("glasswell: ").count(), 1, "{}", both(&output));
    }
}

#[test]
fn a_truncated_file_is_told_and_left() {
    let campaign = copy_of_reference("pss");
    for name in &FILES[1..] {
        std::fs::remove_file(campaign.file(name)).unwrap();
    }
    let whole = std::fs::read(campaign.file(FILES[0])).unwrap();
    std::fs::write(campaign.file(FILES[0]), &whole[..whole.len() * 2 / 3]).unwrap();
    for ranks in if cfg!(feature = "mpi") { vec![0, 2] } else { vec![0] } {
        let output = match ranks {
            0 => campaign.run(&[]),
            _ => ranks_of_glasswell(ranks, &[], &campaign.arguments(&[])).output().unwrap(),
        };
        assert_code(&output, 3);
        let told = both(&output);
        assert!(told.contains("glasses.h5") && told.contains("cut short"), "{told}");
        assert_eq!(told.matches("glasswell: ").count(), 1, "{told}");
        assert_eq!(campaign.listing(), ["glasses.h5"]);
    }
    // as the message says: moved away, its stage runs again
    std::fs::remove_file(campaign.file(FILES[0])).unwrap();
    campaign.done(&[]);
    assert_all_same(&campaign, reference("pss"));
}

#[test]
fn a_bad_deck_ends_all_ranks_with_one_message() {
    let campaign = Campaign::new(&deck("pss").replace("temperature = 0.09", "temperature = -0.09"));
    let arguments = campaign.arguments(&[]);
    let output = match cfg!(feature = "mpi") {
        true => ranks_of_glasswell(3, &[], &arguments).output().unwrap(),
        false => campaign.run(&[]),
    };
    assert_code(&output, 2);
    let told = both(&output);
    assert_eq!(told.matches("explore.temperature").count(), 1, "{told}");
    assert!(told.contains("deck.toml") && told.contains("line 16") && told.contains("-0.09"), "{told}");
    assert!(!campaign.output().exists(), "a bad deck made a directory");
}

/// A limit on the size of files stands for a disk that is full once glasses.h5 is written.
#[test]
fn a_full_disk_is_told_and_what_was_there_is_kept() {
    for ranks in if cfg!(feature = "mpi") { vec![1, 2] } else { vec![1] } {
        let campaign = Campaign::new(&deck("pss"));
        campaign.done(&["--until", "prepare"]);
        let glasses = campaign.bytes();
        // kB: between the sizes of glasses.h5 and landscape.h5
        let limit = "ulimit -f 100; exec \"$0\" \"$@\"";
        let output = ranks_of_glasswell(ranks, &["bash", "-c", limit], &campaign.arguments(&[])).output().unwrap();
        assert_code(&output, 3);
        let told = both(&output);
        assert!(told.contains("landscape.h5") && told.contains("File too large"), "{ranks} ranks: {told}");
        assert_eq!(told.matches("glasswell: ").count(), 1, "{told}");
        assert_eq!(campaign.listing(), ["glasses.h5"], "{ranks} ranks left something");
        assert!(campaign.bytes()[0] == glasses[0], "{ranks} ranks changed the glasses");
        let told = campaign.done(&[]);
        assert_eq!(told.matches("skipped").count(), 1, "{told}");
        assert_all_same(&campaign, reference("pss"));
    }
}

/// The glasses of a campaign as configurations.
fn glasses(campaign: &Campaign) -> Vec<Configuration> {
    let reader = open(campaign, Stage::Prepare);
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
        let original: Vec<Configuration> = glasses(source).into_iter().take(2).collect();
        let from_text = Campaign::new(&import_deck(model, particles, "\"glass_*.xyz\""));
        for (number, glass) in original.iter().enumerate() {
            let mut moved = glass.clone();
            // the second as a program that does not wrap writes it: some atoms a box edge away
            let away = number as f64 * moved.cell.edges[0];
            moved.positions.iter_mut().step_by(7).for_each(|x| *x += away);
            let written = glasswell::formats::write_extended_xyz(&moved, preset);
            std::fs::write(from_text.folder.path().join(format!("glass_{number}.xyz")), written).unwrap();
        }
        from_text.done(&[]);
        // all the glasses of the file come along
        let path = format!("{:?}", text(&source.file("glasses.h5")));
        let from_hdf5 = Campaign::new(&import_deck(model, particles, &path));
        from_hdf5.done(&[]);
        assert_eq!(rows(&from_hdf5, Stage::Prepare, "/glasses/energy") as usize, glasses(source).len());
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
            // rounding of the moved one may lead a liquid's quench to another minimum
            let exact = if tolerance == 0.0 { 2 } else { 1 };
            for (path, count) in [("/glasses/energy", 2), ("/glasses/inherent_energy", exact)] {
                let ours: Vec<f64> = open(campaign, Stage::Prepare).read_rows(path, 0, count).unwrap();
                let theirs: Vec<f64> = open(source, Stage::Prepare).read_rows(path, 0, count).unwrap();
                let off = ours.iter().zip(&theirs).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
                assert!(off < 1e-10, "{model} {path}: off by {off:e}: {ours:?} {theirs:?}");
            }
        }
    }
}
