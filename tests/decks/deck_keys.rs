//! What the program says of the keys of the deck: the schema, starting decks, `--explain`.

use glasswell::input::{DefaultValue, deck_schema, parse_deck, sections, starting_deck};
use glasswell::model::Preset;
use serde_json::Value;
use std::path::Path;

/// The schema at a dotted key of a section.
fn at<'a>(schema: &'a Value, section: &str, name: &str) -> &'a Value {
    name.split('.').fold(&schema["properties"][section], |table, part| &table["properties"][part])
}

#[test]
fn starting_decks_are_the_defaults_of_their_presets() {
    for preset in Preset::ALL {
        let text = starting_deck(preset).unwrap();
        assert!(text.starts_with("#:schema ./glasswell-deck.schema.json\n"));
        assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
        let file = Path::new("deck.toml");
        let deck = parse_deck(&text, file).unwrap();
        assert_eq!(deck.warnings.len(), usize::from(preset == Preset::TljAsPrinted), "{:?}", deck.warnings);
        // the stages that it names are possible
        let stages = text.lines().filter_map(|line| line.strip_prefix("# - [")?.split_once(']'));
        let stages: Vec<&str> = stages.map(|(stage, _)| stage).collect();
        let due: &[&str] = match preset {
            Preset::Harmonic => &["explore", "connect", "modes", "elastic"],
            Preset::Lj => &["relax", "explore", "connect", "modes", "elastic"],
            _ => &["relax", "modes", "excite", "elastic"],
        };
        assert_eq!(stages, due);
        // neither the values that it writes nor those in its comments differ from the defaults
        let sections: Vec<&str> = text.lines().filter(|line| line.starts_with('[')).collect();
        let least = format!("[model]\npreset = \"{}\"\n{}", preset.name(), sections[2..].join("\n"));
        let all: String = text
            .lines()
            .skip(1)
            .map(|line| {
                let comment = line.strip_prefix('#').filter(|line| !line.starts_with(' ') && !line.is_empty());
                format!("{}\n", comment.unwrap_or(line))
            })
            .collect();
        let keys = |text: &str| text.lines().filter(|line| !line.starts_with('#') && line.contains(" = ")).count();
        assert!(keys(&text) >= 5 && keys(&all) >= keys(&text) + 10, "{all}");
        for other in [&least, &all.replace(&format!("name = \"{}\"", preset.name()), "")] {
            let other = parse_deck(other, file).unwrap();
            assert_eq!(deck.canonical_text().unwrap(), other.canonical_text().unwrap(), "{text}");
        }
    }
}

#[test]
fn every_key_is_described() {
    let (mut keys, mut units, mut sourced) = (0, std::collections::BTreeSet::new(), 0);
    for section in sections().unwrap() {
        assert!(section.meaning.ends_with('.'), "[{}]", section.name);
        for key in section.keys {
            let name = format!("{}.{}", section.name, key.name);
            assert!(key.meaning.ends_with('.') && key.meaning.len() > 10 && !key.accepted.is_empty(), "{name}");
            keys += 1;
            sourced += usize::from(key.source.is_some());
            units.extend(key.unit.clone());
            let unit = |last: &str, unit: &str| {
                let is_one = key.name.rsplit('.').next() == Some(last);
                assert!(!is_one || key.unit.as_deref() == Some(unit), "{name}: {:?} is not {unit}", key.unit);
            };
            for (last, due) in [
                ("temperature", "epsilon/k_B"),
                ("temperatures", "epsilon/k_B"),
                ("time_step", "sigma (m/epsilon)^1/2"),
                ("thermostat_time", "sigma (m/epsilon)^1/2"),
                ("force_tolerance", "epsilon/sigma"),
                ("spring", "epsilon/sigma^2"),
                ("density", "1/sigma^3"),
                ("overlap_distance", "sigma"),
            ] {
                unit(last, due);
            }
        }
    }
    assert!(keys >= 80 && sourced >= 25, "{keys} keys, {sourced} with a source");
    let known = [
        "1/sigma",
        "1/sigma^3",
        "GB",
        "bytes",
        "epsilon",
        "epsilon/k_B",
        "epsilon/sigma",
        "epsilon/sigma^2",
        "sigma",
        "sigma (m/epsilon)^1/2",
    ];
    assert_eq!(units.iter().map(String::as_str).collect::<Vec<_>>(), known);
}

/// A deck with one key of the section; the table of a dotted key goes into the section's line.
fn deck_with(section: &str, name: &str, value: &str) -> String {
    let model = "[model]\npreset = \"pss\"\n";
    match section {
        "model" => format!("{model}{name} = {value}\n"),
        _ => format!("{model}[{section}]\n{name} = {value}\n"),
    }
}

// 1. what the schema forbids, the program refuses; 2. the bounds themselves are not too narrow
#[test]
fn the_bounds_of_the_schema_are_those_of_the_program() {
    let schema = deck_schema().unwrap();
    let (mut refused, mut accepted) = (0, 0);
    for section in sections().unwrap() {
        for key in &section.keys {
            let schema = at(&schema, section.name, &key.name);
            let is_whole = schema["type"] == "integer";
            let number = |word: &str| schema[word].as_f64();
            let text = |number: f64| if is_whole { format!("{number:.0}") } else { format!("{number:?}") };
            let refuses = |value: f64| {
                let deck = deck_with(section.name, &key.name, &text(value));
                parse_deck(&deck, Path::new("d.toml")).err().map(|fault| fault.to_string())
            };
            let named = format!("{}.{} =", section.name, key.name);
            let mut outside = Vec::new();
            outside.extend(number("minimum").map(|least| if is_whole { least - 1.0 } else { least - 1e-3 }));
            outside.extend(number("exclusiveMinimum"));
            outside.extend(
                number("maximum")
                    .filter(|most| *most < 1e15)
                    .map(|most| if is_whole { most + 1.0 } else { most * 1.01 }),
            );
            for value in outside {
                let fault = refuses(value).unwrap_or_else(|| panic!("{named} {value} is accepted"));
                assert!(fault.contains(&named), "{named} {value}: {fault}");
                refused += 1;
            }
            // what depends on the rest of the deck, or on the other end of a range
            let depends =
                ["particles", "spring", "thermostat_time", "stride", "density", "steps", "path_points", "wave_number"];
            if depends.contains(&key.name.as_str()) {
                continue;
            }
            for value in [number("minimum"), number("maximum").filter(|most| *most < 1e15)].into_iter().flatten() {
                assert_eq!(refuses(value), None, "{named} {value}");
                accepted += 1;
            }
        }
    }
    assert!(refused >= 60 && accepted >= 40, "{refused} refused, {accepted} accepted");
}

#[test]
fn the_schema_has_every_key_and_name() {
    let schema = deck_schema().unwrap();
    for section in sections().unwrap() {
        assert_eq!(schema["properties"][section.name]["additionalProperties"], false, "{}", section.name);
        for key in &section.keys {
            let entry = at(&schema, section.name, &key.name);
            let text = entry["description"].as_str().unwrap();
            assert!(text.starts_with(&key.meaning) && text.contains(&key.accepted), "{}: {text}", key.name);
            let is_same = matches!(key.default, DefaultValue::Same(_));
            assert_eq!(entry.get("default").is_some(), is_same, "{}", key.name);
            for name in &key.names {
                let name = name.split('`').nth(1).unwrap();
                assert!(entry.to_string().contains(&format!("\"const\":\"{name}\"")), "{}: {name}", key.name);
            }
        }
    }
    assert_eq!(at(&schema, "campaign", "checkpoint_interval")["default"], "10 min");
    assert_eq!(at(&schema, "prepare", "equilibration.max_steps")["default"], 2_000_000);
    let text = schema.to_string();
    assert!(!text.contains("\"$ref\"") && !text.contains("\"x-"), "{text}");
}

#[test]
fn the_defaults_of_the_presets_are_told() {
    let all = sections().unwrap();
    let of = |section: &str, key: &str| {
        let section = all.iter().find(|known| known.name == section).unwrap();
        section.keys.iter().find(|known| known.name == key).unwrap().default.clone()
    };
    assert_eq!(of("prepare", "md_steps"), DefaultValue::Same("10".to_string()));
    assert_eq!(of("tunnel", "reduced_mass"), DefaultValue::Nothing);
    let DefaultValue::Of(groups) = of("prepare", "temperature") else { panic!("one temperature for all") };
    let values: Vec<(usize, &str)> = groups.iter().map(|(presets, value)| (presets.len(), value.as_str())).collect();
    assert_eq!(values, [(1, "0.062"), (2, "0.617"), (1, "inf"), (1, "2.0")]);
}
