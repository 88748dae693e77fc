//! Damaged and strange profiles: `levels` answers or refuses each of them, within seconds and without a panic.

use glasswell_physics::formats::read_profile;
use glasswell_physics::random::{self, Purpose};
use glasswell_physics::tunnelling::{LevelsStatus, Profile, TunnelSettings, solve};
use rand::{Rng, RngExt};
use std::path::Path;
use std::time::Instant;

/// Seconds that an answer may take, on a busy machine.
const PATIENCE: f64 = 10.0;

const WORDS: [&str; 16] = [
    "nan",
    "inf",
    "-inf",
    "1e308",
    "-1e308",
    "1e-308",
    "1e9",
    "-1e7",
    "1e18",
    "0",
    "-0.0",
    "1e-12",
    "0.999999999999",
    ",",
    "\n",
    "#",
];

/// A profile of some kind, with numbers and characters exchanged, removed or doubled.
fn mutated(random: &mut impl Rng) -> String {
    let points = random.random_range(5..40);
    let barrier = 10f64.powf(random.random_range(-4.0..2.0));
    let asymmetry = barrier * random.random_range(-0.5..0.5);
    let line = |k: i32| {
        let xi = f64::from(k) / f64::from(points);
        format!("{xi:?},{:?}\n", 16.0 * barrier * (xi * (1.0 - xi)).powi(2) + asymmetry * xi * xi * (3.0 - 2.0 * xi))
    };
    let beyond = [0, 0, 0, points / 4, 3 * points][random.random_range(0..5)];
    let mut text: String = (-beyond..=points + beyond).map(line).collect();
    for _ in 0..random.random_range(0..4) {
        let lines: Vec<&str> = text.lines().collect();
        let k = random.random_range(0..lines.len());
        let word = WORDS[random.random_range(0..WORDS.len())];
        let (xi, v) = lines[k].split_once(',').unwrap_or((lines[k], ""));
        let new = match random.random_range(0..6) {
            0 => format!("{xi},{word}"),
            1 => format!("{word},{v}"),
            2 => String::new(),
            3 => format!("{}\n{}", lines[k], lines[k]),
            4 => format!("{xi},{}", v.parse::<f64>().unwrap_or(0.0) * 10f64.powf(random.random_range(-9.0..9.0))),
            _ => lines[k].chars().rev().collect(),
        };
        text = lines
            .iter()
            .enumerate()
            .map(|(other, line)| if other == k { new.as_str() } else { line })
            .fold(String::new(), |text, line| text + line + "\n");
    }
    text
}

/// How many are solved, and how many are refused, of `count` profiles.
fn answers(seed: u64, count: u64) -> (u64, u64) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("profile.csv");
    let mut random = random::stream(seed, Purpose::Bootstrap, 0, 0);
    let (mut solved, mut refused, mut longest) = (0, 0, 0.0f64);
    for _ in 0..count {
        let text = mutated(&mut random);
        let length = 10f64.powf(random.random_range(-1.5..1.0));
        let mass = 10f64.powf(if random.random_bool(0.1) {
            random.random_range(-30.0..30.0)
        } else {
            random.random_range(2.0..5.0)
        });
        let start = Instant::now();
        match answer(&file, &text, length, mass) {
            Ok(status) => solved += u64::from(status != LevelsStatus::Unsolved),
            Err(message) => {
                refused += 1;
                assert!(message.len() > 10, "{message}");
            }
        }
        let seconds = start.elapsed().as_secs_f64();
        longest = longest.max(seconds);
        assert!(seconds < PATIENCE, "{seconds:.1} s for length {length:?}, mass {mass:?} and\n{text}");
    }
    println!("{count} profiles: {solved} solved, {refused} refused, {longest:.2} s at most");
    (solved, refused)
}

fn answer(file: &Path, text: &str, length: f64, mass: f64) -> Result<LevelsStatus, String> {
    std::fs::write(file, text).unwrap();
    let given = read_profile(file).map_err(|error| error.to_string())?;
    let profile = Profile { xi: given.xi, energy: given.energy, length, curvature: [None, None] };
    profile.distances_to_minima().map_err(|error| error.to_string())?;
    let doublet = solve(&profile, None, mass, &TunnelSettings::default()).map_err(|error| error.to_string())?;
    assert_eq!(doublet.kind.is_some(), doublet.splitting.is_finite(), "{text}");
    Ok(doublet.status)
}

/// An ordinary profile, and a mass for which no grid is fine enough.
#[test]
fn a_mass_out_of_proportion_is_refused() {
    let xi: Vec<f64> = (0..41).map(|i| f64::from(i) / 40.0).collect();
    let energy = xi.iter().map(|x| 16.0 * x * x * (1.0 - x) * (1.0 - x)).collect();
    let profile = Profile { xi, energy, length: 1.0, curvature: [None, None] };
    assert!(solve(&profile, None, 5e3, &TunnelSettings::default()).unwrap().splitting > 0.0);
    let refused = solve(&profile, None, 1e20, &TunnelSettings::default()).unwrap_err().to_string();
    assert!(refused.contains("1e20") && refused.contains("out of all proportion"), "{refused}");
    // one so small that the wave functions spread over thousands of path lengths leaves no levels
    assert!(solve(&profile, None, 1e-3, &TunnelSettings::default()).unwrap().splitting > 0.0);
    let spread = solve(&profile, None, 1e-14, &TunnelSettings::default()).unwrap();
    assert!(spread.status == LevelsStatus::Unsolved && spread.splitting.is_nan(), "{spread:?}");
}

#[test]
fn damaged_profiles_are_answered() {
    let (solved, refused) = answers(1, 100);
    assert!(solved > 20 && refused > 20, "{solved} {refused}");
}

#[test]
#[ignore = "long: 1000 profiles, some minutes; the suite has a hundred"]
fn many_damaged_profiles_are_answered() {
    answers(2, 1000);
}
