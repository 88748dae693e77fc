//! docs/files.md has the tables of the layouts, and the layouts are sound.

use glasswell::combine;
use glasswell::files::layout::{self, DataSet};
use glasswell::stage::Stage;
use glasswell::stages::work;
use std::collections::BTreeMap;
use std::path::Path;

/// The tables of docs/files.md as the layout has them.
fn tables() -> String {
    let mut text = String::new();
    for stage in Stage::ALL {
        text += &format!("\n### {} (stage {})\n\n", stage.file_name(), stage.name());
        text += "| data set | type | shape | units | description |\n|---|---|---|---|---|\n";
        for entry in work(stage).layout().data_sets() {
            text += &row(entry);
        }
        if !work(stage).layout().attributes.is_empty() {
            text += "\n| attribute of | name | type | shape | description |\n|---|---|---|---|---|\n";
            text += &work(stage).layout().attributes.iter().map(attribute_row).collect::<String>();
        }
    }
    text += "\n### combined file (command combine)\n\n";
    text += "| data set | type | shape | units | description |\n|---|---|---|---|---|\n";
    text += &combine::data_sets().map(row).collect::<String>();
    text += "\n| attribute of | name | type | shape | description |\n|---|---|---|---|---|\n";
    text += &combine::ATTRIBUTES.iter().map(attribute_row).collect::<String>();
    text += "\n### Every file\n\n| attribute of | name | type | shape | description |\n|---|---|---|---|---|\n";
    let everywhere = layout::root_attributes().iter().chain(layout::data_set_attributes());
    text += &everywhere.map(attribute_row).collect::<String>();
    text += "\n| data set | type | shape | units | description |\n|---|---|---|---|---|\n";
    text += &layout::timing_data_sets().iter().map(row).collect::<String>();
    text
}

/// A bar would end a table's cell.
fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

fn row(entry: &DataSet) -> String {
    let note = if entry.promised { "" } else { " (when requested)" };
    let (element, description) = (entry.element.words(), cell(entry.description));
    format!("| `{}` | {element} | {} | {} | {description}{note} |\n", entry.path, entry.shape, entry.units)
}

fn attribute_row(entry: &layout::AttributeEntry) -> String {
    format!(
        "| `{}` | `{}` | {} | {} | {} |\n",
        entry.path,
        entry.name,
        entry.element.words(),
        entry.shape,
        cell(entry.description)
    )
}

/// With GLASSWELL_WRITE_DOCS=1 the test writes the tables instead.
#[test]
fn the_documentation_is_the_layout() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/files.md");
    let text = std::fs::read_to_string(&path).expect("docs/files.md");
    let (before, rest) = text.split_once("<!-- tables -->\n").expect("where the tables begin");
    let (now, after) = rest.split_once("\n<!-- end of tables -->").expect("where the tables end");
    if std::env::var("GLASSWELL_WRITE_DOCS").is_ok() {
        let text = format!("{before}<!-- tables -->\n{}\n<!-- end of tables -->{after}", tables());
        return std::fs::write(&path, text).unwrap();
    }
    assert!(
        now == tables(),
        "docs/files.md is not the layout: GLASSWELL_WRITE_DOCS=1 cargo test --release --test house documentation"
    );
}

#[test]
fn the_layout_is_sound() {
    for stage in Stage::ALL {
        let mut paths = BTreeMap::new();
        for entry in work(stage).layout().data_sets() {
            assert!(paths.insert(entry.path, ()).is_none(), "{} twice", entry.path);
            assert!(entry.shape.starts_with('[') && entry.shape.ends_with(']') && !entry.units.is_empty());
            assert!(entry.description.len() > 3 && entry.path.starts_with('/'));
            assert_eq!(work(stage).layout().data_set(&entry.path.replace("<unit>", "argon")).unwrap().path, entry.path);
        }
    }
}
