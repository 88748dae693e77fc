//! Pair kernels: one configuration, and eight in the lanes.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use glasswell::forces::lanes::Kernel;
use glasswell::forces::{LANES, PairSum, as_lanes, as_lanes_mut};
use glasswell::model::{Configuration, PeriodicBox, Preset, soft_sphere_diameters};

/// A lattice with a fixed irregular displacement: the pair count of a glass, good enough for the cost of a kernel.
fn configuration(preset: Preset, particles: usize) -> Configuration {
    let cell = PeriodicBox::cubic(particles, preset.density());
    let side = (particles as f64).cbrt().ceil() as usize;
    let spacing = cell.edges[0] / side as f64;
    let positions = (0..particles)
        .flat_map(|i| [i % side, i / side % side, i / side / side].map(|k| (i, k)))
        .map(|(i, k)| (k as f64 + 0.5) * spacing + 0.1 * ((i * 7919 + k * 104729) % 97) as f64 / 97.0)
        .collect();
    let diameters =
        if preset.has_diameters() { soft_sphere_diameters(particles, 0.73, 1.62) } else { vec![1.0; particles] };
    Configuration { cell, positions, species: (0..particles).map(|i| [0, 0, 1, 0, 2, 0][i % 6]).collect(), diameters }
}

fn forces(criterion: &mut Criterion) {
    for (preset, particles) in [(Preset::Tlj, 1200), (Preset::Pss, 1500)] {
        let configuration = configuration(preset, particles);
        let model = preset.model(&configuration);
        let x = &configuration.positions;
        for kernel in Kernel::available() {
            let mut group = criterion.benchmark_group(format!("forces/{}/{}", preset.name(), kernel.name()));
            let mut single = PairSum::<1>::with_kernel(model.clone(), configuration.cell, kernel);
            let mut out = vec![0.0; x.len()];
            single.forces(as_lanes(x), as_lanes_mut(&mut out));
            group.throughput(Throughput::Elements(single.listed_pairs() as u64));
            group.bench_function("single", |b| b.iter(|| single.forces(as_lanes(x), as_lanes_mut(&mut out))));
            let mut product = vec![0.0; x.len()];
            group.bench_function("single-hessian-times", |b| {
                b.iter(|| single.hessian_times(as_lanes(x), as_lanes(&out), as_lanes_mut(&mut product)))
            });
            let batch: Vec<[f64; LANES]> = x.iter().map(|&x| [x; LANES]).collect();
            let mut sum = PairSum::<LANES>::with_kernel(model.clone(), configuration.cell, kernel);
            let mut out = vec![[0.0; LANES]; x.len()];
            group.throughput(Throughput::Elements((LANES * single.listed_pairs()) as u64));
            group.bench_function("batch", |b| b.iter(|| sum.forces(&batch, &mut out)));
            let mut product = vec![[0.0; LANES]; x.len()];
            group.bench_function("batch-hessian-times", |b| b.iter(|| sum.hessian_times(&batch, &out, &mut product)));
        }
    }
}

criterion_group!(benches, forces);
criterion_main!(benches);
