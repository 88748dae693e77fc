//! Decks that were mutilated at random are read or refused, soon, and never end in a panic. Two seconds of a core. (Configurations
//! and profiles have tests of this kind where they are read.)

use glasswell::input::parse_deck;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

const SEED: u64 = 20;
/// An answer later than this is a fault.
const LATEST: Duration = Duration::from_secs(10);

/// What takes the place of a part of the text.
const WORDS: [&str; 30] = [
    "",
    "0",
    "-1",
    "1e308",
    "-1e308",
    "1e-320",
    "nan",
    "NaN",
    "inf",
    "99999999999999999999",
    "18446744073709551615",
    "4294967296",
    "-0.0",
    "\"",
    "'",
    "{",
    "}",
    "[",
    "]",
    "=",
    ":",
    "#",
    "\n",
    "\t",
    "\u{feff}",
    "\u{0}",
    "é",
    "T T F",
    "Atoms",
    "Lattice=\"1 0 0 0 1 0 0 0 1\"",
];

fn data(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

fn text(name: &str) -> Vec<u8> {
    std::fs::read(data(name)).unwrap()
}

/// One to four mutilations.
fn mutilated(seeds: &[Vec<u8>], random: &mut ChaCha8Rng) -> Vec<u8> {
    let mut bytes = seeds[random.random_range(0..seeds.len())].clone();
    for _ in 0..random.random_range(1..5) {
        if bytes.is_empty() {
            break;
        }
        let place = random.random_range(0..bytes.len());
        let end = (place + random.random_range(0..40)).min(bytes.len());
        let word = WORDS[random.random_range(0..WORDS.len())].as_bytes().to_vec();
        match random.random_range(0..7) {
            0 => bytes[place] ^= 1 << random.random_range(0..8),
            1 => drop(bytes.drain(place..end)),
            2 => drop(bytes.splice(place..place, word)),
            3 => drop(bytes.splice(place..end, word)),
            4 => {
                let copy = bytes[place..end].to_vec();
                bytes.splice(place..place, copy);
            }
            // a whole word
            5 => {
                let is_blank = |byte: &u8| byte.is_ascii_whitespace();
                let start = bytes[..place].iter().rposition(is_blank).map_or(0, |blank| blank + 1);
                let stop = bytes[place..].iter().position(is_blank).map_or(bytes.len(), |blank| place + blank);
                bytes.splice(start..stop.max(start), word);
            }
            _ => bytes.truncate(place),
        }
    }
    bytes
}

/// Gives `count` mutilated inputs to a reader.
fn fuzz(name: &str, seeds: &[Vec<u8>], count: usize, read: impl Fn(&Path, &[u8])) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("input");
    let mut random = ChaCha8Rng::seed_from_u64(SEED);
    let mut slowest = Duration::ZERO;
    for number in 0..count {
        let bytes = mutilated(seeds, &mut random);
        std::fs::write(&path, &bytes).unwrap();
        let begun = Instant::now();
        let ended = catch_unwind(AssertUnwindSafe(|| read(&path, &bytes)));
        slowest = slowest.max(begun.elapsed());
        let input = || String::from_utf8_lossy(&bytes).chars().take(3000).collect::<String>();
        assert!(ended.is_ok(), "{name} {number}, seed {SEED}: a panic for\n{}", input());
        assert!(begun.elapsed() < LATEST, "{name} {number}, seed {SEED}: {:?} for\n{}", begun.elapsed(), input());
    }
    println!("{name}: {count} inputs, the slowest took {slowest:?}");
}

fn decks(count: usize) {
    let seeds: Vec<Vec<u8>> = ["quickstart", "vibrations", "kob-andersen", "pss-0.062", "harmonic-small", "tlj-relax"]
        .map(|name| text(&format!("inputs/{name}.toml")))
        .to_vec();
    fuzz("deck", &seeds, count, |path, bytes| drop(parse_deck(&String::from_utf8_lossy(bytes), path)));
}

#[test]
fn damaged_decks_never_panic() {
    decks(500);
}

#[test]
#[ignore = "long: 20,000 decks, a minute"]
fn many_damaged_decks_never_panic() {
    decks(20_000);
}
