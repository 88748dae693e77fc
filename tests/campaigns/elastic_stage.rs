//! The stage `elastic` of a campaign: what its file says, on any number of ranks and after interruptions.

use crate::short;

use short::{Short, one_at_a_time, text, wait_until};
use std::path::Path;
use std::process::Command;

const FILES: [&str; 1] = ["elasticity.h5"];

fn undisturbed() -> Short {
    let campaign = Short::of_deck("elastic.toml");
    let ended = campaign.start(1, &[]).wait();
    assert_eq!(ended.code, 0, "{}", ended.told);
    campaign
}

#[test]
fn moduli_and_couplings_do_not_depend_on_ranks_or_interruptions() {
    let _turn = one_at_a_time();
    let reference = undisturbed();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/campaign_decks/elastic.py");
    let output = Command::new("/usr/bin/python3").args([&script, &reference.output]).output().unwrap();
    println!("{}", String::from_utf8_lossy(&output.stdout));
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));

    let ranks = if cfg!(feature = "mpi") { 3 } else { 1 };
    let campaign = Short::of_deck("elastic.toml");
    std::fs::create_dir(&campaign.output).unwrap();
    for name in short::FILES {
        std::fs::copy(reference.file(name), campaign.file(name)).unwrap();
    }
    let mut stops = 0;
    loop {
        let mut run = campaign.start(ranks, &[]);
        let members = run.members();
        // a checkpoint is there, or all is done
        wait_until("a checkpoint of elastic", || {
            let listing = campaign.listing();
            listing.iter().any(|name| name.contains("checkpoint/elastic.")) || campaign.file(FILES[0]).exists()
        });
        if stops < 2 && !campaign.file(FILES[0]).exists() {
            run.signal("USR1", &members);
        }
        let ended = run.wait();
        if ended.code == 0 {
            break;
        }
        ended.assert_told("stopped in elastic", 4, &["the same command goes on from there"]);
        stops += 1;
    }
    assert!(stops > 0, "the run was never interrupted");
    campaign.assert_same_as(&reference, &FILES, "stopped and resumed on several ranks");
    assert!(!campaign.file("checkpoint").exists());
}

/// A deck of glasses and strains alone needs no double wells.
#[test]
fn glasses_alone_are_strained() {
    let _turn = one_at_a_time();
    let whole =
        std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/campaign_decks/elastic.toml"))
            .unwrap();
    let (before, after) = (whole.find("[explore]").unwrap(), whole.find("[elastic]").unwrap());
    let deck = format!("{}{}", &whole[..before], &whole[after..].replace("steps = 6", "steps = 1"));
    let campaign = Short::with_changes(&[]);
    std::fs::write(campaign.deck(), deck).unwrap();
    let ended = campaign.start(1, &[]).wait();
    assert_eq!(ended.code, 0, "{}", ended.told);
    let listed = Command::new("h5ls").args(["-r", text(&campaign.file("elasticity.h5"))]).output().unwrap();
    let listed = String::from_utf8_lossy(&listed.stdout);
    assert!(listed.contains("/moduli/shear ") && !listed.contains("/coupling"), "{listed}");
}
