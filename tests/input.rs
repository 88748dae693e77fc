//! What users hand in: every fault tells where it is and what would be accepted; what is accepted means what it says.

use glasswell::error::Error;
use glasswell::input::{
    Comparison, Deck, Origin, Stage, compare_keys, parse_deck, read_configurations, read_deck, read_profile,
    read_vector, write_extended_xyz, write_lammps_data,
};
use glasswell::model::{Configuration, PeriodicBox, Preset};
use glasswell::paths::VisitRule;
use glasswell::sampling::PrepareMethod;
use std::path::{Path, PathBuf};

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

fn files(name: &str, ending: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder(name)).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<PathBuf> =
        entries.filter(|path| path.extension().is_some_and(|found| found == ending)).collect();
    files.sort();
    files
}

fn deck(text: &str) -> Deck {
    parse_deck(text, Path::new("deck.toml")).unwrap_or_else(|error| panic!("{text}\n{error}"))
}

fn message(error: &Error) -> String {
    match error {
        Error::Deck { message, .. } | Error::Input { message, .. } => message.replace(env!("CARGO_MANIFEST_DIR"), ""),
        other => panic!("of another kind: {other}"),
    }
}

#[test]
fn every_bad_deck_tells_what_is_wrong() {
    let mut wrong = Vec::new();
    let files = files("tests/bad_decks", "toml");
    assert!(files.len() > 80);
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        // the leading lines "# ..." hold the message, one line each
        let wanted: Vec<&str> = text.lines().map_while(|line| line.strip_prefix("# ")).collect();
        let found = match read_deck(&file) {
            Ok(_) => "accepted".to_string(),
            Err(error) => {
                assert_eq!(error.exit_code(), 2, "{}", file.display());
                assert!(error.to_string().starts_with(&file.display().to_string()));
                message(&error)
            }
        };
        let found: Vec<&str> = found.lines().map(str::trim).collect();
        if found != wanted {
            wrong.push(format!("@{}\n{}", file.file_name().unwrap().to_string_lossy(), found.join("\n")));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_bad_configuration_tells_what_is_wrong() {
    let folder = folder("tests/bad_configurations");
    let expected: toml::Table =
        toml::from_str(&std::fs::read_to_string(folder.join("expected.toml")).unwrap()).unwrap();
    assert_eq!(expected.len(), std::fs::read_dir(&folder).unwrap().count(), "expected.toml, less one that is missing");
    let mut wrong = Vec::new();
    for (name, entry) in &expected {
        let preset = Preset::from_name(entry["model"].as_str().unwrap()).unwrap();
        let found = match read_configurations(&folder.join(name), preset) {
            Ok(_) => "accepted".to_string(),
            Err(error) => {
                assert_eq!(error.exit_code(), 3);
                message(&error)
            }
        };
        if found != entry["message"].as_str().unwrap() {
            wrong.push(format!("@{name}\n{found}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
