//! The stage `modes` as a user runs it: results that agree with an independent recomputation, identical data on any
//! number of ranks and threads, stopped and resumed, the spectra of glasses and of all minima, decks that change.

use crate::support::{Campaign, ranks_or_one, text, wait_until};
use glasswell::files::{Attribute, StageReader};
use glasswell::formats::write_extended_xyz;
use glasswell::landscape::{QuenchSettings, inherent_structure};
use glasswell::model::{Configuration, PeriodicBox, Preset};
use glasswell::modes::{full_modes, linear_moduli};
use glasswell::random::stream;
use glasswell::stage::Stage;
use rand::RngExt;

const SECTION: &str = "[modes]\npaths = \"all\"\npath_points = 5\ntangent_images = [40, 600]\n";

fn deck(section: &str) -> String {
    format!("{}\n{section}", Campaign::short().text_of_deck())
}

/// A directory with the four files of the short campaign, and [modes] in its deck.
fn campaign(section: &str) -> Campaign {
    let campaign = Campaign::with_files(4);
    campaign.set(&deck(section));
    campaign
}

fn reference() -> Campaign {
    Campaign::reference("short.toml", &[]).reference_after(&deck(SECTION))
}

const BOTH: [&str; 2] = ["modes.h5", "tunnelling.h5"];

/// One glass of the ternary mixture: its shortest path is smooth enough for five points on it.
const SMOOTH: [(&str, &str); 4] = [
    ("seed = 39", "seed = 4"),
    ("quenches = 20", "quenches = 36"),
    ("glasses = 2", "glasses = 1"),
    ("max_iterations = 300", "max_iterations = 250"),
];

#[test]
fn figures_agree_with_plain_recomputation() {
    let smooth = Campaign::reference("tlj.toml", &SMOOTH);
    let deck = format!("{}\n{SECTION}", smooth.text_of_deck());
    smooth.reference_after(&deck).recompute("recompute_modes.py", "tlj");
}

#[test]
fn the_same_data_on_any_ranks_and_threads() {
    // two ranks: `a_stopped_run_goes_on_to_the_same_data`
    for (ranks, threads) in [(1, "2"), (3, "1")] {
        if ranks > 1 && !cfg!(feature = "mpi") {
            continue;
        }
        let campaign = campaign(SECTION);
        campaign.start(ranks, &["--threads", threads]).wait().assert_code(0);
        campaign.assert_same_as(&reference(), &BOTH, &format!("{ranks} ranks, {threads} threads"));
    }
}

#[test]
fn a_stopped_run_goes_on_to_the_same_data() {
    let campaign = campaign(SECTION);
    let mut run = campaign.start(1, &[]);
    let members = run.members();
    let has = || campaign.listing().iter().any(|name| name.contains("modes.") && name.ends_with(".finished.h5"));
    wait_until("a checkpoint of modes", has);
    run.signal("USR1", &members);
    run.wait().assert_message("stopped in modes", 4, &["stage modes"]);
    let ended = campaign.start(ranks_or_one(2), &[]).wait();
    assert_eq!(ended.code, 0, "{}", ended.printed);
    campaign.assert_same_as(&reference(), &BOTH, "stopped and resumed");
    assert!(!campaign.output.join("checkpoint").exists());
}

fn number(reader: &StageReader, name: &str) -> f64 {
    match reader.attribute("/density_of_states", name).unwrap() {
        Attribute::F64(value) => value,
        other => panic!("{name}: {other:?}"),
    }
}

/// (omega_D, omega_t) of a glass of the short campaign from the moduli of its inherent structure.
fn sound_of(campaign: &Campaign, glass: usize) -> [f64; 2] {
    let reader = StageReader::open(&campaign.output, Stage::Prepare).unwrap();
    let edges: Vec<f64> = reader.read_rows("/glasses/box", glass as u64, 1).unwrap();
    let diameters: Vec<f64> = reader.read_rows("/glasses/diameter", glass as u64, 1).unwrap();
    let n = diameters.len();
    let configuration = Configuration {
        cell: PeriodicBox { edges: [edges[0], edges[1], edges[2]] },
        positions: reader.read_rows("/glasses/position", glass as u64, 1).unwrap(),
        species: vec![0; n],
        diameters,
    };
    let model = Preset::Pss.model(&configuration);
    let rest = inherent_structure(&model, &configuration, &QuenchSettings::default()).positions;
    let moduli = linear_moduli(&model, &configuration.cell, &rest, 1 << 30).unwrap();
    let (shear, density) = (moduli.shear().iter().sum::<f64>() / 3.0, n as f64 / configuration.cell.volume());
    let (transverse, longitudinal) = ((shear / density).sqrt(), ((moduli.bulk() + 4.0 * shear / 3.0) / density).sqrt());
    let turn = std::f64::consts::TAU;
    let debye = (4.5 * turn * turn * density / (2.0 * transverse.powi(-3) + longitudinal.powi(-3))).cbrt();
    [debye, turn * transverse / edges[0]]
}

/// Needs no double wells, and no exploration.
#[test]
fn spectra_of_glasses_alone() {
    let campaign = Campaign::with_files(1);
    let deck = campaign.text_of_deck();
    let head = deck.split("[explore]").next().unwrap();
    campaign.set(&format!("{head}[modes]\nof = \"glasses\"\ncount = 20\n"));
    let ended = campaign.start(1, &[]).wait();
    assert_eq!(ended.code, 0, "{}", ended.printed);
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
    for row in 0..3 {
        let due = sound_of(&campaign, row);
        for (name, due) in ["omega_debye", "omega_first_phonon"].into_iter().zip(due) {
            let printed: Vec<f64> = reader.read(&format!("/density_of_states/{name}")).unwrap();
            assert!((printed[row] / due - 1.0).abs() < 1e-6, "{name} of glass {row}: {} {due}", printed[row]);
        }
    }
    for name in ["omega_debye", "omega_first_phonon"] {
        let printed: Vec<f64> = reader.read(&format!("/density_of_states/{name}")).unwrap();
        let known: Vec<f64> = printed.into_iter().filter(|omega| omega.is_finite()).collect();
        let mean = known.iter().sum::<f64>() / known.len() as f64;
        assert!((number(&reader, name) / mean - 1.0).abs() < 1e-12, "{name}");
    }
    assert!(!campaign.file("landscape.h5").exists());
}

#[test]
fn spectra_of_all_minima() {
    let campaign = campaign("[modes]\nof = \"minima\"\ncount = 5\nnonlinear = false\n");
    let ended = campaign.start(1, &[]).wait();
    assert_eq!(ended.code, 0, "{}", ended.printed);
    let modes = StageReader::open(&campaign.output, Stage::Modes).unwrap();
    let landscape = StageReader::open(&campaign.output, Stage::Explore).unwrap();
    let glass: Vec<u32> = landscape.read("/minima/glass").unwrap();
    assert_eq!(modes.read::<u32>("/spectra/glass").unwrap(), glass);
    assert!(modes.read::<i64>("/nonlinear/double_well").unwrap().is_empty());
}

#[test]
fn a_second_run_skips_and_a_changed_deck_is_refused() {
    let campaign = campaign(SECTION);
    for name in BOTH {
        std::fs::copy(reference().file(name), campaign.file(name)).unwrap();
    }
    let bytes = || BOTH.map(|name| std::fs::read(campaign.file(name)).unwrap());
    let before = bytes();
    assert_eq!(campaign.start(1, &[]).wait().code, 0);
    assert!(bytes() == before, "a second run wrote a file");
    campaign.change(&[("path_points = 5", "path_points = 7")]);
    let printed = campaign.start(1, &[]).wait();
    printed.assert_message("another number of points", 2, &["modes.path_points: 5 -> 7", "--redo modes"]);
    assert!(bytes() == before, "{}", text(&campaign.output));
}

/// 80 soft spheres near the sites of a lattice, all lengths times `scale`, the box once more times `spread`.
fn spheres(scale: f64, spread: f64) -> Configuration {
    const SEED: u64 = 11;
    println!("seed {SEED}");
    let mut random = stream(SEED, glasswell::random::Purpose::Modes, 0, 0);
    let sites = (0..80).flat_map(|i| [i % 4, i / 4 % 4, i / 16]);
    let length = scale * spread;
    let positions = sites.map(|site| (f64::from(site) + 0.3 * random.random::<f64>()) * length).collect();
    let diameters = (0..80).map(|i| scale * (0.9 + 0.2 * f64::from(i) / 79.0)).collect();
    Configuration {
        cell: PeriodicBox { edges: [4.0 * length, 4.0 * length, 5.0 * length] },
        positions,
        species: vec![0; 80],
        diameters,
    }
}

/// A glass, a gas whose Hessian is zero so that its modes cannot be counted, and a glass in such small units of length
/// that rounding keeps its forces above the tolerance: the rows of the last two are NaN.
#[test]
fn a_spectrum_that_cannot_be_had_is_a_row_without_figures() {
    let glasses = [spheres(1.0, 1.0), spheres(1.0, 3.0), spheres(1e-6, 1.0)];
    let campaign = Campaign::short();
    let text: String = glasses.iter().map(|glass| write_extended_xyz(glass, Preset::Pss)).collect();
    std::fs::write(campaign.folder.join("glasses.xyz"), text).unwrap();
    let deck = "[campaign]\nname = \"imported\"\n[model]\npreset = \"pss\"\nparticles = 80\n[prepare]\nmethod = \"import\"\n\
                from = \"glasses.xyz\"\n[modes]\nof = \"glasses\"\ncount = 20\n";
    campaign.set(deck);
    let ended = campaign.start(ranks_or_one(2), &[]).wait();
    assert_eq!(ended.code, 0, "{}", ended.printed);
    let reader = StageReader::open(&campaign.output, Stage::Modes).unwrap();
    assert_eq!(reader.read_text("/spectra/status").unwrap(), ["converged", "failed", "no_minimum"]);
    assert_eq!(reader.read::<bool>("/spectra/counted").unwrap(), [true, false, false]);
    // the glass has results
    let model = Preset::Pss.model(&glasses[0]);
    let minimum = inherent_structure(&model, &glasses[0], &QuenchSettings::default()).positions;
    let all = full_modes(&model, &glasses[0].cell, &minimum, &[]).unwrap();
    let frequency: Vec<f64> = reader.read("/spectra/frequency").unwrap();
    assert_eq!(frequency.len(), 60);
    for (printed, eigenvalue) in frequency.iter().zip(&all.eigenvalues[..20]) {
        assert!((printed / eigenvalue.sqrt() - 1.0).abs() < 1e-7, "{printed} {}", eigenvalue.sqrt());
    }
    for name in ["frequency", "participation_ratio", "phonon_order", "third_order"] {
        let column: Vec<f64> = reader.read(&format!("/spectra/{name}")).unwrap();
        assert!(column[..20].iter().all(|figure| figure.is_finite()), "{name} of the glass");
        assert!(column[20..].iter().all(|figure| figure.is_nan()), "{name} of the others");
    }
    // the others are excluded from the sums
    let nonlinear: Vec<u32> = reader.read("/nonlinear/spectrum").unwrap();
    assert!(!nonlinear.is_empty() && nonlinear.iter().all(|row| *row == 0), "{nonlinear:?}");
    assert_eq!(reader.read::<u32>("/density_of_states/glass").unwrap(), [0]);
    assert_eq!(number(&reader, "complete_to"), frequency[19]);
    assert!(!campaign.output.join("checkpoint").exists());
}

/// Spheres without contacts have no modes, neither lowest ones nor all: an error, since there is no other glass.
#[test]
fn a_glass_of_rattlers_has_no_spectrum() {
    for count in ["20", "\"all\""] {
        let campaign = Campaign::short();
        let text = write_extended_xyz(&spheres(1.0, 3.0), Preset::Harmonic);
        std::fs::write(campaign.folder.join("glasses.xyz"), text).unwrap();
        let deck = format!(
            "[campaign]\nname = \"loose\"\n[model]\npreset = \"harmonic\"\nparticles = 80\n[prepare]\nmethod = \"import\"\n\
             from = \"glasses.xyz\"\ntemperature = 1e-5\n[modes]\nof = \"glasses\"\ncount = {count}\n"
        );
        campaign.set(&deck);
        let ended = campaign.start(1, &[]).wait();
        assert_eq!(ended.code, 5, "{count}: {}", ended.printed);
        assert!(ended.printed.contains("1 of 1 spectra failed"), "{count}: {}", ended.printed);
        assert!(!campaign.file("modes.h5").exists());
    }
}
