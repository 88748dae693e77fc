//! Quenches of eight snapshots of a glass in the lanes of a batch, and an exploration with and without recognition.

mod common;

use criterion::{Criterion, SamplingMode, Throughput, criterion_group, criterion_main};
use glasswell::forces::{LANES, PairSum};
use glasswell::landscape::{
    ExplorationTask, ExploreSettings, Minimiser, QuenchSettings, Recognition, quench, quench_batch,
};
use glasswell::model::Preset;
use glasswell::task::{Progress, Task};
use std::time::Duration;

fn minimisers(criterion: &mut Criterion) {
    let glass = common::glass(Preset::Tlj, 500);
    let snapshots = common::snapshots(&glass, Preset::Tlj, 0.4, LANES as u64, 400);
    let starts: Vec<&[f64]> = snapshots.iter().map(Vec::as_slice).collect();
    let model = Preset::Tlj.model(&glass);
    let mut group = criterion.benchmark_group("quench/tlj/500");
    group.sample_size(10).sampling_mode(SamplingMode::Flat).warm_up_time(Duration::from_secs(1));
    group.throughput(Throughput::Elements(LANES as u64));
    for minimiser in [Minimiser::Lbfgs, Minimiser::Fire] {
        // FIRE takes ten times as long, so its tolerance is looser
        let force_tolerance = if minimiser == Minimiser::Lbfgs { 1e-10 } else { 1e-1 };
        let settings = QuenchSettings { force_tolerance, minimiser, ..QuenchSettings::default() };
        let mut sum = PairSum::<LANES>::new(model.clone(), glass.cell);
        let name = format!("batch/{minimiser:?}-{force_tolerance:e}").to_lowercase();
        group.bench_function(name, |b| b.iter(|| quench_batch(&mut sum, &starts, &settings)));
    }
    group.throughput(Throughput::Elements(1));
    let mut sum = PairSum::<1>::new(model, glass.cell);
    let settings = QuenchSettings { force_tolerance: 1e-10, ..QuenchSettings::default() };
    group.bench_function("single/lbfgs-1e-10", |b| b.iter(|| quench(&mut sum, starts[0], &settings)));
}

/// Eight runs of one glass, 16 quenches each, a quench every 11 steps.
fn explorations(criterion: &mut Criterion) {
    let glass = common::glass(Preset::Tlj, 300);
    let model = Preset::Tlj.model(&glass);
    let mut group = criterion.benchmark_group("exploration/tlj/300");
    group.sample_size(10).sampling_mode(SamplingMode::Flat).warm_up_time(Duration::from_secs(1));
    for (name, recognition) in
        [("waypoints", Recognition::Waypoints), ("minima", Recognition::Minima), ("to-the-end", Recognition::None)]
    {
        let settings = ExploreSettings {
            temperature: 0.2,
            quenches: 16,
            quench_every: 11,
            equilibration_steps: 100,
            recognition,
            ..ExploreSettings::defaults(Preset::Tlj)
        };
        group.throughput(Throughput::Elements(LANES as u64 * settings.quenches));
        group.bench_function(name, |b| {
            b.iter(|| {
                let mut task = ExplorationTask::start(&model, &glass, &settings, 1, 0, 0..LANES as u64);
                while task.advance(u64::MAX).unwrap() == Progress::Pending {}
                task.records()
            })
        });
    }
}

criterion_group!(benches, minimisers, explorations);
criterion_main!(benches);
