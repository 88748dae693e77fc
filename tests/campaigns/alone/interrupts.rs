//! A campaign that is stopped by signals to various processes or by the clock, or that loses a rank: it ends in time,
//! prints what to do, and after a resume on another number of ranks its data are those of an undisturbed run. Tests
//! with files that only some ranks see need root, and are skipped without; never when CI is set.

#[cfg(feature = "mpi")]
use crate::support::ranks_of_glasswell;
use crate::support::{Campaign, Ended, Running, both, glasswell, is_there, text, wait_until};
use std::process::Command;
use std::time::{Duration, Instant};

/// Ranks of the interrupted runs.
const RANKS: usize = if cfg!(feature = "mpi") { 4 } else { 1 };

/// Seconds from a request to the end.
const PATIENCE: f64 = 20.0;

fn assert_stopped(what: &str, ended: &Ended) {
    ended.assert_message(what, 4, &["repeat the same command to resume"]);
    assert!(ended.seconds < PATIENCE, "{what}: {:.1} s", ended.seconds);
}

/// Starts it and waits until this file of the campaign is there.
fn started_until(campaign: &Campaign, file: &str) -> (Running, Vec<u32>) {
    let run = campaign.start(RANKS, &[]);
    let members = run.members();
    wait_until(file, || campaign.file(file).exists());
    (run, members)
}

#[test]
fn requests_to_ranks_and_to_the_launcher_are_obeyed() {
    let campaign = Campaign::short();
    // MPI has not started yet
    let mut run = campaign.start(RANKS, &[]);
    let members = run.members();
    run.signal("USR1", &members);
    assert_stopped("SIGUSR1 to all ranks at their start", &run.wait());
    // more than once, as schedulers and launchers do
    let (mut run, members) = started_until(&campaign, "glasses.h5");
    run.signal("TERM", &members);
    std::thread::sleep(Duration::from_millis(5));
    let _ = Command::new("kill").arg("-TERM").args(members.iter().map(u32::to_string)).output().unwrap();
    let ended = run.wait();
    assert_stopped("SIGTERM to all ranks, twice", &ended);
    assert!(ended.printed.contains("SIGTERM: stops after the present piece of work"), "{}", ended.printed);
    let mut run = campaign.start(RANKS, &[]);
    run.members();
    let launcher = run.launcher();
    run.signal("USR1", &[launcher]);
    assert_stopped("SIGUSR1 to mpirun", &run.wait());
    campaign.finish(if RANKS > 1 { 3 } else { 1 }, "after three signals");
}

#[test]
fn one_rank_and_the_clock_stop_all_ranks() {
    let campaign = Campaign::short();
    let (mut run, members) = started_until(&campaign, "glasses.h5");
    // a signal between two stages would leave no progress of the second one
    let progress = || std::fs::read_to_string(campaign.file("progress.json")).unwrap_or_default();
    wait_until("explore", || progress().contains("\"stage\": \"explore\""));
    run.signal("INT", &members[RANKS - 1..]);
    assert_stopped("SIGINT to one rank", &run.wait());
    let status = || both(&glasswell(&["status", text(&campaign.output)]).output().unwrap());
    let printed = status();
    assert!(printed.contains("stopped") && printed.contains("last checkpoint"), "{printed}");
    let run = campaign.start(RANKS, &["--time-limit", "1 s"]);
    assert_stopped("--time-limit", &run.wait());
    assert!(status().contains("repeat the same command"), "{}", status());
    campaign.finish(if RANKS > 1 { 2 } else { 1 }, "after a signal to one rank and the clock");
}

#[test]
fn a_second_sigint_ends_at_once() {
    let campaign = Campaign::short();
    let counts: &[usize] = if RANKS > 1 { &[1, RANKS] } else { &[1] };
    for &ranks in counts {
        // the run may also just have finished its slice
        let ended = (0..5).map(|_| {
            let mut run = campaign.start(ranks, &[]);
            let members = run.members();
            wait_until("the first glasses", || campaign.file("glasses.h5").exists());
            run.signal("INT", &members[..1]);
            std::thread::sleep(Duration::from_millis(5));
            let _ = Command::new("kill").args(["-INT", &members[0].to_string()]).output().unwrap();
            let start = Instant::now();
            wait_until("the rank ends", || !is_there(members[0]));
            (start.elapsed().as_secs_f64(), run.wait())
        });
        let (seconds, ended) = ended.into_iter().find(|(_, ended)| ended.code != 4).expect("five stops within 5 ms");
        assert_eq!(ended.code, 130, "{ranks} ranks: {}", ended.printed);
        // mpirun takes two seconds to end the other ranks
        assert!(seconds < 2.0 && ended.seconds < PATIENCE, "{ranks} ranks: {seconds:.1} s, {:.1} s", ended.seconds);
        println!(
            "a second SIGINT on {ranks} ranks: exit code 130 after {seconds:.2} s, all after {:.2} s",
            ended.seconds
        );
    }
    campaign.finish(1, "after a second SIGINT");
}

#[cfg(feature = "mpi")]
#[test]
fn a_launcher_that_ends_and_a_rank_that_dies_leave_what_can_be_resumed() {
    let campaign = Campaign::short();
    // Open MPI's mpirun kills the ranks about a second later
    let (mut run, _) = started_until(&campaign, "glasses.h5");
    let launcher = run.launcher();
    run.signal("TERM", &[launcher]);
    let ended = run.wait();
    assert!(
        ended.code != 0 && ended.seconds < PATIENCE,
        "{} after {:.1} s: {}",
        ended.code,
        ended.seconds,
        ended.printed
    );
    println!("SIGTERM to mpirun: exit code {} after {:.1} s", ended.code, ended.seconds);
    for rank in [0, 2] {
        let (mut run, members) = started_until(&campaign, "glasses.h5");
        run.signal("STOP", &members[rank..=rank]);
        std::thread::sleep(Duration::from_millis(300));
        run.signal("KILL", &members[rank..=rank]);
        let ended = run.wait();
        assert!(ended.code != 0 && ended.seconds < PATIENCE, "{} after {:.1} s", ended.code, ended.seconds);
        println!("SIGSTOP and SIGKILL to rank {rank}: exit code {} after {:.1} s", ended.code, ended.seconds);
        wait_until("the other ranks are gone", || !members.iter().any(|process| is_there(*process)));
    }
    campaign.finish(2, "after mpirun and ranks were killed");
}

/// The arguments of mpirun that start the last of four ranks differently.
#[cfg(feature = "mpi")]
fn last_rank_otherwise(campaign: &Campaign, wrapper: &[&str], words: &[String]) -> Ended {
    let program = [env!("CARGO_BIN_EXE_glasswell").to_owned()];
    let mut command = campaign.words(&[]);
    let last = wrapper.iter().map(|word| word.to_string()).chain(program).chain(words.iter().cloned());
    command.extend([":", "-n", "1"].map(str::to_owned));
    command.extend(last);
    // the first three as usual
    campaign.spawn(ranks_of_glasswell(3, &[], &command), 4).wait()
}

#[cfg(feature = "mpi")]
#[test]
fn an_error_of_one_rank_ends_all_with_its_number() {
    let campaign = Campaign::with_files(1);
    let mut words = campaign.words(&[]);
    words[1] = words[1].replace("deck.toml", "missing.toml");
    let ended = last_rank_otherwise(&campaign, &[], &words);
    ended.assert_message("a deck that one rank does not see", 2, &["rank 3: ", "missing.toml"]);
    let ended = last_rank_otherwise(&campaign, &["env", "GLASSWELL_THREADS=none"], &campaign.words(&[]));
    ended.assert_message("a variable of one rank", 2, &["rank 3: ", "GLASSWELL_THREADS"]);
    // as on a node that has not mounted the common file system
    if !Command::new("unshare").args(["--mount", "true"]).output().is_ok_and(|output| output.status.success()) {
        assert!(std::env::var_os("CI").is_none(), "CI is set, and a mount namespace is not permitted");
        println!("skipped: a directory that one rank does not see (a mount namespace is not permitted)");
        return;
    }
    let elsewhere = format!("mount -t tmpfs none '{}' && exec \"$0\" \"$@\"", campaign.output.display());
    let wrapper = ["unshare", "--mount", "sh", "-c", &elsewhere];
    let ended = last_rank_otherwise(&campaign, &wrapper, &campaign.words(&[]));
    ended.assert_message("a directory that one rank does not see", 3, &["rank 3: ", "/out/.lock", "all hosts share"]);
    campaign.finish(2, "after errors of one rank");
}
