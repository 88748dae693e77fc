//! docs/deck.md has every key of the deck as the settings declare it.

use glasswell::input::{DefaultValue, Key, SectionKeys, sections};
use std::path::Path;

/// A bar would end a table's cell.
fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

/// The table of a section's keys.
fn table(section: &SectionKeys) -> String {
    let rows = section.keys.iter().map(row).collect::<String>();
    format!("| key | meaning | unit | accepted | default | source |\n|---|---|---|---|---|---|\n{rows}")
}

fn row(key: &Key) -> String {
    let grows = if key.grows { " +" } else { "" };
    let unit = key.unit.as_deref().unwrap_or_default();
    let source = key.source.as_deref().map_or(String::new(), linked);
    // the dois of names go to the links of the cell
    let accepted = linked(&key.accepted);
    let cells = [&key.meaning, unit, &accepted, &default(&key.default), &source].map(cell).join(" | ");
    format!("| `{}`{grows} | {cells} |\n", key.name)
}

fn default(default: &DefaultValue) -> String {
    match default {
        DefaultValue::Nothing => String::new(),
        DefaultValue::Words(words) => words.clone(),
        DefaultValue::Same(value) => format!("`{value}`"),
        DefaultValue::Of(groups) => {
            let named = groups.iter().map(|(presets, value)| {
                let names: Vec<&str> = presets.iter().map(|preset| preset.name()).collect();
                format!("{}: `{value}`", names.join(", "))
            });
            named.collect::<Vec<_>>().join("; ")
        }
    }
}

/// Every doi as a link.
fn linked(text: &str) -> String {
    let mut parts = text.split("doi:");
    let mut linked = parts.next().unwrap_or_default().to_string();
    for part in parts {
        let end = part.find([' ', ',', ')', ';']).unwrap_or(part.len());
        let (doi, rest) = part.split_at(end);
        linked += &format!("[{doi}](https://doi.org/{doi}){rest}");
    }
    linked
}

/// With GLASSWELL_WRITE_DOCS=1 the test writes the tables instead.
#[test]
fn the_documentation_has_every_key() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/deck.md");
    let mut text = std::fs::read_to_string(&path).expect("docs/deck.md");
    let write = std::env::var("GLASSWELL_WRITE_DOCS").is_ok();
    let sections = sections().unwrap();
    for section in &sections {
        let begin = format!("<!-- keys of {} -->\n", section.name);
        let (before, rest) = text.split_once(&begin).unwrap_or_else(|| panic!("docs/deck.md lacks {begin}"));
        let (now, after) = rest.split_once("<!-- end of keys -->").expect("where the keys end");
        let due = table(section);
        assert!(
            write || now == due,
            "the keys of [{}] in docs/deck.md are not those of the program: GLASSWELL_WRITE_DOCS=1 cargo test --release --test \
             house deck",
            section.name
        );
        text = format!("{before}{begin}{due}<!-- end of keys -->{after}");
    }
    assert_eq!(text.matches("<!-- keys of ").count(), sections.len(), "docs/deck.md has a section that no deck has");
    if write {
        std::fs::write(&path, text).unwrap();
    }
}
