//! One function for each row of the tables.

use super::cpu_seconds;
use super::inputs::SNAPSHOTS;
use glasswell::forces::lanes::{Columns, Configurations};
use glasswell::forces::{LANES, PairSum, as_lanes, as_lanes_mut};
use glasswell::formats::read_configurations;
use glasswell::landscape::*;
use glasswell::model::{Configuration, Preset};
use glasswell::paths::{BandSearch, BandStop, ConnectSettings, ImageSums, bring_near};
use glasswell::random::{Purpose, stream};
use glasswell::sampling::*;
use glasswell::task::Alone;
use glasswell::task::{Progress, Task};
use std::path::Path;

/// CPU time from which a figure is taken [s].
const ENOUGH: f64 = 1.0;

pub fn read(path: &Path, preset: Preset) -> Configuration {
    read_configurations(path, preset).expect("a configuration of the inputs").remove(0)
}

/// CPU seconds of one call of `work`, which is repeated for long enough.
fn time_of(mut work: impl FnMut()) -> f64 {
    // the first call builds lists and warms the caches
    work();
    let (start, mut calls) = (cpu_seconds(), 0.0);
    loop {
        work();
        calls += 1.0;
        let spent = cpu_seconds() - start;
        if spent > ENOUGH {
            return spent / calls;
        }
    }
}

/// One MD step of each of L configurations of one glass at T_exp, constant energy.
pub fn dynamics<const L: usize>(folder: &Path)
where
    Configurations: Columns<L>,
{
    let snapshot = read(&folder.join("snapshot-0.data"), Preset::Tlj);
    let model = Preset::Tlj.model(&snapshot);
    let mut single = PairSum::<1>::new(model.clone(), snapshot.cell);
    let settings =
        DynamicsSettings { time_step: 0.0025, temperature: 0.4, thermostat: Thermostat::None, thermostat_time: 1.0 };
    let start = |run: u64| {
        DynamicsState::start(&mut single, snapshot.positions.clone(), 0.4, stream(1, Purpose::Explore, 0, run))
    };
    let mut states: Vec<DynamicsState> = (0..L as u64).map(start).collect();
    let mut sum = PairSum::<L>::new(model, snapshot.cell);
    let mut run = |steps| run_lanes(&mut states, &mut sum, &settings, steps).expect("dynamics");
    run(500);
    println!("cpu {:e}", time_of(|| run(100)) / (100.0 * L as f64));
}

/// How often the snapshots stand in the queue: one as long as a campaign's, in which lanes are refilled.
const TURNS: usize = 4;

/// Quenches of the snapshots to 1e-10, in batches.
pub fn quenches(folder: &Path) {
    let snapshots: Vec<Configuration> =
        (0..SNAPSHOTS).map(|k| read(&folder.join(format!("snapshot-{k}.data")), Preset::Tlj)).collect();
    let mut sum = PairSum::<LANES>::new(Preset::Tlj.model(&snapshots[0]), snapshots[0].cell);
    let starts: Vec<&[f64]> = snapshots.iter().map(|snapshot| snapshot.positions.as_slice()).collect();
    let starts = starts.repeat(TURNS);
    let settings = QuenchSettings { force_tolerance: 1e-10, ..QuenchSettings::default() };
    let mut found = Vec::new();
    let cpu = time_of(|| found = quench_batch(&mut sum, &starts, &settings));
    println!("cpu {:e}", cpu / starts.len() as f64);
    println!("calls {}", found.iter().map(|q| q.force_evaluations).sum::<u64>() as f64 / starts.len() as f64);
    for quench in found.into_iter().take(SNAPSHOTS) {
        assert!(quench.converged(), "{:?} {:e}", quench.stop, quench.residual);
        println!("energy {:.12e}", quench.energy);
    }
}

/// A campaign's exploration: 8 runs, a quench every 11 steps; per recorded quench.
pub fn campaign(folder: &Path) {
    let glass = read(&folder.join("glass.data"), Preset::Tlj);
    let explore = ExploreSettings { quenches: 200, force_tolerance: 1e-10, ..ExploreSettings::defaults(Preset::Tlj) };
    let start = |quenches: u64| {
        let settings = ExploreSettings { quenches, ..explore.clone() };
        let mut task = ExplorationTask::start(&Preset::Tlj.model(&glass), &glass, &settings, 1, 0, 0..LANES as u64);
        let before = cpu_seconds();
        while task.advance(u64::MAX).expect("exploration") == Progress::Pending {}
        (cpu_seconds() - before, task.records())
    };
    // the equilibration is not part of the cost of a quench
    let (few, _) = start(8);
    let (many, records) = start(explore.quenches);
    let quenches: usize = records.iter().map(|run| run.visits.len()).sum();
    println!("cpu {:e}", (many - few) / (quenches - 8 * LANES) as f64);
    let calls: u64 = records.iter().map(|run| run.force_evaluations).sum();
    println!("calls {}", calls as f64 / quenches as f64);
    println!(
        "recognised {}",
        records.iter().map(|run| run.recognition.recognised).sum::<u64>() as f64 / quenches as f64
    );
}

/// A band of `count` images between the two minima, to 1e-3, the highest image climbing; for the whole band.
pub fn band(folder: &Path, count: usize) {
    let (a, b) = (read(&folder.join("a.data"), Preset::Tlj), read(&folder.join("b.data"), Preset::Tlj));
    let model = Preset::Tlj.model(&a);
    let before = cpu_seconds();
    let mut sum = PairSum::<1>::new(model.clone(), a.cell);
    let mut forces = vec![0.0; a.positions.len()];
    let b_near = bring_near(&a.cell, &a.positions, &b.positions);
    let mut energy = |x: &[f64]| sum.forces(as_lanes(x), as_lanes_mut(&mut forces))[0];
    let (low, high) = (energy(&a.positions), energy(&b_near));
    let settings = ConnectSettings { images: count, split: false, ..ConnectSettings::defaults(Preset::Tlj) };
    let mut band = BandSearch::new(&mut sum, (&a.positions, low), (&b_near, high), &settings);
    let mut sums = ImageSums::new(&model, &a.cell);
    while band.stop == BandStop::Running {
        band.iterate(&mut sums, &settings, &Alone).expect("a band");
    }
    let cpu = cpu_seconds() - before;
    assert_eq!(band.stop, BandStop::Converged);
    let top = band.energies.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    println!("cpu {cpu:e}\ncalls {}\nbarrier {:.9}", band.evaluations, top - low);
}

/// Microseconds per particle of a force call and of an MD step of a liquid-like configuration, with the particles in the order
/// of their indices (random) and along a curve through the box (`..._ordered`), in three turns.
pub fn forces(preset: &str, particles: usize) {
    let preset = Preset::from_name(preset).expect("a model");
    let mut glass = random_configuration(preset, particles, &mut stream(1, Purpose::Prepare, 0, 0));
    let mut sum = PairSum::<1>::new(preset.model(&glass), glass.cell);
    let mut removal = OverlapRemoval::new(glass.positions.clone());
    while !removal.step(&mut sum, 1e3).expect("overlaps") {}
    glass.positions = removal.positions;
    let settings = DynamicsSettings {
        time_step: 0.0025,
        temperature: 0.4,
        thermostat: Thermostat::Berendsen,
        thermostat_time: 0.1,
    };
    let random = stream(1, Purpose::Prepare, 0, 1);
    let mut state = DynamicsState::start(&mut sum, glass.positions.clone(), 0.4, random);
    state.run(&mut sum, &settings, 300).expect("dynamics");
    glass.positions.clone_from(&state.positions);
    for _ in 0..3 {
        for ordered in [false, true] {
            force_calls(preset, &glass, &state, &settings, ordered);
        }
    }
}

fn force_calls(
    preset: Preset,
    glass: &Configuration,
    state: &DynamicsState,
    settings: &DynamicsSettings,
    ordered: bool,
) {
    let (micro, suffix) = (1e6 / glass.particles() as f64, if ordered { "_ordered" } else { "" });
    let x = &glass.positions;
    let model = preset.model(glass);
    let mut sum = PairSum::<1>::new(model.clone(), glass.cell);
    let mut batch_sum = PairSum::<LANES>::new(model, glass.cell);
    if ordered {
        (sum, batch_sum) = (sum.ordered_by(x), batch_sum.ordered_by(x));
    }
    let mut out = vec![0.0; x.len()];
    let call = time_of(|| {
        sum.forces(as_lanes(x), as_lanes_mut(&mut out));
    });
    println!("call{suffix} {:.5}", call * micro);
    let mut state = state.clone();
    // steps, including the lists that they need
    let step = time_of(|| state.run(&mut sum, settings, 20).expect("dynamics")) / 20.0;
    println!("step{suffix} {:.5}", step * micro);
    let batch: Vec<[f64; LANES]> = x.iter().map(|&x| [x; LANES]).collect();
    let mut forces = vec![[0.0; LANES]; batch.len()];
    let call = time_of(|| {
        batch_sum.forces(&batch, &mut forces);
    });
    println!("batch{suffix} {:.5}", call / LANES as f64 * micro);
}
