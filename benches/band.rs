//! A band of images between two reference minima (ternary mixture, 180 particles).

use criterion::{Criterion, SamplingMode, Throughput, criterion_group, criterion_main};
use glasswell::forces::{PairSum, as_lanes, as_lanes_mut};
use glasswell::model::{Configuration, PeriodicBox, Preset};
use glasswell::paths::{BandSearch, BandStop, ConnectSettings, ImageSums, PathMethod, bring_near};
use glasswell::task::Alone;
use std::time::Duration;

#[derive(serde::Deserialize)]
#[serde(rename_all = "UPPERCASE")]
struct Pair {
    #[serde(rename = "box")]
    edges: [f64; 3],
    #[serde(rename = "species")]
    species: Vec<u8>,
    a: Vec<f64>,
    b: Vec<f64>,
}

fn bands(criterion: &mut Criterion) {
    // one thread: the time of the whole band is its cost
    rayon::ThreadPoolBuilder::new().num_threads(1).build_global().unwrap();
    let file = format!("{}/../tests/data/path_tlj_a.json", env!("CARGO_MANIFEST_DIR"));
    let pair: Pair = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    let cell = PeriodicBox { edges: pair.edges };
    let diameters = vec![1.0; pair.species.len()];
    let a = Configuration { cell, positions: pair.a, species: pair.species, diameters };
    let b = bring_near(&cell, &a.positions, &pair.b);
    let model = Preset::Tlj.model(&a);
    let mut sum = PairSum::<1>::new(model.clone(), cell);
    let mut forces = vec![0.0; b.len()];
    let mut energy = |x: &[f64]| sum.forces(as_lanes(x), as_lanes_mut(&mut forces))[0];
    let (low, high) = (energy(&a.positions), energy(&b));
    let mut group = criterion.benchmark_group("band/tlj/180");
    group.sample_size(10).sampling_mode(SamplingMode::Flat).warm_up_time(Duration::from_secs(1));
    for (name, method, images, iterations) in [
        ("neb-16-to-1e-3", PathMethod::Neb, 16, u64::MAX),
        ("string-16-to-1e-3", PathMethod::String, 16, u64::MAX),
        ("neb-64-20-iterations", PathMethod::Neb, 64, 20),
    ] {
        let settings = ConnectSettings { images, method, ..ConnectSettings::defaults(Preset::Tlj) };
        let mut sums = ImageSums::new(&model, &cell);
        let mut run = || {
            let mut band = BandSearch::new(&mut sum, (&a.positions, low), (&b, high), &settings);
            let mut done = 0;
            while band.stop == BandStop::Running && done < iterations {
                band.iterate(&mut sums, &settings, &Alone).unwrap();
                done += 1;
            }
            band
        };
        let band = run();
        assert!(band.stop == BandStop::Converged || iterations < u64::MAX, "{name}: {:?}", band.stop);
        group.throughput(Throughput::Elements(band.evaluations));
        group.bench_function(name, |b| b.iter(&mut run));
    }
}

criterion_group!(benches, bands);
criterion_main!(benches);
