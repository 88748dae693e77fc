//! The stage `relax` as a user runs it: identical files on any number of ranks, after a stop, and when extended.

use crate::support::{Campaign, glasswell, wait_until};
use glasswell::files::StageReader;
use glasswell::stage::Stage;
use std::process::Command;

const FILE: &str = "relaxation.h5";

fn reference() -> Campaign {
    Campaign::reference("relax.toml", &[])
}

fn finish(campaign: &Campaign, ranks: usize, options: &[&str]) -> String {
    let ended = campaign.start(ranks, options).wait();
    assert_eq!(ended.code, 0, "{ranks} ranks: {}", ended.printed);
    assert!(!campaign.output.join("checkpoint").exists(), "checkpoints are left over");
    ended.printed
}

#[test]
fn any_number_of_ranks_writes_the_same_file() {
    // two ranks: `a_stopped_stage_resumes_to_the_same_file`
    let counts: &[usize] = if cfg!(feature = "mpi") { &[3] } else { &[] };
    for &ranks in counts {
        let campaign = Campaign::of("relax.toml", &[]);
        finish(&campaign, ranks, &[]);
        campaign.assert_same_as(&reference(), &[FILE], &format!("{ranks} ranks"));
    }
    let threads = Campaign::of("relax.toml", &[]);
    let words = threads.words(&[]).into_iter().map(|word| if word == "1" { "2".to_owned() } else { word });
    let ended = threads.spawn(glasswell(&words.collect::<Vec<String>>()), 1).wait();
    assert_eq!(ended.code, 0, "{}", ended.printed);
    threads.assert_same_as(&reference(), &[FILE], "two threads");
}

#[test]
fn a_stopped_stage_resumes_to_the_same_file() {
    let ranks = if cfg!(feature = "mpi") { 2 } else { 1 };
    let campaign = Campaign::of("relax.toml", &[]);
    let mut run = campaign.start(ranks, &[]);
    let members = run.members();
    wait_until("the first checkpoint", || campaign.output.join("checkpoint").exists());
    run.signal("TERM", &members);
    let ended = run.wait();
    ended.assert_message("SIGTERM", 4, &["repeat the same command to resume"]);
    // and again, by a crash after the next checkpoint
    let checkpoints = || campaign.listing();
    let before = checkpoints();
    let mut run = campaign.start(1, &[]);
    let member = run.members();
    wait_until("a new checkpoint", || checkpoints() != before || campaign.file(FILE).exists());
    run.signal("KILL", &member);
    run.wait();
    finish(&campaign, if cfg!(feature = "mpi") { 3 } else { 1 }, &[]);
    campaign.assert_same_as(&reference(), &[FILE], "stopped, killed and resumed");
}

#[test]
fn more_samples_and_temperatures_are_added_to_what_is_there() {
    let campaign = Campaign::of(
        "relax.toml",
        &[("[1.6, 2.4]", "[2.4]"), ("[\"md\", \"hybrid-swap\"]", "\"hybrid-swap\""), ("samples = 2", "samples = 1")],
    );
    finish(&campaign, 1, &[]);
    let reader = StageReader::open(&campaign.output, Stage::Relax).unwrap();
    assert!(!reader.has("/relaxation/speed_up") && !reader.has("/relaxation/swap/time"));
    assert_eq!(reader.read::<f64>("/samples/temperature").unwrap(), [2.4]);
    let seconds = |campaign: &Campaign| -> usize {
        let reader = StageReader::open(&campaign.output, Stage::Relax).unwrap();
        reader.read::<f64>("/timing/tasks/seconds").unwrap().len()
    };
    campaign.change(&[("[2.4]", "[1.6, 2.4]"), ("dynamics = \"hybrid-swap\"", "dynamics = [\"md\", \"hybrid-swap\"]")]);
    finish(&campaign, 1, &[]);
    assert_eq!(seconds(&campaign), 3, "the one that was there was not run again");
    campaign.change(&[("samples = 1", "samples = 2")]);
    finish(&campaign, 1, &[]);
    assert_eq!(seconds(&campaign), 4);
    campaign.assert_same_as(&reference(), &[FILE], "extended twice");
    // any other change is refused
    campaign.change(&[("samples = 2", "samples = 2\nwave_number = 6.0")]);
    let ended = campaign.start(1, &[]).wait();
    ended.assert_message("another wave number", 2, &["relax.wave_number", "--redo relax"]);
}

/// Liquids and glasses do not depend on each other: neither makes the other run again.
#[test]
fn liquids_and_glasses_stand_beside_each_other() {
    let prepare =
        "[prepare]\nglasses = 1\ntemperature = 2.0\nequilibration = { relaxation_times = 1, max_steps = 400 }\n";
    let campaign = Campaign::of(
        "relax.toml",
        &[(
            "[relax]",
            &format!("{prepare}[explore]\ntemperature = 0.5\nquenches = 3\nequilibration_steps = 20\n[relax]"),
        )],
    );
    std::fs::create_dir(&campaign.output).unwrap();
    std::fs::copy(reference().file(FILE), campaign.file(FILE)).unwrap();
    finish(&campaign, 1, &[]);
    campaign.assert_same_as(&reference(), &[FILE], "a file of liquids that other stages find");
    let landscape = std::fs::read(campaign.file("landscape.h5")).unwrap();
    let liquids = std::fs::read(campaign.file(FILE)).unwrap();
    finish(&campaign, 1, &["--redo", "relax"]);
    assert!(std::fs::read(campaign.file("landscape.h5")).unwrap() == landscape, "--redo relax left the landscape");
    assert!(std::fs::read(campaign.file(FILE)).unwrap() != liquids, "and followed the liquids again");
    campaign.assert_same_as(&reference(), &[FILE], "done again");
    let liquids = std::fs::read(campaign.file(FILE)).unwrap();
    campaign.change(&[("glasses = 1", "glasses = 2")]);
    finish(&campaign, 1, &[]);
    assert!(std::fs::read(campaign.file(FILE)).unwrap() == liquids, "more glasses change no liquid");
}

#[test]
fn the_file_agrees_with_itself() {
    let reader = StageReader::open(&reference().output, Stage::Relax).unwrap();
    let read = |path: &str| reader.read::<f64>(path).unwrap();
    assert_eq!(read("/relaxation/temperature"), [2.4, 1.6]);
    assert_eq!(read("/samples/temperature"), [2.4, 2.4, 2.4, 2.4, 1.6, 1.6, 1.6, 1.6]);
    let dynamics = reader.read_text("/samples/dynamics").unwrap();
    assert_eq!(dynamics[..4], ["md", "md", "hybrid_swap", "hybrid_swap"]);
    assert_eq!(reader.read_text("/relaxation/status").unwrap(), ["converged"; 2]);
    // curves are means of the samples', groups are the species' weighted means (4:1:1)
    let (lags, all) = (reader.shape("/relaxation/time").unwrap()[1] as usize, read("/relaxation/self_scattering"));
    let shape = reader.shape("/samples/self_scattering").unwrap();
    let (most, width) = (shape[1] as usize, shape[2] as usize);
    assert_eq!(width, 4);
    let samples = read("/samples/self_scattering");
    let species = read("/relaxation/species/self_scattering");
    for (row, first) in [(0, 0), (1, 4)] {
        for lag in 0..lags {
            let of = |sample: usize, group: usize| samples[((first + sample) * most + lag) * width + group];
            let mean = 0.5 * (of(0, 0) + of(1, 0));
            let found = all[row * lags + lag];
            assert!(found.is_nan() || (found - mean).abs() < 1e-14, "{found} {mean}");
            if found.is_finite() {
                let weighted: f64 =
                    [4.0, 1.0, 1.0].iter().enumerate().map(|(s, w)| w * species[(row * 3 + s) * lags + lag]).sum();
                assert!((weighted / 6.0 - found).abs() < 1e-12);
            }
        }
        assert!(all[row * lags] > 0.99 && all[row * lags] < 1.0);
    }
    let ratio: Vec<f64> =
        read("/relaxation/tau_alpha").iter().zip(read("/relaxation/swap/tau_alpha")).map(|(a, b)| a / b).collect();
    assert_eq!(read("/relaxation/speed_up"), ratio);
    // the first swap lag is a block, the first of dynamics a step
    assert_eq!((read("/relaxation/time")[0], read("/relaxation/swap/time")[0]), (0.005, 0.05));
    // ballistic: <d^2> = 3 T t^2
    let first = read("/relaxation/mean_squared_displacement")[0];
    assert!((first / (3.0 * 2.4 * 0.005f64.powi(2)) - 1.0).abs() < 0.05, "{first}");
    let status = Command::new(env!("CARGO_BIN_EXE_glasswell"))
        .arg("status")
        .arg(&reference().output)
        .env("COLUMNS", "120")
        .output()
        .unwrap();
    let printed = String::from_utf8_lossy(&status.stdout).into_owned();
    assert!(printed.contains("tau_alpha at T = 1.6") && printed.contains("times faster"), "{printed}");
}
