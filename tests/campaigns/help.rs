//! Commands that help to begin: `new`, `schema`, `completions`, `man`.

use crate::support::{both, glasswell};
use serde_json::Value;
use std::path::Path;

const PRESETS: [&str; 5] = ["pss", "tlj", "tlj-as-printed", "harmonic", "lj"];

/// The program's exit code, standard output, and all its output, in a folder.
fn printed(folder: &Path, arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = glasswell(arguments).current_dir(folder).output().unwrap();
    (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned(), both(&output))
}

#[test]
fn starting_decks_pass_the_check() {
    let folder = tempfile::tempdir().unwrap();
    for preset in PRESETS {
        let (code, deck, _) = printed(folder.path(), &["new", preset]);
        assert_eq!(code, Some(0));
        let file = format!("{preset}.toml");
        assert_eq!(printed(folder.path(), &["new", preset, "--output", &file]).0, Some(0));
        assert_eq!(std::fs::read_to_string(folder.path().join(&file)).unwrap(), deck);
        let (code, plan, all) = printed(folder.path(), &["check", &file]);
        assert!(code == Some(0) && plan.contains(&format!("particles of {preset}")), "{all}");
        let (code, explained, all) = printed(folder.path(), &["check", &file, "--explain"]);
        assert!(code == Some(0) && explained.lines().all(|line| line.chars().count() <= 80), "{all}");
    }
}

#[test]
fn a_deck_is_never_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let deck = folder.path().join("mine.toml");
    std::fs::write(&deck, "mine").unwrap();
    let (code, _, all) = printed(folder.path(), &["new", "tlj", "--output", "mine.toml"]);
    assert_eq!(
        (code, all.as_str()),
        (Some(2), "glasswell: mine.toml exists and is not replaced; choose another --output\n")
    );
    assert_eq!(std::fs::read_to_string(&deck).unwrap(), "mine");
    let (code, _, all) = printed(folder.path(), &["new", "tlj", "--output", "nowhere/deck.toml"]);
    assert!(code == Some(3) && all.contains("nowhere/deck.toml: cannot be written"), "{all}");
    let (code, _, all) = printed(folder.path(), &["new", "tjl"]);
    let message = "no preset `tjl`: did you mean `tlj`? give one of `pss`, `tlj`, `tlj-as-printed`, `harmonic`, `lj`";
    assert_eq!((code, all), (Some(2), format!("glasswell: {message}\n")));
}

#[test]
fn the_schema_is_printed() {
    let (code, text, all) = printed(Path::new("."), &["schema"]);
    assert_eq!(code, Some(0), "{all}");
    let schema: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(schema, glasswell::input::deck_schema().unwrap());
    assert_eq!(schema["properties"].as_object().unwrap().len(), 10);
}

#[test]
fn shells_and_man_know_every_command() {
    let folder = tempfile::tempdir().unwrap();
    let commands = "new schema run check status export report combine evaluate path levels completions man";
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let (code, script, all) = printed(folder.path(), &["completions", shell]);
        assert_eq!(code, Some(0), "{all}");
        assert!(
            commands.split(' ').all(|command| script.contains(command)) && script.contains("time-limit"),
            "{shell}"
        );
    }
    let (code, _, all) = printed(folder.path(), &["completions", "dos"]);
    assert!(code == Some(2) && all.contains("possible values: bash"), "{all}");
    let (code, text, _) = printed(folder.path(), &["man", "pages/man1"]);
    assert_eq!((code, text.as_str()), (Some(0), "14 pages; the first: man pages/man1/glasswell.1\n"));
    for command in commands.split(' ') {
        let page = std::fs::read_to_string(folder.path().join(format!("pages/man1/glasswell-{command}.1"))).unwrap();
        assert!(page.contains(".SH OPTIONS") && page.contains("Example"), "{command}");
    }
    std::fs::write(folder.path().join("file"), "").unwrap();
    let (code, _, all) = printed(folder.path(), &["man", "file"]);
    assert!(code == Some(3) && all.starts_with("glasswell: file: pages cannot be written"), "{all}");
}
