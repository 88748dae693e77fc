//! What a run prints: the summary at its end, its progress, and its log file.

use crate::support::{Campaign, both, glasswell, text};
use glasswell::files::Attribute;
use glasswell::report::significant;
use glasswell::stage::Stage;
use std::process::Command;

/// A command in the folder of the campaign, so that its lines do not depend on where the tests run.
fn in_folder(campaign: &Campaign, words: &[&str], columns: &str) -> Command {
    let mut command = glasswell(words);
    command.current_dir(campaign.output.parent().unwrap()).env("COLUMNS", columns);
    command
}

/// Of commands and lines of a table: the longest one.
fn widest(printed: &str) -> usize {
    printed.lines().map(|line| line.chars().count()).max().unwrap_or(0)
}

/// Less than a second once the reference is there.
#[test]
fn the_summary_fits_the_terminal_and_names_the_next_command() {
    for deck in ["tlj.toml", "excite.toml", "elastic.toml"] {
        let campaign = Campaign::reference(deck, &[]).copy();
        for (columns, width) in [("60", 60), ("80", 80), ("120", 120), ("", 80), ("a few", 80), ("7", 40)] {
            let output = in_folder(&campaign, &["status", "out"], columns).output().unwrap();
            let printed = both(&output);
            assert_eq!(output.status.code(), Some(0), "{printed}");
            assert!(widest(&printed) <= width, "{deck} at {columns:?}: {}\n{printed}", widest(&printed));
            assert!(printed.contains("glasswell report out"), "{printed}");
            // the shares of the time of each stage
            let all = printed.lines().find(|line| line.trim_start().starts_with("all ")).expect("the whole time");
            let shares = all.split_whitespace().filter_map(|word| word.parse::<f64>().ok());
            let shares: f64 = shares.skip(1).sum();
            assert!((shares - 100.0).abs() <= 1.0, "{all}");
        }
    }
    let campaign = Campaign::reference("tlj.toml", &[]).copy();
    let said = both(&in_folder(&campaign, &["status", "out"], "80").output().unwrap());
    // the counts and the limits are those of the file
    let tunnel = campaign.open(Stage::Tunnel);
    let words = said.split_whitespace().collect::<Vec<_>>().join(" ");
    for unit in ["argon", "nickel-phosphorus", "light"] {
        let group = format!("/{unit}/density_tunnelling");
        let (counts, errors) = (tunnel.attribute(&group, "counts"), tunnel.attribute(&group, "errors"));
        let (Attribute::I64List(counts), Attribute::F64List(errors)) = (counts.unwrap(), errors.unwrap()) else {
            panic!("{group}")
        };
        let kinds = tunnel.read_text(&format!("/{unit}/kind")).unwrap();
        let none = match kinds.iter().filter(|kind| *kind == "tunnelling").count() {
            0 => format!("none of the {} double wells tunnels.", kinds.len()),
            1 => "the one tunnelling well does not have E below k_B T_Q".to_owned(),
            wells => format!("none of the {wells} tunnelling wells has E below k_B T_Q"),
        };
        let expected = match counts[0] {
            0 => vec![
                format!("{unit}: no active system: {none}"),
                format!("68 % upper limit of n0 is {} per atom and epsilon.", significant(errors[1])),
            ],
            count => vec![
                format!("{unit}: {count} active system"),
                format!("to {}) per atom and epsilon, from {count} system", significant(errors[1])),
                "glasswell export out --well".to_owned(),
            ],
        };
        for expected in expected {
            assert!(words.contains(&expected), "{expected}: {words}");
        }
    }
}

/// Two seconds of a core.
#[test]
fn a_run_says_how_far_it_is_and_keeps_its_log() {
    let campaign = Campaign::short();
    let printed = campaign.done(&["--until", "explore", "--verbose"]);
    assert!(printed.contains("Next: the stage connect (without --until also tunnel, which is left):"), "{printed}");
    assert!(printed.contains("--until connect"), "{printed}");
    let log = || std::fs::read_to_string(campaign.file("glasswell.log")).unwrap();
    let first = log();
    assert!(first.contains("--until explore") && first.contains("prepare: done in"), "{first}");
    let tasks = first.lines().filter(|line| line.contains("DEBUG") && line.contains("of this rank took")).count();
    assert!(tasks >= 4, "three glasses and a group of runs: {first}");
    let stopped = campaign.run(&["--time-limit", "0 s"]);
    stopped.assert_message("--time-limit", 4, &["repeat the same command to resume"]);
    let words = stopped.printed.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words.contains("Next: the same command again"), "{words}");
    assert!(words.contains(&format!("glasswell run {}", text(&campaign.deck()))), "{words}");
    let ended = campaign.start(1, &[]).wait();
    // the deck has few images, of which a run warns
    let others = ended.printed.lines().filter(|line| !(line.contains("WARN") && line.contains("images = 9: "))).count();
    assert_eq!((ended.code, others), (0, 0), "--quiet: {}", ended.printed);
    let all = log();
    assert!(all.starts_with(&first) && all.contains("glasswell: stopped by the time limit"), "{all}");
    assert!(all.contains("tunnel: done in"), "a quiet run keeps its messages: {all}");
    campaign.finish(1, "after a verbose, a stopped and a quiet run");
}

/// Less than a second.
#[test]
fn quiet_and_verbose_exclude_each_other() {
    let output = glasswell(&["run", "deck.toml", "--quiet", "--verbose"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2), "{}", both(&output));
}
