//! A campaign of harmonic packings, whose energies and forces are a thousand times smaller than those of the other
//! models.

use crate::support::{Campaign, both, glasswell, text};
use glasswell::files::StageReader;
use glasswell::forces::sums;
use glasswell::landscape::{Displacement, displacement_field, rattlers};
use glasswell::model::{Configuration, Model, PeriodicBox, Preset};
use glasswell::stage::Stage;

const DECK: &str = r#"
[campaign]
name = "harmonic"
seed = 3
[model]
preset = "harmonic"
particles = 200
[prepare]
glasses = 1
method = "quench"
temperature = inf
[explore]
temperature = 3e-5
quenches = 150
quench_every = 100
runs = 2
equilibration_steps = 2000
[connect]
images = 17
refine = "active"
[tunnel]
reduced_mass = { heavy = 1e6 }
"#;

fn run(deck: &str) -> Campaign {
    let campaign = Campaign::with_deck(deck);
    campaign.start(1, &[]).wait().assert_code(0);
    campaign
}

/// A quenched glass is the minimum: forces, energy and pressure by plain sums.
fn check_at_rest(glasses: &StageReader, glass: &Configuration, model: &Model) {
    let [energy, inherent, pressure] = ["energy", "inherent_energy", "pressure"]
        .map(|name| glasses.read::<f64>(&format!("/glasses/{name}")).unwrap()[0]);
    let mut forces = vec![0.0; glass.positions.len()];
    let plain = sums::energy_and_forces(model, &glass.cell, &glass.positions, &mut forces) / glass.particles() as f64;
    let residual = forces.iter().fold(0.0_f64, |most, force| most.max(f64::abs(*force)));
    assert!(residual < 2e-13, "{residual:e}");
    assert!((energy - plain).abs() < 1e-12 * plain && energy == inherent, "{energy} {inherent} {plain}");
    let plain = sums::pressure(&sums::stress(model, &glass.cell, &glass.positions));
    assert!((pressure - plain).abs() < 1e-11 * plain, "{pressure} {plain}");
}

/// Near jamming some particles are rattlers: they must not affect the properties of a double well. Three of seven double wells,
/// one of them with a rattler.
#[test]
fn rattlers_are_left_out() {
    let deck = DECK.replace("particles = 200", "particles = 200\ndensity = 1.28");
    let deck = deck.replace("temperature = 3e-5", "temperature = 1e-4").replace("quenches = 150", "quenches = 85");
    let modes = "[modes]\nof = \"double-wells\"\ncount = \"all\"\npaths = \"none\"\n[elastic]\nsteps = 0\n";
    let deck = deck.replace("[connect]\n", "[connect]\ncandidates = \"list\"\nfrom = \"pairs.csv\"\n");
    let campaign = Campaign::with_deck(&format!("{deck}{modes}"));
    std::fs::write(campaign.folder.join("pairs.csv"), "glass,a,b\n0,0,1\n0,11,12\n0,15,17\n").unwrap();
    campaign.start(1, &[]).wait().assert_code(0);
    let printed = campaign.recompute("recompute_modes.py", "harmonic");
    assert!(printed.contains("1 with rattlers"), "{printed}");
    campaign.recompute("recompute_couplings.py", "harmonic");
    let [glasses, landscape, paths] = [Stage::Prepare, Stage::Explore, Stage::Connect]
        .map(|stage| StageReader::open(&campaign.output, stage).unwrap());
    let edges: Vec<f64> = glasses.read("/glasses/box").unwrap();
    let cell = PeriodicBox { edges: [edges[0], edges[1], edges[2]] };
    let position: Vec<f64> = glasses.read("/glasses/position").unwrap();
    let glass = Configuration { cell, positions: position, species: vec![0; 200], diameters: vec![1.0; 200] };
    let model = Preset::Harmonic.model(&glass);
    check_at_rest(&glasses, &glass, &model);
    let mut minima: Vec<f64> = landscape.read("/minima/position").unwrap();
    minima.extend(paths.read::<f64>("/minima/position").unwrap());
    let minimum = |index: u32| &minima[600 * index as usize..600 * (index as usize + 1)];
    let printed: Vec<u32> = landscape.read("/minima/rattlers").unwrap();
    for (index, printed) in printed.iter().enumerate() {
        let loose = rattlers(&model, &cell, minimum(index as u32));
        assert_eq!(loose.iter().filter(|loose| **loose).count(), *printed as usize, "minimum {index}");
    }
    let [a, b, count] = ["a", "b", "rattlers"].map(|name| paths.read::<u32>(&format!("/double_wells/{name}")).unwrap());
    let [distance, ratio] =
        ["distance", "participation_ratio"].map(|name| paths.read::<f64>(&format!("/double_wells/{name}")).unwrap());
    assert!(count.iter().any(|count| *count > 0), "no double well with a rattler: {count:?}");
    for well in 0..a.len() {
        let (first, second) = (minimum(a[well]), minimum(b[well]));
        let loose = [first, second].map(|x| rattlers(&model, &cell, x));
        let counted = |i: usize| !loose[0][i] && !loose[1][i];
        assert_eq!(200 - (0..200).filter(|i| counted(*i)).count(), count[well] as usize);
        let expected = Displacement::of(&displacement_field(&cell, first, second, counted));
        assert!((distance[well] - expected.distance).abs() < 1e-9, "{} {expected:?}", distance[well]);
        assert!((ratio[well] / expected.participation_ratio - 1.0).abs() < 1e-9, "{} {expected:?}", ratio[well]);
    }
}

#[test]
fn a_harmonic_campaign_runs_to_its_end() {
    let campaign = run(DECK);

    let paths = StageReader::open(&campaign.output, Stage::Connect).unwrap();
    let column = |name: &str| -> Vec<f64> { paths.read(&format!("/double_wells/{name}")).unwrap() };
    let [asymmetry, activation, barrier, length, distance, ratio, residual, curvature] = [
        "asymmetry",
        "activation",
        "barrier",
        "length",
        "distance",
        "participation_ratio",
        "saddle_residual",
        "curvature_saddle",
    ]
    .map(column);
    let modes: Vec<u32> = paths.read("/double_wells/negative_modes").unwrap();
    let rattlers: Vec<u32> = paths.read("/double_wells/rattlers").unwrap();
    let status = paths.read_text("/double_wells/status").unwrap();
    println!("{} double wells: {barrier:?} {length:?} {rattlers:?}", modes.len());
    assert!(!modes.is_empty(), "no double well was found");
    for well in 0..modes.len() {
        assert_eq!(modes[well], 1);
        assert!(residual[well] < 1e-11 && curvature[well] < 0.0 && curvature[well] > -1.0);
        assert!(asymmetry[well] >= 0.0 && (barrier[well] - activation[well] + 0.5 * asymmetry[well]).abs() < 1e-15);
        assert!(barrier[well] > 0.0 && barrier[well] < 0.1, "{}", barrier[well]);
        assert!(distance[well] > 1e-3 && distance[well] <= length[well] * 1.001 && length[well] < 10.0);
        assert!(ratio[well] >= 1.0 && ratio[well] <= 200.0 - f64::from(rattlers[well]));
        assert!(["converged", "descent_failed"].contains(&status[well].as_str()));
    }

    // the sums of `status` agree with the file
    let mut calls: Vec<i64> = paths.read("/double_wells/force_evaluations").unwrap();
    calls.extend(paths.read::<i64>("/rejected/force_evaluations").unwrap());
    let printed = both(&glasswell(&["status", text(&campaign.output)]).output().unwrap());
    let sum = calls.iter().sum::<i64>().to_string();
    assert!(
        printed.lines().any(|line| line.contains("force evaluations") && line.contains(&sum)),
        "{sum} is not in {printed}"
    );

    let landscape = StageReader::open(&campaign.output, Stage::Explore).unwrap();
    let loose: Vec<u32> = landscape.read("/minima/rattlers").unwrap();
    assert!(!loose.is_empty() && loose.iter().all(|count| *count < 20));
    let glasses = StageReader::open(&campaign.output, Stage::Prepare).unwrap();
    let ends = glasses.read_text("/glasses/inherent_status").unwrap();
    assert!(ends.iter().all(|end| end == "converged" || end == "stalled"), "{ends:?}");
}
