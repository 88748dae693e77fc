//! The stage modes as a user runs it: figures that plain recomputation gives, the same data on any ranks and threads, stopped and
//! resumed, the spectra of glasses and of all minima, decks that change.

mod short;

use glasswell::files::{Attribute, Stage, StageReader};
use short::{Short, glasswell, one_at_a_time, ranks_of_glasswell, text, wait_until};
use std::path::Path;
use std::process::Command;
use std::sync::OnceLock;

const SECTION: &str = "[modes]\npaths = \"all\"\npath_points = 5\ntangent_images = [40, 600]\n";

/// A directory with the four files of the short campaign, and [modes] in its deck.
fn campaign(section: &str) -> Short {
    let campaign = Short::with_files(4);
    add(&campaign, section);
    campaign
}

fn add(campaign: &Short, section: &str) {
    let deck = std::fs::read_to_string(campaign.deck()).unwrap();
    std::fs::write(campaign.deck(), format!("{deck}\n{section}")).unwrap();
}

/// Run once, alone, on one thread.
fn reference() -> &'static Short {
    static REFERENCE: OnceLock<Short> = OnceLock::new();
    REFERENCE.get_or_init(|| {
        let campaign = campaign(SECTION);
        let ended = campaign.start(1, &[]).wait();
        assert_eq!(ended.code, 0, "{}", ended.told);
        campaign
    })
}

const BOTH: [&str; 2] = ["modes.h5", "tunnelling.h5"];

#[test]
fn figures_agree_with_plain_recomputation() {
    let _turn = one_at_a_time();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/campaign_decks/recompute_modes.py");
    let mut python = Command::new("/usr/bin/python3");
    python.arg(script).arg(&reference().output).arg("tlj").env("OMP_NUM_THREADS", "1").env("OPENBLAS_NUM_THREADS", "1");
    let output = python.env("PYTHONDONTWRITEBYTECODE", "1").output().unwrap();
    let (told, wrong) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{told}{wrong}");
    println!("{told}");
}

#[test]
fn the_same_data_on_any_ranks_and_threads() {
    let _turn = one_at_a_time();
    for (ranks, threads) in [(1, "2"), (2, "1"), (3, "1")] {
        if ranks > 1 && !cfg!(feature = "mpi") {
            continue;
        }
        let campaign = campaign(SECTION);
        let mut words = campaign.words(&[]);
        let place = words.iter().position(|word| word == "--threads").unwrap();
        words[place + 1] = threads.to_owned();
        let command = if ranks == 1 { glasswell(&words) } else { ranks_of_glasswell(ranks, &[], &words) };
        let ended = campaign.spawn(command, ranks).wait();
        assert_eq!(ended.code, 0, "{}", ended.told);
        campaign.assert_same_as(reference(), &BOTH, &format!("{ranks} ranks, {threads} threads"));
    }
}

#[test]
fn a_stopped_run_goes_on_to_the_same_data() {
    let _turn = one_at_a_time();
    reference();
    let campaign = campaign(SECTION);
    let mut run = campaign.start(1, &[]);
    let members = run.members();
    let has = || campaign.listing().iter().any(|name| name.contains("modes.") && name.ends_with(".finished.h5"));
    wait_until("a checkpoint of modes", has);
    run.signal("USR1", &members);
    run.wait().assert_told("stopped in modes", 4, &["stage modes"]);
    let ended = campaign.start(if cfg!(feature = "mpi") { 2 } else { 1 }, &[]).wait();
    assert_eq!(ended.code, 0, "{}", ended.told);
    campaign.assert_same_as(reference(), &BOTH, "stopped and resumed");
    assert!(!campaign.output.join("checkpoint").exists());
}

fn number(reader: &StageReader, name: &str) -> f64 {
    match reader.attribute("/density_of_states", name).unwrap() {
        Attribute::F64(value) => value,
        other => panic!("{name}: {other:?}"),
    }
}

/// Needs no double wells, and no exploration.
#[test]
fn spectra_of_glasses_alone() {
    let _turn = one_at_a_time();
    let campaign = Short::with_files(1);
    let deck = std::fs::read_to_string(campaign.deck()).unwrap();
    let head = deck.split("[explore]").next().unwrap();
    std::fs::write(campaign.deck(), format!("{head}[modes]\nof = \"glasses\"\ncount = 20\n")).unwrap();
    let ended = campaign.start(1, &[]).wait();
    assert_eq!(ended.code, 0, "{}", ended.told);
    let reader = StageReader::open(&campaign.output, Stage::Modes).unwrap();
    assert_eq!(reader.shape("/spectra/frequency").unwrap(), [3, 20]);
    assert_eq!(reader.read::<i64>("/spectra/minimum").unwrap(), [-1; 3]);
    assert!(reader.read::<bool>("/spectra/counted").unwrap().iter().all(|counted| *counted));
    assert!(reader.read::<f64>("/spectra/zero_point").unwrap().iter().all(|sum| sum.is_nan()));
    // two starts of each glass at most: the softest mode, and the softest localised one where there is one
    let wells: Vec<i64> = reader.read("/nonlinear/double_well").unwrap();
    assert!(wells.len() >= 3 && wells.iter().all(|well| *well == -1), "{wells:?}");
    // the bins end where the first glass runs out of modes
    let frequency: Vec<f64> = reader.read("/spectra/frequency").unwrap();
    let complete_to = frequency.chunks(20).map(|glass| glass[19]).fold(f64::INFINITY, f64::min);
    assert_eq!(number(&reader, "complete_to"), complete_to);
    let edges: Vec<f64> = reader.read("/density_of_states/frequency").unwrap();
    assert!(edges.last().unwrap() <= &complete_to && edges.last().unwrap() * 1.13 > complete_to, "{edges:?}");
    assert!(number(&reader, "omega_debye") > number(&reader, "omega_first_phonon"));
    assert!(!campaign.file("landscape.h5").exists());
}

#[test]
fn spectra_of_all_minima() {
    let _turn = one_at_a_time();
    let campaign = campaign("[modes]\nof = \"minima\"\ncount = 5\nnonlinear = false\n");
    let ended = campaign.start(1, &[]).wait();
    assert_eq!(ended.code, 0, "{}", ended.told);
    let modes = StageReader::open(&campaign.output, Stage::Modes).unwrap();
    let landscape = StageReader::open(&campaign.output, Stage::Explore).unwrap();
    let glass: Vec<u32> = landscape.read("/minima/glass").unwrap();
    assert_eq!(modes.read::<u32>("/spectra/glass").unwrap(), glass);
    assert!(modes.read::<i64>("/nonlinear/double_well").unwrap().is_empty());
}

#[test]
fn a_second_run_skips_and_a_changed_deck_is_refused() {
    let _turn = one_at_a_time();
    let campaign = campaign(SECTION);
    for name in BOTH {
        std::fs::copy(reference().file(name), campaign.file(name)).unwrap();
    }
    let bytes = || BOTH.map(|name| std::fs::read(campaign.file(name)).unwrap());
    let before = bytes();
    assert_eq!(campaign.start(1, &[]).wait().code, 0);
    assert!(bytes() == before, "a second run wrote a file");
    let deck = std::fs::read_to_string(campaign.deck()).unwrap();
    std::fs::write(campaign.deck(), deck.replace("path_points = 5", "path_points = 7")).unwrap();
    let told = campaign.start(1, &[]).wait();
    told.assert_told("another number of points", 2, &["modes.path_points: 5 -> 7", "--redo modes"]);
    assert!(bytes() == before, "{}", text(&campaign.output));
}
