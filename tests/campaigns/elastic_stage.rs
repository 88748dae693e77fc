//! The stage `elastic` of a campaign: the contents of its file, on any number of ranks and after interruptions.

use crate::support::{Campaign, ranks_or_one, text, wait_until};
use std::process::Command;

const FILES: [&str; 1] = ["elasticity.h5"];

#[test]
fn moduli_and_couplings_do_not_depend_on_ranks_or_interruptions() {
    let reference = Campaign::reference("elastic.toml", &[]);
    reference.recompute("elastic.py", "pss");

    let ranks = ranks_or_one(3);
    let campaign = reference.copy();
    std::fs::remove_file(campaign.file(FILES[0])).unwrap();
    let mut stops = 0;
    loop {
        let mut run = campaign.start(ranks, &[]);
        let members = run.members();
        // a checkpoint exists, or all is done
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
        ended.assert_message("stopped in elastic", 4, &["repeat the same command to resume"]);
        stops += 1;
    }
    assert!(stops > 0, "the run was never interrupted");
    campaign.assert_same_as(&reference, &FILES, "stopped and resumed on several ranks");
    assert!(!campaign.file("checkpoint").exists());
}

/// A deck with only glasses and strains needs no double wells.
#[test]
fn glasses_alone_are_strained() {
    let whole = Campaign::of("elastic.toml", &[]).text_of_deck();
    let (before, after) = (whole.find("[explore]").unwrap(), whole.find("[elastic]").unwrap());
    let deck = format!("{}{}", &whole[..before], &whole[after..].replace("steps = 6", "steps = 1"));
    let campaign = Campaign::with_deck(&deck);
    let ended = campaign.start(1, &[]).wait();
    assert_eq!(ended.code, 0, "{}", ended.printed);
    let listed = Command::new("h5ls").args(["-r", text(&campaign.file("elasticity.h5"))]).output().unwrap();
    let listed = String::from_utf8_lossy(&listed.stdout);
    assert!(listed.contains("/moduli/shear ") && !listed.contains("/coupling"), "{listed}");
}
