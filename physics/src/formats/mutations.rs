//! Files that are damaged at random.

use super::frames::Choice;
use super::read::frames_in;
use super::species::{Reading, Symbols};
use crate::model::Preset;
use crate::random::{Purpose, stream};
use rand::RngExt;
use std::path::Path;
use std::time::{Duration, Instant};

/// An answer later than this is a fault.
const LATEST: Duration = Duration::from_secs(10);

/// What takes the place of a word.
const PIECES: [&str; 19] = [
    "\n",
    " ",
    "\"",
    "{",
    "[",
    "=",
    ":",
    "#",
    "-",
    "0",
    "99999999999999999999",
    "1e308",
    "-1e-320",
    "nan",
    "Lattice=",
    "Atoms",
    "ITEM:",
    "\u{e9}",
    "8",
];

/// Eight particles in a box of edge 6, as every format has them.
fn whole_files() -> [String; 4] {
    let rows = |middle: &str| {
        let row = |k: i32| format!("{} {middle}{}.0 {}.0 {}.5\n", k + 1, 2 * (k % 2), 2 * (k / 2 % 2), 2 * (k / 4));
        (0..8).map(row).collect::<String>()
    };
    let xyz: String = rows("").lines().map(|line| format!("A{}\n", &line[1..])).collect();
    let box_of_dump = "ITEM: TIMESTEP\n0\nITEM: NUMBER OF ATOMS\n8\nITEM: BOX BOUNDS pp pp pp\n0 6\n0 6\n0 6\n";
    let bounds = "0 6 xlo xhi\n0 6 ylo yhi\n0 6 zlo zhi\n0 0 0 xy xz yz\n";
    let header = "Lattice = {6 0 0 0 6 0 0 0 6} Properties=species:S:1:pos:R:3 pbc=[T, T, T] a=\"b\"";
    [
        format!("8\n{header}\n{xyz}").repeat(2),
        format!(
            "t\n\n8 atoms\n3 atom types\n{bounds}\nAtom Type Labels\n\n1 A\n2 B\n\nAtoms # full\n\n{}",
            rows("1 1 0.0 ")
        ),
        format!("t\n8 atoms\n6 0 0 avec\n0 6 0 bvec\n0 0 6 cvec\nAtoms\n\n{}", rows("1 ")),
        format!("{box_of_dump}ITEM: ATOMS id type x y z\n{}", rows("1 ")).repeat(2),
    ]
}

/// Whatever a file contains, it is read or refused.
#[test]
fn no_file_ends_the_program() {
    damage(5_000);
}

#[test]
#[ignore = "long: 100,000 files"]
fn none_of_many_files_ends_the_program() {
    damage(100_000);
}

fn damage(trials: usize) {
    let mut random = stream(7, Purpose::Bootstrap, 0, 0);
    let mut below = |count: usize| random.random_range(0..count);
    let (potential, symbols) = (Preset::Tlj.into(), Symbols::new());
    let reading = Reading { potential: &potential, symbols: &symbols };
    let (path, files) = (Path::new("file"), whole_files());
    let (mut read, mut refused) = (0, 0);
    let mut slowest = Duration::ZERO;
    for trial in 0..trials {
        let mut words: Vec<&str> = files[trial % files.len()].split_inclusive([' ', '\n']).collect();
        for _ in 0..=below(3) {
            let (at, other) = (below(words.len()), below(words.len()));
            match below(8) {
                0 => words.truncate(at.max(1)),
                1 if words.len() > 1 => drop(words.remove(at)),
                2 => words.insert(at, words[other]),
                3 => words.swap(at, other),
                4 => words[at] = PIECES[below(PIECES.len())],
                // a word for a word
                _ => words
                    .splice(at..=at, [PIECES[below(PIECES.len())], if words[at].ends_with(' ') { " " } else { "\n" }])
                    .for_each(drop),
            }
        }
        let choice = [Choice::All, Choice::Single, Choice::Number(1)][below(3)];
        let begun = Instant::now();
        let frames = frames_in(path, &words.concat(), &reading, choice);
        let checked = frames.and_then(|frames| frames.iter().map(|frame| reading.configuration(path, frame)).collect());
        match checked {
            Ok(configurations) => read += Vec::len(&configurations),
            Err(fault) => {
                assert_eq!(fault.exit_code(), 3);
                refused += 1;
            }
        }
        slowest = slowest.max(begun.elapsed());
        assert!(slowest < LATEST, "{slowest:?} for\n{}", words.concat());
    }
    assert!(read > trials / 20 && refused > trials / 2, "{read} {refused}");
}
