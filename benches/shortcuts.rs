//! Savings and errors of recognition and of bisection in time, on one trajectory.
//!
//!     shortcuts PRESET SNAPSHOTS [FILE]      eight runs of that many snapshots each; FILE: a glass to explore
//!
//! Prints rows of Markdown, those of recognition after `a `, those of bisection after `b `; exit code 1 when
//! recognition changes the sequence of minima. CPU seconds of one thread, with those of the dynamics separate.

#[path = "peers/clock.rs"]
mod clock;

use clock::cpu_seconds;
use glasswell::forces::{LANES, PairSum};
use glasswell::formats::read_configurations;
use glasswell::landscape::*;
use glasswell::model::{Configuration, Preset};
use glasswell::random::{Purpose, stream};
use glasswell::sampling::*;
use glasswell::task::{Progress, Task};
use std::collections::BTreeSet;
use std::path::Path;

const SEED: u64 = 11;
const RUNS: u64 = LANES as u64;
const STRIDES: [u64; 3] = [4, 16, 64];
/// Energies per particle within this count as equal [epsilon].
const TOLERANCE: f64 = 1e-10;

fn finish<T: Task>(task: &mut T) {
    while task.advance(u64::MAX).expect("a task") == Progress::Pending {}
}

/// A glass prepared as the inputs of the peers are: hybrid swap for a while, well above the laboratory's glass
/// transition.
fn glass(preset: Preset) -> Configuration {
    let (particles, temperature) = match preset {
        Preset::Pss => (1500, 0.092),
        _ => (1200, 0.617),
    };
    let equilibration = Equilibration { relaxation_times: 10.0, max_steps: 3000 };
    let settings = PrepareSettings { temperature, equilibration, ..PrepareSettings::defaults(preset) };
    let mut task = PrepareTask::new(preset, particles, settings, SEED, 0).expect("settings of the glass");
    finish(&mut task);
    task.result().expect("a glass").configuration.clone()
}

struct Explored {
    records: Vec<RunRecord>,
    cpu: f64,
}

impl Explored {
    fn sum(&self, of: impl Fn(&RunRecord) -> u64) -> u64 {
        self.records.iter().map(of).sum()
    }

    fn visits(&self) -> usize {
        self.records.iter().map(|run| run.visits.len()).sum()
    }

    /// Energy [total] of every visit, run by run; NaN where a quench did not converge.
    fn energies(&self) -> Vec<f64> {
        let energy =
            |run: &RunRecord, visit: &Visit| visit.minimum.map_or(f64::NAN, |m| run.minima()[m as usize].energy);
        self.records.iter().flat_map(|run| run.visits.iter().map(move |visit| energy(run, visit))).collect()
    }
}

fn explore(preset: Preset, glass: &Configuration, settings: &ExploreSettings) -> Explored {
    let mut task = ExplorationTask::start(&preset.model(glass), glass, settings, SEED, 0, 0..RUNS);
    let before = cpu_seconds();
    finish(&mut task);
    Explored { cpu: cpu_seconds() - before, records: task.records() }
}

/// CPU seconds of the dynamics.
fn dynamics(preset: Preset, glass: &Configuration, settings: &ExploreSettings) -> f64 {
    let model = preset.model(glass);
    let mut single = PairSum::<1>::new(model.clone(), glass.cell);
    let mut batch = PairSum::<LANES>::new(model, glass.cell);
    let start = |run| {
        let random = stream(SEED, Purpose::Explore, 0, run);
        DynamicsState::start(&mut single, glass.positions.clone(), settings.temperature, random)
    };
    let mut states: Vec<DynamicsState> = (0..RUNS).map(start).collect();
    let moving = DynamicsSettings {
        time_step: settings.time_step,
        temperature: settings.temperature,
        thermostat: settings.thermostat,
        thermostat_time: settings.thermostat_time,
    };
    let before = cpu_seconds();
    let steps = settings.equilibration_steps + (settings.quenches - 1) * settings.quench_every;
    run_lanes(&mut states, &mut batch, &moving, steps).expect("dynamics");
    cpu_seconds() - before
}

/// One exploration with its rows: against `plain`, the same without recognition. Whether it visits the same minima.
fn compare(name: &str, preset: Preset, glass: &Configuration, plain: &Explored, found: &Explored, moving: f64) -> bool {
    let differences = plain.energies().into_iter().zip(found.energies()).map(|(a, b)| match (a.is_nan(), b.is_nan()) {
        (true, true) => 0.0,
        (false, false) => (a - b).abs() / glass.particles() as f64,
        _ => f64::INFINITY,
    });
    let largest = differences.fold(0.0, f64::max);
    let mut wrong = 0;
    for (with, without) in found.records.iter().zip(&plain.records) {
        for (a, b) in with.visits.iter().zip(&without.visits).filter(|(a, b)| a.minimum != b.minimum) {
            let energy = |run: &RunRecord, visit: &Visit| visit.minimum.map(|m| run.minima()[m as usize].energy);
            wrong += 1;
            eprintln!(
                "{name}: run {} step {}: {:?} after {} calls, {:?} after {} without recognition",
                with.run,
                a.step,
                energy(with, a),
                a.force_evaluations,
                energy(without, b),
                b.force_evaluations
            );
        }
    }
    let visits = found.visits() as f64;
    println!(
        "a | {} | {name} | {visits} | {} | {:.1} | {:.2} | {moving:.2} | {:.4} | {} | {} | {wrong} | {largest:.1e} |",
        preset.name(),
        found.sum(|run| run.minima().len() as u64),
        found.sum(|run| run.force_evaluations) as f64 / visits,
        found.cpu,
        found.sum(|run| run.recognition.recognised) as f64 / visits,
        found.sum(|run| run.recognition.audited),
        found.sum(|run| run.recognition.disagreed),
    );
    wrong == 0 && largest <= TOLERANCE
}

/// Rows of recognition; returns the exploration of the deck, and whether all visit the same minima as the one without
/// recognition.
fn recognition(preset: Preset, glass: &Configuration, every: &ExploreSettings) -> (Explored, bool) {
    let moving = dynamics(preset, glass, every);
    let settings = |recognition| ExploreSettings { recognition, ..every.clone() };
    let plain = explore(preset, glass, &settings(Recognition::None));
    compare("none", preset, glass, &plain, &plain, moving);
    let (mut same, mut default) = (true, None);
    for recognition in [Recognition::Minima, Recognition::Waypoints] {
        let found = explore(preset, glass, &settings(recognition));
        same &= compare(&format!("{recognition:?}").to_lowercase(), preset, glass, &plain, &found, moving);
        if recognition == every.recognition {
            default = Some(found);
        }
    }
    (default.unwrap_or(plain), same)
}

/// The minima of all runs in one numbering for all schedules: per run and snapshot.
fn numbered(index: &mut MinimaIndex, identity: &Identity, found: &Explored) -> Vec<Vec<Option<u32>>> {
    let visits = |run: &RunRecord| {
        let number: Vec<u32> =
            run.minima().iter().map(|minimum| index.enter(identity, minimum.clone()).index).collect();
        run.visits.iter().map(|visit| visit.minimum.map(|m| number[m as usize])).collect()
    };
    found.records.iter().map(visits).collect()
}

fn minima(visits: &[Vec<Option<u32>>]) -> BTreeSet<u32> {
    visits.iter().flatten().flatten().copied().collect()
}

fn transitions(visits: &[Vec<Option<u32>>]) -> BTreeSet<(u32, u32)> {
    let pairs = visits.iter().flat_map(|run| run.windows(2)).filter_map(|pair| Some((pair[0]?, pair[1]?)));
    pairs.filter(|(from, to)| from != to).collect()
}

/// Rows of bisection.
fn bisection(preset: Preset, glass: &Configuration, every: &ExploreSettings, all: &Explored) {
    let identity = Identity::new(preset.model(glass), glass.cell);
    let mut index = MinimaIndex::default();
    let known = numbered(&mut index, &identity, all);
    let (all_minima, all_transitions) = (minima(&known), transitions(&known));
    let print_row = |name: &str, found: &Explored, visits: &[Vec<Option<u32>>]| {
        let other = known.iter().flatten().zip(visits.iter().flatten()).filter(|(a, b)| a != b).count();
        let (minima, transitions) = (minima(visits), transitions(visits));
        let quenches = found.visits() as u64 - found.sum(|run| run.inferred);
        println!(
            "b | {} | {name} | {} | {quenches} | {} | {} | {} | {other} | {} | {} | {} | {} | {:.2} |",
            preset.name(),
            found.visits(),
            minima.len(),
            all_minima.difference(&minima).count(),
            minima.difference(&all_minima).count(),
            transitions.len(),
            all_transitions.difference(&transitions).count(),
            transitions.difference(&all_transitions).count(),
            found.sum(|run| run.force_evaluations),
            found.cpu,
        );
    };
    print_row("every", all, &known);
    for stride in STRIDES {
        let settings = ExploreSettings { schedule: Schedule::Bisect, stride, ..every.clone() };
        let found = explore(preset, glass, &settings);
        let visits = numbered(&mut index, &identity, &found);
        print_row(&format!("bisect, {stride}"), &found, &visits);
    }
}

fn main() {
    // cargo bench adds --bench
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let (name, snapshots, file) = match words.as_slice() {
        [name, snapshots] => (*name, *snapshots, None),
        [name, snapshots, file] => (*name, *snapshots, Some(*file)),
        _ => return println!("shortcuts: run benches/shortcuts.sh"),
    };
    rayon::ThreadPoolBuilder::new().num_threads(1).build_global().expect("one thread");
    let preset = Preset::from_name(name).expect("a model");
    let glass = match file {
        Some(file) => read_configurations(Path::new(file), preset).expect("a glass").remove(0),
        None => glass(preset),
    };
    let quenches = snapshots.parse().expect("a number of snapshots");
    let every = ExploreSettings { quenches, ..ExploreSettings::defaults(preset) };
    let (all, same) = recognition(preset, &glass, &every);
    bisection(preset, &glass, &every, &all);
    if !same {
        eprintln!("shortcuts: {name}: recognition changes what is visited");
        std::process::exit(1);
    }
}
