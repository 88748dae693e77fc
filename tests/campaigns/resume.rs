//! What an interrupted run can and cannot resume: decks that were raised in the meantime, rounds that had ended, stages
//! that were to be replaced.

use crate::support::{Campaign, Ended, FILES, rank_counts, ranks_or_one, wait_until};
use glasswell::stage::Stage;

/// Of "resumes from a checkpoint, N tasks done".
fn tasks_done(ended: &Ended) -> Option<usize> {
    let (_, rest) = ended.printed.split_once("connect: resumes from a checkpoint, ")?;
    rest.split_whitespace().next()?.parse().ok()
}

fn has_results_of_connect(campaign: &Campaign) -> bool {
    campaign.listing().iter().any(|name| name.contains("connect.") && name.ends_with(".finished.h5"))
}

#[test]
fn pairs_of_a_smaller_deck_are_never_those_of_a_larger_one() {
    let campaign = Campaign::of("short.toml", &[("glasses = 3", "glasses = 2")]);
    let mut run = campaign.start(1, &[]);
    let members = run.members();
    wait_until("a checkpoint of connect", || has_results_of_connect(&campaign));
    run.signal("USR1", &members);
    run.wait().assert_message("stopped in connect with two glasses", 4, &["stage connect"]);
    campaign.change(&[("glasses = 2", "glasses = 3")]);
    let ended = campaign.start_aloud(ranks_or_one(2), &[]).wait();
    assert_eq!(ended.code, 0, "{}", ended.printed);
    assert!(ended.printed.contains("connect: the checkpoint belongs to a smaller deck"), "{}", ended.printed);
    campaign.assert_same(&FILES, "three glasses after a stop with two");
}

#[test]
fn the_results_of_a_round_that_has_ended_are_kept() {
    // paths that split, and no checkpoint by the clock
    let whole = Campaign::reference("tlj.toml", &[]);
    let campaign = Campaign::of("tlj.toml", &[]);
    let mut run = campaign.start(1, &[]);
    let members = run.members();
    let progress = || std::fs::read_to_string(campaign.file("progress.json")).unwrap_or_default();
    wait_until("the second round", || progress().contains("\"round\": 1"));
    run.signal("USR1", &members);
    run.wait().assert_message("stopped in the second round", 4, &["stage connect"]);
    let ended = campaign.start_aloud(1, &[]).wait();
    assert_eq!(ended.code, 0, "{}", ended.printed);
    let tasks = whole.open(Stage::Connect).tasks().unwrap();
    let first_round = tasks.iter().filter(|task| task.key.round == 0).count();
    assert!(first_round >= 3 && tasks_done(&ended).is_some_and(|done| done >= first_round), "{}", ended.printed);
    campaign.assert_same_with_deck(&whole, &FILES, "stopped in the second round");
}

#[test]
fn a_stage_that_is_being_replaced_is_resumed_without_redo() {
    let campaign = Campaign::with_files(4);
    let mut run = campaign.start(1, &["--redo", "connect"]);
    let members = run.members();
    wait_until("a checkpoint of connect", || has_results_of_connect(&campaign));
    run.signal("USR1", &members);
    run.wait().assert_message("stopped while connect is replaced", 4, &["stage connect", "leave out --redo"]);
    let there = FILES.map(|name| campaign.file(name).exists());
    assert_eq!(there, [true, true, false, false], "the old paths are gone, and what was made from them");
    let ended = campaign.start_aloud(1, &[]).wait();
    assert_eq!(ended.code, 0, "{}", ended.printed);
    assert!(tasks_done(&ended).is_some_and(|done| done > 0), "{}", ended.printed);
    campaign.assert_same(&FILES, "connect replaced in two runs");
}

/// A changed layout of the files represents an updated program: what it wrote is kept until the user discards it.
#[test]
fn a_checkpoint_of_another_program_is_an_error_until_it_is_redone() {
    let campaign = Campaign::with_files(2);
    let mut run = campaign.start(1, &[]);
    let members = run.members();
    wait_until("a checkpoint of connect", || has_results_of_connect(&campaign));
    run.signal("USR1", &members);
    run.wait().assert_message("stopped in connect", 4, &["stage connect"]);
    let kept = campaign.listing();
    for name in kept.iter().filter(|name| name.contains("connect.") && name.ends_with(".h5")) {
        let file = hdf5::File::open_rw(campaign.file(name)).unwrap();
        let layout = file.attr("checkpoint_layout").unwrap();
        layout.write_scalar(&(layout.read_scalar::<i64>().unwrap() - 1)).unwrap();
    }
    for &ranks in rank_counts() {
        let refused = campaign.start(ranks, &[]).wait();
        refused.assert_message(
            "a checkpoint of another program",
            3,
            &["connect.", "checkpoint layout", "--redo connect"],
        );
        assert_eq!(campaign.listing(), kept);
    }
    let ended = campaign.start(1, &["--redo", "connect"]).wait();
    assert_eq!(ended.code, 0, "{}", ended.printed);
    campaign.assert_same(&FILES, "connect redone by another program");
}

/// Gives a file another number of its algorithm, or none.
fn of_algorithm(campaign: &Campaign, name: &str, number: Option<i64>) {
    let file = hdf5::File::open_rw(campaign.file(name)).unwrap();
    match number {
        Some(number) => file.attr("algorithm").unwrap().write_scalar(&number).unwrap(),
        None => file.delete_attr("algorithm").unwrap(),
    }
    // the library cuts off what it does not know: the seal
    file.close().unwrap();
}

/// Results of two algorithms are never in one file: what cannot be extended is refused, and the user decides. Without the
/// number, a file counts as one of number 1.
#[test]
fn a_file_of_another_algorithm_is_not_extended() {
    let campaign = Campaign::with_files(1);
    let number = |campaign: &Campaign| campaign.open(Stage::Prepare).header().algorithm;
    assert_eq!(number(&campaign), 1);
    of_algorithm(&campaign, "glasses.h5", Some(7));
    campaign.change(&[("glasses = 3", "glasses = 4")]);
    let kept = campaign.listing();
    let words =
        ["glasses.h5 of algorithm 7", "has algorithm 1", "cannot be extended", "--redo prepare", "another --output"];
    for &ranks in rank_counts() {
        campaign.start(ranks, &["--until", "prepare"]).wait().assert_message("of another algorithm", 2, &words);
        assert_eq!((campaign.listing(), number(&campaign)), (kept.clone(), 7));
    }
    campaign.done(&["--redo", "prepare", "--until", "prepare"]);
    assert_eq!(number(&campaign), 1);
    // the number is no obstacle; what is left is the seal that this test has removed
    of_algorithm(&campaign, "glasses.h5", None);
    campaign.change(&[("glasses = 4", "glasses = 5")]);
    assert_eq!(number(&campaign), 1);
    let unsealed = campaign.start(1, &["--until", "prepare"]).wait();
    unsealed.assert_message("without a number", 3, &["glasses.h5", "has no checksums"]);
}
