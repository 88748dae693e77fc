//! The list of the contents of checkpoints (tests/data/checkpointed.txt) agrees with the persisted types.

use crate::source_text::PACKAGES;
use glasswell::stage::Stage;
use glasswell::stages::work;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// If set, the list is written again.
const WRITE: &str = "GLASSWELL_WRITE_CHECKPOINTED";

fn list() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/checkpointed.txt")
}

/// Every stage with all that its checkpoints hold.
fn all_stages() -> String {
    let mut text = String::new();
    for stage in Stage::ALL {
        let Some(records) = work(stage).records() else { continue };
        assert_eq!(records.stage.name(), stage.name());
        let program = records.program().unwrap();
        writeln!(text, "stage {stage}: algorithm {}, schema {:016x}", program.algorithm, program.schema).unwrap();
        writeln!(text, "{}", records.description().unwrap()).unwrap();
    }
    text
}

/// The first lines in which two texts differ, with the heading of their stage.
fn first_difference(old: &str, new: &str) -> String {
    let count = old.lines().zip(new.lines()).take_while(|(a, b)| a == b || a.starts_with("stage ")).count();
    let stage = new.lines().take(count + 1).filter(|line| line.starts_with("stage ")).last().unwrap_or("");
    let line = |text: &str| text.lines().nth(count).unwrap_or("(end)").to_owned();
    format!("{stage}\n    was: {}\n    is:  {}", line(old), line(new))
}

#[test]
fn what_checkpoints_hold_is_what_the_list_says() {
    let new = all_stages();
    if std::env::var_os(WRITE).is_some() {
        std::fs::write(list(), &new).unwrap();
    }
    let old = std::fs::read_to_string(list()).unwrap_or_default();
    assert!(
        old == new,
        "a persisted type has changed:\n{}\n\
         Checkpoints of earlier programs are refused now: their users have to finish the stage with the earlier program \
         or lose its work. If that is meant:\n\
         1. Where the steps of a stage have changed as well, raise its algorithm number (`persisted!` beside the stage).\n\
         2. Say so in CHANGELOG.md.\n\
         3. Write the list anew: {WRITE}=1 cargo test --release --test house checkpointed",
        first_difference(&old, &new)
    );
}

#[test]
fn the_list_has_the_state_of_every_task() {
    let mut folders = PACKAGES.map(|package| Path::new(env!("CARGO_MANIFEST_DIR")).join(package)).to_vec();
    let (known, mut states) = (all_stages(), 0);
    while let Some(folder) = folders.pop() {
        for path in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap();
            let named = text.lines().filter_map(|line| line.trim().strip_prefix("type State = "));
            for state in named.map(|name| name.trim_end_matches(';')) {
                states += 1;
                let is_known = known.contains(&format!("{state} {{"));
                assert!(is_known, "{}: {state} is in no checkpoint: name it in `persisted!`", path.display());
            }
        }
    }
    assert!(states >= 15, "only {states} tasks were found");
}
