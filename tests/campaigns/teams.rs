//! Fewer pairs or glasses than ranks: teams share the images of a band or the rows of a Hessian, with results bitwise
//! identical to those of a single rank.
#![cfg(feature = "mpi")]

use crate::support::{Campaign, FILES, wait_until};

/// A campaign that begins with the files of the reference but for these: one glass keeps one rank busy.
fn without(reference: &Campaign, files: &[&str]) -> Campaign {
    let campaign = reference.copy();
    files.iter().for_each(|name| std::fs::remove_file(campaign.file(name)).unwrap());
    campaign
}

/// The deck's first round has two pairs, its second two more, from split paths: teams work on these.
fn alone() -> Campaign {
    Campaign::reference("team.toml", &[])
}

#[test]
fn a_shared_band_gives_the_bits_of_one_rank() {
    let alone = alone();
    let ranks = 4;
    let campaign = without(&alone, &FILES[2..]);
    let ended = campaign.start_aloud(ranks, &[]).wait();
    assert_eq!(ended.code, 0, "{ranks} ranks: {}", ended.printed);
    let printed = ended.printed.lines().filter_map(|line| line.split_once("connect: ")?.1.strip_suffix(" tasks"));
    // the number of pairs from split paths in the second round does not matter here
    let shared: Vec<&str> = printed.filter(|printed| printed.contains("ranks share")).collect();
    assert!(
        !shared.is_empty() && shared.iter().all(|printed| printed.starts_with(&ranks.to_string())),
        "{}",
        ended.printed
    );
    campaign.assert_same_as(&alone, &FILES, &format!("{ranks} ranks"));
}

/// The lowest modes of a large glass: its rows are shared.
#[test]
fn a_shared_hessian_gives_the_bits_of_one_rank() {
    let alone = Campaign::reference("team_modes.toml", &[]);
    for ranks in [2, 3] {
        let campaign = without(&alone, &["modes.h5"]);
        let ended = campaign.start_aloud(ranks, &[]).wait();
        assert_eq!(ended.code, 0, "{ranks} ranks: {}", ended.printed);
        assert!(ended.printed.contains(&format!("modes: {ranks} ranks share 1 tasks")), "{}", ended.printed);
        campaign.assert_same_as(&alone, &["glasses.h5", "modes.h5"], &format!("{ranks} ranks"));
    }
}

#[test]
fn a_team_that_stops_leaves_the_whole_band() {
    let alone = alone();
    let campaign = without(&alone, &FILES[2..]);
    let mut run = campaign.start_aloud(4, &[]);
    let members = run.members();
    let progress = || std::fs::read_to_string(campaign.file("progress.json")).unwrap_or_default();
    wait_until("the second round", || progress().contains("\"round\": 1"));
    run.signal("USR1", &members[3..]);
    run.wait().assert_message("SIGUSR1 to a member of a team", 4, &["repeat the same command to resume"]);
    for ranks in [1, 3] {
        let copy = Campaign::of("team.toml", &[]);
        let copied = std::process::Command::new("cp").arg("-r").args([&campaign.output, &copy.output]).status();
        assert!(copied.unwrap().success());
        let ended = copy.start(ranks, &[]).wait();
        assert_eq!(ended.code, 0, "{}", ended.printed);
        copy.assert_same_as(&alone, &FILES, &format!("stopped in a team, resumed on {ranks} ranks"));
    }
}
