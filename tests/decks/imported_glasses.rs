//! Which configurations of the files to import are glasses. All of it takes a second.

use crate::common::data;
use glasswell::error::Result;
use glasswell::input::{Comparison, parse_deck, read_deck};
use glasswell::stages::prepare;

#[test]
fn imported_glasses_are_counted() {
    let folder = tempfile::tempdir().unwrap();
    let frame = |y: f64| format!("2\nLattice=\"10 0 0 0 10 0 0 0 10\"\nA 0 0 0\nB 2 {y} 0\n");
    std::fs::write(folder.path().join("b.xyz"), frame(1.0) + &frame(2.0)).unwrap();
    std::fs::write(folder.path().join("a.xyz"), frame(0.0)).unwrap();
    let path = folder.path().join("deck.toml");
    let model = "[model]\npreset = \"tlj\"\nparticles = 216\n";
    let read = |lines: &str| {
        std::fs::write(&path, format!("{model}[prepare]\nmethod = \"import\"\n{lines}")).unwrap();
        let mut deck = read_deck(&path)?;
        // two particles are too few for a deck
        deck.model.particles = 2;
        let found = prepare::look(&deck)?;
        deck.import(found.glasses)?;
        Result::Ok(deck)
    };
    let all = read("from = \"*.xyz\"\n").unwrap();
    assert_eq!((all.prepare.as_ref().unwrap().glasses, all.starts()), (3, vec![1, 1, 1]));
    let names = all.imports.iter().map(|glass| (glass[0].file.file_name().unwrap().to_str().unwrap(), glass[0].number));
    assert_eq!(names.collect::<Vec<_>>(), [("a.xyz", 0), ("b.xyz", 0), ("b.xyz", 1)]);
    let some = read("from = [\"b.xyz\", \"a.xyz\"]\nglasses = 2\n").unwrap();
    assert_eq!((some.prepare.as_ref().unwrap().glasses, some.imports.len()), (2, 2));
    assert!(some.warnings[0].contains("the first 2 of 3"));
    let refused = read("from = \"a.xyz\"\nglasses = 2\n").unwrap_err().to_string();
    assert!(
        refused.contains("line 7, column 11: prepare.glasses = 2 is not accepted: expected at most 1"),
        "{refused}"
    );
    let text =
        format!("{model}[prepare]\nmethod = \"import\"\nfrom = [\"b.xyz\", \"a.xyz\", \"c.xyz\"]\nglasses = 3\n");
    let mut more = parse_deck(&text, &path).unwrap();
    more.model.particles = 2;
    assert!(matches!(more.compare(&some).unwrap(), Comparison::Extends(changes) if changes.len() == 2));
    std::fs::write(folder.path().join("glasses.h5"), b"\x89HDF\r\n\x1a\n").unwrap();
    assert!(read("from = \"glasses.h5\"\n").unwrap_err().to_string().contains("truncated or damaged"));
}

/// Configurations of one glass are found however it has moved; a file that is named twice counts once.
#[test]
fn one_glass_in_several_files_is_one_glass() {
    let folder = tempfile::tempdir().unwrap();
    let base = std::fs::read_to_string(data("formats/tlj216.xyz")).unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    write("a.xyz", &base);
    // half a box away
    let moved: Vec<String> = base
        .lines()
        .enumerate()
        .map(|(k, line)| match line.split_whitespace().collect::<Vec<_>>()[..] {
            [name, x, y, z] if k > 1 => format!("{name} {:?} {y} {z}", x.parse::<f64>().unwrap() - 2.7),
            _ => line.to_string(),
        })
        .collect();
    write("b.xyz", &moved.join("\n"));
    // particles of another kind at the same places
    write("c.xyz", &base.replacen("\nC", "\nD", 1).replacen("\nB", "\nC", 1).replacen("\nD", "\nB", 1));
    write("copy.xyz", &base);
    let path = folder.path().join("deck.toml");
    let look = |from: &str| {
        let model = "[model]\npreset = \"tlj\"\nparticles = 216\n";
        std::fs::write(&path, format!("{model}[prepare]\nmethod = \"import\"\nfrom = {from}\n")).unwrap();
        let mut deck = read_deck(&path).unwrap();
        let found = prepare::look(&deck).unwrap();
        deck.import(found.glasses.clone()).unwrap();
        (deck.starts(), found)
    };
    let (starts, found) = look("[\"a.xyz\", \"c.xyz\", \"b.xyz\"]");
    assert_eq!((starts, found.notes.len(), found.warnings.len()), (vec![2, 1], 1, 0));
    assert!(found.notes[0].starts_with("glass 0 has 2 starting configurations, which count as one glass"));
    let (starts, found) = look("[\"a.xyz\", \"a.xyz\", \"a*.xyz\", \"./a.xyz\"]");
    assert_eq!((starts, found.warnings.len()), (vec![1], 1));
    assert!(found.warnings[0].ends_with("a.xyz more than once: it counts once"), "{:?}", found.warnings);
    let (starts, found) = look("[\"a.xyz\", \"copy.xyz\"]");
    assert_eq!(starts, [1]);
    assert!(found.warnings[0].contains("copy.xyz is a copy of "), "{:?}", found.warnings);
}
