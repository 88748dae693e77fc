//! What a release consists of names one version, one oldest Rust and the same licences everywhere (docs/releasing.md).

use crate::source_text::{assert_none, root};

const VERSION: &str = env!("CARGO_PKG_VERSION");
const OLDEST_RUST: &str = env!("CARGO_PKG_RUST_VERSION");

/// Files with the version: what stands before it, and what stands behind it. Each occurs at least once.
const VERSIONS: [(&str, &str, &str); 12] = [
    ("Cargo.toml", "version = \"=", "\","),
    ("CITATION.cff", "\nversion: ", "\n"),
    ("python/pyproject.toml", "\nversion = \"", "\"\n"),
    ("python/src/glasswell/__init__.py", "\n__version__ = \"", "\"\n"),
    ("packaging/Dockerfile", "glasswell:", " "),
    ("packaging/Dockerfile", "image.version=\"", "\" "),
    ("packaging/glasswell.def", "    Version ", "\n"),
    ("packaging/spack/package.py", "    version(\n        \"", "\","),
    ("packaging/spack/package.py", "crates/glasswell/glasswell-", ".crate\""),
    ("packaging/conda/recipe/recipe.yaml", "\n  version: \"", "\"\n"),
    ("docs/installing.md", "glasswell:", " "),
    ("docs/installing.md", "glasswell@", " "),
];

/// Files with the oldest Rust: what stands before it, and what stands behind it.
const RUSTS: [(&str, &str, &str); 8] = [
    ("packaging/Dockerfile", "\nARG RUST=", "\n"),
    ("packaging/glasswell.def", "\nFrom: rust:", "-slim"),
    ("packaging/spack/package.py", "\"rust@", ":\""),
    ("CONTRIBUTING.md", "rustup run ", " "),
    ("README.md", "(https://rustup.rs) ", " "),
    ("docs/installing.md", "(https://rustup.rs) ", " "),
    ("docs/releasing.md", "rustup run ", " "),
    ("docs/tutorial.md", "(https://rustup.rs) ", " "),
];

fn read(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|fault| panic!("{path}: {fault}"))
}

/// All that stands in a text between `before` and `behind`. A value has no blanks and no braces (`{version}` is filled in
/// elsewhere).
fn values(text: &str, before: &str, behind: &str) -> Vec<String> {
    let ends = text.match_indices(before).map(|(at, _)| at + before.len());
    let pieces = ends.filter_map(|end| Some(text[end..].split_once(behind)?.0));
    let is_value = |piece: &&str| !piece.is_empty() && !piece.contains(|c: char| c.is_whitespace() || c == '{');
    pieces.filter(is_value).map(str::to_owned).collect()
}

/// The faults of files that should have `due` in these places.
fn faults(places: &[(&str, &str, &str)], due: &str) -> Vec<String> {
    let mut faults = Vec::new();
    for (path, before, behind) in places {
        let found = values(&read(path), before, behind);
        if found.is_empty() {
            faults.push(format!("{path}: nothing stands between {before:?} and {behind:?}"));
        }
        let others = found.iter().filter(|value| *value != due);
        faults.extend(others.map(|value| format!("{path}: {before:?} is followed by {value}; Cargo.toml has {due}")));
    }
    faults
}

#[test]
fn the_reader_finds_values() {
    let text = "a\nversion: 1.2.3\nversion: {x}\nversion: \nb version: 4\nversion: 5\n";
    assert_eq!(values(text, "\nversion: ", "\n"), ["1.2.3", "5"]);
    assert_eq!(values("rust@1.89:\", rust@1.90:\"", "rust@", ":\""), ["1.89", "1.90"]);
    assert!(values(text, "version = ", "\n").is_empty());
}

#[test]
fn all_files_name_the_version_of_the_program() {
    assert_none(faults(&VERSIONS, VERSION));
}

#[test]
fn all_files_name_the_oldest_rust() {
    assert_none(faults(&RUSTS, OLDEST_RUST));
}

#[test]
fn the_changelog_has_a_heading_for_the_version() {
    let text = read("CHANGELOG.md");
    let headings: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("## ")).collect();
    let is_due = |heading: &&str| heading.starts_with("[Unreleased]") || heading.starts_with(&format!("[{VERSION}]"));
    assert!(headings.iter().any(is_due), "CHANGELOG.md has neither [{VERSION}] nor [Unreleased]: {headings:?}");
}

#[test]
fn the_python_package_has_the_licences_of_the_program() {
    for name in ["LICENSE-MIT", "LICENSE-APACHE"] {
        assert!(read(name) == read(&format!("python/{name}")), "python/{name} is not {name}");
    }
}
