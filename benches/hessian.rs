//! Hessians at minima: pair blocks, their product with eight vectors, a dense spectrum, lowest modes.

mod common;

use criterion::{Criterion, SamplingMode, Throughput, criterion_group, criterion_main};
use glasswell::forces::{LANES, PairBlocks};
use glasswell::model::Preset;
use glasswell::modes::{Completeness, dense_spectrum, lowest_modes};
use std::time::Duration;

fn blocks(criterion: &mut Criterion) {
    for (preset, particles) in [(Preset::Tlj, 1200), (Preset::Pss, 1500)] {
        let glass = common::glass(preset, particles);
        let model = preset.model(&glass);
        let mut group = criterion.benchmark_group(format!("hessian/{}/{particles}", preset.name()));
        group.sample_size(20).warm_up_time(Duration::from_secs(1));
        group.bench_function("pair-blocks", |b| b.iter(|| PairBlocks::new(&model, &glass.cell, &glass.positions, &[])));
        let hessian = PairBlocks::new(&model, &glass.cell, &glass.positions, &[]);
        let vectors: Vec<[f64; LANES]> =
            (0..3 * particles).map(|k| std::array::from_fn(|lane| ((k * (lane + 3)) % 17) as f64 - 8.0)).collect();
        let mut products = vectors.clone();
        group.throughput(Throughput::Elements(LANES as u64));
        group.bench_function("times-eight-vectors", |b| b.iter(|| hessian.times(&vectors, &mut products)));
    }
}

fn spectra(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("spectrum");
    group.sample_size(10).sampling_mode(SamplingMode::Flat).warm_up_time(Duration::from_secs(1));
    let glass = common::glass(Preset::Tlj, 180);
    let model = Preset::Tlj.model(&glass);
    group
        .bench_function("dense/tlj/180", |b| b.iter(|| dense_spectrum(&model, &glass.cell, &glass.positions).unwrap()));
    let glass = common::glass(Preset::Pss, 3000);
    let model = Preset::Pss.model(&glass);
    let rattlers = [];
    for (name, completeness) in [("counted", Completeness::Counted), ("assumed", Completeness::Assumed)] {
        group.bench_function(format!("lowest-20/pss/3000/{name}"), |b| {
            b.iter(|| lowest_modes(&model, &glass.cell, &glass.positions, &rattlers, 20, completeness).unwrap())
        });
    }
}

criterion_group!(benches, blocks, spectra);
criterion_main!(benches);
